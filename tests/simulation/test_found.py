"""What has the storm found? Each bug it brought up, told in a few lines, so that it stays found."""

from datetime import timedelta

from engine.core.decide import decide
from engine.core.holding import OWNER
from engine.model.event import Event, EventKind
from engine.service.advance import bell_of
from tests.time.on_hold import hold
from tests.time.world import World, compiled, first, policy, when

ROW = "while: new\nlimit: 2 h\ntimeline:\n  - left: 1 h\n    do: [{send: hurry}]"
NO_ROW = "while: new\nlimit: 2 h"


def test_a_row_taken_out_and_put_back_does_not_ring_under_a_name_that_has_rung() -> None:
    """A bell whose row an edit had removed rang for nothing; armed again under the same name it was refused for ever, and its case stood still."""
    world = World("11-23 09:00", sla=first(ROW))
    world.hear("created", "11-23 09:00")
    case, now = world.stores.store.load("ticket:T1"), when("11-23 10:00")
    bell = next(one for one in world.stores.bells.due(now, 10) if one.row == "left 1 h")

    obsolete = decide(compiled(sla=first(NO_ROW)), case, bell_of(bell, now), now)
    again = Event(id="v3", source="rules", kind=EventKind.REFRESH, name="refresh", occurred_at=now, received_at=now)
    put_back = decide(compiled(sla=first(ROW)), obsolete.after, again, now + timedelta(minutes=1))

    assert [note.kind for note in obsolete.notes] == ["bell_obsolete"]
    armed = next(one for one in put_back.timers if one.row == "left 1 h")
    assert armed.due_at == bell.due_at
    assert bell_of(armed, now).id != bell_of(bell, now).id


PAUSED = "while: [new, waiting]\npauses: waiting\nlimit: 2 h"


def test_a_late_event_reaches_a_closed_clock_though_the_rules_were_edited_in_the_meantime() -> None:
    """What moved the due time of a closed clock was taken for the edit, if both came to the case at once, and was held off."""
    world = World("11-23 09:00", sla=first(PAUSED))
    for at, event in (("09:00", "created"), ("10:00", "replied")):
        world.hear(event, f"11-23 {at}")
    world.hear("answered", "11-23 10:30", happened="11-23 09:40")
    edited = compiled(sla=first(PAUSED) + policy("other", "while: waiting\nlimit: 9 h"))
    asked = Event(id="late", source="tms", name="asked", occurred_at=when("11-23 09:10"), received_at=when("11-23 11:00"))

    decision = decide(edited, world.stores.store.load("ticket:T1"), asked, asked.received_at)

    (clock,) = [one for one in decision.standing.clocks if one.policy == "first"]
    assert (clock.stopped_at, clock.due) == (when("11-23 10:00"), when("11-23 11:30"))


def test_a_clock_whose_pause_begins_after_its_due_instant_is_late_at_that_instant() -> None:
    """A scan from minutes ahead (a feed's clock) paused it already when it was heard: nothing was armed for the due instant before it."""
    world = World("11-23 09:00", sla=first(PAUSED + "\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 10:57", happened="11-23 11:03")
    world.until("11-23 12:00")

    assert world.notes("late") == ["11-23 11:00 first"]
    assert world.sent() == ["11-23 11:00 sms boss T1 hurry"]


def test_a_second_hold_that_names_the_end_of_one_that_is_over_ends_all_the_same() -> None:
    """Decided after the first one's bell had rung, it armed a bell of that very name, which was refused for ever: its case stood still."""
    world = World("11-23 09:00", sla=first(NO_ROW))
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30", until="11-23 10:30")
    case, end = world.stores.store.load("ticket:T1"), when("11-23 10:30")
    bell = next(one for one in world.stores.bells.due(end, 10) if one.owner == OWNER)
    also = Event(
        id="also", source="hand/8012", kind=EventKind.HAND, name="hold", occurred_at=when("11-23 10:29"), received_at=when("11-23 10:29"),
        extra={"by": "8012", "note": "客户要求", "until": end.isoformat()},
    )  # fmt: skip

    over = decide(compiled(sla=first(NO_ROW)), case, bell_of(bell, end), end)
    anew = decide(compiled(sla=first(NO_ROW)), over.after, also, also.received_at)

    assert over.after.ledger.hold is None
    armed = next(one for one in anew.timers if one.owner == OWNER)
    assert armed.due_at == end
    assert bell_of(armed, end).id != bell_of(bell, end).id
