"""What do we remember of providers? Attempts, circuits, suppressed numbers and pushes, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.model.masks import mask_phone
from engine.model.receipt import Push
from engine.ports.attempts import Answered, Attempt, AttemptCount, Circuit, CircuitState, KeptPush, Suppression

Name = tuple[str, int, str]
"""Key, nth, connection: what an attempt is known by."""


@dataclass(slots=True)
class Book:
    """The records themselves."""

    attempts: dict[Name, Attempt] = field(default_factory=dict)
    by_effect: dict[str, list[Name]] = field(default_factory=dict)
    by_recipient: dict[str, list[Name]] = field(default_factory=dict)
    circuits: dict[str, Circuit] = field(default_factory=dict)
    suppressions: dict[str, Suppression] = field(default_factory=dict)
    pushes: dict[int, KeptPush] = field(default_factory=dict)
    due: dict[int, datetime] = field(default_factory=dict)
    """Pushes that are to be read, and when."""
    seen: set[tuple[str, bytes, tuple[tuple[str, str], ...]]] = field(default_factory=set)

    def begin(self, attempt: Attempt) -> None:
        """Before the request. The same attempt found again stays as it was."""
        name = (attempt.key, attempt.nth, attempt.connection)
        if name not in self.attempts:
            self.attempts[name] = attempt
            self.by_effect.setdefault(attempt.effect_id, []).append(name)
            self.by_recipient.setdefault(attempt.recipient, []).append(name)

    def answer(self, answered: Answered) -> None:
        """What the provider said at once, or, to an attempt answered before, later."""
        name = (answered.attempt.key, answered.attempt.nth, answered.attempt.connection)
        receipt, found = answered.receipt, self.attempts.get(name)
        if found is None:
            return
        measures = tuple((dict(found.measures) | dict(receipt.measures)).items())
        if answered.attempt.verdict is not None:
            later = replace(found, receipt=receipt.verdict, receipt_reason=receipt.reason, receipt_at=receipt.at, measures=measures)
            self.attempts[name] = replace(later, code=receipt.code or found.code)
            return
        self.attempts[name] = replace(
            found, answered_at=receipt.at, verdict=receipt.verdict, reason=receipt.reason, code=receipt.code,
            provider_id=receipt.provider_id, measures=measures,
        )  # fmt: skip


class MemoryProviders:
    """See ProviderBook."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def of_effect(self, effect_id: str) -> Sequence[Attempt]:
        """See Attempts.of_effect."""
        return [self._shown(name) for name in self._book.by_effect.get(effect_id, [])]

    def of_key(self, key: str) -> Attempt | None:
        """See Attempts.of_key."""
        return self._last(name for name in reversed(self._book.attempts) if name[0] == key)

    def of_provider_id(self, connection: str, provider_id: str) -> Attempt | None:
        """See Attempts.of_provider_id."""
        known = (name for name, one in reversed(self._book.attempts.items()) if provider_id and one.provider_id == provider_id)
        return self._last(name for name in known if name[2] == connection)

    def last_to(self, recipient: str) -> Attempt | None:
        """See Attempts.last_to."""
        return self._last(reversed(self._book.by_recipient.get(recipient, [])))

    def reached(self, connection: str, recipient: str, since: datetime) -> Sequence[datetime]:
        """See Attempts.reached."""
        tried = [self._book.attempts[name] for name in self._book.by_recipient.get(recipient, []) if name[2] == connection]
        return sorted(one.at for one in tried if one.at >= since)

    def lately(self, connection: str, since: datetime, limit: int) -> Sequence[Attempt]:
        """See Attempts.lately."""
        found = [one for one in self._book.attempts.values() if one.connection == connection and one.at >= since]
        return [replace(one, recipient="") for one in sorted(found, key=lambda one: one.at, reverse=True)[:limit]]

    def counted(self, since: datetime, until: datetime | None = None) -> Sequence[AttemptCount]:
        """See Attempts.counted."""
        alike: dict[tuple[object, ...], list[Attempt]] = {}
        for one in self._book.attempts.values():
            if one.at >= since and (until is None or one.at < until):
                same = (one.connection, one.verdict, one.reason, one.code, one.receipt, one.receipt_reason, one.measures)
                alike.setdefault(same, []).append(one)
        return [
            AttemptCount(
                connection=one.connection, verdict=one.verdict, reason=one.reason, code=one.code, receipt=one.receipt,
                receipt_reason=one.receipt_reason, measures=one.measures, number=len(found),
                last_receipt_at=max((each.receipt_at for each in found if each.receipt_at is not None), default=None),
            )
            for found in alike.values()
            for one in found[:1]
        ]  # fmt: skip

    def circuits(self) -> Sequence[Circuit]:
        """See Circuits.circuits."""
        return [self._book.circuits[name] for name in sorted(self._book.circuits)]

    def switch(self, circuit: Circuit) -> bool:
        """See Circuits.switch."""
        before = self._book.circuits.get(circuit.connection)
        changed = circuit.state is not (before.state if before else CircuitState.CLOSED)
        if changed or before is None:
            self._book.circuits[circuit.connection] = circuit
        return changed

    def suppress(self, address: str, why: str, by: str, at: datetime) -> bool:
        """See Suppressions.suppress."""
        new = address not in self._book.suppressions
        self._book.suppressions.setdefault(address, Suppression(number=mask_phone(address), why=why, by=by, at=at))
        return new

    def lift(self, address: str) -> bool:
        """See Suppressions.lift."""
        return self._book.suppressions.pop(address, None) is not None

    def is_suppressed(self, address: str) -> bool:
        """See Suppressions.is_suppressed."""
        return address in self._book.suppressions

    def suppressions(self, limit: int) -> Sequence[Suppression]:
        """See Suppressions.suppressions."""
        return sorted(self._book.suppressions.values(), key=lambda one: one.at, reverse=True)[:limit]

    def keep(self, connection: str, push: Push) -> bool:
        """See Pushes.keep."""
        content = (connection, push.body, push.query)
        if content in self._book.seen:
            return False
        self._book.seen.add(content)
        id = len(self._book.pushes) + 1
        self._book.pushes[id] = KeptPush(id=id, connection=connection, push=push, tried=0)
        self._book.due[id] = push.at
        return True

    def unread(self, now: datetime, limit: int) -> Sequence[KeptPush]:
        """See Pushes.unread."""
        return [self._book.pushes[id] for id in sorted(self._book.due) if self._book.due[id] <= now][:limit]

    def read(self, id: int, now: datetime, *, again_at: datetime | None = None, problem: str = "") -> None:
        """See Pushes.read."""
        kept = self._book.pushes[id]
        self._book.pushes[id] = replace(kept, tried=kept.tried + 1)
        self._book.due.pop(id, None)
        if again_at is not None:
            self._book.due[id] = again_at

    def _shown(self, name: Name) -> Attempt:
        return replace(self._book.attempts[name], recipient="")

    def _last(self, names: Iterable[Name]) -> Attempt | None:
        return next((self._shown(name) for name in names), None)
