"""What is the world of the fortnight like? Its rulebook, its people, its customers, and what befalls each parcel, all from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from adapters.files.rules import read_rules, shipped_rules_dir
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook

LOCAL = timezone(timedelta(hours=8))
DAYS = 14
START = datetime(2026, 9, 7, tzinfo=LOCAL).astimezone(UTC)
END = START + timedelta(days=DAYS)

STORM_CITY = "深圳"
"""The shipped rulebook declares the typhoon over it: 2026-09-16 12:00 to 09-18 08:00."""
STORM = (datetime(2026, 9, 16, 12, tzinfo=LOCAL), datetime(2026, 9, 18, 8, tzinfo=LOCAL))
CLOSED_HUB = "武汉"
CLOSURE = (datetime(2026, 9, 10, 8, tzinfo=LOCAL), datetime(2026, 9, 11, 20, tzinfo=LOCAL))
LATE_FEED_DAY = datetime(2026, 9, 14, tzinfo=LOCAL).date()
LATE_FEED = timedelta(hours=6)
SILENCE = (datetime(2026, 9, 12, 10, tzinfo=LOCAL), datetime(2026, 9, 12, 13, tzinfo=LOCAL))
OUTAGE = (datetime(2026, 9, 9, 10, tzinfo=LOCAL), datetime(2026, 9, 9, 11, tzinfo=LOCAL))

CITIES = {STORM_CITY: 24, "广州": 18, "上海": 16, "北京": 12, "杭州": 10, "成都": 8, CLOSED_HUB: 7, "西安": 5}
DISTRICTS = ("东区", "西区")
HOURS = (1, 1, 1, 1, 1, 2, 4, 10, 30, 55, 60, 50, 30, 40, 55, 55, 50, 40, 25, 15, 12, 9, 5, 3)
"""Orders by hour of the local day, in proportion: few at night, peaks at ten and three."""

FATES = {
    "plain": 790, "pickup_fails": 50, "delivery_fails": 60, "rejected": 20, "cancelled_unconfirmed": 10, "cancelled": 20,
    "lost": 5, "damaged": 12, "not_received": 13, "stuck": 20,
}  # fmt: skip
"""Of a thousand shipments. `stuck`: no scan for more than two days."""

CLOSURE_RULE = """
  - label: 武汉分拨关停
    if: {destination: 武汉}
    from: 2026-09-10 08:00
    until: 2026-09-11 20:00
    pauses: [delivery_deadline, lane_deadline, no_news]
