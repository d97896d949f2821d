"""Does the customer's page show one case to whoever holds its link, and nothing to anybody else?"""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from adapters.clock import fresh_nonce
from adapters.signing.customer_link import make_link
from adapters.web.customer import CustomerDoor
from engine.service.desk import Incoming
from tests.unit.web.console.desks import Desk, desk_of, shown

KEYS = ("newest-key-0123456789", "older-key-0123456789")
PHONE, SHIPPER, CONSIGNEE = "13812345678", "王小明", "13987654321"
SCRIPT = "<script>alert(1)</script>"
ORDER = {
    "source": "phone", "city": "深圳", "pickup_address": "福田区1号", "shipper_name": SHIPPER, "shipper_phone": PHONE, "goods": "书",
    "pieces": "1", "weight_kg": "5", "destination": "杭州", "consignee_name": "李雷", "consignee_phone": CONSIGNEE, "pay_by": "现付",
}  # fmt: skip


@dataclass
class Customer:
    """A browser without cookies, and the desk behind the door."""

    desk: Desk
    app: Starlette
    address: str = "10.1.1.1"
    headers: dict[str, str] = field(default_factory=dict)

    def link(self, case: str, days: int = 30, keys: tuple[str, ...] = KEYS) -> str:
        return f"/t/{make_link(keys, case, self.desk.clock.now() + timedelta(days=days))}"

    def get(self, path: str, **headers: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, {**self.headers, **headers}, None))

    def send(self, path: str, **form: str) -> httpx.Response:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return asyncio.run(self._ask("POST", path, {**self.headers, **kind}, urlencode(form)))

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: str | None) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(self.address, 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://track.test") as client:
            return await client.request(method, path, headers=headers, content=body)


@pytest.fixture
def customer() -> Customer:
    desk = desk_of()
    door = CustomerDoor(desk=desk.running, keys=KEYS, monotonic=desk.clock.monotonic, nonce=fresh_nonce, proxies=("10.9.9.9",))
    return Customer(desk, Starlette(routes=door.routes))


def happen(desk: Desk, event: str, case: str | None = None, **data: str) -> str:
    at = desk.clock.now()
    one = Incoming(
        source="hand/8011", id=f"{event}/{at}/{case}/{data}", workflow="shipment", event=event, occurred_at=at, case=case, data=data
    )
    answer = desk.running.accept([one])[0]
    assert answer.case_id is not None, answer
    desk.running.beat(desk.clock.monotonic() + 5)
    return answer.case_id


def an_order(desk: Desk, **changes: str) -> str:
    return happen(desk, "order_created", **{**ORDER, **changes})


def tickets(desk: Desk) -> list[str]:
    desk.running.beat(desk.clock.monotonic() + 5)
    return [row.id for row in desk.stores.directory.cases(workflow="ticket")]


def once_of(page: httpx.Response) -> str:
    found = re.search(r'name="once" value="([0-9a-f]{32})"', page.text)
    assert found
    return found[1]


def test_the_page_tells_number_state_and_course_in_words(customer: Customer) -> None:
    case = an_order(customer.desk)
    happen(customer.desk, "order_confirmed", case)
    happen(customer.desk, "picked_up", case, waybill_no="SZ2611230001")

    page = customer.get(customer.link(case))

    assert page.status_code == 200
    text = shown(page)
    assert "SZ2611230001" in text
    assert "已提货" in text
    assert "2026-11-23 15:00 收到订单" in text


def test_a_promise_tells_its_due_time_and_what_became_of_it(customer: Customer) -> None:
    case = an_order(customer.desk, due_delivery="2026-11-25 18:00")
    happen(customer.desk, "order_confirmed", case)
    happen(customer.desk, "picked_up", case)
    link = customer.link(case)
    under_way = shown(customer.get(link))
    customer.desk.clock.advance(timedelta(days=4))
    customer.desk.running.beat(customer.desk.clock.monotonic() + 5)
    overdue = shown(customer.get(link))
    happen(customer.desk, "signed", case)

    assert "送达 2026-11-25 18:00 前 进行中" in under_way
    assert "送达 2026-11-25 18:00 前 已经过了" in overdue
    assert "送达 2026-11-25 18:00 前 没有做到" in shown(customer.get(link))


def test_no_personal_value_of_the_case_is_on_the_page(customer: Customer) -> None:
    case = an_order(customer.desk)

    page = customer.get(customer.link(case)).text

    assert not [one for one in (PHONE, PHONE[-4:], CONSIGNEE, SHIPPER, "李雷", "福田区", "8011") if one in page]


def test_the_page_speaks_english_by_preference_and_by_the_link(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))

    preferred, chosen = customer.get(link, **{"accept-language": "en-US,en;q=0.9"}), customer.get(f"{link}?lang=en")

    for page in (preferred, chosen):
        assert "order received, being checked" in shown(page)
        assert "lost or damaged" in page.text
        assert re.findall(r"[\u4e00-\u9fff]+", re.sub(r'value="[^"]*"', "", shown(page)).replace("中文", "")) == []


