"""What is written down of providers? Requests made of them, breakers, numbers nobody may text, what they pushed."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from adapters.sql.codec import Instant
from adapters.sql.tables import METADATA, NUMBER, vshard

ATTEMPT = Table(
    "attempt", METADATA,
    Column("seq", NUMBER, primary_key=True),
    Column("effect_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("connection", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("verdict", Text),
    Column("reason", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("receipt", Text),
    Column("receipt_reason", Text, nullable=False),
    Column("receipt_at", Instant),
    vshard(),
    Index("attempt_once", "key", "nth", "connection", unique=True),
    Index("attempt_effect", "effect_id"),
    Index("attempt_lately", "connection", "at"),
    Index("attempt_recipient", "recipient", "at"),
    Index(
        "attempt_provider_id", "provider_id", "connection",
        sqlite_where=text("provider_id <> ''"), postgresql_where=text("provider_id <> ''"),
    ),
)  # fmt: skip
"""At most one row per request: written before it leaves. `recipient` is a keyed fingerprint."""

CIRCUIT = Table(
    "circuit", METADATA,
    Column("connection", Text, primary_key=True), Column("state", Text, nullable=False), Column("since", Instant, nullable=False),
    Column("reason", Text, nullable=False), Column("by", Text, nullable=False), vshard(),
)  # fmt: skip

SUPPRESSION = Table(
    "suppression", METADATA,
    Column("recipient", Text, primary_key=True), Column("number", Text, nullable=False), Column("why", Text, nullable=False),
    Column("by", Text, nullable=False), Column("at", Instant, nullable=False), vshard(),
)  # fmt: skip
"""`recipient`: keyed fingerprint of the address; `number`: masked."""

PUSH = Table(
    "push", METADATA,
    Column("id", NUMBER, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("due_at", Instant),
    Column("tried", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    vshard(),
    Index("push_once", "connection", "digest", unique=True),
    Index("push_unread", "due_at", sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
)  # fmt: skip
"""`body`: base64 of the bytes as they came, numbers and all; `due_at` is null once it was read."""
