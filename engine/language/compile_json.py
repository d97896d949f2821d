"""What JSON stands at this place of a file? Plain true, false and numbers are such, all else is text."""

import json
import re

from engine.language.source import Node, Path, Source

_JSON_PLAIN = re.compile(r"true|false|-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)


def json_text(source: Source, path: Path) -> str:
    """JSON of what stands at a path."""
    node: Node = source.data
    for part in path:
        node = node.get(str(part)) if isinstance(node, dict) else node[part] if isinstance(node, list) and isinstance(part, int) else None
    return json.dumps(_typed(source, node, path), ensure_ascii=False)


def _typed(source: Source, node: Node, path: Path) -> object:
    if isinstance(node, dict):
        return {key: _typed(source, value, (*path, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [_typed(source, value, (*path, index)) for index, value in enumerate(node)]
    if node is not None and source.is_plain(path) and _JSON_PLAIN.fullmatch(node):
        return json.loads(node)
    return node
