"""What tree is in a neighbour's body? JSON, JSON lines or a form, with texts inside it unwrapped in place."""

import urllib.parse

from adapters.signing import json_tree
from adapters.signing.json_tree import Tree, Unreadable

FORM_FIELDS_MAX = 1000
LINES_MAX = 10_000


def trees(raw: bytes, body: str, unwrap: tuple[tuple[str, str], ...]) -> list[Tree]:
    """One tree per document (json_lines may have many). Numbers stay text. Raises Unreadable."""
    if len(raw) > json_tree.BYTES_MAX:
        raise Unreadable("报文超过 1 MB", "the body is larger than 1 MB")
    match body:
        case "json":
            read = [json_tree.parse(raw, numbers_as_text=True)]
        case "json_lines":
            lines = [line for line in raw.split(b"\n") if line.strip()]
            if len(lines) > LINES_MAX:
                raise Unreadable(f"超过 {LINES_MAX} 行", f"more than {LINES_MAX} lines")
            read = [json_tree.parse(line, numbers_as_text=True) for line in lines]
        case "form":
            read = [_form(raw)]
        case _:
            raise Unreadable(f"本版本还不会读 {body} 报文", f"this version does not read {body} bodies")
    for path, kind in unwrap:
        for tree in read:
            _unwrap(tree, path, kind)
    return read


def _form(raw: bytes) -> Tree:
    if b"%00" in raw or b"\0" in raw:
        raise Unreadable("含有空字符", "a NUL character")
    try:
        return dict(urllib.parse.parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS_MAX))
    except ValueError:
        raise Unreadable("不是 UTF-8 表单", "not a UTF-8 form") from None


def _unwrap(tree: Tree, path: str, kind: str) -> None:
    *parents, last = path.split(".")
    node = tree
    for part in parents:
        node = node.get(part) if isinstance(node, dict) else None
    if not isinstance(node, dict) or not isinstance(node.get(last), str):
        raise Unreadable(f"{path} 处没有文本", f"no text at {path}")
    if kind != "json":
        raise Unreadable(f"本版本还不会解开 {kind}", f"this version does not unwrap {kind}")
    node[last] = json_tree.parse(node[last].encode("utf-8", "surrogatepass"), numbers_as_text=True)
