"""Who is a user to the company's identity provider?"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody yet."""
    op.add_column("desk_user", sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
