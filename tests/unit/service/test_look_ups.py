"""What becomes of a lost answer? It is asked for, and never sent again."""

from datetime import timedelta

from engine.model.receipt import Verdict
from tests.unit.service.counter_desk import a_desk, late


def test_a_lost_answer_is_asked_for_and_never_sent_again() -> None:
    desk = a_desk()
    desk.main.script = [(Verdict.UNKNOWN, "no_answer")]
    late(desk)
    post, now = desk.world.simulation.post, desk.world.simulation.now
    early = post.ask_again(now + timedelta(seconds=29))
    desk.main.truth = (Verdict.DELIVERED, "receipt")

    cleared = post.ask_again(now + timedelta(seconds=30))
    desk.world.until("11-23 10:30")

    assert (early, cleared, len(desk.main.asked), desk.calls()) == (0, 1, 1, [])
    assert desk.main.looked_up[0].address == "13800000002"


def test_a_lost_answer_that_cannot_be_found_is_asked_for_more_and_more_seldom_then_left_to_a_person() -> None:
    desk = a_desk(text="")
    desk.main.script = [(Verdict.UNKNOWN, "no_answer")]
    late(desk)
    post, start = desk.world.simulation.post, desk.world.simulation.now

    for second in range(0, 3600, 10):
        post.ask_again(start + timedelta(seconds=second))

    assert 25 <= len(desk.main.looked_up) <= 35
    assert desk.world.stores.directory.backlog()["unknown"] == 1


def test_before_a_resend_the_original_is_looked_up_and_what_arrived_is_not_sent_twice() -> None:
    desk = a_desk()
    desk.main.script = [(Verdict.ACCEPTED, "")]
    late(desk, "11-23 10:06")
    desk.main.truth = (Verdict.DELIVERED, "receipt")

    desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
    desk.world.until("11-23 10:30")

    assert (len(desk.main.asked), len(desk.calls())) == (1, 1)


def test_a_resend_leaves_once_when_the_original_never_arrived() -> None:
    desk = a_desk()
    late(desk, "11-23 10:06")
    desk.main.truth = (Verdict.REJECTED, "expired")

    for at in ("11-23 10:30", "11-23 10:40"):
        desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
        desk.world.until(at)

    assert len(desk.main.asked) == 2
    assert desk.main.asked[1].text.endswith("补发)")
