"""Do clocks keep their promises whatever is edited or recorded late? Properties Q10 to Q14 of the chapter on time."""

from collections import Counter

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from tests.properties.clock_histories import DAY, FEW, HORIZON, RULES, SOME, Heard, at, histories, in_hours, on_disk, play, verdicts
from tests.time.world import CALENDARS, CHAINS, World, first, message, messages, wall
from tests.unit.core.courtroom import Play

KNOWN = settings(SOME, phases=[Phase.generate])
"""For what is known to fail: one example is enough, and no smaller one is looked for."""


# --- Q10, Q11: edits -------------------------------------------------------------------------------------------------------


@SOME
@given(
    other=st.integers(30, 600), swapped=st.integers(1, 119), back=st.integers(1, 119),
    pause=st.tuples(st.integers(1, 100), st.integers(1, 60)),
)  # fmt: skip
def test_swapping_a_policy_there_and_back_restores_the_due_unless_it_fell_due_in_between(
    other: int, swapped: int, back: int, pause: tuple[int, int]
) -> None:
    """Q10: pauses survive."""
    assume(swapped < back)
    rules, edited = (first(f"while: [new, waiting]\npauses: waiting\nlimit: {minutes} min") for minutes in (120, other))
    held, resumed = pause[0], sum(pause)
    due = at(120 + pause[1])
    shortened = at(other + pause[1]) if resumed < other + pause[1] and held < other else at(other)
    assume(at(back) < shortened and other > held and other > swapped)

    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    steps = sorted([(held, "asked"), (resumed, "answered"), (swapped, "there"), (back, "back")])
    for minute, what in steps:
        if what in ("there", "back"):
            world.swap(wall(at(minute)), sla=edited if what == "there" else rules)
        else:
            world.hear(what, wall(at(minute)))

    assert world.due() == wall(due)
    assert world.details("late") == []


NARROW = CALENDARS.replace("08:30-17:00", "10:00-15:00")
LATE_OPENING = CALENDARS + "    dates:\n      - {date: 2026-11-23, open: 13:00-20:00, label: 晚班}\n"
EDITS = [NARROW, LATE_OPENING]


@SOME
@given(limit=st.integers(60, 900), edited=st.integers(0, 2 * DAY), calendar=st.sampled_from(EDITS))
def test_open_clocks_equal_a_fresh_computation_after_an_edit_of_hours(limit: int, edited: int, calendar: str) -> None:
    """Q11: unless one of the two was due before the edit: nothing moves into the past."""
    rules = in_hours(limit)
    world, fresh = World(sla=rules), World(sla=rules, calendars=calendar)
    for one in (world, fresh):
        one.hear("created", "11-23 09:00")
    assume(min(world.due(), fresh.due()) > wall(at(edited)))

    world.swap(wall(at(edited)), calendars=calendar)

    assert world.due() == fresh.due()


@KNOWN
@given(limit=st.integers(60, 900), stopped=st.integers(10, 2 * DAY), edited=st.integers(0, 600), calendar=st.sampled_from(EDITS))
def test_closed_clocks_are_untouched_by_later_edits_of_hours(limit: int, stopped: int, edited: int, calendar: str) -> None:
    """Q11"""
    world = World(sla=in_hours(limit))
    world.hear("created", "11-23 09:00")
    world.hear("replied", wall(at(stopped)))
    before = (world.due(), world.verdict(), world.notes("corrected"))

    world.swap(wall(at(stopped + edited)), calendars=calendar)

    assert (world.due(), world.verdict(), world.notes("corrected")) == before


# --- Q12: late evidence ----------------------------------------------------------------------------------------------------


@SOME
@given(
    minutes=st.tuples(st.integers(0, 120), st.integers(1, 1000), st.integers(1, 1000)),
    delays=st.lists(st.integers(0, 3000), min_size=3, max_size=3),
)
def test_any_delay_of_evidence_that_is_in_time_ends_in_met_or_met_reported_late(minutes: tuple[int, ...], delays: list[int]) -> None:
    """Q12: the same final state as without delay; only messages differ."""
    picked, moving, delivered = minutes[0], minutes[0] + minutes[1], minutes[0] + minutes[1] + minutes[2]
    promised = (at(delivered)).isoformat()
    on_time, delayed = Play(), Play()
    happened = {"picked": picked, "moving": moving, "delivered": delivered}
    for world in (on_time, delayed):
        world.hear("ordered", 0, promised=promised)

    for name, minute in happened.items():
        on_time.hear(name, minute)
    for received, name in sorted((minute + delay, name) for (name, minute), delay in zip(happened.items(), delays, strict=True)):
        delayed.hear(name, received, happened=happened[name])
    on_time.until(9000)
    delayed.until(9000)

    assert delayed.state() == on_time.state() == "done"
    for promise in ("pick_in_time", "keep_promise"):
        assert on_time.verdict(promise) == "met"
        assert delayed.verdict(promise) in ("met", "met_reported_late"), (promise, delayed.verdict(promise))


# --- Q13: holding ----------------------------------------------------------------------------------------------------------

HELD = messages(message("hurry", "send_hours: desk"))


@SOME
@given(history=histories(delayed=False))
def test_holding_delivery_changes_no_breach_state_or_due_time_and_every_held_row_ends(history: list[Heard]) -> None:
    """Q13: sent, dropped with a reason, or in a digest."""
    free, held = play(World(sla=RULES), history), play(World(sla=RULES, messages=HELD), history)

    assert (held.state(), verdicts(held)) == (free.state(), verdicts(free))
    assert (held.notes("late"), held.notes("due_moved")) == (free.notes("late"), free.notes("due_moved"))
    left = [one for one in held.stores.store.load("ticket:T1").ledger.issued if one.handed_at is None and one.dropped is None]
    assert left == []


# --- Q14: caps -------------------------------------------------------------------------------------------------------------

LADDER = first(
    "while: [new, waiting]\npauses: waiting\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
)
STEPS, TIMES = 2, 2
DEEDS = st.lists(st.tuples(st.sampled_from(["acknowledge", "restart", "edit", "ask"]), st.integers(1, 12 * 60)), max_size=6)


@FEW
@given(DEEDS)
def test_repeats_and_steps_never_exceed_their_caps_whatever_is_acknowledged_restarted_or_edited(deeds: list[tuple[str, int]]) -> None:
    """Q14"""
    with on_disk(sla=LADDER) as world:
        world.simulation.accept([Heard("created", 0, 0).incoming()])
        for number, (deed, minute) in enumerate(sorted(deeds, key=lambda one: one[1])):
            world.simulation.run_until(at(minute))
            match deed:
                case "acknowledge":
                    world.acknowledge(wall(world.simulation.now))
                case "restart":
                    world.restart()
                case "edit":
                    world.swap(escalations=CHAINS.replace("30 min", f"{10 + number} min"))
                case _:
                    world.simulation.accept([Heard("asked" if world.state() == "new" else "answered", minute, minute).incoming()])
        world.simulation.run_until(at(HORIZON))
        steps = Counter(line.split(" ")[3] for line in world.sent())
        lates = world.notes("late")

    assert len(lates) <= 1
    assert steps["desk"] <= 1
    assert steps["boss"] <= STEPS - 1 + TIMES
    assert steps["last_resort"] <= 1
