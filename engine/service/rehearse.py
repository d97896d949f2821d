"""What would have been different? Each recorded case lived twice, under the old and under the new rulebook."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.core.reading import clocks_of, read_case
from engine.core.stays import Reading
from engine.core.terms import Court
from engine.model.case import Case, Issued
from engine.model.course import Course, CoursePair, Deed, DeedKind, Promise, Rule, Stop
from engine.model.effect import EffectKind
from engine.model.policy import Mode
from engine.model.rulebook import Rulebook
from engine.model.segments import segments_of, sign_units, units_of
from engine.ports.directory import CaseRow
from engine.service.replay import OldCase, played
from engine.service.simulate import Simulation, Stores

LINKED_MAX = 1000
"""Cases of one world that are looked at."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A rulebook under rehearsal, and the fields it decides by (`workflow.field`)."""

    rulebook: Rulebook
    fields: frozenset[str] = frozenset()


def rehearse(old: Rules, new: Rules, case: OldCase, until: datetime, new_stores: Callable[[], Stores]) -> CoursePair:
    """One case to `until` under both rulebooks, each in a world of its own; names of the old one as the new one has them."""
    before = under_new_names(course(old, case, until, new_stores), new.rulebook)
    return CoursePair(case=case.case, workflow=case.workflow, old=before, new=course(new, case, until, new_stores))


def course(rules: Rules, case: OldCase, until: datetime, new_stores: Callable[[], Stores]) -> Course:
    """What one case comes to by `until`. Texts are rendered, so that they can be compared and counted in segments; nothing leaves."""
    if case.workflow not in rules.rulebook.workflows:
        return Course(state="")
    stores = new_stores()
    simulation, _ = played(rules.rulebook, case, until, stores, texts=True)
    rows = sorted(stores.directory.cases(limit=LINKED_MAX), key=lambda row: (row.opened_at, row.id))
    own = next((row for row in rows if row.workflow == case.workflow), None)
    if own is None:
        return Course(state="")
    world = _World(rules.rulebook, simulation, stores)
    first = world.reading(own.id)
    return Course(
        state=own.state,
        stops=tuple(Stop(stay.state, stay.entered_at) for stay in first.stays),
        promises=tuple(one for place, row in enumerate(_own_first(own, rows)) for one in world.promises(row.id, place)),
        deeds=tuple(sorted((one for row in rows for one in world.deeds(row.id)), key=lambda deed: deed.at)),
        blank=frozenset(
            name for name in rules.fields if name.partition(".")[0] == own.workflow and not first.texts.get(name.partition(".")[2])
        ),
    )


def _own_first(own: CaseRow, rows: list[CaseRow]) -> list[CaseRow]:
    return [own, *(row for row in rows if row.id != own.id)]


class _World:
    """One case's world after its replay, as it is asked what was done."""

    def __init__(self, rulebook: Rulebook, simulation: Simulation, stores: Stores) -> None:
        self.rulebook = rulebook
        self.stores = stores
        self.now = simulation.now
        self.said: dict[str, list[tuple[str, str]]] = {}
        for channel, gateway in simulation.gateways.items():
            for parcel in gateway.carried:
                self.said.setdefault(parcel.effect_id, []).append((channel, parcel.text))

    def _court(self, case: Case) -> Court:
        return Court(self.rulebook, self.rulebook.workflows[case.workflow])

    def reading(self, case_id: str) -> Reading:
        """What its events say."""
        case = self.stores.store.load(case_id)
        return read_case(self._court(case), case)

    def promises(self, case_id: str, place: int) -> Iterator[Promise]:
        """Every clock the case had; those in shadow promise nothing."""
        case = self.stores.store.load(case_id)
        court = self._court(case)
        for clock in clocks_of(court, read_case(court, case), self.now, case.ledger.floors):
            if clock.policy.mode is Mode.LIVE:
                yield Promise(
                    policy=clock.policy.name, case=place, number=clock.number, due=clock.due, verdict=clock.verdict(self.now)
                )  # fmt: skip

    def deeds(self, case_id: str) -> Iterator[Deed]:
        """Everything that was done: sent, called, asked, begun."""
        begun: set[str] = set()
        for one in self.stores.store.load(case_id).ledger.issued:
            deed = self._deed(one)
            if deed is None:
                continue
            if one.chain and one.reason not in begun:
                begun.add(one.reason)
                yield escalation_of(one, deed.at)
            yield deed

    def _deed(self, one: Issued) -> Deed | None:
        rule = rule_of(one, one.id.partition(":")[0])
        if _in_shadow(self.rulebook, rule):
            return None
        match one.kind:
            case EffectKind.MESSAGE:
                at = self._left_at(one)
                return self._sending(one, rule, at) if at else None
            case EffectKind.COMMAND if one.handed_at is not None:
                row = self.stores.outbox.find(one.id)
                what = f"{one.channel}.{row.effect.command}" if row else one.channel or ""
                return Deed(kind=DeedKind.COMMAND, rule=rule, what=what, at=one.handed_at)
            case EffectKind.TASK:
                task = self.stores.worklist.get(one.id)
                return Deed(kind=DeedKind.TASK, rule=rule, what=task.text, to=one.to or "", at=one.at) if task else None
            case EffectKind.MAIL if not one.cause.startswith("gone:"):
                return Deed(kind=DeedKind.OPEN, rule=rule, what=_opened(self.rulebook, one), at=one.at)
        return None

    def _left_at(self, one: Issued) -> datetime | None:
        """When it was handed over; of a call, when it was put on the list, for nobody makes it here."""
        if one.handed_at is not None or one.id not in self.said:
            return one.handed_at
        row = self.stores.outbox.find(one.id)
        return row.sent_at if row else None

    def _sending(self, one: Issued, rule: Rule, at: datetime) -> Deed:
        said = self.said.get(one.id, [])
        segments, cost = 0, Decimal(0)
        for channel, text in said:
            pieces = 1
            if channel == "sms":
                pieces = segments_of(units_of(text) + sign_units(self.rulebook.connections.values(), channel))
                segments += pieces
            cost += self.rulebook.costs.get(channel, Decimal(0)) * pieces
        return Deed(
            kind=DeedKind.CALL if one.channel == "phone" else DeedKind.MESSAGE,
            rule=rule,
            what=one.message or one.chain or "",
            to=one.to or "",
            channel=one.channel or "",
            at=at,
            cost=cost,
            segments=segments,
            text=_print_of([text for _, text in said]),
        )


