"""Which slips of an input method are in the lines? Found before YAML, which would blame another line (libraries.md 3.2)."""

import re
from collections.abc import Callable
from itertools import islice

from engine.language.diagnostics import Findings
from engine.model.span import Span

_BLOCK = re.compile(r"(?:^|[\s:-])[|>][+\-0-9]{0,2}$")
_DASHES = re.compile(r"^ *(?:- +)*")
_KEY = r"[^\s:：'\"#{}\[\],，&*!|>%@`-][^\s:：'\"#{}\[\],，]*"
_FULL_COLON = re.compile(rf"^ *(?:- +)*(?P<key>{_KEY}) *(?P<bad>：)")
_FULL_COLON_FLOW = re.compile(rf"[{{,] *(?P<key>{_KEY}) *(?P<bad>：)")
_NO_SPACE = re.compile(r"^ *(?:- +)*(?P<key>[^\W\d]\w*)(?P<bad>:)(?=[^\s:/])")
_NO_SPACE_FLOW = re.compile(r"[{,] *(?P<key>[^\W\d]\w*)(?P<bad>:)(?=[^\s:/,}])")
_NO_DASH_SPACE = re.compile(r"^ *(?:- +)*(?P<bad>-)(?P<rest>[^\s\-\d].*)$")
_SMART = re.compile(r"(?:[:\-] +|[\[{,] *)(?P<bad>[“‘＂][^”’＂]{0,200}[”’＂]|[“‘＂][^”’＂,\]}]{0,200}) *(?=$|[,\]}])")
_CURLY_COMMA = re.compile(rf"(?P<bad>，) *{_KEY} *[:：] ")
_FULL_BRACKET = re.compile(r"(?:[:\-] +|[\[{,] *)(?P<bad>[［｛])")
_FULL_DASH = re.compile(r"^ *(?:- +)*(?P<bad>[－–—]) +(?P<rest>\S.*)$")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_NEEDS_CARE = re.compile("[#'\"]")
_SCHEMES = ("env", "file", "http", "https")

SLIPS_MAX = 20
"""Of one kind in one line."""
SHOWN_MAX = 120
"""So much of a line is repeated in its correction: a line may be as long as its file, and have as many slips."""

Report = Callable[[str, int, int, str, str, tuple[str, str]], None]


def prelint(file: str, lines: tuple[str, ...], findings: Findings) -> bool:
    """Check each line outside `|` blocks and quotes. Returns False if an error was found: the exact cause is known, go no deeper."""
    fine = True

    def report(code: str, line: int, column: int, zh: str, en: str, fix: tuple[str, str] = ("", "")) -> None:
        nonlocal fine
        fine = fine and code == "Y006"
        findings.add(code, Span(file, line, column + 1, 1), zh, en, fix=fix)

    block_indent: int | None = None
    quote = ""
    brackets: list[str] = []
    for number, line in enumerate(lines, start=1):
        if block_indent is not None and (not line.strip(" ") or _indent(line) > block_indent):
            continue
        block_indent = None
        bare, comment, quote = _bare(line, quote)
        _check_comment(line, comment, number, report)
        if not bare.strip():
            _check_indent(line, number, report)
            continue
        if _CONFLICT.match(line):
            report("Y010", number, 0, "版本合并的冲突没有解决", "a conflict of a merge is not resolved",
                   ("留下要的那一份,删去 <<<<<<<、=======、>>>>>>> 这三行", "keep one side, delete the lines <<<<<<<, =======, >>>>>>>"))  # fmt: skip
            continue
        _check_line(line, bare, number, report)
        _check_lists(bare, brackets, number, report)
        if _BLOCK.search(bare.rstrip()) and not brackets:
            dashes = _DASHES.match(bare)
            block_indent = len(dashes[0]) if dashes and _FULL_COLON.match(bare) is None and ":" in bare else _indent(bare)
    return fine


def _check_line(line: str, bare: str, number: int, report: Report) -> None:
    _check_indent(line, number, report)
    _check_signs(bare, number, report)
    for pattern in (_FULL_COLON, _FULL_COLON_FLOW):
        for match in islice(pattern.finditer(bare), SLIPS_MAX):
            key = match["key"]
            rest = _rest(line, match.end("bad")).split(" #")[0].strip() or "……"
            fix = (f"写成 `{key}: {rest}`", f"write `{key}: {rest}`")
            report("Y003", number, match.start("bad"), f"“{key}” 后面是全角冒号“：”", f"a full-width colon follows “{key}”", fix)
    for pattern in (_NO_SPACE, _NO_SPACE_FLOW):
        for match in islice(pattern.finditer(bare), SLIPS_MAX):
            key = match["key"]
            if key not in _SCHEMES:
                rest = _rest(line, match.end("bad")).strip()
                report(
                    "Y004",
                    number,
                    match.start("bad"),
                    f"“{key}:” 后面少一个空格",
                    f"no space after “{key}:”",
                    (f"写成 `{key}: {rest}`", f"write `{key}: {rest}`"),
                )
    dash = _NO_DASH_SPACE.match(bare)
    if dash:
        rest = line[dash.end("bad") :][:SHOWN_MAX].strip()
        report(
            "Y005", number, dash.start("bad"), "短横后面少一个空格", "no space after the dash", (f"写成 `- {rest}`", f"write `- {rest}`")
        )
    for match in islice(_SMART.finditer(bare), SLIPS_MAX):
        inner = match["bad"].strip("“”‘’＂ ")
        report(
            "Y007",
            number,
            match.start("bad"),
            f"中文引号“{inner}”不能当引号用",
            "curly quotes do not quote",
            (f"去掉引号,写成 `{inner}`", f"drop them: `{inner}`"),
        )


