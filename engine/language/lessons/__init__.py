"""What does a code mean, at length? From the docstring of its check, else from the tables here; in Chinese and English."""

import re
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from types import ModuleType

from engine.language.lessons import conditions, form, messages, names, people, promises, providers, transitions, writing
from engine.language.lessons.lesson import SECTIONS, Entry, Sections, read_entries
from engine.language.lessons.specimen import SPECIMEN
from engine.language.lint import MODULES

_CODE = re.compile(r"\((?P<code>[A-Z]\d{3})\)")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One code at length, in one language."""

    code: str
    sections: Sections
    """In the order of SECTIONS."""
    quoted: tuple[bool, bool]
    """Whether the example, and what is better, are lines of a file and not a sentence."""
    files: dict[str, str]
    """The specimen with the example written into it; `check` then reports the code, unless it needs a date or the roster."""


def lesson(code: str, lang: str = "zh") -> Lesson | None:
    """Explain one code (`W504`) in `zh` or `en`; None where there is no such code."""
    entry = entries().get(code)
    if entry is None:
        return None
    module = next((module for module in MODULES if code in codes_of(module)), None)
    sections = docstring_sections(module) if module is not None and lang == "en" else entry.sections(lang)
    quoted = (False, False) if module is not None and lang == "en" else entry.quoted(lang)
    return Lesson(code, sections, quoted, entry.applied(SPECIMEN))


@cache
def entries() -> dict[str, Entry]:
    """All tables as one: code -> entry."""
    return {
        code: entry
        for table in (writing, form, conditions, names, transitions, promises, people, messages, providers)
        for code, entry in read_entries(table.LESSONS).items()
    }


def docstring_sections(module: ModuleType) -> Sections:
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
