"""What is written down? The tables, and nothing about how they are used.

`vshard` stands in every table from the first migration, so that a later spread over several servers changes no
statement: the shard of the case in `cases`, `inbox`, `timer` and `outbox`, 0 elsewhere. Instants are integer microseconds since 1970 in UTC. Text columns named in plural
(`names`, `fields`, `checks` ...) hold JSON.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    literal_column,
    text,
)

from adapters.sql.codec import Instant

METADATA = MetaData()

NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives ids only to a plain INTEGER primary key."""


def vshard() -> "Column[int]":
    """The virtual shard of a row."""
    return Column("vshard", Integer, nullable=False, server_default=text("0"))


def is_one_of(column: "ColumnElement[str]", *words: str) -> "ColumnElement[bool]":
    """The column holds one of our own words, written out: SQLite takes a partial index only when it sees the literal."""
    written: list[ColumnElement[str]] = [literal_column(f"'{word}'") for word in words]
    return column == written[0] if len(written) == 1 else column.in_(written)


META = Table(
    "meta", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False), vshard()
)  # fmt: skip

COUNTER = Table(
    "counter", METADATA,
    Column("workflow", Text, primary_key=True), Column("field", Text, primary_key=True), Column("prefix", Text, primary_key=True),
    Column("value", BigInteger, nullable=False), vshard(),
)  # fmt: skip

