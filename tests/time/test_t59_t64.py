"""Do the complaints about restarts and China's calendar, 59 to 64 of time.md section 8, not occur here?"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.core.calendars import is_business_day
from tests.time.vectors import graded
from tests.time.world import (
    ONE_HOUR,
    World,
    codes,
    compiled,
    files,
    first,
    policy,
    sla,
    when,
)


def test_a_change_of_the_rules_recomputes_all_open_cases_in_batches() -> None:
    """t59: 150 open tickets; each beat is bounded, and the last one is done like the first."""
    world = World(sla=first("while: new\nlimit: 1 h"))
    for number in range(150):
        world.hear("created", "11-23 09:00", case=f"N{number}")
    running = world.running()

    offer = running.offer_rules(files(sla=first("while: new\nlimit: 2 h")))
    beats = 0
    while running.beat(deadline=running.clock.monotonic()):
        beats += 1

    assert offer is not None
    assert offer.told == "published"
    assert beats >= 2
    assert {world.due(case=f"N{number}") for number in range(150)} == {"11-23 11:00"}


@pytest.mark.parametrize("down_until", ["11-23 10:00", "11-23 10:00:01", "11-23 10:30", "11-26 09:00"])
def test_a_daemon_stopped_over_the_due_minute_fires_exactly_once_after_its_restart(tmp_path: Path, down_until: str) -> None:
    """t60"""
    world = World(sla=ONE_HOUR, url=f"sqlite:///{tmp_path}/t60.db")
    world.hear("created", "11-23 09:00")
    world.until("11-23 09:59:59")

    world.restart(down_until)
    world.restart()
    world.until("11-27 09:00")

    assert world.sent() == [f"{down_until} sms boss T1 hurry"]
    assert world.notes("late") == [f"{down_until} first"]
    world.close()


def test_a_reminder_by_the_clock_runs_on_make_up_saturdays_and_not_on_days_off_in_lieu() -> None:
    """t61: plain Mon-Fri cron is wrong on both."""
    rules = first("while: new\nlimit: 1 h\ncalendar: desk\ntimeline:\n  - every_day_while_late: 09:30\n    do: [{send: hurry}]")
    world = World("09-29 08:00", sla=rules, calendars=CHINA)
    world.hear("created", "09-29 09:00")
    world.until("10-13 00:00")

    assert [line[:5] for line in world.sent()] == ["09-30", "10-05", "10-08", "10-09", "10-10", "10-12"]


def test_vectors_of_chinas_calendar_are_answered_canonically() -> None:
    """t61: vectors tagged `china`."""
    assert graded("china") == []


def test_runs_missed_while_the_daemon_was_down_are_named_when_it_is_back(tmp_path: Path) -> None:
    """t61: expected but not run is said, not silent: the latest slot is made up for, with how late it is."""
    rules = first("while: new\nlimit: 1 h\ncalendar: desk\ntimeline:\n  - every_day_while_late: 09:30\n    do: [{send: hurry}]")
    world = World("09-29 08:00", sla=rules, calendars=CHINA, url=f"sqlite:///{tmp_path}/t61.db")
    world.hear("created", "10-08 09:00")
    world.until("10-09 12:00")

    world.restart("10-11 12:00")

    assert world.sent() == ["10-09 09:30 sms boss T1 hurry", "10-11 12:00 sms boss T1 hurry"]
    assert "late_s" in world.details("row_fired")[-1]
    world.close()


CHINA = """
kind: calendars
timezone: Asia/Shanghai
calendars:
  desk:
    label: 坐席
    holidays: [cn, company]
    hours:
      - {days: mon-fri, open: 08:30-17:00}
      - {days: sat, open: 09:00-12:00}
    dates:
      - {date: 2026-10-24, open: 13:00-18:00, label: 盘点}
  shop:
    label: 门店
    hours:
      - {days: mon-sun, open: 08:00-20:00}
holidays:
  cn:
    notice: 国办发明电〔2025〕7号
    confirmed_through: 2026-12-31
    closed:
      - {date: 2026-10-01, until: 2026-10-07, label: 国庆节}
    open:
      - {date: 2026-10-10, label: 国庆节调休上班}
  company:
    closed:
      - {date: 2026-10-16, label: 司庆}
    open:
      - {date: 2026-10-17, label: 司庆补班, open: 10:00-16:00}
      - {date: 2026-10-05, label: 国庆加班}
