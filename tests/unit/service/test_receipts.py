"""Which sending does a receipt or a reply belong to, and what does it change?"""

import pytest

from engine.model.receipt import Receipt, ShortReply, Verdict
from engine.ports.outbox import OutboxStatus
from tests.time.world import ONE_HOUR, World, message, messages, when
from tests.unit.service.counter_desk import LATE, a_desk, a_receipt, late


def test_a_receipt_finds_its_sending_by_the_key() -> None:
    desk = late(a_desk())

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.until("11-23 10:30")

    assert desk.row().status is OutboxStatus.DONE
    assert desk.calls() == []


def test_a_receipt_finds_its_sending_by_the_providers_own_id() -> None:
    desk = late(a_desk())

    desk.push(Receipt(verdict=Verdict.REJECTED, reason="away", key="", provider_id="main-1", at=when(LATE), code="UNDELIV"))

    assert desk.row().status is OutboxStatus.REJECTED
    assert [one.case for one in desk.calls()] == ["ticket:T1"]


def test_receipts_come_doubled_and_in_any_order_and_delivered_wins() -> None:
    desk = late(a_desk())
    parcel = desk.main.asked[0]

    for number, one in enumerate([Verdict.DELIVERED, Verdict.ACCEPTED, Verdict.REJECTED, Verdict.DELIVERED]):
        desk.push(a_receipt(parcel, one), body=str(number).encode())

    assert desk.row().status is OutboxStatus.DONE
    assert desk.calls() == []


def test_a_late_delivered_after_the_call_takes_back_the_open_call_and_the_resend() -> None:
    desk = late(a_desk(), "11-23 10:06")
    assert len(desk.calls()) == 1

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
    desk.world.until("11-23 11:00")

    assert len(desk.main.asked) == 1
    assert [task for task in desk.world.stores.worklist.tasks() if task.kind == "call" and task.status.value == "open"] == []


def test_a_receipt_that_comes_before_its_sending_is_known_is_tried_again_for_ten_minutes() -> None:
    desk = a_desk()
    desk.world.until("11-23 09:59")
    key = "z" * 26
    desk.push(Receipt(verdict=Verdict.DELIVERED, key=key, provider_id="main-1", at=when("11-23 09:59")))
    (kept,) = desk.world.stores.providers.unread(when("11-23 10:09"), 10)
    late(desk)

    desk.world.until("11-23 10:01")
    desk.read()

    assert kept.tried == 1
    assert desk.row().status is OutboxStatus.DONE
    assert desk.world.stores.providers.unread(when("11-23 12:00"), 10) == []


def test_a_receipt_nobody_knows_is_given_up_after_ten_minutes() -> None:
    desk = late(a_desk())
    desk.push(Receipt(verdict=Verdict.DELIVERED, key="z" * 26, at=when(LATE)))

    for minute in range(1, 12):
        desk.world.until(f"11-23 10:{minute:02}")
        desk.read()

    assert desk.world.stores.providers.unread(when("11-23 12:00"), 10) == []


# ---- people answer ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["退订", "TD", "T", " td "])
def test_a_driver_who_answers_stop_is_not_suppressed(word: str) -> None:
    desk = late(a_desk())

    desk.push(replies=(ShortReply(id="r1", number="13800000002", text=word, at=when(LATE)),))

    assert not desk.world.stores.providers.is_suppressed("13800000002")
    assert [row.name for row in desk.world.journal() if row.name == "sms_reply"] == ["sms_reply"]


def test_a_stranger_who_answers_stop_is_suppressed() -> None:
    desk = late(a_desk())

    desk.push(replies=(ShortReply(id="r1", number="13911112222", text="退订", at=when(LATE)),))

    assert desk.world.stores.providers.is_suppressed("13911112222")


def test_a_reply_finds_its_case_however_the_number_is_written() -> None:
    desk = late(a_desk())

    desk.push(replies=(ShortReply(id="r1", number="+86 138-0000-0002", text="收到", at=when(LATE)),))

    assert [row.name for row in desk.world.journal() if row.name == "sms_reply"] == ["sms_reply"]


def test_a_number_that_wants_no_more_texts_gets_none_however_the_order_writes_it() -> None:
    customers = World(sla=ONE_HOUR, messages=messages(message("hurry", to="phone")))
    customers.stores.providers.suppress("13800009999", "opted_out", "sms", when("11-23 09:00"))
    customers.hear("created", "11-23 09:00", phone="+86 138 0000 9999")

    customers.until("11-23 11:00")

    assert customers.carried() == []
    assert customers.details("suppressed") == ["opted_out"]
