"""Do complaints 49 to 64 of time.md section 8 not occur here?"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.core.calendars import is_business_day
from tests.time.vectors import graded
from tests.time.world import CALENDARS, CHAINS, CONTACTS, World, codes, compiled, files, first, message, messages, policy, sla, when

ON_LATE = "timeline:\n  - late: 0 min\n    do: [{send: hurry}]"
CHAIN_ON_LATE = "timeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
ONE_HOUR = first("while: new\nlimit: 1 h\n" + ON_LATE)
CLIMB = first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE)


def alarms(world: World, case: str = "T1") -> list[str]:
    """Kinds of trouble the journal names."""
    return [note.kind for row in world.journal(case) for note in row.notes if note.kind in ("step_empty", "chain_exhausted", "suppressed")]


def test_an_empty_step_goes_on_at_once_and_is_reported() -> None:
    """t49: its delay is not waited for."""
    world = World(sla=CLIMB, escalations=CHAINS.replace("channel: wechat_work, to: desk", "channel: wechat_work, to: mute"))
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:05")

    assert world.sent() == ["11-23 10:00 sms boss T1 hurry"]
    assert alarms(world) == ["step_empty"]


def test_a_chain_of_empty_steps_ends_with_the_last_resort_at_once() -> None:
    """t49"""
    chains = CHAINS.replace("to: desk", "to: mute").replace("to: boss", "to: mute").replace("    repeat_last: {every: 1 h, times: 2}\n", "")
    world = World(sla=CLIMB, escalations=chains)
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:05")

    assert world.sent() == ["11-23 10:00 wechat_work last_resort T1 hurry"]
    assert alarms(world).count("step_empty") == 2


def test_a_refused_step_is_followed_at_once() -> None:
    """t49: an empty or failed step advances at once."""
    world = World(sla=CLIMB)
    world.simulation.switch("wechat_work", "refuses")
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:05")

    assert "11-23 10:00 sms boss T1 hurry" in world.sent()


OWNERS = (
    CONTACTS.replace("  desk: {label: 坐席, person: ann}", "  desk: {label: 负责人, look_up: owners, take: who}")
    + """
tables:
  owners:
    label: 负责人表
    rows:
      - {owner: 甲, who: ann}
      - {owner: 乙, who: cat}
