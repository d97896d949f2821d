"""What leaves when there is too much of it? Golden timelines of groups, caps, quiet hours, silent feeds and the storm brake."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.model.receipt import Parcel, Receipt, Verdict
from engine.ports.worklist import Task, TaskStatus
from engine.service import hands
from tests.time.world import CHAINS, World, first, message, messages, when

ONE_HOUR = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]")
BY_CHAIN = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]")
STORM = "caps: {rule: 3 per 10 min}"


@pytest.fixture(params=["memory", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    return None if request.param == "memory" else f"sqlite:///{tmp_path}/manners.db"


def flood(world: World, count: int, *, start: int = 0, **data: str) -> World:
    """So many cases, one a minute from 09:00 on; each is late an hour after it came."""
    for number in range(start, start + count):
        world.hear("created", f"11-23 09:{number:02}", case=f"T{number}", **data)
    return world


def alarms(world: World, *, all_of_them: bool = False) -> list[Task]:
    status = () if all_of_them else (TaskStatus.OPEN, TaskStatus.CLAIMED)
    return [task for task in world.stores.worklist.tasks(status=status) if task.kind == "alarm"]


def finish(world: World, task: Task, result: str = "", note: str = "") -> str:
    done = hands.finish(world.stores, world.simulation.library.rulebook, task.id, "ann", world.simulation.now, result=result, note=note)
    world.simulation.settle()
    return done.said


def told(world: World, case: str) -> list[str]:
    """`MM-DD HH:MM note subject detail` of the notes of manners, without the instants in them."""
    kinds = ("held", "suppressed", "grouped", "released")
    lines = []
    for kind in kinds:
        for line, detail in zip(world.notes(kind, case), world.details(kind, case), strict=True):
            day, clock, subject = line.split(" ", 2)
            lines.append(f"{day} {clock} {kind} {subject} {'' if kind == 'grouped' else detail.partition(' ')[0]}".strip())
    return lines


# ---- caps of staff ------------------------------------------------------------------------------------------------------------


def test_beyond_the_cap_of_staff_one_digest_leaves_at_the_full_hour(url: str | None) -> None:
    texts = messages(message("hurry"), caps="caps: {staff: 2 per hour}")
    world = flood(World(sla=ONE_HOUR, messages=texts, url=url), 5).until("11-23 12:00")

    assert world.carried() == ["sms boss T0 hurry", "sms boss T1 hurry", "sms boss 另有3条提醒:T2、T3、T4。"]
    assert world.sent()[2:] == [f"11-23 11:00 sms boss 另有3条提醒:{names}" for names in ["T2、T3、T4。"] * 3]
    assert told(world, "T2") == ["11-23 10:02 held hurry cap", "11-23 11:00 released hurry digest"]
    assert told(world, "T3") == ["11-23 10:03 held hurry cap", "11-23 11:00 grouped hurry", "11-23 11:00 released hurry digest"]
    world.close()


def test_a_digest_speaks_only_of_what_is_still_true_and_a_single_one_leaves_as_itself() -> None:
    texts = messages(message("hurry"), caps="caps: {staff: 2 per hour}")
    world = flood(World(sla=ONE_HOUR, messages=texts), 5)
    world.hear("replied", "11-23 10:30", case="T2")
    world.hear("replied", "11-23 10:40", case="T3")
    world.until("11-23 12:00")

    assert world.carried()[2:] == ["sms boss T4 hurry"]


def test_a_digest_counts_as_one_sending() -> None:
    """The next hour has its whole cap but one."""
    texts = messages(message("hurry"), caps="caps: {staff: 2 per hour}")
    world = flood(World(sla=ONE_HOUR, messages=texts), 5)
    for number in range(5, 8):
        world.hear("created", f"11-23 10:0{number}", case=f"T{number}")
    world.until("11-23 13:00")

    assert world.carried()[2:] == ["sms boss 另有3条提醒:T2、T3、T4。", "sms boss T5 hurry", "sms boss 另有2条提醒:T6、T7。"]


def test_an_urgent_message_is_not_put_into_a_digest() -> None:
    texts = messages(message("hurry", "urgent: yes"), caps="caps: {staff: 2 per hour}")
    world = flood(World(sla=ONE_HOUR, messages=texts), 5).until("11-23 10:30")

    assert len(world.carried()) == 5


def test_a_message_that_waits_for_its_digest_calls_nobody_meanwhile() -> None:
    """It was not refused; how long it may take counts from when it leaves."""
    fallback = "if_not_delivered: {after: 5 min, channel: phone, to: desk}"
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry", fallback), caps="caps: {staff: 2 per hour}")), 4)
    world.until("11-23 12:00")

    assert world.carried() == ["sms boss T0 hurry", "sms boss T1 hurry", "sms boss 另有2条提醒:T2、T3。"]


def test_trying_again_is_no_further_sending() -> None:
    world = World(sla=ONE_HOUR, messages=messages(message("hurry", "at_most: 1 per day")))
    gateway = world.simulation.gateways["sms"] = _Stutter(world)
    world.simulation.post.serve(world.simulation.gateways, {})
    flood(world, 1).until("11-23 12:00")

    assert (gateway.tries, world.notes("suppressed", "T0"), len(gateway.carried)) == (2, [], 1)


class _Stutter:
    """A channel that takes a message only the second time."""

    def __init__(self, world: World) -> None:
        self.stage = world.simulation.gateways["sms"]
        self.tries = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.stage, name)

    def send(self, parcel: Parcel) -> Receipt:
        self.tries += 1
        if self.tries == 1:
            return Receipt(verdict=Verdict.RETRY, reason="busy", key=parcel.key, at=self.stage.clock.at)
        return self.stage.send(parcel)


# ---- quiet hours --------------------------------------------------------------------------------------------------------------


def test_without_a_mark_for_the_group_what_was_held_over_night_leaves_singly() -> None:
    world = World("11-23 16:00", sla=ONE_HOUR, messages=messages(message("hurry", "send_hours: desk")))
    for number in range(3):
        world.hear("created", f"11-23 18:0{number}", case=f"T{number}")
    world.until("11-24 12:00")

    assert world.sent() == [f"11-24 08:30 sms boss T{number} hurry" for number in range(3)]
    assert told(world, "T0") == ["11-23 19:00 held hurry send_hours"]


def test_each_recipient_gets_what_was_held_for_him() -> None:
    texts = messages(message("hurry", "send_hours: desk", to="phone", text="{no}[[等{group.count}票]]"))
    world = World("11-23 16:00", sla=ONE_HOUR, messages=texts)
    for number, phone in enumerate(("13911112222", "13911112222", "13933334444")):
        world.hear("created", f"11-23 18:0{number}", case=f"T{number}", phone=phone)
    world.hear("replied", "11-23 18:30", case="T0")
    world.until("11-24 12:00")

    assert world.carried() == ["sms phone T1", "sms phone T2"]


def test_a_step_of_a_chain_that_waits_for_the_hours_leaves_as_one_at_the_opening(url: str | None) -> None:
    chains = CHAINS.replace("group_wait: 0 min", "group_wait: 2 min").replace("repeat_last: {every: 1 h, times: 2}", "")
    texts = messages(message("hurry", "send_hours: desk", text="{no}[[等{group.count}票]]"))
    world = World("11-23 16:00", sla=BY_CHAIN, messages=texts, escalations=chains, url=url)
    for number in range(4):
        world.hear("created", f"11-23 18:{number * 10:02}", case=f"T{number}")
    world.until("11-24 08:30")

    assert world.carried() == [f"{line} T0等4票" for line in ("sms boss", "wechat_work desk", "wechat_work last_resort")]
    world.close()


def test_a_post_room_that_takes_few_rows_at_a_time_still_sends_one_at_the_opening_and_one_digest(url: str | None) -> None:
    chains = CHAINS.replace("group_wait: 0 min", "group_wait: 2 min").replace("repeat_last: {every: 1 h, times: 2}", "")
    texts = messages(
        message("hurry", "send_hours: desk", text="{no}[[等{group.count}票]]"), message("nag"), caps="caps: {staff: 2 per hour}"
    )
    late = "timeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]\n  - late: 15 h\n    do: [{send: nag}]"
    world = World("11-23 16:00", sla=first(f"while: new\nlimit: 1 h\n{late}"), messages=texts, escalations=chains, url=url)
    for number in range(6):
        world.hear("created", f"11-23 18:0{number}", case=f"T{number}")
    world.simulation.run_until(when("11-24 08:30"), inclusive=False)

    world.simulation.clock.at = when("11-24 08:30")
    for _ in range(3):
        world.simulation.post.deliver(world.simulation.now, limit=1)
    assert [line for line in world.carried() if "desk" in line] == ["wechat_work desk T0等6票"]

    world.simulation.run_until(when("11-24 11:00"), inclusive=False)
    world.simulation.clock.at = when("11-24 11:00")
    for _ in range(5):
        world.simulation.post.deliver(world.simulation.now, limit=1)
    assert [line for line in world.carried() if "另有" in line] == ["sms boss 另有4条提醒:T2、T3、T4、T5。"]
    world.close()


# ---- calls --------------------------------------------------------------------------------------------------------------------

CALLS = messages(message("hurry", "group_wait: 10 min", channel="phone", text="{no}[[等{group.count}票]]超时"))


def calls(world: World) -> list[Task]:
    return [task for task in world.stores.worklist.tasks(status=(TaskStatus.OPEN,)) if task.kind == "call"]


def test_calls_to_one_person_are_one_row_that_lists_the_orders_and_each_hears_what_came_of_it(url: str | None) -> None:
    world = flood(World(sla=ONE_HOUR, messages=CALLS, url=url), 3).until("11-23 10:30")
    (call,) = calls(world)
    assert (call.text, "T0、T1、T2" in world.simulation.gateways["phone"].carried[0].remark) == ("T0等3票超时", True)

    assert finish(world, call, "told") == "finished"

    assert [world.details("receipt", f"T{number}")[-1] for number in range(3)] == ["delivered told"] * 3
    world.close()


def test_a_call_withdrawn_with_its_own_order_is_offered_again_for_the_others(url: str | None) -> None:
    world = flood(World(sla=ONE_HOUR, messages=CALLS, url=url), 3).until("11-23 10:30")

    world.hear("replied", "11-23 10:40", case="T0")

    (call,) = calls(world)
    assert call.text == "T1等2票超时"
    world.close()


def test_fallback_calls_of_orders_sent_as_one_are_one_call() -> None:
    texts = messages(
        message("hurry", "group_wait: 10 min\nif_not_delivered: {after: 5 min, channel: phone, to: desk}", text="{no}[[等{group.count}票]]")
    )
    world = World(sla=ONE_HOUR, messages=texts)
    world.simulation.switch("sms", "refuses")
    flood(world, 3).until("11-23 10:30")

    assert [call.text for call in calls(world)] == ["T0等3票"]


# ---- the storm brake ----------------------------------------------------------------------------------------------------------


def test_a_rule_far_above_its_rate_stops_and_asks_once(url: str | None) -> None:
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM), url=url), 8).until("11-23 10:30")

    assert world.carried() == [f"sms boss T{number} hurry" for number in range(3)]
    (incident,) = alarms(world)
    assert (incident.role, incident.asks) == ("last_resort", ("release", "drop"))
    assert "“hurry”" in incident.text
    assert "压下5条:ticket:T3、ticket:T4、ticket:T5、ticket:T6、ticket:T7。" in incident.text
    assert told(world, "T3") == ["11-23 10:03 held hurry brake"]
    world.close()


def test_released_they_leave_at_the_rate_the_rule_may_have(url: str | None) -> None:
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM), url=url), 7).until("11-23 10:30")
    (incident,) = alarms(world)
    world.hear("replied", "11-23 10:40", case="T4")

    assert finish(world, incident, "release") == "finished"
    world.until("11-23 12:00")

    assert world.sent()[3:] == ["11-23 10:40 sms boss T3 hurry", "11-23 10:43:20 sms boss T5 hurry", "11-23 10:46:40 sms boss T6 hurry"]
    assert told(world, "T5") == ["11-23 10:05 held hurry brake", "11-23 10:43:20 released hurry brake"]
    assert alarms(world) == []
    world.close()


def test_dropped_they_are_not_sent_and_the_journal_says_why(url: str | None) -> None:
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM), url=url), 6).until("11-23 10:30")
    (incident,) = alarms(world)

    assert finish(world, incident) == "refused"
    assert finish(world, incident, "drop") == "finished"
    world.until("11-23 12:00")

    assert len(world.sent()) == 3
    assert told(world, "T4") == ["11-23 10:04 held hurry brake", "11-23 10:30 suppressed hurry brake"]
    world.close()


def test_until_a_person_decides_the_rule_stays_held_and_others_go_on() -> None:
    texts = messages(message("hurry"), message("sorry"), caps=STORM)
    sla = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]\n  - late: 2 h\n    do: [{send: sorry}]")
    world = flood(World(sla=sla, messages=texts), 4).until("11-23 10:30")
    world.hear("created", "11-23 11:00", case="T9")
    world.until("11-23 12:02")

    assert [line[12:] for line in world.sent()] == [
        "sms boss T0 hurry", "sms boss T1 hurry", "sms boss T2 hurry", "sms boss T0 sorry", "sms boss T1 sorry", "sms boss T2 sorry",
    ]  # fmt: skip
    assert "压下2条" in alarms(world)[0].text


def test_after_the_decision_a_new_storm_is_a_new_incident() -> None:
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM)), 5).until("11-23 10:30")
    finish(world, alarms(world)[0], "drop")
    for number in range(10, 15):
        world.hear("created", f"11-23 11:{number}", case=f"T{number}")
    world.until("11-23 13:00")

    assert len(world.sent()) == 6
    assert [task.status for task in alarms(world, all_of_them=True)] == [TaskStatus.DONE, TaskStatus.OPEN]


def test_an_incident_whose_rows_have_all_become_untrue_closes_by_itself() -> None:
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM)), 4).until("11-23 10:30")
    assert len(alarms(world)) == 1

    world.hear("replied", "11-23 10:40", case="T3")

    assert [task.withdrawn_why for task in alarms(world, all_of_them=True)] == ["nothing_held"]


def test_urgent_ones_pass_the_brake_and_are_not_counted() -> None:
    texts = messages(message("hurry", "urgent: yes"), caps=STORM)
    world = flood(World(sla=ONE_HOUR, messages=texts), 8).until("11-23 10:30")

    assert (len(world.sent()), alarms(world)) == (8, [])


@pytest.mark.parametrize(("urgent", "sent"), [("no", 3), ("yes", 8)])
def test_a_chain_is_a_rule_of_its_own(urgent: str, sent: int) -> None:
    chains = CHAINS.replace("group_wait: 0 min", f"group_wait: 0 min\n    urgent: {urgent}")
    world = flood(World(sla=BY_CHAIN, escalations=chains, messages=messages(message("hurry"), caps=STORM)), 8).until("11-23 10:10")

    assert len(world.sent()) == sent
    assert [("升级链“催办”" in task.text) for task in alarms(world)] == ([True] if urgent == "no" else [])


def test_the_brake_holds_the_fallback_calls_of_a_storm_too() -> None:
    """The first refused message counts, then its breaker is open: the others are not handed over, their calls are."""
    fallback = "if_not_delivered: {after: 5 min, channel: phone, to: desk}"
    world = World(sla=ONE_HOUR, messages=messages(message("hurry", fallback), caps=STORM))
    world.simulation.switch("sms", "refuses")
    flood(world, 8).until("11-23 11:00")

    assert (len(calls(world)), [task.text.partition("压下")[2][:3] for task in alarms(world)]) == (2, ["6条:"])


def test_a_restart_in_the_middle_of_a_storm_forgets_nothing(tmp_path: Path) -> None:
    """The window and the pile are the outbox's own."""
    world = World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM), url=f"sqlite:///{tmp_path}/storm.db")
    flood(world, 6).until("11-23 10:01").restart().until("11-23 10:04").restart("11-23 10:30").until("11-23 11:30")

    assert len(world.sent()) == 3
    assert [task.text.partition("压下")[2][:2] for task in alarms(world)] == ["3条"]
    world.close()


