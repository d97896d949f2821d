"""What stands at this path of a tree? `data.billNo`, `items.0.code`; a blank text is the same as nothing."""

from decimal import Decimal

from adapters.signing.json_tree import Tree

PARTS_MAX = 32


def at(tree: Tree, path: str) -> Tree | None:
    """The node there, or None. A key that itself contains the dots wins over going down."""
    node: Tree = tree
    if isinstance(node, dict) and path in node:
        found: Tree = node[path]
        return found
    for part in path.split(".")[:PARTS_MAX]:
        if isinstance(node, dict):
            node = node.get(part)
        elif isinstance(node, list) and part.isascii() and part.isdigit() and len(part) < 6 and int(part) < len(node):
            node = node[int(part)]
        else:
            return None
    return node


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
