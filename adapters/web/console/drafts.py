"""What is somebody in the middle of writing? One draft of the rules per person: the files that differ from the version it was begun on."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from engine.language.compile import Compiled, compile_rulebook
from engine.ports.store import RulebookShelf

FILE = re.compile(r"(workflows|rules)(/[\w\-.]+)+\.(yaml|yml|csv|json|jsonl|jsonld|xml|edi|txt|form)")
FILE_CHARS_MAX = 200
COMPILED_MAX = 6
"""Rulebooks of drafts that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one person changed."""

    base: int | None
    """The version it was begun on."""
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Path -> text; None: the file goes."""

    @property
    def empty(self) -> bool:
        return not self.files


def is_file_name(path: str) -> bool:
    """Whether rules may lie there: below workflows/ or rules/, nothing hidden, nothing upwards."""
    return bool(FILE.fullmatch(path)) and len(path) <= FILE_CHARS_MAX and not any(part.startswith(".") for part in path.split("/"))


def in_force(shelf: RulebookShelf) -> dict[str, str]:
    """The files of the version in force; none where nothing was ever published."""
    current = shelf.current()
    return dict(shelf.files(current.fingerprint) or {}) if current is not None else {}


def draft_of(shelf: RulebookShelf, by: str) -> Draft:
    """The draft as it was last kept; begun anew on what is in force if there is none."""
    written = shelf.mark(_name(by))
    current = shelf.current()
    if not written:
        return Draft(base=current.number if current else None)
    said = json.loads(written)
    return Draft(base=said["base"], files=said["files"])


def keep(shelf: RulebookShelf, by: str, draft: Draft) -> None:
    """Keep it; an empty one is forgotten."""
    shelf.note(_name(by), "" if draft.empty else json.dumps({"base": draft.base, "files": draft.files}, ensure_ascii=False))


def changed(draft: Draft, shelf: RulebookShelf, path: str, text: str | None) -> Draft:
    """With one file otherwise; a file that is again as in force is no change."""
    current = shelf.current()
    base = current.number if draft.empty and current else draft.base
    files = {name: own for name, own in draft.files.items() if name != path}
    if in_force(shelf).get(path) != text:
        files[path] = text
    return Draft(base=base, files=files)


def merged(draft: Draft, shelf: RulebookShelf) -> dict[str, str]:
    """The whole rulebook as it would be."""
    files: dict[str, str | None] = {**in_force(shelf), **draft.files}
    return {path: text for path, text in sorted(files.items()) if text is not None}


def overtaken(draft: Draft, shelf: RulebookShelf) -> bool:
    """Whether other rules came into force since it was begun."""
    current = shelf.current()
    return not draft.empty and draft.base != (current.number if current else None)


def clashes(draft: Draft, shelf: RulebookShelf) -> list[str]:
    """Files that both the draft and whoever published meanwhile changed."""
    base = next((one for one in shelf.versions() if one.number == draft.base), None)
    before = (shelf.files(base.fingerprint) or {}) if base is not None else {}
    now = in_force(shelf)
    return [path for path in draft.files if before.get(path) != now.get(path)]


def compiled(files: Mapping[str, str]) -> Compiled:
    """As the daemon compiles them; the same text is compiled once."""
    return _compiled(tuple(sorted(files.items())))


@lru_cache(maxsize=COMPILED_MAX)
def _compiled(files: tuple[tuple[str, str], ...]) -> Compiled:
    return compile_rulebook(dict(files))


def _name(by: str) -> str:
    return f"draft/{by}"
