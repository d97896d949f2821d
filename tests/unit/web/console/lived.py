"""A desk that has lived: orders, an outage, a late scan, tickets up to the third line, what waits for a person, people who worked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.clock import fresh_nonce
from adapters.sms.recorder import Mode, Recorder
from engine.ports.attempts import Circuit, CircuitState
from engine.ports.outbox import OutboxStatus, Settlement
from engine.service.desk import Incoming, Said
from tests.unit.web.console.desks import Browser, Desk, desk_of
from tests.unit.web.console.orders import ORDER

MORNING = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
"""Monday, 08:40 in Shanghai."""


@dataclass
class Lived:
    """The desk, and an administrator at it."""

    desk: Desk
    admin: Browser

    def at(self, local: str) -> None:
        """Go on to this hour of the day, by what falls due."""
        hour, minute = map(int, local.split(":"))
        until = MORNING.replace(hour=0, minute=0) + timedelta(hours=hour - 8, minutes=minute)
        while self.desk.clock.now() < until:
            self.desk.clock.advance(min(timedelta(minutes=25), until - self.desk.clock.now()))
            self.run()

    def run(self) -> None:
        """Everything that is due is decided and sent."""
        for _ in range(2):
            self.desk.running.beat(self.desk.clock.monotonic() + 60)
            self.desk.running.carry_post(self.desk.clock.monotonic() + 60)

    def event(
        self, workflow: str, event: str, case: str | None = None, *, ago: int = 0, sender: str = "connection/tms", **data: str
    ) -> str:
        at = self.desk.clock.now() - timedelta(minutes=ago)
        made = Incoming(
            source=sender, id=f"{event}{case}{at}{fresh_nonce()}", workflow=workflow, event=event, case=case, occurred_at=at, data=data,
            received_at=self.desk.clock.now(),
        )  # fmt: skip
        (answer,) = self.desk.running.accept([made])
        assert answer.said is Said.ACCEPTED, answer.problems
        self.run()
        return answer.case_id or ""

    def sms(self, mode: Mode) -> None:
        gateway = self.desk.running.post.gateways["sms"]
        assert isinstance(gateway, Recorder)
        gateway.mode = mode
        if mode is Mode.UP:
            self.desk.running.post.channel_back("sms", self.desk.clock.now())
        self.run()

    def finish(self, kind: str, result: str, by: str) -> None:
        """The first of this kind that is open."""
        for task in self.desk.running.tasks():
            if task.kind == kind and (not task.asks or result in task.asks) and self.desk.running.claim(task.id, by):
                done = self.desk.running.finish(task.id, by, result=result, note="已问明", data={})
                assert done.said == "finished", done.problems
                self.run()
                return
        raise AssertionError(f"no {kind} that asks for {result}")


def lived() -> Lived:
    """Until half past six in the evening."""
    desk = desk_of(at=MORNING, sends=True)
    day = Lived(desk, desk.browser())
    first = day.event("shipment", "order_created", sender="web/shop", **ORDER | {"source": "web", "customer_tier": "VIP"})
    second = day.event("shipment", "order_created", sender="hand/8011", **ORDER | {"city": "杭州", "shipper_phone": "13812340002"})
    third = day.event("shipment", "order_created", sender="hand/8011", **ORDER | {"shipper_phone": "13812340003"})
    day.at("08:50")
    day.finish("task", "order_confirmed", "8011")
    day.sms(Mode.REFUSES)
    day.event("shipment", "order_confirmed", second, sender="hand/8011")
    day.at("09:20")
    day.finish("call", "told", "zhao_min")
    day.sms(Mode.UP)
    day.sms(Mode.SILENT)
    day.event("shipment", "order_confirmed", third, sender="hand/8011")
    day.at("10:00")
    _complain(day)
    day.at("15:20")
    day.event("shipment", "picked_up", first, ago=40, waybill_no="755100001", hub="深圳南山站")
    day.event("shipment", "picked_up", second, sender="hand/8011", waybill_no="755100002")
    day.event("shipment", "edited", second, sender="hand/8011", due_delivery="2026-11-25 18:00")
    day.event("shipment", "pickup_failed", third, sender="hand/8011")
    day.event("shipment", "departed", first, ago=-30)
    day.event("shipment", "retracted", second, sender="hand/8011")
    day.sms(Mode.UP)
    day.at("18:30")
    _left_over(day, first)
    day.admin = desk.signed_in("admin", "8001")  # A session of the morning is over.
    _worked(day, first)
    return day


def _complain(day: Lived) -> None:
    """Through three lines, one of them of a great customer."""
    for number, tier in (("1", "VIP"), ("2", "普通")):
        ticket = day.event(
            "ticket",
            "reported",
            sender="hand/8011",
            topic="延误",
            channel="phone",
            customer_phone=f"1370000000{number}",
            customer_tier=tier,
        )
        for event in ("first_reply", "escalated", "escalated"):
            day.event("ticket", event, ticket, sender="hand/8011")
    day.at("10:50")
    for ticket in [row.id for row in day.desk.running.directory.cases(workflow="ticket")]:
        for run in [one for one in day.desk.stores.store.load(ticket).ledger.chains if not one.ended]:
            day.desk.running.acknowledge(ticket, run.chain, "zhou_li")
            day.run()


def _left_over(day: Lived, case: str) -> None:
    """A dead event, sendings in doubt, a provider that is shut, a feed that is silent."""
    running, stores, now = day.desk.running, day.desk.stores, day.desk.clock.now()
    running.decides = False
    running.accept(
        [Incoming(source="connection/tms", id="dead", workflow="shipment", event="info", occurred_at=now, received_at=now, case=case)]
    )
    (pending,) = stores.store.pending(now, 10, case_id=case)
    stores.store.failed(pending.inbox_id, "ValueError: no", None)
    running.decides = True
    running.post.counters.book.switch(Circuit(connection="wechat_work", state=CircuitState.OPEN, since=now, reason="account 60020"))
    last = day.event("shipment", "order_created", sender="hand/8011", **ORDER | {"shipper_phone": "13812340009", "city": "东莞"})
    confirmed = Incoming(
        source="hand/8011", id="last", workflow="shipment", event="order_confirmed", case=last, occurred_at=now, received_at=now
    )
    running.accept([confirmed])
    running.beat(day.desk.clock.monotonic() + 60)
    for row in stores.outbox.claim(now, 50, owner="test", lease_until=now):
        stores.outbox.settle(Settlement(effect_id=row.effect.id, attempt=row.attempts, status=OutboxStatus.UNKNOWN, error="restored"), now)


def _worked(day: Lived, case: str) -> None:
    """What the audit has."""
    assert day.admin.post(f"/cases/{case}/reveal", field="shipper_phone", why="核对", htmx=True).status_code == 200
    day.admin.post("/adapters/sms/pause", why="余额不足")
    day.admin.post("/suppressions/add", number="13700000077", why="来电要求")
    day.admin.post("/audit/check")
    day.desk.user("8011", "agent", areas=("深圳",), roles=("desk_agent",))
