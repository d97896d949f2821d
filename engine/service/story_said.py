"""How is a difference between a story and what came told? One sentence: what about, expected against got, and what was almost right."""

from engine.service.stories import Mismatch

WHAT = {
    "event": ("事件", "event"),
    "state": ("状态", "state"),
    "sent": ("发出", "sent"),
    "tasks": ("待办", "tasks"),
    "late": ("超时", "late"),
    "corrected": ("更正", "corrected"),
    "opened": ("新开的单", "opened"),
    "commands": ("指令", "commands"),
    "finished": ("办结", "finished"),
    "answered": ("接电话", "answered"),
    "verdicts": ("判定", "verdicts"),
    "refused": ("拒绝", "refused"),
    "linked": ("关联的单", "linked case"),
}
ENGLISH = {
    "没有别的": "nothing else",
    "没有发": "not sent",
    "不发": "not sent",
    "没有": "none",
    "被接受": "accepted",
    "没有计时": "no clock",
    "没有这张单": "no such case",
}
"""Fixed words of a comparison; everything else is the rulebook's own."""


def said(one: Mismatch, lang: str) -> str:
    """`发出  应为 sms: clerk hurry 10:20,实际 没有发(晚 1 分钟:10:21 发出)`."""
    english = lang != "zh"
    what = WHAT.get(one.what, (one.what, one.what))[english]
    expected, got, near = _value(one.expected, lang), _value(one.got, lang), one.near[english]
    if english:
        return f"{what}  expected {expected}, got {got}" + (f" (almost: {near})" if near else "")
    return f"{what}  应为 {expected},实际 {got}" + (f"(差一点:{near})" if near else "")


def _value(text: str, lang: str) -> str:
    return text if lang == "zh" else ENGLISH.get(text, text.replace("(缺 ", " (missing ").replace("(多 ", " (too many: "))
