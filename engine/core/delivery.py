"""What became of a message, and what then? Receipts, the fallback call, the one resend (R18-R20, messaging.md section 11)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.core.draft import Draft
from engine.core.escalate import step_failed
from engine.model.case import Issued
from engine.model.effect import EffectKind
from engine.model.event import Event
from engine.model.message import Fallback, Message
from engine.model.receipt import RANK, Verdict
from engine.model.timer import Timer

DEADLINE_ROW = "deadline"

CALLS_TOGETHER_SECONDS_MAX = 60

WITHOUT_END = datetime(9999, 1, 1, tzinfo=UTC)
"""Held until a person decides."""

SETTLED = (Verdict.DELIVERED, Verdict.REJECTED)


def receive(draft: Draft, event: Event) -> bool:
    """Take a receipt into the ledger; True when it is the hand-over that counts as `sent` (D2)."""
    effect_id = event.extra.get("effect", "")
    one = draft.issued.get(effect_id)
    if one is None:
        draft.note("receipt_unknown", effect_id)
        return False
    verdict = Verdict(event.extra["verdict"])
    draft.note("receipt", effect_id, f"{verdict.value} {event.extra.get('reason', '')}".strip())
    for manner in ("grouped", "released"):
        if event.extra.get(manner):
            draft.note(manner, one.message or one.chain or one.id, event.extra[manner])
    if one.verdict is not None and RANK[verdict] <= RANK[one.verdict]:
        return False
    told = _is_handed_over(one, verdict)
    counts = told and _counts_as_sent(draft, one)
    final = verdict in SETTLED or event.extra.get("final") == "yes"
    handed = one.handed_at or (event.occurred_at if told else None)
    draft.change(effect_id, verdict=verdict, verdict_reason=event.extra.get("reason", ""), handed_at=handed, open=one.open and not final)
    if verdict is Verdict.DELIVERED:
        _delivered(draft, one)
    elif verdict is Verdict.REJECTED:
        fall_back(draft, one, event.extra.get("reason", ""))
        if one.chain is not None and f"f:{one.id}" not in draft.causes:
            step_failed(draft, one.chain, one.row)
    return counts


def _is_handed_over(one: Issued, verdict: Verdict) -> bool:
    """Accepted by its channel; a call only when it is finished: an offered call has told nobody."""
    return verdict is Verdict.DELIVERED or (verdict is Verdict.ACCEPTED and one.channel != "phone")


def _counts_as_sent(draft: Draft, one: Issued) -> bool:
    """The first hand-over of an order counts: the message, else the finished call, else the resend; a copy never (D2)."""
    if one.message is None or one.copy:
        return False
    family = [other for other in draft.issued.values() if one.order in (other.id, other.order)]
    return all(other.handed_at is None for other in family if not other.copy)


def _delivered(draft: Draft, one: Issued) -> None:
    """It arrived after all: an unclaimed call and an open resend are taken back."""
    for other in list(draft.issued.values()):
        if other.open and other.dropped is None and one.id in (other.fallback_of, other.resend_of):
            draft.drop(other.id, "delivered_meanwhile")


def fall_back(draft: Draft, one: Issued, why: str) -> None:
    """Not delivered: a call at once with the reason, and a resend that waits for the channel; each once."""
    message = draft.court.rulebook.messages.get(one.message or "")
    fallback = message.fallback if message else None
    if message is None or fallback is None or not one.is_order or one.dropped is not None:
        return
    if not draft.alive(one.reason):
        return
    if not one.copy and f"f:{one.id}" not in draft.causes:
        _call(draft, one, message, fallback, why)
    if fallback.resend_when_back and f"r:{one.id}" not in draft.causes:
        _resend(draft, one, message)


def _call(draft: Draft, one: Issued, message: Message, fallback: Fallback, why: str) -> None:
    # Orders that were sent as one are called as one; a call waits for the others no longer than a minute.
    together = min(message.group_wait_seconds, CALLS_TOGETHER_SECONDS_MAX)
    draft.add(
        replace(
            draft.intend(EffectKind.MESSAGE, f"f:{one.id}", one.reason),
            message=message.name,
            channel=fallback.channel,
            to=fallback.to,
            fallback_of=one.id,
            why=f"not_delivered:{one.channel}:{why or 'no_receipt'}" if fallback.note_why else None,
            row=one.row,
            group=f"f:{message.name}|{fallback.channel}|{fallback.to}" if together else None,
            group_wait_seconds=together,
        )
    )
    draft.note("fallback", message.name, f"{one.channel} {why or 'no_receipt'} -> {fallback.channel}", fallback.span)


def _resend(draft: Draft, one: Issued, message: Message) -> None:
    draft.add(
        replace(
            draft.intend(EffectKind.MESSAGE, f"r:{one.id}", one.reason),
            message=message.name,
            channel=one.channel,
            to=one.to,
            copy=one.copy,
            resend_of=one.id,
            waits_for_channel=one.channel,
            row=one.row,
            to_field=message.to_field and one.to == message.to,
        )
    )


def ring_deadline(draft: Draft, effect_id: str) -> None:
    """Nothing heard of a message for as long as it may take: fall back."""
    one = draft.issued.get(effect_id)
    if one is None or one.verdict in SETTLED or one.dropped is not None:
        draft.note("bell_obsolete", f"message:{effect_id}")
        return
    draft.change(effect_id, open=False)
    fall_back(draft, replace(one, open=False), one.verdict_reason or "no_receipt")


def deadline_timers(draft: Draft) -> list[Timer]:
    """One bell per message that may still need its fallback."""
    timers: list[Timer] = []
    for one in draft.issued.values():
        due = _deadline(draft, one)
        if due is not None:
            timers.append(Timer(case=draft.case.id, owner=f"message:{one.id}", row=DEADLINE_ROW, gen=1, due_at=due))
    return timers


def _deadline(draft: Draft, one: Issued) -> datetime | None:
    if not one.open or one.message is None or not one.is_order or one.verdict in SETTLED:
        return None
    message = draft.court.rulebook.messages.get(one.message)
    if message is None or message.fallback is None:
        return None
    if one.handed_at is None and one.held_until == WITHOUT_END:
        return None
    return (one.handed_at or one.held_until or one.at) + timedelta(seconds=message.fallback.after_seconds)


def finish_task(draft: Draft, event: Event) -> None:
    """A task is closed by the event or note that finishes it."""
    task = draft.issued.get(event.extra.get("task", ""))
    if task is not None and task.open:
        draft.change(task.id, open=False, verdict=Verdict.DELIVERED, verdict_reason=event.name)


def note_suppression(draft: Draft, event: Event) -> None:
    """A message held back by manners, or not sent at all for them or for `drop_if`: the journal says why."""
    one = draft.issued.get(event.extra.get("effect", ""))
    if one is not None and event.name == "held":
        until = event.extra.get("until", "")
        draft.change(one.id, held_until=datetime.fromisoformat(until) if until else WITHOUT_END)
        draft.note("held", one.message or one.chain or one.id, f"{event.extra.get('why', '')} {until}".strip())
    if one is None or event.name != "suppressed":
        return
    draft.change(one.id, dropped=event.extra.get("why", ""), open=False)
    draft.note("suppressed", one.message or one.chain or one.id, event.extra.get("why", ""))
