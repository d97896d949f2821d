"""What does the watched folder want? Its text is taken once; what was rolled back waits until somebody edits it again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.diagnostic import Diagnostic, Severity
from engine.model.version import How
from engine.ports.store import RulebookShelf
from engine.service.publish import Press, Publication, Told

NOTE = "folder"
PROBLEMS_MAX = 20
TAKEN = (Told.PUBLISHED, Told.PROPOSED, Told.UNCHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderNote:
    """How the folder was found when it last changed."""

    digest: str = ""
    """Of its text, if that was taken; empty while it is refused, so that a restart looks at it again."""
    fingerprint: str = ""
    """What its text means."""
    told: str = ""
    since: str = ""
    """ISO 8601."""
    problems: Sequence[Mapping[str, str]] = ()
    """`place`, `code`, `zh`, `en` of what is wrong with it."""


def look(press: Press, files: Mapping[str, str], *, by: str, why: str, second_person: bool, now: datetime) -> Publication | None:
    """Publish, or propose, what the folder says; None: it says what was taken before."""
    digest = _digest(files)
    if folder_note(press.shelf).digest == digest:
        return None
    if second_person:
        found = press.propose(files, by=by, why=why, now=now)
    else:
        found = press.publish_files(files, by=by, why=why, how=How.FOLDER, now=now)
    errors = [one for one in found.diagnostics if one.severity is Severity.ERROR]
    note = FolderNote(
        digest=digest if found.told in TAKEN else "",
        fingerprint=found.rulebook.fingerprint if found.rulebook is not None else "",
        told=found.told.value,
        since=now.isoformat(),
        problems=[_problem(one) for one in errors[:PROBLEMS_MAX]],
    )
    press.shelf.note(NOTE, json.dumps({name: getattr(note, name) for name in FolderNote.__slots__}, ensure_ascii=False))
    return found


def folder_note(shelf: RulebookShelf) -> FolderNote:
    """How the folder was last found."""
    written = shelf.mark(NOTE)
    return FolderNote(**json.loads(written)) if written else FolderNote()


def passed_over(shelf: RulebookShelf) -> bool:
    """Whether the folder says something else than what is in force, and nobody has edited it since."""
    note, current = folder_note(shelf), shelf.current()
    return bool(note.digest) and note.told != Told.PROPOSED and current is not None and note.fingerprint != current.fingerprint


def _problem(one: Diagnostic) -> dict[str, str]:
    return {"place": str(one.span) if one.span.file else "", "code": one.code, "zh": one.zh, "en": one.en}


def _digest(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(files), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
