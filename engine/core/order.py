"""In what order did it happen? The order of time of one case's events (language.md, Workflow)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from engine.core.docket import Docket, docket_of
from engine.model.event import Event, EventKind, Heard
from engine.model.workflow import Workflow

FUTURE_TOLERANCE = timedelta(minutes=10)
"""An event from further ahead is suspect: it counts as of its receipt (time.md 2.3)."""

OPENED_BY_CASE = "opened_by_case"
"""The event with which another case opens this one (`open:`)."""

_BESIDE_THE_LINE = 10_000
_RECEIPTS_LAST = 20_000
_NO_SEQUENCE = 1 << 60


def event_key(event: Event) -> str:
    """What names an event within a case, for ever."""
    return f"{event.source}|{event.id}"


def effective_at(event: Event) -> datetime:
    """When it happened, clamped to the receipt if it claims the future."""
    ahead = event.occurred_at - event.received_at
    return event.received_at if ahead > FUTURE_TOLERANCE else event.occurred_at


def in_order(workflow: Workflow, history: Iterable[Heard]) -> list[Heard]:
    """The events in the order in which they happened, the opening first, retracted ones left out.

    Equal instants: main-line order, then the source's own sequence, then declared order, then receipt.
    """
    kept = _without_retracted(list(history))
    if not kept:
        return []
    docket = docket_of(workflow)
    ordered = sorted(kept, key=lambda heard: _place(docket, heard))
    opening = _opening(workflow, ordered)
    return [opening, *(heard for heard in ordered if heard is not opening)]


def _place(docket: Docket, heard: Heard) -> tuple[datetime, int, int, int, datetime, int]:
    event = heard.event
    line = _RECEIPTS_LAST if event.kind is EventKind.RECEIPT else docket.ranks.get(event.name, _BESIDE_THE_LINE)
    sequence = _NO_SEQUENCE if event.sequence is None else event.sequence
    return (effective_at(event), line, sequence, docket.declared.get(event.name, _BESIDE_THE_LINE), event.received_at, heard.number)


def comes_last(workflow: Workflow, read: Sequence[Heard], heard: Heard) -> bool:
    """Whether a newly heard event simply follows what was read before: nothing has to be read again."""
    if heard.event.name == "retracted" or not read:
        return False
    if _opens(workflow, read[0]) and read[-1].event.name != "retracted":
        docket = docket_of(workflow)
        if max(_place(docket, read[0]), _place(docket, read[-1])) < _place(docket, heard):
            return True  # Nearly always: it happened last, and the case begins as it did.
    return in_order(workflow, [read[0], read[-1], heard])[-1] is heard and _opening(workflow, [*read, heard]) is read[0]


def _opening(workflow: Workflow, ordered: list[Heard]) -> Heard:
    """The earliest event that may open a case; a case opened by another one begins with what it heard first."""
    for heard in ordered:
        if _opens(workflow, heard):
            return heard
    return min(ordered, key=lambda heard: heard.number)


def _opens(workflow: Workflow, heard: Heard) -> bool:
    name = heard.event.name
    return heard.event.kind is EventKind.HAPPENED and (name in workflow.start_events or name == OPENED_BY_CASE)


def _without_retracted(history: list[Heard]) -> list[Heard]:
    """Leave out what a `retracted` event names: by id, else the latest of that name heard before it.

    A retraction that is itself retracted, by its id, takes nothing back.
    """
    gone = _retractions_taken_back(history)
    for heard in history:
        event = heard.event
        if event.name != "retracted" or event.kind is not EventKind.HAPPENED or heard.number in gone:
            continue
        wanted_id, wanted = event.extra.get("retracts_id", ""), event.extra.get("retracts", "")
        candidates = [
            other
            for other in history
            if other.number < heard.number
            and other.number not in gone
            and (other.event.id == wanted_id if wanted_id else other.event.name == wanted)
        ]
        if candidates:
            gone.add(max(candidates, key=lambda other: (other.event.occurred_at, other.number)).number)
    return [heard for heard in history if heard.number not in gone]


def _retractions_taken_back(history: Sequence[Heard]) -> set[int]:
    """The last word counts: read from the end, a retraction that still stands undoes the one it names."""
    gone: set[int] = set()
    retractions = [one for one in history if one.event.name == "retracted" and one.event.kind is EventKind.HAPPENED]
    for heard in sorted(retractions, key=lambda one: one.number, reverse=True):
        wanted = heard.event.extra.get("retracts_id", "")
        if heard.number not in gone and wanted:
            gone |= {other.number for other in retractions if other.number < heard.number and other.event.id == wanted}
    return gone
