"""How does a case hear what became of its messages? Receipts, what was held back, what was not sent: each an event with its reason."""

from datetime import datetime

from engine.model.effect import Effect
from engine.model.event import Event, EventKind, Report
from engine.model.receipt import Receipt


def report_of(effect: Effect, receipt: Receipt, now: datetime, *, grouped: str = "", released: str = "") -> Report:
    """A receipt as the event it is: one door, one kind of paper. It happened at the hand-over (D2), which is `now`.

    `grouped`: the row that was sent for this one. `released`: what had held it back before.
    """
    told = {"grouped": grouped, "released": released}
    # A call is offered again when the one that carried it was taken back: each offer is a paper of its own.
    offer = f"/{grouped}/{now.isoformat()}" if grouped or receipt.reason == "offered" else ""
    event = Event(
        id=f"{effect.id}/{receipt.verdict.value}/{receipt.reason}{offer}",
        source=f"gateway/{effect.channel}",
        kind=EventKind.RECEIPT,
        name="receipt",
        occurred_at=now,
        received_at=now,
        extra={
            "effect": effect.id,
            "verdict": receipt.verdict.value,
            "reason": receipt.reason,
            "message": effect.message or "",
            "final": "yes" if receipt.final else "",
            **{name: value for name, value in told.items() if value},
        },
    )
    return Report(event=event, workflow=effect.workflow, names={}, case_id=effect.case)


def suppressed(effect: Effect, why: str, now: datetime) -> Report:
    """The note that a message is not sent, by a rule of manners."""
    return _note(effect, "suppressed", f"{effect.id}/suppressed", {"why": why}, now)


def held(effect: Effect, why: str, until: datetime | None, now: datetime) -> Report:
    """The note that a message is held back, and until when; None: until a person decides."""
    end = until.isoformat() if until else ""
    return _note(effect, "held", f"{effect.id}/held/{why}/{now.isoformat()}", {"why": why, "until": end}, now)


def _note(effect: Effect, name: str, id: str, said: dict[str, str], now: datetime) -> Report:
    event = Event(
        id=id,
        source=f"gateway/{effect.channel}",
        kind=EventKind.NOTE,
        name=name,
        occurred_at=now,
        received_at=now,
        extra={"effect": effect.id, **said},
    )
    return Report(event=event, workflow=effect.workflow, names={}, case_id=effect.case)
