"""Do the complaints about clock changes, windows and explained due times, 1 to 7 of time.md section 8, not occur here?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.core.calendars import add, deadline
from engine.core.due import explain_due
from engine.core.route import resolve
from engine.model.policy import Amount
from tests.time.vectors import graded
from tests.time.world import CALENDARS, CHAINS, World, compiled, first, message, messages, wall, when

PARIS = ZoneInfo("Europe/Paris")
PARIS_ROTAS = """
kind: contacts
people:
  ann: {name: 安, phone: 13800000001, wechat_work: ann}
  bob: {name: 鲍, phone: 13800000002}
  cat: {name: 凯, phone: 13800000003}
roles:
  desk: {label: 坐席, on_duty: day}
  boss: {label: 夜班, on_duty: night}
  shift: {label: 凌晨班, on_duty: small_hours}
  weekdays: {label: 平日轮班, on_duty: week}
  last_resort: {label: 兜底, person: cat}
rotas:
  day:
    label: 白班
    timezone: Europe/Paris
    shifts: [{days: mon-sun, hours: 08:00-20:00, people: [ann]}]
  night:
    label: 夜班
    timezone: Europe/Paris
    shifts: [{days: mon-sun, hours: 20:00-08:00, people: [bob]}]
  small_hours:
    label: 凌晨班
    timezone: Europe/Paris
    shifts: [{days: mon-sun, hours: 02:30-04:00, people: [ann]}]
  week:
    label: 平日
    timezone: Europe/Paris
    shifts:
      - {days: mon, hours: 00:00-24:00, people: [ann]}
      - {days: fri, hours: 00:00-24:00, people: [bob]}
