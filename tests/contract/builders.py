"""Valid reports and decisions, of which a test names only what matters to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.model.case import Case, ClockVerdict, ClockView, Issued
from engine.model.condition import Answer, Check
from engine.model.decision import Decision, Note, Outcome, Standing
from engine.model.effect import Drop, Effect, EffectKind
from engine.model.event import Event, EventKind, Heard, Report
from engine.model.span import Span
from engine.model.timer import Timer

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPAN = Span("workflows/shipment.yaml", 7, 3, 12)
PHONE = "13800138000"


def an_event(number: int | str, name: str = "order_created", **changes: object) -> Event:
    """An event of the connection `tms`, received at NOW."""
    event = Event(id=f"e-{number}", source="connection/tms", name=name, occurred_at=NOW - MINUTE, received_at=NOW)
    return replace(event, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def a_report(number: int | str, name: str = "order_created", *, names: Mapping[str, str] | None = None, **changes: object) -> Report:
    """A report that may open a shipment; `data=` and `extra=` go to its event, the rest to the report."""
    of_event = {key: changes.pop(key) for key in ("data", "extra", "occurred_at", "received_at", "source") if key in changes}
    event = an_event(number, name, **of_event)
    report = Report(event=event, workflow="shipment", names={"waybill_no": "1001"} if names is None else names, may_open=True)
    return replace(report, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def a_scan(number: int | str, waybill_no: str = "1001", **changes: object) -> Report:
    """A report that never opens a case."""
    return a_report(number, "scan", names={"waybill_no": waybill_no}, may_open=False, **changes)


def a_bell(timer: Timer) -> Event:
    """The event of a timer that rang."""
    return Event(
        id=timer.key, source="timer", kind=EventKind.BELL, name="bell", occurred_at=timer.due_at, received_at=timer.due_at,
        extra={"owner": timer.owner, "row": timer.row},
    )  # fmt: skip


def a_timer(case_id: str, row: str = "due", *, gen: int = 1, minutes: int = 10, **changes: object) -> Timer:
    """A policy's timer, some minutes after NOW."""
    timer = Timer(case=case_id, owner="policy:pickup", row=row, gen=gen, due_at=NOW + minutes * MINUTE)
    return replace(timer, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def an_effect(case: Case, ordinal: int = 1, kind: EffectKind = EffectKind.MESSAGE, **changes: object) -> Effect:
    """An effect of the decision that follows `case`."""
    effect = Effect(
        id=f"{case.id}/{case.revision + 1}/{ordinal}", case=case.id, workflow=case.workflow, kind=kind, cause=f"row:{ordinal}",
        reason="stay:intake", at=NOW, message="chase_pickup", channel="sms", to="hub_dispatcher",
    )  # fmt: skip
    return replace(effect, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def a_standing(case: Case, **changes: object) -> Standing:
    """Where a case stands: in `intake`, not final, one clock running."""
    clock = ClockView(policy="pickup", number=1, started_at=NOW, due=NOW + 60 * MINUTE, verdict=ClockVerdict.RUNNING)
    standing = Standing(
        state="intake", entered_at=NOW, final=False, fields={"goods": "茶叶"}, private=frozenset({"phone"}),
        names={"waybill_no": case.id.partition(":")[2]}, open_key=None, clocks=(clock,),
    )  # fmt: skip
    return replace(standing, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def a_decision(
    case: Case, event: Event, *, effects: Sequence[Effect] = (), drops: Sequence[Drop] = (), timers: Sequence[Timer] = (),
    raised: Sequence[Event] = (), keeps: bool = True, standing: Mapping[str, object] | None = None, **changes: object,
) -> Decision:  # fmt: skip
    """A decision with reasons, that issues what it is told to."""
    number = case.revision + 1
    issued = tuple(
        Issued(id=effect.id, kind=effect.kind.value, cause=effect.cause, reason=effect.reason, at=effect.at) for effect in effects
    )
    ledger = replace(case.ledger, issued=(*case.ledger.issued, *issued)) if issued else case.ledger
    history = (*case.history, Heard(event, number, "v1")) if keeps else case.history
    stands = a_standing(case, **dict(standing or {}))
    decision = Decision(
        event=event, outcome=Outcome.MOVED, state_before="" if number == 1 else "intake",
        after=replace(case, revision=number, history=history, ledger=ledger, state=stands.state), standing=stands,
        transition=f"intake/{event.name}/1", span=SPAN, checks=(Check("goods", "is", "茶叶", "茶叶", Answer.YES, SPAN),),
        notes=(Note("row_fired", "pickup", "used 80%", SPAN), Note("late", "pickup")), effects=tuple(effects), drops=tuple(drops),
        timers=tuple(timers), raised=tuple(raised), rulebook="f1", keeps_event=keeps,
    )  # fmt: skip
    return replace(decision, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.
