"""What do people do with a case itself? They put it on hold, resume it, have a message sent again, and think again; often two of them at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.model.case import Case, Issued
from engine.service.case_hands import CaseHands
from engine.service.desk import Answer, Said
from tests.simulation.storm import Daemon, Storm

PEOPLE = ("ann", "bob")
HELD_FOR = (0, 0, 3, 20, 61, 600, 1800, 3600, 4 * 3600)
"""Seconds; none: until somebody resumes it."""
FULL = timedelta(minutes=10)
"""People say `until ten past`, so that one and the same instant is named more than once."""
UNDO_SECONDS = (0, 0, 0, 5, 60, 600)


def put_on_hold(world: Storm) -> None:
    """An open case is put on hold; one that is on hold is resumed, put on hold anew, or kept there after all."""
    cases = _cases(world)
    if not cases:
        return
    held = [case for case in cases if case.ledger.hold is not None]
    leaving = [case for case in cases if case.ledger.hold is None and _has_something_to_leave(case)]
    case = world.chance.choice(world.chance.choice([one for one in (held, leaving, cases) if one]))
    found = case.ledger.hold
    if found is None:
        deeds: tuple[Callable[[Storm, str], None], ...] = (hold, hold, hold, resume)
    elif found.resumed_from is None:
        deeds = (resume, resume, resume, hold)
    else:
        deeds = (stay_on_hold, stay_on_hold, resume, hold)
    world.chance.choice(deeds)(world, case.id)


def hold(world: Storm, case: str) -> None:
    until = _until(world)
    said = f"on hold {f'until {until.isoformat()}' if until else 'without an end'}"
    _do(world, case, said, lambda hands, by, once: hands.hold(case, by=by, why="客户要求", until=until, once=once))


def hold_at(world: Storm, daemon: Daemon, case: str) -> None:
    """At this daemon, for the other one stands still."""
    _one(world, daemon, case, "on hold without an end", lambda hands, by, once: hands.hold(case, by=by, why="客户要求"), ("bob", ""))


def resume(world: Storm, case: str) -> None:
    undo = world.chance.choice(UNDO_SECONDS)
    said = f"resumed{f', {undo} s to think again' if undo else ''}"
    _do(world, case, said, lambda hands, by, once: hands.resume(case, by=by, why="谈好了", undo_seconds=undo, once=once))


def stay_on_hold(world: Storm, case: str) -> None:
    _do(world, case, "kept on hold after all", lambda hands, by, once: hands.stay_on_hold(case, by=by))


def send_again(world: Storm) -> None:
    """A message that left is asked for once more; one that was asked for is taken back."""
    cases = _cases(world)
    left = [one for each in cases for one in each.ledger.issued if one.message is not None and one.handed_at is not None]
    asked = [one for each in cases for one in each.ledger.issued if one.again_of is not None and one.handed_at is None]
    if asked and world.chance.random() < 0.5:
        again = world.chance.choice(asked)
        case = _case_of(again)
        _do(world, case, f"{again.id} is taken back", lambda hands, by, once: hands.take_again_back(case, again.id, by=by))
    elif left:
        one, undo = world.chance.choice(left), world.chance.choice(UNDO_SECONDS)
        case = _case_of(one)
        said = f"{one.id} again{f', {undo} s to think again' if undo else ''}"
        _do(world, case, said, lambda hands, by, once: hands.send_again(case, one.id, by=by, why="没收到", undo_seconds=undo, once=once))


def resume_all(world: Storm, daemon: Daemon) -> None:
    """In the calm nothing is kept on hold."""
    for case in sorted(world.on_hold()):
        _over(world, daemon, case)


def _over(world: Storm, daemon: Daemon, case: str) -> None:
    _one(world, daemon, case, "resumed", lambda hands, by, once: hands.resume(case, by=by, why="over"), ("ann", ""))


Deed = Callable[[CaseHands, str, str], Answer]
"""By the hands of a daemon, by whom, under which mark of its form."""


def _do(world: Storm, case: str, said: str, deed: Deed) -> None:
    """At one of the daemons; now and then at both at once, by two people or by one who sent the form twice."""
    first, second = world.chance.sample(PEOPLE, 2)
    once = f"form{world.step}" if world.chance.random() < 0.5 else ""
    one = world.a_daemon()
    _one(world, one, case, said, deed, (first, once))
    if world.chance.random() < 0.3:
        _one(world, world.other(one), case, said, deed, (first if once else second, once))


def _one(world: Storm, daemon: Daemon, case: str, said: str, deed: Deed, who: tuple[str, str]) -> None:
    done = daemon.ask(lambda running: deed(running.case_hands, *who))
    world.say(f"{daemon.name}: {case} {said}, says {who[0]} -> {done.said.value if done else 'nothing'}")
    if done is not None and done.said in (Said.ACCEPTED, Said.DUPLICATE):
        world.deeds.add((f"hand/{who[0]}", done.event_id))


def _until(world: Storm) -> datetime | None:
    seconds = world.chance.choice(HELD_FOR)
    if not seconds:
        return None
    until = world.true + timedelta(seconds=seconds)
    if world.chance.random() < 0.5:
        return until
    since = until - until.replace(hour=0, minute=0, second=0, microsecond=0)
    return until + (FULL - since % FULL)


def _cases(world: Storm) -> list[Case]:
    return [world.inspector.store.load(row.id) for row in world.inspector.directory.cases(limit=50) if row.revision]


def _has_something_to_leave(case: Case) -> bool:
    return any(one.message is not None and one.open and one.verdict is None for one in case.ledger.issued)


def _case_of(one: Issued) -> str:
    return one.id.rsplit("/", 2)[0]
