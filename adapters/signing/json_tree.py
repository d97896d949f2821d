"""What tree is in these JSON bytes? UTF-8 within the size limit, read by the engine's own reader."""

from engine.model.documents import json_text
from engine.model.documents.tree import BYTES_MAX, DEPTH_MAX, Tree, Unreadable

__all__ = ["BYTES_MAX", "DEPTH_MAX", "Tree", "Unreadable", "parse"]


def parse(raw: bytes, *, numbers_as_text: bool = False, depth_max: int = DEPTH_MAX) -> Tree:
    """UTF-8 JSON (a leading byte order mark is dropped) -> tree. Raises Unreadable. See `json_text.parse`."""
    if len(raw) > BYTES_MAX:
        raise Unreadable("报文超过 1 MB", "the body is larger than 1 MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Unreadable("不是 UTF-8 编码", "not UTF-8", f"byte {problem.start}") from None
    return json_text.parse(text, numbers_as_text=numbers_as_text, depth_max=depth_max)
