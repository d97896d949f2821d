"""When does a rule that storms stop, and what becomes of what it held? Golden timelines of the storm brake."""

from pathlib import Path

import pytest

from engine.ports.worklist import TaskStatus
from tests.time.floods import alarms, calls, finish, flood, told
from tests.time.world import CHAINS, CLIMB, ONE_HOUR, World, first, message, messages, when

STORM = "caps: {rule: 3 per 10 min}"


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
    world = flood(World(sla=CLIMB, escalations=chains, messages=messages(message("hurry"), caps=STORM)), 8).until("11-23 10:10")

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
