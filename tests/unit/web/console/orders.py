"""An order by phone at a console under test, and what people do with it."""

from tests.unit.web.console.desks import Browser, Desk

PHONE, OTHER = "13812343212", "13912345678"
ORDER = {
    "source": "phone", "city": "深圳", "district": "南山", "pickup_address": "科技园1号", "shipper_name": "王先生", "shipper_phone": PHONE,
    "goods": "配件", "pieces": "6", "weight_kg": "120", "destination": "杭州", "consignee_name": "马先生", "consignee_phone": OTHER,
    "pay_by": "现付", "due_delivery": "2026-11-26T18:00",
}  # fmt: skip


def typed(**changes: str) -> dict[str, str]:
    """As the form sends it; an empty change leaves the field out."""
    return {f"f.{name}": value for name, value in (ORDER | changes).items() if value}


def ordered(desk: Desk, browser: Browser, **changes: str) -> str:
    """The id of a new case, decided."""
    answer = browser.post("/new", workflow="shipment", event="order_created", **typed(**changes))
    assert answer.status_code == 303, answer.text[-600:]
    settle(desk)
    return answer.headers["location"].partition("/cases/")[2].partition("?")[0].replace("%3A", ":")


def settle(desk: Desk) -> None:
    """Everything that is due now is decided."""
    desk.running.beat(desk.clock.monotonic() + 60)
