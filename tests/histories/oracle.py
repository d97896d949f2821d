"""Where should each real history end? A second opinion in plain Python that knows nothing of the engine.

Run `python tests/histories/oracle.py [FOLDER]`: counts, and every case whose events do not lead where the answer sheet says.
The two machines below are written by hand, not read from the rulebooks, so that a mistake there cannot hide here.
"""

import gzip
import json
import os
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

LINES = {  # main line: event -> state, in order
    "shipment": {"intake": "intake", "dispatched": "dispatched", "picked_up": "picked_up", "delivered": "delivered"},
    "ticket": {"opened": "new", "triaged": "triaged", "assigned": "assigned", "resolved": "resolved", "closed": "closed"},
}

OWN_ROWS = {  # (entity, state, event) -> where it leads; None: it stays
    **dict.fromkeys([("ticket", "reopened", "assigned"), ("ticket", "reopened", "triaged")]),
    ("ticket", "resolved", "assigned"): "reopened",
    **dict.fromkeys([("ticket", "closed", "closed"), ("ticket", "closed", "resolved")]),
    ("ticket", "closed", "assigned"): "reopened",
    ("ticket", "closed", "verified"): "verified",
}

FROM_ANY = {"waiting": "waiting", "escalated": "escalated", "order_cancelled": "exception"}
FINAL = {"delivered", "closed", "verified"}
STARTS = {"shipment": {"intake"}, "ticket": {"opened", "triaged", "assigned", "waiting", "resolved"}}
ZONES = {"shipment": ZoneInfo("America/Sao_Paulo"), "ticket": UTC}
Row = dict[str, Any]
SETS = ("olist_orders", "olist_orders_no_survey", "helpdesk_tickets")


@dataclass
class Fold:
    """What the events of one case say, in order of time."""

    state: str
    at: dict[str, datetime] = field(default_factory=dict)  # state -> when it was last entered
    set_aside: list[str] = field(default_factory=list)  # main-line events that fall after the end


def fold(entity: str, rows: list[Row]) -> Fold:
    """Read the events of one case: the opening first, then by time, main-line order, the source's count."""
    line = list(LINES[entity])

    def place(row: Row) -> tuple[datetime, int, int]:
        return instant(entity, row["occurred_at"]), line.index(row["event"]) if row["event"] in line else len(line), row["seq"]

    ordered = sorted(rows, key=place)
    opening = next(row for row in ordered if row["event"] in STARTS[entity])
    case = Fold("new" if entity == "ticket" else "intake")
    for row in [opening, *(row for row in ordered if row is not opening)]:
        target = _leads(entity, case, row["event"])
        if target and target != case.state:
            case.state = target
            case.at[target] = instant(entity, row["occurred_at"])
    return case


def _leads(entity: str, case: Fold, event: str) -> str | None:
    line = LINES[entity]
    if (entity, case.state, event) in OWN_ROWS:
        return OWN_ROWS[entity, case.state, event]
    if case.state in FINAL:
        case.set_aside += [event] if event in line else []
        return None
    if event not in line:
        return FROM_ANY.get(event)
    states = list(line.values())
    return line[event] if case.state not in states or states.index(line[event]) > states.index(case.state) else None


def instant(entity: str, text: str) -> datetime:
    """A time of the source, aware; a naive one is read in the zone of its set."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=ZONES[entity])


def read_set(folder: Path, name: str) -> tuple[dict[str, list[Row]], dict[str, Row]]:
    """Events by case, and the answer sheet."""
    events: dict[str, list[Row]] = defaultdict(list)
    for row in _lines(folder / f"{name}.events.jsonl.gz"):
        events[row["case_id"]].append(row)
    return events, {row["case_id"]: row for row in _lines(folder / f"{name}.cases.jsonl.gz")}


def is_late(case: Fold, promised_at: str) -> bool:
    """Delivered on a later local date than promised."""
    return case.at["delivered"].date() > datetime.fromisoformat(promised_at).date()


def _lines(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main(folder: Path) -> None:
    """Print the counts of every set, and the cases that differ from its answer sheet."""
    for name in SETS:
        events, sheet = read_set(folder, name)
        cases = {case_id: fold(answer["entity"], events[case_id]) for case_id, answer in sheet.items()}
        lates = {case_id: is_late(case, sheet[case_id]["promised_at"]) for case_id, case in cases.items() if "delivered" in case.at}
        differ = defaultdict[tuple[str, str, str], list[str]](list)
        for case_id, case in cases.items():
            if case.state != sheet[case_id]["final_state"]:
                differ[sheet[case_id]["final_status_raw"], sheet[case_id]["final_state"], case.state].append(case_id)
        print(f"{name}: {len(cases)} cases end {dict(Counter(case.state for case in cases.values()))}")
        print(
            f"  late {sum(lates.values())} of {len(lates)}; unlike the sheet: {[one for one in lates if lates[one] != sheet[one]['late']]}"
        )
        print(f"  set aside after the end: {[case_id for case_id, case in cases.items() if case.set_aside]}")
        for (raw, wanted, got), ids in sorted(differ.items()):
            print(f"  {raw}: sheet {wanted}, events {got}: {len(ids)}, as {' '.join(sorted(ids)[:3])}")


if __name__ == "__main__":
    shared = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "data" / "histories")
