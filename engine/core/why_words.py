"""How are rules named in an answer? Rows, marks, terms and doings in a few words, in Chinese or English."""

from collections.abc import Sequence

from engine.core.moment import Moment
from engine.core.words import CHANNELS, in_chinese
from engine.model.case import ClockVerdict
from engine.model.doing import Assign, Command, Do, Escalate, Open, Raise, Send, Set
from engine.model.policy import Amount, DueAt, DueDay, DueField, Enters, Happens, IsSent, LookUp, Mark, Terms, TimelineRow, When
from engine.model.receipt import Verdict

VERDICTS = {
    ClockVerdict.RUNNING: ("计时中", "running"),
    ClockVerdict.PAUSED: ("暂停", "paused"),
    ClockVerdict.MET: ("按时", "met"),
    ClockVerdict.MET_REPORTED_LATE: ("按时,晚报", "met, reported late"),
    ClockVerdict.LATE: ("超时", "late"),
    ClockVerdict.NONE: ("无结论", "no verdict"),
    ClockVerdict.NOT_SEEN: ("未见扫描", "not seen"),
}
RECEIPTS = {
    Verdict.ACCEPTED: ("通道已收", "accepted"),
    Verdict.DELIVERED: ("已送达", "delivered"),
    Verdict.REJECTED: ("被拒", "rejected"),
    Verdict.UNKNOWN: ("结果不明", "unknown"),
    Verdict.RETRY: ("再试", "retry"),
}
SUPPRESSED = {
    "reason_gone": ("起因已经不在", "what it was for is over"),
    "acknowledged": ("有人已知晓", "somebody acknowledged"),
    "delivered_meanwhile": ("前一条已送达", "the earlier one arrived"),
    "at_most": ("超过这条消息的次数上限", "beyond the message's own at_most"),
    "cap": ("超过每人上限", "beyond the recipient's cap"),
    "told_already": ("这位客户已告知过一次", "this customer was told once already"),
    "drop_if": ("发送前一看,drop_if 已成立", "drop_if held at the last look"),
    "brake": ("被刹车拦下,值班人决定不发", "held by the brake, and a person dropped it"),
    "hold": ("单挂起中", "the case is on hold"),
    "taken_back": ("要求重发的人撤回了", "whoever had it sent again took that back"),
    "send_hours": ("不在可发送时段", "outside its sending hours"),
    "superseded": ("已被取代", "superseded"),
    "evidence_arrived": ("证据到了", "evidence arrived"),
}


def say_row(m: Moment, row: TimelineRow) -> str:
    """`开始后 1 小时`, `超时后每天 09:30、14:30`; in English the row's own key."""
    if m.english:
        return row.key
    match row.when:
        case When.AFTER:
            return f"开始后 {in_chinese(row.amount.written)}" if row.amount.seconds or row.amount.business_days else "开始时"
        case When.LEFT:
            return f"还剩 {in_chinese(row.amount.written)}"
        case When.USED:
            return f"用去 {row.percent}%"
        case When.LATE:
            return f"超时 {in_chinese(row.amount.written)}" if row.amount.seconds or row.amount.business_days else "到期时"
        case _:
            return "超时后每天 " + "、".join(f"{at:%H:%M}" for at in row.times)


def say_mark(m: Moment, mark: Mark) -> str:
    """What starts or stops a clock."""
    match mark:
        case Enters(state):
            return m.of(f"进入“{m.state(state)}”", f"enters {state}")
        case Happens(event):
            return m.of(f"事件“{m.event(event)}”", f"event {event}")
        case IsSent(message):
            return m.of(f"“{m.message(message)}”发出", f"{message} is sent")


def say_marks(m: Moment, marks: Sequence[Mark]) -> str:
    """Several of them."""
    return m.of(" 或 ", " or ").join(say_mark(m, mark) for mark in marks)


def say_terms(m: Moment, terms: Terms | None) -> str:
    """`30 分钟`, `当天 15:00`, `字段“应送达时间”`; in English `30 min`."""
    match terms:
        case None:
            return "—"
        case Amount():
            return m.of(in_chinese(terms.written), terms.written)
        case LookUp():
            table = m.court.rulebook.contacts.tables.get(terms.table)
            return m.of(f"查『{table.label if table else terms.table}』的“{terms.column}”一栏", f"look up {terms.column} in {terms.table}")
        case DueAt():
            same = terms.day is DueDay.SAME_DAY
            return m.of(f"{'当天' if same else '下一个开放日'} {terms.at:%H:%M}", f"{terms.day.value} {terms.at:%H:%M}")
        case DueField():
            field = m.court.workflow.fields.get(terms.field)
            return m.of(f"字段“{field.label if field else terms.field}”", f"field {terms.field}")


def say_do(m: Moment, do: Sequence[Do]) -> str:
    """`发“下单短信”,给客服派任务“致电收货人”`; empty for nothing."""
    return m.of(",", ", ").join(_say_one(m, one) for one in do)


def _say_one(m: Moment, do: Do) -> str:
    match do:
        case Send():
            to = m.of(f"给{m.role(do.to)}", f" to {do.to}") if do.to else ""
            return m.of(f"{to}发“{m.message(do.message)}”", f"send {do.message}{to}")
        case Assign():
            return m.of(f"给{m.role(do.role)}派待办“{do.text}”", f"a task for {do.role}: {do.text}")
        case Escalate():
            return m.of(f"启动“{m.chain(do.chain)}”", f"escalate {do.chain}")
        case Open():
            opened = m.court.rulebook.workflows.get(do.workflow)
            return m.of(f"开一张{opened.label if opened else do.workflow}", f"open a {do.workflow}")
        case Command():
            return m.of(f"向 {do.connection} 发指令 {do.name}", f"command {do.connection}.{do.name}")
        case Raise():
            return m.of(f"发生“{m.event(do.event)}”", f"raise {do.event}")
        case Set():
            return m.of("填写 ", "set ") + ", ".join(do.values)


def say_feed(m: Moment, connection: str) -> str:
    """`运输系统`; in English its name."""
    found = m.court.rulebook.connections.get(connection)
    return m.name(found.label if found else connection, connection)


def say_channel(m: Moment, channel: str | None) -> str:
    """`短信`, `电话`; in English its name."""
    return m.name(CHANNELS.get(channel or "", ""), channel or "")


def say_reason(m: Moment, why: str) -> str:
    """Why something was withdrawn, held back or not sent."""
    return m.of(*SUPPRESSED.get(why, (why, why)))
