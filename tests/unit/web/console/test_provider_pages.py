"""Can a supervisor see how providers fare, stop and open one, and settle what is left for a person, one by one and many at once?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Receipt, Verdict
from engine.model.span import Span
from engine.ports.attempts import Answered, Attempt
from engine.ports.outbox import OutboxStatus, Settlement
from engine.service.desk import Incoming
from tests.unit.web.console.desks import Desk, desk_of, shipped, shown
from tests.unit.web.console.test_board import order
from tests.unit.web.desk import NOW

SMS = Connection(name="sms_main", label="<b>短信</b>", type=ConnectionType.KANNEL, carries="sms", span=Span("rules/sms.yaml", 1, 1))


@pytest.fixture
def desk() -> Desk:
    return desk_of(replace(shipped(), connections={"sms_main": SMS}))


def dead_events(desk: Desk, errors: tuple[str, ...]) -> list[int]:
    """One case for each, whose next event cannot be decided."""
    cases = [order(desk, number) for number, _ in enumerate(errors)]
    desk.running.decides = False
    for case, error in zip(cases, errors, strict=True):
        desk.running.accept(
            [Incoming(source="test", id=case, workflow="shipment", event="dispatched", occurred_at=NOW, received_at=NOW, case=case)]
        )
        (pending,) = desk.stores.store.pending(desk.clock.now(), 10, case_id=case)
        desk.stores.store.failed(pending.inbox_id, error, None)
    return [one.inbox_id for one in desk.stores.doubts.dead(10)]


def test_a_provider_is_paused_with_a_reason_and_opened_again_and_the_audit_says_who(desk: Desk) -> None:
    browser = desk.signed_in("supervisor", "8002")

    nameless = browser.post("/adapters/sms_main/pause")
    paused, again = browser.post("/adapters/sms_main/pause", why="余额不足"), browser.post("/adapters/sms_main/pause", why="余额不足")
    page = browser.get("/adapters/sms_main")
    opened = browser.post("/adapters/sms_main/resume", why="已充值")

    assert [one.status_code for one in (nameless, paused, again, opened)] == [422, 303, 409, 303]
    assert "暂停" in shown(page)
    assert "余额不足" in page.text
    assert "<b>短信</b>" not in page.text
    assert [(one.deed.what, one.deed.about, one.deed.why) for one in desk.stores.trail.search(what="adapter.")] == [
        ("adapter.resume", "sms_main", "已充值"),
        ("adapter.pause", "sms_main", "余额不足"),
    ]


def test_every_provider_has_its_strip_and_its_numbers(desk: Desk) -> None:
    page = desk.signed_in("supervisor").get("/adapters")

    assert "sms_main" in page.text
    assert page.text.count("<rect") == 24


def an_attempt(desk: Desk, number: int, at: datetime, verdict: Verdict) -> None:
    """A text that the provider answered so."""
    order(desk, number)
    row = desk.stores.outbox.claim(NOW, 1, owner="a", lease_until=NOW + timedelta(minutes=1))[0]
    attempt = Attempt(effect_id=row.effect.id, key=f"k{number}", nth=1, connection="sms_main", channel="sms", recipient="sms:1", at=at)
    desk.stores.outbox.hand_over(row.effect.id, at, recipient="sms:1", masked="…", attempt=attempt)
    answered = Answered(attempt, Receipt(verdict=verdict, key=f"k{number}", at=at))
    desk.stores.outbox.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.ACCEPTED, answered=(answered,)), NOW)


def test_the_strip_counts_by_the_hour_what_was_asked_and_what_failed(desk: Desk) -> None:
    book = desk.stores.providers
    for number, (ago, verdict) in enumerate(
        ((10, Verdict.DELIVERED), (20, Verdict.REJECTED), (200, Verdict.DELIVERED), (1500, Verdict.REJECTED))
    ):
        an_attempt(desk, number, NOW - timedelta(minutes=ago), verdict)
    page = desk.signed_in("supervisor").get("/adapters/sms_main").text

    assert sum(one.number for one in book.counted(NOW - timedelta(minutes=30), NOW - timedelta(minutes=15))) == 1
    assert "11-23 14:00 起一小时:2 次,1 次没有成" in page
    assert "11-23 11:00 起一小时:1 次,0 次没有成" in page
    assert "最近 24 小时 3 次,1 次没有成" in page


def test_dead_events_are_grouped_looked_at_and_tried_again_or_left_out(desk: Desk) -> None:
    first, second, third = dead_events(desk, ("ValueError: <i>no</i>", "ValueError: other", "KeyError: x"))
    browser = desk.signed_in("supervisor", "8002")

    page = browser.get("/dead")
    looked = browser.post("/batches/preview", kind="dead.retry", group="dispatched: ValueError")
    ran = browser.post("/batches", kind="dead.retry", items=f"{first}\n{second}\n999", why="修好了")
    result = browser.get(ran.headers["location"])
    browser.post("/batches", kind="dead.discard", items=str(third), why="测试单")

    assert "dispatched: ValueError × 2" in shown(page)
    assert "<i>no</i>" not in page.text
    assert "将对 2 项执行:死信再试" in shown(looked)
    assert f"{first} 完成 {second} 完成 999 已不在死信里" in shown(result)
    assert desk.stores.doubts.dead(10) == []
    assert [one.deed.what for one in desk.stores.trail.search(what="batch.")] == ["batch.dead.discard", "batch.dead.retry"]


def test_a_doubt_is_settled_once(desk: Desk) -> None:
    order(desk, 1)
    (row, *_) = desk.stores.outbox.claim(NOW, 1, owner="a", lease_until=NOW)
    desk.stores.outbox.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.UNKNOWN, error="no_answer"), NOW)
    browser = desk.signed_in("supervisor")

    listed = browser.get("/doubts")
    results = [
        browser.get(browser.post("/batches", kind="doubt.arrived", items=row.effect.id, why="后台查到").headers["location"])
        for _ in range(2)
    ]

    assert row.effect.id in listed.text
    assert "完成" in shown(results[0])
    assert "已有结果,没有改" in shown(results[1])


def test_a_number_goes_on_the_list_masked_and_comes_off_when_typed_in_full(desk: Desk) -> None:
    browser = desk.signed_in("supervisor")

    answers = [
        browser.post(f"/suppressions/{deed}", number=number, why="本人要求").status_code
        for deed, number in (("add", "13812343212"), ("add", "13812343212"), ("lift", "138****3212"), ("lift", "13812343212"))
    ]

    assert answers == [303, 409, 422, 303]
    assert "13812343212" not in browser.get("/suppressions").text
