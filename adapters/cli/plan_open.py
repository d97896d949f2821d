"""What fires at the moment of publishing? The open cases of a store, looked at read only, read again under both rulebooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from adapters.cli.desk import address_of
from adapters.cli.speech import NotFine, WrongUse
from adapters.memory import open_memory
from adapters.sql.reading import Reading, open_reading
from adapters.sql.sqlite import file_of
from engine.language.compile import compile_rulebook
from engine.model.case import Case
from engine.model.rulebook import Rulebook
from engine.model.workflow import RunningCases
from engine.ports.store import StoreError
from engine.reports.plan import Fold, Plan
from engine.reports.plan_differences import Change
from engine.service.adopt import adopt, homeless
from engine.service.suppose import copy_versions, in_force, suppose

Book = tuple[Rulebook, dict[str, str]]
"""A rulebook and its files."""

PAGE = 500
EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCases:
    """The open cases at the moment of publishing."""

    at: datetime
    cases: int
    at_once: int
    """Cases for which something is done at once that would not be done under the rules in force."""
    plan: Plan
    later: tuple[str, ...]
    """Workflows whose open cases keep their rules for now (`running_cases`): what is shown of them is what touches them at once."""
    homeless: int
    """Cases whose workflow or state the new rules do not have: they need a mapping (`was:`) first."""
    homeless_examples: tuple[str, ...]


def rehearse_open(db: str, old: Book, new: Book, at: datetime, *, all_examples: bool) -> OpenCases:
    """Read every open case again under both. Raises WrongUse: no such database; NotFine: it cannot be read."""
    folding = Fold(new[0].timezone, all_examples=all_examples)
    at_once, lost = 0, 0
    names: list[str] = []
    with opened_for_reading(db) as store:
        shelf = open_memory().shelf
        copy_versions(store.shelf, shelf)
        before, after = suppose(shelf, *old, at), suppose(shelf, *new, at)
        for case in _open_cases(store):
            if case.workflow not in before.workflows or homeless(after, case):
                lost += 1
                names += [case.id] if all_examples or len(names) < EXAMPLES else []
                continue
            found = folding.take(adopt(before, after, case, at))
            at_once += any(one.line.kind and one.line.change is Change.NEW for one in found)
    return OpenCases(
        at=at, cases=folding.cases + lost, at_once=at_once, plan=folding.plan(), later=_later(after), homeless=lost, homeless_examples=tuple(names)
    )  # fmt: skip


def rules_of(db: str) -> Book:
    """The rules in force in a database. Raises WrongUse, NotFine."""
    with opened_for_reading(db) as store:
        current = store.shelf.current()
        files = store.shelf.files(current.fingerprint) if current else None
        rulebook = compile_rulebook(files).rulebook if files else None
        if rulebook is None or files is None:
            raise NotFine(f"{db} 里没有正在用的规则", f"{db} holds no rules in force")
        return in_force(store.shelf, rulebook), files


class opened_for_reading:
    """A store for reading, and its troubles in words."""

    def __init__(self, db: str) -> None:
        self.address = address_of(db)
        file = file_of(self.address)
        if file is not None and not file.is_file():
            raise WrongUse(f"没有这个数据库:{file}", f"no such database: {file}")

    def __enter__(self) -> Reading:
        try:
            self.store = open_reading(self.address)
        except StoreError as problem:
            raise NotFine(f"数据库现在读不了:{problem}", f"the database cannot be read: {problem}") from None
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def _open_cases(store: Reading) -> Iterator[Case]:
    """Page by page, in order of id."""
    last: str | None = None
    while rows := store.directory.cases(final=False, after=last, limit=PAGE):
        for row in rows:
            if row.revision:
                yield store.store.load(row.id)
        last = rows[-1].id


def _later(rulebook: Rulebook) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in rulebook.workflows.values() if one.running_cases is not RunningCases.ADOPT))
