"""Who plays the world in the demo? Customers, drivers, scanners and the people of the desk, all at the HTTP gate."""

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random  # noqa: TID251  # The feed plays the world, and the world is chance; the seed is an argument.

from adapters.cli.demo_agenda import Act, Agenda
from adapters.cli.demo_clock import DayClock
from adapters.cli.demo_day import DESK, Day, Fate, Order, Ticket, Turn
from adapters.cli.demo_gate import Body, Gate, GateClosed

log = logging.getLogger("waybill.demo")

POLL = timedelta(minutes=1)
"""How often somebody looks at the work list, in simulated time."""
POLL_SECONDS_MIN = 0.1
AGENTS = ("8011", "8012", "8013")
WHO = {
    "pickup_clerk": "8011",
    "hub_dispatcher": "zhao_min",
    "hub_manager": "chen_gang",
    "service_manager": "zhou_li",
    "desk_expert": "wang_fang",
}
_NOTES = ("已致电配送员,今晚前送到", "已联系分拨中心,排在下一车", "客户已知晓,同意等候")


@dataclass(slots=True)
class Parcel:
    """What the feed knows of an order it has placed."""

    order: Order | None
    """None: left over from an earlier day."""
    case: str
    number: str
    fate: Fate
    picked: bool = False
    failed: bool = False
    scans: int = 0