def _check_signs(bare: str, number: int, report: Report) -> None:
    """Signs that came along with a copy, and a dash of another kind before a row."""
    for match in islice(_INVISIBLE.finditer(bare), SLIPS_MAX):
        name = f"U+{ord(match[0]):04X}"
        fix = ("把这个词删掉重打一遍;多半是从网页或聊天里复制来的", "delete the word and type it again; it came along with a copy")
        report("Y010", number, match.start(), f"这里有一个看不见的字符({name})", f"an invisible character ({name})", fix)
    dash = _FULL_DASH.match(bare)
    if dash:
        fix = (f"写成 `- {dash['rest'][:SHOWN_MAX]}`", f"write `- {dash['rest'][:SHOWN_MAX]}`")
        report("Y008", number, dash.start("bad"), f"行首的短横“{dash['bad']}”不是半角", "not a plain dash before the row", fix)


def _rest(line: str, start: int) -> str:
    """What follows, up to the next item; the beginning of it where it is long."""
    return re.split(r"[,}]", line[start : start + SHOWN_MAX], maxsplit=1)[0]


def _check_indent(line: str, number: int, report: Report) -> None:
    blank = line[: len(line) - len(line.lstrip(" \t\u3000\xa0"))]
    if "\t" in blank:
        report(
            "Y001",
            number,
            blank.index("\t"),
            "用制表符(Tab)缩进",
            "a tab in the indentation",
            ("改成空格,每层两个", "use spaces, two per level"),
        )
    elif blank.strip(" "):
        full = "\u3000" in blank
        report(
            "Y002",
            number,
            len(blank) - len(blank.lstrip(" ")),
            "缩进里有全角空格" if full else "缩进里有不换行空格(从网页复制来的)",
            "a full-width space in the indentation" if full else "a non-breaking space in the indentation",
            ("改成半角空格", "use plain spaces"),
        )


def _check_comment(line: str, comment: int | None, number: int, report: Report) -> None:
    if comment is None or comment == 0 or not line[:comment].strip(" -"):
        return
    after = line[comment + 1 : comment + 2]
    if after and not after.isspace() and after != "#":
        fix = (
            "要是正文,整句加引号或写成 `|` 块;要是说明,# 后面空一格",
            "quote the text or use a `|` block; a real comment has a space after #",
        )
        report(
            "Y006", number, comment, f"“{line[comment:].strip()[:12]}”被当作说明,不算正文", "the text from # on is taken as a comment", fix
        )


def _check_lists(bare: str, brackets: list[str], number: int, report: Report) -> None:
    """Full-width commas count only inside lists, or where a key follows: elsewhere they are honest Chinese."""
    for match in _FULL_BRACKET.finditer(bare):
        report(
            "Y008",
            number,
            match.start("bad"),
            f"全角括号“{match['bad']}”",
            "a full-width bracket",
            ("改成半角括号", "use the plain bracket"),
        )
    for column, sign in enumerate(bare):
        if sign in "[{" and (brackets or _opens_flow(bare, column)):
            brackets.append(sign)
        elif sign in "]}" and brackets:
            brackets.pop()
        elif sign == "，" and brackets and (brackets[-1] == "[" or _CURLY_COMMA.match(bare, column)):
            report(
                "Y008",
                number,
                column,
                "列表里用了全角逗号“，”",
                "a full-width comma between items",
                ("改成半角逗号加一个空格", "use ',' and a space"),
            )


def _opens_flow(bare: str, column: int) -> bool:
    while column and bare[column - 1] == " ":
        column -= 1
    before = bare[column - 1 : column]
    return before in ("", ":") or (before == "-" and not bare[:column].strip(" -"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _bare(line: str, quote: str) -> tuple[str, int | None, str]:
    """The line with quoted texts and the comment blanked, the comment's column, and the quote still open at its end."""
    if not quote and not _NEEDS_CARE.search(line):
        return line, None, ""
    out: list[str] = []
    token_start = blank = not quote
    column = 0
    while column < len(line):
        sign = line[column]
        if quote:
            if (quote == '"' and sign == "\\") or (quote == "'" and line[column : column + 2] == "''"):
                out.append("xx")
                column += 2
                continue
            if sign == quote:
                quote = ""
            out.append("x")
        elif sign in "'\"" and token_start:
            quote, token_start, blank = sign, False, False
            out.append("x")
        elif sign == "#" and (column == 0 or line[column - 1] in " \t"):
            return "".join(out), column, ""
        else:
            out.append(sign)
            blank = blank and sign.isspace()
            token_start = (
                sign in "[{," or (sign in " \t" and token_start) or (sign in " \t" and column > 0 and line[column - 1] in ":-,[{") or blank
            )
        column += 1
    return "".join(out)[: len(line)], None, quote
