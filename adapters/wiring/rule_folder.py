"""What does the watched rule folder say now, and what comes of it?"""

import logging
from datetime import datetime
from pathlib import Path

from adapters.files.rules import editor_of, fingerprint_of_files, read_rules, shipped_rules_dir
from adapters.web.console.stores import DeskStores
from adapters.wiring.opening import load_rules
from engine.ports.store import RulebookShelf
from engine.service import folder
from engine.service.library import Library
from engine.service.publish import Press, Told
from engine.service.running import Running

log = logging.getLogger("waybill")


class RuleFolder:
    """The folder whose edits become versions, or proposals where nobody publishes alone. `path`: None for the shipped one."""

    def __init__(self, path: str | None, shelf: RulebookShelf, *, second_person: bool) -> None:
        self._path = Path(path) if path else shipped_rules_dir()
        self._shelf = shelf
        self._second_person = second_person
        self._seen: object = None

    def first_library(self, stores: DeskStores, now: datetime) -> Library:
        """A store in which nothing was ever published begins with its folder, whoever must agree to later edits. Raises RulesRefused."""
        rulebook, files, _ = load_rules(str(self._path))
        press = Press(stores.shelf, stores.directory, None)
        folder.look(press, files, by=editor_of(self._path), why="", second_person=False, now=now)
        library = Library(rulebook, stores.shelf)
        library.follow()
        return library

    def look(self, desk: Running) -> None:
        """Files changed: publish or propose them as a whole, or keep the last good set and say so."""
        seen = fingerprint_of_files(self._path)
        if seen == self._seen:
            return
        self._seen = seen
        found = desk.offer_rules(read_rules(self._path), by=editor_of(self._path), second_person=self._second_person)
        if found is None:
            if folder.passed_over(self._shelf):
                log.warning("the rule folder differs from the rules in force, and waits until somebody edits it again")
        elif found.told is Told.REFUSED:
            problems = {"problems": len(found.diagnostics), "first": _first(found.diagnostics)}
            log.error("rules refused, the last good ones stay", extra=problems)
        elif found.proposal is not None:
            log.info("rules proposed, a second person decides", extra={"proposal": found.proposal.number, "by": found.proposal.by})


def _first(diagnostics: object) -> str:
    for one in diagnostics if isinstance(diagnostics, list | tuple) else ():
        return f"{one.span} {one.code} {one.zh}"
    return ""
