"""Do the laws Q1 to Q7 of open time hold for any calendar?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.core.calendars import add, add_business_days, between, is_open, open_periods
from engine.model.calendar import Calendar, DateRule, Hours

ZONES = (
    "Asia/Shanghai",
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Africa/Casablanca",
)
ANCHORS = (
    date(2026, 11, 23),
    date(2026, 3, 27),  # Paris and Casablanca change within days
    date(2026, 10, 23),
    date(2015, 10, 16),  # Sao Paulo skips a midnight
    date(2015, 2, 20),  # and repeats an hour before one
    date(1988, 4, 15),  # Shanghai had summer time
    date(2026, 4, 3),  # Lord Howe changes by half an hour
    date(2028, 2, 27),
    date(2026, 9, 22),  # the engine lays calendars out in blocks; a border lies two days later
)
STEP = 1800
MINUTE = timedelta(minutes=1)
DAYS = 9
"""Days around an anchor in which special dates and starts fall."""
QUICK = settings(max_examples=40, deadline=None)
WALKED = settings(max_examples=25, deadline=None)

Spans = list[tuple[datetime, datetime]]


def hours(edges: Sequence[int]) -> Hours:
    """Sorted edges in pairs: split shifts, whole days, none."""
    ordered = sorted(set(edges))
    return tuple(zip(ordered[::2], ordered[1::2], strict=False))


# Clock changes lie between 23:00 and 04:00; edges there are a matter of rules, not of walking, and have unit tests.
EDGES = st.one_of(st.sampled_from([0, 86_400]), st.integers(8, 45).map(lambda half: half * STEP))
DAY_HOURS = st.lists(EDGES, max_size=6).map(hours)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar and the date around which it is special. Some are never open."""
    anchor = draw(st.sampled_from(ANCHORS))
    dates = st.integers(-2, DAYS).map(lambda n: anchor + timedelta(days=n))
    open_days = draw(st.sets(st.integers(0, 6)))
    like = draw(DAY_HOURS)
    overnight = draw(st.booleans())
    plain = ((0, 21_600), (72_000, 86_400)) if overnight else like
    mon, tue, wed, thu, fri, sat, sun = (plain if day in open_days else () for day in range(7))
    special = draw(st.dictionaries(dates, DAY_HOURS, max_size=3))
    cal = Calendar(
        name="any",
        label="any",
        timezone=draw(st.sampled_from(ZONES)),
        weekly=(mon, tue, wed, thu, fri, sat, sun),
        dates={day: DateRule(hours=rule) for day, rule in special.items()},
        closed=dict.fromkeys(draw(st.sets(dates, max_size=2)), "holiday"),
        annual_closed={(day.month, day.day): "annual" for day in draw(st.sets(dates, max_size=1))},
        breaks=draw(st.dictionaries(dates, DAY_HOURS, max_size=2)),
    )
    return cal, anchor


