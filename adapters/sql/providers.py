"""What do we remember of providers? Attempts, circuits, suppressed numbers, pushes."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, func, select, update

from adapters.sql.codec import dumps
from adapters.sql.database import Database, Row, insert_new
from adapters.sql.prepared import Prepared
from adapters.sql.provider_tables import ATTEMPT, CIRCUIT, PUSH, SUPPRESSION
from engine.model.masks import mask_phone
from engine.model.receipt import Push, Verdict
from engine.ports.attempts import Answered, Attempt, AttemptCount, Circuit, CircuitState, KeptPush, Suppression


def fingerprint(secret: bytes, recipient: str) -> str:
    """Keyed: a phone number can be guessed from a plain digest."""
    return hmac.new(secret, recipient.encode(), hashlib.sha256).hexdigest()


def begin(connection: Connection, secret: bytes, attempt: Attempt) -> None:
    """Before the request. The same attempt found again (a crash came between) stays as it was."""
    row: Row = {
        "effect_id": attempt.effect_id, "key": attempt.key, "nth": attempt.nth, "connection": attempt.connection,
        "channel": attempt.channel, "recipient": fingerprint(secret, attempt.recipient), "at": attempt.at, "reason": "", "code": "",
        "provider_id": "", "measures": "{}", "receipt_reason": "",
    }  # fmt: skip
    insert_new(connection, ATTEMPT, [row])


def answer(connection: Connection, answered: Answered) -> None:
    """What the provider said at once, or, to an attempt answered before, later."""
    attempt, receipt = answered.attempt, answered.receipt
    found = update(ATTEMPT).where(ATTEMPT.c.key == attempt.key, ATTEMPT.c.nth == attempt.nth, ATTEMPT.c.connection == attempt.connection)
    if attempt.verdict is not None:
        later: Row = {"receipt": receipt.verdict.value, "receipt_reason": receipt.reason, "receipt_at": receipt.at}
        changes = later | ({"code": receipt.code} if receipt.code else {}) | _measured(attempt, receipt.measures)
        connection.execute(found.values(changes))
        return
    first: Row = {"answered_at": receipt.at, "verdict": receipt.verdict.value, "reason": receipt.reason, "code": receipt.code}
    connection.execute(found.values(first | {"provider_id": receipt.provider_id} | _measured(attempt, receipt.measures)))


def _measured(attempt: Attempt, measures: tuple[tuple[str, str], ...]) -> Row:
    return {"measures": dumps(dict(attempt.measures) | dict(measures))} if measures else {}


UNREAD = Prepared(
    select(PUSH).where(PUSH.c.due_at.is_not(None), PUSH.c.due_at <= bindparam("now")).order_by(PUSH.c.id).limit(bindparam("most"))
)
"""Asked for on every beat."""


class SqlProviders:
    """See ProviderBook."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    def of_effect(self, effect_id: str) -> Sequence[Attempt]:
        """See Attempts.of_effect."""
        rows = select(ATTEMPT).where(ATTEMPT.c.effect_id == effect_id).order_by(ATTEMPT.c.seq)
        with self._database.read() as connection:
            return [_attempt(row) for row in connection.execute(rows).mappings()]

    def of_key(self, key: str) -> Attempt | None:
        """See Attempts.of_key."""
        return self._latest(ATTEMPT.c.key == key)

    def of_provider_id(self, connection: str, provider_id: str) -> Attempt | None:
        """See Attempts.of_provider_id."""
        if not provider_id:
            return None
        return self._latest((ATTEMPT.c.provider_id == provider_id) & (ATTEMPT.c.provider_id != "") & (ATTEMPT.c.connection == connection))

    def last_to(self, recipient: str) -> Attempt | None:
        """See Attempts.last_to."""
        return self._latest(ATTEMPT.c.recipient == fingerprint(self._secret, recipient))

    def reached(self, connection: str, recipient: str, since: datetime) -> Sequence[datetime]:
        """See Attempts.reached."""
        known = fingerprint(self._secret, recipient)
        tried = select(ATTEMPT.c.at).where(ATTEMPT.c.recipient == known, ATTEMPT.c.at >= since, ATTEMPT.c.connection == connection)
        with self._database.read() as opened:
            return opened.execute(tried.order_by(ATTEMPT.c.at)).scalars().all()

    def lately(self, connection: str, since: datetime, limit: int) -> Sequence[Attempt]:
        """See Attempts.lately."""
        rows = select(ATTEMPT).where(ATTEMPT.c.connection == connection, ATTEMPT.c.at >= since).order_by(ATTEMPT.c.at.desc()).limit(limit)
        with self._database.read() as opened:
            return [_attempt(row) for row in opened.execute(rows).mappings()]

    def counted(self, since: datetime, until: datetime | None = None) -> Sequence[AttemptCount]:
        """See Attempts.counted."""
        of = ATTEMPT.c
        alike = (of.connection, of.verdict, of.reason, of.code, of.receipt, of.receipt_reason, of.measures)
        rows = select(*alike, func.count().label("number"), func.max(of.receipt_at).label("last")).where(of.at >= since).group_by(*alike)
        if until is not None:
            rows = rows.where(of.at < until)
        with self._database.read() as opened:
            return [
                AttemptCount(
                    connection=row["connection"], verdict=Verdict(row["verdict"]) if row["verdict"] else None, reason=row["reason"],
                    code=row["code"], receipt=Verdict(row["receipt"]) if row["receipt"] else None, receipt_reason=row["receipt_reason"],
                    measures=tuple(json.loads(row["measures"]).items()), number=row["number"], last_receipt_at=row["last"],
                )
                for row in opened.execute(rows).mappings()
            ]  # fmt: skip

    def circuits(self) -> Sequence[Circuit]:
        """See Circuits.circuits."""
        with self._database.read() as connection:
            rows = connection.execute(select(CIRCUIT).order_by(CIRCUIT.c.connection)).mappings().all()
        return [
            Circuit(connection=row["connection"], state=CircuitState(row["state"]), since=row["since"], reason=row["reason"], by=row["by"])
            for row in rows
        ]

    def switch(self, circuit: Circuit) -> bool:
        """See Circuits.switch."""
        changes: Row = {"state": circuit.state.value, "since": circuit.since, "reason": circuit.reason, "by": circuit.by}
        with self._database.write() as connection:
            if insert_new(connection, CIRCUIT, [{"connection": circuit.connection} | changes]) == 1:
                return circuit.state is not CircuitState.CLOSED
            other = update(CIRCUIT).where(CIRCUIT.c.connection == circuit.connection, CIRCUIT.c.state != circuit.state.value)
            return connection.execute(other.values(changes)).rowcount == 1

    def suppress(self, address: str, why: str, by: str, at: datetime) -> bool:
        """See Suppressions.suppress."""
        row: Row = {"recipient": fingerprint(self._secret, address), "number": mask_phone(address), "why": why, "by": by, "at": at}
        with self._database.write() as connection:
            return insert_new(connection, SUPPRESSION, [row]) == 1

    def lift(self, address: str) -> bool:
        """See Suppressions.lift."""
        gone = delete(SUPPRESSION).where(SUPPRESSION.c.recipient == fingerprint(self._secret, address))
        with self._database.write() as connection:
            return connection.execute(gone).rowcount == 1

    def is_suppressed(self, address: str) -> bool:
        """See Suppressions.is_suppressed."""
        known = select(SUPPRESSION.c.at).where(SUPPRESSION.c.recipient == fingerprint(self._secret, address))
        with self._database.read() as connection:
            return connection.execute(known).first() is not None

    def suppressions(self, limit: int) -> Sequence[Suppression]:
        """See Suppressions.suppressions."""
        rows = select(SUPPRESSION).order_by(SUPPRESSION.c.at.desc()).limit(limit)
        with self._database.read() as connection:
            return [
                Suppression(number=row["number"], why=row["why"], by=row["by"], at=row["at"]) for row in connection.execute(rows).mappings()
            ]

    def keep(self, connection: str, push: Push) -> bool:
        """See Pushes.keep."""
        row: Row = {
            "connection": connection, "digest": hashlib.sha256(push.body + b"\0" + dumps(push.query).encode()).hexdigest(),
            "received_at": push.at, "body": base64.b64encode(push.body).decode("ascii"), "headers": dumps(dict(push.headers)),
            "query": dumps(push.query), "url": push.url, "due_at": push.at, "tried": 0, "problem": "",
        }  # fmt: skip
        with self._database.write_soon() as opened:
            return insert_new(opened, PUSH, [row]) == 1

    def unread(self, now: datetime, limit: int) -> Sequence[KeptPush]:
        """See Pushes.unread."""
        with self._database.read() as connection:
            return [_kept(row) for row in UNREAD.rows(connection, {"now": now, "most": limit})]

    def read(self, id: int, now: datetime, *, again_at: datetime | None = None, problem: str = "") -> None:
        """See Pushes.read."""
        with self._database.write() as connection:
            connection.execute(update(PUSH).where(PUSH.c.id == id).values(due_at=again_at, tried=PUSH.c.tried + 1, problem=problem))

    def _latest(self, found: "ColumnElement[bool]") -> Attempt | None:
        rows = select(ATTEMPT).where(found).order_by(ATTEMPT.c.seq.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(rows).mappings().first()
        return _attempt(row) if row is not None else None


def _attempt(row: RowMapping) -> Attempt:
    return Attempt(
        effect_id=row["effect_id"], key=row["key"], nth=row["nth"], connection=row["connection"], channel=row["channel"], recipient="",
        at=row["at"], answered_at=row["answered_at"], verdict=Verdict(row["verdict"]) if row["verdict"] else None, reason=row["reason"],
        code=row["code"], provider_id=row["provider_id"], measures=tuple(json.loads(row["measures"]).items()),
        receipt=Verdict(row["receipt"]) if row["receipt"] else None, receipt_reason=row["receipt_reason"], receipt_at=row["receipt_at"],
    )  # fmt: skip


def _kept(row: Row) -> KeptPush:
    push = Push(
        body=base64.b64decode(row["body"]), headers=json.loads(row["headers"]),
        query=tuple((name, value) for name, value in json.loads(row["query"])), url=row["url"], at=row["received_at"],
    )  # fmt: skip
    return KeptPush(id=row["id"], connection=row["connection"], push=push, tried=row["tried"])
