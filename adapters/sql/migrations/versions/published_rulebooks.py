"""Which rulebooks were in force so far? Their texts become numbered versions; events say which rulebook read them."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEGUN, DONE = "refresh/", "refreshed/"


def upgrade() -> None:
    """Make the tables, carry the texts over, and let the old table go."""
    version()
    proposal()
    carry_over()
    op.drop_table("rulebook")
    # An event named the version of its workflow; from now on the whole rulebook, which its journal row knows.
    op.execute(
        "UPDATE inbox SET version = COALESCE((SELECT journal.rulebook FROM journal"
        " WHERE journal.case_id = inbox.case_id AND journal.revision = inbox.number), version) WHERE number IS NOT NULL"
    )


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")


def vshard() -> "sa.Column[int]":
    """The virtual shard of a row."""
    return sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False)


def version() -> None:
    """Table `version`."""
    op.create_table(
        "version",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("renames", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("version_fingerprint", "version", ["fingerprint"], unique=False)


def proposal() -> None:
    """Table `proposal`."""
    op.create_table(
        "proposal",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("number"),
    )


def carry_over() -> None:
    """Swaps in the order in which they were begun; texts no swap speaks of come first."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT fingerprint, kept_at, files FROM rulebook ORDER BY seq")).all()
    kept = {row.fingerprint: row for row in rows if not row.fingerprint.startswith((BEGUN, DONE))}
    begun = sorted(row.fingerprint.removeprefix(BEGUN) for row in rows if row.fingerprint.startswith(BEGUN))
    swaps = [(_micros(instant), name) for instant, _, name in (one.partition("|") for one in begun) if name in kept]
    told = {name for _, name in swaps}
    entries = [(row.kept_at, name) for name, row in kept.items() if name not in told] + swaps
    for number, (at, name) in enumerate(entries, start=1):
        words = {
            "number": number, "name": name, "at": at, "files": kept[name].files, "parent": number - 1 or None,
            "how": "rollback" if name in [one for _, one in entries[: number - 1]] else "folder",
        }  # fmt: skip
        connection.execute(
            sa.text(
                "INSERT INTO version (number, fingerprint, at, author, why, how, parent, files, renames)"
                " VALUES (:number, :name, :at, '', '', :how, :parent, :files, '{}')"
            ),
            words,
        )
    marks = {row.fingerprint for row in rows}
    unfinished = bool(begun) and f"{DONE}{begun[-1]}" not in marks
    if entries:
        read = str(len(entries) - 1 if unfinished else len(entries))
        connection.execute(sa.text("INSERT INTO meta (key, value) VALUES ('rules_read', :read)"), {"read": read})


def _micros(instant: str) -> int:
    return (datetime.fromisoformat(instant) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
