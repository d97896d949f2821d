"""Which items are in the list at this path, and what holds each? Lists inside lists are opened on the way."""

from engine.model.documents.tree import ITEMS_MAX, ROOT, Tree, Unreadable

Held = tuple[Tree, tuple[Tree, ...]]
"""An item, and what is around it: what holds its list first, the whole last."""


def explode(tree: Tree, path: str) -> list[Held]:
    """`data`, `shipments.scans`, `.` for the whole. One branch where a list could stand is a list of one; nothing there, an empty one."""
    held: list[Held] = [(tree, ())]
    for part in () if path == ROOT else path.split("."):
        held = [(_below(node, part), (node, *around)) for each in held for node, around in _opened(each, path)]
    if path == ROOT:
        held = [(tree, (tree,))]
    return [one for each in held for one in _opened(each, path)]


def _opened(held: Held, path: str) -> list[Held]:
    """The items of a list, or the branch itself."""
    node, around = held
    if node is None or node == "":
        return []
    if isinstance(node, dict):
        return [held]
    if not isinstance(node, list):
        raise Unreadable(f"{path} 处没有列表", f"no list at {path}")
    if len(node) > ITEMS_MAX:
        raise Unreadable(f"列表超过 {ITEMS_MAX} 项", f"more than {ITEMS_MAX} items")
    return [(item, around) for item in node]


def _below(node: Tree, part: str) -> Tree:
    if isinstance(node, list) and part.isascii() and part.isdigit():
        return node[int(part)] if int(part) < len(node) else None
    return node.get(part) if isinstance(node, dict) else None
