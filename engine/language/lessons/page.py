"""What does the page of all diagnostics say? Every code at length, both languages side by side; docs/diagnostics.md is this text."""

from collections.abc import Iterator

from engine.language.diagnostics import CODES, Code
from engine.language.lessons import lesson
from engine.language.lessons.lesson import SECTIONS
from engine.language.show import SEVERITIES

FAMILIES = {
    "Y": ("写法", "Writing"),
    "F": ("格式", "Form"),
    "C": ("条件", "Conditions"),
    "R": ("名字", "Names"),
    "N": ("文字里的字段", "Marks in texts"),
    "W": ("意思", "Meaning"),
    "V": ("发布", "Publishing"),
}
"""The letter of a code -> Chinese, English."""

_HEAD = """\
# Diagnostics 诊断

What `waybill check` can say, code by code: what it finds, why it matters, an example, what to write instead, when to allow it.
`waybill explain W504` tells one of them at the prompt, and shows what check says of the example. A code is never used again for something else.

- 错误 error: the rulebook is refused, and the last good one stays in force. 提醒 warning: it is taken (`waybill check --strict` refuses it). 说明 info: good to know.
- The English text of a check stands in its own file below `engine/language/lint/`, the rest in `engine/language/lessons/`.
- This page is made from them: `python -m adapters.cli.explain_code > docs/diagnostics.md`. A test fails while it is behind.
"""


def page() -> str:
    """The whole page, ending with a newline."""
    return "\n".join([_HEAD, *_overview(), *(line for letter in FAMILIES for line in _family(letter))]).rstrip("\n") + "\n"


def _overview() -> Iterator[str]:
    yield "| Code | Name | | 说什么 | What it says |"
    yield "|---|---|---|---|---|"
    for code, known in _sorted():
        said = SEVERITIES["zh"][known.severity]
        yield f"| [{code}](#{code.lower()}-{known.name}) | `{known.name}` | {said} | {known.zh.replace('|', '/')} | {known.en.replace('|', '/')} |"
    yield ""


def _family(letter: str) -> Iterator[str]:
    zh, en = FAMILIES[letter]
    yield f"## {letter}: {zh} {en}"
    yield ""
    for code, known in _sorted():
        if code[0] == letter:
            yield f"### {code} {known.name}"
            yield ""
            yield f"{SEVERITIES['zh'][known.severity]} {SEVERITIES['en'][known.severity]}. {known.zh}。"
            yield ""
            yield from _told(code, "zh")
            yield from _told(code, "en")


def _told(code: str, lang: str) -> Iterator[str]:
    told = lesson(code, lang)
    assert told is not None, code
    quoted = (False, False, *told.quoted, False)
    for title, text, lines in zip(SECTIONS[lang], told.sections, quoted, strict=True):
        if lines:
            yield f"- {title}:"
            yield "  ```yaml"
            yield from (f"  {line}".rstrip() for line in text.split("\n"))
            yield "  ```"
        else:
            yield f"- {title}: {text}"
    yield ""


def _sorted() -> list[tuple[str, Code]]:
    return sorted(CODES.items(), key=lambda item: (list(FAMILIES).index(item[0][0]), item[0]))
