"""What happens on one invented day at the desk? Orders and tickets drawn from a seed; pure, nothing is sent from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random  # noqa: TID251  # The feed plays the world, and the world is chance; the seed is an argument.
from zoneinfo import ZoneInfo

OPENS = time(8, 0)
ENDS = time(20, 30)
DESK = (time(8, 30), time(17, 0))
OUTAGE = (time(10, 30), time(11, 10))
"""No text message gets through: R19 and R20 are at work."""


class Fate(StrEnum):
    """What becomes of an order."""

    PLAIN = "plain"
    SAME_CITY = "same_city"
    SLOW_DELIVERY = "slow_delivery"
    LATE_PICKUP = "late_pickup"
    LATE_SCAN = "late_scan"
    """Picked up in time; the scan is heard after the deadline."""
    FAILED_PICKUP = "failed_pickup"
    OVERWEIGHT = "overweight"
    DAMAGED = "damaged"
    DELIVERY_FAILED = "delivery_failed"
    CANCELLED = "cancelled"
    """The customer gives up when phoned."""
    VOIDED = "voided"
    """The customer gives up after the driver was told."""
    NEGLECTED = "neglected"
    """Nobody phones the customer in time."""


class Turn(StrEnum):
    """What becomes of a ticket."""

    ANSWERED = "answered"
    AT_ONCE = "at_once"
    WAITING = "waiting"
    ESCALATED = "escalated"
    VIP = "vip"
    NEGLECTED = "neglected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as the world gives it."""

    key: str
    at: datetime
    """When the desk hears of it."""
    placed_at: datetime
    """When the customer placed it; earlier than `at` for what a web shop kept over night."""
    by_phone: bool
    fate: Fate
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One customer who comes with a question."""

    key: str
    at: datetime
    turn: Turn
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The whole script."""

    opens: datetime
    ends: datetime
    orders: Sequence[Order]
    tickets: Sequence[Ticket]

    def at(self, clock: time) -> datetime:
        """An hour of this day."""
        return datetime.combine(self.opens.date(), clock, self.opens.tzinfo)


_SPECIAL = (
    (time(8, 33), Fate.DAMAGED), (time(8, 41), Fate.LATE_SCAN), (time(8, 52), Fate.LATE_PICKUP), (time(9, 4), Fate.OVERWEIGHT),
    (time(9, 13), Fate.NEGLECTED), (time(9, 21), Fate.FAILED_PICKUP), (time(9, 34), Fate.CANCELLED), (time(9, 48), Fate.SLOW_DELIVERY),
    (time(10, 8), Fate.DELIVERY_FAILED), (time(10, 26), Fate.LATE_SCAN), (time(10, 34), Fate.PLAIN), (time(10, 39), Fate.SAME_CITY),
    (time(10, 44), Fate.VOIDED), (time(10, 52), Fate.PLAIN), (time(11, 36), Fate.LATE_PICKUP), (time(13, 47), Fate.NEGLECTED),
)  # fmt: skip
_WEB = frozenset({Fate.NEGLECTED, Fate.CANCELLED})
"""Nobody forgets the customer on the line."""
_TURNS = (
    (time(8, 47), Turn.AT_ONCE), (time(9, 26), Turn.ANSWERED), (time(9, 52), Turn.VIP), (time(10, 18), Turn.WAITING),
    (time(11, 24), Turn.NEGLECTED), (time(13, 38), Turn.ESCALATED), (time(14, 12), Turn.AT_ONCE), (time(14, 55), Turn.WAITING),
    (time(15, 41), Turn.ANSWERED),
)  # fmt: skip
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GOODS = ("配件", "服装", "电子元件", "图书", "灯具", "五金", "茶叶", "样品", "打印机", "家纺", "机械零件", "食品")
_PLACES = (("深圳", "南山", "科技园北区"), ("深圳", "福田", "车公庙工业区"), ("深圳", "宝安", "西乡固戍"), ("深圳", "龙岗", "坂田"), ("杭州", "余杭", "五常大道"))  # fmt: skip
_FAR = ("杭州", "上海", "北京", "成都", "武汉", "西安", "南京", "长沙")


def draw_day(opens: datetime, seed: int, ends: time = ENDS, *, quiet: bool = False) -> Day:
    """The script of the day that opens at `opens` (aware, on the rulebook's wall clock); the same seed and day, the same script.

    `quiet`: only the orders with a story of their own.
    """
    dice = Random(f"{seed}/{opens:%y%m%d}")  # noqa: S311  # Nothing is secret about an invented order.
    moments = [(_jitter(opens, clock, dice), fate) for clock, fate in _SPECIAL]
    moments += [(opens + timedelta(minutes=number * 2), Fate.PLAIN) for number in range(4)]
    for hour, count in ((8, 2), (9, 2), (11, 3), (13, 4), (14, 5), (15, 4), (16, 3), (18, 1), (19, 2)):
        for _ in range(0 if quiet else count):
            minute = dice.uniform(31 if hour == 8 else 0, 59)
            fate = Fate.SAME_CITY if hour < 15 and dice.random() < 0.45 else Fate.PLAIN
            moments.append((opens.replace(hour=hour, minute=0) + timedelta(minutes=minute), fate))
    moments.sort(key=lambda moment: moment[0])
    orders = [_order(number, at, fate, opens, dice) for number, (at, fate) in enumerate(moments, start=1)]
    tickets = [_ticket(number, _jitter(opens, clock, dice), turn, dice) for number, (clock, turn) in enumerate(_TURNS, start=1)]
    return Day(opens=opens, ends=datetime.combine(opens.date(), ends, opens.tzinfo), orders=orders, tickets=tickets)