def test_a_token_that_was_changed_or_made_up_opens_nothing(customer: Customer) -> None:
    case = an_order(customer.desk)
    link = customer.link(case)
    foreign = customer.link(case, keys=("somebody-elses-key-1",))

    answers = {
        path: customer.get(path).status_code
        for path in (link[:-1] + ("A" if link[-1] != "A" else "B"), foreign, "/t/x", "/t/" + "A" * 5000)
    }

    assert set(answers.values()) == {404}


def test_the_payload_of_another_case_under_this_signature_opens_nothing(customer: Customer) -> None:
    mine, other = an_order(customer.desk), an_order(customer.desk, shipper_phone="13700000001")
    (my_body, _, my_sign), (other_body, _, _) = (customer.link(one)[3:].rpartition(".") for one in (mine, other))

    answer = customer.get(f"/t/{other_body}.{my_sign}")

    assert my_body != other_body
    assert answer.status_code == 404
    assert other.partition(":")[2] not in answer.text


def test_a_link_expires_and_says_so(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk), days=7)
    customer.desk.clock.advance(timedelta(days=7, seconds=1))

    answer = customer.get(link)

    assert answer.status_code == 410
    assert "过期" in answer.text


def test_a_key_that_was_taken_away_takes_its_links_away(customer: Customer) -> None:
    case = an_order(customer.desk)
    older, newest = customer.link(case, keys=KEYS[1:]), customer.link(case)
    assert customer.get(older).status_code == 200
    door = CustomerDoor(desk=customer.desk.running, keys=KEYS[:1], monotonic=customer.desk.clock.monotonic, nonce=fresh_nonce)
    customer.app = Starlette(routes=door.routes)

    assert (customer.get(older).status_code, customer.get(newest).status_code) == (404, 200)


def test_without_keys_nothing_opens(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))
    door = CustomerDoor(desk=customer.desk.running, keys=(), monotonic=customer.desk.clock.monotonic, nonce=fresh_nonce)
    customer.app = Starlette(routes=door.routes)

    assert customer.get(link).status_code == 404


def test_a_script_in_any_field_stays_text(customer: Customer) -> None:
    case = an_order(customer.desk)
    happen(customer.desk, "order_confirmed", case)
    happen(customer.desk, "picked_up", case, waybill_no="<b>&\"'x</b>")
    link = customer.link(case)

    page = customer.get(link)
    wrong = customer.send(link, topic=SCRIPT, customer_phone=SCRIPT, customer_name=SCRIPT, request=f"</textarea>{SCRIPT}", once=SCRIPT)

    assert "&lt;b&gt;" in page.text
    assert wrong.status_code == 422
    for answer in (page, wrong, customer.get(f"{link}?lang={SCRIPT}")):
        assert "<script" not in answer.text.lower()
        assert "<b>" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_what_a_customer_writes_opens_a_ticket_with_the_waybill_linked(customer: Customer) -> None:
    case = an_order(customer.desk)
    happen(customer.desk, "order_confirmed", case)
    happen(customer.desk, "picked_up", case, waybill_no="SZ2611230001")
    link = customer.link(case)

    thanks = customer.send(
        link, topic="延误", customer_phone="13700000009", request=f"怎么还没到?{SCRIPT}", once=once_of(customer.get(link))
    )

    assert thanks.status_code == 200
    (ticket,) = tickets(customer.desk)
    assert ticket.partition(":")[2] in thanks.text
    row = customer.desk.stores.directory.find(ticket)[0]
    assert {name: row.fields[name] for name in ("waybill_no", "topic", "channel")} == {
        "waybill_no": "SZ2611230001",
        "topic": "延误",
        "channel": "web",
    }
    private = customer.desk.stores.directory.private(ticket)
    assert private["request"] == f"怎么还没到?{SCRIPT}"
    assert private["customer_phone"] == "13700000009"
    first = customer.desk.stores.directory.journal(ticket)[0]
    assert first.extra["about"] == case
    assert "13700000009" not in str(first)


