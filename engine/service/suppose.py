"""What if these rules were published now? The versions of a store, copied, with one more that nobody else sees."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine.core.names_since import renames_between
from engine.model.rulebook import Rulebook
from engine.model.version import Edition, How
from engine.ports.store import RulebookShelf
from engine.service.library import Library


def editions_of(published: RulebookShelf) -> list[Edition]:
    """Every version that was ever in force, in order, with its text."""
    return [
        Edition(
            fingerprint=version.fingerprint, files=published.files(version.fingerprint) or {}, by=version.by, why=version.why,
            how=version.how, at=version.at, renames=version.renames,
        )
        for version in published.versions()
    ]  # fmt: skip


def copy_versions(published: RulebookShelf, onto: RulebookShelf) -> None:
    """Every version that was ever in force, in order, put on another (empty) shelf."""
    put(editions_of(published), onto)


def put(editions: Sequence[Edition], onto: RulebookShelf) -> None:
    """These versions, in order, on a shelf."""
    for edition in editions:
        current = onto.current()
        onto.publish(edition, base=current.number if current else None)


def suppose(shelf: RulebookShelf, rulebook: Rulebook, files: dict[str, str], now: datetime) -> Rulebook:
    """The rulebook as it would be in force, with what cases decided under earlier versions need. Writes on `shelf`: give it a copy."""
    library = Library(rulebook, shelf)
    library.follow()
    current = shelf.current()
    if current is None or current.fingerprint != rulebook.fingerprint:
        renames = renames_between(library.rulebook, rulebook, library.steps()) if current else {}
        edition = Edition(
            fingerprint=rulebook.fingerprint, files=files, by="plan", why="rehearsal", how=How.PUBLISH, at=now, renames=renames
        )  # fmt: skip
        shelf.publish(edition, base=current.number if current else None)
        library.follow()
    return library.rulebook


def in_force(shelf: RulebookShelf, compiled: Rulebook) -> Rulebook:
    """A compiled rulebook under the fingerprint it was published with: an engine that reads more may print it otherwise."""
    current = shelf.current()
    return replace(compiled, fingerprint=current.fingerprint) if current else compiled
