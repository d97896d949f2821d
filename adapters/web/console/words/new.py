"""What does the form for a new case say?"""

WORDS = {
    "title": ("新建", "New case"),
    "workflow": ("建什么单", "What kind"),
    "event": ("事件", "Event"),
    "note": ("备注", "Note"),
    "open": ("建单", "Open the case"),
    "keys": ("建单", "open the case"),
    "opened": ("已建单", "The case is open"),
    "joined": ("已有这样一张没结束的单,记在它上面了", "There was an open case like it: noted there"),
    "wrong": ("有 {n} 处要改,见标红的地方。没有建单。", "{n} to be mended, see the marked fields. No case was opened."),
    "known": ("已有 {n} 张没结束的单,先看看是不是同一件事:", "{n} open already; see first whether it is the same:"),
    "known_ended": ("以前有 {n} 张,都已结束", "{n} before, all ended"),
    "none": ("没有可以由人新建的流程", "No workflow can be opened by a person"),
    "none_next": ("规则里还没有写 start: by。", "The rules name no start event."),
}
