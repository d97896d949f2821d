"""Does a service that lives through a year of edits stay as large as it was, and does it still know what was in force?"""

import gc
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from adapters.memory import open_memory
from engine.core.docket import policies_of
from engine.core.goes_by import court_under
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.model.version import Edition, How, Version
from engine.ports.store import RulebookShelf
from engine.service.editions import Editions
from engine.service.library import Library, with_shared_parts
from tests.contract.builders import NOW

SMALL = Path(__file__).parents[2] / "diagnostics" / "small"
FILES = {path.relative_to(SMALL).as_posix(): path.read_text("utf-8") for path in sorted(SMALL.rglob("*.yaml"))}


def compiled(files: dict[str, str]) -> Rulebook:
    found = compile_rulebook(files)
    assert found.rulebook is not None, found.diagnostics
    return found.rulebook


def edited(number: int) -> dict[str, str]:
    """Another word in a message: no workflow says anything else."""
    return {**FILES, "rules/messages.yaml": FILES["rules/messages.yaml"].replace("请速发出", f"请速发出{number}")}


def publish(shelf: RulebookShelf, number: int) -> str:
    files = edited(number)
    edition = Edition(
        fingerprint=compiled(files).fingerprint, files=files, by="ann", why="", how=How.FOLDER, at=NOW + timedelta(days=number)
    )
    shelf.publish(edition, base=number - 1 or None)
    return edition.fingerprint


def alive() -> int:
    """Rulebooks in this process."""
    gc.collect()
    return sum(type(one) is Rulebook for one in gc.get_objects())


def test_after_many_edits_few_rulebooks_are_held_though_cases_go_on_under_old_ones() -> None:
    shelf = open_memory().shelf
    library = Library(compiled(FILES), shelf)
    editions = Editions(library, shelf)
    before = alive()
    published = []

    for number in range(1, 51):
        published.append(publish(shelf, number))
        library.follow()
        for fingerprint in published[-4:-1]:
            policies_of(court_under(library.rulebook, library.rulebook.earlier[fingerprint], "parcel").rulebook)
            editions.find(fingerprint, NOW + timedelta(days=number))

    assert alive() - before < 120  # 340, if nothing is put away.


def test_a_rulebook_that_was_put_away_is_read_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service.library.BOOKS_MAX", 3)
    shelf = open_memory().shelf
    library = Library(compiled(FILES), shelf)
    published = []

    for number in range(1, 9):
        published.append(publish(shelf, number))
        library.follow()

    assert [library.rulebook.earlier[one].rulebook.messages["hurry"] for one in published[:-1]] == [
        compiled(edited(number)).messages["hurry"] for number in range(1, 8)
    ]
    assert all(library.rulebook.earlier[one].rulebook.fingerprint == one for one in published[:-1])


@dataclass
class Counting:
    """A shelf that counts how often the texts of a rulebook are asked for."""

    shelf: RulebookShelf
    asked: Counter[str] = field(default_factory=Counter)

    def versions(self) -> Sequence[Version]:
        return self.shelf.versions()

    def current(self) -> Version | None:
        return self.shelf.current()

    def files(self, fingerprint: str) -> dict[str, str] | None:
        self.asked[fingerprint] += 1
        return self.shelf.files(fingerprint)


def test_every_edition_reads_each_rulebook_once_whatever_others_know_of_it() -> None:
    shelf = open_memory().shelf
    published = [publish(shelf, number) for number in range(1, 9)]
    counting = Counting(shelf)
    library = Library(compiled(FILES), cast(RulebookShelf, counting))
    library.follow()
    editions = Editions(library, cast(RulebookShelf, counting))

    for place, fingerprint in enumerate(published):
        book = editions.find(fingerprint, NOW + timedelta(days=place + 1))
        assert book is not None
        assert book.fingerprint == fingerprint
        assert list(book.earlier) == published[:place]
        assert [book.earlier[one].rulebook.fingerprint for one in published[:place]] == published[:place]

    assert counting.asked == dict.fromkeys(published, 1)


def test_a_case_that_nobody_decided_yet_asks_the_shelf_for_nothing() -> None:
    shelf = open_memory().shelf
    publish(shelf, 1)
    counting = Counting(shelf)
    library = Library(compiled(FILES), cast(RulebookShelf, counting))
    library.follow()

    assert library.rulebook.earlier.get("") is None
    assert "" not in counting.asked


def test_what_an_edit_left_alone_is_held_once_and_what_it_moved_is_not() -> None:
    before = compiled(FILES)
    moved = {**FILES, "workflows/parcel.yaml": "# first\n" + FILES["workflows/parcel.yaml"]}

    same, other = (with_shared_parts(compiled(files), before) for files in (edited(1), moved))

    assert same == compiled(edited(1))
    assert same.workflows["parcel"] is before.workflows["parcel"]
    assert same.messages["hurry"] is not before.messages["hurry"]
    assert other == compiled(moved)  # Its rows stand one line lower.
    assert other.workflows["parcel"] is not before.workflows["parcel"]
