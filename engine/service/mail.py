"""What does one case write to another? `open` and `reason_gone` become reports for the Registry."""

from collections.abc import Sequence

from engine.model.decision import Decision
from engine.model.effect import Effect, EffectKind
from engine.model.event import Event, Report
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.service.ingest import addressed

_OWN = (FieldType.SERIAL, FieldType.COUNT)
"""Fields that never go along: each case has its own."""


def mail_of(rulebook: Rulebook, decision: Decision) -> Sequence[Report]:
    """The reports a decision sends to other cases, written by the same transaction."""
    return [_report(rulebook, decision, effect) for effect in decision.effects if effect.kind is EffectKind.MAIL and not effect.shadow]


def _report(rulebook: Rulebook, decision: Decision, effect: Effect) -> Report:
    target = effect.target or ""
    if target.startswith("follows:"):
        event = _event(decision, effect, {})
        return Report(event=event, workflow="", names={}, follows=target.removeprefix("follows:"))
    workflow = rulebook.workflows[target]
    going = {name: text for name, text in decision.texts.items() if name in workflow.fields and workflow.fields[name].type not in _OWN}
    filled = {name: _fill(text, decision) for name, text in effect.fill.items()}
    data = {name: text for name, text in {**going, **filled}.items() if text}
    event = _event(decision, effect, data)
    names = {name: data[name] for name in workflow.identified_by if name in data}
    return addressed(rulebook, workflow, event, names, case_id=None, may_open=True)


def _event(decision: Decision, effect: Effect, data: dict[str, str]) -> Event:
    at = decision.event.received_at
    return Event(
        id=effect.id,
        source=f"case/{effect.case}",
        name=effect.event or "",
        occurred_at=at,
        received_at=at,
        data=data,
        extra={"from_case": effect.case, "because": effect.why or ""},
    )


def _fill(text: str, decision: Decision) -> str:
    """`{field}` of the case that writes; a blank one leaves nothing."""
    for name, value in decision.texts.items():
        text = text.replace("{" + name + "}", value)
    return "" if "{" in text else text
