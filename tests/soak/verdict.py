"""Was every promise kept for all that time? The audit of the crash tests, the journals decided again, and what rose."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import cast

from adapters.sql import SqlStores, open_stores
from adapters.sql.move import move
from adapters.wiring.opening import load_rules
from engine.model.version import Version
from engine.ports.store import RulebookShelf
from engine.service import editions, library
from engine.service.editions import Editions
from engine.service.handover import key_of
from engine.service.library import Library
from engine.service.past import decided_again
from tests.crash.audit import audit, effect_ids, sent_twice, unsettled
from tests.soak.figures import FLOOR_SECONDS, Sample, floors, slope

RISE_MIB_PER_HOUR_MAX = 48.0
"""Of memory, less twice the error of measuring; a leak of one case in memory for each case opened would be several times that."""
DESCRIPTORS_PER_HOUR_MAX = 30.0
"""The rarest thing that is done is an edit of the rules, ninety an hour: one that each of them kept would be three times that."""
WARM_SECONDS, WARM_SHARE = 300.0, 0.5
"""So much of the last life is warming up, half of it at most: what is remembered of cases, and a connection for each thread ever
busy at once, fill up to their bounds (docs/scale.md, "Does it hold?")."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How the lowest values of each minute of one figure moved in the last life, once it was warm."""

    name: str
    per_hour: float
    error: float
    most: float

    @property
    def too_much(self) -> bool:
        """More than allowed, and not by chance."""
        return self.per_hour - 2 * self.error > self.most

    @property
    def unsure(self) -> bool:
        """Not known to be less than allowed: the life was too short, or too restless."""
        return not self.too_much and self.per_hour + 2 * self.error > self.most


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
    """Cases whose journal, decided again from nothing under the recorded rules, does not lead to what is stored (laws I5, I6).

    Four milliseconds a line of the journal; on every core, each with neighbouring cases, which go by the same rulebooks.
    """
    ids: list[str] = []
    with closing(open_stores(db)) as stores:
        while rows := stores.directory.cases(after=ids[-1] if ids else None, limit=500):
            ids += [row.id for row in rows]
    jobs = os.cpu_count() or 1
    shares = [ids[len(ids) * place // jobs : len(ids) * (place + 1) // jobs] for place in range(jobs)]
    with ProcessPoolExecutor(jobs, get_context("spawn")) as rooms:
        asked = [rooms.submit(_share_ends_otherwise, db, rules, share) for share in shares if share]
        return [line for one in asked for line in one.result()]


def _share_ends_otherwise(db: str, rules: Path, ids: Sequence[str]) -> list[str]:
    with closing(open_stores(db, check=False)) as stores:
        shelf = cast(RulebookShelf, _Still(stores.shelf))
        # A case that began in the storm goes through all of them; none is to be compiled twice.
        library.BOOKS_MAX = editions.READ_MAX = 1_000
        known = Library(load_rules(str(rules))[0], shelf)
        known.follow()
        past = Editions(known, shelf)
        return [line for one in ids if (line := _ends_otherwise(stores, past, one))]


def _ends_otherwise(stores: SqlStores, past: Editions, case_id: str) -> str:
    case = stores.store.load(case_id)
    again, _ = decided_again(past, case, stores.directory.journal(case_id))
    if (again.state, again.revision) != (case.state, case.revision):
        return f"{case_id}: stored {case.state}/{case.revision}, decided again {again.state}/{again.revision}"
    if [one.id for one in again.ledger.issued] != [one.id for one in case.ledger.issued]:
        return f"{case_id}: other effects when decided again"
    return ""


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
    warm = [one for one in last if one.life_seconds >= min(WARM_SECONDS, last[-1].life_seconds * WARM_SHARE)]

    def of(name: str, value: Callable[[Sample], float], most: float) -> Rise:
        points = floors([(one.life_seconds, value(one)) for one in warm], FLOOR_SECONDS)
        rise, error = slope([(seconds / 3600, value) for seconds, value in points])
        return Rise(name, rise, error, most)

    return [
        of("memory", lambda one: one.rss_kib / 1024, RISE_MIB_PER_HOUR_MAX),
        of("descriptors", lambda one: one.descriptors, DESCRIPTORS_PER_HOUR_MAX),
        of("threads", lambda one: one.threads, DESCRIPTORS_PER_HOUR_MAX),
    ]
