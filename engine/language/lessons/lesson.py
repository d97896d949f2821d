"""How is an explanation written down? Short paragraphs in both languages, and the edits that bring its code out of the specimen.

A table is one text: `[W504]`, then `查: 因: 留:` (what it finds, why it matters, when to allow it), the same in English as
`finds: matters: allow:` where no docstring tells it, `例: 改: example: better:` where lines alone do not say enough, and edits like a
diff: `file:` and `also:` name a file, `-` lines are replaced by the `+` lines below them. A file that is not there is added. `⇥` is a tab.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

SECTIONS = {
    "zh": ("查什么", "为什么要紧", "例子", "改成", "什么时候可以留着"),
    "en": ("What it finds", "Why it matters", "Example", "Better", "When to allow it"),
}
"""The five headings, in order; the English ones are those of a check's docstring."""
_KEYS = {"zh": ("查", "因", "例", "改", "留"), "en": ("finds", "matters", "example", "better", "allow")}
_LACKING = {"zh": "少了这几行:", "en": "without these lines:"}
_ENTRY = re.compile(r"^\[(?P<code>[A-Z]\d{3})\]\n(?P<body>.*?)(?=^\[[A-Z]\d{3}\]\n|\Z)", re.MULTILINE | re.DOTALL)

Sections = tuple[str, str, str, str, str]


@dataclass(slots=True)
class Edit:
    """In one file these lines, which stand there once, are replaced by others."""

    file: str
    good: list[str]
    bad: list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One code as its table tells it."""

    told: Mapping[str, str]
    """`查`, `finds` ... -> paragraph."""
    edits: tuple[Edit, ...]

    def sections(self, lang: str) -> Sections:
        """The five sections in one language; a missing one is empty."""
        finds, matters, example, better, allow = (self.told.get(key, "") for key in _KEYS[lang])
        return finds, matters, example or self._lines(lang), better or self._lines(lang, good=True), allow

    def quoted(self, lang: str) -> tuple[bool, bool]:
        """Whether the example, and what is better, are the lines of the edits."""
        example, better = _KEYS[lang][2:4]
        return example not in self.told, better not in self.told

    def applied(self, files: Mapping[str, str]) -> dict[str, str]:
        """The files with the slip made. Raises ValueError where the lines do not stand there exactly once."""
        changed = dict(files)
        for edit in self.edits:
            changed[edit.file] = _replaced(changed[edit.file], edit) if edit.file in changed else "\n".join([*edit.bad, ""])
        return changed

    def _lines(self, lang: str, *, good: bool = False) -> str:
        """The lines of the edits, less the indentation all of them share."""
        several = len({edit.file for edit in self.edits}) > 1
        shared = min((_indent(line) for edit in self.edits for line in (*edit.good, *edit.bad)), default=0)
        lines: list[str] = []
        for edit in self.edits:
            shown = edit.good if good else edit.bad
            if shown and several:
                lines.append(f"# {edit.file}")
            if not shown and not good:
                lines.append(_LACKING[lang])
                shown = edit.good
            lines += [line[shared:] for line in shown]
        return "\n".join(lines)


def read_entries(text: str) -> dict[str, Entry]:
    """Read a table: code -> entry."""
    return {found["code"]: _entry(found["body"]) for found in _ENTRY.finditer(text)}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _entry(body: str) -> Entry:
    told: dict[str, str] = {}
    edits: list[Edit] = []
    file = ""
    for line in body.replace("⇥", "\t").split("\n"):
        if line.startswith(("- ", "+ ")):
            if not edits or edits[-1].file != file or (line[0] == "-" and edits[-1].bad):
                edits.append(Edit(file, [], []))
            (edits[-1].good if line[0] == "-" else edits[-1].bad).append(line[2:])
        elif line:
            key, _, value = line.partition(": ")
            told[key] = value.strip()
            file = value if key in ("file", "also") else file
    return Entry(told, tuple(edits))


def _replaced(text: str, edit: Edit) -> str:
    lines, size = text.split("\n"), len(edit.good)
    places = [place for place in range(len(lines)) if lines[place : place + size] == edit.good] if size else []
    if len(places) != 1:
        raise ValueError(f"{edit.file}: {edit.good} stands {len(places)} times")
    return "\n".join([*lines[: places[0]], *edit.bad, *lines[places[0] + size :]])
