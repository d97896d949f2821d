"""Which shared calendar vectors of one tag are answered otherwise than canonically?"""

import os
from functools import cache
from pathlib import Path

import pytest

from tests.calendar_vectors import Answer, answers

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
VECTORS = SHARED / "data" / "calendar_vectors.json"


@cache
def _all() -> tuple[Answer, ...]:
    return tuple(answers(VECTORS))


def graded(*tags: str, kind: str | None = None) -> list[tuple[str, object, object]]:
    """(id, expected, got) of wrong answers among those of all the tags (and of a kind); at least one must exist."""
    if not VECTORS.exists():
        pytest.skip("shared test data is absent: set WAYBILL_SHARED to its folder")
    chosen = [one for one in _all() if set(tags) <= set(one.tags) and kind in (None, one.kind)]
    assert chosen, f"no vector has the tags {tags}"
    return [(one.id, one.expected, one.got) for one in chosen if not one.right]
