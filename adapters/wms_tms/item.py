"""What stands at this path of one report? Looked for in the report, in its envelope, or in the headers."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.documents.tree import Tree, Unreadable, at, text_at, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One report in its envelope."""

    own: Tree
    whole: Tree
    headers: Mapping[str, str]
    exploded: bool = False
    place: str = ""
    number: int = 0
    """Its place in the neighbour's list, the oldest first."""

    def node(self, path: str) -> Tree | None:
        """`whole.` looks at the envelope, `header.` at a header, all else at the report itself."""
        if path.startswith("whole."):
            return at(self.whole, path.removeprefix("whole."))
        if path.startswith("header."):
            return self.headers.get(path.removeprefix("header.").lower())
        return at(self.own, path)

    def text(self, path: str) -> str | None:
        """The text there; None for blank."""
        return text_of(self.node(path))

    def text_here_or_around(self, path: str) -> str | None:
        """As `text`, else what stands there in the envelope."""
        return self.text(path) or (text_at(self.whole, path) if self.exploded else None)


def items_of(whole: Item, path: str, *, newest_first: bool) -> list[Item]:
    """The list at a path, oldest first. One branch where a list could stand is a list of one; nothing there, an empty one."""
    listed = at(whole.whole, path)
    if listed is None or listed == "":
        listed = []
    if isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list):
        raise Unreadable(f"{path} 处没有列表", f"no list at {path}")
    ordered = reversed(listed) if newest_first else listed
    return [
        Item(own=own, whole=whole.whole, headers=whole.headers, exploded=True, place=whole.place, number=number)
        for number, own in enumerate(ordered)
    ]
