"""What does the page of the call list on paper say?"""

WORDS = {
    "title": ("电话清单(纸上打)", "The call list on paper"),
    "back": ("回到待办", "Back to the tasks"),
    "out": ("带出去", "Take it out"),
    "out_lead": (
        "没办结的待办和电话,{n} 行,一行一件;“结果、备注、谁办的、几时办的”空着,打完填上。号码和话术遮住。",
        "Open tasks and calls, {n} rows; the columns result, note, caller and called at are blank, to be filled in. Numbers and scripts are masked.",
    ),
    "download": ("下载(号码遮住)", "Download (masked)"),
    "full": ("要完整号码", "With whole numbers"),
    "full_lead": (
        "每个号码都记入审计:谁、为什么。用完请销毁。",
        "Each number goes into the audit, with who and why. Destroy the paper afterwards.",
    ),
    "why": ("为什么要完整号码", "Why whole numbers"),
    "download_full": ("下载(完整号码)", "Download (whole numbers)"),
    "in": ("读回来", "Read it back"),
    "in_lead": (
        "Excel 另存为 CSV(UTF-8 或 GBK 都行)。每行单独办结一项;填得不对的行不收,说明是哪一行、为什么;改好再读一次,收过的不会重复。",
        "Save it as CSV (UTF-8 or GBK). Each row finishes its own task; a row that is wrong is not taken, and told by its line. "
        "Mend it and read the file again: what was taken is not taken twice.",
    ),
    "file": ("填好的表", "The filled-in sheet"),
    "read": ("读回", "Read it"),
    "taken": (
        "办结 {finished},早已办结 {already},没填 {blank},没收下 {refused}",
        "finished {finished}, finished before {already}, not filled in {blank}, refused {refused}",
    ),
    "refused": ("没收下的行", "Rows that were not taken"),
    "line": ("行", "Line"),
    "task": ("编号", "Task"),
    "wrong": ("哪里不对", "What is wrong"),
    "no_why": ("请写为什么要完整号码", "Please say why whole numbers are needed"),
    "no_why_next": ("返回,写上原因。", "Go back and give a reason."),
    "no_file": ("没有选文件", "No file was chosen"),
    "no_file_next": ("返回,选填好的 CSV。", "Go back and choose the filled-in CSV."),
}
