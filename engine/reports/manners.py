"""How much did we ask of each person? Messages per person and day, and what was held back, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.core.route import resolve
from engine.model.rulebook import Rulebook
from engine.ports.directory import SentRow

AUDIENCES = ("customer", "staff")
CALLS = "phone"
"""A call is made by a person and never capped: it is no message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What one case had to say, and what is needed to know to whom."""

    fields: Mapping[str, str]
    """Public fields as they stand, for look-ups of roles."""
    private: Mapping[str, str]
    """Personal fields: a customer is told apart by the number."""
    sent: Sequence[SentRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class MannersLine:
    """Customers, or staff."""

    audience: str
    people: int
    messages: int
    most_per_day: int
    """The most that one person got on one local day."""
    p95_per_day: int
    """Of all days on which a person got anything: 95 of 100 had at most this (nearest rank)."""
    most_per_hour: int
    """The most that one person got within any hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    lines: tuple[MannersLine, ...]
    suppressed: Mapping[str, int] = field(default_factory=dict)
    """Reason -> messages that were issued and did not leave, most frequent first."""


def manners(rulebook: Rulebook, cases: Iterable[Letters]) -> Manners:
    """A fold over what left, case by case. A group that left as one sending counts once.

    Roles are resolved by the rules and fields in force now, as of the instant of the sending.
    """
    sendings: dict[str, set[tuple[str, datetime, str, str]]] = {audience: set() for audience in AUDIENCES}
    suppressed: Counter[str] = Counter()
    for letters in cases:
        for row in letters.sent:
            if row.status == "dropped":
                suppressed[row.why or "?"] += 1
            elif row.sent_at is not None and row.channel != CALLS and row.kind == "message":
                audience, people = _people(rulebook, letters, row, row.sent_at)
                # A row that was carried by another has its instant and its text: one sending, one entry.
                sendings[audience] |= {(f"{person}", row.sent_at, row.message or "", f"{row.channel} {row.masked}") for person in people}
    zone = ZoneInfo(rulebook.timezone)
    return Manners(
        lines=tuple(_line(audience, [(person, at) for person, at, _, _ in sendings[audience]], zone) for audience in AUDIENCES),
        suppressed=dict(suppressed.most_common()),
    )


def _people(rulebook: Rulebook, letters: Letters, row: SentRow, at: datetime) -> tuple[str, list[str]]:
    to = row.to or ""
    if to not in rulebook.contacts.roles:
        return "customer", [letters.private.get(to) or letters.fields.get(to) or to]
    found = resolve(rulebook.contacts, rulebook.calendars, to, {**letters.fields, **letters.private}, at)
    return "staff", [person.id for person in found.people]


def _line(audience: str, sendings: Sequence[tuple[str, datetime]], zone: ZoneInfo) -> MannersLine:
    days: Counter[tuple[str, date]] = Counter((person, at.astimezone(zone).date()) for person, at in sendings)
    by_person: dict[str, list[float]] = {}
    for person, at in sendings:
        by_person.setdefault(person, []).append(at.timestamp())
    counts = sorted(days.values())
    return MannersLine(
        audience=audience, people=len(by_person), messages=len(sendings), most_per_day=counts[-1] if counts else 0,
        p95_per_day=counts[-(-95 * len(counts) // 100) - 1] if counts else 0,
        most_per_hour=max((_most_within(sorted(instants), 3600) for instants in by_person.values()), default=0),
    )  # fmt: skip


def _most_within(instants: Sequence[float], seconds: float) -> int:
    first = most = 0
    for last, at in enumerate(instants):
        while instants[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
