"""Does open time count as time.md section 1 says?"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.core.calendars import (
    add,
    add_business_days,
    between,
    count_open_dates,
    deadline,
    due_at,
    instant_of,
    is_business_day,
    is_open,
    next_close,
    next_open,
    next_open_date,
    open_periods,
    roll,
    shift_open_dates,
)
from engine.core.open_time import BLOCK, SECOND
from engine.model.calendar import Calendar, DateRule, Hours
from engine.model.policy import Amount, DueAt, DueDay

DAY: Hours = ((30_600, 61_200),)
CLOSED: Hours = ()
MONDAY = date(2026, 11, 23)


def a_calendar(weekly: tuple[Hours, ...] = (DAY,) * 5 + (CLOSED,) * 2, timezone: str = "Asia/Shanghai", **more: object) -> Calendar:
    mon, tue, wed, thu, fri, sat, sun = weekly
    return Calendar(name="desk", label="客服", timezone=timezone, weekly=(mon, tue, wed, thu, fri, sat, sun), **more)  # type: ignore[arg-type]  # rows of a table


DESK = a_calendar()
ALWAYS_OPEN = a_calendar((((0, 86_400),),) * 7)
NEVER_OPEN = a_calendar((CLOSED,) * 7)
LUNCH = a_calendar((((30_600, 43_200), (48_600, 61_200)),) * 7)
OVERNIGHT = a_calendar((((0, 30_600), (61_200, 86_400)),) * 7, closed={date(2026, 11, 24): "盘点"})
PARIS = a_calendar((((0, 86_400),),) * 7, "Europe/Paris")


def on(written: str, zone: str = "Asia/Shanghai") -> datetime:
    """`mon 14:00` of the week of 2026-11-23 (fri, sat, sun: the days before), or a full date and time."""
    days = {"fri": -3, "sat": -2, "sun": -1, "mon": 0, "tue": 1, "wed": 2, "thu": 3}
    day, _, clock = written.partition(" ")
    found = MONDAY + timedelta(days=days[day]) if day in days else date.fromisoformat(day)
    return datetime.combine(found, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("fri 16:00", 1, "fri 17:00"),
        ("fri 16:30", 1, "mon 09:00"),
        ("mon 14:00", 8, "tue 13:30"),
        ("fri 17:00", 1, "mon 09:30"),
        ("sat 10:00", 1, "mon 09:30"),
        ("mon 07:00", 1, "mon 09:30"),
        ("sat 10:00", 0, "mon 08:30"),
        ("fri 17:00", 0, "mon 08:30"),
        ("fri 16:59:59", 0, "fri 16:59:59"),
        ("mon 09:30", -1, "mon 08:30"),
        ("mon 09:00", -1, "fri 16:30"),
        ("sat 10:00", -1, "fri 16:00"),
    ],
)
def test_an_amount_of_open_time_is_used_up_near_the_boundary(start: str, hours: int, due: str) -> None:
    """T23: created before opening, after closing, at the weekend. T37: begun near closing, continued at opening."""
    assert add(DESK, on(start), hours * 3600) == on(due)


@pytest.mark.parametrize(("at", "answer"), [("mon 08:30", True), ("mon 08:29:59", False), ("mon 17:00", False), ("mon 16:59:59.999", True)])
def test_the_opening_instant_is_open_and_the_closing_instant_closed(at: str, answer: bool) -> None:
    assert is_open(DESK, on(at)) is answer


def test_open_time_between_reversed_instants_is_nothing() -> None:
    assert between(DESK, on("mon 10:00"), on("mon 09:00")) == 0


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("fri 16:20:30", "mon 09:00")], "mon 10:39:30"),
        ([("fri 17:00", "mon 08:30")], "mon 09:30"),
        ([("fri 16:30", "mon 08:30"), ("fri 16:20:30", "mon 09:00")], "mon 10:39:30"),
        ([("fri 15:00", "fri 16:30")], "mon 10:00"),
        ([("mon 09:30", "mon 12:00")], "mon 09:30"),
        ([("fri 16:45", "fri 16:15")], "mon 09:30"),
    ],
    ids=["over the weekend", "closed hours only", "overlapping", "begun paused", "after the due", "reversed"],
)
def test_a_pause_counts_exactly_and_in_the_same_calendar(pauses: list[tuple[str, str]], due: str) -> None:
    """T21: a pause over closed hours adds nothing."""
    spans = [(on(begins), on(ends)) for begins, ends in pauses]

    assert add(DESK, on("fri 16:00"), 2 * 3600, spans) == on(due)
    assert between(DESK, on("fri 16:00"), on(due), spans) == 2 * 3600


def test_amount_0_in_a_pause_waits_for_its_end_and_for_opening() -> None:
    assert add(DESK, on("mon 16:00"), 0, [(on("mon 15:00"), on("mon 20:00"))]) == on("tue 08:30")


def test_counting_backward_leaves_out_pauses_too() -> None:
    assert add(DESK, on("mon 10:00"), -3600, [(on("mon 09:00"), on("mon 09:30"))]) == on("mon 08:30")


def test_without_a_calendar_time_is_elapsed_time() -> None:
    start = on("fri 16:00")
    pause = (on("sat 00:00"), on("sat 01:00"))

    assert add(None, start, 86_400) == start + timedelta(days=1)
    assert add(None, start, 86_400, [pause]) == start + timedelta(hours=25)
    assert add(None, start, 0) == start
    assert add(None, start, -3600) == start - timedelta(hours=1)
    assert between(None, start, start + timedelta(hours=10), [pause]) == 9 * 3600
    assert is_open(None, start)
    assert roll(None, start) == roll(None, start, forward=False) == start
    assert next_open(None, start) is next_close(None, start) is None
    assert list(open_periods(None, start, on("sat 16:00"))) == [(start, on("sat 16:00"))]


def test_a_lunch_break_does_not_run_the_clock() -> None:
    """T22."""
    assert add(LUNCH, on("mon 11:00"), 2 * 3600) == on("mon 14:30")


def test_overnight_hours_are_one_period_and_each_part_obeys_its_own_date() -> None:
    found = list(open_periods(OVERNIGHT, on("mon 12:00"), on("wed 20:00")))

    assert found == [(on("mon 17:00"), on("tue 00:00")), (on("wed 00:00"), on("wed 08:30")), (on("wed 17:00"), on("wed 20:00"))]


def test_a_calendar_that_is_always_open_is_one_period_and_never_closes() -> None:
    start, until = on("2026-01-01 00:00"), on("2028-01-01 00:00")

    assert list(open_periods(ALWAYS_OPEN, start, until)) == [(start, until)]
    assert next_close(ALWAYS_OPEN, start) is None
    assert next_open(ALWAYS_OPEN, start) is None


def test_next_and_roll_look_strictly_ahead_or_stay_where_open() -> None:
    assert next_open(DESK, on("mon 08:30")) == on("tue 08:30")
    assert next_close(DESK, on("fri 17:00")) == on("mon 17:00")
    assert roll(DESK, on("sat 10:00")) == on("mon 08:30")
    assert roll(DESK, on("sat 10:00"), forward=False) == on("fri 17:00")
    assert roll(DESK, on("mon 08:30"), forward=False) == on("fri 17:00")
    assert roll(DESK, on("mon 12:00"), forward=False) == on("mon 12:00")


def test_a_holiday_beats_a_date_rule_beats_the_week_and_breaks_are_cut_out() -> None:
    cal = a_calendar(
        closed={MONDAY: "放假"},
        dates={
            MONDAY: DateRule(hours=DAY),
            date(2026, 11, 24): DateRule(hours=((36_000, 39_600),)),
            date(2026, 11, 25): DateRule(hours=()),
            date(2026, 11, 28): DateRule(hours=DAY, label="调休上班"),
        },
        annual_closed={(11, 26): "司庆"},
        breaks={date(2026, 11, 27): ((28_800, 36_000), (43_200, 46_800))},
    )

    found = list(open_periods(cal, on("mon 00:00"), on("2026-11-29 00:00")))

    assert found == [
        (on("tue 10:00"), on("tue 11:00")),
        (on("2026-11-27 10:00"), on("2026-11-27 12:00")),
        (on("2026-11-27 13:00"), on("2026-11-27 17:00")),
        (on("2026-11-28 08:30"), on("2026-11-28 17:00")),
    ]
    assert not is_business_day(cal, MONDAY)
    assert is_business_day(cal, date(2026, 11, 28))
    assert next_open_date(cal, date(2026, 11, 22)) == date(2026, 11, 24)
    assert count_open_dates(cal, MONDAY, date(2026, 11, 29)) == 3


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("sat 11:00", 1, "mon 11:00"),
        ("fri 15:00", 2, "tue 15:00"),
        ("fri 20:00", 1, "tue 08:30"),
        ("fri 20:00", 0, "fri 20:00"),
        ("mon 10:00", -1, "fri 10:00"),
    ],
)
def test_business_days_count_from_the_date_itself_and_keep_the_time_of_day(start: str, days: int, due: str) -> None:
    assert add_business_days(DESK, on(start), days) == on(due)


@pytest.mark.parametrize(
    ("pause", "due"),
    [(("mon 09:00", "mon 10:00"), "tue 16:00"), (("sat 00:00", "mon 08:30"), "tue 15:00"), (("tue 15:00", "tue 17:00"), "tue 15:00")],
    ids=["in open time", "over the weekend", "after the due"],
)
def test_a_pause_lengthens_business_days_by_the_open_time_it_took(pause: tuple[str, str], due: str) -> None:
    """T31: a pause must not count weekends, and the due time must lie in open hours."""
    spans = [(on(pause[0]), on(pause[1]))]

    assert deadline(DESK, on("fri 15:00"), Amount(business_days=2), spans) == on(due)


def test_due_by_table_is_a_wall_clock_time_of_the_day_or_of_the_next_open_day() -> None:
    same, following = DueAt(DueDay.SAME_DAY, time(15)), DueAt(DueDay.NEXT_OPEN_DAY, time(9, 30))

    assert due_at(DESK, on("mon 10:00"), same) == on("mon 15:00")
    assert due_at(DESK, on("fri 18:00"), following) == on("mon 09:30")
    assert due_at(DESK, on("sat 10:00"), same) is None
    assert due_at(DESK, on("sat 10:00"), following) == on("mon 09:30")


@pytest.mark.parametrize(
    ("at", "hours", "due"), [("2026-10-25 00:00", 24, "2026-10-25 23:00"), ("2026-03-29 00:00", 24, "2026-03-30 01:00")]
)
def test_an_hour_is_3600_seconds_on_days_of_23_and_25_hours(at: str, hours: int, due: str) -> None:
    """T5."""
    zone = "Europe/Paris"

    assert add(PARIS, on(at, zone), hours * 3600) == on(due, zone)


def test_a_local_time_in_the_spring_gap_takes_the_offset_before_and_an_ambiguous_one_is_its_first() -> None:
    gap = a_calendar((((9_000, 14_400),),) * 7, "Europe/Paris")
    vanishing = a_calendar((((9_000, 10_800),),) * 7, "Europe/Paris")
    night = on("2026-03-28 20:00", "Europe/Paris")

    assert next_open(gap, night) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert next_open(vanishing, night) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    assert instant_of("Europe/Paris", date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_zone_that_skipped_a_whole_date_is_counted_without_harm() -> None:
    cal = a_calendar((((0, 86_400),),) * 7, "Pacific/Apia")
    start = datetime(2011, 12, 29, tzinfo=UTC)

    assert add(cal, start, 72 * 3600) == start + timedelta(hours=72)


@pytest.mark.parametrize("amount", [-3600, 0, 3600])
def test_a_calendar_that_never_opens_answers_none_and_never_hangs(amount: int) -> None:
    """T44."""
    start = on("mon 10:00")

    assert add(NEVER_OPEN, start, amount) is None
    assert next_open(NEVER_OPEN, start) is next_close(NEVER_OPEN, start) is None
    assert roll(NEVER_OPEN, start) is roll(NEVER_OPEN, start, forward=False) is None
    assert next_open_date(NEVER_OPEN, MONDAY) is None
    assert add_business_days(NEVER_OPEN, start, 1) is None
    assert between(NEVER_OPEN, start, start + timedelta(days=400)) == 0


def test_an_amount_that_needs_more_than_ten_years_is_none() -> None:
    assert add(DESK, on("mon 10:00"), 8.5 * 3600 * 262 * 11) is None
    assert add(None, on("mon 10:00"), 1e13) is None


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time_are_answered_with_none(at: datetime) -> None:
    """A carrier's 0001-01-01 is data, not an error."""
    assert add(DESK, at, 1) is None
    assert add(DESK, at, 0) is None
    assert add(DESK, at, -1) is None
    assert roll(DESK, at, forward=False) is None
    assert add_business_days(DESK, at, 1) is None
    assert shift_open_dates(DESK, at.date(), -1) is None or at.year > 1


