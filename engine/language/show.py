"""How does an operator read a problem? The line, the place under it, the next step; in Chinese or English, or as data."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from unicodedata import east_asian_width

from engine.model.diagnostic import Diagnostic, Severity
from engine.model.span import Span

SEVERITIES = {
    "zh": {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.INFO: "说明"},
    "en": {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"},
}
_FIX = {"zh": "办法", "en": "help"}
_TWICE = ("Y012", "R305")
_RELATED = {
    "zh": {True: "第一次在这里", False: "这里在先"},
    "en": {True: "first written here", False: "this one comes first"},
}
"""What is said of the second place: of a name written twice, and of anything else that stands before and takes its cases."""
_BEGUN = re.compile(r"\w+|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}")
"""A word, or braces up to three deep."""
LINE_MAX = 160
"""Longer source lines are cut around the place."""


def render(
    diagnostics: Iterable[Diagnostic], files: Mapping[str, str], lang: str = "zh", form: str = "full", *, counted: bool = True
) -> str:
    """Write diagnostics for people or programs.

    files: path -> text, for the source lines. lang: `zh` or `en`. form: `full` (with the source line and a caret), `concise`
    (one line each), `json` (a list of objects). counted: end the full form with the count. Ends without a newline.
    """
    listed = list(diagnostics)
    if form == "json":
        return json.dumps([as_data(found) for found in listed], ensure_ascii=False, indent=2)
    if form == "concise":
        return "\n".join(_concise(found, lang) for found in listed)
    lines = {file: text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n") for file, text in files.items()}
    blocks = [_full(found, lines.get(found.span.file, []), lang) for found in listed]
    return "\n\n".join([*blocks, summary(listed, len(files), lang)] if counted else blocks)


def summary(diagnostics: Iterable[Diagnostic], files: int, lang: str = "zh") -> str:
    """The last line: how many files, errors, warnings."""
    counts = {severity: len(list(group)) for severity, group in groupby(sorted(found.severity for found in diagnostics))}
    errors, warnings = counts.get(Severity.ERROR, 0), counts.get(Severity.WARNING, 0)
    infos = counts.get(Severity.INFO, 0)
    if lang == "zh":
        return f"{files} 个文件,{errors} 处错误,{warnings} 处提醒" + (f",{infos} 处说明" if infos else "")
    told = [(files, "file"), (errors, "error"), (warnings, "warning"), *([(infos, "note")] if infos else [])]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in told)


def as_data(found: Diagnostic) -> dict[str, object]:
    """A diagnostic as plain data; both languages, so that a program need not ask twice."""
    return {
        "code": found.code,
        "name": found.name,
        "severity": found.severity.value,
        **_place(found.span),
        "zh": found.zh,
        "en": found.en,
        "note": {"zh": found.note_zh, "en": found.note_en},
        "help": {"zh": found.help_zh, "en": found.help_en},
        "related": [_place(span) for span in found.related],
    }


def _place(span: Span) -> dict[str, object]:
    return {"file": span.file, "line": span.line, "column": span.column, "width": span.width}


def _headline(found: Diagnostic, lang: str) -> str:
    return f"{SEVERITIES[lang][found.severity]}[{found.code} {found.name}]: {found.zh if lang == 'zh' else found.en}"


def _concise(found: Diagnostic, lang: str) -> str:
    note = found.note_zh if lang == "zh" else found.note_en
    return f"{found.span}: {_headline(found, lang)}{' ' + note if note else ''}"


def _full(found: Diagnostic, lines: list[str], lang: str) -> str:
    chinese = lang == "zh"
    note, fix = (found.note_zh, found.help_zh) if chinese else (found.note_en, found.help_en)
    marks = [(span, _RELATED[lang][found.code in _TWICE], "-") for span in found.related if span.file == found.span.file]
    marks = sorted([*marks, (found.span, note, "^")], key=lambda mark: (mark[0].line, mark[0].column))
    margin = len(str(max(span.line for span, _, _ in marks)))
    out = [_headline(found, lang), f"{' ' * margin}--> {found.span}"]
    shown = [(span, text, sign) for span, text, sign in marks if 0 < span.line <= len(lines)]
    if shown:
        out.append(f"{' ' * margin} |")
    for span, text, sign in shown:
        line, column = _window(lines[span.line - 1], span.column - 1)
        out.append(f"{span.line:>{margin}} | {line}".rstrip())
        out.append(f"{' ' * margin} | {_caret(line, column, _width(line, column, span.width), sign)} {text}".rstrip())
    if fix:
        out.append(f"{' ' * margin} = {_FIX[lang]}: {fix}")
    return "\n".join(out)


def _caret(line: str, column: int, width: int, sign: str) -> str:
    """Signs under a place, by display width: a Chinese character is two columns wide."""
    before = "".join("\t" if char == "\t" else " " * cells(char) for char in line[:column])
    under = sum(cells(char) for char in line[column : column + width]) or 1
    return before + sign * under


def _width(line: str, column: int, width: int) -> int:
    """Of a place known by its first character only: the word or the `{ }` that begins there."""
    found = _BEGUN.match(line, column) if width == 1 else None
    return len(found[0]) if found else width


def cells(char: str) -> int:
    """Columns a character takes on a screen."""
    return 2 if east_asian_width(char) in "WF" else 1


def _window(line: str, column: int) -> tuple[str, int]:
    """A long line cut around the place, so that the caret stays on the screen."""
    if len(line) <= LINE_MAX:
        return line, column
    start = max(0, min(column - LINE_MAX // 2, len(line) - LINE_MAX))
    cut = line[start : start + LINE_MAX]
    lead = "…" if start else ""
    return f"{lead}{cut}{'…' if start + LINE_MAX < len(line) else ''}", column - start + len(lead)
