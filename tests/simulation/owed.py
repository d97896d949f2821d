"""What is still owed when the storm is over? Nothing hangs, nobody was forgotten, whoever was late was told of."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from adapters.sql.tables import INBOX, OUTBOX
from engine.model.event import Heard
from engine.ports.worklist import TaskStatus
from tests.simulation.held import free_from, spans
from tests.simulation.known import FIRED, RAISED, Known
from tests.simulation.model import PAUSES, Promise, promises, tell
from tests.simulation.storm import Storm

OVERDUE = timedelta(minutes=20)
"""In the calm somebody looks at least so often."""
LATE_SLACK = timedelta(minutes=45)
"""So long after the due instant nobody may have looked: the longest wait of a step, and both clocks' skew."""
RAISING = "pickup"
"""The policy of which a row raises an event, where people put cases on hold."""


def late_and_untold(world: Storm, parcels: Mapping[str, Known]) -> Iterator[str]:
    """What was due on hold was done after it."""
    for case_id, known in sorted(parcels.items()):
        told = tell(known.folded.history)
        rang = {note.subject for row in known.rows for note in row.notes if note.kind in FIRED}
        raised = any(row.source == RAISED for row in known.rows)
        for one in promises(told, world.true):
            if one.verdict is not None or one.due > world.true - OVERDUE or told.state in PAUSES.get(one.policy, ()):
                continue  # What a pause keeps back as well is not owed yet.
            if world.holds and one.policy == RAISING and not raised:
                yield f"{case_id} {one.policy} is late since {one.due}, and its event was not raised, on hold or not"
            since = free_from(spans(known.rows), one.due, OVERDUE)
            if since is not None and since <= world.true - OVERDUE and f"{one.policy} late 0 min" not in rang:
                yield f"{case_id} {one.policy} is late since {one.due}, on hold until {since}, and its row was not carried out"


def left_over(world: Storm) -> Iterator[str]:
    inspector = world.inspector
    backlog = inspector.directory.backlog()
    yield from (f"{backlog[name]} {name} are left" for name in ("inbox_pending", "outbox_ready", "dead") if backlog[name])
    with inspector.database.read() as connection:
        hung = connection.execute(select(OUTBOX.c.effect_id, OUTBOX.c.status).where(OUTBOX.c.status.in_(("sending", "waiting")))).all()
        parked = connection.execute(select(INBOX.c.event_id).where(INBOX.c.status == "parked")).all()
    yield from (f"{row.effect_id} is still {row.status}" for row in hung)
    yield from (f"{case} is still on hold" for case in sorted(world.on_hold()))
    opened = {row.id.partition(":")[2] for row in inspector.directory.cases(limit=100)}
    names = {name: str(one.incoming.data["no"]) for name, one in world.envelopes.items()}
    yield from (f"{row.event_id} is parked, though {names[row.event_id]} is known" for row in parked if names.get(row.event_id) in opened)


def forgotten(world: Storm, parcels: Mapping[str, Known]) -> Iterator[str]:
    """Every event that somebody sent was decided once; every command left one paper."""
    decided: dict[str, int] = {}
    for known in parcels.values():
        for row in known.rows:
            if row.source == "connection/tms":
                decided[row.event_id] = decided.get(row.event_id, 0) + 1
    done = [(row.source, row.event_id) for known in parcels.values() for row in known.rows]
    yield from (f"{deed} was decided {done.count(deed)} times" for deed in sorted(world.deeds) if done.count(deed) != 1)
    opened = {case.partition(":")[2] for case in parcels}
    for name, one in world.envelopes.items():
        wanted = 1 if one.incoming.data["no"] in opened else 0
        if decided.get(name, 0) != wanted:
            yield f"{name} ({one.incoming.event} of {one.incoming.data['no']}) was decided {decided.get(name, 0)} times"
    for task in dict.fromkeys(world.commands):
        found = world.inspector.worklist.get(task)
        if found is None or found.status is not TaskStatus.DONE or world.commands.count(task) != 1:
            yield f"A9: {task} was finished {world.commands.count(task)} times, and stands {found.status if found else 'nowhere'}"


def unsaid(world: Storm, parcels: Mapping[str, Known]) -> Iterator[str]:
    """Who was late was noticed and told of; who was called late wrongly was corrected."""
    for case_id, known in sorted(parcels.items()):
        history = world.inspector.store.load(case_id).history
        said = [(note.kind, note.subject, row.received_at) for row in known.rows for note in row.notes]
        for one in promises(tell(history), world.true):
            told = [at for kind, subject, at in said if kind == "late" and subject.startswith(one.policy)]
            taken_back = [
                at for kind, subject, at in said if kind in ("corrected", "late_withdrawn", "superseded") and subject.startswith(one.policy)
            ]
            rang = [at for kind, subject, at in said if kind in FIRED and subject.startswith(one.policy)]
            if one.verdict in ("met", "met_reported_late") and len(taken_back) < len(told) and _alone(world, history, one.policy):
                yield f"{case_id} {one.policy} was called late {len(told)} times, kept its promise, and was corrected {len(taken_back)} times"
            free = free_from(spans(known.rows), one.due, LATE_SLACK)
            unheard = free is not None and _unheard_when_due(history, one, free)
            if one.verdict == "late" and not PAUSES.get(one.policy) and unheard and not rang:
                yield f"{case_id} {one.policy} was late from {one.due} on, and no row of it was ever carried out"


def _alone(world: Storm, history: tuple[Heard, ...], policy: str) -> bool:
    return sum(one.policy == policy for one in promises(tell(history), world.true)) == 1


def _unheard_when_due(history: tuple[Heard, ...], one: Promise, free: datetime) -> bool:
    """By its due instant, and for a while after it was off hold, nothing had been heard that ends it, and its beginning had."""
    by_then = tell([heard for heard in history if heard.event.received_at <= free + LATE_SLACK])if any(
        heard.event.received_at <= one.due for heard in history if heard.event.name == "ordered"
    ) else None  # fmt: skip
    if by_then is None:
        return False
    return any(other.policy == one.policy and other.since == one.since and other.verdict is None for other in promises(by_then, one.due))
