"""What does the customer's page say? Chinese and English side by side."""

WORDS = {
    "title": ("运单进度", "Your shipment"),
    "number": ("单号", "Number"),
    "state": ("现在", "Now"),
    "since": ("{at} 起", "since {at}"),
    "promises": ("我们的承诺", "What we promised"),
    "due": ("{at} 前", "by {at}"),
    "estimated": ("(按估计的工作日历)", "(by an estimated calendar)"),
    "kept": ("已做到", "kept"),
    "late": ("没有做到,对不起", "not kept, we are sorry"),
    "running": ("进行中", "under way"),
    "overdue": ("已经过了,对不起", "overdue, we are sorry"),
    "paused": ("暂停计时", "on hold"),
    "course": ("经过", "So far"),
    "nothing": ("还没有消息", "nothing yet"),
    "zone": ("时间都是当地时间({zone})", "All times are local ({zone})"),
    "ask": ("提问或投诉", "Ask or complain"),
    "ask_hint": ("写在这里,客服会直接收到。", "Write here; it goes straight to our desk."),
    "optional": ("(可不填)", "(optional)"),
    "choose": ("请选择", "please choose"),
    "send": ("发给客服", "Send"),
    "needed": ("请填写", "please fill this in"),
    "mend": ("有几处要改,请看红字。", "Something is missing, see below."),
    "thanks": ("收到了,谢谢", "Thank you, we have it"),
    "thanks_number": ("您的受理编号是 {number},请记下来。", "Your reference is {number}; please note it."),
    "thanks_again": ("同样的事已经在办,您的话已补上去,编号 {number}。", "We are at it already; your words were added, reference {number}."),
    "back": ("回到进度", "Back"),
    "other": ("English", "中文"),
    "until": ("这个链接到 {at} 有效。只能看这一单,请不要转给别人。", "This link works until {at}, for this one number only. Please do not pass it on."),
    "gone": ("这个链接打不开", "This link does not work"),
    "gone_next": ("请核对短信里的地址是否完整,或向客服要一个新的链接。", "Check that the address is complete, or ask our desk for a new link."),
    "expired": ("这个链接过期了", "This link has expired"),
    "expired_next": ("请向客服要一个新的链接。", "Please ask our desk for a new one."),
    "often": ("请求太多了", "Too many requests"),
    "often_next": ("请过 {minutes} 分钟再试;急事请直接打客服电话。", "Please try again in {minutes} minutes; if it is urgent, call our desk."),
    "trouble": ("现在办不了", "Not possible right now"),
    "trouble_next": ("请过几分钟再试;您写的还没有收到。", "Please try again in a few minutes; what you wrote has not arrived."),
}  # fmt: skip
"""Key -> (Chinese, English)."""
LANGS = ("zh", "en")


def say(key: str, lang: str, **values: object) -> str:
    """The words, filled in."""
    return WORDS[key][lang == "en"].format(**values)