class Feed:
    """Plays one day. `run()` returns when the day is over, the daemon is gone, or somebody stopped the agenda."""

    def __init__(self, gate: Gate, clock: DayClock, agenda: Agenda, day: Day, seed: int) -> None:
        self._gate = gate
        self._clock = clock
        self._day = day
        self._dice = Random(f"{seed}/{day.opens:%y%m%d}/feed")  # noqa: S311  # An invented world needs no secrets.
        self._number = itertools.count()
        self._parcels: dict[str, Parcel] = {}
        self._tickets: dict[str, Turn] = {}
        self._seen: set[str] = set()
        self.agenda = agenda
        self.finished = False

    def run(self) -> None:
        """Play until the day ends."""
        try:
            self._pick_up_the_threads()
            for order in self._day.orders:
                self.agenda.at(order.at, partial(self._place, order))
            for ticket in self._day.tickets:
                self.agenda.at(ticket.at, partial(self._report, ticket))
            self.agenda.at(self._day.opens, self._look)
            self.agenda.play(self._day.ends)
            self.finished = True
        except GateClosed:
            if not self.agenda.stopped.is_set():
                log.warning("the gate closed under the feed")
        finally:
            self._gate.close()

    def _in(self, low: float, high: float, act: Act, since: datetime | None = None) -> None:
        """On the agenda some minutes from now (or from `since`)."""
        self.agenda.at((since or self._clock.now()) + timedelta(minutes=self._dice.uniform(low, high)), act)

    def _key(self, text: str) -> str:
        return f"{self._day.opens:%y%m%d}/{text}"

    # Customers

    def _place(self, order: Order) -> None:
        if order.by_phone:
            by = str(order.fields.get("agent_no", AGENTS[0]))
            answer = self._gate.desk(order.key, "shipment", "order_created", by, data=order.fields)
        else:
            answer = self._gate.shop(order.key, placed=order.placed_at, data=order.fields)
        if answer is not None:
            case = str(answer["case"])
            self._parcels[case] = Parcel(order, case, case.partition(":")[2], order.fate)

    def _report(self, ticket: Ticket) -> None:
        answer = self._gate.desk(ticket.key, "ticket", "reported", str(ticket.fields["agent_no"]), data=ticket.fields)
        if answer is not None:
            self._tickets[str(answer["case"])] = ticket.turn
            if ticket.turn is Turn.VIP:
                self._look()

    # Drivers and scanners

    def _scan(self, parcel: Parcel, event: str, *, happened: datetime | None = None, data: Body | None = None) -> None:
        parcel.scans += 1
        key = self._key(f"{parcel.number}/{parcel.scans}")
        at = happened or self._clock.now()
        answer = self._gate.scan(key, event, parcel.number, happened=at, data=data or {})
        if answer is not None and self._dice.random() < 0.05:
            # Feeds repeat themselves; nothing may come of it.
            self._gate.scan(key, event, parcel.number, happened=at, data=data or {})

    def _confirmed(self, parcel: Parcel) -> None:
        """The driver has the order now: what the world makes of it."""
        fate, now = parcel.fate, self._clock.now()
        due = self._due(now)
        match fate:
            case Fate.FAILED_PICKUP if not parcel.failed:
                parcel.failed = True
                self._in(45, 60, lambda: self._scan(parcel, "pickup_failed"))
            case Fate.OVERWEIGHT:
                self._in(40, 55, lambda: self._too_heavy(parcel))
            case Fate.VOIDED:
                self._in(18, 30, lambda: self._void(parcel))
            case Fate.LATE_PICKUP:
                self._in(10, 16, lambda: self._acknowledge(parcel.case, "hub_chain", "zhao_min"), since=due)
                self._in(25, 75, lambda: self._pick_up(parcel), since=due)
            case Fate.LATE_SCAN:
                happened = due - timedelta(minutes=self._dice.uniform(8, 25))
                self._in(8, 22, lambda: self._pick_up(parcel, happened), since=due)
            case Fate.SAME_CITY | Fate.DAMAGED | Fate.DELIVERY_FAILED | Fate.SLOW_DELIVERY:
                self._in(25, 70, lambda: self._pick_up(parcel))
            case _:
                # Ordered in the last hours: fetched tomorrow morning.
                latest = max(30.0, (due - now).total_seconds() / 60 - 12)
                self._in(min(60.0, latest - 5), min(180.0, latest), lambda: self._pick_up(parcel))

    def _due(self, at: datetime) -> datetime:
        local = at.astimezone(self._day.opens.tzinfo)
        return local.replace(hour=15 if local.hour < 11 else 18, minute=0, second=0, microsecond=0)

    def _pick_up(self, parcel: Parcel, happened: datetime | None = None) -> None:
        parcel.picked = True
        data = {"waybill_no": f"755{parcel.number}", "hub": "深圳南山站"}
        self._scan(parcel, "picked_up", happened=happened, data=data)
        quick = parcel.fate in (Fate.SAME_CITY, Fate.DAMAGED, Fate.DELIVERY_FAILED, Fate.SLOW_DELIVERY)
        self._in(*((15, 30) if quick else (40, 150)), lambda: self._depart(parcel))

    def _depart(self, parcel: Parcel) -> None:
        lag = timedelta(minutes=self._dice.uniform(15, 45)) if self._dice.random() < 0.25 else timedelta()
        self._scan(parcel, "departed", happened=self._clock.now() - lag, data={"hub": "深圳分拨"})
        if parcel.fate is Fate.SLOW_DELIVERY:
            self._in(420, 440, lambda: self._out(parcel))
        elif parcel.fate in (Fate.SAME_CITY, Fate.DAMAGED, Fate.DELIVERY_FAILED):
            self._in(25, 60, lambda: self._out(parcel))
        else:
            self._in(90, 240, lambda: self._scan(parcel, "arrived", data={"hub": "东莞分拨"}))

    def _out(self, parcel: Parcel) -> None:
        self._scan(parcel, "out_for_delivery")
        if parcel.fate is Fate.DELIVERY_FAILED and not parcel.failed:
            parcel.failed = True
            self._in(30, 50, lambda: self._scan(parcel, "delivery_failed"))
        else:
            self._in(25, 80, lambda: self._sign(parcel))

    def _sign(self, parcel: Parcel) -> None:
        self._scan(parcel, "signed")
        if parcel.fate is Fate.DAMAGED:
            self._in(30, 50, lambda: self._say(parcel.case, "damaged", "8012"))

    def _too_heavy(self, parcel: Parcel) -> None:
        self._scan(parcel, "pickup_failed", data={"weight_kg": 1260})
        self._in(10, 15, lambda: self._acknowledge(parcel.case, "hub_chain", "zhao_min"))
        self._in(75, 85, lambda: self._say(parcel.case, "resolved", "zhao_min"))
        self._in(100, 140, lambda: self._pick_up(parcel))

    # The people

    def _say(self, case: str, event: str, by: str, data: Body | None = None) -> bool:
        key = self._key(f"{case}/{event}/{next(self._number)}")
        return self._gate.desk(key, case.partition(":")[0], event, by, case=case, data=data) is not None

    def _void(self, parcel: Parcel) -> None:
        self._say(parcel.case, "order_cancelled", "8012")

    def _acknowledge(self, case: str, chain: str, by: str) -> None:
        self._gate.acknowledge(case, chain, by)

    def _look(self) -> None:
        """Read the work list, and decide who does what when."""
        for task in self._gate.tasks():
            if task["id"] not in self._seen:
                self._seen.add(task["id"])
                self._take_on(task)
        pause = max(POLL, timedelta(seconds=POLL_SECONDS_MIN * self._clock.speed))
        self.agenda.at(self._clock.now() + pause, self._look)

    def _take_on(self, task: Body) -> None:
        low, high, work = self._plan(task)
        if work is None:
            return
        now = self._clock.now()
        since = now if task["kind"] == "call" else max(now, self._day.at(DESK[0]))
        when = since + timedelta(minutes=self._dice.uniform(low, high))
        if task["kind"] != "call" and when > self._day.at(DESK[1]) + timedelta(minutes=20):
            return  # Nobody is at the desk; it is found tomorrow.
        by = WHO.get(task["role"]) or self._dice.choice(AGENTS)
        self.agenda.at(since + (when - since) * 0.4, lambda: self._gate.claim(task["id"], by))
        self.agenda.at(when, lambda: work(by))

    def _plan(self, task: Body) -> tuple[float, float, Callable[[str], object] | None]:
        """Minutes from, minutes to, and what is then done; None: it is left lying."""
        asks, case = task["asks"], task["case"]
        if task["kind"] == "call":
            result = "told" if self._dice.random() < 0.85 else "away"
            return 1.5, 6, lambda by: self._finish(task, by, result, note=f"{self._local():%H:%M}已口头通知" if result == "told" else "")
        if "order_confirmed" in asks:
            return self._plan_review(task)
        if "pickup_promised" in asks:
            ignored = self._dice.random() < 0.15
            return 4, 18, None if ignored else lambda by: self._promise(task, by)
        if "first_reply" in asks:
            return self._plan_ticket(task, self._tickets.setdefault(case, Turn.ANSWERED))
        if "rescheduled" in asks:
            return 6, 14, lambda by: self._reschedule(task, by)
        if "picked_up" in asks:
            known = self._parcels.get(case)
            return 10, 25, None if known and known.picked else lambda by: self._finish(task, by, "picked_up")
        if "customer_replied" in asks:
            return 10, 40, lambda by: self._finish(task, by, "customer_replied")
        if asks:
            return 15, 40, lambda by: self._finish(task, by, asks[0])
        return 5, 15, lambda by: self._finish(task, by, "", note=self._dice.choice(_NOTES))

    def _plan_review(self, task: Body) -> tuple[float, float, Callable[[str], object]]:
        case = task["case"]
        parcel = self._parcels.setdefault(case, Parcel(None, case, case.partition(":")[2], Fate.PLAIN))
        if parcel.fate is Fate.CANCELLED:
            return 8, 14, lambda by: self._finish(task, by, "order_cancelled", note="客户不发了")
        times = {Fate.NEGLECTED: (36.0, 42.0)}.get(parcel.fate, (1.0, 3.5) if parcel.order and parcel.order.by_phone else (5.0, 19.0))

        def confirm(by: str) -> None:
            if self._finish(task, by, "order_confirmed"):
                self._confirmed(parcel)

        return *times, confirm

    def _promise(self, task: Body, by: str) -> None:
        if not self._finish(task, by, "pickup_promised", note="提货人说下午到"):
            # The scan was faster than the phone: then the driver says that he has it.
            self._finish(task, by, "picked_up", note="已提")

    def _reschedule(self, task: Body, by: str) -> None:
        tomorrow = (self._day.at(DESK[1]) + timedelta(days=1)).replace(minute=0)
        if self._finish(task, by, "rescheduled", note="收货人改约", data={"due_delivery": tomorrow.isoformat()}):
            parcel = self._parcels.get(task["case"])
            if parcel is not None:
                self._in(60, 120, lambda: self._out(parcel))

    def _plan_ticket(self, task: Body, turn: Turn) -> tuple[float, float, Callable[[str], object]]:
        case = task["case"]
        match turn:
            case Turn.AT_ONCE:
                return 3, 9, lambda by: self._finish(task, by, "solved") and self._close(case)
            case Turn.VIP:
                return 0.2, 0.5, lambda by: self._finish(task, by, "escalated") and self._solve(case, 145, 160)
            case Turn.WAITING:
                return 4, 10, lambda by: self._finish(task, by, "first_reply") and self._wait_for_customer(case)
            case Turn.ESCALATED:
                return 4, 10, lambda by: self._finish(task, by, "first_reply") and self._hand_up(case)
            case Turn.NEGLECTED:
                return 21, 26, lambda by: self._finish(task, by, "first_reply") and self._solve(case, 30, 60)
            case _:
                return 4, 11, lambda by: self._finish(task, by, "first_reply") and self._solve(case, 30, 120)

    def _solve(self, case: str, low: float, high: float) -> bool:
        self._in(low, high, lambda: self._say(case, "solved", "8013") and self._close(case))
        return True

    def _close(self, case: str) -> bool:
        """Most customers say that they agree; the others are closed by the clock tomorrow."""
        if self._dice.random() < 0.7:
            self._in(15, 50, lambda: self._say(case, "confirmed", "8013"))
        return True

    def _wait_for_customer(self, case: str) -> bool:
        self._in(6, 12, lambda: self._say(case, "asked_customer", "8012"))
        self._in(80, 170, lambda: self._say(case, "customer_replied", "8012") and self._solve(case, 25, 50))
        return True

    def _hand_up(self, case: str) -> bool:
        self._in(12, 20, lambda: self._say(case, "escalated", "8011"))
        return self._solve(case, 90, 130)

    def _finish(self, task: Body, by: str, result: str, note: str = "", data: Body | None = None) -> bool:
        return self._gate.finish(task["id"], by, result=result, note=note, data=data) is not None

    def _local(self) -> datetime:
        return self._clock.now().astimezone(self._day.opens.tzinfo)

    # What earlier days left behind

    def _pick_up_the_threads(self) -> None:
        opens = self._day.opens
        for row in self._gate.cases("shipment"):
            parcel = Parcel(None, row["id"], row["names"]["order_no"], Fate.PLAIN, failed=True)
            self._parcels[parcel.case] = parcel
            match row["state"]:
                case "dispatched":
                    self._in(15, 110, partial(self._pick_up, parcel), since=opens)
                case "picked_up" | "in_transit":
                    self._in(30, 240, partial(self._out, parcel), since=opens)
                case "out_for_delivery":
                    self._in(40, 200, partial(self._sign, parcel), since=opens)
                case "exception":
                    self._in(45, 120, partial(self._out, parcel), since=opens)
                case _:
                    pass
        for row in self._gate.cases("ticket"):
            self._resume_ticket(row["id"], row["state"])

    def _resume_ticket(self, case: str, state: str) -> None:
        opens = self._day.opens
        match state:
            case "solved":
                self._in(60, 200, lambda: self._say(case, "confirmed", "8013"), since=opens)
            case "waiting_customer":
                self._in(60, 150, lambda: self._say(case, "customer_replied", "8012") and self._solve(case, 20, 40), since=opens)
            case "line_1" | "line_2" | "line_3":
                self._in(50, 180, lambda: self._say(case, "solved", "8013") and self._close(case), since=opens)
            case _:
                pass
