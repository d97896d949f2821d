"""Do clocks keep their promises whatever happens? Properties Q8 and Q9 of the chapter on time, over generated histories."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.core.reading import _read_all, clocks_of, read_case
from engine.core.terms import Court
from engine.model.case import ClockVerdict, ClockView
from tests.properties.clock_histories import DAY, FEW, HORIZON, RULES, SOME, Heard, at, histories, on_disk, play, verdicts
from tests.time.world import World, wall


def told(world: World) -> tuple[str, list[tuple[str, int, str]], list[str]]:
    """State, verdicts, messages with their instants."""
    return world.state(), verdicts(world), world.sent()


# --- Q8: replay ------------------------------------------------------------------------------------------------------------


@FEW
@given(history=histories(poll=120), salt=st.integers(0, 5), stops=st.lists(st.integers(0, 3 * DAY), max_size=3))
def test_replaying_any_history_twice_or_shuffled_within_arrival_delays_or_stopped_and_restarted_gives_the_same_verdicts_and_messages_once(
    history: list[Heard], salt: int, stops: list[int]
) -> None:
    once = told(play(World(sla=RULES), history))

    twice = told(play(World(sla=RULES), history, twice=True))
    shuffled = told(play(World(sla=RULES), history, salt=salt))
    with on_disk(sla=RULES) as world:
        restarted = told(play(world, history, stops=stops))

    assert twice == once
    assert restarted == once
    assert shuffled[:2] == once[:2]
    assert shuffled == once


def test_the_order_within_one_delivery_of_pauses_heard_late_changes_no_step_of_a_chain() -> None:
    history = [Heard("asked", 1, 240), Heard("asked", 86, 240), Heard("asked", 120, 240)]

    assert play(World(sla=RULES), history, salt=2).sent() == play(World(sla=RULES), history).sent()


@SOME
@given(history=histories())
def test_replaying_a_history_gives_the_incremental_state(history: list[Heard]) -> None:
    """Q8: nothing that a case has lived through leaves a trace beside its history and its ledger."""
    world = play(World(sla=RULES), history)
    rules = world.simulation.library.rulebook
    case = world.stores.store.load("ticket:T1")
    court = Court(rules, rules.workflows["ticket"])

    fresh = _read_all(court, case.history, case.opened_at)

    assert fresh.state == world.state() == case.state
    assert fresh.texts == read_case(court, case).texts
    clocks = clocks_of(court, fresh, world.simulation.now, case.ledger.floors)
    stored = world.stores.directory.find("T1")[0].clocks
    assert [(one.policy.name, one.start.at, one.due) for one in clocks if one.live] == [
        (view.policy, view.started_at, view.due) for view in world.simulation.clocks("ticket:T1") if view.stopped_at is None and _open(view)
    ]
    assert {view.policy for view in stored} == {one.policy.name for one in clocks}


def _open(view: ClockView) -> bool:
    return view.verdict in (ClockVerdict.RUNNING, ClockVerdict.PAUSED, ClockVerdict.LATE)


# --- Q9: restarts ----------------------------------------------------------------------------------------------------------


@FEW
@given(down=st.lists(st.integers(1, 20 * 60), min_size=2, max_size=6, unique=True))
def test_a_restart_at_any_point_sends_the_same_set_of_messages_each_once(down: list[int]) -> None:
    """Q9: at once, or after a while in which the daemon stood still."""
    quiet = play(World(sla=RULES), [])
    ends = sorted(down)

    with on_disk(sla=RULES) as world:
        world.simulation.accept([Heard("created", 0, 0).incoming()])
        for stopped, back in zip(ends[::2], ends[1::2], strict=False):
            world.simulation.run_until(at(stopped))
            world.restart()
            world.restart(wall(at(back)))
        world.simulation.run_until(at(HORIZON))
        sent = Counter(line[12:] for line in world.sent())
        late = sorted(note.subject for row in world.journal() for note in row.notes if note.kind == "late")

    assert sent == Counter(line[12:] for line in quiet.sent())
    assert late == ["first", "in_hours"]
