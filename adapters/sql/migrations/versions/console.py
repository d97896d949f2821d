"""Who may use the console, and who did what?"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "desk_user",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "label", "access", "areas", "roles", "password")),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "desk_session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        vshard(),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("desk_session_user", "desk_session", ["user_name"])
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("who", "what", "about", "why", "detail", "address", "digest")),
        vshard(),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_index("audit_who", "audit", ["who", "number"])
    op.create_index("audit_about", "audit", ["about", "number"])


def vshard() -> "sa.Column[int]":
    """The virtual shard of a row."""
    return sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
