"""What tree is in an EDIFACT interchange? UNA and the release character obeyed, one status for every STS of every CNI."""

import re
from collections.abc import Sequence

from engine.model.documents.edi import Node, Segment, laid_out, put
from engine.model.documents.tree import ITEMS_MAX, Tree, Unreadable

QUALIFIER_AT = {"RFF": 1, "DTM": 1, "LOC": 1, "NAD": 1, "FTX": 1, "MEA": 1, "EQD": 1}
"""Segments told apart by their first component: `RFF+CN:123` is also `RFF_CN`."""
_TAG = re.compile(r"[A-Z]{3}", re.ASCII)
_PLAIN = ":+.? '"


def parse(text: str) -> tuple[list[Tree], list[str]]:
    """(one tree per message, warnings). Raises Unreadable if there is no UNH."""
    segments, warnings = _segments(text.lstrip("\ufeff \r\n\t"))
    envelope: Node = {}
    messages: list[_Message] = []
    for number, segment in enumerate(segments, start=1):
        tag = segment[0]
        if tag == "UNB":
            put(envelope, segment, {})
        elif tag == "UNH":
            messages.append(_Message(dict(envelope), number))
            messages[-1].take(segment)
        elif tag == "UNT" and messages:
            warnings += messages[-1].closed(segment, number)
        elif tag not in ("UNZ", "UNG", "UNE") and messages:
            messages[-1].take(segment)
    if not messages:
        raise Unreadable("EDIFACT 报文里没有 UNH 段", "no UNH segment in this EDIFACT interchange")
    return [each.tree for each in messages], warnings


def _segments(text: str) -> tuple[list[Segment], list[str]]:
    marks = _PLAIN
    if text.startswith("UNA") and len(text) >= 9:
        marks, text = text[3:9], text[9:]
    component, element, release, terminator = marks[0], marks[1], marks[3], marks[5]
    if not text.lstrip().startswith(("UNB", "UNH")):
        raise Unreadable("不是 EDIFACT:开头没有 UNB 或 UNH 段", "not EDIFACT: it begins with neither UNB nor UNH")
    found: list[Segment] = []
    strange = 0
    for line in _cut(text, terminator, release):
        tag, *elements = _cut(line.strip("\r\n\t "), element, release)
        name = _cut(tag, component, release)[0]
        if _TAG.fullmatch(name):
            found.append((name, [[_plain(part, release) for part in _cut(one, component, release)] for one in elements]))
        elif tag:
            strange += 1
    return found, [f"{strange} pieces are no segments"] if strange else []


def _cut(text: str, mark: str, release: str) -> Sequence[str]:
    """Split at a mark that no release character makes plain; linear in the text."""
    if release == " " or release not in text:
        return text.split(mark)
    parts: list[str] = []
    start = 0
    for found in re.finditer(rf"{re.escape(release)}.|{re.escape(mark)}", text, re.DOTALL):
        if found[0] == mark:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def _plain(text: str, release: str) -> str:
    return text if release == " " or release not in text else re.sub(rf"{re.escape(release)}(.)", r"\1", text, flags=re.DOTALL)


class _Message:
    """One message while it is read."""

    def __init__(self, envelope: Node, first: int) -> None:
        self._statuses: list[Tree] = []
        self.tree: Node = {**envelope, "statuses": self._statuses}
        self._first = first
        self._consignment: Node | None = None
        self._here: Node = self.tree

    def take(self, segment: Segment) -> None:
        tag = segment[0]
        if tag == "CNI":
            # Its own elements stand beside what it holds: CNI.1, CNI.2.
            self._consignment = self._here = laid_out(segment[1])
        elif tag == "STS":
            self._begin()
            put(self._here, segment, {})
        else:
            put(self._here, segment, QUALIFIER_AT)

    def _begin(self) -> None:
        if len(self._statuses) >= ITEMS_MAX:
            raise Unreadable(f"状态超过 {ITEMS_MAX} 条", f"more than {ITEMS_MAX} statuses")
        self._here = {} if self._consignment is None else {"CNI": self._consignment}
        self._statuses.append(self._here)

    def closed(self, segment: Segment, number: int) -> list[str]:
        said = segment[1][0][0].strip() if segment[1] else ""
        counted = number - self._first + 1
        return [] if said == str(counted) else [f"UNT says {said or 'nothing'}, {counted} segments were read"]
