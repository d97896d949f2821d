"""What do the papers of a case say? As the stores keep them, in plain loops, for the second opinion of `recount.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from engine.model.rulebook import Rulebook

Number = int | Fraction | None
Bag = dict[str, Any]
Key = tuple[str, ...]


@dataclass
class Papers:
    """One case as the stores keep it."""

    case: Any
    journal: list[Any]
    sent: list[Any] = field(default_factory=list)
    attempts: dict[str, list[Any]] = field(default_factory=dict)
    tasks: list[Any] = field(default_factory=list)
    private: Mapping[str, str] = field(default_factory=dict)
    shipment: Any = None


@dataclass
class Thing:
    """Something that counts: when, under what, how much."""

    at: datetime
    of: Papers
    sums: Bag
    own: dict[str, str] = field(default_factory=dict)


def papers(stores: Any) -> list[Papers]:
    """Everything in the stores, case by case."""
    directory, found = stores.directory, []
    for row in directory.cases(limit=100_000):
        sent = list(directory.sent(row.id))
        found.append(
            Papers(
                row, sorted(directory.journal(row.id), key=lambda one: one.revision), sent,
                {one.effect_id: list(stores.providers.of_effect(one.effect_id)) for one in sent},
                list(stores.worklist.tasks(case=row.id, limit=10_000)), directory.private(row.id),
            )
        )  # fmt: skip
    for one in found:
        number = one.case.fields.get("waybill_no")
        if one.case.workflow != "shipment" and number:
            one.shipment = next((two.case for two in found if two.case.workflow == "shipment" and number in two.case.names.values()), None)
    return found


# --- one case --------------------------------------------------------------------------------------------------------------------


def events(one: Papers) -> list[Any]:
    """What happened and stands, in order of time."""
    rows = [row for row in one.journal if row.kind == "happened" and row.outcome.value != "unknown_event"]
    gone = []
    for row in rows:
        if row.name != "retracted":
            continue
        candidates = [
            two for two in rows
            if two.revision < row.revision and two not in gone
            and (two.event_id == row.extra["retracts_id"] if row.extra.get("retracts_id") else two.name == row.extra.get("retracts", ""))
        ]  # fmt: skip
        if candidates:
            gone.append(sorted(candidates, key=lambda two: (two.occurred_at, two.revision))[-1])
    return sorted([row for row in rows if row not in gone and row.name != "retracted"], key=lambda row: (row.occurred_at, row.revision))


def begun(one: Papers) -> datetime:
    return one.journal[0].occurred_at


def first_into(book: Rulebook, one: Papers, states: Sequence[str]) -> Any:
    workflow = book.workflows[one.case.workflow]
    marks = [name for milestone in workflow.milestones if milestone.state in states for name in milestone.events]
    for row in events(one):
        if row.name in marks or (row.state_after in states and row.state_before not in states):
            return row
    return None


def ends(book: Rulebook, one: Papers) -> list[str]:
    return [name for name, state in book.workflows[one.case.workflow].states.items() if state.final or name in ("solved", "resolved")]


def solving(book: Rulebook, one: Papers) -> Any:
    return first_into(book, one, ends(book, one))


def reopened(book: Rulebook, one: Papers) -> int:
    over = ends(book, one)
    return int(any(row.state_before in over and row.state_after not in over for row in events(one)))


def complained(book: Rulebook, one: Papers) -> int:
    if one.case.workflow != "ticket" or one.case.fields.get("topic") in ("咨询", "查询"):
        return 0
    ways = {*book.workflows["ticket"].start_events, "opened_again"}
    return int(any(row.name in ways and not row.source.startswith("case/") for row in events(one)))


TROUBLES = (
    "pickup_failed", "delivery_failed", "damaged", "lost", "missent", "rejected", "not_received", "no_news", "weather_delay", "delayed",
)  # fmt: skip


def troubles(one: Papers) -> set[str]:
    return {row.name for row in events(one) if row.name in TROUBLES}


def lates(one: Papers, policy: str) -> list[str]:
    """Due times of recorded lateness nobody took back."""
    found: list[str] = []
    for row in one.journal:
        for note in row.notes:
            if note.subject != policy:
                continue
            if note.kind == "late":
                found.append(note.detail.split(" ")[1])
            if note.kind in ("corrected", "late_withdrawn") and found:
                del found[-1]
    return found


def verdict(one: Papers, clock: Any) -> str:
    said = str(clock.verdict.value)
    return "late" if said == "running" and clock.due and clock.due.isoformat() in lates(one, clock.policy) else said


def judged(one: Papers, clock: Any) -> Bag:
    said = verdict(one, clock)
    bag: Bag = {
        "clocks": 1, said: 1, "kept": int(said.startswith("met")), "judged": int(said.startswith("met") or said == "late"),
        "earlier_late": max(0, len(lates(one, clock.policy)) - int(said == "late")),
    }  # fmt: skip
    if said == "late" and clock.due and clock.stopped_at:
        bag["late_s"], bag["late_n"] = whole(clock.stopped_at - clock.due), 1
    return bag


def promises(book: Rulebook, state: str) -> list[str]:
    """Policies that stop on entering it, as their text says: `stops: {enters: STATE}`."""
    return [name for name, policy in book.policies.items() if any(getattr(mark, "state", None) == state and type(mark).__name__ == "Enters" for mark in policy.stops)]  # fmt: skip


def whole(length: timedelta) -> int:
    return round(length.total_seconds())


def hand(row: Any) -> str:
    return str(row.source)[5:] if row.source.startswith("hand/") else "system"


def amount(text: str | None) -> Fraction:
    try:
        return Fraction(text or "0")
    except ValueError:
        return Fraction(0)
