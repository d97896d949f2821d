"""Do overlays, notices of several years and dates fixed by law become one calendar, and does it agree with both libraries?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import pytest

from engine.core.calendars import add_business_days, between, deadline, is_business_day, is_estimated
from engine.core.due import DayKind, explain_due
from engine.language.compile import compile_rulebook
from engine.model.calendar import Calendar
from engine.model.policy import Amount
from tests.unit.language.rulebooks import SHIPPED, compiled, small

HOUR = 3600
DESK = """kind: calendars
calendars:
  desk:
    label: 坐席
    hours:
      - {days: mon-fri, open: 08:30-17:00}
"""


def desk(more: str = "", hours: str = "{days: mon-fri, open: 08:30-17:00}", **files: str) -> Calendar:
    text = DESK.replace("{days: mon-fri, open: 08:30-17:00}", hours) + more
    return compiled(small(rules_calendars=text, **files)).calendars["desk"]


def found(more: str, **files: str) -> list[tuple[str, str, int, list[str]]]:
    result = compile_rulebook(small(rules_calendars=DESK + more, **files))
    return [(one.code, one.span.file, one.span.line, [str(span) for span in one.related]) for one in result.diagnostics]


def on(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def local(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%m-%d %H:%M")


ROUND_THE_CLOCK = """    overlays:
      - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 00:00-24:00}]}
"""


def test_a_promotion_changes_the_hours_of_its_dates_only() -> None:
    """R101."""
    calendar = desk(ROUND_THE_CLOCK)

    assert sorted(calendar.dates) == [date(2026, 11, day) for day in range(7, 13)]
    assert all(rule.overlay and rule.label == "双十一" for rule in calendar.dates.values())
    assert calendar.weekly[5] == ()


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-06 16:00", 3, "11-07 02:00"),  # One hour of Friday, two of the promotion's first night.
        ("2026-11-12 22:00", 3, "11-13 09:30"),  # Two hours to the promotion's end, one of Friday morning.
        ("2026-11-06 16:00", 1 + 6 * 24 + 8, "11-13 16:30"),  # Through the whole promotion.
        ("2026-11-05 16:00", 2, "11-06 09:30"),  # Before it.
    ],
)
def test_an_amount_that_crosses_a_border_is_counted_by_the_hours_of_each_side(start: str, hours: int, due: str) -> None:
    """R101."""
    calendar = desk(ROUND_THE_CLOCK)

    assert local(deadline(calendar, on(start), Amount(seconds=hours * HOUR))) == due


def test_business_days_count_the_promotions_sunday() -> None:
    assert local(add_business_days(desk(ROUND_THE_CLOCK), on("2026-11-06 15:00"), 2)) == "11-08 15:00"
    assert local(add_business_days(desk(), on("2026-11-06 15:00"), 2)) == "11-10 15:00"


def test_overnight_hours_of_an_overlay_run_into_the_day_after_it_and_the_weeks_own_do_not() -> None:
    overlay = "    overlays: [{label: 夜班, valid_from: 2026-11-12, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 20:00-04:00}]}]\n"

    calendar = desk(overlay, hours="{days: mon-fri, open: 17:00-02:00}")

    assert calendar.dates[date(2026, 11, 12)].hours == ((0, 2 * HOUR), (20 * HOUR, 24 * HOUR))
    assert calendar.dates[date(2026, 11, 13)].hours == ((0, 4 * HOUR), (17 * HOUR, 24 * HOUR))
    assert date(2026, 11, 14) not in calendar.dates


HOLIDAYS = """holidays:
  cn:
    closed: [{date: 2026-10-01, until: 2026-10-03, label: 国庆节}]
    open: [{date: 2026-10-10, label: 调休上班}]
"""


@pytest.mark.parametrize(("through", "seconds"), [("", 0), (", holidays: none", 24 * HOUR)])
def test_holidays_still_close_in_an_overlay_unless_it_says_otherwise(through: str, seconds: int) -> None:
    overlay = f"    holidays: cn\n    overlays: [{{label: 促销, valid_from: 2026-09-28, valid_to: 2026-10-11, hours: [{{days: mon-sun, open: 00:00-24:00}}]{through}}}]\n"

    calendar = desk(overlay + HOLIDAYS)

    assert between(calendar, on("2026-10-02 00:00"), on("2026-10-03 00:00")) == seconds
    assert between(calendar, on("2026-10-04 00:00"), on("2026-10-05 00:00")) == 24 * HOUR
    assert between(calendar, on("2026-10-10 00:00"), on("2026-10-11 00:00")) == 24 * HOUR


def test_the_calendars_own_dates_win_over_an_overlay() -> None:
    dates = "    dates: [{date: 2026-11-11, open: 10:00-12:00, label: 盘点}, {date: 2026-11-12, open: none}]\n"

    calendar = desk(ROUND_THE_CLOCK + dates)

    assert calendar.dates[date(2026, 11, 11)].hours == ((10 * HOUR, 12 * HOUR),)
    assert not calendar.dates[date(2026, 11, 11)].overlay
    assert not is_business_day(calendar, date(2026, 11, 12))


TWO = """    overlays:
      - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 00:00-24:00}]}
      - {label: 十一月, valid_from: 2026-11-01, valid_to: 2026-11-10, hours: [{days: mon-sun, open: 08:00-22:00}]}