def test_two_post_rooms_of_one_store_agree_on_the_window(tmp_path: Path) -> None:
    from engine.service.dispatch import PostRoom

    world = World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM), url=f"sqlite:///{tmp_path}/two.db")
    flood(world, 6)
    ours = world.simulation.post
    world.simulation.post = PostRoom(ours.outbox, ours.store, ours.library, ours.counters, owner="other")
    world.until("11-23 10:01")
    world.simulation.post = ours
    world.until("11-23 10:30")

    assert len(world.sent()) == 3
    world.close()


def test_without_caps_the_brake_is_at_three_hundred_in_ten_minutes() -> None:
    world = World(sla=ONE_HOUR)
    for number in range(303):
        world.hear("created", "11-23 09:00", case=f"T{number}")
    world.until("11-23 10:30")

    assert len(world.carried()) == 300
    assert "压下3条" in alarms(world)[0].text


def test_the_daemon_asks_too() -> None:
    world = flood(World(sla=ONE_HOUR, messages=messages(message("hurry"), caps=STORM)), 6)
    running = world.running()
    running.clock.at = when("11-23 10:30")  # type: ignore[attr-defined]  # the stage's clock
    running.beat(running.clock.monotonic() + 60)
    running.carry_post(running.clock.monotonic() + 60)

    (incident,) = [task for task in running.tasks(role="last_resort") if task.kind == "alarm"]
    assert running.finish(incident.id, "ann", result="release").said == "finished"
    assert running.post.deliver(running.now()) == 1


