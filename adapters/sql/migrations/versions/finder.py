"""Whose number is this? Personal values get an index, so that a case is found by a phone or a name without reading them all."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index."""
    op.create_index("private_value", "private", ["value"])


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
