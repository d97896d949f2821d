"""Is this the same event as before? The sender's own id, or what an item says of itself, however often a snapshot repeats it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.wms_tms.item import Item
from adapters.wms_tms.times import When
from engine.model.connection import Inbound

ID_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Identity:
    """Of one report."""

    id: str
    text: str = ""
    """This wording; empty: not an item of a snapshot."""


class Identities:
    """Of one body: items that are alike but for their wording are told apart by their order."""

    def __init__(self, connection: str, inbound: Inbound) -> None:
        self._connection = connection
        self._inbound = inbound
        self._met: dict[str, dict[str, int]] = {}

    def of(
        self,
        item: Item,
        names: Mapping[str, str],
        *,
        code: str,
        event: str | None,
        retracts: str | None,
        when: When,
        written: str,
        text: str,
    ) -> Identity:
        """The sender's id; else, of a list's item, number, code and time as written; else everything the report says."""
        own = self._own(item)
        if own:
            # A retraction often carries the id of what it takes back.
            own = self._short(f"{own}/retracts" if retracts else own)
            return Identity(own, text=self._hash(["wording", own, text]) if item.exploded else "")
        what = code or event or retracts or ""
        if item.exploded and written and (what or text):
            return self._of_snapshot(names, what, written, text)
        instant = when.at.isoformat() if when.at else written
        return Identity(self._hash([dict(names), event or retracts or code, instant, item.own]))

    def sent(self, path: str | None, item: Item) -> str:
        """The sender's id at a path, as the event was stored under it; empty if there is none."""
        return self._short(item.text(path) or "") if path is not None else ""

    def derived(self, whole: Item | None, names: Mapping[str, str], what: str, written: str) -> str:
        """Of what an envelope says: once for its newest item; without items, once for the same envelope."""
        return self._hash(["derived", _first(names), what, written, whole.own if whole is not None else None])

    def of_text(self, line: str) -> str:
        """Of a line that cannot be read."""
        return self._hash(["line", line])

    def _own(self, item: Item) -> str:
        path = self._inbound.id_at
        if path is None or (item.exploded and path.startswith(("whole.", "header."))):
            return ""  # The envelope's id is not the item's: a snapshot repeats its items under ever new envelopes.
        return item.text(path) or ""

    def _of_snapshot(self, names: Mapping[str, str], what: str, written: str, text: str) -> Identity:
        base = [_first(names), what, written]
        key = self._hash(base)
        wordings = self._met.setdefault(key, {})
        place = wordings.setdefault(text, len(wordings))
        wording = self._hash([*base, "wording", text])
        return Identity(key if place == 0 else self._hash([*base, place]), text=wording)

    def _short(self, own: str) -> str:
        return own if len(own) <= ID_CHARS_MAX else hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()

    def _hash(self, content: Sequence[object]) -> str:
        text = json.dumps([self._connection, *content], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def _first(names: Mapping[str, str]) -> str:
    """The first number alone: the others may become known between two snapshots."""
    return next(iter(names.values()), "")