"""


def test_where_two_overlays_apply_the_later_begun_wins_and_check_says_so() -> None:
    """R101."""
    calendar = desk(TWO)
    told = compile_rulebook(small(rules_calendars=DESK + TWO)).diagnostics

    assert [calendar.dates[date(2026, 11, day)].label for day in (6, 7, 10, 12)] == ["十一月", "双十一", "双十一", "双十一"]
    assert [(one.code, one.span.line, one.related[0].line) for one in told] == [("W519", 8, 9)]
    assert told[0].zh == "2026-11-07 到 2026-11-10,“十一月”和“双十一”都适用:以开始得晚的“双十一”为准"


def test_an_overlay_is_named_in_the_path_of_a_due_time() -> None:
    lines = explain_due(desk(ROUND_THE_CLOCK), on("2026-11-06 16:00"), Amount(seconds=3 * HOUR))

    assert [(line.day.day, line.kind, line.label) for line in lines] == [
        (6, DayKind.OPEN, ""),
        (7, DayKind.OVERLAY, "双十一"),
        (7, DayKind.DUE, ""),
    ]
    assert "临时时间 “双十一”" in lines[1].text


@pytest.mark.parametrize(
    ("overlay", "code"),
    [("valid_from: 2026-11-12, valid_to: 2026-11-01", "W509"), ("valid_from: 2026-01-01, valid_to: 2027-12-31", "F110")],
)
def test_an_overlay_that_ends_early_or_lasts_for_ever_is_refused(overlay: str, code: str) -> None:
    text = f"    overlays: [{{label: x, {overlay}, hours: [{{days: mon, open: 08:00-09:00}}]}}]\n"

    assert [one[0] for one in found(text)] == [code]


YEAR = "kind: calendars\nholidays:\n  cn:\n    confirmed_through: {year}-12-31\n    closed: [{{date: {year}-10-01, label: 国庆节}}]\n"


def test_a_year_may_be_a_file_of_its_own_or_a_notice_of_its_own() -> None:
    files = desk("    holidays: cn\n" + YEAR.format(year=2026).split("\n", 1)[1], rules_next=YEAR.format(year=2027))
    listed = "holidays:\n  cn:\n" + "".join(
        f"    - {{confirmed_through: {year}-12-31, closed: [{{date: {year}-10-01, label: 国庆节}}]}}\n" for year in (2026, 2027)
    )

    assert files.closed == {date(2026, 10, 1): "国庆节", date(2027, 10, 1): "国庆节"}
    assert files.confirmed_through == date(2027, 12, 31)
    assert desk("    holidays: cn\n" + listed).closed == files.closed


def test_a_missing_year_in_between_is_not_confirmed() -> None:
    calendar = desk("    holidays: cn\n" + YEAR.format(year=2026).split("\n", 1)[1], rules_next=YEAR.format(year=2028))

    assert calendar.confirmed_through == date(2026, 12, 31)
    assert date(2028, 10, 1) in calendar.closed


def test_a_date_told_in_two_ways_is_an_error_that_names_both_places() -> None:
    other = (
        "kind: calendars\nholidays:\n  cn:\n    open: [{date: 2026-10-02, label: 上班}]\n    closed: [{date: 2026-10-01, label: 国庆}]\n"
    )

    told = found("    holidays: cn\n" + HOLIDAYS, rules_next=other)

    assert told == [("R308", "rules/next.yaml", 4, ["rules/calendars.yaml:10:21"])]


def test_dates_fixed_by_law_close_until_the_notice_is_there() -> None:
    text = HOLIDAYS.replace(
        "  cn:\n", "  cn:\n    confirmed_through: 2026-12-31\n    every_year: [{date: 10-01, until: 10-03, label: 国庆节}]\n"
    )

    calendar = desk("    holidays: cn\n" + text)

    assert calendar.closed[date(2027, 10, 2)] == "国庆节(未确认)"
    assert date(2027, 10, 4) not in calendar.closed
    assert calendar.closed[date(2026, 10, 2)] == "国庆节"
    assert is_estimated(calendar, on("2027-10-08 10:00"))
    assert not is_estimated(calendar, on("2026-12-31 23:59"))


def test_dates_fixed_by_law_need_to_know_what_is_confirmed() -> None:
    text = HOLIDAYS.replace("  cn:\n", "  cn:\n    every_year: [{date: 10-01, label: 国庆节}]\n")

    assert [one[0] for one in found("    holidays: cn\n" + text)] == ["F102"]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_shipped_years_agree_with_both_libraries_on_every_day(year: int) -> None:
    """time.md 7.3: the file, `holidays` and `chinesecalendar` must agree on every day of the year, else red."""
    calendar = compiled(SHIPPED).calendars["service_desk"]
    weekday = calendar.weekly[0]
    one = holidays.country_holidays("CN", years=year)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)]

    # The desk works on Saturday mornings; a working day of the state is one with Monday's hours.
    ours = {
        day: day not in calendar.closed
        and (calendar.dates[day].hours if day in calendar.dates else calendar.weekly[day.weekday()]) == weekday
        for day in days
    }

    assert {day for day in days if ours[day] != one.is_working_day(day)} == set()
    assert {day for day in days if ours[day] != chinese_calendar.is_workday(day)} == set()
    assert len(days) == (366 if year == 2024 else 365)


def test_the_shipped_years_are_confirmed_each_by_a_notice_with_its_number() -> None:
    calendar = compiled(SHIPPED).calendars["service_desk"]
    notices = [text for name, text in SHIPPED.items() if "/holidays_20" in name]

    assert calendar.confirmed_through is not None
    assert calendar.confirmed_through >= date(2026, 12, 31)
    assert len(notices) >= 3
    assert [text for text in notices if "notice: 国办发明电〔" not in text] == []
