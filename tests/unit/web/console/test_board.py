"""Does the board show what is due, to whom it belongs, and let it be claimed once?"""

from datetime import timedelta

import pytest

from engine.ports.views import Cut
from engine.service.desk import Incoming, Said
from tests.unit.web.console.desks import Desk, desk_of, shown
from tests.unit.web.desk import NOW

ORDER = {
    "source": "web", "city": "深圳", "pickup_address": "科技园1号", "shipper_phone": "13812343212", "goods": "配件", "pieces": 6,
    "weight_kg": 120, "destination": "杭州", "consignee_name": "马先生", "consignee_phone": "13912345678", "pay_by": "现付",
}  # fmt: skip


def order(desk: Desk, number: int, minutes_ago: int = 0, **fields: str) -> str:
    at = desk.clock.now() - timedelta(minutes=minutes_ago)
    said = [
        desk.running.accept(
            [
                Incoming(
                    source="test", id=f"{event}{number}", workflow="shipment", event=event, occurred_at=at, received_at=at,
                    case=case, data=data,
                )
            ]
        )[0]
        for event, case, data in (("order_created", None, ORDER | fields | {"shipper_phone": f"138{number:08d}"}),)
    ]  # fmt: skip
    assert said[0].said is Said.ACCEPTED
    case = said[0].case_id
    assert case is not None
    desk.running.accept(
        [Incoming(source="test", id=f"c{number}", workflow="shipment", event="order_confirmed", occurred_at=at, received_at=at, case=case)]
    )
    desk.running.beat(0.0)
    return case


@pytest.fixture
def desk() -> Desk:
    return desk_of()


def test_an_empty_board_says_that_nothing_is_urgent(desk: Desk) -> None:
    browser = desk.signed_in("viewer")

    assert "没有要紧的单。" in shown(browser.get("/board"))
    assert "今后 24 小时没有什么会到期。" in shown(browser.part("/board/outlook"))


def test_clocks_are_listed_with_time_left_state_and_counts(desk: Desk) -> None:
    order(desk, 1, customer_tier="VIP")
    browser = desk.signed_in("viewer")

    page = browser.get("/board").text

    assert "261123001" in page
    assert "深圳 · VIP" in page
    assert "data-due=" in page


def test_the_outlook_counts_the_day_and_what_each_role_will_get(desk: Desk) -> None:
    order(desk, 1)
    order(desk, 2)
    desk.clock.advance(timedelta(minutes=1))

    text = shown(desk.signed_in("viewer").part("/board/outlook"))

    assert "新开 2 昨 0" in text
    assert "当班客服" in text


def test_a_board_two_days_later_counts_what_is_late(desk: Desk) -> None:
    order(desk, 1)
    desk.clock.set(NOW + timedelta(days=2))

    text = shown(desk.signed_in("viewer").get("/board/rows"))

    late = int(text.split(" 已超时")[0].split()[-1])
    assert late >= 1


def test_filters_narrow_the_list_and_an_unknown_one_finds_nothing(desk: Desk) -> None:
    order(desk, 1)
    order(desk, 2, city="北京", customer_tier="VIP")
    browser = desk.signed_in("viewer")

    def found(query: str) -> set[str]:
        text = browser.get(f"/board/rows?{query}").text
        return {name for name in ("261123001", "261123002") if name in text}

    assert found("") == {"261123001", "261123002"}
    assert found("area=北京") == found("tier=VIP") == {"261123002"}
    assert found("workflow=shipment&area=深圳") == {"261123001"}
    assert found("workflow=ticket") == found("role=nobody") == found("area=%27%3B--") == set()
    assert "这样筛选下没有单" in browser.get("/board/rows?workflow=ticket").text
    assert found("role=desk_agent") == {"261123001", "261123002"}


def test_whoever_has_areas_sees_these_only(desk: Desk) -> None:
    order(desk, 1)
    order(desk, 2, city="北京")

    text = desk.signed_in("agent", areas=("北京",)).get("/board").text

    assert "261123002" in text
    assert "261123001" not in text
    assert "深圳" not in text


