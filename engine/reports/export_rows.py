"""What does a process-mining tool get to see of a case? The events that stand, and the cases and parcels they touch; personal values masked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.model.decision import JournalRow
from engine.model.masks import mask_text
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.reports.report_case import SHIPMENT, hand_of, happened
from engine.reports.report_groups import rulebook_fields
from engine.reports.report_shape import Dossier, Paper

NEEDS = frozenset({Paper.JOURNAL, Paper.SHIPMENT})
PARCEL = "parcel"
FROM_CASE = "case/"
NO_XML: dict[int, str | None] = {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event that happened and stands."""

    id: str
    """`shipment:261123001/7`: case and revision."""
    name: str
    at: datetime
    by: str
    """Number of a person, or `system`."""
    values: Mapping[str, str]
    """Outcome, states before and after, and what the event brought."""
    cause: str = ""
    """The case that sent it; empty: none did."""


def steps(rulebook: Rulebook, dossier: Dossier) -> Iterator[Step]:
    """In order of time; what was retracted is left out, as in every report."""
    for row in happened(dossier):
        yield Step(
            id=f"{row.case}/{row.revision}", name=text(row.name), at=row.occurred_at.astimezone(UTC), by=text(hand_of(row)),
            values=_values(rulebook, row), cause=row.source.removeprefix(FROM_CASE) if row.source.startswith(FROM_CASE) else "",
        )  # fmt: skip


def _values(rulebook: Rulebook, row: JournalRow) -> dict[str, str]:
    fields = rulebook_fields(rulebook)
    workflow = rulebook.workflows.get(row.case.partition(":")[0])
    event = workflow.events.get(row.name) if workflow is not None else None
    brought = {f"data_{name}": text(mask_text(value)) for name, value in row.data.items() if not (name in fields and fields[name].private)}
    return {
        "label": text(event.label) if event is not None else text(row.name), "outcome": row.outcome.value, "state_before": row.state_before,
        "state_after": row.state_after, "received_at": row.received_at.astimezone(UTC).isoformat(), **brought,
    }  # fmt: skip


def parcel_of(dossier: Dossier) -> str:
    """The parcel's id; empty: no waybill number is known."""
    number = dossier.case.fields.get("waybill_no", "")
    return f"{PARCEL}:{text(number)}" if number else ""


def kin(dossier: Dossier) -> dict[str, str]:
    """Other cases this one belongs to -> how: `opened_by` the one that raised its first event, `about` the shipment of its waybill number."""
    found: dict[str, str] = {}
    if dossier.shipment is not None and dossier.case.workflow != SHIPMENT:
        found[dossier.shipment.id] = "about"
    first = min(dossier.journal, key=lambda row: row.revision, default=None)
    if first is not None and first.source.startswith(FROM_CASE):
        found[first.source.removeprefix(FROM_CASE)] = "opened_by"
    return found


def text(value: str) -> str:
    """On one line, with nothing XML cannot write."""
    return plain(value).translate(NO_XML)
