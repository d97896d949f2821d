"""What documents are in a neighbour's text? One tree each, whatever it is written in; texts inside it unwrapped in place."""

import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.model.documents import iftsta, json_text, table, x12, xml_text
from engine.model.documents.table import TableProfile
from engine.model.documents.tree import ITEMS_MAX, Tree, Unreadable

FORM_FIELDS_MAX = 1000
PLAIN_TABLE = TableProfile()
_CHINESE = ("gbk", "gb2312", "gb18030", "cp936")


def codec_of(encoding: str) -> str:
    """What to decode with. GB18030 reads all that GBK and GB2312 can write."""
    plain = encoding.lower()
    return "gb18030" if plain in _CHINESE else plain.replace("utf8", "utf-8")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a body, or why it cannot be read."""

    tree: Tree
    place: str = ""
    """`line 7` of a body of many lines."""
    trouble: Unreadable | None = None
    """Only this line cannot be read; its tree is the line."""


@dataclass(frozen=True, slots=True)
class Body:
    """What was read, and what was odd about it but not refused (an X12 count that is wrong)."""

    documents: tuple[Document, ...]
    warnings: tuple[str, ...] = ()


def read(
    text: str, body: str, unwrap: Sequence[tuple[str, str]] = (), profile: TableProfile = PLAIN_TABLE, *, encoding: str = "utf-8"
) -> Body:
    """Read a decoded body. Numbers stay text. `encoding`: of the percent-encoded letters of a form. Raises Unreadable."""
    found, warnings = _documents(text, body, profile, encoding)
    for path, kind in unwrap:
        for document in found:
            if document.trouble is None:
                _unwrap(document.tree, path, kind)
    return Body(tuple(found), tuple(warnings))


def _documents(text: str, body: str, profile: TableProfile, encoding: str) -> tuple[list[Document], list[str]]:
    match body:
        case "json":
            tree = json_text.parse(text, numbers_as_text=True)
            _refuse_long_lists(tree)
            return [Document(tree)], []
        case "json_lines":
            return list(_lines(text)), []
        case "form":
            return [Document(_form(text, encoding))], []
        case "xml":
            tree = xml_text.parse(text)
            _refuse_long_lists(tree)
            return [Document(tree)], []
        case "csv":
            return [Document(tree, place) for tree, place in table.rows(text, profile)], []
        case "x12" | "iftsta":
            trees, warnings = (x12 if body == "x12" else iftsta).parse(text)
            return [Document(tree) for tree in trees], warnings
        case _:
            raise Unreadable(f"不会读 {body} 报文", f"{body} bodies are not read")


def _lines(text: str) -> Iterator[Document]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > ITEMS_MAX:
        raise Unreadable(f"超过 {ITEMS_MAX} 行", f"more than {ITEMS_MAX} lines")
    for number, line in lines:
        place = f"line {number}"
        try:
            tree = json_text.parse(line, numbers_as_text=True)
            _refuse_long_lists(tree)
            yield Document(tree, place)
        except Unreadable as trouble:
            # One bad line never stops the others.
            yield Document(line, place, trouble)


def _form(text: str, encoding: str) -> Tree:
    if "%00" in text or "\0" in text:
        raise Unreadable("含有空字符", "a NUL character")
    try:
        pairs = urllib.parse.parse_qsl(
            text.strip("\r\n"), keep_blank_values=True, encoding=encoding, errors="strict", max_num_fields=FORM_FIELDS_MAX
        )
    except ValueError:
        raise Unreadable(f"不是 {encoding.upper()} 表单", f"not a form in {encoding.upper()}") from None
    return dict(pairs)


def _unwrap(tree: Tree, path: str, kind: str) -> None:
    """Parse the text at a path in place, in every item of the lists on the way; what is a branch already is left alone."""
    *parents, last = path.split(".")
    nodes: list[Tree] = [tree]
    for part in parents:
        nodes = [child for node in nodes for child in _below(node, part)]
    holders = [node for each in nodes for node in (each if isinstance(each, list) else [each]) if isinstance(node, dict) and last in node]
    if not holders:
        raise Unreadable(f"{path} 处没有文本", f"no text at {path}")
    for node in holders:
        text = node[last]
        if not isinstance(text, str):
            continue
        if not text.strip():
            node[last] = None
            continue
        node[last] = xml_text.parse(text) if kind == "xml" else json_text.parse(text, numbers_as_text=True)
        _refuse_long_lists(node[last])


def _below(node: Tree, part: str) -> list[Tree]:
    if isinstance(node, list):
        if part.isascii() and part.isdigit():
            return node[int(part) : int(part) + 1]
        return [child for item in node for child in _below(item, part)]
    return [node[part]] if isinstance(node, dict) and part in node else []


def _refuse_long_lists(tree: Tree) -> None:
    left: list[Tree] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, list):
            if len(node) > ITEMS_MAX:
                raise Unreadable(f"列表超过 {ITEMS_MAX} 项", f"more than {ITEMS_MAX} items")
            left += [child for child in node if isinstance(child, dict | list)]
        elif isinstance(node, dict):
            left += [child for child in node.values() if isinstance(child, dict | list)]
