"""How is a reason said to people? Causes and reasons in Chinese, for texts and remarks."""

import re
from collections.abc import Sequence

from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow

NOT_DELIVERED = {
    "no_receipt": "到时无回执",
    "no_answer": "通道无应答",
    "cut": "通道中断",
    "crashed": "发送结果不明",
    "account": "通道不可用",
    "refused": "对方拒绝",
    "bad_number": "号码有误",
    "opted_out": "已退订",
    "text_refused": "内容被拒",
    "expired": "过时未达",
    "away": "关机或无人接",
    "no_connection": "通道连不上",
    "limited": "频次受限",
    "busy": "占线",
    "garbled": "通道的应答看不懂",
    "offered": "通道只说已接单",
    "restored": "恢复备份前可能已发出",
}
"""Reasons of receipts (messaging.md section 7) as the remark of the call says them (R19)."""

CHANNELS = {"sms": "短信", "phone": "电话", "wechat_work": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "email": "邮件"}

CALL_RESULTS = {
    "told": ("已告知", "told"), "confirmed": ("已确认", "confirmed"), "refused": ("对方拒绝", "refused"), "away": ("无人接", "no answer"),
    "bad_number": ("号码有误", "bad number"),
}  # fmt: skip
"""Result of a call -> how it is said."""

HELD = {
    "send_hours": ("等到可发送时段", "waits for its sending hours"),
    "hours": ("等到可发送时段", "waits for its sending hours"),
    "cap": ("超过每人上限,并入汇总", "beyond the recipient's cap: put into a digest"),
    "digest": ("并入汇总", "put into a digest"),
    "channel": ("通道不通,等它恢复", "its channel is down: waits for it"),
    "brake": ("被刹车拦下", "held by the brake"),
    "hold": ("这张单挂起了", "the case is on hold"),
}
"""Why a message waits."""

NOT_AGAIN = {
    "unknown": ("这一单没有这条消息", "this case has no such message"),
    "not_a_message": ("这不是消息,不能重发", "that is no message"),
    "shadow": ("试行的消息没有发过,不能重发", "it is in shadow: it was never sent"),
    "never_sent": ("它没有发出过,没有可重发的", "it was never sent: there is nothing to send again"),
    "waiting": ("它还没有发出去,等它先走", "it has not left yet"),
    "doubt": ("没人知道它送到没有:先在 waybill doubts 判定", "nobody knows whether it arrived: settle that first (waybill doubts)"),
    "asked_already": ("已经有人要求重发,还没发出", "somebody has had it sent again already, and that has not left yet"),
    "on_hold": ("单挂起中,先恢复", "the case is on hold: resume it first"),
    "no_message": ("规则里已没有这条消息", "the rules have no such message any more"),
    "too_late": ("没有可撤回的重发,或已经发出", "nothing is left to take back: it has left, or nobody asked for it"),
}
"""Why a message is not sent again, or that is not taken back."""

VERDICTS = {
    "running": "计时中", "paused": "暂停", "met": "按时", "met_reported_late": "按时(报得晚)", "late": "超时", "none": "不计", "not_seen": "未见",
}  # fmt: skip
"""What became of a clock."""


_UNITS = {"business days": "个工作日", "business day": "个工作日", "hour": "小时", "min": "分钟", "day": "天", "h": "小时", "s": "秒"}
_CAP = re.compile(r"^(\d+) per (.+)$")
_LENGTH = re.compile(rf"(\d+) ({'|'.join(_UNITS)})\b")


def result_words(rulebook: Rulebook, workflow: str, kind: str, asks: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Result that finishes a task or call -> how a Chinese sheet says it, and an English one."""
    if kind == "call":
        return {name: (zh, name) for name, (zh, _) in CALL_RESULTS.items()}
    found = rulebook.workflows.get(workflow)
    return {name: (found.events[name].label if found and name in found.events else name, name) for name in asks}


def say_trouble(error: str, lang: str = "zh") -> str:
    """Why a sending is not done, as the outbox keeps it: a reason of ours, then the provider's own words in brackets."""
    reason, _, words = error.partition(" ")
    said = NOT_DELIVERED.get(reason, "") if lang == "zh" else reason.replace("_", " ") if reason in NOT_DELIVERED else ""
    return (f"{said}({words})" if words else said) if said else error


def in_chinese(written: str) -> str:
    """A length of time or a cap of the rules, read in Chinese: `1 h 30 min` -> 1 小时 30 分钟, `20 per hour` -> 每小时 20 次."""
    cap = _CAP.match(written)
    if cap is None:
        return _LENGTH.sub(lambda found: f"{found[1]} {_UNITS[found[2]]}", written)
    each = _UNITS.get(cap[2]) or f" {in_chinese(cap[2])}"
    return f"每{each} {cap[1]} 次"


def say_why(rulebook: Rulebook, workflow: Workflow, why: str | None) -> str:
    """`policy:NAME`, `event:NAME`, `not_delivered:CHANNEL:REASON` as words; empty for none."""
    kind, _, name = (why or "").partition(":")
    match kind:
        case "policy":
            policy = rulebook.policies.get(name)
            return f"{policy.label if policy else name}超时"
        case "event":
            event = workflow.events.get(name)
            return event.label if event else name
        case "disruption":
            return name
        case "not_delivered":
            channel, _, reason = name.partition(":")
            return f"{CHANNELS.get(channel, channel)}未送达:{NOT_DELIVERED.get(reason, reason)}"
        case _:
            return name or kind
