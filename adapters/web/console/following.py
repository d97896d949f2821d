"""What would follow, in words? An event foreseen, as somebody reads it before saying yes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.web.console.visit import Visit
from engine.core.called import Called
from engine.core.noted import note_of
from engine.core.words import VERDICTS
from engine.model.case import ClockVerdict, ClockView
from engine.model.decision import Outcome
from engine.model.effect import Effect, EffectKind
from engine.model.masks import mask_text
from engine.ports.directory import CaseRow
from engine.service.foresee import Foreseen

TOLD = ("chain_started", "chain_ended", "chain_goes_on", "late_withdrawn", "corrected", "superseded", "suspect_time")
"""Notes that are news to whoever is about to report something."""
DOUBTFUL = (Outcome.COULD_NOT_TELL, Outcome.CONTRADICTION, Outcome.LIMIT_EXCEEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The sentences, in the order in which they matter."""

    state: str
    """`待核单 → 已下单待提货`, or that it stays."""
    doubtful: str = ""
    does: Sequence[str] = ()
    takes_back: Sequence[str] = ()
    clocks: Sequence[str] = ()
    notes: Sequence[str] = ()


def following(visit: Visit, called: Called, row: CaseRow, found: Foreseen) -> Following:
    """Of an event that would be taken."""
    before, after = called.state(row.workflow, found.before), called.state(row.workflow, found.after)
    state = f"{before} → {after}" if found.before != found.after else visit.say("case.state_stays", state=after)
    doubtful = visit.say(f"case.doubt_{found.outcome.value}") if found.outcome in DOUBTFUL else ""
    return Following(
        state=state, doubtful=doubtful, does=[_effect(visit, called, one) for one in found.effects if not one.shadow],
        takes_back=[_taken_back(visit, called, row, one.effect_id) for one in found.drops], clocks=list(_clocks(visit, called, found)),
        notes=[str(note_of(called, visit.zone, row.workflow, one)) for decision in found.decisions for one in decision.notes if one.kind in TOLD],
    )  # fmt: skip


def _effect(visit: Visit, called: Called, one: Effect) -> str:
    match one.kind:
        case EffectKind.MESSAGE:
            name = called.message(one.message) if one.message else visit.say("case.standard_text")
            return visit.say(
                "case.will_send", channel=called.channel(one.channel or ""), to=called.role(one.to or "", one.workflow), message=name
            )  # fmt: skip
        case EffectKind.TASK:
            return visit.say("case.will_task", role=called.role(one.to or ""), text=mask_text(one.text or ""))
        case EffectKind.MAIL:
            target = (one.target or "").partition(":")[0]
            return (
                visit.say("case.will_open", workflow=called.workflow(target))
                if target in called.rulebook.workflows
                else visit.say("case.will_tell")
            )
        case EffectKind.COMMAND:
            return visit.say("case.will_command", connection=called.source(f"gateway/{one.target}"), command=one.command or "")
    return visit.say("case.will_alarm", text=mask_text(called.alarm(one.workflow, one.text or "")))


def _taken_back(visit: Visit, called: Called, row: CaseRow, effect_id: str) -> str:
    task = visit.stores.worklist.get(effect_id)
    if task is not None:
        what = called.message(task.message or "") if task.kind == "call" else mask_text(task.text)
        return f"{called.role(task.role)}: {what}"
    sent = next((one for one in visit.desk.directory.sent(row.id) if one.effect_id == effect_id), None)
    return f"{called.channel(sent.channel or '')} {called.message(sent.message or '')}".strip() if sent else visit.say("case.something")


def _clocks(visit: Visit, called: Called, found: Foreseen) -> Iterator[str]:
    known = {(one.policy, one.number): one for one in found.clocks_before}
    for one in found.clocks:
        before = known.pop((one.policy, one.number), None)
        name, due = called.policy(one.policy), _hour(visit, one)
        if before is None and one.verdict is ClockVerdict.RUNNING:
            yield visit.say("case.clock_starts", name=name, due=due)
        elif before is not None and before.verdict is not one.verdict:
            yield visit.say("case.clock_becomes", name=name, verdict=called.of(VERDICTS.get(one.verdict.value, ""), one.verdict.value))
        elif before is not None and before.due != one.due and one.verdict is ClockVerdict.RUNNING:
            yield visit.say("case.clock_moves", name=name, due=due)
    for gone in known.values():
        yield visit.say("case.clock_gone", name=called.policy(gone.policy))


def _hour(visit: Visit, one: ClockView) -> str:
    return f"{one.due.astimezone(visit.zone):%m-%d %H:%M}" if one.due else "—"