CASES = Table(
    "cases", METADATA,
    Column("id", Text, primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("open_key", Text),
    Column("next_due", Instant),
    Column("contradictions", Integer, nullable=False),
    Column("names", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("private_fields", Text, nullable=False),
    Column("clocks", Text, nullable=False),
    Column("ledger", Text, nullable=False),
    Column("head", Text, nullable=False, server_default=text("''")),
    Column("erased_at", Instant),
    vshard(),
    Index("cases_by_state", "workflow", "state"),
    Index("cases_open", "open_key", sqlite_where=text("open_key IS NOT NULL"), postgresql_where=text("open_key IS NOT NULL")),
    Index("cases_opened", "opened_at"),
    Index("cases_closed", "entered_at", "late", sqlite_where=text("final"), postgresql_where=text("final")),
)  # fmt: skip

NAME = Table(
    "name", METADATA,
    Column("value", Text, primary_key=True), Column("workflow", Text, primary_key=True), Column("field", Text, primary_key=True),
    Column("case_id", Text, nullable=False), vshard(),
)  # fmt: skip

INBOX = Table(
    "inbox", METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("data", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("sequence", BigInteger),
    Column("body_hash", Text, nullable=False),
    Column("case_id", Text),
    Column("status", Text, nullable=False),
    Column("park_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", Instant),
    Column("error", Text, nullable=False),
    Column("number", Integer),
    Column("version", Text),
    vshard(),
    Index("inbox_event", "event_id", "source", unique=True),
    Index("inbox_undecided", "id", sqlite_where=text("status = 'new'"), postgresql_where=text("status = 'new'")),
    Index(
        "inbox_queue", "case_id", "id",
        sqlite_where=text("status IN ('new', 'dead')"), postgresql_where=text("status IN ('new', 'dead')"),
    ),
    Index("inbox_retry", "retry_at", sqlite_where=text("retry_at IS NOT NULL"), postgresql_where=text("retry_at IS NOT NULL")),
    Index("inbox_parked", "park_until", sqlite_where=text("status = 'parked'"), postgresql_where=text("status = 'parked'")),
    Index(
        "inbox_unread", "status",
        sqlite_where=text("status IN ('parked', 'expired', 'dead')"),
        postgresql_where=text("status IN ('parked', 'expired', 'dead')"),
    ),
    Index("inbox_history", "case_id", "number", sqlite_where=text("number IS NOT NULL"), postgresql_where=text("number IS NOT NULL")),
)  # fmt: skip
"""`data`: public values; a personal one is null here and stands in `private`. `number`: set when the case keeps the event."""

PARKED_NAME = Table(
    "parked_name", METADATA,
    Column("inbox_id", NUMBER, primary_key=True, autoincrement=False), Column("workflow", Text, primary_key=True),
    Column("field", Text, primary_key=True), Column("value", Text, nullable=False), vshard(),
    Index("parked_name_value", "value"),
)  # fmt: skip

PRIVATE = Table(
    "private", METADATA,
    Column("inbox_id", NUMBER, primary_key=True, autoincrement=False), Column("field", Text, primary_key=True),
    Column("case_id", Text, nullable=False), Column("value", Text, nullable=False), vshard(),
    Index("private_case", "case_id"),
    Index("private_value", "value"),
)  # fmt: skip
"""Personal values, and the only place of them. Of a quarantined event the id is negative."""

QUARANTINE = Table(
    "quarantine", METADATA,
    Column("id", NUMBER, primary_key=True), Column("source", Text, nullable=False), Column("event_id", Text, nullable=False),
    Column("name", Text, nullable=False), Column("occurred_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False), Column("data", Text, nullable=False), Column("extra", Text, nullable=False),
    Column("case_id", Text), vshard(),
)  # fmt: skip

JOURNAL = Table(
    "journal", METADATA,
    Column("case_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("state_before", Text, nullable=False),
    Column("state_after", Text, nullable=False),
    Column("transition", Text),
    Column("span", Text),
    Column("checks", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("effects", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("prev_hash", Text),
    Column("hash", Text),
    vshard(),
    Index(
        "journal_unrecognised", "received_at",
        sqlite_where=text("outcome = 'unknown_event'"), postgresql_where=text("outcome = 'unknown_event'"),
    ),
)  # fmt: skip

"""`hash`: of this line and all before it in its case; the last one stands in `cases.head` too."""

TIMER = Table(
    "timer", METADATA,
    Column("case_id", Text, primary_key=True), Column("owner", Text, primary_key=True), Column("row", Text, primary_key=True),
    Column("gen", Integer, primary_key=True), Column("slot", Text, primary_key=True),
    Column("due_at", Instant, nullable=False), Column("waits_for", Text), Column("lag_seconds", Integer, nullable=False), vshard(),
    Index("timer_due", "due_at"),
    Index(
        "timer_waiting", "waits_for", "due_at",
        sqlite_where=text("waits_for IS NOT NULL"), postgresql_where=text("waits_for IS NOT NULL"),
    ),
)  # fmt: skip
"""Armed timers only: one that rang or lost its reason is gone."""

OUTBOX = Table(
    "outbox", METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("effect_id", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("message", Text),
    Column("channel", Text),
    Column("group_key", Text),
    Column("waits_for_channel", Text),
    Column("status", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("ask_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease_until", Instant),
    Column("provider_id", Text, nullable=False),
    Column("sent_at", Instant),
    Column("masked", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("carried_by", Text),
    vshard(),
    Index(
        "outbox_ready", "due_at", "seq",
        sqlite_where=text("status IN ('ready', 'retry')"), postgresql_where=text("status IN ('ready', 'retry')"),
    ),
    Index("outbox_group", "group_key", sqlite_where=text("status = 'ready'"), postgresql_where=text("status = 'ready'")),
    Index("outbox_sending", "lease_until", sqlite_where=text("status = 'sending'"), postgresql_where=text("status = 'sending'")),
    Index("outbox_waiting", "waits_for_channel", sqlite_where=text("status = 'waiting'"), postgresql_where=text("status = 'waiting'")),
    Index("outbox_doubt", "status", sqlite_where=text("status IN ('unknown', 'dead')"), postgresql_where=text("status IN ('unknown', 'dead')")),
    Index("outbox_case", "case_id"),
    Index("outbox_ask", "ask_at", sqlite_where=text("ask_at IS NOT NULL"), postgresql_where=text("ask_at IS NOT NULL")),
    Index("outbox_carried", "carried_by", sqlite_where=text("carried_by IS NOT NULL"), postgresql_where=text("carried_by IS NOT NULL")),
)  # fmt: skip

HANDED = Table(
    "handed",
    METADATA,
    Column("effect_id", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("message", Text),
    Column("at", Instant, nullable=False),
    vshard(),
    Index("handed_recipient", "recipient", "at"),
)
"""To whom a row was handed, as keyed fingerprints: a role may be several people. Caps count here."""

TASK = Table(
    "task", METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("workflow", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("asks", Text, nullable=False),
    Column("message", Text),
    Column("key", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claim_until", Instant),
    Column("result", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("finished_at", Instant),
    Column("withdrawn_why", Text, nullable=False),
    vshard(),
    Index("task_case", "case_id"),
    Index(
        "task_open", "created_at",
        sqlite_where=text("status IN ('open', 'claimed')"), postgresql_where=text("status IN ('open', 'claimed')"),
    ),
)  # fmt: skip

ALARM = Table(
    "alarm", METADATA,
    Column("effect_id", Text, primary_key=True), Column("case_id", Text, nullable=False), Column("cause", Text, nullable=False),
    Column("at", Instant, nullable=False), Column("text", Text, nullable=False), vshard(),
    Index("alarm_at", "at"),
)  # fmt: skip

FEED = Table(
    "feed", METADATA,
    Column("connection", Text, primary_key=True), Column("heard_at", Instant), Column("silent_since", Instant),
    Column("back_at", Instant), vshard(),
)  # fmt: skip

VERSION = Table(
    "version", METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False), Column("fingerprint", Text, nullable=False),
    Column("at", Instant, nullable=False), Column("author", Text, nullable=False), Column("why", Text, nullable=False),
    Column("how", Text, nullable=False), Column("parent", Integer), Column("files", Text, nullable=False),
    Column("renames", Text, nullable=False), vshard(),
    Index("version_fingerprint", "fingerprint"),
)  # fmt: skip
"""Rulebooks that came into force; rows are only ever added, and the newest is in force."""

PROPOSAL = Table(
    "proposal", METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False), Column("base", Integer), Column("fingerprint", Text, nullable=False),
    Column("at", Instant, nullable=False), Column("author", Text, nullable=False), Column("why", Text, nullable=False),
    Column("files", Text, nullable=False), Column("status", Text, nullable=False), vshard(),
)  # fmt: skip
"""`status`: open, published or withdrawn."""

ERASURE = Table(
    "erasure", METADATA,
    Column("seq", NUMBER, primary_key=True), Column("at", Instant, nullable=False), Column("author", Text, nullable=False),
    Column("why", Text, nullable=False), Column("kind", Text, nullable=False), Column("case_id", Text), Column("revision", Integer),
    Column("head", Text, nullable=False), Column("rows", Integer, nullable=False), vshard(),
    Index("erasure_case", "case_id"),
)  # fmt: skip
"""What was erased on purpose, by whom and why. `revision`: the first line of the journal whose chain was made anew."""
