"""Does the journal still say what it said? Every line gets the hash of itself and of those before it; erasures are written down."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()
LINE = (
    "case_id", "revision", "event_id", "source", "kind", "name", "occurred_at", "received_at", "decided_at", "outcome", "state_before",
    "state_after", "transition", "span", "checks", "notes", "effects", "data", "extra", "rulebook",
)  # fmt: skip
BATCH = 1_000


def upgrade() -> None:
    """Make the columns and the table, and chain what is there."""
    op.add_column("cases", sa.Column("head", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("cases", sa.Column("erased_at", INSTANT, nullable=True))
    op.add_column("journal", sa.Column("prev_hash", sa.Text(), nullable=True))
    op.add_column("journal", sa.Column("hash", sa.Text(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("erasure_case", "erasure", ["case_id"], unique=False)
    chain()


def chain() -> None:
    """Lines written before there was a chain, a batch of them at a time."""
    connection = op.get_bind()
    at, head = ("", -1), ""
    rows = sa.text(
        f"SELECT {', '.join(LINE)} FROM journal WHERE case_id > :c OR (case_id = :c AND revision > :r)"  # noqa: S608  # Our own names.
        f" ORDER BY case_id, revision LIMIT {BATCH}"
    )
    mark = sa.text("UPDATE journal SET prev_hash = :prev, hash = :hash WHERE case_id = :c AND revision = :r")
    while found := connection.execute(rows, {"c": at[0], "r": at[1]}).all():
        for row in found:
            before = head if row[0] == at[0] else ""
            said = json.dumps([before, *row], ensure_ascii=False, separators=(",", ":"))
            head, at = hashlib.sha256(said.encode()).hexdigest(), (row[0], row[1])
            connection.execute(mark, {"prev": before, "hash": head, "c": at[0], "r": at[1]})
    connection.execute(
        sa.text(
            "UPDATE cases SET head = COALESCE((SELECT journal.hash FROM journal"
            " WHERE journal.case_id = cases.id AND journal.revision = cases.revision), '')"
        )
    )


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
