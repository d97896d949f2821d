"""Does the path of a due time name every date and every reason?"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from engine.core.calendars import deadline
from engine.core.due import LINES_MAX, DayKind, DueLine, explain_due
from engine.model.calendar import Calendar, DateRule, Hours
from engine.model.policy import Amount

DAY: Hours = ((30_600, 61_200),)
SHANGHAI = ZoneInfo("Asia/Shanghai")
DESK = Calendar(
    name="desk",
    label="客服",
    timezone="Asia/Shanghai",
    weekly=(DAY, DAY, DAY, DAY, DAY, (), ()),
    closed={date(2026, 10, day): "国庆节" for day in range(1, 8)},
    annual_closed={(11, 11): "司庆"},
    dates={
        date(2026, 9, 29): DateRule(hours=((30_600, 43_200),), label="盘点半天"),
        date(2026, 10, 10): DateRule(hours=DAY, label="国庆节调休上班"),
        date(2026, 10, 12): DateRule(hours=(), label="停电"),
    },
    breaks={date(2026, 10, 13): ((0, 86_400),)},
    confirmed_through=date(2026, 12, 31),
)
NEVER = Calendar(name="n", label="n", timezone="UTC", weekly=((), (), (), (), (), (), ()))


def on(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def kinds(lines: list[DueLine]) -> list[tuple[str, DayKind, str]]:
    return [(line.day.strftime("%m-%d"), line.kind, line.label) for line in lines]


def test_every_date_is_named_with_its_reason_up_to_the_due_time() -> None:
    """T7: explain lists every skipped date with its reason."""
    lines = explain_due(DESK, on(9, 29, 11), Amount(seconds=32 * 3600))

    assert kinds(lines) == [
        ("09-29", DayKind.SPECIAL_HOURS, "盘点半天"),
        ("09-30", DayKind.OPEN, ""),
        *((f"10-0{day}", DayKind.HOLIDAY, "国庆节") for day in range(1, 8)),
        ("10-08", DayKind.OPEN, ""),
        ("10-09", DayKind.OPEN, ""),
        ("10-10", DayKind.MAKEUP, "国庆节调休上班"),
        ("10-10", DayKind.DUE, ""),
    ]
    assert lines[-1].due == deadline(DESK, on(9, 29, 11), Amount(seconds=32 * 3600)) == on(10, 10, 14)
    assert "放假 “国庆节”" in lines[2].text
    assert lines[0].periods == ((on(9, 29, 11), on(9, 29, 12)),)


def test_closed_dates_say_whether_a_rule_a_break_a_yearly_day_or_the_week_closes_them() -> None:
    lines = explain_due(DESK, on(10, 11, 9), Amount(seconds=3600))
    yearly = explain_due(DESK, on(11, 11, 9), Amount(seconds=3600))

    assert [line.kind for line in lines[:3]] == [DayKind.WEEKLY_CLOSED, DayKind.CLOSED_BY_DATE, DayKind.BREAK]
    assert lines[1].label == "停电"
    assert (yearly[0].kind, yearly[0].label) == (DayKind.HOLIDAY, "司庆")


@pytest.mark.parametrize("hours", [1, 8, 30, 200, 900])
def test_the_seconds_of_all_lines_are_the_amount(hours: int) -> None:
    pause = (on(9, 30, 9), on(10, 9, 10))
    lines = explain_due(DESK, on(9, 29, 11), Amount(seconds=hours * 3600), [pause])

    assert sum(line.seconds for line in lines) == hours * 3600


def test_a_pause_is_shown_on_its_days() -> None:
    lines = explain_due(DESK, on(11, 20, 16), Amount(seconds=7200), [(on(11, 20, 16, 20), on(11, 23, 9))])

    assert [line.paused_seconds for line in lines[:-1]] == [40 * 60, 0, 0, 30 * 60]
    assert "暂停 40 min" in lines[0].text


def test_business_days_are_numbered() -> None:
    lines = explain_due(DESK, on(9, 30, 15), Amount(business_days=2))

    assert [(line.day.day, line.counted_days) for line in lines if "个工作日" in line.text] == [(8, 1), (9, 2)]
    assert lines[-1].due == on(10, 9, 15)


def test_long_runs_are_told_in_one_line_and_special_dates_stay() -> None:
    lines = explain_due(DESK, on(10, 9, 9), Amount(seconds=40 * 9 * 3600))

    assert len(lines) < 30
    assert "司庆" in {line.label for line in lines}
    assert [line.kind for line in lines].count(DayKind.RUN) == 2
    assert all(after.day == before.until + timedelta(days=1) for before, after in pairwise(lines[:-1]))


def test_the_number_of_lines_is_bounded() -> None:
    weekly = DESK.weekly
    odd = {date(2026, 10, 1) + timedelta(days=2 * n): DateRule(hours=DAY, label="x") for n in range(400)}
    busy = Calendar(name="b", label="b", timezone="UTC", weekly=weekly, dates=odd)

    lines = explain_due(busy, on(10, 1), Amount(seconds=3600 * 3000))

    assert len(lines) <= LINES_MAX + 1
    assert sum(line.seconds for line in lines) == 3600 * 3000


def test_beyond_the_confirmed_calendar_a_due_time_is_marked_estimated() -> None:
    inside, beyond = (explain_due(DESK, on(12, 30, 9), Amount(business_days=days))[-1] for days in (1, 2))

    assert (inside.estimated, beyond.estimated) == (False, True)
    assert "按估计日历" in beyond.text


def test_without_a_calendar_the_path_says_that_nights_and_holidays_count() -> None:
    lines = explain_due(None, on(10, 1), Amount(seconds=86_400, written="24 h"))

    assert [line.kind for line in lines] == [DayKind.ELAPSED, DayKind.DUE]
    assert "24 h(含夜间、节假日)" in lines[0].text
    assert lines[-1].due == on(10, 2)


def test_never_is_a_line_too() -> None:
    assert [line.kind for line in explain_due(NEVER, on(10, 1), Amount(seconds=1))] == [DayKind.NEVER]
