"""How fast is the whole contract? Our desk over SQLite, synchronous=FULL: registry, court, ledger, nothing left out."""

import itertools
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from ring import ring_rulebook
from sqlalchemy import insert

from adapters.clock import SettableClock
from adapters.files.history import belonging, read_history
from adapters.memory import open_memory
from adapters.sql.stores import open_stores
from adapters.sql.tables import TIMER
from adapters.wiring.opening import load_rules
from engine.core import calendars
from engine.model.rulebook import Rulebook
from engine.service.desk import Incoming
from engine.service.library import Library
from engine.service.replay import OldEvent, group, replay
from engine.service.running import Running

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NUMBERS = itertools.count()
FAR = datetime(2040, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[1]
ROUTE = ("order_created", "order_confirmed", "picked_up", "departed", "arrived", "out_for_delivery", "signed")
ORDER = {
    "source": "phone", "city": "深圳", "district": "南山", "pickup_address": "科技园一路1号", "shipper_name": "张三",
    "shipper_phone": "13812345678", "goods": "图书", "pieces": "3", "weight_kg": "20.5", "destination": "北京",
    "consignee_name": "李四", "consignee_phone": "13912345678", "pay_by": "现付",
}  # fmt: skip


class Bench:
    """A desk on a database of its own, at a clock that is set."""

    def __init__(self, rulebook: Rulebook, path: Path | None = None, address: str = "") -> None:
        """`path`: of a file that is there; `address`: of another database than a file."""
        self.stores = open_stores(address or f"sqlite:///{path or Path(tempfile.mkdtemp()) / 'waybill.db'}", check=path is None)
        self.clock = SettableClock(START)
        self.desk = Running(self.stores, Library(rulebook), self.clock, {})

    def events(self, feed: Iterator[Incoming], group_size: int, seconds: float) -> float:
        """Events per second: accepted durably together and decided: a single one in the same transaction, many in transactions of thirty-two."""
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            self.clock.advance(timedelta(seconds=1))
            owed = self.desk.tally.decided + group_size
            self.desk.accept(list(itertools.islice(feed, group_size)))
            while self.desk.tally.decided < owed:
                assert self.desk.clerk.advance(self.clock.now(), limit=100), "an event was not decided"
            done += group_size
        return done / (time.perf_counter() - began)

    def share(self, place: int, number: int) -> None:
        """One of so many daemons."""
        self.stores.share.place, self.stores.share.number = place, number

    def owed(self) -> bool:
        """Whether anything waits to be decided, by anybody."""
        return bool(self.desk.directory.backlog()["inbox_pending"])

    def arm_strangers(self, number: int) -> None:
        """Armed timers of cases that are left in peace."""
        rows = [
            {"case_id": f"far:{one}", "owner": "p", "row": "late", "gen": 1, "slot": "", "due_at": FAR + timedelta(seconds=one),
             "waits_for": None, "lag_seconds": 0}
            for one in range(number)
        ]  # fmt: skip
        with self.stores.database.write() as connection:
            for first in range(0, number, 10_000):
                connection.execute(insert(TIMER), rows[first : first + 10_000])

    def fire(self, feed: Iterator[Incoming], number: int) -> float:
        """Bells per second as full decisions; the events that armed them are not counted."""
        self.desk.accept(list(itertools.islice(feed, number)))
        while self.desk.clerk.advance(self.clock.now(), limit=100):
            pass
        self.clock.advance(timedelta(hours=2))
        before, began = self.desk.tally.rung, time.perf_counter()
        self.desk.beat(self.clock.monotonic() + 1e9)
        rung = self.desk.tally.rung - before
        assert rung >= number, (rung, number)
        return rung / (time.perf_counter() - began)

    def idle(self, times: int = 100) -> float:
        """Beats per second with nothing to do, the post's and the look for the next instant included."""
        began = time.perf_counter()
        for _ in range(times):
            assert self.desk.beat(0.0) == 0
            self.desk.post.deliver(START, limit=20)
            self.desk.next_due()
        return times / (time.perf_counter() - began)


def ring_feed(bench: Bench, cases: int, name: str = "N") -> Iterator[Incoming]:
    """Opens so many cases at once, then scans them by chance for ever."""
    opening = [ring_event("created", f"{name}{one}", {"no": f"{name}{one}", "weight_kg": "80"}) for one in range(cases)]
    for first in range(0, cases, 100):
        bench.desk.accept(opening[first : first + 100])
        while bench.desk.clerk.advance(bench.clock.now(), limit=100):
            pass
    return _scans(cases, name)


def _scans(cases: int, name: str) -> Iterator[Incoming]:
    chance = Random(1)
    while True:
        for case in chance.sample(range(cases), cases):
            yield ring_event("scan", f"{name}{case}", {})


def ring_event(event: str, case: str, data: dict[str, object]) -> Incoming:
    return Incoming(
        source="connection/tms", id=f"e{next(NUMBERS)}", workflow="shipment", event=event, occurred_at=None, case=case, data=data
    )


def shipment_feed(cases: int = 150) -> Iterator[Incoming]:
    """Orders under the shipped rulebook, so many at a time on their way, each from the order to the signature."""
    for wave in itertools.count():
        for step, event in enumerate(ROUTE):
            for one in range(cases):
                name = f"W{wave}-{one}"
                data = {**ORDER, "waybill_no": name} if step == 0 else {}
                yield Incoming(
                    source="connection/bench", id=f"{name}/{step}", workflow="shipment", event=event, occurred_at=None,
                    case=None if step == 0 else name, data=data,
                )  # fmt: skip


def old_ring(cases: int = 40, scans: int = 4) -> tuple[Rulebook, Sequence[OldEvent]]:
    """Old events under the ring: an opening and four scans for each case, ten minutes apart."""
    rows = []
    for one in range(cases):
        for step in range(scans + 1):
            at = START + timedelta(minutes=10 * step + one)
            data = {"no": f"N{one}", "weight_kg": "80"} if step == 0 else {}
            rows.append(
                OldEvent(line=len(rows), case=f"N{one}", workflow="shipment", event="scan" if step else "created", occurred_at=at,
                         received_at=at, data=data)
            )  # fmt: skip
    return ring_rulebook(), rows


def old_orders(file: Path, cases: int = 60) -> tuple[Rulebook, Sequence[OldEvent]]:
    """Real orders under the rulebook of their tests: promises, chains and years of bells included."""
    rulebook = load_rules(str(ROOT / "tests" / "rulebooks" / "olist"))[0]
    events, _ = read_history([file], rulebook.timezone)
    kept, _ = belonging(events, {one.name: one.events.keys() for one in rulebook.workflows.values()})
    wanted = set(list(dict.fromkeys(one.case for one in kept))[:: max(1, 4000 // cases)])
    return rulebook, [one for one in kept if one.case in wanted]


def replayed(old: tuple[Rulebook, Sequence[OldEvent]]) -> float:
    """Old events per second, each case in a store of its own, one process."""
    rulebook, events = old
    until = max(one.received_at for one in events)
    began = time.process_time()
    for case in group(events, lambda one: one.workflow):
        replay(rulebook, case, until, open_memory)
    return len(events) / (time.process_time() - began)


def added(rulebook: Rulebook, hours: float, times: int = 2000) -> float:
    """Sums of open hours per second, from a new instant each time."""
    (calendar,) = rulebook.calendars.values()
    began = time.process_time()
    for one in range(times):
        calendars.add(calendar, START + timedelta(minutes=one), hours * 3600)
    return times / (time.process_time() - began)


def added_plainly(times: int = 100_000) -> float:
    """The limit: wall time, no calendar."""
    began, far = time.process_time(), timedelta(hours=1)
    for one in range(times):
        _ = START + timedelta(minutes=one) + far
    return times / (time.process_time() - began)
