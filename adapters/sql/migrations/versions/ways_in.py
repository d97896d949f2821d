"""What do we remember of polls and drop folders?"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "polled",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("connection"),
    )
    op.create_table(
        "taken_file",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("connection", "digest"),
    )
    op.create_index("taken_file_at", "taken_file", ["connection", "at"])


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
