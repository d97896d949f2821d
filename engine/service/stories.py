"""Does the rulebook do what its stories say? Plays them on the production core at simulated time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from engine.model.decision import JournalRow
from engine.model.fieldtext import write_text
from engine.model.receipt import Parcel
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.story import Expectation, SentExpectation, Story, StoryStep
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow
from engine.ports.worklist import Task, TaskStatus
from engine.service import hands
from engine.service.desk import Said
from engine.service.simulate import Simulation, Stores, incoming_of

HAND = "hand/story"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing a step expected and did not get."""

    span: Span
    at: datetime
    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class StoryResult:
    story: Story
    mismatches: Sequence[Mismatch] = ()

    @property
    def ok(self) -> bool:
        return not self.mismatches


@dataclass(slots=True)
class Window:
    """What happened since the step before."""

    parcels: list[Parcel] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    late: set[str] = field(default_factory=set)
    corrected: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


def play(rulebook: Rulebook, story: Story, stores: Stores) -> StoryResult:
    """Play one story from its first step to its last; every mismatch of every step is reported."""
    return _Player(rulebook, story, stores).play()


class _Player:
    def __init__(self, rulebook: Rulebook, story: Story, stores: Stores) -> None:
        self.rulebook = rulebook
        self.story = story
        self.workflow = rulebook.workflows[story.workflow]
        self.simulation = Simulation(rulebook, stores, story.steps[0].at)
        self.stores = stores
        self.case = ""
        self.mismatches: list[Mismatch] = []
        self._seen_parcels: dict[str, int] = {}
        self._seen_tasks: set[str] = set()
        self._seen_rows: dict[str, int] = {}
        self._seen_cases: set[str] = set()

    def play(self) -> StoryResult:
        for number, step in enumerate(self.story.steps):
            self.simulation.run_until(step.at, inclusive=False)
            for channel, mode in step.channels.items():
                self.simulation.switch(channel, mode)
            if number == 0:
                self._open(step)
            case = self._case_of(step)
            self._do(step, case, first=number == 0)
            self.simulation.run_until(step.at)
            window = self._look()
            if step.expect is not None:
                self._check(step.expect, step.at, window, self._case_of(step) or case)
        return StoryResult(self.story, tuple(self.mismatches))

    def _open(self, step: StoryStep) -> None:
        """The first step opens the case; its start event is raised if the step names another."""
        start = self.workflow.start_events[0]
        name = step.event if step.event in self.workflow.start_events else start
        data = {**example_fields(self.workflow, step.at), **self.story.fields, **step.fields}
        self.case = self._raise(name or start, step, data, None) or ""

    def _case_of(self, step: StoryStep) -> str:
        if not step.case:
            return self.case
        for value in step.case.values():
            for row in self.stores.directory.find(value):
                return row.id
        return self.case

    def _do(self, step: StoryStep, case: str, *, first: bool) -> None:
        if step.event is not None and step.event in self.workflow.start_events:
            if not first:
                data = {**example_fields(self.workflow, step.at), **self.story.fields, **step.fields}
                self._raise(step.event, step, data, None)
        elif step.event is not None:
            self._raise(step.event, step, dict(step.fields), case)
        if step.finished is not None:
            self._finish(step, *step.finished)
        if step.answered is not None:
            self._answer(step, step.answered)
        if step.acknowledged is not None:
            report = hands.acknowledge(self.stores, case, step.acknowledged, "story", step.at)
            self.stores.store.accept([report], step.at)
            self.simulation.settle()

    def _raise(self, event: str, step: StoryStep, data: Mapping[str, object], case: str | None) -> str | None:
        one = incoming_of(
            source=HAND,
            workflow=self.workflow.name if case is None else case.partition(":")[0],
            event=event,
            at=step.at,
            data=data,
            case=case,
            occurred_at=step.happened_at,
            id=f"{step.span.line}.{event}",
        )
        answer = self.simulation.accept([one])[0]
        if answer.said is not Said.ACCEPTED:
            problems = ";".join(problem.zh for problem in answer.problems)
            self._miss(step.span, step.at, "event", f"{event} 被接受", f"{answer.said.value} {problems}")
        return answer.case_id

    def _finish(self, step: StoryStep, role: str, result: str) -> None:
        open_tasks = self.stores.worklist.tasks(status=(TaskStatus.OPEN,), role=role)
        asked = [task for task in open_tasks if task.kind == "task" and result in task.asks]
        noted = [task for task in open_tasks if task.kind == "task" and not task.asks]
        if not asked and not noted:
            self._miss(step.span, step.at, "finished", f"{role} 有待办可选 {result}", "没有")
            return
        task = (asked or noted)[-1]
        event, note = (result, "") if asked else ("", result)
        done = hands.finish(self.stores, self.rulebook, task.id, "story", step.at, result=event, note=note, data=step.fields)
        if done.said != "finished":
            self._miss(step.span, step.at, "finished", f"{role}: {result}", ";".join(problem.zh for problem in done.problems))
        self.simulation.settle()

    def _answer(self, step: StoryStep, role: str) -> None:
        calls = [task for task in self.stores.worklist.tasks(status=(TaskStatus.OPEN,), role=role) if task.kind == "call"]
        if not calls:
            self._miss(step.span, step.at, "answered", f"{role} 有电话可接", "没有")
            return
        hands.finish(self.stores, self.rulebook, calls[0].id, "story", step.at, result="told")
        self.simulation.settle()

    def _look(self) -> Window:
        """Everything new since the last look, over all cases of the story."""
        window = Window()
        for name, gateway in self.simulation.gateways.items():
            parcels = gateway.carried[self._seen_parcels.get(name, 0) :]
            self._seen_parcels[name] = len(gateway.carried)
            window.parcels += [one for one in parcels if not one.command]
            window.commands += [one.command for one in parcels if one.command]
        for task in self.stores.worklist.tasks(limit=100_000):
            if task.id not in self._seen_tasks:
                self._seen_tasks.add(task.id)
                window.tasks += [task] if task.kind == "task" else []
        for row in self.stores.directory.cases(limit=100_000):
            if row.id not in self._seen_cases:
                self._seen_cases.add(row.id)
                window.opened += [row.workflow] if row.id != self.case else []
            new = [one for one in self.stores.directory.journal(row.id) if one.revision > self._seen_rows.get(row.id, 0)]
            self._seen_rows[row.id] = row.revision
            self._read_notes(window, new)
            window.late |= {clock.policy for clock in row.clocks if clock.stopped_at and _ended_late(clock.verdict, clock.stopped_at, new)}
        return window

    def _read_notes(self, window: Window, rows: Sequence[JournalRow]) -> None:
        for note in (note for row in rows for note in row.notes):
            if note.kind == "late":
                window.late.add(note.subject)
            elif note.kind == "corrected":
                window.corrected.add(note.subject)
                window.late.discard(note.subject)

    def _check(self, expect: Expectation, at: datetime, window: Window, case: str) -> None:
        if expect.state is not None:
            state = next((row.state for row in self.stores.directory.find(case)), "")
            if state != expect.state:
                self._miss(expect.span, at, "state", expect.state, state)
        self._check_sent(expect, at, window)
        self._check_list(expect.span, at, "tasks", expect.tasks, [task.role for task in window.tasks])
        self._check_list(expect.span, at, "late", expect.late, window.late)
        self._check_list(expect.span, at, "corrected", expect.corrected, window.corrected)
        self._check_list(expect.span, at, "opened", expect.opened, window.opened)
        self._check_list(expect.span, at, "commands", expect.commands, window.commands)

    def _check_list(self, span: Span, at: datetime, what: str, expected: Sequence[str] | None, got: Sequence[str] | set[str]) -> None:
        if expected is not None and Counter(expected) != Counter(got):
            self._miss(span, at, what, _shown(sorted(expected)), _shown(sorted(got)))

    def _check_sent(self, expect: Expectation, at: datetime, window: Window) -> None:
        """Exact: each parcel is expected once, each expectation met once."""
        left = _by_effect(self.simulation, window.parcels)
        for one in expect.sent:
            found = next((parcel for parcel in left if _fits(parcel, one)), None)
            if found is None:
                self._miss(one.span, at, "sent", _sent_shown(one), _shown([_parcel_shown(parcel) for parcel in left]))
            else:
                left.remove(found)
        if left:
            self._miss(expect.span, at, "sent", "没有别的", _shown([_parcel_shown(parcel) for parcel in left]))

    def _miss(self, span: Span, at: datetime, what: str, expected: str, got: str) -> None:
        self.mismatches.append(Mismatch(span, at, what, expected, got))


