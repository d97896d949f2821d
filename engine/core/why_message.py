"""Was a message sent, and what became of it; or which of its rules has not fired, and what holds it back?"""

from collections.abc import Iterator
from datetime import datetime

from engine.core import calendars
from engine.core.delivery import WITHOUT_END
from engine.core.moment import Moment
from engine.core.why_chain import notes_of, origins
from engine.core.why_transition import rows_of, say_way
from engine.core.why_words import RECEIPTS, say_channel, say_reason, say_row
from engine.core.words import NOT_DELIVERED, in_chinese, say_why
from engine.model.case import Issued
from engine.model.condition import Answer, Check
from engine.model.doing import Escalate, Send
from engine.model.effect import EffectKind
from engine.model.explanation import Stands, Why
from engine.model.message import Cap, Message
from engine.model.policy import Mode
from engine.model.receipt import Verdict


def explain_message(m: Moment, message: Message) -> list[Why]:
    """Each sending of it to this case; none yet: that it was not, and by which rules it would be."""
    issued = [one for one in m.case.ledger.issued if one.kind == EffectKind.MESSAGE and one.message == message.name]
    if issued:
        return [_sending(m, message, one, number) for number, one in enumerate(issued, 1)]
    rules = list(origins(m, Send, message.name)) + list(origins(m, Escalate, message.name))
    name = m.name(message.label, message.name)
    others = list(_other_origins(m, message))
    if rules:
        why = m.of("该发它的规则还没触发", "none of the rules that send it has fired")
    elif others:
        why = m.of(f"它只由别的消息或中断引出({m.of('、', ', ').join(others)})", f"it only follows from {', '.join(others)}")
    else:
        why = m.of("没有规则发它", "no rule sends it")
    return [
        Why(
            kind="message",
            rule=message.name,
            stands=Stands.WAITING if rules else Stands.OFF,
            sentence=m.of(f"{name}没有发:{why}。", f"{name} was not sent: {why}."),
            checks=(m.check(m.of("已触发", "triggered"), "", "", m.of("没有", "no"), False, message.span), *_manners(m, message)),
            remarks=tuple(_rules_of_manners(m, message)),
            place=message.span,
        )
    ]


def _other_origins(m: Moment, message: Message) -> Iterator[str]:
    for other in m.court.rulebook.messages.values():
        if other.correct == message.name:
            yield m.of(f"“{m.message(other.name)}”的更正", f"the correction of {other.name}")
    for disruption in m.court.rulebook.disruptions:
        if disruption.tell == message.name:
            yield m.of(f"中断“{disruption.label}”", f"disruption {disruption.label}")


def _sending(m: Moment, message: Message, one: Issued, number: int) -> Why:
    name = f"{m.name(message.label, message.name)}#{number}"
    stands, said = _became(m, one)
    to = m.of(f"给{m.role(one.to)}({say_channel(m, one.channel)})", f"to {one.to} ({one.channel})")
    kind = _kind(m, one)
    why = _why(m, one)
    return Why(
        kind="message",
        rule=f"{message.name} {number}",
        stands=stands,
        sentence=m.of(
            f"{name}{kind}{to}:{m.time(one.at)} 因为{why}而起,{said}。", f"{name}{kind} {to}: begun {m.time(one.at)} by {why}, {said}."
        ),
        checks=tuple(_gates(m, message, one, why)),
        remarks=tuple(_rules_of_manners(m, message)),
        place=message.span,
        happened_at=one.handed_at,
        will_fire_at=_leaves_at(m, one),
    )


def _kind(m: Moment, one: Issued) -> str:
    if one.fallback_of:
        return m.of("(备用)", " (fallback)")
    if one.resend_of:
        return m.of("(补发)", " (resend)")
    if one.again_of:
        return m.of("(重发)", " (sent again)")
    return m.of("(抄送)", " (copy)") if one.copy else ""


