"""Where did YAML stumble, and what was probably meant? A parser's error -> a place, plain words, the next step."""

import re
from dataclasses import dataclass

import yaml

_SIGN_CODES = {"!": "Y021", "&": "Y020", "*": "Y020"}
_LINE = re.compile(r"[-=*_~#]{3,}\s*")
_OPENED = re.compile("while parsing a flow|while scanning a quoted scalar")
LOOKED_AT_MAX = 400
"""So many characters of a line are searched for its value: a line may be as long as its file."""
_ZH, _EN = "YAML 写法不对,从这里起读不下去", "this cannot be read as YAML from here on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stumble:
    """One place, from 0, and what to say of it."""

    line: int
    column: int
    fix: tuple[str, str]
    code: str = "Y010"
    zh: str = _ZH
    en: str = _EN


def stumbled(error: yaml.YAMLError, lines: tuple[str, ...]) -> Stumble:
    """What to tell of a parser's error. lines: the file's. The place always lies inside the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = min(mark.line if mark else 0, len(lines) - 1)
    column = min(mark.column if mark else 0, len(lines[line]))
    return _after_an_end(lines, line) or _never_closed(error, lines, line, column) or _ornament(lines, line) or _at(lines, line, column)


def _after_an_end(lines: tuple[str, ...], line: int) -> Stumble | None:
    ends = [number for number, text in enumerate(lines[: line + 1]) if text.rstrip() == "..."]
    if not ends:
        return None
    fix = ("删去 `...` 这一行,或拆成两个文件", "delete the line `...`, or make two files")
    return Stumble(
        code="Y016",
        line=ends[-1],
        column=0,
        zh="`...` 表示文件到此为止,后面还有内容",
        en="`...` ends the document, and more follows",
        fix=fix,
    )


def _never_closed(error: yaml.YAMLError, lines: tuple[str, ...], line: int, column: int) -> Stumble | None:
    """The opening is the place to look at; the parser complains where it gave up."""
    start = getattr(error, "context_mark", None)
    context = str(getattr(error, "context", "") or "")
    if start is None or not _OPENED.match(context) or start.line >= len(lines) or lines[line][column : column + 1] in tuple("%@`|>!&*"):
        return None
    sign = lines[start.line][start.column : start.column + 1]
    if not sign:
        return None
    zh, en = f"“{sign}” 没有配对", f"“{sign}” is never closed"
    where = "" if line == start.line else f"(读到第 {line + 1} 行才发现)", "" if line == start.line else f" (noticed at line {line + 1})"
    fix = (f"在该结束的地方补上 “{_CLOSES.get(sign, sign)}”{where[0]}", f"close it with “{_CLOSES.get(sign, sign)}”{where[1]}")
    return Stumble(line=start.line, column=start.column, zh=zh, en=en, fix=fix)


_CLOSES = {"[": "]", "{": "}"}


def _ornament(lines: tuple[str, ...], line: int) -> Stumble | None:
    for number in (line, line - 1):
        if number >= 0 and _LINE.fullmatch(lines[number]) and lines[number].strip() != "---":
            fix = ("前面加 # 和一个空格,就成了说明", "put # and a space before it: then it is a comment")
            return Stumble(line=number, column=0, zh="分隔线不是规则的写法", en="an ornamental line is not part of the rules", fix=fix)
    return None


def _at(lines: tuple[str, ...], line: int, column: int) -> Stumble:
    text, levels = lines[line], _odd_indent(lines, line)
    first = len(text) - len(text.lstrip(" "))
    if levels:
        fix = (
            f"这一行缩进 {first} 格;要和上面哪一行并列,就和它对齐({'、'.join(map(str, levels))} 格)",
            f"this line is indented by {first}; align it with its neighbours above ({', '.join(map(str, levels))})",
        )
        return Stumble(line=line, column=first, zh="缩进和上面几行对不齐", en="the indentation fits no line above", fix=fix)
    if text.lstrip(" -").startswith(":"):
        fix = ("冒号前面写上键", "write a key before the colon")
        return Stumble(
            code="Y022", line=line, column=len(text) - len(text.lstrip(" -")), zh="冒号前面没有键", en="no key before the colon", fix=fix
        )
    code = _SIGN_CODES.get(_first_sign(text), "Y010")
    return Stumble(code=code, line=line, column=column, fix=_hint(text, lines[max(0, line - 1)], column))


def _odd_indent(lines: tuple[str, ...], line: int) -> list[int]:
    """The indentations that would fit, where this line's fits none; empty where it is in order."""
    levels: list[int] = []
    opens = True
    for number, text in enumerate(lines[: line + 1]):
        bare = text.strip()
        if not bare or bare.startswith("#"):
            continue
        indent = len(text) - len(text.lstrip(" "))
        kept = [level for level in levels if level <= indent]
        if levels and number == line and indent not in kept and (len(kept) < len(levels) or not opens):
            return levels
        dashes = re.match(r" *((?:- +)*)", text)
        levels = sorted({*kept, indent, indent + len(dashes[1]) if dashes else indent})
        opens = bare.endswith((":", "|", ">", "-", "[", "{", ",")) or ": " not in bare
    return []


def _first_sign(line: str) -> str:
    """The first character of the line's value, if it has one."""
    value = re.match(r"^\s*(?:- +)*[^:#]+: +(\S)", line[:LOOKED_AT_MAX])
    return value[1] if value else ""


def _hint(line: str, before: str, column: int) -> tuple[str, str]:
    here = line[column : column + 1] or line[column - 1 : column]
    if here and (here in "%@`" or (here in "|>" and line.count("{") > 0) or line[:column].rstrip().endswith((": >", "{>"))):
        return _NOT_SO
    for text in (line, before):
        sign = _first_sign(text)
        if text is line and line.count("}") > line.count("{"):
            return ("多了一个 “}”,删去它", "one “}” too many: delete it")
        if text is line and line.count("]") > line.count("["):
            return ("多了一个 “]”,删去它", "one “]” too many: delete it")
        if sign in "[{" and sign:
            return (
                "正文以 [ 或 { 开头时写成 `text: |`,正文另起一行;列表和花括号要成对",
                "put a text that begins with [ or { below `text: |`; brackets must pair",
            )
        if sign and sign in ">%@*&!`":
            return _NOT_SO
    if line.count(": ") > 1:
        return ("正文里有冒号加空格时,整句加引号或写成 `|` 块", "quote a text that contains a colon and a space, or use a `|` block")
    if (column and line[:column].count('"') % 2) or line.count("'") % 2:
        return ("引号要成对", "quotes must pair")
    return (
        "看看这一行和上一行:缩进要对齐,冒号后面空一格,括号和引号要成对",
        "look at this line and the one above: indentation, a space after the colon, brackets and quotes in pairs",
    )


_NOT_SO = (
    "值不能以这个符号开头:比较用词(例如 {more_than: 50}),百分比写 `80%`,正文加引号",
    "a value cannot begin so: comparisons are words ({more_than: 50}), shares are `80%`, texts are quoted",
)