"""
)


def test_the_owner_is_told_first_then_the_roster_then_the_lead() -> None:
    """t50: never everyone with access."""
    chains = CHAINS.replace("channel: sms, to: boss}", "channel: sms, to: boss}\n      - {wait: 30 min, channel: sms, to: lead}")
    world = World(sla=CLIMB, contacts=OWNERS, escalations=chains)
    world.hear("created", "11-23 09:00", owner="甲")
    world.until("11-23 11:05")

    told = [(one.address, one.role) for gateway in world.simulation.gateways.values() for one in gateway.carried]
    assert told == [("13800000002", "boss"), ("13800000003", "lead"), ("ann", "desk")]


def test_the_owner_is_who_it_is_at_the_moment_of_sending() -> None:
    """t50: resolved at send time."""
    world = World(sla=CLIMB, contacts=OWNERS)
    world.hear("created", "11-23 09:00", owner="甲")
    world.hear("edited", "11-23 09:59", owner="乙")
    world.until("11-23 10:05")

    assert [one.address for one in world.simulation.gateways["wechat_work"].carried] == ["cat"]


def test_a_new_occurrence_is_a_new_key_also_if_its_end_was_never_told() -> None:
    """t51"""
    world = World(sla=first("while: new\nlimit: 1 h\n" + CHAIN_ON_LATE))
    world.hear("created", "11-23 09:00")
    world.until("11-23 10:05")
    world.hear("solved", "11-23 10:10")
    world.hear("back_again", "11-23 12:00")
    world.until("11-23 13:05")

    assert world.sent() == ["11-23 10:00 wechat_work desk T1 hurry", "11-23 13:00 wechat_work desk T1 hurry"]


WRONG = messages(message("hurry", "correct: fine"), message("fine"))


def test_a_recovery_is_told_once() -> None:
    """t52"""
    world = World(sla=first("while: new\nlimit: 1 h\n" + ON_LATE), messages=WRONG)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 10:30", happened="11-23 09:50")
    for minute in ("40", "50"):
        world.hear("note", f"11-23 10:{minute}")
        world.hear("replied", f"11-23 10:{minute}", happened="11-23 09:55")
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 10:00 sms boss T1 hurry", "11-23 10:30 sms boss T1 fine"]


def test_a_second_wrong_alarm_is_corrected_too() -> None:
    """t52: once for each telling, not once for ever."""
    rules = first("while: [new, answered, unanswered]\nstarts: {event: customer_wrote}\nstops: {event: replied}\nlimit: 1 h\n" + ON_LATE)
    world = World(sla=rules, messages=WRONG)
    world.hear("created", "11-23 08:00")
    world.hear("customer_wrote", "11-23 09:00")
    world.hear("replied", "11-23 10:30", happened="11-23 09:50")
    world.hear("customer_wrote", "11-23 12:00")
    world.hear("replied", "11-23 13:30", happened="11-23 12:50")
    world.until("11-24 09:00")

    assert [line.rpartition(" ")[2] for line in world.sent()] == ["hurry", "fine", "hurry", "fine"]


def test_the_golden_timeline_of_a_group_wait() -> None:
    """t53: one group of ten minutes from its first member; nothing in it decides when it is sent but that."""
    texts = messages(message("hurry", "group_wait: 10 min", text="{no}[[共{group.count}票]]"))
    world = World(sla=ONE_HOUR, messages=texts)
    for minute in (0, 4, 9, 11, 25):
        world.hear("created", f"11-23 09:{minute:02}", case=f"T{minute}")
    world.until("11-24 09:00")

    assert world.carried() == ["sms boss T0共3票", "sms boss T11", "sms boss T25"]
    assert [line[:11] for line in world.sent()] == ["11-23 10:10"] * 3 + ["11-23 10:21", "11-23 10:35"]


def test_the_golden_timeline_of_repeats() -> None:
    """t53: every hour, twice, then the last resort; no third interval exists."""
    world = World(sla=CLIMB)
    world.hear("created", "11-23 09:00")
    world.until("11-30 09:00")

    assert [line[6:].rpartition(" T1")[0] for line in world.sent()] == [
        "10:00 wechat_work desk", "10:30 sms boss", "11:30 sms boss", "12:30 sms boss", "13:30 wechat_work last_resort",
    ]  # fmt: skip


STORM = (
    CALENDARS
    + """disruptions:
  - label: 台风
    if: {city: 深圳}
    from: 2026-11-23 10:00
    until: 2026-11-23 12:00
    pauses: [first]
    tell: sorry
