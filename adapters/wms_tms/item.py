"""What stands at this path of one report? Looked for in the report, around it, or in the headers."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.documents.exploded import explode
from engine.model.documents.tree import Tree, at, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One report in its envelope."""

    own: Tree
    around: tuple[Tree, ...] = ()
    """What holds its list, then what holds that, up to the envelope; empty: the report is not one of a list."""
    whole: Tree
    headers: Mapping[str, str]
    place: str = ""

    @property
    def exploded(self) -> bool:
        """One of a list?"""
        return bool(self.around)

    def node(self, path: str) -> Tree | None:
        """`whole.` looks at the envelope, `up.` at what holds the list, `header.` at a header, all else at the report itself."""
        if path.startswith("whole."):
            return at(self.whole, path.removeprefix("whole."))
        if path.startswith("header."):
            return self.headers.get(path.removeprefix("header.").lower())
        if path.startswith("up."):
            return at(self.around[0], path.removeprefix("up.")) if self.around else None
        return at(self.own, path)

    def text(self, path: str) -> str | None:
        """The text there; None for blank."""
        return text_of(self.node(path))

    def text_here_or_around(self, path: str) -> str | None:
        """As `text`, else what stands there around it, the nearest first. A bare false or true names nothing (Odoo writes so for blank)."""
        nodes = [self.node(path), *(at(tree, path) for tree in self.around)]
        return next((text for node in nodes if not isinstance(node, bool) and (text := text_of(node))), None)


def items_of(whole: Item, path: str, *, newest_first: bool) -> list[Item]:
    """The items of the list at a path, oldest first. Raises Unreadable if something else stands there."""
    found = explode(whole.whole, path)
    ordered = reversed(found) if newest_first else found
    return [Item(own=own, around=around, whole=whole.whole, headers=whole.headers, place=whole.place) for own, around in ordered]
