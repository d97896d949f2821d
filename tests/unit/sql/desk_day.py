"""A day at the desk on the shipped rulebook, in a store: three orders, with names, phones, messages and notes."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from adapters.files.rules import read_rules, shipped_rules_dir
from adapters.sql.stores import open_stores
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.service.desk import Incoming
from engine.service.simulate import Simulation

ORDER = {
    "source": "web", "city": "深圳", "district": "南山", "pickup_address": "科技园1号", "goods": "配件", "pieces": 6, "weight_kg": 120,
    "destination": "杭州", "consignee_name": "马先生", "pay_by": "现付",
}  # fmt: skip
SHIPPER, CONSIGNEE = "1381234321{}", "1391234567{}"


@lru_cache
def shipped() -> Rulebook:
    """The rulebook that ships."""
    rulebook = compile_rulebook(read_rules(shipped_rules_dir())).rulebook
    assert rulebook is not None
    return rulebook


def instant(text: str) -> datetime:
    """On the wall clock of the desk."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def order(number: int, at: datetime) -> Incoming:
    """A customer orders."""
    phones = {"shipper_phone": SHIPPER.format(number), "consignee_phone": CONSIGNEE.format(number)}
    return Incoming(
        source="connection/tms", id=f"order-{number}", workflow="shipment", event="order_created", occurred_at=at, received_at=at,
        data={**ORDER, **phones},
    )  # fmt: skip


def play(address: str, until: str = "2026-11-20 12:00", orders: int = 3) -> list[str]:
    """Play it; answers the ids of the cases."""
    stores = open_stores(address, check=False)
    start = instant("2026-11-19 09:00")
    simulation = Simulation(shipped(), stores, start)
    cases = [simulation.accept([order(number, start)])[0].case_id or "" for number in range(orders)]
    simulation.run_until(instant(until))
    stores.close()
    return cases
