"""What happens at the moment of publishing? An open case read again under a rulebook, as a swap of rules would, writing nothing."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from engine.core.decide import decide
from engine.model.case import Case
from engine.model.course import Course, CoursePair, Deed, DeedKind, Promise, Rule
from engine.model.decision import Decision
from engine.model.effect import Effect, EffectKind
from engine.model.event import Event, EventKind
from engine.model.policy import Mode
from engine.model.rulebook import Rulebook
from engine.service.advance import bell_of
from engine.service.rehearse import escalation_of, rule_of, under_new_names

STEPS_MAX = 1000
"""Decisions of one case at one instant; more is a loop in the rules."""


def adopt(old: Rulebook, new: Rulebook, case: Case, now: datetime) -> CoursePair:
    """What is done at `now` if the rules stay (old) and if they are swapped (new). Nothing is sent, nothing is written.

    `new.earlier` must hold the workflows that the case's events were read under.
    """
    stays = under_new_names(_at_once(old, case, now), new)
    swapped = _at_once(new, case, now)
    return CoursePair(case=case.id, workflow=case.workflow, old=stays, new=swapped)


def homeless(new: Rulebook, case: Case) -> bool:
    """The new rules have no such workflow, or no such state: publishing them needs a mapping first."""
    workflow = new.workflows.get(case.workflow)
    if workflow is None:
        return True
    return case.state not in workflow.states and all(state.was != case.state for state in workflow.states.values())


def _at_once(rulebook: Rulebook, case: Case, now: datetime) -> Course:
    """Read again, then every bell that is due by now, and what it raises."""
    reread = Event(id=f"plan/{case.id}", source="rules", kind=EventKind.REFRESH, name="refresh", occurred_at=now, received_at=now)
    waiting: deque[Event] = deque([reread])
    deeds: list[Deed] = []
    begun = {one.reason for one in case.ledger.issued if one.chain}
    decision: Decision | None = None
    for _ in range(STEPS_MAX):
        if not waiting and decision is not None:
            due = [timer for timer in decision.timers if timer.due_at <= now]
            if not due:
                break
            waiting.append(bell_of(min(due, key=lambda timer: timer.due_at), now))
        decision = decide(rulebook, decision.after if decision else case, waiting.popleft(), now)
        waiting.extend(decision.raised)
        deeds += _deeds(decision, begun)
    assert decision is not None
    return Course(
        state=decision.standing.state,
        promises=tuple(
            Promise(policy=one.policy, case=0, number=one.number, due=one.due, verdict=one.verdict)
            for one in decision.standing.clocks
            if rulebook.policies[one.policy].mode is Mode.LIVE
        ),
        deeds=tuple(deeds),
    )


def _deeds(decision: Decision, begun: set[str]) -> Iterator[Deed]:
    """What this decision does. `begun`: reasons of the chains that have spoken already."""
    issued = {one.id: one for one in decision.after.ledger.issued}
    for effect in decision.effects:
        own = issued.get(effect.id)
        if effect.shadow or own is None:
            continue
        if effect.chain and effect.reason not in begun:
            begun.add(effect.reason)
            yield escalation_of(own, effect.at)
        deed = _deed(effect, rule_of(own, decision.after.workflow), effect.at)
        if deed is not None:
            yield deed


def _deed(effect: Effect, rule: Rule, now: datetime) -> Deed | None:
    match effect.kind:
        case EffectKind.MESSAGE:
            kind = DeedKind.CALL if effect.channel == "phone" else DeedKind.MESSAGE
            what = effect.message or effect.chain or ""
            return Deed(kind=kind, rule=rule, what=what, to=effect.to or "", channel=effect.channel or "", at=now)
        case EffectKind.TASK:
            return Deed(kind=DeedKind.TASK, rule=rule, what=effect.text or "", to=effect.to or "", at=now)
        case EffectKind.COMMAND:
            return Deed(kind=DeedKind.COMMAND, rule=rule, what=f"{effect.target}.{effect.command}", at=now)
        case EffectKind.MAIL if effect.target in (None, "") or not str(effect.target).startswith("follows:"):
            return Deed(kind=DeedKind.OPEN, rule=rule, what=effect.target or "", at=now)
    return None
