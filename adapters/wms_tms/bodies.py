"""What letters are in a neighbour's bytes? UTF-8, or what the connection or the text itself says, within the size limit."""

import re

from engine.model.connection import Inbound
from engine.model.documents.read import Body, codec_of, read
from engine.model.documents.tree import BYTES_MAX, Unreadable

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def documents(raw: bytes, inbound: Inbound) -> Body:
    """The documents of a body as it arrived. Raises Unreadable."""
    if len(raw) > BYTES_MAX:
        raise Unreadable("报文超过 1 MB", "the body is larger than 1 MB")
    text, encoding = _text(raw, inbound)
    if "\0" in text:
        raise Unreadable("含有空字符", "a NUL character")
    return read(text, inbound.body, inbound.unwrap, inbound.table, encoding=encoding)


def _text(raw: bytes, inbound: Inbound) -> tuple[str, str]:
    declared = _DECLARED.match(raw[:300]) if inbound.body == "xml" else None
    encoding = codec_of(inbound.encoding or (declared[1].decode("ascii") if declared else "utf-8"))
    try:
        if inbound.body == "form":
            return raw.decode("ascii" if encoding == "gb18030" else "utf-8"), encoding
        return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
    except UnicodeDecodeError as problem:
        if inbound.body == "csv" and not inbound.encoding:
            # A table saved by a Chinese spreadsheet says nothing of its letters.
            return _gbk(raw), "gb18030"
        raise Unreadable(f"不是 {encoding.upper()} 编码", f"not {encoding.upper()}", f"byte {problem.start}") from None
    except LookupError:
        raise Unreadable(f"不认识的编码 {encoding}", f"an unknown encoding {encoding}") from None


def _gbk(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as problem:
        raise Unreadable("既不是 UTF-8 也不是 GBK", "neither UTF-8 nor GBK", f"byte {problem.start}") from None