def test_what_falls_due_by_this_hour_of_tomorrow_is_on_the_board_too(desk: Desk) -> None:
    order(desk, 1)
    desk.clock.set(NOW + timedelta(hours=7))
    browser = desk.signed_in("viewer")
    dues = [clock.due for clock, _ in desk.stores.views.clocks(Cut(), until=NOW + timedelta(hours=31), limit=10)]

    text = browser.get("/board?when=next").text

    assert any(NOW + timedelta(hours=9) <= due < NOW + timedelta(hours=31) for due in dues)
    assert "261123001" in text
    assert "明天此时前" in text


def test_a_case_of_no_known_area_is_shown_to_who_decides_and_counted_there(desk: Desk) -> None:
    case = order(desk, 1, city="")
    agent, supervisor = (desk.signed_in(access, areas=("北京",)) for access in ("agent", "supervisor"))
    everywhere = desk.signed_in("viewer")

    codes = [browser.get(f"/cases/{case}").status_code for browser in (agent, supervisor, everywhere)]

    assert codes == [404, 200, 200]
    assert "261123001" not in agent.get("/board").text
    assert "地区不明" not in agent.get("/board").text
    assert "1 单地区不明" in supervisor.get("/board").text
    assert "261123001" in supervisor.get("/board?area=%3F").text


def test_a_case_of_a_workflow_without_areas_is_everybodys(desk: Desk) -> None:
    made = Incoming(
        source="test", id="t", workflow="ticket", event="reported", occurred_at=NOW, received_at=NOW,
        data={"topic": "延误", "channel": "phone", "customer_phone": "13700000001"},
    )  # fmt: skip
    case = desk.running.accept([made])[0].case_id
    desk.running.beat(0.0)
    agent = desk.signed_in("agent", areas=("北京",))

    assert agent.get(f"/cases/{case}").status_code == 200
    assert "GD2611230001" in agent.get("/board").text


def a_task(desk: Desk) -> str:
    case = order(desk, 1)
    desk.clock.set(NOW + timedelta(days=3))
    desk.running.beat(0.0)
    desk.running.tidy()
    tasks = desk.running.tasks(case=case)
    assert tasks
    return tasks[0].id


def test_a_task_is_claimed_by_one_and_the_other_is_told_by_whom(desk: Desk) -> None:
    task = a_task(desk)
    first, second = desk.signed_in("agent", "8011"), desk.signed_in("agent", "8012")

    mine, taken = first.post(f"/board/claim/{task}", htmx=True), second.post(f"/board/claim/{task}", htmx=True)

    assert mine.status_code == 200
    assert "toast" in mine.headers["hx-trigger"]
    assert taken.status_code == 409
    assert "8011" in taken.headers["hx-trigger"]
    assert [(one.deed.what, one.deed.who, one.deed.about) for one in desk.stores.trail.search(what="task.")] == [
        ("task.claim", "8011", task)
    ]


def test_a_task_of_another_area_cannot_be_claimed(desk: Desk) -> None:
    task = a_task(desk)

    assert desk.signed_in("agent", areas=("北京",)).post(f"/board/claim/{task}").status_code == 404
    assert desk.signed_in("admin").post("/board/claim/shipment:1/1/1").status_code == 404


def test_what_came_in_as_markup_stays_text(desk: Desk) -> None:
    order(desk, 1, city="<b>x</b>"[:6])

    page = desk.signed_in("viewer").get("/board").text

    assert "<b>x</" not in page
    assert "&lt;b&gt;x" in page


def test_the_same_words_in_english(desk: Desk) -> None:
    order(desk, 1)
    browser = desk.signed_in("viewer")
    browser.post("/prefer", lang="en")

    text = shown(browser.get("/board")) + shown(browser.part("/board/outlook"))

    assert "Within the hour" in text
    assert "The next 24 hours, by hour and role" in text
