"""Law I8: duplicates change nothing, and any order of arrival of the same main-line events ends alike."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.core.reading import _read_all, read_on
from engine.core.stays import Reading
from engine.core.terms import Court
from engine.model.event import Event, Heard
from tests.unit.core.courtroom import MONDAY, PARCEL_RULES, Play, an_event

EVENTS = ("picked", "moving", "delivered", "failed", "silent", "fixed", "asked", "answered")
LINE = ("picked", "moving", "delivered")

COUNTEREXAMPLE = {"minutes": [1, 1442, 1443], "delays": [1441, 0, 0], "doubled": False}
"""A clock that was due in one order of arrival, and never rang in the other."""

FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def met(verdict: str | None) -> str | None:
    """met and met_reported_late alike."""
    return "met" if verdict == "met_reported_late" else verdict


def ending(play: Play) -> tuple[str, dict[str, str | None]]:
    """State and verdicts, without `in_trouble`: whether a clock raised its event before the evidence came is history,
    and an event that was not raised in time is not raised afterwards (docs/decisions/0004).
    """
    return play.state(), {name: met(view.verdict.value) for name, view in play.clocks().items() if name != "in_trouble"}


@FAST
@given(
    minutes=st.lists(st.integers(1, 3000), min_size=3, max_size=3, unique=True),
    delays=st.lists(st.integers(0, 2000), min_size=3, max_size=3),
    doubled=st.booleans(),
)
@example(**COUNTEREXAMPLE)
def test_any_order_of_arrival_of_the_main_line_ends_alike(minutes: list[int], delays: list[int], *, doubled: bool) -> None:
    happened = dict(zip(LINE, sorted(minutes), strict=True))
    on_time, delayed = Play(), Play()
    on_time.hear("ordered", 0)
    delayed.hear("ordered", 0)

    for name, at in happened.items():
        on_time.hear(name, at)
    arrivals = sorted((at + delay, name) for (name, at), delay in zip(happened.items(), delays, strict=True))
    for received, name in arrivals:
        for _ in range(2 if doubled else 1):
            delayed.hear(name, received, happened=happened[name])
    on_time.until(6000)
    delayed.until(6000)

    assert ending(on_time) == ending(delayed)


@FAST
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 500), st.integers(0, 300)), max_size=9))
def test_reading_on_equals_reading_from_the_beginning(drawn: list[tuple[str, int, int]]) -> None:
    court = Court(PARCEL_RULES, PARCEL_RULES.workflows["parcel"])
    events = [an_event("ordered", 0, no="P1")]
    events += [replace(an_event(name, at, at + delay), id=f"{number}") for number, (name, at, delay) in enumerate(drawn)]
    heard = [Heard(event, number, "") for number, event in enumerate(events, 1)]
    reading = _read_all(court, heard[:1], MONDAY)

    for one in heard[1:]:
        reading = read_on(court, reading, one)

    assert said(reading) == said(_read_all(court, heard, MONDAY))


def said(reading: Reading) -> tuple[object, ...]:
    return (
        reading.state, reading.stays, reading.traces, reading.texts, reading.counts, reading.intentions, reading.reads, reading.order,
    )  # fmt: skip


@FAST
@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(1, 3000)), max_size=8), st.integers(0, 7))
def test_stopping_time_anywhere_changes_nothing(drawn: list[tuple[str, int]], stop: int) -> None:
    once, often = Play(), Play()
    for play in (once, often):
        play.hear("ordered", 0, promised=str((MONDAY + timedelta(hours=20)).isoformat()))
    for number, (name, at) in enumerate(sorted(drawn, key=lambda one: one[1])):
        once.hear(name, at)
        often.until(max(0, at - 0.5))
        if number == stop:
            often.until(at - 0.25)
        often.hear(name, at)
    once.until(5000)
    often.until(5000)

    assert [issued.id for issued in once.case().ledger.issued] == [issued.id for issued in often.case().ledger.issued]
    assert once.sent() == often.sent()


def test_an_event_is_frozen_so_that_histories_can_be_shared() -> None:
    event: Event = an_event("ordered", 0)

    assert event == an_event("ordered", 0)
