"""What do we remember of providers? Requests, breakers, suppressed numbers, pushes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    attempt()
    circuit()
    suppression()
    push()
    op.add_column("outbox", sa.Column("ask_at", INSTANT, nullable=True))
    partial_index("outbox_ask", "outbox", ["ask_at"], "ask_at IS NOT NULL")
    partial_index("outbox_carried", "outbox", ["carried_by"], "carried_by IS NOT NULL")


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")


def words(*names: str) -> "list[sa.Column[str]]":
    """Text columns that are never null."""
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def vshard() -> "sa.Column[int]":
    """The virtual shard of a row."""
    return sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False)


def partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    """An index of the rows that matter."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def attempt() -> None:
    """Table `attempt`."""
    op.create_table(
        "attempt",
        sa.Column("seq", NUMBER, nullable=False),
        *words("effect_id", "key"),
        sa.Column("nth", sa.Integer(), nullable=False),
        *words("connection", "channel", "recipient"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        *words("reason", "code", "provider_id", "measures"),
        sa.Column("receipt", sa.Text(), nullable=True),
        *words("receipt_reason"),
        sa.Column("receipt_at", INSTANT, nullable=True),
        vshard(),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("attempt_once", "attempt", ["key", "nth", "connection"], unique=True)
    op.create_index("attempt_effect", "attempt", ["effect_id"])
    op.create_index("attempt_lately", "attempt", ["connection", "at"])
    op.create_index("attempt_recipient", "attempt", ["recipient", "at"])
    partial_index("attempt_provider_id", "attempt", ["provider_id", "connection"], "provider_id <> ''")


def circuit() -> None:
    """Table `circuit`."""
    op.create_table(
        "circuit",
        *words("connection", "state"),
        sa.Column("since", INSTANT, nullable=False),
        *words("reason", "by"),
        vshard(),
        sa.PrimaryKeyConstraint("connection"),
    )


def suppression() -> None:
    """Table `suppression`."""
    op.create_table(
        "suppression",
        *words("recipient", "number", "why", "by"),
        sa.Column("at", INSTANT, nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("recipient"),
    )


def push() -> None:
    """Table `push`."""
    op.create_table(
        "push",
        sa.Column("id", NUMBER, nullable=False),
        *words("connection", "digest"),
        sa.Column("received_at", INSTANT, nullable=False),
        *words("body", "headers", "query", "url"),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("tried", sa.Integer(), nullable=False),
        *words("problem"),
        vshard(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("push_once", "push", ["connection", "digest"], unique=True)
    partial_index("push_unread", "push", ["due_at"], "due_at IS NOT NULL")
