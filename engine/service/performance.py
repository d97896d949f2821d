"""What happens when a story is played? Its steps done one by one at simulated time, and what was seen after each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from engine.model.decision import JournalRow
from engine.model.event import Acceptance, Report
from engine.model.fieldtext import write_text
from engine.model.receipt import Parcel
from engine.model.rulebook import Rulebook
from engine.model.story import Story, StoryStep
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow
from engine.ports.directory import CaseRow
from engine.ports.worklist import Task, TaskStatus
from engine.service import hands
from engine.service.case_hands import CaseHands
from engine.service.desk import Problem, Said
from engine.service.simulate import Simulation, Stores, incoming_of

HAND = "hand/story"
EPILOGUE = timedelta(hours=1)
"""So long a story is watched beyond its last step, to tell what came a little too late."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One line per effect and role: several people on duty got the same."""

    channel: str
    to: str
    message: str
    text: str
    at: datetime
    case: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What a step could not do: nobody had the task, no call was open."""

    what: str
    expected: str
    got: str


@dataclass(slots=True)
class Scene:
    """What stood after a step, and what had happened since the one before, over all cases of the story."""

    at: datetime
    state: str = ""
    refused: str = ""
    """Why the step was refused; empty: it was not."""
    undone: list[Undone] = field(default_factory=list)
    sent: list[Sending] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    late: set[str] = field(default_factory=set)
    corrected: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """Policy -> how its last clock on the step's case stood."""


class Performance:
    """A story as it was played: one scene per step."""

    def __init__(self, simulation: Simulation, scenes: Sequence[Scene]) -> None:
        self.simulation = simulation
        self.scenes = scenes
        self._all: list[Sending] | None = None

    def all_sent(self) -> Sequence[Sending]:
        """Everything sent in the whole story and an hour beyond its end; played on only when somebody asks."""
        if self._all is None:
            self.simulation.run_until(self.scenes[-1].at + EPILOGUE)
            self._all = sendings(self.simulation, {})
        return self._all


def perform(rulebook: Rulebook, story: Story, stores: Stores) -> Performance:
    """Play one story from its first step to its last. Compares nothing."""
    return _Player(rulebook, story, stores).play()


