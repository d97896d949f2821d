"""Does a hold stop what leaves, and nothing else? Histories drawn at random, played once with a hold and once without."""

from collections import Counter
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.time.on_hold import hold, resume
from tests.time.world import WORKFLOW, World, message, messages, policy, sla, wall, when

SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DOES = WORKFLOW.replace(
    "{event: taken, to: line2}", "{event: taken, to: line2, do: [{send: hurry}, {task: 接手, for: desk}, {escalate: ladder}]}", 1
).replace("- {event: called}", "- {event: called, do: [{send: told}]}")
RULES = {
    "workflow": DOES,
    "messages": messages(
        message("hurry", "if_not_delivered: {after: 5 min, channel: phone, to: boss}"), message("told", "send_hours: desk", to="lead")
    ),
    "sla": sla(
        policy(
            "first",
            "while: [new, line2]\nlimit: 2 h\ntimeline:\n  - after: 20 min\n    do: [{send: hurry}]\n"
            "  - late: 0 min\n    do: [{escalate: ladder, message: hurry}, {event: nag}]\n  - late: 30 min\n    do: [{event: escalated}]",
        ),
        policy("then", "while: [waiting, answered]\nlimit: 3 h\ncalendar: desk\ntimeline:\n  - left: 30 min\n    do: [{task: 催客户, for: desk}]"),
        policy("whole", "while: [new, line2, waiting, answered, unanswered]\npauses: waiting\nlimit: 4 h\ntimeline:\n  - used: 50%\n    do: [{send: told}]"),
    ),
}  # fmt: skip
NAMES = ("taken", "replied", "asked", "answered", "customer_wrote", "called", "solved", "back_again")


QUARTERS = st.integers(1, 40).map(lambda number: number * 15)
"""Minutes after the opening: few enough that events and bells meet."""
HOLDS = st.tuples(QUARTERS.map(lambda minute: minute + 7), st.sampled_from((5, 60, 240, 600, 1200)))
"""When it begins, and how long it lasts. Never at the minute of an event: of several papers of one instant the first heard comes first,
and the bells of that instant ring with it, with a hold as without."""


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Minutes after the opening, and what happens then."""
    minutes = sorted(draw(st.lists(QUARTERS, min_size=2, max_size=8, unique=True)))
    return [(minute, draw(st.sampled_from(NAMES))) for minute in minutes]


def at(minute: int) -> str:
    day, rest = divmod(9 * 60 + minute, 24 * 60)
    return f"11-{23 + day} {rest // 60:02}:{rest % 60:02}"


def played(history: list[tuple[int, str]], held: tuple[int, int] | None) -> World:
    """The case opened at nine, its events, and to the end of the day."""
    world = World(**RULES)
    world.simulation.switch("sms", "silent")
    world.hear("created", at(0))
    deeds = [(minute, name, "") for minute, name in history]
    deeds += [(held[0], "", "hold"), (held[1], "", "resume")] if held else []
    for minute, name, deed in sorted(deeds, key=lambda one: (one[0], one[2] == "", one[2])):
        if deed:
            (hold if deed == "hold" else resume)(world, at(minute))
        else:
            world.hear(name, at(minute))
    world.until("11-26 20:00")
    return world


@SOME
@given(histories(), HOLDS)
def test_a_hold_keeps_back_what_leaves_and_changes_no_verdict_and_loses_nothing(
    history: list[tuple[int, str]], on_hold: tuple[int, int]
) -> None:
    since, length = on_hold
    free, held = played(history, None), played(history, (since, since + length))

    assert _left(held, when(at(since)), when(at(since + length))) == []
    _the_same_came_of_it(free, held)
    _all_owed_was_done_once(free, held, when(at(since)), when(at(since + length)))


def _left(held: World, begin: datetime, end: datetime) -> list[str]:
    """When something left in between: messages and tasks."""
    sent = [row.sent_at for row in held.stores.directory.sent("ticket:T1") if row.sent_at]
    made = [one.created_at for one in held.stores.worklist.tasks(status=(), limit=100)]
    return [wall(one) for one in (*sent, *made) if begin < one < end]


def _the_same_came_of_it(free: World, held: World) -> None:
    """What happened, when it was decided, and every promise."""
    happened = [[(row.name, row.received_at, row.state_after) for row in one.journal() if row.kind == "happened"] for one in (free, held)]
    ledger, unheld = (one.stores.store.load("ticket:T1").ledger for one in (held, free))
    assert happened[0] == happened[1]
    assert held.simulation.clocks("ticket:T1") == free.simulation.clocks("ticket:T1")
    assert sorted(ledger.late) == sorted(unheld.late)
    assert not ledger.fired.keys() - unheld.fired.keys()


def _all_owed_was_done_once(free: World, held: World, begin: datetime, end: datetime) -> None:
    rang = {(note.subject, note.detail.split(" ")[0]) for row in held.journal() for note in row.notes if note.kind == "row_fired"}
    for row in free.journal():
        for note in row.notes:
            if note.kind == "row_fired" and (note.subject, note.detail.split(" ")[0]) not in rang:
                # It would have rung on hold, and its clock was over before the end of it.
                assert begin <= row.received_at <= end, note
    issued = held.stores.store.load("ticket:T1").ledger.issued
    assert max(Counter(_deed(one.cause) for one in issued).values(), default=1) == 1
    assert [one.message for one in held.stores.directory.sent("ticket:T1") if one.status in ("waiting", "ready", "retry")] == []
    begun = [one for one in free.stores.store.load("ticket:T1").ledger.issued if one.cause.startswith("e:") and _stands(one.reason, held)]
    assert not {one.cause for one in begun} - {one.cause for one in issued}


def _deed(cause: str) -> str:
    """What was done, whichever bell of its row did it."""
    if not cause.startswith("c:"):
        return cause
    clock, row, _, slot, place = cause.rsplit(":", 4)
    return f"{clock}:{row}:{slot}:{place}"


def _stands(reason: str, world: World) -> bool:
    """Whether the stay it lives with is where the case still stands at the end."""
    row = world.stores.directory.find("T1")[0]
    entered = [one for one in world.journal() if one.state_after == row.state and one.state_before != row.state]
    return bool(entered) and reason.startswith(f"stay:{entered[-1].source}|{entered[-1].event_id}>")
