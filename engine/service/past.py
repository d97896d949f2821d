"""How did a case stand at an instant? Its journal decided again up to then, each row under the rulebook that decided it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.core.decide import decide
from engine.model.case import Case, Ledger
from engine.model.decision import JournalRow
from engine.model.event import Event, EventKind
from engine.model.rulebook import Rulebook
from engine.model.timer import Timer
from engine.ports.store import Bells
from engine.service.editions import Editions

LOOK_AHEAD = timedelta(days=3660)
TIMERS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A case as it stood, and the rules that were in force."""

    case: Case
    journal: Sequence[JournalRow]
    """Rows received by then."""
    timers: Sequence[Timer]
    rulebook: Rulebook
    missing: tuple[str, ...] = ()
    """Fingerprints that are not on the shelf: the rules of today stood in for them."""


def stood(editions: Editions, bells: Bells, case: Case, journal: Sequence[JournalRow], at: datetime) -> Past:
    """The case at an instant, aware, UTC. A case that was not open yet has no history and no journal."""
    rows = [row for row in journal if row.received_at <= at]
    fingerprint = editions.in_force(at, rows)
    told = {row.rulebook: row.decided_at for row in rows} | {fingerprint: at}
    missing = sorted(one for one, then in told.items() if one and editions.find(one, then) is None)
    rulebook = editions.find(fingerprint, at) or editions.library.rulebook
    if len(rows) == len(journal):
        timers = bells.due(at + LOOK_AHEAD, TIMERS_MAX, case_id=case.id)
        return Past(case=case, journal=rows, timers=timers, rulebook=rulebook, missing=tuple(missing))
    then, timers = decided_again(editions, case, rows)
    return Past(case=then, journal=rows, timers=timers, rulebook=rulebook, missing=tuple(missing))


def decided_again(editions: Editions, case: Case, rows: Sequence[JournalRow]) -> tuple[Case, Sequence[Timer]]:
    """The first rows of a case's journal decided once more (law I6): the case after them, and the timers they left armed."""
    heard = {one.number: one.event for one in case.history}
    then = replace(case, revision=0, state="", history=(), ledger=Ledger())
    timers: Sequence[Timer] = ()
    for row in rows:
        rulebook = editions.find(row.rulebook, row.decided_at) or editions.library.rulebook
        if case.workflow not in rulebook.workflows:
            continue
        decision = decide(rulebook, then, heard.get(row.revision) or _event_of(row), row.received_at)
        then, timers = decision.after, decision.timers
    return then, timers


def _event_of(row: JournalRow) -> Event:
    """A bell, a note or a receipt as it was: the journal keeps all of it but personal values, and no rule reads those here."""
    return Event(
        id=row.event_id,
        source=row.source,
        kind=EventKind(row.kind),
        name=row.name,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        data=row.data,
        extra=row.extra,
    )


def not_on_the_shelf(fingerprint: str, lang: str) -> str:
    """The plain remark for a rulebook that nobody kept."""
    if lang == "en":
        return f"rulebook {fingerprint[:12]} is not on the shelf: the rules of today were taken instead"
    return f"规则集 {fingerprint[:12]} 不在书架上:改用今天的规则来说"
