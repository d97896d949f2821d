"""Why, and why not: what fired is told as fired at its instant, as not yet one tick before, with the instant at which it then did fire."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.model.decision import JournalRow
from engine.model.explanation import Explanation, Stands, Wait, Why
from engine.service.running import Running
from tests.properties.clock_histories import DAY, RULES, Heard, at, histories, play
from tests.time.world import World, policy

ASKED = 10
"""So many of what fired are asked for: each answer decides the whole journal again."""
TICK = timedelta(microseconds=1)
CASE = "ticket:T1"
SOME = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ALSO = RULES + policy("quiet", "while: [new, line2]\nlimit: 5 h\ntimeline:\n  - late: 0 min\n    do: [{event: silent}]")


@dataclass(frozen=True)
class Fired:
    """Something the journal says was done, and whether anything else came in at that very instant."""

    at: datetime
    rule: str
    by_itself: bool


def fired(world: World) -> Iterator[Fired]:
    """Rows of timelines, steps of chains, rows of the workflow."""
    journal = world.journal()
    for row in journal:
        alone = not any(_comes_from_outside(other) for other in journal if other.received_at == row.received_at)
        for note in row.notes:
            if note.kind == "row_fired":
                yield Fired(row.received_at, note.subject, alone and not _is_late(note.detail))
            if note.kind == "chain_step":
                yield Fired(row.received_at, f"{note.subject} {note.detail.split()[0]}", alone and _waited(journal, row, note.subject))
        if row.kind == "happened" and row.transition:
            yield Fired(row.received_at, row.transition, alone)


def _comes_from_outside(row: JournalRow) -> bool:
    return row.kind == "happened" and row.source not in ("clock", "case")


def _is_late(detail: str) -> bool:
    return "late_s" in detail


def _waited(journal: list[JournalRow], step: JournalRow, chain: str) -> bool:
    """Not begun, and not told before, at the very instant of the step: so that its bell was armed before."""
    return not any(
        note.subject == chain for row in journal if row.received_at == step.received_at and row is not step for note in row.notes
    )


def named(found: Explanation, rule: str) -> Why | None:
    return next((one for one in found.answers if one.rule == rule), None)


def is_a_rule_of_the_chain(one: Fired, world: World) -> bool:
    """Repeats of the last step and the step to the last resort bear no place of their own in the file."""
    name, _, number = one.rule.rpartition(" ")
    chain = world.simulation.library.rulebook.chains.get(name)
    return chain is None or int(number) <= len(chain.steps)


TOLD_LATE = [Heard("asked", 120, 248), Heard("asked", 200, 200)]
"""What comes in last happened first: it takes the row of the other."""


@SOME
@given(history=histories())
@example(history=TOLD_LATE)
def test_whatever_fired_is_told_so_at_its_instant_and_as_not_yet_one_tick_before(history: list[Heard]) -> None:
    world = play(World(sla=ALSO), history)
    desk = world.running()
    found = [one for one in fired(world) if is_a_rule_of_the_chain(one, world)]

    assert found
    for one in found[:: len(found) // ASKED + 1]:
        then, before = (named(desk.why(CASE, rule=one.rule, at=when), one.rule) for when in (one.at, one.at - TICK))
        assert then is not None, one
        assert then.happened_at == one.at, (one, then.sentence)
        if before is not None:
            assert before.happened_at != one.at, (one, before.sentence)
        if one.by_itself:
            assert before is not None, one
            assert before.will_fire_at == one.at, (one, before.sentence)


@SOME
@given(history=histories(), stop=st.integers(0, 2 * DAY), quiet=st.integers(1, 2 * DAY))
def test_what_a_case_waits_for_is_what_happens_when_time_simply_runs_on(history: list[Heard], stop: int, quiet: int) -> None:
    world = World(sla=ALSO)
    desk = world.running()
    heard = sorted([Heard("created", 0, 0), *history], key=lambda one: one.received)
    for one in [each for each in heard if each.received <= stop]:
        world.simulation.run_until(at(one.received), inclusive=False)
        world.simulation.accept([one.incoming()])
    world.simulation.run_until(at(stop))
    waits = timed(desk)
    seen = len(world.journal())

    world.simulation.run_until(at(stop + quiet))

    rang = [row for row in world.journal()[seen:] if row.kind == "bell"]
    first = next(iter(waits), None)
    if first is None or first.until is None or first.until > at(stop + quiet):
        assert rang == []
    else:
        assert rang[0].received_at == first.until
        assert rule_of(rang[0]) in {one.rule for one in waits if one.until == first.until}


def timed(desk: Running) -> list[Wait]:
    return [one for one in desk.why(CASE).waits if one.until is not None]


def rule_of(row: JournalRow) -> str:
    """The bell's rule as `explain` names it."""
    kind, _, name = row.extra["owner"].partition(":")
    if kind == "chain":
        return f"{name} {int(row.extra['row']) + 1}"
    return name if row.extra["row"] == "due" else f"{name} {row.extra['row']}"


@SOME
@given(history=histories(), stop=st.integers(0, 3 * DAY))
def test_an_open_case_always_says_what_it_waits_for(history: list[Heard], stop: int) -> None:
    desk = play(World(sla=ALSO), history).running()

    found = desk.why(CASE, at=at(stop))

    assert found.waits
    assert all(one.what for one in found.waits)


@SOME
@given(history=histories())
def test_the_past_is_told_from_the_same_decisions_that_were_made_then(history: list[Heard]) -> None:
    """Law I6 for every minute: the explanation in the past equals the one that was given at that time."""
    world = World(sla=ALSO)
    desk = world.running()
    told = {}
    heard = sorted([Heard("created", 0, 0), *history], key=lambda one: one.received)
    for one in heard:
        world.simulation.run_until(at(one.received), inclusive=False)
        world.simulation.accept([one.incoming()])
        world.simulation.run_until(at(one.received))
        told[at(one.received)] = desk.why(CASE, rule="first", at=at(one.received))
    world.simulation.run_until(at(6 * DAY))

    for when, answer in told.items():
        assert desk.why(CASE, rule="first", at=when) == answer


def test_a_row_that_is_off_has_no_instant_ahead() -> None:
    world = play(World(sla=ALSO), [Heard("replied", 10, 10)])

    found = world.running().why(CASE, rule="first late 0 min").answers[0]

    assert (found.stands, found.will_fire_at) == (Stands.OFF, None)
    assert "本该在" in found.sentence