def _ended_late(verdict: str, stopped_at: datetime, new: Sequence[JournalRow]) -> bool:
    return verdict == "late" and any(row.occurred_at == stopped_at or row.received_at == stopped_at for row in new)


@dataclass(frozen=True, slots=True)
class _Sent:
    channel: str
    to: str
    message: str
    text: str


def _by_effect(simulation: Simulation, parcels: Sequence[Parcel]) -> list[_Sent]:
    """One line per effect: several people on duty got the same."""
    channels = {parcel.key: name for name, gateway in simulation.gateways.items() for parcel in gateway.carried}
    first = {parcel.effect_id: parcel for parcel in parcels}.values()
    return [_Sent(channels[one.key], role, one.message, one.text) for one in first for role in (one.role, *one.also)]


def _fits(sent: _Sent, expected: SentExpectation) -> bool:
    return (
        (sent.channel, sent.to) == (expected.channel, expected.to)
        and (expected.message is None or expected.message == sent.message)
        and (expected.says is None or expected.says in sent.text)
    )


def _sent_shown(one: SentExpectation) -> str:
    says = f" 含“{one.says}”" if one.says else ""
    return f"{one.channel}: {one.to} {one.message or ''}{says}".strip()


def _parcel_shown(one: _Sent) -> str:
    return f"{one.channel}: {one.to} {one.message} “{one.text}”"


def _shown(items: Sequence[str]) -> str:
    return "、".join(items) or "没有"


def example_fields(workflow: Workflow, at: datetime) -> dict[str, str]:
    """A value for every field that is not optional, from its type, so that a story names only what matters."""
    return {
        one.name: _example(one, at)
        for one in workflow.fields.values()
        if not one.optional and one.type not in (FieldType.SERIAL, FieldType.COUNT)
    }


def _example(one: Field, at: datetime) -> str:
    match one.type:
        case FieldType.CHOICE:
            return one.choices[0]
        case FieldType.NUMBER | FieldType.MONEY:
            return write_text(min(Decimal(1), one.max) if one.max is not None else Decimal(1))
        case FieldType.PHONE:
            return "13800138000"
        case FieldType.TIME:
            return write_text(at + timedelta(days=3))
        case FieldType.DATE:
            return write_text((at + timedelta(days=3)).date())
        case FieldType.YES_NO:
            return "no"
        case _:
            return f"示例{one.label}"[: int(one.max) if one.max is not None else None]
