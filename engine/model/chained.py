"""Which line came before this one, and what did both say? A hash that carries the one before it."""

import hashlib
import json
from collections.abc import Sequence

NOTHING = ""
"""What stands before the first line."""


def link(previous: str, line: Sequence[str | int | None]) -> str:
    """The hash of a line and of all before it: sha256 over canonical JSON, 64 hex digits."""
    said = json.dumps([previous, *line], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