def _why(m: Moment, one: Issued) -> str:
    """What row, event or chain began it, by its cause."""
    row = one.row
    if one.chain:
        return m.of(f"升级链“{m.chain(one.chain)}”", f"chain {one.chain}")
    if one.cause.startswith("c:"):
        policy, _, rest = row.partition("/")
        key, known = rest.rpartition("/")[0], m.court.rulebook.policies.get(policy)
        line = next((say_row(m, each) for each in known.timeline if each.key == key), key) if known else key
        return m.of(f"时效“{m.policy(policy)}”({line})", f"{policy} {key}")
    if one.cause.startswith("x:"):
        return m.of("更正", "a correction")
    if one.cause.startswith("d:"):
        return say_why(m.court.rulebook, m.court.workflow, f"disruption:{row.partition('/')[2]}")
    if one.again_of:
        return m.of("有人要求重发", "somebody who asked for it")
    if one.fallback_of or one.resend_of:
        return m.of("前一条没有送达", "the first one was not delivered")
    taken = next((each for each in rows_of(m) if each.key == row), None)
    return m.of(f"流转{say_way(m, taken)}", row) if taken else m.of(f"流转 {row}", row)


def _became(m: Moment, one: Issued) -> tuple[Stands, str]:
    if _is_shadow(one):
        return Stands.OFF, m.of("试行,只记录、没有发出", "shadow: recorded, not sent")
    if one.dropped is not None:
        return Stands.OFF, m.of(f"没有发出:{say_reason(m, one.dropped)}", f"not sent: {say_reason(m, one.dropped)}")
    if one.verdict is Verdict.REJECTED:
        reason = m.of(NOT_DELIVERED.get(one.verdict_reason, one.verdict_reason), one.verdict_reason)
        return Stands.OFF, m.of(f"被拒({reason})", f"rejected ({reason})")
    if one.verdict is not None and (one.handed_at or one.verdict is not Verdict.UNKNOWN):
        word = m.of(*RECEIPTS[one.verdict])
        return Stands.DONE, m.of(f"{m.time(one.handed_at or one.at)} 发出,{word}", f"sent {m.time(one.handed_at or one.at)}, {word}")
    if one.verdict is Verdict.UNKNOWN:
        return Stands.WAITING, m.of("交给通道后结果不明", "handed over, the result is unknown")
    held = one.held_until
    if m.case.ledger.hold is not None:
        return Stands.WAITING, m.of("单挂起中,恢复后如仍成立就发", "the case is on hold: it leaves once that is over, if it is still so")
    if held == WITHOUT_END:
        return Stands.WAITING, m.of("被刹车按住,等值班人决定", "held by the brake until a person decides")
    if held is not None and held > m.now:
        return Stands.AHEAD, m.of(f"按住到 {m.time(held)} 再发", f"held until {m.time(held)}")
    return Stands.WAITING, m.of("在待发箱里,还没交给通道", "in the outbox, not handed over yet")


def _is_shadow(one: Issued) -> bool:
    return not one.open and one.dropped is None and one.verdict is None


def _leaves_at(m: Moment, one: Issued) -> datetime | None:
    held = one.held_until
    waits = one.open and one.verdict is None and one.dropped is None and held is not None and held != WITHOUT_END
    return held if waits and held is not None and held > m.now else None


