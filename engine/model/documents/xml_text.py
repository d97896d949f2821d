"""What tree is in this XML text? Elements by name, attributes as `@name`, namespaces dropped; no entities, no DTD."""

from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # It ships no types.
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]  # It ships no types.

from engine.model.documents.tree import DEPTH_MAX, Tree, Unreadable

TEXT = "#text"
"""The key of an element's own text, where it has attributes or children too."""


def parse(text: str, *, depth_max: int = DEPTH_MAX) -> Tree:
    """XML -> `{root: ...}`. An element with nothing but text is that text; repeated elements are a list. Raises Unreadable."""
    parser = DefusedXMLParser(target=_Growing(depth_max), forbid_dtd=True)
    try:
        # The text is decoded already; what its declaration says of an encoding no longer counts.
        parser.feed(text.strip("\ufeff \r\n\t"))
        tree: Tree = parser.close()
    except ParseError as problem:
        line, column = problem.position
        raise Unreadable("不是合法的 XML", "not XML", f"line {line}, column {column + 1}") from None
    except DefusedXmlException:
        raise Unreadable("XML 里有实体或 DTD,不收", "entities or a DTD in XML are not taken") from None
    except (LookupError, ValueError):
        raise Unreadable("不是合法的 XML", "not XML") from None
    return tree


class _Growing:
    """The tree while its elements open and close."""

    def __init__(self, depth_max: int) -> None:
        self._depth_max = depth_max
        self._open: list[tuple[str, dict[str, Tree], list[str]]] = [("", {}, [])]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > self._depth_max:
            raise Unreadable(f"嵌套超过 {self._depth_max} 层", f"nested deeper than {self._depth_max}")
        self._open.append((_local(tag), {f"@{_local(name)}": value for name, value in attributes.items()}, []))

    def data(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, tag: str) -> None:
        name, children, texts = self._open.pop()
        text = "".join(texts).strip()
        node: Tree = text
        if children:
            node = {**children, TEXT: text} if text else children
        siblings = self._open[-1][1]
        before = siblings.get(name)
        if name not in siblings:
            siblings[name] = node
        elif isinstance(before, list):
            before.append(node)
        else:
            siblings[name] = [before, node]

    def close(self) -> Tree:
        return self._open[0][1]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