def next_workday(after: datetime | None, zone: str, first: date = date(2026, 11, 23)) -> datetime:
    """Opening time of the first Monday to Friday that begins after `after`; `first` for a new database."""
    day = first
    if after is not None:
        local = after.astimezone(ZoneInfo(zone))
        day = max(first, local.date() + timedelta(days=0 if local.time() < OPENS else 1))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, ZoneInfo(zone))


def _jitter(opens: datetime, clock: time, dice: Random) -> datetime:
    return datetime.combine(opens.date(), clock, opens.tzinfo) + timedelta(minutes=dice.uniform(-2, 2))


def _order(number: int, at: datetime, fate: Fate, opens: datetime, dice: Random) -> Order:
    over_night = at < opens + timedelta(minutes=10)
    desk_closed = at.time() < DESK[0] or at.time() >= DESK[1]
    by_phone = fate not in _WEB and not desk_closed and dice.random() < 0.6
    placed = (
        opens - timedelta(minutes=dice.uniform(30, 600)) if over_night else at - timedelta(seconds=0 if by_phone else dice.uniform(5, 40))
    )
    return Order(
        key=f"{opens:%y%m%d}-{number}", at=at, placed_at=placed, by_phone=by_phone, fate=fate,
        fields=_fields(at, fate, by_phone, dice),
    )  # fmt: skip


def _fields(at: datetime, fate: Fate, by_phone: bool, dice: Random) -> dict[str, object]:
    city, district, street = dice.choice(_PLACES)
    near = fate in (Fate.SAME_CITY, Fate.DAMAGED, Fate.DELIVERY_FAILED, Fate.SLOW_DELIVERY)
    fields: dict[str, object] = {
        "source": "phone" if by_phone else "web", "city": city, "district": district,
        "pickup_address": f"{street}{dice.randint(1, 60)}号", "shipper_phone": _phone(dice), "goods": dice.choice(_GOODS),
        "pieces": dice.randint(1, 40), "weight_kg": 1260 if fate is Fate.OVERWEIGHT else dice.randint(3, 480),
        "destination": city if near else dice.choice(_FAR), "consignee_name": _name(dice), "consignee_phone": _phone(dice),
        "pay_by": dice.choice(("现付", "到付", "月结")),
    }  # fmt: skip
    if dice.random() < 0.85:
        fields["shipper_name"] = _name(dice)
    if dice.random() < 0.3:
        fields["pickup_fee"] = dice.choice((50, 80, 100))
    if by_phone:
        fields["agent_no"] = dice.choice(("8011", "8012", "8013"))
    due = at.replace(hour=13, minute=0, second=0, microsecond=0) if fate is Fate.SLOW_DELIVERY else _due_delivery(at, near, dice)
    if due is not None:
        fields["due_delivery"] = due.isoformat()
    return fields


def _due_delivery(at: datetime, near: bool, dice: Random) -> datetime | None:
    if near:
        return at.replace(hour=20, minute=0, second=0, microsecond=0)
    promised = at.replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=dice.choice((1, 2, 3)))
    return promised if dice.random() < 0.7 else None


def _ticket(number: int, at: datetime, turn: Turn, dice: Random) -> Ticket:
    topic = {Turn.AT_ONCE: "咨询", Turn.VIP: "丢损", Turn.WAITING: "丢损", Turn.ESCALATED: "退货"}.get(turn, "延误")
    fields: dict[str, object] = {
        "topic": topic, "channel": dice.choice(("phone", "web", "wechat")), "customer_name": _name(dice), "customer_phone": _phone(dice),
        "customer_tier": "VIP" if turn is Turn.VIP else "普通", "agent_no": dice.choice(("8011", "8012", "8013")),
    }  # fmt: skip
    if turn is Turn.VIP:
        fields["claim_amount"] = 8000
    return Ticket(key=f"{at:%y%m%d}-t{number}", at=at, turn=turn, fields=fields)


def _name(dice: Random) -> str:
    return dice.choice(_SURNAMES) + dice.choice(("先生", "小姐", "女士"))


def _phone(dice: Random) -> str:
    return f"1{dice.choice(('38', '39', '59', '86', '77'))}{dice.randint(0, 99_999_999):08d}"
