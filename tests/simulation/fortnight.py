"""What happens in a simulated fortnight? Thousands of parcels, their feed and their people, in one world, from one seed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from adapters.memory import MemoryStores, open_memory
from engine.model.receipt import Parcel, Receipt, Verdict
from engine.model.rulebook import Rulebook
from engine.ports.directory import CaseRow
from engine.ports.worklist import Task, TaskStatus, Worklist
from engine.service import hands
from engine.service.desk import Said
from engine.service.simulate import Simulation, incoming_of
from engine.service.stage import StageCallList, StageClock, StageGateway
from tests.simulation import town
from tests.simulation.town import END, OUTAGE, SILENCE, START, Happened, Shipment, heard_at, local, road, whole

LOOK_EVERY = timedelta(minutes=5)
"""People look at the work list this often."""
LIMIT = 10**7


@dataclass(frozen=True, slots=True)
class Handed:
    """A parcel that a channel took: for a call, the instant it was offered."""

    at: datetime
    channel: str
    parcel: Parcel


class WatchedChannel(StageGateway):
    """A channel of the stage whose hand-overs are written down with their instant."""

    def __init__(self, name: str, clock: StageClock, log: list[Handed]) -> None:
        super().__init__(name, clock)
        self.log = log

    def send(self, parcel: Parcel) -> Receipt:
        receipt = super().send(parcel)
        if receipt.verdict is Verdict.DELIVERED:
            self.log.append(Handed(self.clock.at, self.name, parcel))
        return receipt


class WatchedCalls(StageCallList):
    """The call list, with its offers written down."""

    def __init__(self, clock: StageClock, worklist: Worklist, log: list[Handed]) -> None:
        super().__init__(clock, worklist)
        self.log = log

    def send(self, parcel: Parcel) -> Receipt:
        self.log.append(Handed(self.clock.at, "phone", parcel))
        return super().send(parcel)


class Fortnight:
    """The run: a heap of what is going to happen, and a desk that hears of it."""

    def __init__(self, seed: int, cases: int, *, texts: bool = True) -> None:
        self.seed = seed
        self.rulebook: Rulebook = town.the_rulebook()
        self.stores: MemoryStores = open_memory()
        self.simulation = Simulation(self.rulebook, self.stores, START, texts=texts)
        self.handed: list[Handed] = []
        for name in self.simulation.gateways:
            watched = WatchedChannel(name, self.simulation.clock, self.handed)
            self.simulation.gateways[name] = watched
        self.simulation.gateways["phone"] = WatchedCalls(self.simulation.clock, self.stores.worklist, self.handed)
        self.shipments = town.shipments(seed, cases)
        self.by_case: dict[str, Shipment] = {}
        self.truth: dict[str, list[Happened]] = {}
        """Case -> what truly happened to it, written before the desk hears of it; the desk never sees this."""
        self.told_by_call: dict[str, list[datetime]] = {}
        """Case -> when somebody took the order on the telephone."""
        self.refused: list[str] = []
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._seen: set[str] = set()

    def run(self) -> "Fortnight":
        """From the first Monday to the last Sunday."""
        for parcel in self.shipments:
            self.later(parcel.ordered_at, partial(self._order_of, parcel))
        self._plan_tickets()
        for at, channel, mode in (
            (OUTAGE[0], "sms", "refuses"),
            (OUTAGE[1], "sms", "up"),
            (SILENCE[0], "tms", "silent"),
            (SILENCE[1], "tms", "up"),
        ):
            self.later(at, partial(self.simulation.switch, channel, mode))
        self.later(START, self._look_at_work)
        while self._heap and self._heap[0][0] < END:
            at, _, what = heappop(self._heap)
            self.simulation.run_until(at, inclusive=False)
            what()
        self.simulation.run_until(END)
        return self

    def later(self, at: datetime, what: Callable[[], None]) -> None:
        heappush(self._heap, (max(at, self.now), next(self._order), what))

    @property
    def now(self) -> datetime:
        return self.simulation.now

    def rows(self) -> list[CaseRow]:
        """Every case, in order of id."""
        return list(self.stores.directory.cases(limit=LIMIT))

    def trace(self) -> str:
        """One digest of every journal row and every sent row: two runs alike have the same."""
        digest = hashlib.sha256()
        for row in self.rows():
            for line in (*self.stores.directory.journal(row.id), *self.stores.directory.sent(row.id)):
                digest.update(repr(line).encode())
        return digest.hexdigest()

    # The world: orders, scans, customers.

    def _order_of(self, parcel: Shipment) -> None:
        answer = self._report("connection/shop", f"order/{parcel.number}", "shipment", "order_created", None, parcel.order())
        assert answer is not None
        parcel.case = answer
        self.by_case[answer] = parcel
        self._note(answer, "order_created", self.now, parcel.order())

    def _plan_tickets(self) -> None:
        """Customers who write by themselves: one for forty parcels, every fourth a large one."""
        chance = Random(f"{self.seed}/tickets")
        for number in range(len(self.shipments) // 40 + 2):
            at = whole(local(START, chance.uniform(8, 20), chance.randrange(town.DAYS)))
            data = {
                "topic": chance.choice(["咨询", "结算", "超区"]), "channel": "web", "customer_name": "客户",
                "customer_phone": f"135{number:08d}", "customer_tier": chance.choice(["VIP", "普通", "普通", "普通"]),
            }  # fmt: skip
            self.later(at, partial(self._report, "connection/shop", f"ticket/{number}", "ticket", "reported", None, data))

    def _report(self, source: str, key: str, workflow: str, event: str, case: str | None, data: Mapping[str, object]) -> str | None:
        one = incoming_of(source=source, workflow=workflow, event=event, at=self.now, data=data, case=case, id=key)
        answer = self.simulation.accept([one])[0]
        assert answer.said is Said.ACCEPTED, answer
        return answer.case_id

    def _note(self, case: str, event: str, heard: datetime, data: Mapping[str, object] | None = None) -> None:
        kept = {name: str(value) for name, value in (data or {}).items() if name == "due_delivery"}
        self.truth.setdefault(case, []).append(Happened(event, self.now, heard, kept))

    def _plan(self, parcel: Shipment, events: list[tuple[datetime, str]]) -> None:
        """What is going to befall a parcel from now on, in place of what was planned before."""
        parcel.plan += 1
        for at, event in events:
            self.later(at, partial(self._happen, parcel, parcel.plan, event))

    def _happen(self, parcel: Shipment, plan: int, event: str) -> None:
        if parcel.plan != plan:
            return
        by_feed = event not in ("order_cancelled", "returning", "lost", "damaged", "not_received")
        heard = heard_at(parcel.chance, self.now) if by_feed else self.now
        self._note(parcel.case, event, heard)
        happened = self.now
        key = f"{parcel.number}/{len(self.truth[parcel.case])}"
        self.later(heard, partial(self._hear, parcel, event, key, happened, by_feed))

    def _hear(self, parcel: Shipment, event: str, key: str, happened: datetime, by_feed: bool) -> None:
        data = {"waybill_no": f"W{parcel.number:08d}"} if event == "picked_up" else {}
        source = "connection/tms" if by_feed else "hand/8011"
        one = incoming_of(
            source=source, workflow="shipment", event=event, at=self.now, data=data, case=parcel.case, occurred_at=happened, id=key
        )
        answer = self.simulation.accept([one])[0]
        assert answer.said is Said.ACCEPTED, answer

    def _collect(self, parcel: Shipment) -> None:
        """The order is confirmed: when is it loaded, and what comes after?"""
        chance = parcel.chance
        at = self.now + timedelta(hours=chance.uniform(0.6, 4) if chance.random() < 0.93 else chance.uniform(4, 9))
        if not local(at, 8) <= at < local(at, 20):
            at = local(at, chance.uniform(8.2, 11), 0 if at < local(at, 8) else 1)
        at = whole(at)
        if parcel.fate == "pickup_fails" and not parcel.fails:
            parcel.fails += 1
            self._plan(parcel, [(at, "pickup_failed")])
        elif parcel.fate == "cancelled":
            self._plan(
                parcel,
                [(whole(self.now + timedelta(hours=chance.uniform(0.2, 2))), "order_cancelled"), (at, "picked_up")][
                    : chance.choice([1, 1, 2])
                ],
            )
        else:
            self._plan(parcel, [(at, "picked_up"), *self._to_the_end(parcel, at)])

    def _to_the_end(self, parcel: Shipment, loaded: datetime) -> list[tuple[datetime, str]]:
        chance, way = parcel.chance, road(parcel, loaded)
        door = way[-1][0]

        def hours(low: float, high: float) -> datetime:
            return whole(door + timedelta(hours=chance.uniform(low, high)))

        match parcel.fate:
            case "delivery_fails":
                again = whole(local(door, chance.uniform(8, 10), 1))
                return [
                    *way[:-1],
                    (door, "delivery_failed"),
                    (again, "out_for_delivery"),
                    (whole(again + timedelta(hours=chance.uniform(0.5, 7))), "signed"),
                ]
            case "rejected":
                gone = hours(2, 20)
                return [*way[:-1], (door, "rejected"), (gone, "returning"), (gone + timedelta(hours=chance.randint(24, 80)), "returned")]
            case "lost":
                return [*way[:1], (hours(40, 80), "lost")]
            case "damaged" | "not_received":
                return [*way, (hours(1, 20), parcel.fate)]
            case _:
                return way

    # The people: they look at the work list, and finish what they find, sooner or later or never.

    def _look_at_work(self) -> None:
        self.later(self.now + LOOK_EVERY, self._look_at_work)
        for task in self.stores.worklist.tasks(status=(TaskStatus.OPEN,), limit=LIMIT):
            if task.id not in self._seen:
                self._seen.add(task.id)
                self._take(task, Random(f"{self.seed}/{task.id}"))

    def _take(self, task: Task, chance: Random) -> None:
        """Who takes a task up, and when."""
        if task.kind == "call":
            self._finish_later(task, chance, 2, 8, "told" if chance.random() < 0.88 else "away")
        elif "release" in task.asks:
            self._finish_later(task, chance, 5, 20, chance.choices(["release", "drop"], [90, 10])[0])
        elif "order_confirmed" in task.asks:
            parcel = self.by_case[task.case]
            result = "order_cancelled" if parcel.fate == "cancelled_unconfirmed" else "order_confirmed"
            self._finish_later(task, chance, *((1, 20) if chance.random() < 0.93 else (20, 90)), result)
        elif "first_reply" in task.asks:
            self._finish_later(
                task, chance, *((1, 14) if chance.random() < 0.8 else (14, 60)), chance.choices(["first_reply", "escalated"], [85, 15])[0]
            )
        elif "rescheduled" in task.asks:
            self._finish_later(task, chance, 10, 240, chance.choices(["rescheduled", "resolved", "returning"], [60, 30, 10])[0])
        elif "pickup_promised" in task.asks and chance.random() < 0.7:
            self._finish_later(task, chance, 5, 40, "pickup_promised")
        elif "signature_checked" in task.asks:
            self._finish_later(task, chance, 10, 90, "signature_checked")
        elif not task.asks and chance.random() < 0.6:
            self._finish_later(task, chance, 5, 120, "")

    def _finish_later(self, task: Task, chance: Random, low: float, high: float, result: str) -> None:
        at = whole(self.now + timedelta(minutes=chance.uniform(low, high)))
        self.later(at, partial(self._finish, task, chance, result))

    def _finish(self, task: Task, chance: Random, result: str) -> None:
        data: dict[str, object] = {"goods_check": "可承运", "agent_no": "8011"} if result == "order_confirmed" else {}
        if result == "rescheduled":
            data = {"due_delivery": local(self.now, 18, chance.choice([1, 2])).isoformat()}
        known = self.stores.worklist.get(task.id)
        if known is None or known.status is not TaskStatus.OPEN:
            return
        done = hands.finish(
            self.stores, self.rulebook, task.id, "8011", self.now, result=result, note="" if result else "已联系", data=data
        )
        if done.said != "finished":
            self.refused.append(f"{task.case} {result}: {done.said} {';'.join(one.en for one in done.problems)}")
            return
        self._after(task, chance, result, data)
        self.simulation.settle()

    def _after(self, task: Task, chance: Random, result: str, data: Mapping[str, object]) -> None:
        """What a person's deed brings about in the world."""
        if task.kind == "call":
            if result == "told" and task.message == "dispatch_order":
                self.told_by_call.setdefault(task.case, []).append(self.now)
            elif chance.random() < 0.2:
                chain = next(
                    (name for name in ("hub_chain", "ticket_chain") if name.startswith("hub") == task.case.startswith("shipment")), ""
                )
                self.stores.store.accept([hands.acknowledge(self.stores, task.case, chain, "8011", self.now)], self.now)
            return
        if task.case in self.by_case and result:
            self._note(task.case, result, self.now, data)
        if result == "order_confirmed":
            self._collect(self.by_case[task.case])
        elif result == "returning":
            self._plan(self.by_case[task.case], [(whole(self.now + timedelta(hours=chance.uniform(24, 80))), "returned")])
        elif result in ("first_reply", "escalated"):
            self._solve(task.case, chance)

    def _solve(self, case: str, chance: Random) -> None:
        """A ticket is worked on, solved, and sometimes comes back."""
        solved = whole(self.now + timedelta(hours=chance.lognormvariate(0.9, 1.0)))
        wanted = [(solved, "solved")]
        if chance.random() < 0.5:
            wanted.append((whole(solved + timedelta(hours=chance.uniform(1, 10))), "confirmed"))
        for at, event in wanted:
            self.later(at, partial(self._hear_ticket, case, event))

    def _hear_ticket(self, case: str, event: str) -> None:
        self._note(case, event, self.now)
        self._report(
            "hand/8012", f"{case}/{event}/{len(self.truth[case])}", "ticket", event, case, {"answer": "已核实"} if event == "solved" else {}
        )
