"""What leaves as one when there is too much of it? Golden timelines of digests, groups, quiet hours and calls."""

from engine.model.receipt import Parcel, Receipt, Verdict
from tests.time.floods import calls, finish, flood, told
from tests.time.world import CHAINS, CLIMB, ONE_HOUR, World, first, message, messages, when

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
    world = World("11-23 16:00", sla=CLIMB, messages=texts, escalations=chains, url=url)
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
