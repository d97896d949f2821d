"""Is a case found by whatever the customer knows of it, and opened once?"""

import pytest

from tests.unit.web.console.desks import Browser, Desk, desk_of, later, shown
from tests.unit.web.console.orders import OTHER, PHONE, ordered, settle, typed


@pytest.fixture
def desk() -> Desk:
    return desk_of()


@pytest.fixture
def agent(desk: Desk) -> Browser:
    return desk.signed_in("agent", "8011")


def found(browser: Browser, text: str) -> int | str:
    """How many are listed, or where it leads at once."""
    answer = browser.post("/cases", q=text)
    return answer.headers["location"].replace("%3A", ":") if answer.status_code == 303 else answer.text.count("data-row")


def test_the_only_case_that_fits_to_the_letter_is_opened_at_once(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    number = case.partition(":")[2]

    for text in (number, case, f" {number} ", "王先生", PHONE, "138 1234 3212", "+86 138-1234-3212"):
        assert found(agent, text) == f"/desk/cases/{case}", text
    assert agent.get(f"/cases?q={number}").headers["location"].endswith(number)
    assert agent.get(f"/search?q={number}").status_code == 303


def test_several_are_listed_with_state_and_promise_and_what_they_were_found_by(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)
    desk.clock.advance(later(minutes=1))
    ordered(desk, agent, goods="轴承")

    answer = agent.post("/cases", q=PHONE)
    text = shown(answer)

    assert answer.text.count("data-row") == 2
    assert PHONE not in text.replace(f"“{PHONE}”", "")
    assert "138******12" in text
    assert "待核单" in text
    assert "data-due" in answer.text


def test_names_cut_short_words_and_days_find_too_and_part_of_a_phone_does_not(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)
    desk.clock.advance(later(days=1))
    agent = desk.signed_in("agent", "8012")
    ordered(desk, agent, goods="轴承", shipper_name="王小姐", shipper_phone=OTHER)

    assert found(agent, "王") == 2
    assert found(agent, "261123") == 1
    assert found(agent, "轴承") == found(agent, "轴承 杭州") == found(agent, "轴承 今天") == 1
    assert found(agent, "轴承 昨天") == found(agent, "不存在") == found(agent, "1381234") == 0
    assert found(agent, "11-23") == found(agent, "2026-11-23") == found(agent, "11月23日") == 1
    assert found(agent, "13-45") == 0


def test_nothing_typed_lists_the_newest(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)

    assert agent.get("/cases").text.count("data-row") == 1
    assert found(agent, "") == 1


def test_cases_of_another_area_are_not_found(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    stranger = desk.signed_in("viewer", "8040", areas=("北京",))

    assert [found(stranger, text) for text in (PHONE, case, "王", "配件", "")] == [0] * 5


def test_the_field_of_the_frame_sends_what_may_be_personal_in_the_body(agent: Browser) -> None:
    page = agent.get("/cases").text

    assert '<form class="find" method="post" action="/desk/cases"' in page


def test_the_form_of_a_new_case_comes_from_the_workflow(agent: Browser) -> None:
    page = agent.get("/new").text
    ticket = agent.get("/new?workflow=ticket").text

    assert '<option value="phone" selected>' in page
    assert 'id="f.shipper_phone" name="f.shipper_phone" type="tel"' in page
    assert 'type="datetime-local"' in page
    assert '<option value="到付">' in page
    assert "0–99999.9" in page
    assert 'data-when="f.goods_check" data-is="违禁品"' in page
    assert 'name="f.order_no"' not in page
    assert 'name="f.pickup_tries"' not in page
    assert "问题类型" in ticket


def test_what_is_missing_or_no_value_is_told_at_its_field_and_nothing_is_opened(desk: Desk, agent: Browser) -> None:
    answer = agent.post("/new", workflow="shipment", **typed(shipper_phone="12", weight_kg="很重", goods=""))
    text = answer.text

    assert answer.status_code == 422
    assert text.count('class="wrong"') == 3
    assert "不像电话号码" in text
    assert 'value="科技园1号"' in text
    assert desk.running.directory.cases() == []


def test_a_case_is_opened_by_the_person_once_however_often_the_form_is_sent(desk: Desk, agent: Browser) -> None:
    answers = [agent.post("/new", workflow="shipment", once="abc", note="很急", **typed()) for _ in range(2)]
    settle(desk)

    (case,) = desk.running.directory.cases()
    assert [one.headers["location"].partition("?")[0].replace("%3A", ":") for one in answers] == [f"/desk/cases/{case.id}"] * 2
    first = desk.running.directory.journal(case.id)[0]
    assert (first.source, first.extra["by"], first.extra["note"]) == ("hand/8011", "8011", "很急")
    assert desk.stores.trail.search(what="case.open")[0].deed.about == case.id


def test_whoever_is_known_already_is_told_of_while_one_types(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)

    warned = agent.post("/new/known", htmx=True, **{"f.shipper_phone": "138 1234 3212"}).text
    other_field = agent.post("/new/known", htmx=True, **{"f.consignee_phone": PHONE}).text
    nobody = agent.post("/new/known", htmx=True, **{"f.shipper_phone": "13700000001"}).text
    agent.post(f"/cases/{case}/event", htmx=True, event="order_cancelled")
    settle(desk)
    ended = agent.post("/new/known", htmx=True, **{"f.shipper_phone": PHONE}).text

    assert "已有 1 张没结束的单" in warned
    assert case.partition(":")[2] in warned
    assert "已有 1 张没结束的单" in other_field
    assert nobody.strip() == ""
    assert "都已结束" in ended


def test_a_second_ticket_about_the_same_thing_is_noted_on_the_first(desk: Desk, agent: Browser) -> None:
    told = {"f.topic": "延误", "f.channel": "phone", "f.customer_phone": PHONE, "f.waybill_no": "YD1"}

    first = agent.post("/new", workflow="ticket", **told)
    settle(desk)
    second = agent.post("/new", workflow="ticket", **told)

    assert first.headers["location"].endswith("said=new.opened")
    assert second.headers["location"] == first.headers["location"].replace("opened", "joined")