""".replace("      - {days: sat, open: 09:00-12:00}\n", "")


def test_a_makeup_workday_and_a_day_off_in_lieu_are_two_things_with_two_keys() -> None:
    """t62: 调休 alone means both; the file says `open` for the day worked and `closed` for the day off."""
    desk = compiled(calendars=CHINA).calendars["desk"]

    makeup_workday, day_off_in_lieu = date(2026, 10, 10), date(2026, 10, 7)
    assert (makeup_workday.weekday(), is_business_day(desk, makeup_workday)) == (5, True)
    assert (day_off_in_lieu.weekday(), is_business_day(desk, day_off_in_lieu)) == (2, False)


def test_the_shipped_year_file_has_the_facts_of_the_notice() -> None:
    """t62: the two lists of section 7.2 for 2026."""
    rules = Path(__file__).resolve().parents[2] / "rules"
    shipped = {
        path.stem: path.read_text(encoding="utf-8").partition("disruptions:")[0]
        for path in rules.glob("*.yaml")
        if path.stem.startswith(("calendars", "holidays"))
    }
    desk = compiled(**shipped).calendars["service_desk"]

    worked = [day for day in days_of(2026) if day.weekday() >= 5 and day in desk.dates]
    lieu = [day for day in days_of(2026) if day in desk.closed and f"{day:%m-%d}" in ("01-02", "02-20", "02-23", "05-05", "10-06", "10-07")]
    assert [f"{day:%m-%d}" for day in worked] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert len(lieu) == 6


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(
    ("created", "due"),
    [
        ("10-16 09:00", "10-17 12:00"),   # the company's own holiday, then its own make-up Saturday with other hours
        ("10-17 15:00", "10-19 09:30"),
        ("10-05 09:00", "10-05 11:00"),   # the company works where the state is off
        ("10-24 12:00", "10-24 15:00"),   # the calendar's own date wins over the week
        ("10-10 08:00", "10-10 10:30"),   # the state's make-up Saturday takes the weekday hours
    ],
)  # fmt: skip
def test_a_company_has_its_own_days_off_its_own_make_up_days_and_other_hours_on_them(created: str, due: str) -> None:
    """t63"""
    world = World("10-01 08:00", calendars=CHINA, sla=first("while: new\nlimit: 2 h\ncalendar: desk"))

    world.hear("created", created)

    assert world.due() == due


def test_nothing_of_the_holiday_file_is_inherited_silently() -> None:
    """t63: a calendar without the list works on the holiday."""
    world = World("10-01 08:00", calendars=CHINA, sla=first("while: new\nlimit: 2 h\ncalendar: shop"))

    world.hear("created", "10-01 09:00")

    assert world.due() == "10-01 11:00"


@pytest.mark.parametrize("limit", ["4 h", "1 business day"])
def test_any_time_out_may_follow_the_holiday_table(limit: str) -> None:
    """t64: a time-out that moves the case, in any state, may name a calendar."""
    rules = first(f"while: waiting\nlimit: {limit}\ncalendar: desk\ntimeline:\n  - late: 0 min\n    do: [{{event: silent}}]")
    world = World("09-30 08:00", calendars=CHINA, sla=rules)
    world.hear("created", "09-30 09:00")
    world.hear("asked", "09-30 15:00")

    due = {"4 h": "10-05 10:30", "1 business day": "10-05 15:00"}[limit]
    world.until(due.replace(":30", ":29").replace(":00", ":00"))
    assert world.due() == due
    world.until("10-08 18:00")

    assert world.state() == "line2"
    assert when(due) == world.journal()[-1].occurred_at or any(
        row.occurred_at == when(due) and row.name == "silent" for row in world.journal()
    )


def test_other_workflows_may_do_the_same() -> None:
    """t64: calendars belong to no workflow."""
    second = policy("approve", "while: line2\nlimit: 4 h\ncalendar: shop")

    assert [
        one for one in codes(sla=sla(policy("first", "while: new\nlimit: 1 h\ncalendar: desk"), second), calendars=CHINA) if one[0] != "W"
    ] == []
