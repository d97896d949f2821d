"""Which clocks are under way? A row each, kept by the transaction that decides, so that a board need not read cases."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, delete, insert, select

from adapters.sql.codec import Instant
from adapters.sql.database import Row
from adapters.sql.prepared import Prepared
from adapters.sql.tables import METADATA, vshard
from engine.model.decision import Decision
from engine.ports.views import LiveClock
from engine.reports.live_clocks import live_clocks

LIVE_CLOCK = Table(
    "live_clock", METADATA,
    Column("case_id", Text, primary_key=True), Column("policy", Text, primary_key=True), Column("number", Integer, primary_key=True),
    Column("due", Instant, nullable=False), Column("workflow", Text, nullable=False), Column("area", Text, nullable=False),
    Column("tier", Text, nullable=False), vshard(),
    Index("live_clock_due", "due", "workflow", "policy", "area", "tier"),
)  # fmt: skip
"""The index holds all that is counted: no row is touched for a tally."""

OF_CASE = Prepared(select(LIVE_CLOCK).where(LIVE_CLOCK.c.case_id == bindparam("case")))
GONE = Prepared(
    delete(LIVE_CLOCK).where(
        LIVE_CLOCK.c.case_id == bindparam("b_case"),
        LIVE_CLOCK.c.policy == bindparam("b_policy"),
        LIVE_CLOCK.c.number == bindparam("b_number"),
    )
)
NEW = Prepared(insert(LIVE_CLOCK))


def standing_clocks(decision: Decision) -> Sequence[LiveClock]:
    """What shall be kept after a decision."""
    after, standing = decision.after, decision.standing
    return live_clocks(after.id, after.workflow, final=standing.final, clocks=standing.clocks, fields=standing.fields)


def keep(connection: Connection, changes: Iterable[tuple[Sequence[LiveClock], Sequence[LiveClock]]]) -> None:
    """For each case (what is kept, what shall be): make it so, touching only what differs."""
    gone: list[LiveClock] = []
    new: list[LiveClock] = []
    for known, wanted in changes:
        gone += [one for one in known if one not in wanted]
        new += [one for one in wanted if one not in known]
    GONE.send_many(connection, [{"b_case": one.case, "b_policy": one.policy, "b_number": one.number} for one in gone])
    NEW.send_many(connection, [as_row(one) for one in new])


def as_row(clock: LiveClock) -> Row:
    """A row of the table."""
    return {
        "case_id": clock.case, "policy": clock.policy, "number": clock.number, "due": clock.due, "workflow": clock.workflow,
        "area": clock.area, "tier": clock.tier,
    }  # fmt: skip


def clock_of(row: Any) -> LiveClock:
    """And back."""
    return LiveClock(
        case=row["case_id"], policy=row["policy"], number=row["number"], due=row["due"], workflow=row["workflow"], area=row["area"],
        tier=row["tier"],
    )  # fmt: skip