"""
)
TOLD = messages(message("hurry"), message("sorry", to="phone"))


def test_what_is_still_true_when_the_window_ends_is_released_then() -> None:
    """t54: not one repeat interval later."""
    texts = messages(message("hurry", "send_hours: desk"))
    world = World("11-23 16:00", sla=ONE_HOUR, messages=texts)
    world.hear("created", "11-23 16:30", case="T1")
    world.hear("created", "11-23 17:30", case="T2")
    world.hear("replied", "11-23 20:00", case="T2")
    world.until("11-25 09:00")

    assert world.sent() == ["11-24 08:30 sms boss T1 hurry"]


def test_a_clock_held_by_a_disruption_rings_by_what_was_left_when_it_ends() -> None:
    """t54: the mute is over, what is still true is told."""
    world = World(sla=ONE_HOUR, calendars=STORM, messages=TOLD)
    world.hear("created", "11-23 09:45", city="深圳")
    world.until("11-23 11:00")
    assert (world.verdict(), world.due()) == ("paused", "11-23 12:45")

    world.until("11-24 09:00")

    assert world.sent() == ["11-23 12:45 sms boss T1 hurry"]


def test_a_chain_waits_while_a_disruption_holds_its_clock_and_goes_on_when_it_ends() -> None:
    """t54: begun before the storm, it is not forgotten in it."""
    world = World(sla=first("while: new\nlimit: 30 min\n" + CHAIN_ON_LATE), calendars=STORM, messages=TOLD)
    world.hear("created", "11-23 09:15", city="深圳")
    world.until("11-24 09:00")

    assert world.sent()[:2] == ["11-23 09:45 wechat_work desk T1 hurry", "11-23 12:15 sms boss T1 hurry"]


def test_send_hours_follow_the_zone_of_their_calendar_and_send_nothing_elsewhere() -> None:
    """t55: zone explicit; holding does not re-route."""
    paris = CALENDARS + "  paris:\n    label: 巴黎\n    timezone: Europe/Paris\n    hours: [{days: mon-sun, open: 09:00-17:00}]\n"
    world = World(sla=ONE_HOUR, calendars=paris, messages=messages(message("hurry", "send_hours: paris")))
    world.hear("created", "11-23 09:00")
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 16:00 sms boss T1 hurry"]


def test_a_disruption_sends_nothing_to_anybody_else() -> None:
    """t55: muting never falls through to a default receiver."""
    world = World(sla=ONE_HOUR, calendars=STORM, messages=TOLD)
    world.hear("created", "11-23 09:45", city="深圳", phone="13911112222")
    world.until("11-23 12:00")

    assert world.sent() == ["11-23 10:00 sms phone T1 sorry"]


def test_alarm_and_recovery_inside_the_window_vanish_as_a_pair() -> None:
    """t56"""
    texts = messages(message("hurry", "send_hours: desk\ncorrect: fine"), message("fine", "send_hours: desk"))
    world = World("11-23 16:00", sla=ONE_HOUR, messages=texts)
    for number in range(5):
        world.hear("created", f"11-23 17:0{number}", case=f"T{number}")
        world.hear("replied", f"11-23 17:5{number}", case=f"T{number}", happened=f"11-23 17:5{number}")
    for number in range(5, 9):
        world.hear("created", f"11-23 18:0{number}", case=f"T{number}")
    for number in range(5, 9):
        world.hear("replied", f"11-23 23:0{number}", case=f"T{number}", happened=f"11-23 18:5{number}")
    world.until("11-24 12:00")

    assert world.sent() == []


def test_recoveries_held_over_night_leave_as_one_digest() -> None:
    """t56: not 38 single ones at dawn."""
    texts = messages(
        message("hurry", "correct: fine"), message("fine", "send_hours: desk\ngroup_wait: 10 min", text="{no}[[等{group.count}票]]已按时")
    )
    world = World("11-23 16:00", sla=ONE_HOUR, messages=texts)
    for number in range(6):
        world.hear("created", f"11-23 18:0{number}", case=f"T{number}")
    for number in range(6):
        world.hear("replied", f"11-23 23:0{number}", case=f"T{number}", happened=f"11-23 18:5{number}")
    world.until("11-24 12:00")

    assert [line for line in world.carried() if "已按时" in line] == ["sms boss T0等6票已按时"]


def test_messages_held_over_night_leave_as_a_digest() -> None:
    """t56: at opening what is still true is sent, as a digest, also where no group_wait is written."""
    texts = messages(message("hurry", "send_hours: desk", text="{no}[[等{group.count}票]]"))
    world = World("11-23 16:00", sla=ONE_HOUR, messages=texts)
    for number in range(6):
        world.hear("created", f"11-23 18:0{number}", case=f"T{number}")
    world.until("11-24 12:00")

    assert world.carried() == ["sms boss T0等6票"]


def test_quiet_hours_hold_delivery_and_never_evaluation() -> None:
    """t57: the breach is recorded at its minute."""
    world = World("11-23 16:00", sla=ONE_HOUR, messages=messages(message("hurry", "send_hours: desk")))
    world.hear("created", "11-23 18:00")
    world.until("11-23 19:30")

    assert (world.notes("late"), world.verdict(), world.sent()) == (["11-23 19:00 first"], "late", [])
    assert world.notes("row_fired") == ["11-23 19:00 first late 0 min"]


def test_who_comes_after_the_send_opens_the_next_group() -> None:
    """t58: a sent group is never edited."""
    texts = messages(message("hurry", "group_wait: 10 min", text="{no}[[共{group.count}票:{group.list}]]"))
    world = World(sla=ONE_HOUR, messages=texts)
    for minute in (0, 5, 12, 13):
        world.hear("created", f"11-23 09:{minute:02}", case=f"T{minute}")
    world.until("11-23 12:00")

    assert world.carried() == ["sms boss T0共2票:T0、T5", "sms boss T12共2票:T12、T13"]


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
