"""Do the complaints about calendars, edits and acknowledgements, 41 to 48 of time.md section 8, not occur here?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from engine.core.calendars import add, next_open
from engine.model.calendar import Calendar
from tests.time.world import CALENDARS, CHAIN_ON_LATE, CHAINS, CONTACTS, ON_LATE, World, codes, compiled, first, when


def test_every_subset_of_weekdays_counts_right() -> None:
    """t41: against a walk over days that shares no code."""
    desk = compiled().calendars["desk"]
    hours = desk.weekly[0]
    for size in range(1, 8):
        for days in combinations(range(7), size):
            cal = replace(desk, weekly=tuple(hours if day in days else () for day in range(7)))  # type: ignore[arg-type]  # seven of them
            for start in range(7):
                begun = when("11-23 12:00") + timedelta(days=start)
                for amount in (3, 40):
                    assert add(cal, begun, amount * 3600) == walked(days, begun, amount), (days, start, amount)


def walked(days: tuple[int, ...], begun: datetime, hours: int) -> datetime:
    """Half-hour by half-hour: open from 08:30 to 17:00 of the chosen weekdays, in Shanghai (UTC+8)."""
    at, left = begun, 2 * hours
    while left:
        local = at + timedelta(hours=8)
        inside = (8, 30) <= (local.hour, local.minute) < (17, 0)
        left -= local.weekday() in days and inside
        at += timedelta(minutes=30)
    return at


def test_editing_a_late_case_sends_nothing_new() -> None:
    """t42"""
    rows = "except:\n  - {if: {tier: VIP}, limit: 30 min}\n"
    world = World(sla=first("while: new\nlimit: 2 h\n" + rows + CHAIN_ON_LATE))
    world.hear("created", "11-23 09:00")
    world.until("11-23 15:30")
    before = world.sent()

    for minute, change in enumerate(({"city": "深圳"}, {"tier": "VIP"}, {"topic": "投诉"}, {"tier": "普通"}, {"city": "广州"})):
        world.hear("edited", f"11-23 16:0{minute}", **change)
    world.until("11-24 09:00")

    assert world.sent() == before
    assert world.notes("late") == ["11-23 11:00 first"]


def test_the_plan_can_change_after_it_was_overdue() -> None:
    """t42: a new promise counts; the row fires again only because its moment lies ahead again."""
    world = World(sla=first("while: new\ndue: {field: promised}\n" + ON_LATE))
    world.hear("created", "11-23 09:00", promised="2026-11-23 10:00")
    world.hear("edited", "11-23 11:00", promised="2026-11-23 15:00")
    assert world.verdict() == "running"

    world.until("11-24 09:00")

    assert world.sent() == ["11-23 10:00 sms boss T1 hurry", "11-23 15:00 sms boss T1 hurry"]


def test_a_ticket_waiting_for_its_customer_is_not_overdue() -> None:
    """t43"""
    world = World(sla=first("while: [new, waiting]\nstops: {event: solved}\npauses: waiting\nlimit: 4 h\ncalendar: desk\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 10:00")
    world.until("11-26 10:00")
    assert (world.verdict(), world.sent()) == ("paused", [])

    world.hear("answered", "11-26 10:00")

    assert (world.verdict(), world.due()) == ("running", "11-26 13:00")


@pytest.mark.parametrize("hours", ["[{days: mon-fri, open: none}]", "[{days: mon, open: none}]"])
def test_a_calendar_that_never_opens_is_refused_when_loaded(hours: str) -> None:
    """t44"""
    calendars = f"kind: calendars\ncalendars:\n  desk:\n    label: 坐席\n    hours: {hours}\n"

    assert "W508" in codes(calendars=calendars, sla=first("while: new\nlimit: 1 h\ncalendar: desk"))


def test_holidays_that_swallow_all_are_refused_when_loaded() -> None:
    """t44: open on one date only, and that is a holiday."""
    calendars = "kind: calendars\ncalendars:\n  desk:\n    label: 坐席\n    hours: [{days: mon, open: none}]\n    dates:\n      - {date: 2026-10-01, open: none}\n"

    assert "W508" in codes(calendars=calendars, sla=first("while: new\nlimit: 1 h\ncalendar: desk"))


def test_every_search_is_bounded_and_ends_in_a_named_outcome() -> None:
    """t44: None is 'not within ten years', at once."""
    never = Calendar(name="never", label="n", timezone="Asia/Shanghai", weekly=((), (), (), (), (), (), ()))
    at = datetime(2026, 11, 23, tzinfo=UTC)

    assert (add(never, at, 1), add(never, at, -1), next_open(never, at)) == (None, None, None)


@pytest.mark.parametrize(
    ("was", "now"),
    [("08:30-17:00", "08:30-16:00"), ("mon-fri", "mon-thu"), ("mon-fri, open: 08:30-17:00", "mon-fri, open: [08:30-12:00, 13:30-17:00]")],
)
def test_a_changed_calendar_changes_the_answer(was: str, now: str) -> None:
    """t45: nothing is accepted and silently unused."""
    rules = first("while: new\nlimit: 20 h\ncalendar: desk")
    dues = []
    for calendars in (CALENDARS, CALENDARS.replace(was, now)):
        world = World("11-25 08:00", sla=rules, calendars=calendars)
        world.hear("created", "11-25 10:00")
        dues.append(world.due())

    assert dues[0] != dues[1]


def test_a_calendar_that_nothing_uses_is_a_warning() -> None:
    """t45"""
    assert "W515" in codes()
    assert "W515" not in codes(sla=first("while: new\nlimit: 20 h\ncalendar: desk"))


def test_an_acknowledgement_between_queue_and_sending_suppresses_the_sending() -> None:
    """t46"""
    world = World(
        sla=first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE), escalations=CHAINS.replace("group_wait: 0 min", "group_wait: 2 min")
    )
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:01")
    world.acknowledge("11-23 10:01")
    world.until("11-23 10:30")

    assert world.sent() == []


def test_the_timers_of_an_acknowledged_chain_die_with_its_clock() -> None:
    """t47: nothing months later."""
    world = World(sla=first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE))
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:05")
    world.acknowledge("11-23 10:05")
    world.hear("replied", "11-23 10:20")
    world.until("2027-03-01 09:00")

    assert world.sent() == ["11-23 10:00 wechat_work desk T1 hurry"]
    assert world.armed() == []


def test_an_acknowledgement_expires_visibly_and_the_chain_goes_on_if_still_unsolved() -> None:
    """t47: it never silences for ever."""
    world = World(
        sla=first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE),
        escalations=CHAINS.replace("    group_wait", "    pause_when_acknowledged: 90 min\n    group_wait"),
    )
    world.hear("created", "11-23 09:00")
    world.acknowledge("11-23 10:05")
    assert "已知晓 · 催办 | 到 11-23 11:35" in world.explained()
    assert world.armed() == ["11-23 11:35 chain:ladder 1"]

    world.until("11-23 11:40")

    assert world.sent(to="boss") == ["11-23 11:35 sms boss T1 hurry"]


def test_a_step_that_nobody_can_be_reached_by_is_a_diagnostic() -> None:
    """t48: no address for its channel."""
    assert "W517" in codes(escalations=CHAINS.replace("channel: wechat_work, to: desk", "channel: wechat_work, to: mute"))


def test_a_step_that_waits_for_hours_that_never_come_is_a_diagnostic() -> None:
    """t48: behind a window that never opens."""
    never = CALENDARS + "  never:\n    label: 从不\n    hours: [{days: mon, open: none}]\n"
    chains = CHAINS.replace("to: boss}", "to: boss, during: never}")

    assert "W508" in codes(calendars=never, escalations=chains)


def test_steps_wait_only_for_their_own_chain() -> None:
    """t48: the next step never comes before the wait of the one before it is over."""
    world = World(
        sla=first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE),
        escalations=CHAINS.replace("channel: wechat_work, to: desk}", "channel: wechat_work, to: desk, during: desk}"),
        contacts=CONTACTS,
    )
    world.hear("created", "11-23 18:00")
    world.until("11-24 09:10")

    assert world.sent() == ["11-24 08:30 wechat_work desk T1 hurry", "11-24 09:00 sms boss T1 hurry"]