def _gates(m: Moment, message: Message, one: Issued, why: str) -> Iterator[Check]:
    """Every gate between the decision and the recipient, also behind the one that closed."""
    dropped = one.dropped
    span = message.span
    none = m.of("没有", "no")
    yield m.check(m.of("已触发", "triggered"), m.of("因为", "by"), why, m.time(one.at), True, span)
    yield m.check(
        m.of("不在试行", "live"), "", "", m.of("试行", "shadow") if _is_shadow(one) else m.of("正式", "live"), not _is_shadow(one), span
    )
    gone = dropped in ("reason_gone", "acknowledged", "delivered_meanwhile", "superseded", "evidence_arrived")
    yield m.check(
        m.of("起因还在", "its reason stands"), "", "", say_reason(m, dropped) if gone and dropped else m.of("在", "yes"), not gone, span
    )
    yield from _manners(m, message, dropped or "")
    for key in ("at_most", "cap", "told_already", "brake"):
        held = [note.detail for _, note in notes_of(m, message.name, "held") if note.detail.startswith(key)]
        if dropped == key or held or _has_gate(m, message, key):
            seen = say_reason(m, key) if dropped == key else m.of("按住过", "was held") if held else m.of("没被拦", "passed")
            word, expected = _limit(m, message, key)
            yield m.check(_GATES[key][m.english], word, expected, seen, dropped != key, span)
    handed = one.handed_at is not None or one.verdict in (Verdict.ACCEPTED, Verdict.DELIVERED)
    yield m.check(
        m.of("交给通道", "handed over"), "", say_channel(m, one.channel), m.time(one.handed_at) if one.handed_at else none, handed, span
    )
    answer = Answer.YES if one.verdict is Verdict.DELIVERED else Answer.NO if one.verdict is Verdict.REJECTED else Answer.COULD_NOT_TELL
    reason = (
        f" {m.of(NOT_DELIVERED.get(one.verdict_reason, one.verdict_reason), one.verdict_reason)}" if one.verdict is Verdict.REJECTED else ""
    )
    seen = m.of(*RECEIPTS[one.verdict]) + reason if one.verdict else m.of("没有回执", "no receipt")
    yield m.check(m.of("回执", "receipt"), "=", m.of("已送达", "delivered"), seen, answer, span)


_GATES = {
    "at_most": ("未超消息上限", "within at_most"), "cap": ("未超每人上限", "within the caps"), "told_already": ("没告知过", "not told before"),
    "brake": ("没有刹车", "no brake"),
}  # fmt: skip


def _limit(m: Moment, message: Message, key: str) -> tuple[str, str]:
    caps = m.court.rulebook.caps
    cap = {"at_most": message.at_most, "cap": caps.customer if message.to_field else caps.staff, "brake": caps.rule}.get(key)
    return ("≤", m.of(in_chinese(cap.written), cap.written)) if isinstance(cap, Cap) else ("", "")


def _has_gate(m: Moment, message: Message, key: str) -> bool:
    caps = m.court.rulebook.caps
    return bool({"at_most": message.at_most, "cap": caps.customer if message.to_field else caps.staff}.get(key))


def _manners(m: Moment, message: Message, dropped: str = "") -> Iterator[Check]:
    """Sending hours and `drop_if`, as they are now."""
    if message.send_hours is not None:
        calendar = m.court.calendar(message.send_hours, m.now)
        held = [note for _, note in notes_of(m, message.name, "held") if note.detail.startswith("send_hours")]
        seen = m.of(f"按住过,到 {held[-1].detail.split()[-1]}", f"was held until {held[-1].detail.split()[-1]}") if held else m.time(m.now)
        yield m.check(
            m.of("可发送时段", "sending hours"), "∈", calendar.label if calendar and not m.english else message.send_hours, seen,
            calendar is None or calendars.is_open(calendar, m.now), message.span,
        )  # fmt: skip
    if message.drop_if is not None:
        answer = m.answer(message.drop_if)
        told = m.of(",", ", ").join(f"{one.subject}={one.seen} {one.word} {one.expected}" for one in m.condition(message.drop_if))
        blocked = dropped == "drop_if" or answer is Answer.YES
        yield m.check(m.of("drop_if 不成立", "drop_if is not so"), "", "", told, not blocked, message.span)


def _rules_of_manners(m: Moment, message: Message) -> Iterator[str]:
    if message.mode is Mode.SHADOW:
        yield m.of("消息在试行:只记录,不发出", "the message is in shadow: recorded, not sent")
    if message.fallback is not None:
        minutes = message.fallback.after_seconds // 60
        channel = say_channel(m, message.fallback.channel)
        yield m.of(
            f"有效 {minutes} 分钟,过时或被拒改走{channel}给{m.role(message.fallback.to)}",
            f"valid for {minutes} min; then, or when refused, {channel} to {message.fallback.to}",
        )
