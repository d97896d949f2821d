"""How do the providers fare? Per connection: how often it was asked, how fast and how it answered, its breaker, receipts, money."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from engine.model.connection import Connection
from engine.model.receipt import Verdict
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Attempt, AttemptCount, Circuit, CircuitState, ProviderBook

RATE_WINDOW = timedelta(minutes=10)
SPEED_WINDOW = timedelta(hours=1)
LATELY_MAX = 1000
"""So many of the latest attempts tell the rate and the speed of a connection."""
DAY = timedelta(hours=24)
NO_ANSWER_YET = "no_answer_yet"


@dataclass(frozen=True, slots=True)
class Left:
    """How often one number, or all together, may still be reached through a connection."""

    written: str
    used: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLine:
    """One connection, as it stands."""

    connection: str
    label: str
    type: str
    channel: str
    state: CircuitState
    since: datetime | None
    """When its breaker last changed."""
    reason: str
    by: str
    asked: int
    """Requests in the last 24 hours."""
    per_minute: float
    """Over the last ten minutes."""
    p95_seconds: float | None
    """Of the answers of the last hour; None: nothing was answered."""
    answers: Mapping[str, int]
    """Verdict -> number, in the last 24 hours; a receipt counts for the answer before it."""
    errors: Mapping[str, int]
    """`verdict/reason code`, the most frequent first."""
    in_hand: int
    """Asked within the last minute and not answered yet."""
    outstanding: int
    """Accepted within the last 24 hours, and no receipt yet."""
    last_receipt_at: datetime | None
    per_number: tuple[str, ...]
    """How often one number may be reached, as written."""
    at_most: tuple[Left, ...]
    """What is left of each limit of the provider as a whole."""
    refused_as_too_many: int
    """Sendings of the last 24 hours that the provider itself put off: its own limits are reached."""
    money_today: Decimal | None
    """Since midnight of the rulebook's zone, in the provider's currency; None: it does not tell."""


def provider_lines(rulebook: Rulebook, book: ProviderBook, now: datetime) -> list[ProviderLine]:
    """Every connection that carries something, and whatever else was asked lately, in order of name."""
    counts = _by_connection(book.counted(now - DAY))
    today = _by_connection(book.counted(_midnight(rulebook.timezone, now)))
    circuits = {one.connection: one for one in book.circuits()}
    declared = {name: one for name, one in rulebook.connections.items() if one.carries is not None or one.commands}
    names = sorted({*declared, *counts, *circuits})
    return [
        _line(name, declared.get(name), circuits.get(name), counts.get(name, ()), today.get(name, ()),
              book.lately(name, now - SPEED_WINDOW, LATELY_MAX), left_of(declared[name], book, now) if name in declared else (), now)
        for name in names
    ]  # fmt: skip


def left_for(connection: Connection, book: ProviderBook, recipient: str, now: datetime) -> list[Left]:
    """What is left of each limit for this `channel:address`."""
    left = []
    for cap in connection.per_number:
        used = len(book.reached(connection.name, recipient, now - timedelta(seconds=cap.seconds) + timedelta(microseconds=1)))
        left.append(Left(cap.written, used, max(0, cap.count - used)))
    return left


def left_of(connection: Connection, book: ProviderBook, now: datetime) -> list[Left]:
    """What is left of each limit of the provider as a whole."""
    left = []
    for cap in connection.at_most:
        used = len(book.lately(connection.name, now - timedelta(seconds=cap.seconds) + timedelta(microseconds=1), cap.count))
        left.append(Left(cap.written, used, cap.count - used))
    return left


def _line(
    name: str, declared: Connection | None, circuit: Circuit | None, counts: Sequence[AttemptCount], today: Sequence[AttemptCount],
    lately: Sequence[Attempt], at_most: Sequence[Left], now: datetime,
) -> ProviderLine:  # fmt: skip
    answers: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for one in counts:
        stands = one.receipt or one.verdict
        answers[stands.value if stands else NO_ANSWER_YET] += one.number
        if stands in (Verdict.RETRY, Verdict.REJECTED, Verdict.UNKNOWN):
            reason = one.receipt_reason if one.receipt else one.reason
            errors[f"{stands.value}/{reason} {one.code}".strip()] += one.number
    return ProviderLine(
        connection=name,
        label=declared.label if declared else name,
        type=declared.type.value if declared else "",
        channel=(declared.carries or "") if declared else name,
        state=circuit.state if circuit else CircuitState.CLOSED,
        since=circuit.since if circuit else None,
        reason=circuit.reason if circuit else "",
        by=circuit.by if circuit else "",
        asked=sum(one.number for one in counts),
        per_minute=_per_minute(lately, now),
        p95_seconds=_p95(lately),
        answers=dict(sorted(answers.items())),
        errors=dict(errors.most_common()),
        in_hand=sum(one.verdict is None and now - one.at <= timedelta(minutes=1) for one in lately),
        outstanding=sum(one.number for one in counts if one.verdict is Verdict.ACCEPTED and one.receipt is None),
        last_receipt_at=max((one.last_receipt_at for one in counts if one.last_receipt_at is not None), default=None),
        per_number=tuple(cap.written for cap in declared.per_number) if declared else (),
        at_most=tuple(at_most),
        refused_as_too_many=sum(one.number for one in counts if one.reason == "limited"),
        money_today=_money(today),
    )


def _by_connection(counts: Sequence[AttemptCount]) -> dict[str, list[AttemptCount]]:
    found: dict[str, list[AttemptCount]] = {}
    for one in counts:
        found.setdefault(one.connection, []).append(one)
    return found


def _midnight(zone: str, now: datetime) -> datetime:
    return datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone)).astimezone(now.tzinfo)


def _per_minute(lately: Sequence[Attempt], now: datetime) -> float:
    """Where the window holds more than was read, over the time that was read."""
    recent = [one.at for one in lately if now - one.at <= RATE_WINDOW]
    if not recent:
        return 0.0
    span = max(now - min(recent), timedelta(seconds=1)) if len(recent) == LATELY_MAX else RATE_WINDOW
    return len(recent) / (span / timedelta(minutes=1))


def _p95(lately: Sequence[Attempt]) -> float | None:
    taken = sorted((one.answered_at - one.at).total_seconds() for one in lately if one.answered_at is not None and one.verdict is not None)
    return taken[min(len(taken) - 1, int(0.95 * len(taken)))] if taken else None


def _money(counts: Sequence[AttemptCount]) -> Decimal | None:
    told = [(cost, one.number) for one in counts if (cost := _cost(one)) is not None]
    return sum((cost * number for cost, number in told), Decimal(0)) if told else None


def _cost(one: AttemptCount) -> Decimal | None:
    """Some write what is taken from the account as a negative number."""
    try:
        cost = abs(Decimal(dict(one.measures).get("cost", "")))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() else None