def test_a_naive_time_is_refused() -> None:
    """T25."""
    with pytest.raises(TypeError):
        add(DESK, datetime(2026, 11, 23, 10), 60)  # noqa: DTZ001 - the point of the test.


def test_a_changed_calendar_changes_the_answer_even_if_it_has_the_same_name() -> None:
    """T45: an answer remembered for one calendar is never given for another."""
    holiday = a_calendar(closed={MONDAY: "放假"})

    assert add(DESK, on("fri 16:30"), 3600) == on("mon 09:00")
    assert add(holiday, on("fri 16:30"), 3600) == on("tue 09:00")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Honolulu", "Pacific/Kiritimati", "Asia/Shanghai"])
@pytest.mark.parametrize("hours", [((0, 10_800),), ((75_600, 86_400),), ((36_000, 46_800),)])
def test_no_open_hour_is_lost_where_one_block_of_the_layout_ends(zone: str, hours: Hours) -> None:
    border = datetime.fromtimestamp(185 * BLOCK // SECOND, UTC)
    cal = a_calendar((hours,) * 7, zone)

    assert between(cal, border - timedelta(days=5), border + timedelta(days=5)) == 10 * 3 * 3600


def test_years_add_up_from_their_days() -> None:
    start = on("2024-01-01 00:00")
    days = [start + timedelta(days=n) for n in range(1100)]
    in_days = sum(between(DESK, day, day + timedelta(days=1)) for day in days)

    assert between(DESK, start, days[-1] + timedelta(days=1)) == in_days == 786 * 8.5 * 3600
    assert add(DESK, start, in_days) == roll(DESK, days[-1] + timedelta(days=1), forward=False)


def test_microseconds_are_exact() -> None:
    start = on("mon 10:00") + timedelta(microseconds=1)

    assert add(DESK, start, 0.000001) == start + timedelta(microseconds=1)
    assert between(DESK, start, start + timedelta(microseconds=3)) == 0.000003
