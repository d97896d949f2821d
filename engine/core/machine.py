"""Which row fits? One flat `transitions` machine per workflow version, driven statelessly.

The library draws the machine; nothing of it leaves this module. No models, no callbacks, no queue: see docs/decisions/0003.
An event is answered from a table read off that machine once, and a property test holds the table to what the library itself fires.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from transitions.core import Condition as LibraryCondition
from transitions.core import EventData, Machine, MachineError
from transitions.core import Transition as LibraryTransition

from engine.core.once import once
from engine.model.condition import Answer
from engine.model.span import Span
from engine.model.workflow import Transition, Workflow

Ask = Callable[[Transition], Answer]
"""Answers the `if:` of a row for the case at hand."""


@dataclass(frozen=True, slots=True)
class Picked:
    """The way an event takes from a state."""

    row: Transition | None = None
    """The row that fitted; None: a milestone, or nothing."""
    milestone: str | None = None
    """The milestone's state the event leads to."""
    span: Span | None = None
    """Where that milestone is written."""
    recorded: bool = False
    """A milestone event that leads nowhere from here: equal, earlier, or ignored."""
    unsure: Transition | None = None
    """The row whose condition could not be told; no further row was tried."""
    refused: bool = False
    """Rows exist for the event, and none of their conditions held."""


_NO_WAY = Picked()
_REFUSED = Picked(refused=True)


class _CouldNotTell(Exception):  # a signal through the library, not an error
    def __init__(self, row: Transition) -> None:
        self.row = row


class _Condition(LibraryCondition):
    """The name of a row in place of a callable: asks our own evaluator, strictly three-valued."""

    def check(self, event_data: EventData) -> bool:
        row = event_data.machine.rows[self.func]
        answer = event_data.kwargs["ask"](row) if isinstance(row, Transition) else Answer.YES
        if answer is Answer.COULD_NOT_TELL:
            raise _CouldNotTell(row)
        if answer is Answer.YES:
            event_data.kwargs["fitting"].append(row)
        return bool(answer is Answer.YES)


class _Transition(LibraryTransition):
    condition_cls = _Condition


class _Selector(Machine):
    transition_cls = _Transition

    def __init__(self, workflow: Workflow) -> None:
        self.rows: dict[str, Transition | Picked] = {}
        super().__init__(
            model=None,
            states=list(workflow.states),
            initial=workflow.start_state,
            send_event=True,
            auto_transitions=False,
            queued=False,
            ignore_invalid_triggers=False,
        )
        for state in workflow.states:
            for event, ways in _ways(workflow, state).items():
                for way in ways:
                    self._draw(state, event, way)

    def _draw(self, state: str, event: str, way: Transition | Picked) -> None:
        name = f"{state}/{event}/{len(self.rows)}"
        self.rows[name] = way
        # Every way is internal (dest None): where a case goes, `back` included, is for the reading to say.
        self.add_transition(event, state, None, conditions=name)

    @staticmethod
    def resolve_callable(func: object, event_data: EventData) -> Callable[..., bool | None]:
        raise LookupError(f"no callback by name here: {func!r}")


class _Cursor:
    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def pick(workflow: Workflow, state: str, event: str, ask: Ask) -> Picked:
    """The first way that fits: the state's own rows, then from_any_state (not for final states), then milestones."""
    ways = _table(workflow).get((state, event))
    if ways is None:
        return _NO_WAY
    for way in ways:
        if isinstance(way, Picked):
            return way
        answer = ask(way)
        if answer is Answer.YES:
            return Picked(row=way)
        if answer is Answer.COULD_NOT_TELL:
            return Picked(unsure=way)
    return _REFUSED


def fired(workflow: Workflow, state: str, event: str, ask: Ask) -> Picked:
    """The same answered by the library itself, the authority for `pick`."""
    drawn = _selector(_ById(workflow)).events.get(event)
    if drawn is None:
        return Picked()
    fitting: list[Transition | Picked] = []
    try:
        drawn.trigger(_Cursor(state), ask=ask, fitting=fitting)
    except MachineError:
        return Picked()
    except _CouldNotTell as doubt:
        return Picked(unsure=doubt.row)
    if not fitting:
        return Picked(refused=True)
    way = fitting[-1]
    return way if isinstance(way, Picked) else Picked(row=way)


def possible(workflow: Workflow, state: str) -> tuple[str, ...]:
    """Events that have some way from this state, in declared order: what a person may do now."""
    ways = _ways(workflow, state)
    moving = {event for event, rows in ways.items() if any(not (isinstance(row, Picked) and row.recorded) for row in rows)}
    return tuple(name for name in workflow.events if name in moving)


def _ways(workflow: Workflow, name: str) -> dict[str, list[Transition | Picked]]:
    """Event -> its ways from one state, in the order in which they are tried."""
    state = workflow.states[name]
    ways: dict[str, list[Transition | Picked]] = {}
    for row in (*state.transitions, *(() if state.final else workflow.from_any_state)):
        ways.setdefault(row.event, []).append(row)
    if not state.final:
        for event in dict.fromkeys(event for milestone in workflow.milestones for event in milestone.events):
            ways.setdefault(event, []).append(_milestone(workflow, name, event))
    return ways


def _milestone(workflow: Workflow, state: str, event: str) -> Picked:
    """On the line a later milestone is reached, an equal or earlier one only recorded; beside it every one leads back."""
    if workflow.states[state].ignores_scans:
        return Picked(recorded=True)
    line = [milestone.state for milestone in workflow.milestones]
    here = line.index(state) if state in line else -1
    for milestone in workflow.milestones[here + 1 :]:
        if event in milestone.events:
            return Picked(milestone=milestone.state, span=milestone.span)
    return Picked(recorded=True)


class _ById:
    """Hashes a workflow by its version, so that one machine serves every equal copy."""

    __slots__ = ("workflow",)

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow

    def __hash__(self) -> int:
        return hash((self.workflow.name, self.workflow.version))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and (
            self.workflow is other.workflow or (self.workflow.name, self.workflow.version) == (other.workflow.name, other.workflow.version)
        )


@lru_cache(maxsize=256)
def _selector(key: _ById) -> _Selector:
    return _Selector(key.workflow)


@once(256)
def _table(workflow: Workflow) -> Mapping[tuple[str, str], Sequence[Transition | Picked]]:
    """(state, event) -> the ways in the order in which the library's machine tries them, read off the machine itself."""
    selector = _selector(_ById(workflow))
    return {
        (state, name): tuple(selector.rows[str(one.conditions[0].func)] for one in drawn)
        for name, event in selector.events.items()
        for state, drawn in event.transitions.items()
    }
