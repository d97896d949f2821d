"""Do the oracle, the answer sheets and the page about them agree?"""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.histories.oracle import Fold, Row, fold, is_late, read_set

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "histories"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED")

DIFFERENCES = {
    "olist_orders": {
        ("unavailable", "exception", "dispatched"): 305,
        ("canceled", "exception", "dispatched"): 218,
        ("canceled", "exception", "intake"): 72,
        ("canceled", "exception", "picked_up"): 38,
        ("canceled", "exception", "delivered"): 3,
        ("delivered", "delivered", "picked_up"): 5,
    },
    "olist_orders_no_survey": {},
    "helpdesk_tickets": {},
}
LATE = {"olist_orders": 182, "olist_orders_no_survey": 60}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_the_events_end_as_the_sheet_says_but_for_the_listed_ones(name: str) -> None:
    cases, sheet = _folded(name)

    differ = Counter(
        (sheet[one]["final_status_raw"], sheet[one]["final_state"], case.state)
        for one, case in cases.items()
        if case.state != sheet[one]["final_state"]
    )

    assert differ == DIFFERENCES[name]


@pytest.mark.parametrize("name", LATE)
def test_every_delivery_is_late_exactly_where_the_sheet_says(name: str) -> None:
    cases, sheet = _folded(name)

    late = {one: is_late(case, sheet[one]["promised_at"]) for one, case in cases.items() if "delivered" in case.at}

    assert [one for one in late if late[one] is not sheet[one]["late"]] == []
    assert sum(late.values()) == LATE[name]


def test_the_page_tells_the_same_differences() -> None:
    page = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")

    for (raw, wanted, got), number in DIFFERENCES["olist_orders"].items():
        assert f"| {raw} | {wanted} | {got} | {number} |" in page


def _folded(name: str) -> tuple[dict[str, Fold], dict[str, Row]]:
    events, sheet = read_set(FOLDER, name)
    return {one: fold(answer["entity"], events[one]) for one, answer in sheet.items()}, sheet
