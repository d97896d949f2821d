"""Where in the file does a value stand? One read file: its tree of texts, and the place of every value and key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from engine.model.span import Span

Node: TypeAlias = "str | list[Node] | dict[str, Node] | None"
"""What stands in a file: texts, lists, mappings; None is "not written" (`~` or nothing). No scalar is ever resolved."""

Part = str | int
Path = tuple[Part, ...]
"""Keys and list indexes from the top of the file."""


class Mark(NamedTuple):
    """Where a scalar or collection begins, and how it was written."""

    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    width: int
    style: str
    """YAML's: empty for plain, `'`, `"`, `|`, `>`; `[` for a collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file as it was read."""

    file: str
    lines: tuple[str, ...]
    data: Node
    values: Mapping[Path, Mark] = field(default_factory=dict)
    keys: Mapping[Path, Mark] = field(default_factory=dict)

    def known(self, path: Path) -> Path:
        """The part of a path that exists in the file: unknown parts in between are left out (libraries.md 3.3)."""
        kept: Path = ()
        for part in path:
            if (*kept, part) in self.values:
                kept = (*kept, part)
        return kept

    def at(self, *path: Part) -> Span:
        """The place of a value, or of the nearest thing around it."""
        return self._span(self.values.get(self.known(path)))

    def key(self, *path: Part) -> Span:
        """The place of a key, or of the nearest thing around it."""
        known = self.known(path)
        while known and known not in self.keys:
            known = known[:-1]
        return self._span(self.keys.get(known) or self.values.get(known))

    def inside(self, path: Path, offset: int, width: int) -> Span:
        """The place of a character inside a text, block texts included."""
        mark = self.values.get(self.known(path))
        if mark is None or mark.style == "[":
            return self._span(mark)
        if mark.style in ("|", ">"):
            return self._inside_block(mark, offset, width) or self._span(mark)
        column = mark.column + offset + (1 if mark.style else 0)
        return Span(self.file, mark.line, min(column, len(self.lines[mark.line - 1]) + 1), max(1, width))

    def is_plain(self, path: Path) -> bool:
        """Written without quotes."""
        mark = self.values.get(path)
        return mark is not None and mark.style == ""

    def _inside_block(self, mark: Mark, offset: int, width: int) -> Span | None:
        body = self.lines[mark.line :]
        indent = next((len(line) - len(line.lstrip(" ")) for line in body if line.strip()), 0)
        for number, line in enumerate(body):
            length = max(0, len(line) - indent)
            if offset <= length:
                return Span(self.file, mark.line + 1 + number, indent + offset + 1, max(1, width))
            offset -= length + 1
        return None

    def _span(self, mark: Mark | None) -> Span:
        return Span(self.file, mark.line, mark.column, max(1, mark.width)) if mark else Span(self.file, 1, 1, 1)