def instants(anchor: date, grain: timedelta = timedelta(seconds=7)) -> st.SearchStrategy[datetime]:
    """Instants within the special days, also on odd seconds."""
    start = datetime.combine(anchor, datetime.min.time(), UTC)
    return st.integers(0, DAYS * 86_400 // int(grain.total_seconds())).map(lambda n: start + n * grain)


AMOUNTS = st.integers(1, 60 * 3600)


@QUICK
@given(st.data(), calendars(), AMOUNTS)
def test_q1_what_was_added_lies_between_and_the_due_time_is_open_or_a_closing(
    data: st.DataObject, drawn: tuple[Calendar, date], x: int
) -> None:
    cal, anchor = drawn
    t = data.draw(instants(anchor))

    due = add(cal, t, x)

    assume(due is not None)
    assert due is not None
    assert between(cal, t, due) == x
    assert is_open(cal, due - timedelta(microseconds=1))


@QUICK
@given(st.data(), calendars(), AMOUNTS)
def test_q1_counting_backward_mirrors_counting_forward(data: st.DataObject, drawn: tuple[Calendar, date], x: int) -> None:
    cal, anchor = drawn
    t = data.draw(instants(anchor))

    start = add(cal, t, -x)

    assume(start is not None)
    assert start is not None
    assert between(cal, start, t) == x
    assert is_open(cal, start)


@QUICK
@given(st.data(), calendars(), AMOUNTS, AMOUNTS)
def test_q2_adding_twice_is_adding_the_sum(data: st.DataObject, drawn: tuple[Calendar, date], a: int, b: int) -> None:
    cal, anchor = drawn
    t = data.draw(instants(anchor))

    first = add(cal, t, a)

    assume(first is not None)
    assert first is not None
    assert add(cal, first, b) == add(cal, t, a + b)


@QUICK
@given(st.data(), calendars(), AMOUNTS, AMOUNTS)
def test_q3_adding_is_monotone_and_measuring_is_additive(data: st.DataObject, drawn: tuple[Calendar, date], x: int, more: int) -> None:
    cal, anchor = drawn
    a, b, c = sorted(data.draw(st.lists(instants(anchor), min_size=3, max_size=3)))

    assert between(cal, a, c) == between(cal, a, b) + between(cal, b, c)
    assert not_later(add(cal, a, x), add(cal, b, x))
    assert not_later(add(cal, a, x), add(cal, a, x + more))


@QUICK
@given(st.data(), calendars(), AMOUNTS)
def test_q4_a_pause_in_closed_time_changes_nothing(data: st.DataObject, drawn: tuple[Calendar, date], x: int) -> None:
    cal, anchor = drawn
    t = data.draw(instants(anchor))
    a, b = sorted((data.draw(instants(anchor)), data.draw(instants(anchor))))
    edges = [a, *(edge for period in open_periods(cal, a, b) for edge in period), b]
    closed = list(zip(edges[::2], edges[1::2], strict=True))

    assert add(cal, t, x, closed) == add(cal, t, x)


@QUICK
@given(st.data(), calendars(), AMOUNTS)
def test_q4_pauses_may_be_split_overlap_and_come_in_any_order(data: st.DataObject, drawn: tuple[Calendar, date], x: int) -> None:
    cal, anchor = drawn
    t, end = data.draw(instants(anchor)), data.draw(instants(anchor))
    a, b, c, d = sorted(data.draw(st.lists(instants(anchor), min_size=4, max_size=4)))

    whole = add(cal, t, x, [(a, d)])

    assert add(cal, t, x, [(b, d), (a, b)]) == whole
    assert add(cal, t, x, [(a, c), (b, d)]) == whole
    assert between(cal, t, end, [(b, d), (a, c), (b, c)]) == between(cal, t, end, [(a, d)])


@QUICK
@given(st.data(), calendars(), AMOUNTS)
def test_q4_a_longer_pause_never_makes_the_due_time_earlier_and_the_unpaused_time_is_the_amount(
    data: st.DataObject, drawn: tuple[Calendar, date], x: int
) -> None:
    cal, anchor = drawn
    t = data.draw(instants(anchor))
    a, b, c = sorted(data.draw(st.lists(instants(anchor), min_size=3, max_size=3)))

    shorter, longer = add(cal, t, x, [(a, b)]), add(cal, t, x, [(a, c)])

    assert not_later(add(cal, t, x), shorter)
    assert not_later(shorter, longer)
    if longer is not None:
        assert between(cal, t, longer, [(a, c)]) == x


@QUICK
@given(st.data(), calendars(), AMOUNTS)
def test_q5_a_holiday_never_makes_a_due_time_earlier_and_more_hours_never_later(
    data: st.DataObject, drawn: tuple[Calendar, date], x: int
) -> None:
    cal, anchor = drawn
    t = data.draw(instants(anchor))
    day = anchor + timedelta(days=data.draw(st.integers(-1, DAYS)))
    with_holiday = replace(cal, closed={**cal.closed, day: "one more"})
    longer = replace(cal, dates={**cal.dates, day: DateRule(hours=((0, 86_400),))})

    assert not_later(add(cal, t, x), add(with_holiday, t, x))
    assert not_later(add(longer, t, x), add(cal, t, x))


@QUICK
@given(st.data(), calendars(), AMOUNTS, st.integers(-11, 11))
def test_q6_shifting_the_zone_and_all_inputs_alike_changes_nothing(
    data: st.DataObject, drawn: tuple[Calendar, date], x: int, east: int
) -> None:
    cal, anchor = drawn
    t, pause = data.draw(instants(anchor)), (data.draw(instants(anchor)), data.draw(instants(anchor)))
    shift = timedelta(hours=east)
    # The sign of Etc zones is turned round: Etc/GMT-8 is eight hours east.
    here, there = replace(cal, timezone="UTC"), replace(cal, timezone=f"Etc/GMT{-east:+d}")

    due = add(here, t, x, [pause])
    days = add_business_days(here, t, 2)

    assert add(there, t - shift, x, [(pause[0] - shift, pause[1] - shift)]) == (due and due - shift)
    assert add_business_days(there, t - shift, 2) == (days and days - shift)


@WALKED
@given(st.data(), calendars())
def test_q7_open_time_is_what_a_walk_by_minutes_finds_on_the_local_wall_clock(data: st.DataObject, drawn: tuple[Calendar, date]) -> None:
    cal, anchor = drawn
    start = data.draw(instants(anchor, MINUTE))
    minutes = [start + n * MINUTE for n in range(data.draw(st.integers(1, 3 * 1440)))]
    pauses = [
        (one, one + timedelta(minutes=data.draw(st.integers(1, 900)))) for one in data.draw(st.lists(instants(anchor, MINUTE), max_size=2))
    ]

    walked = [minute for minute in minutes if wall_says_open(cal, minute)]

    unpaused = [minute for minute in walked if not any(begins <= minute < ends for begins, ends in pauses)]
    until = minutes[-1] + MINUTE
    assert joined(walked) == list(open_periods(cal, start, until))
    assert [minute for minute in minutes[::61] if is_open(cal, minute)] == [minute for minute in minutes[::61] if minute in set(walked)]
    assert between(cal, start, until, pauses) == 60 * len(unpaused)
    if unpaused:
        assert add(cal, start, 60 * len(unpaused), pauses) == unpaused[-1] + MINUTE


def not_later(a: datetime | None, b: datetime | None) -> bool:
    """None is later than everything."""
    return b is None or (a is not None and a <= b)


def wall_says_open(cal: Calendar, at: datetime) -> bool:
    """What a person with the printed calendar and a wall clock would say; shares no code with the engine."""
    local = at.astimezone(ZoneInfo(cal.timezone))
    today, seconds = local.date(), local.hour * 3600 + local.minute * 60 + local.second
    if today in cal.closed or (local.month, local.day) in cal.annual_closed:
        return False
    opened = cal.dates[today].hours if today in cal.dates else cal.weekly[local.weekday()]
    inside = any(start <= seconds < end for start, end in opened)
    return inside and not any(start <= seconds < end for start, end in cal.breaks.get(today, ()))


def joined(minutes: list[datetime]) -> Spans:
    """Minutes that follow each other as one span."""
    spans: Spans = []
    for minute in minutes:
        if spans and spans[-1][1] == minute:
            spans[-1] = (spans[-1][0], minute + MINUTE)
        else:
            spans.append((minute, minute + MINUTE))
    return spans
