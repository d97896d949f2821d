"""What stands at this path of a tree? `data.billNo`, `items.0.code`; a blank text is the same as nothing.

Unreadable    the text is no document of its kind, or exceeds a limit; says where
"""

from decimal import Decimal

BYTES_MAX = 1024 * 1024
DEPTH_MAX = 64
ITEMS_MAX = 10_000
"""Items in one list, lines of one table, documents in one body."""
PARTS_MAX = 32
ROOT = "."
"""The path of the whole tree."""

Tree = object
"""dict, list, str, bool, None, and numbers as text or exact."""


class Unreadable(Exception):
    """Why it cannot be read, and where (`line 3, column 14`; empty if it is nowhere in particular)."""

    def __init__(self, zh: str, en: str, place: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.place = place


def at(tree: Tree, path: str) -> Tree | None:
    """The node there, or None. `.` is the tree itself.

    A key that itself contains the dots wins over going down; where a list stands in the way of a name, its first item is meant.
    """
    node: Tree = tree
    if path == ROOT:
        return node
    if isinstance(node, dict) and path in node:
        found: Tree = node[path]
        return found
    for part in path.split(".")[:PARTS_MAX]:
        if isinstance(node, list):
            if _is_place(part):
                node = node[int(part)] if int(part) < len(node) else None
                continue
            node = node[0] if node else None
        node = node.get(part) if isinstance(node, dict) else None
        if node is None:
            return None
    return node


def _is_place(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 6


def text_at(tree: Tree, path: str) -> str | None:
    """The text there: numbers as written, booleans as `true` and `false`; None for blank, missing, or a branch."""
    return text_of(at(tree, path))


def text_of(node: Tree) -> str | None:
    """A leaf as text, trimmed; None for blank, null, or a branch."""
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, str):
        return node.strip() or None
    if isinstance(node, int | Decimal):
        return str(node)
    return None


def leaves(tree: Tree, limit: int = 2000) -> list[str]:
    """The paths of a tree's leaves, at most so many; of a list its first item. For proposals, not for reading."""
    found: list[str] = []
    left: list[tuple[str, Tree]] = [("", tree)]
    while left and len(found) < limit:
        path, node = left.pop()
        if isinstance(node, list):
            left += [(f"{path}.0" if path else "0", node[0])] if node else []
        elif isinstance(node, dict):
            left += [(f"{path}.{key}" if path else str(key), child) for key, child in reversed(node.items())]
        else:
            found.append(path)
    return found