def escalation_of(one: Issued, at: datetime) -> Deed:
    """The chain that a step belongs to, as begun with that step."""
    return Deed(kind=DeedKind.ESCALATION, rule=Rule("chain", one.chain or ""), what=one.chain or "", at=at)


def rule_of(one: Issued, workflow: str) -> Rule:
    """Which rule stands behind an effect: its chain, its policy, the message it corrects, or a row of its workflow."""
    if one.chain:
        return Rule("chain", one.chain)
    if one.row.startswith("correct/") and one.message:
        return Rule("message", one.message)
    kind, _, clock = one.reason.partition(":")
    if kind == "clock":
        return Rule("policy", clock.partition("|")[0])
    return Rule("workflow", workflow)


def _in_shadow(rulebook: Rulebook, rule: Rule) -> bool:
    policy = rulebook.policies.get(rule.name) if rule.kind == "policy" else None
    return policy is not None and policy.mode is Mode.SHADOW


def _opened(rulebook: Rulebook, one: Issued) -> str:
    workflow = (one.target or "").partition(":")[0]
    return workflow if workflow in rulebook.workflows else one.row


def _print_of(texts: list[str]) -> str:
    """A fingerprint of what was said: enough to see that it differs, too little to read it."""
    return hashlib.sha256("\0".join(sorted(texts)).encode()).hexdigest()[:16] if any(texts) else ""


def under_new_names(before: Course, rulebook: Rulebook) -> Course:
    """An old course with the names that `was:` gave away replaced by those of now: a rename is no difference."""
    policies, chains, messages = (_was(kind) for kind in (rulebook.policies, rulebook.chains, rulebook.messages))
    states = {state.was: state.name for flow in rulebook.workflows.values() for state in flow.states.values() if state.was}
    if not (policies or chains or messages or states):
        return before
    names = {"policy": policies, "chain": chains, "message": messages}

    def rule(one: Rule) -> Rule:
        return Rule(one.kind, names.get(one.kind, {}).get(one.name, one.name))

    def deed(one: Deed) -> Deed:
        what = {**chains, **messages} if one.kind in (DeedKind.MESSAGE, DeedKind.CALL, DeedKind.ESCALATION) else {}
        return replace(one, rule=rule(one.rule), what=what.get(one.what, one.what))

    return replace(
        before,
        state=states.get(before.state, before.state),
        stops=tuple(Stop(states.get(one.state, one.state), one.at) for one in before.stops),
        promises=tuple(replace(one, policy=policies.get(one.policy, one.policy)) for one in before.promises),
        deeds=tuple(deed(one) for one in before.deeds),
    )


def _was(kind: Mapping[str, object]) -> dict[str, str]:
    """Old name -> name now."""
    found = ((getattr(one, "was", None), name) for name, one in kind.items())
    return {was: name for was, name in found if was and was not in kind}
