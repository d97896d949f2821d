"""What do the lines of a push say? Each is read alone: a bad one is told, the others count."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from adapters.signing import json_tree
from adapters.signing.json_tree import Tree
from adapters.signing.paths import text_at
from engine.model.masks import mask_text
from engine.model.numbers import read_number
from engine.model.receipt import BadLine, Pushed, Receipt, ShortReply, Verdict

LINE_CHARS_MAX = 200
BEIJING = timezone(timedelta(hours=8))
_BETWEEN = re.compile(r"(?<=\})\s*,\s*(?=\{)")
Line = Mapping[str, Tree]
ReadLine = Callable[[Line], Receipt | ShortReply]
"""Raises BadLineProblem if the line says nothing that can be used."""


class BadLineProblem(ValueError):
    """What is missing in a line."""


def read_lines(body: bytes, read: ReadLine, *, answer: str) -> Pushed:
    """A JSON array, or a single object, line by line."""
    receipts: list[Receipt] = []
    replies: list[ShortReply] = []
    bad: list[BadLine] = []
    for number, line in enumerate(_lines(body), start=1):
        try:
            if not isinstance(line, dict):
                raise BadLineProblem("not an object")
            said = read(line)
        except BadLineProblem as problem:
            bad.append(BadLine(number, str(problem), _shown(line)))
            continue
        if isinstance(said, ShortReply):
            replies.append(said)
        else:
            receipts.append(as_receipt(said))
    return Pushed(receipts=tuple(receipts), replies=tuple(replies), bad=tuple(bad), answer=answer)


def as_receipt(receipt: Receipt) -> Receipt:
    """A receipt is the end of it: what a send would repeat (`busy`, `limited`) is, told afterwards, a text that did not arrive."""
    if receipt.verdict is not Verdict.RETRY:
        return receipt
    return replace(receipt, verdict=Verdict.REJECTED, until=None)


def needed(line: Line, *names: str) -> str:
    """The first of these that says something. Raises BadLineProblem."""
    for name in names:
        text = text_at(line, name)
        if text is not None:
            return text
    raise BadLineProblem(f"no {' or '.join(names)}")


def instant(text: str | None, otherwise: datetime) -> datetime:
    """`2026-11-23 09:00:00` as it is written in Beijing, or seconds of Unix time; else when we heard of it."""
    if text is None:
        return otherwise
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text[:11]), UTC)
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


def normal(number: str) -> str:
    """A number as cases write it; as it came, if it is none."""
    read = read_number(number)
    return read.normal if read is not None else number


def _lines(body: bytes) -> Sequence[Tree]:
    try:
        tree = json_tree.parse(body, numbers_as_text=True)
    except json_tree.Unreadable:
        return [_alone(line) for line in _cut(body)]
    return tree if isinstance(tree, list) else [tree]


def _cut(body: bytes) -> Sequence[bytes]:
    """An array in which some line is broken: cut where one object ends and the next begins."""
    text = body.decode("utf-8-sig", "surrogateescape").strip().removeprefix("[").removesuffix("]")
    return [part.strip().encode("utf-8", "surrogateescape") for part in _BETWEEN.split(text)]


def _alone(line: bytes) -> Tree:
    try:
        return json_tree.parse(line, numbers_as_text=True)
    except json_tree.Unreadable:
        return line.decode("utf-8", "replace")


def _shown(line: Tree) -> str:
    text = line if isinstance(line, str) else json.dumps(line, ensure_ascii=False, default=str)
    return mask_text(text)[:LINE_CHARS_MAX]
