"""What does this code mean? What it finds, why it matters, an example, what to write instead, when to allow it."""

import re
import sys

from adapters.cli.speech import Speech
from engine.language.compile import compile_rulebook
from engine.language.diagnostics import CODES, nearest
from engine.language.lessons import Lesson, lesson
from engine.language.lessons.lesson import SECTIONS
from engine.language.lessons.page import page
from engine.language.show import SEVERITIES, as_data, render
from engine.model.diagnostic import Diagnostic

_CODE = re.compile(r"[A-Za-z]\d{3}", re.ASCII)


def is_code(word: str) -> bool:
    """A letter and three digits; anything else names a case."""
    return _CODE.fullmatch(word) is not None


def run(word: str, speech: Speech) -> int:
    """Tell the long explanation; 1 if there is no such code."""
    code = word.upper()
    told = lesson(code, speech.lang)
    if told is None:
        near = nearest(code, CODES)
        speech.warn(
            f"没有 {code} 这个诊断" + (f",是不是想写 {near}?" if near else ""),
            f"there is no diagnostic {code}" + (f"; did you mean {near}?" if near else ""),
        )
        return 1
    known = CODES[code]
    speech.line(f"{SEVERITIES[speech.lang][known.severity]}[{code} {known.name}]: {speech.of(known.zh, known.en)}")
    for title, text in zip(SECTIONS[speech.lang], told.sections, strict=True):
        speech.line()
        speech.line(f"{title}:")
        for line in text.splitlines():
            speech.line(f"  {line}")
    found = reported(told)
    if found:
        speech.line()
        speech.say("检查时这样报:", "check says:")
        for line in render(found, told.files, speech.lang, counted=False).splitlines():
            speech.line(f"  {line}".rstrip())
    speech.data(
        {
            "code": code, "name": known.name, "severity": known.severity.value, "headline": speech.of(known.zh, known.en),
            "sections": dict(zip(SECTIONS[speech.lang], told.sections, strict=True)), "reported": [as_data(one) for one in found],
        }
    )  # fmt: skip
    return 0


def reported(told: Lesson) -> tuple[Diagnostic, ...]:
    """What `check` says of the example: the first diagnostic of this code, or none where it needs a date."""
    return tuple(one for one in compile_rulebook(told.files).diagnostics if one.code == told.code)[:1]


if __name__ == "__main__":
    sys.stdout.write(page())
