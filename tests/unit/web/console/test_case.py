"""Does the page of a case tell what happened, why, and what will come; and are its hands careful?"""

import re

import pytest

from engine.ports.outbox import OutboxStatus
from tests.unit.web.console.desks import Browser, Desk, desk_of, later, shown
from tests.unit.web.console.orders import OTHER, PHONE, ordered, settle


@pytest.fixture
def desk() -> Desk:
    return desk_of()


@pytest.fixture
def agent(desk: Desk) -> Browser:
    return desk.signed_in("agent", "8011")


def reported(desk: Desk, browser: Browser, case: str, event: str, **more: str) -> int:
    """An event by hand, decided; the status of the answer."""
    answer = browser.post(f"/cases/{case}/event", htmx=True, event=event, **more)
    settle(desk)
    return answer.status_code


def state(desk: Desk, case: str) -> str:
    return desk.running.directory.find(case)[0].state


def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.deed.what, one.deed.about, one.deed.why) for one in reversed(desk.stores.trail.search())]


def test_the_page_tells_state_promises_waits_and_the_story_with_the_places_of_the_rules(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    desk.clock.advance(later(minutes=5))
    reported(desk, agent, case, "order_confirmed", note="客户很急", **{"f.goods_check": "可承运"})

    page = agent.get(f"/cases/{case}")
    text = shown(page)

    assert "已下单待提货" in text
    assert "待核单 → 已下单待提货" in text
    assert "按时" in text
    assert "客户很急" in text
    assert "货物核对 ∈ 违禁品 | 裸装 | 禁运 | 超长超重 当时是 可承运" in text
    assert "短信 → 营业员(服务司机) · 下单短信" in text
    assert re.search(r"workflows/shipment\.yaml:\d+", text)
    assert re.search(r"rules/sla\.yaml:\d+", text)
    assert "待提货过久" in text
    assert text.index("核单通过") < text.rindex("下单")


def test_personal_values_are_masked_and_shown_one_by_one_for_a_reason(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    page = agent.get(f"/cases/{case}").text

    without = agent.post(f"/cases/{case}/reveal", field="shipper_phone", why="", htmx=True)
    shown_one = agent.post(f"/cases/{case}/reveal", field="shipper_phone", why=f"核对 {OTHER}", htmx=True)

    assert PHONE not in page
    assert OTHER not in page
    assert "科技园1号" not in page
    assert "138******12" in page
    assert without.status_code == 422
    assert PHONE not in without.text
    assert PHONE in shown_one.text
    assert OTHER not in shown_one.text
    assert deeds(desk)[-1] == ("reveal.shipper_phone", case, "核对 139******78")
    assert agent.post(f"/cases/{case}/reveal", field="goods", why="x").status_code == 404
    assert desk.signed_in("viewer").post(f"/cases/{case}/reveal", field="shipper_phone", why="x").status_code == 403
    assert [one[0] for one in deeds(desk)].count("reveal.shipper_phone") == 1


def test_a_case_that_is_not_there_or_of_another_area_is_not_found(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    stranger = desk.signed_in("supervisor", "8040", areas=("北京",))

    missing = agent.get("/cases/shipment:nobody")

    assert missing.status_code == 404
    assert "没有这一单" in missing.text
    assert 'id="find"' in missing.text
    for path in ("", "/part", "/why?rule=review_order", "/ask?event=edited"):
        assert stranger.get(f"/cases/{case}{path}").status_code == 404
    for path in ("/reveal", "/foresee", "/event", "/undo", "/acknowledge", "/settle"):
        assert stranger.post(f"/cases/{case}{path}", field="shipper_phone", event="edited", why="x", note="x").status_code == 404
    assert state(desk, case) == "intake"


def test_why_a_rule_did_not_fire_is_told_for_now_and_for_any_minute(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    desk.clock.advance(later(minutes=40))
    settle(desk)
    agent = desk.signed_in("agent", "8012")

    now = shown(agent.part(f"/cases/{case}/why?rule=review_order"))
    then = shown(agent.part(f"/cases/{case}/why?rule=review_order&at=2026-11-23T15:10"))
    before = shown(agent.part(f"/cases/{case}/why?rule=review_order&at=2026-11-20T15:10"))
    nothing = shown(agent.part(f"/cases/{case}/why?rule=reviewed_order"))

    assert "已超时" in now
    assert "还没超时" in then
    assert "那时还没有这张单" in before
    assert "review_order" in nothing
    assert '<option value="review_order late 0 min">' in agent.get(f"/cases/{case}").text


def test_only_what_is_possible_now_is_offered_and_what_follows_is_seen_before(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    hands = agent.get(f"/cases/{case}").text.partition('id="hands"')[2].partition("</section>")[0]

    asked = agent.part(f"/cases/{case}/ask?event=order_confirmed").text
    ahead = agent.post(f"/cases/{case}/foresee", htmx=True, event="order_confirmed", **{"f.goods_check": "可承运"})
    ends = agent.post(f"/cases/{case}/foresee", htmx=True, event="order_confirmed", **{"f.goods_check": "违禁品"})
    wrong = agent.post(f"/cases/{case}/foresee", htmx=True, event="pickup_promised")

    assert '<option value="order_confirmed">核单通过' in hands
    assert '<option value="pickup_promised">' not in hands
    assert "f.goods_check" in asked
    assert "待核单 → 已下单待提货" in shown(ahead)
    assert "下单短信" in shown(ahead)
    assert "核对订单并致电客户" in shown(ahead)
    assert "待核单 → 已作废" in shown(ends)
    assert wrong.status_code == 422
    assert "现在可以" in wrong.text
    assert state(desk, case) == "intake"
    assert len(desk.running.directory.journal(case)) == 2


def test_the_same_form_sent_twice_counts_once(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    once = re.search(r'name="once" value="(\w+)"', agent.part(f"/cases/{case}/ask?event=order_confirmed").text)
    assert once is not None

    answers = [reported(desk, agent, case, "order_confirmed", once=once[1]) for _ in range(2)]

    assert answers[0] == 200
    assert [row.name for row in desk.running.directory.journal(case) if row.kind == "happened"] == ["order_created", "order_confirmed"]


def test_an_event_of_an_earlier_hour_is_put_in_its_place_and_none_of_a_later(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    desk.clock.advance(later(minutes=20))

    fine = reported(desk, agent, case, "order_confirmed", at="2026-11-23T15:05")
    late = agent.post(f"/cases/{case}/foresee", htmx=True, event="pickup_promised", at="2026-11-23T23:00")

    assert fine == 200
    line = next(row for row in desk.running.directory.journal(case) if row.name == "order_confirmed")
    assert f"{line.occurred_at:%H:%M}" == "07:05"
    assert late.status_code == 422
    assert "还没到" in late.text


def test_a_correction_asks_why_changes_what_was_changed_and_shows_no_personal_value(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    asked = agent.part(f"/cases/{case}/ask?event=edited").text
    as_shown = {"f.goods": "配件", "f.due_delivery": "2026-11-26T18:00"}

    unchanged = agent.post(f"/cases/{case}/event", htmx=True, event="edited", note="x", **as_shown)
    without = agent.post(f"/cases/{case}/event", htmx=True, event="edited", **{"f.goods": "轴承"})
    fine = reported(desk, agent, case, "edited", note="客户来电", **as_shown | {"f.goods": "轴承", "f.shipper_phone": "13700000001"})

    assert 'value="配件"' in asked
    assert 'value="2026-11-26T18:00"' in asked
    assert PHONE not in asked
    assert (unchanged.status_code, without.status_code, fine) == (422, 422, 200)
    assert "没有改动" in unchanged.text
    line = desk.running.directory.journal(case)[-1]
    assert (line.name, dict(line.data), line.extra["note"]) == ("edited", {"goods": "轴承"}, "客户来电")
    assert desk.running.directory.private(case)["shipper_phone"] == "13700000001"
    assert deeds(desk)[-1] == ("event.edited", case, "客户来电")


def test_an_event_is_taken_back_within_ten_minutes_by_who_reported_it_and_later_by_a_supervisor(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    reported(desk, agent, case, "order_confirmed")
    line = next(row for row in desk.running.directory.journal(case) if row.name == "order_confirmed")
    other, chief = desk.signed_in("agent", "8012"), desk.signed_in("supervisor", "8013")
    way = f"/cases/{case}/undo?event={line.event_id}"

    ahead = agent.get(way)
    without = agent.post(f"/cases/{case}/undo", event=line.event_id)
    desk.clock.advance(later(minutes=11))
    late, stranger = agent.get(way), other.get(way)
    done = chief.post(f"/cases/{case}/undo", event=line.event_id, why="点错了")
    settle(desk)

    assert "已下单待提货 → 待核单" in shown(ahead)
    assert without.status_code == 422
    assert (late.status_code, stranger.status_code, done.status_code) == (409, 409, 303)
    assert state(desk, case) == "intake"
    text = shown(agent.get(f"/cases/{case}"))
    assert "已撤回" in text
    assert "点错了" in text
    assert deeds(desk)[-1] == ("event.retracted", case, "点错了")


def test_what_opened_a_case_is_not_taken_back(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    first = desk.running.directory.journal(case)[0]

    answer = desk.signed_in("supervisor", "8013").post(f"/cases/{case}/undo", event=first.event_id, why="x")

    assert answer.status_code == 409
    assert "undo?event" not in agent.get(f"/cases/{case}").text


def test_a_running_chain_is_acknowledged_and_waits(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    desk.clock.advance(later(minutes=31))
    settle(desk)
    agent = desk.signed_in("agent", "8012")
    page = agent.get(f"/cases/{case}").text
    chain = re.search(r'name="chain" value="(\w+)"', page)
    assert chain is not None

    answer = agent.post(f"/cases/{case}/acknowledge", chain=chain[1])
    settle(desk)

    assert answer.status_code == 303
    assert "已有人知晓" in agent.get(f"/cases/{case}").text
    assert agent.post(f"/cases/{case}/acknowledge", chain="nothing").status_code == 404
    assert deeds(desk)[-1][:2] == ("chain.acknowledge", case)


def test_a_message_of_unknown_fate_is_settled_by_a_supervisor_and_goes_another_way(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    reported(desk, agent, case, "order_confirmed", **{"f.goods_check": "可承运"})
    sent = next(one for one in desk.running.directory.sent(case) if one.channel == "sms")
    posted = desk.stores.outbox._state.outbox[sent.effect_id]
    desk.stores.outbox._state.by_status.setdefault(OutboxStatus.UNKNOWN, {})[sent.effect_id] = posted
    posted.status = OutboxStatus.UNKNOWN
    chief = desk.signed_in("supervisor", "8013")

    page = chief.get(f"/cases/{case}").text
    refused = agent.post(f"/cases/{case}/settle", effect=sent.effect_id, found="not_arrived", why="问过了")
    foreign = chief.post(f"/cases/{case}/settle", effect="shipment:other/1/1", found="arrived", why="x")
    done = chief.post(f"/cases/{case}/settle", effect=sent.effect_id, found="not_arrived", why="问过了")
    again = chief.post(f"/cases/{case}/settle", effect=sent.effect_id, found="arrived", why="x")
    settle(desk)

    assert sent.effect_id in page
    assert (refused.status_code, foreign.status_code, done.status_code, again.status_code) == (403, 404, 303, 409)
    assert any(one.channel == "phone" and one.to == sent.to for one in desk.running.directory.sent(case))
    assert deeds(desk)[-1] == ("doubt.settle", case, "问过了")


def test_whatever_others_wrote_stays_text(desk: Desk, agent: Browser) -> None:
    bad = "<script>x</script>"
    case = ordered(desk, agent, pickup_address="<img src=x>", goods="<b>g</b>")
    reported(desk, agent, case, "order_confirmed", note=bad)

    page = agent.get(f"/cases/{case}").text
    ahead = agent.post(f"/cases/{case}/foresee", htmx=True, event=bad).text
    why = agent.part(f"/cases/{case}/why?rule=%3Cscript%3Ex").text

    for text in (page, ahead, why):
        assert "<script>x" not in text
        assert "<img src" not in text
        assert "<b>g" not in text
    assert "&lt;script&gt;x" in page


def test_the_page_speaks_english(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    agent.cookies["waybill_lang"] = "en"

    text = shown(agent.get(f"/cases/{case}"))

    assert "What happened" in text
    assert "order_created" in text
    assert "review_order" in text
