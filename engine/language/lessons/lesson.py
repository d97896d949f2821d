"""What is one explanation made of? Three sentences in each language, and a slip in a small sound rulebook that brings the code out."""

from dataclasses import dataclass

SECTIONS = {
    "zh": ("查什么", "为什么要紧", "例子", "改成", "什么时候可以留着"),
    "en": ("What it finds", "Why it matters", "Example", "Better", "When to allow it"),
}
"""The five headings, in order; the English ones are those of a check's docstring."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One edit of the specimen: where `good` stands once, `bad` is written instead. A file that is not there is added whole."""

    file: str
    bad: str
    good: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code as its table tells it: what it finds, why it matters, when to allow it."""

    zh: tuple[str, str, str]
    en: tuple[str, str, str] | None
    """None: the docstring of the check tells it."""
    slip: Slip
    better: tuple[str, str] = ("", "")
    """Chinese, English: where `good` alone does not say what to write."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One code at length, in one language: the five sections in the order of SECTIONS, and its slip."""

    code: str
    sections: tuple[str, str, str, str, str]
    slip: Slip
