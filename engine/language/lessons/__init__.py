"""What does a code mean, at length? From the docstring of its check, else from the tables here; in Chinese and English."""

import re
from inspect import cleandoc
from types import ModuleType

from engine.language.lessons import conditions, form, meaning, names, writing
from engine.language.lessons.lesson import SECTIONS, Entry, Lesson, Slip
from engine.language.lessons.specimen import SPECIMEN
from engine.language.lint import MODULES

ENTRIES: dict[str, Entry] = {**writing.ENTRIES, **form.ENTRIES, **conditions.ENTRIES, **names.ENTRIES, **meaning.ENTRIES}
_CODE = re.compile(r"\((?P<code>[A-Z]\d{3})\)")


def lesson(code: str, lang: str = "zh") -> Lesson | None:
    """Explain one code (`W504`) in `zh` or `en`; None where there is no such code."""
    entry = ENTRIES.get(code)
    if entry is None:
        return None
    if lang == "en" and entry.en is None:
        return Lesson(code, docstring_sections(_module_of(code)), entry.slip)
    finds, matters, allow = entry.zh if lang == "zh" or entry.en is None else entry.en
    better = entry.better[lang == "en"] or _quoted(entry.slip.good)
    return Lesson(code, (finds, matters, _quoted(entry.slip.bad), better, allow), entry.slip)


def with_slip(slip: Slip) -> dict[str, str]:
    """The specimen's files with the slip made. Raises ValueError where the place is not there exactly once."""
    text = SPECIMEN.get(slip.file, "")
    if text.count(slip.good) != 1 and text:
        raise ValueError(f"{slip.file}: {slip.good!r} stands {text.count(slip.good)} times")
    return {**SPECIMEN, slip.file: text.replace(slip.good, slip.bad) if text else slip.bad}


def docstring_sections(module: ModuleType) -> tuple[str, str, str, str, str]:
    """The five sections of a check's docstring. Raises ValueError where one is missing."""
    text = cleandoc(module.__doc__ or "")
    found = re.search("".join(rf"^{re.escape(title)}: (.+?)\s*" for title in SECTIONS["en"]) + r"\Z", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{module.__name__}: the docstring lacks one of the five headings, or they are out of order")
    finds, matters, example, better, allow = (" ".join(section.split()) for section in found.groups())
    return finds, matters, example, better, allow


def codes_of(module: ModuleType) -> list[str]:
    """The codes a check's docstring names as its own: `hidden-row (W504)`."""
    return [found["code"] for found in _CODE.finditer((module.__doc__ or "").partition("What it finds")[0])]


def _module_of(code: str) -> ModuleType:
    return next(module for module in MODULES if code in codes_of(module))


def _quoted(text: str) -> str:
    return text.strip("\n")
