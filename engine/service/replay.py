"""What do old histories come to under these rules? Each case replayed in a world of its own, at its own pace."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.case import ClockView
from engine.model.decision import Outcome
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.ports.directory import CaseRow
from engine.service.desk import Incoming, Said
from engine.service.simulate import Simulation, Stores

SOURCE = "connection/history"
"""Recorded events are read leniently: what a feed once said is kept, never refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldEvent:
    """One line of a history."""

    line: int
    case: str
    workflow: str
    event: str
    occurred_at: datetime
    received_at: datetime
    data: Mapping[str, object]
    sequence: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCase:
    """A case's history, in order of receipt."""

    case: str
    workflow: str
    events: tuple[OldEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """What one case came to."""

    case: str
    workflow: str
    state: str
    policies: Mapping[str, ClockView]
    """The last clock of each policy that had one."""
    messages: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    effects: tuple[str, ...] = ()
    """Ids of everything that was issued, in order."""
    unknown_events: int = 0
    parked: int = 0
    linked: int = 0
    """Cases it opened."""


def group(events: Sequence[OldEvent], entity_of: Callable[[OldEvent], str]) -> list[OldCase]:
    """Histories by case, each in order of receipt (equal instants: as written), cases as they first appear."""
    cases: dict[tuple[str, str], list[OldEvent]] = {}
    for event in events:
        cases.setdefault((event.case, entity_of(event)), []).append(event)
    return [
        OldCase(case=case, workflow=workflow, events=tuple(sorted(rows, key=lambda one: one.received_at)))
        for (case, workflow), rows in cases.items()
    ]


def replay(rulebook: Rulebook, case: OldCase, until: datetime, new_stores: Callable[[], Stores]) -> CaseOutcome:
    """Replay one case to `until`; timers between events fire at their time, and nothing is sent."""
    stores = new_stores()
    simulation, parked = played(rulebook, case, until, stores, texts=False)
    return outcome_of(case, stores, simulation, parked=parked)


def outcome_of(case: OldCase, stores: Stores, simulation: Simulation, *, parked: int) -> CaseOutcome:
    """What the case came to in these stores."""
    rows = stores.directory.cases(limit=1000)
    own = next((row for row in rows if row.workflow == case.workflow), None)
    if own is None:
        return CaseOutcome(case=case.case, workflow=case.workflow, state="", policies={}, parked=parked)
    return _outcome(case, own, stores, simulation, linked=len(rows) - 1, parked=parked)


def played(rulebook: Rulebook, case: OldCase, until: datetime, stores: Stores, *, texts: bool) -> tuple[Simulation, int]:
    """The case lived again in these empty stores, and how many of its events had to wait for it."""
    simulation = Simulation(rulebook, stores, case.events[0].received_at, texts=texts)
    parked = 0
    for event in case.events:
        simulation.run_until(event.received_at, inclusive=False)
        answer = simulation.accept([incoming_of_old(event, case.case, rulebook)])[0]
        parked += answer.said is Said.PARKED
    simulation.run_until(until)
    return simulation, parked


def incoming_of_old(event: OldEvent, case: str, rulebook: Rulebook) -> Incoming:
    """The event under the name its history knows. A serial we would give ourselves is that name, or later reports that bring another
    name of the case (its waybill number) would find nobody."""
    workflow = rulebook.workflows.get(event.workflow)
    opens = workflow is not None and event.event in workflow.start_events
    serials = [one for one in workflow.identified_by if workflow.fields[one].type is FieldType.SERIAL] if workflow and opens else []
    return Incoming(
        source=SOURCE,
        id=event.id,
        workflow=event.workflow,
        event=event.event,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        case=case,
        data={**dict.fromkeys(serials[:1], case), **event.data},
        sequence=event.sequence,
    )


def _outcome(case: OldCase, own: CaseRow, stores: Stores, simulation: Simulation, *, linked: int, parked: int) -> CaseOutcome:
    journal = stores.directory.journal(own.id)
    loaded = stores.store.load(own.id)
    views = _views(simulation, own.id)
    return CaseOutcome(
        case=case.case,
        workflow=case.workflow,
        state=own.state,
        policies=views,
        linked=linked,
        parked=parked,
        messages=Counter(one.message for one in loaded.ledger.issued if one.message and one.handed_at),
        outcomes=Counter(row.outcome.value for row in journal if row.kind == "happened"),
        effects=tuple(one.id for one in loaded.ledger.issued),
        unknown_events=sum(row.outcome is Outcome.UNKNOWN_EVENT for row in journal),
    )


def _views(simulation: Simulation, case_id: str) -> dict[str, ClockView]:
    """Clocks as they stand at the end of the replay."""
    return {view.policy: view for view in simulation.clocks(case_id)}
