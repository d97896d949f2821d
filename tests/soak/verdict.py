"""Was every promise kept for all that time? The audit of the crash tests, the journals decided again, and what rose."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from adapters.sql import open_stores
from adapters.sql.move import move
from adapters.wiring import load_rules
from engine.model.version import Version
from engine.ports.store import RulebookShelf
from engine.service.editions import Editions
from engine.service.handover import key_of
from engine.service.library import Library
from engine.service.past import decided_again
from tests.crash.audit import audit, effect_ids, sent_twice, unsettled
from tests.soak.figures import Sample, slope

RISE_MIB_PER_HOUR_MAX = 48.0
"""Of memory, less twice the error of measuring; a leak of one case in memory for each case opened would be several times that."""
DESCRIPTORS_PER_HOUR_MAX = 5.0
WARM_SHARE = 0.5
"""So much of the last life is warming up: caches of a bounded number of cases fill."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How one figure moved in the last life, once it was warm."""

    name: str
    per_hour: float
    error: float
    most: float

    @property
    def too_much(self) -> bool:
        """More than allowed, and not by chance."""
        return self.per_hour - 2 * self.error > self.most


def broken_promises(db: str, file: Path, folder: Path, acknowledged: Iterable[str], asked: Mapping[str, int], rules: Path) -> list[str]:
    """In words; none is the good answer. The daemon must have stopped."""
    if not db.startswith("sqlite"):
        move(db, f"sqlite:///{file}")
    # A clock does not stand still for the last look: what a bell or a channel said in that second waits for the next life.
    owed = [one for one in unsettled(file) if not one.startswith(("inbox ('new', 'gateway/", "inbox ('new', 'timer'"))]
    broken = audit(file, acknowledged, folder / "audit") + owed
    broken += sent_twice(file, asked, {key_of(one): one for one in effect_ids(file)})
    copy = folder / "again.db"
    shutil.copyfile(file, copy)
    return broken + ends_otherwise(f"sqlite:///{copy}", rules)


def ends_otherwise(db: str, rules: Path) -> list[str]:
    """Cases whose journal, decided again from nothing under the recorded rules, does not lead to what is stored (laws I5, I6)."""
    broken = []
    with closing(open_stores(db)) as stores:
        shelf = cast(RulebookShelf, _Still(stores.shelf))
        library = Library(load_rules(str(rules))[0], shelf)
        library.follow()
        editions = Editions(library, shelf)
        last: str | None = None
        while rows := stores.directory.cases(after=last, limit=500):
            for row in rows:
                case = stores.store.load(row.id)
                again, _ = decided_again(editions, case, stores.directory.journal(row.id))
                if (again.state, again.revision) != (case.state, case.revision):
                    broken.append(f"{row.id}: stored {case.state}/{case.revision}, decided again {again.state}/{again.revision}")
                elif [one.id for one in again.ledger.issued] != [one.id for one in case.ledger.issued]:
                    broken.append(f"{row.id}: other effects when decided again")
            last = rows[-1].id
    return broken


class _Still:
    """A shelf to which nobody publishes any more, so that each journal row need not ask it anew."""

    def __init__(self, shelf: RulebookShelf) -> None:
        self._shelf = shelf
        self._versions = list(shelf.versions())

    def versions(self) -> Sequence[Version]:
        return self._versions

    def current(self) -> Version | None:
        return self._versions[-1] if self._versions else None

    def files(self, fingerprint: str) -> dict[str, str] | None:
        return self._shelf.files(fingerprint)


def rises(samples: Sequence[Sample]) -> list[Rise]:
    """Memory (MiB), descriptors and threads of the last life after its warm-up."""
    last = [one for one in samples if one.life == samples[-1].life] if samples else []
    warm = [one for one in last if one.life_seconds >= last[-1].life_seconds * WARM_SHARE]

    def of(name: str, unit: float, most: float) -> Rise:
        rise, error = slope([(one.life_seconds / 3600, getattr(one, name) / unit) for one in warm])
        return Rise(name, rise, error, most)

    return [
        of("rss_kib", 1024, RISE_MIB_PER_HOUR_MAX),
        of("descriptors", 1, DESCRIPTORS_PER_HOUR_MAX),
        of("threads", 1, DESCRIPTORS_PER_HOUR_MAX),
    ]
