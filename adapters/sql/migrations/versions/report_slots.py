"""Which scheduled reports were sent? One row per report and slot."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "report_slot",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", "slot"),
    )
    op.create_index("report_slot_open", "report_slot", ["next_at"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
