"""What do the stories touch? Transitions, promises, messages and steps that a played story really reached, and what no story did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.core.reading import clocks_of, read_case
from engine.core.terms import Court, terms_of
from engine.model.case import ClockVerdict
from engine.model.condition import Clause, Condition
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.service.simulate import Simulation, Stores

KINDS = ("state", "transition", "condition", "policy", "exception", "verdict", "row", "message", "fallback", "step")
ENDS = (ClockVerdict.MET, ClockVerdict.LATE)
"""Verdicts every promise should be seen to come to."""


@dataclass(frozen=True, slots=True)
class Coverable:
    """One thing of the rules that a story can reach."""

    kind: str
    key: str
    span: Span
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything that can be reached, and what was."""

    everything: Sequence[Coverable]
    touched: frozenset[str]

    def left_out(self, kind: str | None = None) -> list[Coverable]:
        """What no story reached, in written order."""
        return [one for one in self.everything if one.key not in self.touched and kind in (None, one.kind)]

    def share(self, kind: str) -> tuple[int, int]:
        """(reached, all) of one kind."""
        mine = [one for one in self.everything if one.kind == kind]
        return sum(one.key in self.touched for one in mine), len(mine)


def coverables(rulebook: Rulebook) -> list[Coverable]:
    """Everything in the rulebook that a story can reach."""
    return [*_of_workflows(rulebook), *_of_policies(rulebook), *_of_messages(rulebook), *_of_chains(rulebook)]


def _of_workflows(rulebook: Rulebook) -> Iterator[Coverable]:
    for workflow in rulebook.workflows.values():
        for state in workflow.states.values():
            named = f"{workflow.name} {state.name}"
            yield Coverable(
                "state", f"state {named}", state.span, f"没有到过状态 {state.name}({state.label})", f"state {state.name} is never entered"
            )
        rows = [row for state in workflow.states.values() for row in state.transitions] + list(workflow.from_any_state)
        for row in rows:
            key = f"{workflow.name} {row.key}"
            yield Coverable("transition", f"row {key}", row.span, f"没有走过流转 {row.key}", f"transition {row.key} is never taken")
            if row.condition is not None:
                yield Coverable(
                    "condition", f"no {key}", row.span, f"流转 {row.key} 的条件没有不成立过", f"the condition of {row.key} is never false"
                )


def _of_policies(rulebook: Rulebook) -> Iterator[Coverable]:
    for policy in rulebook.policies.values():
        name = policy.name
        yield Coverable("policy", f"clock {name}", policy.span, f"时效 {name} 没有计过时", f"no clock of {name} ever runs")
        if policy.excepts:
            yield Coverable(
                "exception",
                f"terms {name} 0",
                policy.span,
                f"时效 {name} 的默认时限没有用过",
                f"the default terms of {name} are never used",
            )
        for place, row in enumerate(policy.excepts, 1):
            told = f"时效 {name} 第 {place} 行例外没有用过", f"exception {place} of {name} is never used"
            yield Coverable("exception", f"terms {name} {place}", row.span, *told)
        for verdict in ENDS:
            zh = "按时" if verdict is ClockVerdict.MET else "超时"
            yield Coverable("verdict", f"verdict {name} {verdict}", policy.span, f"时效 {name} 没有{zh}过", f"{name} is never {verdict}")
        for timeline_row in policy.timeline:
            told = f"时效 {name} 的 {timeline_row.key} 没有执行过", f"row {timeline_row.key} of {name} never fires"
            yield Coverable("row", f"fired {name} {timeline_row.key}", timeline_row.span, *told)


def _of_messages(rulebook: Rulebook) -> Iterator[Coverable]:
    for message in rulebook.messages.values():
        yield Coverable(
            "message", f"sent {message.name}", message.span, f"消息 {message.name} 没有发过", f"message {message.name} is never sent"
        )
        if message.fallback is not None:
            told = f"消息 {message.name} 的备用渠道没有走过", f"the fallback of {message.name} is never taken"
            yield Coverable("fallback", f"fallback {message.name}", message.fallback.span, *told)


def _of_chains(rulebook: Rulebook) -> Iterator[Coverable]:
    for chain in rulebook.chains.values():
        for place, step in enumerate(chain.steps, 1):
            told = f"升级链 {chain.name} 没有走到第 {place} 级", f"step {place} of {chain.name} is never reached"
            yield Coverable("step", f"step {chain.name} {place}", step.span, *told)


def touched(rulebook: Rulebook, stores: Stores, simulation: Simulation) -> frozenset[str]:
    """What the cases of one played story reached, under the keys of `coverables`; also `event`, `workflow`, `message` and `chain`."""
    found: set[str] = set()
    for row in stores.directory.cases(limit=100_000):
        found.add(f"workflow {row.workflow}")
        found.update(_by_journal(rulebook, row.workflow, stores, row.id))
        found.update(_by_clocks(rulebook, row.workflow, stores, row.id, simulation))
        for issued in stores.store.load(row.id).ledger.issued:
            found |= {f"message {issued.message}"} if issued.message else set()
        found |= {f"sent {one.message}" for one in stores.directory.sent(row.id) if one.message and one.sent_at is not None}
    return frozenset(found)


def _by_journal(rulebook: Rulebook, workflow: str, stores: Stores, case: str) -> Iterator[str]:
    clauses = {
        clause.span: row.key
        for rows in (
            *(one.transitions for one in rulebook.workflows[workflow].states.values()),
            rulebook.workflows[workflow].from_any_state,
        )
        for row in rows
        if row.condition is not None
        for clause in _clauses(row.condition)
    }
    for entry in stores.directory.journal(case):
        yield f"state {workflow} {entry.state_after}"
        yield f"event {workflow} {entry.name}"
        if entry.transition:
            yield f"row {workflow} {entry.transition}"
        tried = {clauses[check.span] for check in entry.checks if check.span in clauses}
        yield from (f"no {workflow} {key}" for key in tried if key != entry.transition)
        for note in entry.notes:
            match note.kind:
                case "late":
                    yield f"verdict {note.subject} {ClockVerdict.LATE}"
                case "row_fired":
                    yield f"fired {note.subject}"
                case "fallback":
                    yield f"fallback {note.subject}"
                case "chain_started" | "chain_reason":
                    yield f"chain {note.subject}"
                case "chain_step":
                    yield f"step {note.subject} {note.detail.partition(' ')[0]}"


def _clauses(condition: Condition) -> Iterator[Clause]:
    if isinstance(condition, Clause):
        yield condition
    else:
        for part in condition.parts:
            yield from _clauses(part)


def _by_clocks(rulebook: Rulebook, workflow: str, stores: Stores, case: str, simulation: Simulation) -> Iterator[str]:
    court = Court(rulebook, rulebook.workflows[workflow])
    loaded = stores.store.load(case)
    for clock in clocks_of(court, read_case(court, loaded), simulation.now, loaded.ledger.floors):
        policy = clock.policy
        yield f"clock {policy.name}"
        yield f"verdict {policy.name} {clock.verdict(simulation.now)}"
        used = terms_of(court, policy, clock.start, clock.changes[-1] if clock.changes else clock.start)
        for place, row in enumerate(policy.excepts, 1):
            if row.terms is used:
                yield f"terms {policy.name} {place}"
        if used is policy.terms:
            yield f"terms {policy.name} 0"
