"""Do the complaints about chains, alarms and held messages, 49 to 58 of time.md section 8, not occur here?"""

from tests.time.world import (
    CALENDARS,
    CHAIN_ON_LATE,
    CHAINS,
    CLIMB,
    CONTACTS,
    ON_LATE,
    ONE_HOUR,
    World,
    first,
    message,
    messages,
)


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