class _Player:
    def __init__(self, rulebook: Rulebook, story: Story, stores: Stores) -> None:
        self.rulebook = rulebook
        self.story = story
        self.workflow = rulebook.workflows[story.workflow]
        self.simulation = Simulation(rulebook, stores, story.steps[0].at)
        self.stores = stores
        self.case = ""
        self.scene = Scene(story.steps[0].at)
        self._seen_parcels: dict[str, int] = {}
        self._seen_tasks: set[str] = set()
        self._seen_rows: dict[str, int] = {}
        self._seen_cases: set[str] = set()

    def play(self) -> Performance:
        scenes = []
        for number, step in enumerate(self.story.steps):
            self.scene = Scene(step.at)
            scenes.append(self.scene)
            self.simulation.run_until(step.at, inclusive=False)
            for channel, mode in step.channels.items():
                self.simulation.switch(channel, mode)
            if number == 0:
                self._open(step)
            case = self._case_of(step)
            self._do(step, case, first=number == 0)
            self.simulation.run_until(step.at)
            self._look(self._case_of(step) or case)
        return Performance(self.simulation, scenes)

    def _open(self, step: StoryStep) -> None:
        """The first step opens the case; its start event is raised if the step names another."""
        start = self.workflow.start_events[0]
        name = step.event if step.event in self.workflow.start_events else start
        data = {**example_fields(self.workflow, step.at), **self.story.fields, **step.fields}
        self.case = self._raise(name or start, step, data, None) or ""

    def _case_of(self, step: StoryStep) -> str:
        for value in step.case.values():
            for row in self.stores.directory.find(value):
                if step.linked in (None, row.workflow):
                    return row.id
        if step.linked is not None:
            rows = [row for row in self.stores.directory.cases(workflow=step.linked, limit=1000) if row.id != self.case]
            return max(rows, key=lambda row: row.opened_at).id if rows else ""
        return self.case

    def _do(self, step: StoryStep, case: str, *, first: bool) -> None:
        if step.linked is not None and not case:
            self.scene.undone.append(Undone("linked", f"有一张关联的 {step.linked}", "没有"))
            return
        if step.event is not None and step.linked is None and step.event in self.workflow.start_events:
            if not first:
                data = {**example_fields(self.workflow, step.at), **self.story.fields, **step.fields}
                self._raise(step.event, step, data, None)
        elif step.event is not None:
            self._raise(step.event, step, dict(step.fields), case)
        if step.retracts is not None:
            self._raise("retracted", step, {}, case, extra={"retracts": step.retracts})
        if step.finished is not None:
            self._finish(step, case, *step.finished)
        if step.answered is not None:
            self._answer(step, *step.answered)
        if step.acknowledged is not None:
            self._take(hands.acknowledge(self.stores, case, step.acknowledged, "story", step.at))
        self._handle(step, case)

    def _handle(self, step: StoryStep, case: str) -> None:
        """What a person does with the case itself."""
        deeds = CaseHands(self.stores, lambda: self.rulebook, self.simulation.clock, self._take)
        if step.held:
            answer = deeds.hold(case, by="story", why=self.story.name, until=step.held_until)
        elif step.resumed:
            answer = deeds.resume(case, by="story", why=self.story.name)
        elif step.sent_again is not None:
            answer = deeds.send_again(case, step.sent_again, by="story", why=self.story.name)
        else:
            return
        self.scene.refused = _said(answer.problems)

    def _take(self, report: Report) -> Acceptance:
        taken = self.stores.store.accept([report], self.simulation.now)[0]
        self.simulation.settle()
        return taken

    def _raise(
        self, event: str, step: StoryStep, data: Mapping[str, object], case: str | None, extra: Mapping[str, str] | None = None
    ) -> str | None:
        one = incoming_of(
            source=HAND,
            workflow=self.workflow.name if case is None else case.partition(":")[0],
            event=event,
            at=step.at,
            data=data,
            case=case,
            occurred_at=step.happened_at,
            id=f"{step.span.line}.{event}",
            extra=extra or {},
            by_person=step.by_person,
        )
        answer = self.simulation.accept([one])[0]
        if answer.said is Said.REFUSED:
            self.scene.refused = _said(answer.problems)
        elif answer.said is not Said.ACCEPTED:
            self.scene.undone.append(Undone("event", f"{event} 被接受", answer.said.value))
        return answer.case_id

    def _finish(self, step: StoryStep, case: str, role: str, result: str) -> None:
        wanted = case if step.linked or step.case else None
        open_tasks = self.stores.worklist.tasks(status=(TaskStatus.OPEN,), role=role, case=wanted)
        asked = [task for task in open_tasks if task.kind == "task" and result in task.asks]
        noted = [task for task in open_tasks if task.kind == "task" and not task.asks]
        if not asked and not noted:
            self.scene.undone.append(Undone("finished", f"{role} 有待办可选 {result}", "没有"))
            return
        task = (asked or noted)[-1]
        event, note = (result, "") if asked else ("", result)
        done = hands.finish(self.stores, self.rulebook, task.id, "story", step.at, result=event, note=note, data=step.fields)
        if done.said == "refused":
            self.scene.refused = _said(done.problems)
        elif done.said != "finished":
            self.scene.undone.append(Undone("finished", f"{role}: {result}", done.said))
        self.simulation.settle()

    def _answer(self, step: StoryStep, role: str, result: str) -> None:
        calls = [task for task in self.stores.worklist.tasks(status=(TaskStatus.OPEN,), role=role) if task.kind == "call"]
        if not calls:
            self.scene.undone.append(Undone("answered", f"{role} 有电话可接", "没有"))
            return
        hands.finish(self.stores, self.rulebook, calls[0].id, "story", step.at, result=result)
        self.simulation.settle()

    def _look(self, case: str) -> None:
        """Everything new since the last look, over all cases of the story."""
        scene = self.scene
        scene.commands = [one.command for name in self.simulation.gateways for one in self._parcels(name) if one.command]
        scene.sent = sendings(self.simulation, self._seen_parcels)
        self._seen_parcels = {name: len(gateway.carried) for name, gateway in self.simulation.gateways.items() if gateway.carried}
        for task in self.stores.worklist.tasks(limit=100_000):
            if task.id not in self._seen_tasks:
                self._seen_tasks.add(task.id)
                scene.tasks += [task] if task.kind == "task" else []
        for row in self.stores.directory.cases(limit=100_000):
            if row.id not in self._seen_cases:
                self._seen_cases.add(row.id)
                scene.opened += [row.workflow] if row.id != self.case else []
            if row.id == case:
                scene.state = row.state
                scene.verdicts = {clock.policy: clock.verdict.value for clock in row.clocks}
            if row.revision != self._seen_rows.get(row.id, 0):
                self._read(row)

    def _parcels(self, name: str) -> Sequence[Parcel]:
        return self.simulation.gateways[name].carried[self._seen_parcels.get(name, 0) :]

    def _read(self, row: CaseRow) -> None:
        """What the new rows of a case's journal say of its promises."""
        new = [one for one in self.stores.directory.journal(row.id) if one.revision > self._seen_rows.get(row.id, 0)]
        self._seen_rows[row.id] = row.revision
        for note in (note for one in new for note in one.notes):
            if note.kind == "late":
                self.scene.late.add(note.subject)
            elif note.kind == "corrected":
                self.scene.corrected.add(note.subject)
                self.scene.late.discard(note.subject)
        self.scene.late |= {
            clock.policy for clock in row.clocks if clock.stopped_at and clock.verdict == "late" and _ended_now(clock.stopped_at, new)
        }


def _said(problems: Sequence[Problem]) -> str:
    """Why a step was refused."""
    return ";".join(problem.zh for problem in problems)


def _ended_now(stopped_at: datetime, new: Sequence[JournalRow]) -> bool:
    return any(stopped_at in (row.occurred_at, row.received_at) for row in new)


def sendings(simulation: Simulation, seen: Mapping[str, int]) -> list[Sending]:
    """What the channels carried beyond so many parcels each; one line per effect and role, commands left out."""
    first: dict[str, tuple[str, Parcel, datetime]] = {}
    for name, gateway in simulation.gateways.items():
        for parcel, at in zip(gateway.carried[seen.get(name, 0) :], gateway.carried_at[seen.get(name, 0) :], strict=True):
            if not parcel.command:
                first.setdefault(parcel.effect_id, (name, parcel, at))
    return [
        Sending(channel, role, parcel.message, parcel.text, at, parcel.case)
        for channel, parcel, at in first.values()
        for role in (parcel.role, *parcel.also)
    ]


def example_fields(workflow: Workflow, at: datetime) -> dict[str, str]:
    """A value for every field that is not optional, from its type, so that a story names only what matters."""
    return {
        one.name: example(one, at)
        for one in workflow.fields.values()
        if not one.optional and one.type not in (FieldType.SERIAL, FieldType.COUNT)
    }


def example(one: Field, at: datetime) -> str:
    """An invented value that its type takes."""
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
