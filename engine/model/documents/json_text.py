"""What tree is in this JSON text? Parsed within limits, with numbers kept exactly as they were written."""

import json
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from engine.model.documents.tree import DEPTH_MAX, Tree, Unreadable

NUMBER_CHARS_MAX = 64


def parse(text: str, *, numbers_as_text: bool = False, depth_max: int = DEPTH_MAX) -> Tree:
    """JSON -> tree. Raises Unreadable.

    A number becomes its own text if asked (a waybill number must not lose its zeros), else an int or a Decimal.
    """
    try:
        tree: Tree = json.loads(
            text,
            parse_int=_as_written if numbers_as_text else _whole,
            parse_float=_as_written if numbers_as_text else _decimal,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as problem:
        raise Unreadable("不是合法的 JSON", f"not JSON: {problem.msg}", f"line {problem.lineno}, column {problem.colno}") from None
    except RecursionError:
        raise Unreadable("嵌套太深", f"nested deeper than {depth_max}") from None
    if _deeper_than(tree, depth_max):
        raise Unreadable(f"嵌套超过 {depth_max} 层", f"nested deeper than {depth_max}")
    if "\\u" in text:
        _refuse_unwritable(text, tree)
    return tree


def _refuse_unwritable(text: str, tree: Tree) -> None:
    """Escapes can spell letters no store can write: half a surrogate pair, and NUL."""
    try:
        json.dumps(tree, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable("有不成对的字符转义", "half of a surrogate pair") from None
    if "\\u0000" in text:
        raise Unreadable("含有空字符", "a NUL character")


def _as_written(text: str) -> str:
    if len(text) > NUMBER_CHARS_MAX:
        raise Unreadable("数字太长", f"a number longer than {NUMBER_CHARS_MAX} characters")
    return text


def _whole(text: str) -> int:
    return int(_as_written(text))


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(_as_written(text))
    except InvalidOperation:
        raise Unreadable("数字看不懂", "a number that cannot be read") from None
    if abs(number.adjusted()) > NUMBER_CHARS_MAX:
        raise Unreadable("数字太大或太小", "a number out of any reasonable range")
    return number


def _no_constant(text: str) -> NoReturn:
    raise Unreadable(f"{text} 不是 JSON 数字", f"{text} is not a JSON number")


def _deeper_than(tree: Tree, depth_max: int) -> bool:
    level: list[Tree] = [tree]
    for _ in range(depth_max):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Tree) -> list[Tree]:
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    if isinstance(node, list):
        return [child for child in node if isinstance(child, dict | list)]
    return []
