"""What did our own cases live through? A database read as a history: what feeds and people reported, at the times of then."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapters.cli.plan_open import opened_for_reading
from engine.language.compile import compile_rulebook
from engine.model.workflow import Workflow
from engine.service.own_history import reports_of
from engine.service.replay import OldEvent
from engine.service.stand_ins import StandIns

MAGIC = b"SQLite format 3\0"
PAGE = 500


def is_database(path: Path | str) -> bool:
    """Whether the file is a database of ours and not a history in lines."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def stored_history(path: Path | str) -> Iterator[OldEvent]:
    """Every report of every case, cases in order of id. Raises NotFine: it cannot be read.

    What a clock raised, and cases that another case opened, are left out: the rehearsal raises and opens them itself.
    """
    with opened_for_reading(str(path)) as store:
        last: str | None = None
        while rows := store.directory.cases(after=last, limit=PAGE):
            for row in rows:
                yield from reports_of(store.store.load(row.id)) if row.revision else ()
            last = rows[-1].id


def masked_history(path: Path | str) -> Iterator[OldEvent]:
    """The same with every personal value replaced by an invented one, the same each time; what nobody can replace is left out. Raises NotFine."""
    with opened_for_reading(str(path)) as store:
        current = store.shelf.current()
        files = store.shelf.files(current.fingerprint) if current else None
        rulebook = compile_rulebook(files).rulebook if files else None
        last: str | None = None
        while rows := store.directory.cases(after=last, limit=PAGE):
            for row in rows:
                if row.revision:
                    flow = rulebook.workflows.get(row.workflow) if rulebook else None
                    personal = frozenset(store.directory.private(row.id)) | _declared_private(flow)
                    yield from _masked(list(reports_of(store.store.load(row.id))), flow, personal, row.opened_at)
            last = rows[-1].id


def _declared_private(flow: Workflow | None) -> frozenset[str]:
    return frozenset(one.name for one in flow.fields.values() if one.private) if flow else frozenset()


def _masked(events: Sequence[OldEvent], flow: Workflow | None, personal: frozenset[str], at: datetime) -> Iterator[OldEvent]:
    """Names by which a case is found stay as they are; in other texts, every value known to be personal is replaced."""
    fields, names = (flow.fields, flow.identified_by) if flow else ({}, ())
    people = StandIns(at)
    for event in events:
        data: dict[str, object] = {}
        for name, value in event.data.items():
            if name in personal:
                if name in fields:
                    data[name] = people.of(str(value), fields[name])
            elif isinstance(value, str) and name not in names:
                data[name] = people.in_text(value)
            else:
                data[name] = value
        yield replace(event, data=data)
