"""What do we answer to an X12 file? A 997: each group and set acknowledged, accepted or rejected."""

import re
from dataclasses import dataclass, field
from datetime import datetime

_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)


@dataclass(slots=True)
class _Group:
    code: str
    control: str
    sets: list[tuple[str, str]] = field(default_factory=list)
    """(transaction set, control number)."""


def answer_to(raw: bytes, *, accepted: bool, now: datetime) -> bytes | None:
    """The functional acknowledgement; None if the file names no sender or no set. `now` is aware."""
    text = raw.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if not text.startswith("ISA") or len(text) < 106:
        return None
    element = text[3]
    head = text.split(element, 16)
    if len(head) < 17 or len(head[16]) < 2:
        return None
    component, end = head[16][0], head[16][1]
    segments = [line.strip("\r\n\t ").split(element) for line in head[16][2:].split(end)]
    groups = _groups(segments)
    if not any(group.sets for group in groups):
        return None
    number = head[13].strip()[-9:].zfill(9)
    # Sender and receiver change places; the control number of the answer is that of the file it answers.
    isa = ["ISA", head[1], head[2], head[3], head[4], head[7], head[8], head[5], head[6], f"{now:%y%m%d}", f"{now:%H%M}", *head[11:13],
           number, "0", head[15], component]  # fmt: skip
    lines = [isa, ["GS", "FA", head[8].strip(), head[6].strip(), f"{now:%Y%m%d}", f"{now:%H%M}", "1", "X", "004010"]]
    for place, group in enumerate(groups, start=1):
        lines += _set(group, f"{place:04d}", "A" if accepted else "R")
    lines += [["GE", str(len(groups)), "1"], ["IEA", "1", number]]
    return "".join(element.join(line) + end for line in lines).encode("utf-8")


def _groups(segments: list[list[str]]) -> list[_Group]:
    groups: list[_Group] = []
    for tag, *elements in segments:
        if not _TAG.fullmatch(tag):
            continue
        if tag == "GS" and len(elements) >= 6:
            groups.append(_Group(elements[0], elements[5]))
        elif tag == "ST" and len(elements) >= 2 and groups:
            groups[-1].sets.append((elements[0], elements[1]))
    return groups


def _set(group: _Group, control: str, verdict: str) -> list[list[str]]:
    body = [["ST", "997", control], ["AK1", group.code, group.control]]
    for code, number in group.sets:
        body += [["AK2", code, number], ["AK5", verdict]]
    count = str(len(group.sets))
    body.append(["AK9", verdict, count, count, count if verdict == "A" else "0"])
    return [*body, ["SE", str(len(body) + 1), control]]