# ---- silent feeds -------------------------------------------------------------------------------------------------------------

FEED = """
kind: connection
connection: tms
label: 运输系统
type: http
heard_every: 30 min
inbound:
  path: /in/tms
  body: json
  signature: {kind: hmac, secret: [env:TMS_SECRET], header: X-Signature, algorithm: sha256, encoding: hex}
  workflow: ticket
  case:
    - {no: no}
  id: id
  happened_at: {at: time, formats: ["%Y-%m-%d %H:%M:%S"], timezone: Asia/Shanghai, or: received_at}
  events:
    - {label: 答复, match: {type: REPLY}, event: replied}
  otherwise: report
  reply: {json: {code: 0}}
"""


def test_a_silent_feed_is_one_alarm_that_closes_when_it_is_back(url: str | None) -> None:
    world = World(
        sla=first("while: new\nlimit: 1 h\nhears_from: tms\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]"), tms=FEED, url=url
    )
    flood(world, 5)
    world.simulation.switch("tms", "silent")
    world.until("11-23 11:00")

    (alarm,) = alarms(world)
    assert (alarm.role, alarm.case, world.sent()) == ("last_resort", "", [])
    assert "“运输系统”没有消息:最后一次是11-23 09:04" in alarm.text

    world.simulation.switch("tms", "up")
    assert [task.withdrawn_why for task in alarms(world, all_of_them=True)] == ["feed_back"]
    world.close()


def test_the_daemon_raises_one_alarm_per_silence_and_a_person_may_note_it() -> None:
    world = World(sla=ONE_HOUR, tms=FEED)
    running, now = world.running(), when("11-23 09:00")
    world.stores.feeds.heard("tms", now)
    for minutes in (10, 31, 40, 50):
        world.simulation.clock.at = now + timedelta(minutes=minutes)
        running.tidy()

    (alarm,) = alarms(world)
    assert running.health().silent_feeds == ("tms",)
    assert finish(world, alarm, note="已打电话,对方在修") == "finished"
    running.tidy()
    assert alarms(world) == []
