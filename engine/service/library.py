"""Which rules are in force? The newest version, and the earlier ones as they were, for what they decided."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

from engine.core.names_since import composed
from engine.core.todays_names import under_todays_names
from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Earlier, Rulebook
from engine.model.version import Renames, Version
from engine.ports.store import RulebookShelf

BOOKS_MAX = 32
"""So many rulebooks are held; one that is older, or not asked for, is compiled from the shelf again when a case needs it."""


def shelved_library(shelf: RulebookShelf) -> "Library | None":
    """The library of what was published last; None: nothing was, or this engine cannot read it any more."""
    current = shelf.current()
    files = shelf.files(current.fingerprint) if current is not None else None
    found = compile_rulebook(files).rulebook if files else None
    if current is None or found is None:
        return None
    library = Library(replace(found, fingerprint=current.fingerprint), shelf)
    library.follow()
    return library


class Library:
    """Swapped like a lamp: the old rules stay lit until the new ones burn (style.md section 23)."""

    def __init__(self, rulebook: Rulebook, shelf: RulebookShelf | None = None) -> None:
        self._shelf = shelf
        self._books: OrderedDict[str, Rulebook] = OrderedDict()
        """Rulebooks read so far, as they were written, by fingerprint; asked for last, last."""
        self._steps: list[tuple[str, Renames]] = []
        """Of each version but the first what it renamed, oldest first, with the fingerprint of the one it replaced."""
        self.version: Version | None = None
        """What is in force, as it was published; None: rules that never were."""
        self.refused: Sequence[Diagnostic] = ()
        """What is wrong with newer files that were not taken."""
        self._rulebook = rulebook
        self._light(rulebook)

    @property
    def rulebook(self) -> Rulebook:
        return self._rulebook

    def steps(self) -> Sequence[Renames]:
        """The renames of all versions so far, oldest first."""
        return [renames for _, renames in self._steps]

    def shelve(self, shelf: RulebookShelf) -> None:
        """Where versions are found, if nobody said so before."""
        self._shelf = self._shelf or shelf

    def follow(self) -> bool:
        """Take what was published since; True if other rules are in force now. Nothing changes if they cannot be read any more."""
        current = self._shelf.current() if self._shelf is not None else None
        if current is None or (self.version is not None and self.version.number == current.number):
            return False
        rulebook = self._book(current.fingerprint)
        if rulebook is None:
            return False
        self._learn_steps(current)
        self.version = current
        changed = rulebook.fingerprint != self._rulebook.fingerprint
        self._light(rulebook)
        return changed

    def at(self, version: Version) -> Rulebook | None:
        """The rulebook of a version as it was in force, knowing those before it; None: it is not on the shelf.

        What was compiled for the rules of today, or for another version, serves again.
        """
        book = self._book(version.fingerprint)
        if book is None or self._shelf is None:
            return None
        before = [one for one in self._shelf.versions() if one.number <= version.number]
        return replace(book, earlier=_Shelved(self._book, _steps_between(before)))

    def _learn_steps(self, current: Version) -> None:
        assert self._shelf is not None
        begun = self._rulebook.fingerprint
        if self.version is None and current.number == 1 and begun != current.fingerprint:
            self._steps = [(begun, current.renames)]  # What was lit first was never published.
            return
        self._steps = _steps_between(self._shelf.versions())

    def _book(self, fingerprint: str) -> Rulebook | None:
        """A rulebook by fingerprint, compiled from the shelf the first time."""
        book = self._books.get(fingerprint)
        if book is None:
            files = self._shelf.files(fingerprint) if self._shelf is not None else None
            found = compile_rulebook(files).rulebook if files else None
            if found is None:
                return None
            # Its own fingerprint may differ under a newer engine; what was recorded names it.
            book = with_shared_parts(replace(found, fingerprint=fingerprint), self._rulebook)
        self._keep(book)
        return book

    def _keep(self, book: Rulebook) -> None:
        # Doors and lanes ask too: one step each, so that none of them finds it half done.
        self._books[book.fingerprint] = book
        with suppress(KeyError):
            self._books.move_to_end(book.fingerprint)
        while len(self._books) > BOOKS_MAX:
            with suppress(KeyError):
                self._books.popitem(last=False)

    def _light(self, rulebook: Rulebook) -> None:
        self._keep(rulebook)
        self._rulebook = replace(rulebook, earlier=_Shelved(self._book, list(self._steps)))


class _Shelved(Mapping[str, Earlier]):
    """Earlier versions by fingerprint, each read when it is first asked for: most cases need none."""

    def __init__(self, book: Callable[[str], Rulebook | None], steps: Sequence[tuple[str, Renames]]) -> None:
        self._book = book
        self._steps = steps
        self._known: dict[str, Earlier] = {}
        """The reading of a case is remembered by the rulebook's identity: kept while it is asked for."""

    def __getitem__(self, fingerprint: str) -> Earlier:
        known = self._known.get(fingerprint)
        if not fingerprint:  # Of a case that nobody decided yet: the shelf need not be asked for each.
            raise KeyError(fingerprint)
        if known is None:
            rulebook = self._book(fingerprint)
            if rulebook is None:
                raise KeyError(fingerprint)
            renames = self._renames(fingerprint)
            known = Earlier(rulebook=under_todays_names(rulebook, renames), renames=renames)
            if len(self._known) >= BOOKS_MAX:
                self._known = {}  # One reference is swapped, so that no thread sees half of it.
            known = self._known.setdefault(fingerprint, known)
        return known

    def _renames(self, fingerprint: str) -> Renames:
        """What was renamed since the last time that version was in force."""
        last = max((place for place, (old, _) in enumerate(self._steps) if old == fingerprint), default=len(self._steps))
        return composed(renames for _, renames in self._steps[last:])

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(old for old, _ in self._steps))

    def __len__(self) -> int:
        return len({old for old, _ in self._steps})


def _steps_between(versions: Sequence[Version]) -> list[tuple[str, Renames]]:
    return [(old.fingerprint, new.renames) for old, new in pairwise(versions)]


def with_shared_parts(book: Rulebook, other: Rulebook) -> Rulebook:
    """The same rules; what says word for word the same in the other is the other's own: an edit changes one file of thirty.

    Order counts (names are looked up as written) and so do places, which equality of mappings would pass over.
    """
    parts = {one.name: _shared(getattr(book, one.name), getattr(other, one.name)) for one in fields(book) if one.name != "earlier"}
    return replace(book, **parts)


def _shared(part: Any, known: Any) -> Any:
    if isinstance(part, dict) and isinstance(known, dict):
        return {name: _shared(one, known.get(name)) for name, one in part.items()}
    return known if type(part) is type(known) and repr(part) == repr(known) else part
