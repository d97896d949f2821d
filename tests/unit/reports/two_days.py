"""Which two days do the pages and tests of the reports count? Seven orders and three tickets on the shipped rulebook, with prices."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.files.rules import read_rules, shipped_rules_dir
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.service import hands
from engine.service.desk import Incoming, Said
from engine.service.simulate import Simulation, Stores

ZONE = ZoneInfo("Asia/Shanghai")
COSTS = "costs: {sms: 0.05 元, phone: 0.3 元}\n"
ORDER = {
    "source": "phone", "district": "南山", "pickup_address": "科技园1号", "goods": "配件", "pieces": 6, "weight_kg": 120,
    "consignee_name": "马先生", "consignee_phone": "13912345678", "pay_by": "现付", "shipper_name": "王先生",
}  # fmt: skip
ORDERS = {
    "261119001": {"city": "深圳", "destination": "杭州", "shipper_phone": "13800010001", "customer_tier": "VIP"},
    "261119002": {"city": "深圳", "destination": "杭州", "shipper_phone": "13800010002"},
    "261119003": {"city": "杭州", "destination": "深圳", "shipper_phone": "13800010003", "source": "web"},
    "261119004": {"city": "杭州", "destination": "成都", "shipper_phone": "13800010004"},
    "261120001": {"city": "深圳", "destination": "成都", "shipper_phone": "13800010001", "customer_tier": "VIP"},
    "261120002": {"city": "深圳", "destination": "杭州", "shipper_phone": "13800010006"},
    "261120003": {"city": "杭州", "destination": "深圳", "shipper_phone": "13800010007"},
}
STORY = """
    11-19 09:00  order_created    261119001
    11-19 09:05  review           261119001  8011
    11-19 09:10  order_created    261119002
    11-19 09:20  review           261119002  8011
    11-19 10:00  order_created    261119003
    11-19 10:10  review           261119003  8012
    11-19 10:30  order_created    261119004
    11-19 10:55  order_cancelled  261119004  8012
    11-19 13:00  picked_up        261119001  waybill_no=755001 due_delivery=2026-11-20T12:00:00+08:00
    11-19 14:30  picked_up        261119002  waybill_no=755002 due_delivery=2026-11-20T12:00:00+08:00
    11-19 15:40  picked_up        261119003  waybill_no=755003 due_delivery=2026-11-20T18:00:00+08:00
    11-19 16:10  reported         T1  8011   topic=咨询 customer_phone=13800010002
    11-19 16:14  first_reply      T1  8011
    11-19 16:20  solved           T1  8011   answer=已说明
    11-20 09:00  order_created    261120001
    11-20 09:08  review           261120001  8012
    11-20 09:30  order_created    261120002
    11-20 09:45  review           261120002  8011
    11-20 10:00  order_created    261120003
    11-20 10:20  review           261120003  8012
    11-20 10:40  damaged          261119002
    11-20 11:00  reported         T2  8012   topic=延误 customer_phone=13800010001 customer_tier=VIP waybill_no=755001 urgency=紧急
    11-20 11:20  first_reply      T2  8012
    11-20 11:30  signed           261119001
    11-20 11:45  solved           T2  8012   answer=已签收
    11-20 13:30  picked_up        261120001  waybill_no=755004 due_delivery=2026-11-22T12:00:00+08:00
    11-20 14:00  picked_up        261120002  waybill_no=755005 due_delivery=2026-11-22T12:00:00+08:00
    11-20 16:00  reported         T3  8011   topic=丢损 customer_phone=13800010002 severity=严重
    11-20 16:05  first_reply      T3  8011
    11-20 16:20  escalated        T3  8011
    11-20 16:50  solved           T3  8012   answer=先行赔付
    11-20 17:05  reopened         T3  8011
    11-20 17:30  signed           261119003
"""
"""When, what, which case, who by hand (none: the feed), with what."""
END = "11-20 18:30"


def at(text: str) -> datetime:
    """`11-19 09:00` on the wall clock of 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def book(folder: Path) -> Rulebook:
    """The shipped rulebook with prices, written to a folder of its own."""
    files = dict(read_rules(shipped_rules_dir()))
    messages = next(name for name in files if name.endswith("messages.yaml"))
    files[messages] = files[messages].replace("kind: messages\n", f"kind: messages\n{COSTS}", 1)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = compile_rulebook(files).rulebook
    assert found is not None
    return found


def play(stores: Stores, rulebook: Rulebook) -> Simulation:
    """The two days, told by hands and by the feed; calls that are offered by then are answered at the end."""
    simulation = Simulation(rulebook, stores, at("11-19 08:30"))
    tickets: dict[str, str] = {}
    for line in STORY.strip().splitlines():
        day, clock, event, case, *more = line.split()
        now, by = at(f"{day} {clock}"), more[0] if more and "=" not in more[0] else ""
        data: dict[str, object] = dict(pair.split("=") for pair in more if "=" in pair)
        simulation.run_until(now, inclusive=False)
        if event == "review":
            _review(simulation, case, by)
        else:
            _hear(simulation, event, tickets.get(case, case), by, data, tickets, case)
    simulation.run_until(at(END))
    return simulation


def _review(simulation: Simulation, order: str, by: str) -> None:
    simulation.run_until(simulation.now)
    (task,) = [one for one in simulation.stores.worklist.tasks(case=f"shipment:{order}") if one.asks[:1] == ("order_confirmed",)]
    hands.claim(simulation.stores, task.id, by, simulation.now)
    hands.finish(simulation.stores, simulation.library.rulebook, task.id, by, simulation.now, result="order_confirmed")
    simulation.settle()


def _hear(simulation: Simulation, event: str, case: str, by: str, data: dict[str, object], tickets: dict[str, str], told: str) -> None:
    simulation.run_until(simulation.now)
    workflow, opens = ("ticket" if told.startswith("T") else "shipment"), event in ("order_created", "reported")
    if event == "order_created":
        data = {**ORDER, **ORDERS[case], "order_no": case}
    if event == "reported":
        data = {"channel": "phone", **data}
    (answer,) = simulation.accept(
        [
            Incoming(
                source=f"hand/{by}" if by else "connection/tms", id=f"{told}/{event}", workflow=workflow, event=event,
                occurred_at=simulation.now, received_at=simulation.now, case=None if opens else case, data=data,
            )
        ]
    )  # fmt: skip
    assert answer.said is Said.ACCEPTED, answer
    if event == "reported":
        tickets[told] = str(answer.case_id)
