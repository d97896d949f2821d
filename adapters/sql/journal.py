"""What was decided, and why? The journal: written once per decision, never changed."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select

from adapters.sql.chain import linked
from adapters.sql.codec import checks_text, dumps, notes_text, read_checks, read_notes, read_span, span_text, texts
from adapters.sql.database import Row
from adapters.sql.prepared import Prepared
from adapters.sql.tables import JOURNAL
from engine.model.decision import Decision, JournalRow, Outcome

WRITE = Prepared(insert(JOURNAL))


def write(connection: Connection, decided: Sequence[tuple[Decision, frozenset[str], datetime]], heads: dict[str, str]) -> None:
    """Append a line for each (decision, its personal fields, when), behind the line of its case with the hash in `heads`.

    Afterwards `heads` holds the new ones. The primary key refuses a second line of the same revision.
    """
    rows = []
    for decision, private, now in decided:
        row = linked(as_row(decision, private, now), heads[decision.after.id])
        heads[decision.after.id] = str(row["hash"])
        rows.append(row)
    WRITE.send_many(connection, rows)


def as_row(decision: Decision, private: frozenset[str], now: datetime) -> Row:
    """References and public data only."""
    event, after = decision.event, decision.after
    hidden = private | decision.standing.private
    return {
        "case_id": after.id, "revision": after.revision, "event_id": event.id, "source": event.source, "kind": event.kind.value,
        "name": event.name, "occurred_at": event.occurred_at, "received_at": event.received_at, "decided_at": now,
        "outcome": decision.outcome.value, "state_before": decision.state_before, "state_after": decision.standing.state,
        "transition": decision.transition, "span": span_text(decision.span), "checks": checks_text(decision.checks),
        "notes": notes_text(decision.notes), "effects": dumps([effect.id for effect in decision.effects]),
        "data": dumps({field: value for field, value in event.data.items() if field not in hidden}),
        "extra": dumps(dict(event.extra)), "rulebook": decision.rulebook,
    }  # fmt: skip


def read(connection: Connection, case_id: str) -> list[JournalRow]:
    """In order of revision; empty for a case nobody knows."""
    rows = connection.execute(select(JOURNAL).where(JOURNAL.c.case_id == case_id).order_by(JOURNAL.c.revision))
    return [journal_row(row) for row in rows.mappings()]


def journal_row(row: RowMapping) -> JournalRow:
    """The line as read back."""
    return JournalRow(
        case=row["case_id"], revision=row["revision"], event_id=row["event_id"], source=row["source"], kind=row["kind"],
        name=row["name"], occurred_at=row["occurred_at"], received_at=row["received_at"], decided_at=row["decided_at"],
        outcome=Outcome(row["outcome"]), state_before=row["state_before"], state_after=row["state_after"],
        transition=row["transition"], span=read_span(row["span"]), checks=read_checks(row["checks"]),
        notes=read_notes(row["notes"]), effects=tuple(json.loads(row["effects"])), data=texts(row["data"]),
        extra=texts(row["extra"]), rulebook=row["rulebook"],
    )  # fmt: skip