def test_a_form_sent_twice_opens_one_ticket(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))
    form = {"topic": "咨询", "customer_phone": "13700000009", "request": "几点来提?", "once": once_of(customer.get(link))}

    first, second = customer.send(link, **form), customer.send(link, **form)

    assert (first.status_code, second.status_code) == (200, 200)
    assert shown(first) == shown(second)
    assert len(tickets(customer.desk)) == 1


def test_other_words_from_the_same_page_are_another_question(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))
    form = {"customer_phone": "13700000009", "once": once_of(customer.get(link))}

    customer.send(link, topic="咨询", request="几点来提?", **form)
    answer = customer.send(link, topic="结算", request="多少钱?", **form)

    assert answer.status_code == 200
    assert len(tickets(customer.desk)) == 2


def test_what_is_missing_or_wrong_is_said_and_nothing_typed_is_lost(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))

    blank = customer.send(link, topic="", customer_phone="", request="我的问题")
    wrong = customer.send(link, topic="咨询", customer_phone="abc", request="我的问题")
    foreign = customer.send(link, topic="没有这个", customer_phone="13700000009", request="我的问题")

    assert [one.status_code for one in (blank, wrong, foreign)] == [422, 422, 422]
    assert all("我的问题" in one.text for one in (blank, wrong, foreign))
    assert tickets(customer.desk) == []


def test_a_customer_cannot_fill_in_what_was_not_asked(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))

    customer.send(
        link,
        topic="咨询",
        customer_phone="13700000009",
        request="?",
        customer_tier="VIP",
        waybill_no="OTHER",
        claim_amount="9999",
        event="solved",
    )

    (ticket,) = tickets(customer.desk)
    assert not {"customer_tier", "waybill_no", "claim_amount"} & {
        name for name, text in customer.desk.stores.directory.find(ticket)[0].fields.items() if text
    }


def test_too_many_looks_and_forms_are_turned_away_in_words(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))
    form = {"topic": "咨询", "customer_phone": "13700000009", "request": "?"}

    looks = [customer.get(link).status_code for _ in range(31)]
    forms = [customer.send(link, **form, once=f"{n:032x}") for n in range(6)]

    assert looks == [200] * 30 + [429]
    assert [one.status_code for one in forms] == [200] * 5 + [429]
    assert "请求太多" in forms[-1].text
    assert int(forms[-1].headers["retry-after"]) > 0
    customer.desk.clock.advance(timedelta(minutes=11))
    assert customer.get(link).status_code == 200


def test_guessing_is_paced_by_address_and_a_proxy_of_ours_names_it(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))
    customer.address = "10.9.9.9"
    guess = {"x-forwarded-for": "1.2.3.4, 203.0.113.7"}

    answers = [customer.get(f"/t/guess{n}", **guess).status_code for n in range(121)]

    assert answers == [404] * 120 + [429]
    assert customer.get(link, **guess).status_code == 429
    assert customer.get(link, **{"x-forwarded-for": "203.0.113.7, 203.0.113.8"}).status_code == 200
    customer.address = "10.5.5.5"
    assert customer.get(link, **{"x-forwarded-for": "203.0.113.7"}).status_code == 200


def test_only_a_small_plain_form_is_taken(customer: Customer) -> None:
    link = customer.link(an_order(customer.desk))

    large = customer.send(link, request="x" * 20_000)
    asyncio_json = asyncio.run(customer._ask("POST", link, {"content-type": "application/json"}, "{}"))

    assert (large.status_code, asyncio_json.status_code) == (413, 415)
    assert tickets(customer.desk) == []
