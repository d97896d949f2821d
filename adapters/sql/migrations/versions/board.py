"""Which clocks are under way, and which cases came and went? What the board of the console is read from."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BATCH = 1_000
AREA, TIER = ("area", "city", "pickup_city", "region"), ("customer_tier", "tier")
"""Fields that say them, the first that is known counts; as the board had it when this step was written."""
FINAL = sa.text("final")


def upgrade() -> None:
    """Make the table, fill it from the cases, and index what the board counts."""
    table = op.create_table(
        "live_clock",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("vshard", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "policy", "number"),
    )
    fill(table)
    op.create_index("live_clock_due", "live_clock", ["due", "workflow", "policy", "area", "tier"])
    op.create_index("cases_opened", "cases", ["opened_at"])
    op.create_index("cases_closed", "cases", ["entered_at", "late"], sqlite_where=FINAL, postgresql_where=FINAL)


def fill(table: sa.Table) -> None:
    """From the clocks of every open case, a batch at a time."""
    connection, after = op.get_bind(), ""
    page = sa.text(
        f"SELECT id, workflow, clocks, fields FROM cases WHERE NOT final AND id > :after ORDER BY id LIMIT {BATCH}"  # noqa: S608  # Our own number.
    )
    while True:
        rows = connection.execute(page, {"after": after}).mappings().all()
        if not rows:
            return
        live = [clock for row in rows for clock in live_of(row)]
        if live:
            connection.execute(table.insert(), live)
        after = rows[-1]["id"]


def live_of(row: sa.RowMapping) -> Iterator[dict[str, object]]:
    """Those that run, or are late and go on."""
    fields = json.loads(row["fields"])
    area, tier = (next((fields[name] for name in names if fields.get(name)), "") for names in (AREA, TIER))
    for clock in json.loads(row["clocks"]):
        verdict = clock["verdict"]
        if clock["due"] and (verdict == "running" or (verdict == "late" and not clock["stopped_at"])):
            yield {
                "case_id": row["id"], "policy": clock["policy"], "number": clock["number"], "due": micros(clock["due"]),
                "workflow": row["workflow"], "area": area, "tier": tier,
            }  # fmt: skip


def micros(instant: str) -> int:
    """As instants are kept."""
    return (datetime.fromisoformat(instant.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def downgrade() -> None:
    """A backup is the way back."""
    raise NotImplementedError("restore a backup")
