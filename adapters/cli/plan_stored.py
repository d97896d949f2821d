"""What did our own cases live through? A database read as a history: what feeds and people reported, at the times of then."""

from collections.abc import Iterator
from pathlib import Path

from adapters.cli.plan_open import opened_for_reading
from engine.model.case import Case
from engine.model.event import EventKind
from engine.service.replay import OldEvent

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
                yield from _reports(store.store.load(row.id)) if row.revision else ()
            last = rows[-1].id


def _reports(case: Case) -> Iterator[OldEvent]:
    heard = [one.event for one in sorted(case.history, key=lambda one: one.number)]
    if not heard or heard[0].source.startswith("case/"):
        return
    for number, event in enumerate(heard, start=1):
        if event.kind is EventKind.HAPPENED and (event.source.startswith(("hand/", "connection/")) or number == 1):
            yield OldEvent(
                line=number, case=case.id.partition(":")[2], workflow=case.workflow, event=event.name, occurred_at=event.occurred_at,
                received_at=event.received_at, data=event.data, sequence=event.sequence, id=event.id,
            )  # fmt: skip
