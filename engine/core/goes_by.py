"""Under which version does a case go on? One version at any moment, by its workflow's word `running_cases`.

Versioned are the workflow, its policies and messages, and the chains. Facts about the world (calendars, disruptions, people,
connections) are never old: a storm declared today holds every case.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from engine.core.once import once
from engine.core.terms import Court
from engine.model.case import Case
from engine.model.event import Heard
from engine.model.rulebook import Earlier, Rulebook
from engine.model.version import Renames
from engine.model.workflow import RunningCases

TODAYS_MAX = 4
BLENDS_MAX = 256
"""For each of the rulebooks in force lately: what was blended for one that is replaced goes with it."""
JOINT = "+"
"""Stands between the version a case goes by and the one in force, in the fingerprint of the two together."""


def court_of(rulebook: Rulebook, case: Case) -> Court:
    """The rules this case goes by, given those in force."""
    known = rulebook.earlier.get(case.ledger.rules) if _holds_on(rulebook, case) else None
    if known is not None and case.workflow in known.rulebook.workflows:
        return court_under(rulebook, known, case.workflow)
    return Court(rulebook, rulebook.workflows[case.workflow])


def court_of_event(court: Court, heard: Heard) -> Court:
    """The rules that first decided an event; those of the case, where the others are not known any more."""
    if heard.version in ("", version_of(court)):
        return court
    known = court.rulebook.earlier.get(heard.version)
    if known is None or court.workflow.name not in known.rulebook.workflows:
        return court
    return court_under(court.rulebook, known, court.workflow.name)


def court_under(rulebook: Rulebook, known: Earlier, workflow: str) -> Court:
    """An earlier version's rules for one workflow, among the facts of today."""
    blended = _blends(rulebook)(_Key(known.rulebook), workflow)
    return Court(blended, blended.workflows[workflow])


def version_of(court: Court) -> str:
    """The fingerprint of the version a court goes by."""
    return court.rulebook.fingerprint.partition(JOINT)[0]


def renames_since(rulebook: Rulebook, version: str) -> Renames:
    """What that version called otherwise."""
    known = rulebook.earlier.get(version)
    return known.renames if known is not None else {}


def adopts_on_moving(rulebook: Rulebook, case: Case) -> bool:
    """Whether the next state is the one in which the case takes the rules in force."""
    declared = rulebook.workflows.get(case.workflow)
    return declared is not None and declared.running_cases is RunningCases.ADOPT_AT_NEXT_STATE


def _holds_on(rulebook: Rulebook, case: Case) -> bool:
    """Whether it may go on under an earlier version: the word of the rules in force counts."""
    if case.ledger.rules in ("", rulebook.fingerprint):
        return False
    declared = rulebook.workflows.get(case.workflow)
    return declared is None or declared.running_cases is not RunningCases.ADOPT


class _Key:
    """A rulebook by its identity; holds it, so that the identity cannot be given to another."""

    __slots__ = ("rulebook",)

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def __hash__(self) -> int:
        return id(self.rulebook)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.rulebook is other.rulebook


@once(TODAYS_MAX)
def _blends(today: Rulebook) -> Callable[[_Key, str], Rulebook]:
    """What was blended with these facts."""

    @lru_cache(maxsize=BLENDS_MAX)
    def of(then: _Key, workflow: str) -> Rulebook:
        return _blended(today, then.rulebook, workflow)

    return of


def _blended(today: Rulebook, old: Rulebook, workflow: str) -> Rulebook:
    """Rules of then for one workflow, facts of now; facts that are gone stay as they were, for old rules name them."""
    policies = {name: one for name, one in today.policies.items() if one.workflow != workflow}
    policies |= {name: one for name, one in old.policies.items() if one.workflow == workflow}
    own = {name: one for name, one in old.messages.items() if one.workflow == workflow}
    return replace(
        today,
        fingerprint=f"{old.fingerprint.partition(JOINT)[0]}{JOINT}{today.fingerprint.rpartition(JOINT)[2]}",
        workflows={**today.workflows, workflow: old.workflows[workflow]},
        policies=dict(sorted(policies.items())),
        chains={**today.chains, **old.chains},
        messages={**today.messages, **own},
        contacts=replace(
            today.contacts,
            people={**old.contacts.people, **today.contacts.people},
            roles={**old.contacts.roles, **today.contacts.roles},
            rotas={**old.contacts.rotas, **today.contacts.rotas},
            tables={**old.contacts.tables, **today.contacts.tables},
        ),
        calendars={**old.calendars, **today.calendars},
        overlays={**{name: one for name, one in old.overlays.items() if name not in today.calendars}, **today.overlays},
    )