"""


def rulebook_files() -> dict[str, str]:
    """The shipped rulebook with two additions: the closed hub, and as many people as so many parcels need."""
    files = dict(read_rules(shipped_rules_dir()))
    people, areas = [], []
    for place, city in enumerate(CITIES):
        dispatcher, boss = f"dispatch_{place}", f"hub_{place // 2}"
        people.append(f"  {dispatcher}: {{name: 调度{place}, phone: 1390001{place:04d}}}")
        if place % 2 == 0:
            people.append(f"  {boss}: {{name: 经理{place // 2}, phone: 1390002{place:04d}}}")
        for number, district in enumerate(DISTRICTS):
            clerk = f"clerk_{place}_{number}"
            people.append(f"  {clerk}: {{name: 司机{place}{number}, phone: 1390003{place * 10 + number:04d}}}")
            areas.append(f"      - {{city: {city}, district: {district}, clerk: {clerk}, dispatcher: {dispatcher}, hub_manager: {boss}}}")
    text = _after(files["rules/contacts.yaml"], "people:\n", "\n".join(people) + "\n")
    text = _after(text, "- {city: 深圳, district: 南山", "", before="\n".join(areas).strip() + "\n      ")
    files["rules/contacts.yaml"] = text
    files["rules/calendars.yaml"] = files["rules/calendars.yaml"].rstrip("\n") + CLOSURE_RULE
    return files


def _after(text: str, mark: str, more: str, before: str = "") -> str:
    assert text.count(mark) == 1, mark
    return text.replace(mark, before + mark + more)


def the_rulebook() -> Rulebook:
    """Compiled; an error in it is an error of this test."""
    result = compile_rulebook(rulebook_files())
    assert result.rulebook is not None, [f"{one.span} {one.zh}" for one in result.diagnostics]
    return result.rulebook


@dataclass(frozen=True, slots=True)
class Happened:
    """What truly happened to a case, and when our desk heard of it."""

    event: str
    at: datetime
    heard_at: datetime
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Shipment:
    """One parcel: what its customer ordered, and what is going to befall it."""

    number: int
    customer: int
    city: str
    district: str
    destination: str
    ordered_at: datetime
    due: datetime | None
    fate: str
    chance: Random
    case: str = ""
    plan: int = 0
    """Grows when the future is planned anew; what belongs to an older plan does not happen."""
    fails: int = 0

    @property
    def phone(self) -> str:
        return f"137{self.customer:08d}"

    def order(self) -> dict[str, object]:
        """The order as it is handed in."""
        chance = self.chance
        data: dict[str, object] = {
            "source": chance.choices(["web", "phone", "api"], [30, 60, 10])[0], "city": self.city, "district": self.district,
            "pickup_address": f"{self.district}某路{self.number}号", "shipper_name": f"客{self.customer}"[:6], "shipper_phone": self.phone,
            "goods": "配件", "pieces": chance.randint(1, 20), "weight_kg": chance.randint(1, 900), "destination": self.destination,
            "consignee_name": "收货", "consignee_phone": f"136{self.number:08d}", "pay_by": chance.choice(["现付", "到付", "月结"]),
        }  # fmt: skip
        if self.due is not None:
            data["due_delivery"] = self.due.isoformat()
        return data


def local(at: datetime, hour: float, days: int = 0) -> datetime:
    """An hour of the local day of an instant, or of a day after it."""
    day = at.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=days, hours=hour)).astimezone(UTC)


def whole(at: datetime) -> datetime:
    """Whole seconds: feeds and people know no finer ones."""
    return at.replace(microsecond=0)


def shipments(seed: int, count: int) -> list[Shipment]:
    """So many orders over the fortnight, oldest first; a customer owns three parcels on average, some own many."""
    chance = Random(f"{seed}/orders")
    customers = max(1, count // 3)
    found = []
    for number in range(count):
        day, hour = chance.randrange(DAYS), chance.choices(range(24), HOURS)[0]
        ordered = START + timedelta(days=day, hours=hour, seconds=chance.randrange(3600))
        city = chance.choices(list(CITIES), list(CITIES.values()))[0]
        target = chance.choices([one for one in CITIES if one != city], [w for one, w in CITIES.items() if one != city])[0]
        due = local(ordered, 18, chance.choices([2, 3, 4], [20, 60, 20])[0]) if chance.random() > 0.12 else None
        customer = int(customers * chance.random() ** 2)
        fate = chance.choices(list(FATES), list(FATES.values()))[0]
        found.append(
            Shipment(number, customer, city, chance.choice(DISTRICTS), target, ordered, due, fate, Random(f"{seed}/parcel/{number}"))
        )
    return sorted(found, key=lambda one: (one.ordered_at, one.number))


def road(parcel: Shipment, loaded_at: datetime) -> list[tuple[datetime, str]]:
    """The way from the loading to the door, with the storm and the closed hub in it; some scans are never made."""
    chance = parcel.chance
    left = loaded_at + timedelta(hours=chance.uniform(1, 4))
    if parcel.fate == "stuck":
        left += timedelta(hours=chance.uniform(50, 70))
    left = _held_up(parcel, left)
    arrived = _held_up(parcel, left + timedelta(hours=chance.lognormvariate(2.7, 0.35)))
    out = _held_up(parcel, local(arrived, chance.uniform(8, 10), 0 if arrived < local(arrived, 7) else 1))
    signed = _held_up(parcel, out + timedelta(hours=chance.uniform(0.5, 8)))
    way = [(left, "departed"), (arrived, "arrived"), (out, "out_for_delivery"), (signed, "signed")]
    if chance.random() < 0.05:
        way.pop(chance.choice([0, 1, 2]))
    return [(whole(at), event) for at, event in way]


def _held_up(parcel: Shipment, at: datetime) -> datetime:
    for concerned, (since, until) in ((parcel.city == STORM_CITY, STORM), (parcel.destination == CLOSED_HUB, CLOSURE)):
        if concerned and since <= at < until:
            at = until.astimezone(UTC) + timedelta(hours=parcel.chance.uniform(0.5, 10))
    return at


def heard_at(chance: Random, at: datetime) -> datetime:
    """When the feed delivers a scan: minutes later, sometimes hours; six hours on the bad day; nothing during its silence."""
    heard = at + timedelta(minutes=min(chance.lognormvariate(2.0, 1.1), 240))
    if at.astimezone(LOCAL).date() == LATE_FEED_DAY:
        heard = at + LATE_FEED
    if SILENCE[0] <= heard < SILENCE[1]:
        heard = SILENCE[1].astimezone(UTC) + timedelta(seconds=chance.randrange(1, 600))
    return whole(heard)
