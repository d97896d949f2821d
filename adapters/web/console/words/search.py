"""What does the search say?"""

WORDS = {
    "title": ("查单", "Cases"),
    "find": ("找", "Find"),
    "lead": (
        "单号、运单号、电话、姓名、货物、城市、日期(11-23、昨天),可以写几个词。",
        "Number, waybill, phone, name, goods, city, date (11-23, yesterday); several words are fine.",
    ),
    "newest": ("最近的单", "Newest cases"),
    "found": ("“{text}”:{n} 张单", "“{text}”: {n} cases"),
    "standing": ("停在这里的单:{where}", "Cases that stand here: {where}"),
    "older": ("下一页", "Next page"),
    "none_there": ("这里现在没有单。", "No case stands here now."),
    "full": ("只列出前 {n} 张,再加一个词收窄。", "The first {n} are listed; add a word to narrow them."),
    "among": (
        "货物、城市这些文字只在最近 {n} 张单里找;单号、电话、姓名在全部单里找。",
        "Words such as goods or city are looked for in the newest {n} cases; numbers, phones and names in all.",
    ),
    "none": ("没有找到。核对一下号码,电话要写全。", "Nothing found. Check the number; a phone is written in full."),
    "none_new": ("新建一张", "Open a new case"),
    "empty": ("还没有单。", "No cases yet."),
    "case": ("单", "Case"),
    "state": ("状态", "State"),
    "promise": ("时限", "Promise"),
    "about": ("内容", "About"),
    "by": ("按什么找到", "Found by"),
    "opened": ("建单", "Opened"),
    "late": ("超时过", "was late"),
    "on_time": ("没有超时", "not late"),
    "undecided": ("待判", "to be decided"),
}
