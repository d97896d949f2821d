"""Which tables are there at the beginning?"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    alarm()
    cases()
    counter()
    feed()
    handed()
    inbox()
    journal()
    meta()
    name()
    outbox()
    parked_name()
    private()
    quarantine()
    rulebook()
    task()
    timer()


def downgrade() -> None:
    """There is nothing before the beginning; a backup is the way back."""
    raise NotImplementedError("restore a backup")


def vshard() -> "sa.Column[int]":
    """The virtual shard of a row."""
    return sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False)


def partial_index(name: str, table: str, columns: Sequence[str], where: str) -> None:
    """An index of the rows that are still alive."""
    op.create_index(name, table, list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def alarm() -> None:
    """Table `alarm`."""
    op.create_table(
        "alarm",
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("effect_id"),
    )
    op.create_index("alarm_at", "alarm", ["at"], unique=False)


def cases() -> None:
    """Table `cases`."""
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entered_at", INSTANT, nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("open_key", sa.Text(), nullable=True),
        sa.Column("next_due", INSTANT, nullable=True),
        sa.Column("contradictions", sa.Integer(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("private_fields", sa.Text(), nullable=False),
        sa.Column("clocks", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_by_state", "cases", ["workflow", "state"], unique=False)
    partial_index("cases_open", "cases", ["open_key"], "open_key IS NOT NULL")


def counter() -> None:
    """Table `counter`."""
    op.create_table(
        "counter",
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("workflow", "field", "prefix"),
    )


def feed() -> None:
    """Table `feed`."""
    op.create_table(
        "feed",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("heard_at", INSTANT, nullable=True),
        sa.Column("silent_since", INSTANT, nullable=True),
        sa.Column("back_at", INSTANT, nullable=True),
        vshard(),
        sa.PrimaryKeyConstraint("connection"),
    )


def handed() -> None:
    """Table `handed`."""
    op.create_table(
        "handed",
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("effect_id", "recipient"),
    )
    op.create_index("handed_recipient", "handed", ["recipient", "at"], unique=False)


def inbox() -> None:
    """Table `inbox`."""
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("park_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        vshard(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("inbox_event", "inbox", ["event_id", "source"], unique=True)
    partial_index("inbox_history", "inbox", ["case_id", "number"], "number IS NOT NULL")
    partial_index("inbox_parked", "inbox", ["park_until"], "status = 'parked'")
    partial_index("inbox_queue", "inbox", ["case_id", "id"], "status IN ('new', 'dead')")
    partial_index("inbox_retry", "inbox", ["retry_at"], "retry_at IS NOT NULL")
    partial_index("inbox_undecided", "inbox", ["id"], "status = 'new'")
    partial_index("inbox_unread", "inbox", ["status"], "status IN ('parked', 'expired', 'dead')")


def journal() -> None:
    """Table `journal`."""
    op.create_table(
        "journal",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("state_before", sa.Text(), nullable=False),
        sa.Column("state_after", sa.Text(), nullable=False),
        sa.Column("transition", sa.Text(), nullable=True),
        sa.Column("span", sa.Text(), nullable=True),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("case_id", "revision"),
    )
    partial_index("journal_unrecognised", "journal", ["received_at"], "outcome = 'unknown_event'")


def meta() -> None:
    """Table `meta`."""
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("key"),
    )


def name() -> None:
    """Table `name`."""
    op.create_table(
        "name",
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("value", "workflow", "field"),
    )


def outbox() -> None:
    """Table `outbox`."""
    op.create_table(
        "outbox",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("effect_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("group_key", sa.Text(), nullable=True),
        sa.Column("waits_for_channel", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("carried_by", sa.Text(), nullable=True),
        vshard(),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("effect_id"),
    )
    op.create_index("outbox_case", "outbox", ["case_id"], unique=False)
    partial_index("outbox_doubt", "outbox", ["status"], "status IN ('unknown', 'dead')")
    partial_index("outbox_group", "outbox", ["group_key"], "status = 'ready'")
    partial_index("outbox_ready", "outbox", ["due_at", "seq"], "status IN ('ready', 'retry')")
    partial_index("outbox_sending", "outbox", ["lease_until"], "status = 'sending'")
    partial_index("outbox_waiting", "outbox", ["waits_for_channel"], "status = 'waiting'")


def parked_name() -> None:
    """Table `parked_name`."""
    op.create_table(
        "parked_name",
        sa.Column("inbox_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("inbox_id", "workflow", "field"),
    )
    op.create_index("parked_name_value", "parked_name", ["value"], unique=False)


def private() -> None:
    """Table `private`."""
    op.create_table(
        "private",
        sa.Column("inbox_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("inbox_id", "field"),
    )
    op.create_index("private_case", "private", ["case_id"], unique=False)


def quarantine() -> None:
    """Table `quarantine`."""
    op.create_table(
        "quarantine",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        vshard(),
        sa.PrimaryKeyConstraint("id"),
    )


def rulebook() -> None:
    """Table `rulebook`."""
    op.create_table(
        "rulebook",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("fingerprint"),
    )


def task() -> None:
    """Table `task`."""
    op.create_table(
        "task",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claim_until", INSTANT, nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("task_case", "task", ["case_id"], unique=False)
    partial_index("task_open", "task", ["created_at"], "status IN ('open', 'claimed')")


def timer() -> None:
    """Table `timer`."""
    op.create_table(
        "timer",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("gen", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("lag_seconds", sa.Integer(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("case_id", "owner", "row", "gen", "slot"),
    )
    op.create_index("timer_due", "timer", ["due_at"], unique=False)
    partial_index("timer_waiting", "timer", ["waits_for", "due_at"], "waits_for IS NOT NULL")