"""


def on_duty(role: str, at: datetime) -> list[str]:
    book = compiled(contacts=PARIS_ROTAS)
    return [person.id for person in resolve(book.contacts, book.calendars, role, {}, at).people]


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_shifts_keep_their_local_hours_without_gap_or_overlap_when_clocks_change(day: str) -> None:
    """t01: a wall-clock shift keeps its local start; no gap or overlap on 23 h and 25 h days."""
    start = when(f"{day} 00:00", PARIS)
    book = compiled(contacts=PARIS_ROTAS)

    for quarter in range(3 * 96):
        at = start + timedelta(minutes=15 * quarter)
        local = at.astimezone(PARIS)
        people = {role: len(resolve(book.contacts, book.calendars, role, {}, at).people) for role in ("desk", "boss")}
        assert people == ({"desk": 1, "boss": 0} if 8 <= local.hour < 20 else {"desk": 0, "boss": 1}), local


@pytest.mark.parametrize(("late", "told"), [("2026-03-27 22:00", "2026-03-28 08:00"), ("2026-03-28 22:00", "2026-03-29 08:00"),
                                            ("2026-10-24 22:00", "2026-10-25 08:00"), ("2026-10-25 22:00", "2026-10-26 08:00")])  # fmt: skip
def test_a_chain_window_opens_at_its_local_hour_before_and_after_clocks_change(late: str, told: str) -> None:
    """t01: windows of chains, too."""
    calendars = CALENDARS + "  paris:\n    label: 巴黎\n    timezone: Europe/Paris\n    hours: [{days: mon-sun, open: 08:00-20:00}]\n"
    chains = CHAINS.replace("    group_wait: 0 min\n", "    group_wait: 0 min\n    during: paris\n")
    rules = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]")
    begun = when(late, PARIS) - timedelta(hours=1)
    world = World(wall(begun), calendars=calendars, escalations=chains, sla=rules)

    world.hear("created", wall(begun))
    world.until(wall(when(told, PARIS) + timedelta(minutes=5)))

    assert world.sent() == [f"{wall(when(told, PARIS))} wechat_work desk T1 hurry"]


def test_a_window_carries_its_zone_and_is_shown_back_as_typed() -> None:
    """t02"""
    calendars = CALENDARS + "  paris:\n    label: 巴黎\n    timezone: Europe/Paris\n    hours: [{days: mon-fri, open: 09:00-17:00}]\n"
    paris = compiled(calendars=calendars).calendars["paris"]

    lines = explain_due(paris, when("11-23 10:00", PARIS), Amount(seconds=8 * 3600))

    assert deadline(paris, when("11-23 07:00", PARIS), Amount(seconds=3600)) == when("11-23 10:00", PARIS)
    assert "10:00-17:00" in lines[0].text
    assert "09:00-10:00" in lines[1].text


def test_a_step_that_waits_for_its_window_fires_at_opening_after_a_restart(tmp_path: Path) -> None:
    """t03"""
    chains = CHAINS.replace("{wait: 30 min, channel: sms, to: boss}", "{wait: 30 min, channel: sms, to: boss, during: desk}")
    rules = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]")
    world = World("11-23 15:50", url=f"sqlite:///{tmp_path}/t3.db", escalations=chains, sla=rules)
    world.hear("created", "11-23 15:50")
    world.until("11-23 18:00")
    assert world.sent() == ["11-23 16:50 wechat_work desk T1 hurry"]

    world.restart().until("11-24 02:00").restart("11-24 06:00").until("11-24 08:35")

    assert world.sent(to="boss") == ["11-24 08:30 sms boss T1 hurry"]
    world.close()


@pytest.mark.parametrize(
    ("local", "people"),
    [
        ("2026-03-29 01:59:59", []), ("2026-03-29 03:29:59", []), ("2026-03-29 03:30", ["ann"]), ("2026-03-29 03:59:59", ["ann"]),
        ("2026-03-29 04:00", []), ("2026-10-25 02:29:59", []), ("2026-10-25 02:30", ["ann"]),
    ],
)  # fmt: skip
def test_a_handoff_at_a_missing_or_ambiguous_time_follows_the_written_rule(local: str, people: list[str]) -> None:
    """t04: 02:30 that does not exist is 03:30; the ambiguous one is its first occurrence."""
    at = when(local, PARIS)

    assert on_duty("shift", at) == people


def test_in_the_repeated_hour_the_shift_goes_on_until_its_local_end() -> None:
    """t04: from the first 02:30 to 04:00 are two and a half hours on that night."""
    first_half_past = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    on = [on_duty("shift", first_half_past + timedelta(minutes=10 * n)) == ["ann"] for n in range(-1, 16)]

    assert on == [False] + [True] * 15 + [False]


def test_a_weekday_roster_goes_from_friday_to_monday() -> None:
    """t04: nobody is handed the days without coverage."""
    week = [on_duty("weekdays", when(f"2026-11-{day} 12:00", PARIS)) for day in range(27, 31)]

    assert week == [["bob"], [], [], ["ann"]]


def test_an_hour_is_an_hour_in_the_repeated_hour_and_every_search_ends() -> None:
    """t05"""
    calendars = CALENDARS + "  paris:\n    label: 巴黎\n    timezone: Europe/Paris\n    hours: [{days: mon-sun, open: 00:00-24:00}]\n"
    paris = compiled(calendars=calendars).calendars["paris"]
    first_half_past = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    closed = compiled(calendars=CALENDARS + "  rare:\n    label: 罕见\n    hours: [{days: mon, open: 09:00-09:01}]\n").calendars["rare"]

    assert add(paris, first_half_past, 3600) == first_half_past + timedelta(hours=1)
    assert add(paris, when("2026-10-25 00:00", PARIS), 24 * 3600) == when("2026-10-25 23:00", PARIS)
    assert add(paris, when("2026-03-29 00:00", PARIS), 24 * 3600) == when("2026-03-30 01:00", PARIS)
    assert add(closed, first_half_past, 3600 * 10_000) is None


def test_vectors_of_clock_changes_are_answered_canonically() -> None:
    """t05: vectors tagged `dst`."""
    assert graded("dst") == []


def test_reminders_leave_only_inside_send_hours() -> None:
    """t06: nothing at midnight or on the weekend."""
    rules = first("while: new\nlimit: 8 h\ntimeline:\n  - left: 1 h\n    do: [{send: hurry}]\n  - late: 20 h\n    do: [{send: late}]")
    texts = messages(message("hurry", "send_hours: desk"), message("late", "send_hours: desk"))
    world = World("11-27 10:00", sla=rules, messages=texts)

    world.hear("created", "11-27 10:00")
    world.until("11-30 12:00")

    assert world.sent() == ["11-30 08:30 sms boss T1 hurry", "11-30 08:30 sms boss T1 late"]


NATIONAL_DAY = """
kind: calendars
timezone: Asia/Shanghai
calendars:
  desk:
    label: 坐席
    holidays: cn
    hours:
      - {days: mon-fri, open: 08:30-17:00}
holidays:
  cn:
    notice: 国办发明电〔2025〕7号
    confirmed_through: 2026-12-31
    closed:
      - {date: 2026-10-01, until: 2026-10-07, label: 国庆节}
    open:
      - {date: 2026-10-10, label: 国庆节调休上班}
"""


def test_the_path_of_a_due_time_names_every_skipped_date_with_its_reason() -> None:
    """t07"""
    desk = compiled(calendars=NATIONAL_DAY).calendars["desk"]

    lines = explain_due(desk, when("09-30 16:00"), Amount(seconds=2 * 3600))

    assert [(line.day.day, line.label) for line in lines if line.label] == [(day, "国庆节") for day in range(1, 8)]
    assert wall(lines[-1].due) == "10-08 09:30"


def test_explain_of_a_case_names_every_skipped_date_with_its_reason() -> None:
    """t07: also where an operator asks about one case."""
    world = World("09-30 16:00", calendars=NATIONAL_DAY, sla=first("while: new\nlimit: 2 h\ncalendar: desk"))

    world.hear("created", "09-30 16:00")

    assert world.due() == "10-08 09:30"
    skipped = [line for line in world.explained().split("\n") if "国庆节" in line]
    assert [line.partition("| ")[2][:10] for line in skipped] == [f"2026-10-0{day}" for day in range(1, 8)]
