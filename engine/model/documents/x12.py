"""What tree is in an X12 interchange? Delimiters as the ISA says them, statuses found by loop, miscounts told and not refused."""

import re

from engine.model.documents.edi import Node, Segment, laid_out, put
from engine.model.documents.tree import ITEMS_MAX, Tree, Unreadable

QUALIFIER_AT = {"L11": 2, "REF": 1, "N1": 1, "G62": 1, "DTM": 1, "MAN": 1, "AT8": 1, "NM1": 1}
"""Segments told apart by one of their elements: `L11*12345*BM` is also `L11_BM`."""
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
_PARTY = ("N2", "N3", "N4", "G61")
_EQUIPMENT = ("MS1", "MS2", "M7")
_ENVELOPE = ("ISA", "GS")


def parse(text: str) -> tuple[list[Tree], list[str]]:
    """(one tree per transaction set, warnings). Raises Unreadable if there is no ISA or no ST."""
    segments, warnings = _segments(text.lstrip("\ufeff \r\n\t"))
    envelope: Node = {}
    sets: list[_Set] = []
    for number, segment in enumerate(segments, start=1):
        tag = segment[0]
        if tag in _ENVELOPE:
            envelope.pop(tag, None)
            put(envelope, segment, {})
        elif tag == "ST":
            sets.append(_Set(dict(envelope), number))
            sets[-1].take(segment)
        elif tag == "SE" and sets:
            warnings += sets[-1].closed(segment, number)
        elif tag not in ("GE", "IEA", "TA1") and sets:
            sets[-1].take(segment)
    if not sets:
        raise Unreadable("X12 报文里没有 ST 段", "no ST segment in this X12 interchange")
    if segments[-1][0] != "IEA":
        warnings.append("the interchange breaks off: no IEA")
    return [each.tree for each in sets], warnings


def _segments(text: str) -> tuple[list[Segment], list[str]]:
    if not text.startswith("ISA") or len(text) < 20:
        raise Unreadable("不是 X12:开头没有 ISA 段", "not X12: it does not begin with ISA")
    element = text[3]
    head = text.split(element, 16)
    if len(head) < 17 or len(head[16]) < 2:
        raise Unreadable("ISA 段不完整", "the ISA segment is not whole")
    component, terminator = head[16][0], head[16][1]
    found: list[Segment] = [("ISA", [[part] for part in head[1:16]])]
    strange = 0
    for line in head[16][2:].split(terminator):
        stripped = line.strip("\r\n\t ")
        tag, *elements = stripped.split(element)
        if _TAG.fullmatch(tag):
            found.append((tag, [part.split(component) for part in elements]))
        elif stripped:
            strange += 1
    return found, [f"{strange} pieces are no segments (a delimiter inside a text?)"] if strange else []


class _Set:
    """One transaction set while it is read: a header, and one status for every AT7."""

    def __init__(self, envelope: Node, first: int) -> None:
        self._statuses: list[Tree] = []
        self.tree: Node = {**envelope, "statuses": self._statuses}
        self._first = first
        self._loop: Node = self.tree
        self._status: Node | None = None
        self._party: Node | None = None
        self._waiting: Node = {}

    def take(self, segment: Segment) -> None:
        tag = segment[0]
        if tag == "LX":
            # Its own elements stand beside what it holds: LX.1 is the number of the loop.
            self._loop, self._status, self._party, self._waiting = laid_out(segment[1]), None, None, {}
        elif tag == "AT7":
            self._begin(segment)
        elif tag in _EQUIPMENT:
            # Some partners write the place before its status.
            free = self._status is not None and tag not in self._status
            put(self._status if free and self._status is not None else self._waiting, segment, {})
        elif tag in _PARTY and self._party is not None:
            put(self._party, segment, {})
        else:
            node = put(self._loop, segment, QUALIFIER_AT)
            self._party = node if tag == "N1" else None

    def _begin(self, segment: Segment) -> None:
        if len(self._statuses) >= ITEMS_MAX:
            raise Unreadable(f"状态超过 {ITEMS_MAX} 条", f"more than {ITEMS_MAX} statuses")
        self._status = dict(self._waiting)
        self._waiting = {}
        put(self._status, segment, {})
        if self._loop is not self.tree:
            self._status["LX"] = self._loop
        self._statuses.append(self._status)

    def closed(self, segment: Segment, number: int) -> list[str]:
        said = segment[1][0][0].strip() if segment[1] else ""
        counted = number - self._first + 1
        return [] if said == str(counted) else [f"SE says {said or 'nothing'}, {counted} segments were read"]
