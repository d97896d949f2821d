"""What do several daemons need of PostgreSQL? Inbox numbers that hold nobody up, and room in the rows that are rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REWRITTEN = {"cases": 70, "inbox": 85, "outbox": 70, "timer": 85, "counter": 50, "meta": 50}
"""How full a page is made: what is rewritten finds room beside itself, and no index is touched where no indexed column changes."""
QUEUES = {
    "inbox": (0.01, 1000),
    "outbox": (0.01, 1000),
    "timer": (0.01, 1000),
    "cases": (0.02, 1000),
    "counter": (0.0, 200),
    "meta": (0.0, 200),
}
"""Dead rows that bring the cleaner: a share of the table, and so many. The default, a fifth, is never reached by a queue that is nearly all history."""
GROWING = ("journal", "inbox", "outbox")
"""Written once and read by index: frozen as they grow, not all at once one night."""


def upgrade() -> None:
    """On PostgreSQL only."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("CREATE SEQUENCE inbox_number")
    last = op.get_bind().scalar(sa.text("SELECT greatest(coalesce((SELECT max(id) FROM inbox), 0), "
                                        "coalesce((SELECT max(value) FROM counter WHERE workflow = '' AND field = 'inbox'), 0))"))  # fmt: skip
    if last:
        op.execute(f"SELECT setval('inbox_number', {int(last)})")
    for table, percent in REWRITTEN.items():
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")
    for table, (share, rows) in QUEUES.items():
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = {share}, autovacuum_vacuum_threshold = {rows})")
    for table in GROWING:
        op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)")


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
