"""Do clocks keep their promises whatever happens? Properties Q8 to Q15 of the chapter on time, over generated histories."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from engine.core.reading import _read_all, clocks_of, read_case
from engine.core.terms import Court
from engine.language import texts
from engine.model.case import ClockVerdict, ClockView
from engine.model.policy import Amount
from engine.service.desk import Incoming
from tests.time.world import CALENDARS, CHAINS, World, first, message, messages, policy, sla, wall, when
from tests.unit.core.courtroom import Play

DAY = 24 * 60
HORIZON = 6 * DAY
"""Minutes after which nothing of these small worlds rings any more."""

SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For worlds on a disk."""
KNOWN = settings(SOME, phases=[Phase.generate])
"""For what is known to fail: one example is enough, and no smaller one is looked for."""

EVENTS = (
    "asked", "answered", "asked", "answered", "taken", "replied", "customer_wrote", "solved", "back_again", "note", "nag", "edited",
)  # fmt: skip

TIMELINE = """
timeline:
  - after: 30 min
    do: [{send: hurry}]
  - left: 45 min
    do: [{send: hurry}]
  - late: 0 min
    do: [{escalate: ladder, message: hurry}]
  - late: 2 h
    do: [{send: hurry}]
"""
RULES = sla(
    policy("first", "while: [new, waiting, line2]\npauses: waiting\nlimit: 2 h\nexcept:\n  - {if: {tier: VIP}, limit: 3 h}\n" + TIMELINE),
    policy("next_answer", "while: [unanswered, waiting]\npauses: waiting\nlimit: 1 h\n" + TIMELINE),
    policy("in_hours", "while: [new, waiting, line2, unanswered]\non_return: continue\nlimit: 6 h\ncalendar: desk\n" + TIMELINE),
)


@dataclass(frozen=True)
class Heard:
    """An event of a generated history: minutes after Monday 09:00."""

    name: str
    happened: int
    received: int

    def incoming(self, case: str = "T1") -> Incoming:
        data = {"tier": "VIP" if self.happened % 2 else "普通"} if self.name == "edited" else {}
        return Incoming(
            source="connection/test", id=f"{case}/{self.name}@{self.happened}", workflow="ticket", event=self.name,
            occurred_at=at(self.happened), received_at=at(self.received), case=case, data=data,
        )  # fmt: skip


def at(minute: float) -> datetime:
    return when("11-23 09:00") + timedelta(minutes=minute)


@st.composite
def histories(draw: st.DrawFn, *, poll: int = 1, delayed: bool = True, size: int = 7) -> list[Heard]:
    """Events at distinct minutes; each is heard with a delay, at the next poll of its feed."""
    instants = st.one_of(st.integers(1, 200), st.integers(1, 600), st.integers(1, 2 * DAY))
    happened = draw(st.lists(instants, unique=True, min_size=1, max_size=size))
    found = []
    for minute in sorted(happened):
        delay = draw(st.integers(0, 400)) if delayed and draw(st.booleans()) else 0
        found.append(Heard(draw(st.sampled_from(EVENTS)), minute, -(-(minute + delay) // poll) * poll))
    return found


def play(world: World, history: Sequence[Heard], *, twice: bool = False, salt: int = 0, stops: Sequence[int] = ()) -> World:
    """The history as it arrives; what arrives at one instant is one delivery, in an order that `salt` turns."""
    deliveries: dict[int, list[Heard]] = {0: [Heard("created", 0, 0)]}
    for one in history:
        deliveries.setdefault(one.received, []).append(one)
    for minute in sorted({*deliveries, *stops}):
        world.simulation.run_until(at(minute), inclusive=False)
        if minute in stops:
            world.restart()
        turn = salt % len(deliveries[minute]) if minute in deliveries else 0
        batch = [one.incoming() for one in (*deliveries.get(minute, ())[turn:], *deliveries.get(minute, ())[:turn])]
        for _ in range(2 if twice else 1):
            world.simulation.accept(batch[::-1] if salt % 2 and minute else batch)
        world.simulation.run_until(at(minute))
        if minute in stops:
            world.restart()
    world.simulation.run_until(at(HORIZON))
    return world


def verdicts(world: World) -> list[tuple[str, int, str]]:
    views = world.simulation.clocks("ticket:T1")
    return [(view.policy, view.number, view.verdict.value) for view in views]


def told(world: World) -> tuple[str, list[tuple[str, int, str]], list[str]]:
    """State, verdicts, messages with their instants."""
    return world.state(), verdicts(world), world.sent()


@contextmanager
def on_disk(**changed: str) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(url=f"sqlite:///{Path(folder)}/clocks.db", **changed)
        try:
            yield world
        finally:
            world.close()


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


def in_hours(limit: int) -> str:
    return first(f"while: new\nlimit: {limit} min\ncalendar: desk\n{TIMELINE}")


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


# --- Q15: texts ------------------------------------------------------------------------------------------------------------


@given(seconds=st.integers(0, 400 * 3600))
def test_a_written_length_of_time_is_read_back(seconds: int) -> None:
    """Q15"""
    assert texts.read_amount(texts.write_amount(Amount(seconds=seconds))).seconds == seconds


@given(days=st.integers(1, 400))
def test_a_written_number_of_business_days_is_read_back(days: int) -> None:
    """Q15"""
    assert texts.read_amount(texts.write_amount(Amount(business_days=days))).business_days == days


@given(st.lists(st.integers(0, DAY), min_size=2, max_size=8, unique=True))
def test_written_windows_are_read_back(edges: list[int]) -> None:
    """Q15"""
    edges = sorted(edges)
    windows = tuple((begin * 60, end * 60) for begin, end in zip(edges[::2], edges[1::2], strict=False))

    written = ", ".join("-".join(f"{edge // 3600:02}:{edge // 60 % 60:02}" for edge in window) for window in windows)

    assert texts.read_hours(written) == windows


@given(st.times())
def test_a_written_time_of_day_is_read_back(clock: time) -> None:
    """Q15"""
    minute = clock.replace(second=0, microsecond=0)

    assert texts.read_time_of_day(f"{minute:%H:%M}") == minute
