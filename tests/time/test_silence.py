"""What is said of a feed that falls silent? One alarm, until it is back."""

from datetime import timedelta

from tests.time.floods import alarms, finish, flood
from tests.time.world import ONE_HOUR, World, first, when

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
