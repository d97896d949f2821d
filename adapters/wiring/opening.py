"""How is a store opened with its rulebook? For one command, beside a running daemon or without one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.clock import SystemClock
from adapters.files.rules import read_rules, shipped_rules_dir
from adapters.memory import open_memory
from adapters.sql.stores import open_stores
from adapters.web.console.stores import DeskStores
from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook
from engine.service.library import Library, shelved_library
from engine.service.running import Running

MEMORY = "memory:"
"""A database that is none: for tests and drills."""


class RulesRefused(Exception):
    """The rule files have errors; nothing was started."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], files: Mapping[str, str]) -> None:
        super().__init__(f"{len(diagnostics)} problems")
        self.diagnostics = diagnostics
        self.files = files


@dataclass(slots=True)
class Opened:
    """A desk over an open store."""

    desk: Running
    stores: DeskStores
    rulebook: Rulebook


def load_rules(folder: str | None) -> tuple[Rulebook, dict[str, str], Path]:
    """The rulebook of a folder, the shipped one for None. Raises RulesRefused, and what reading files raises."""
    path = Path(folder) if folder else shipped_rules_dir()
    files = read_rules(path)
    compiled = compile_rulebook(files)
    if compiled.rulebook is None:
        raise RulesRefused(compiled.diagnostics, files)
    return compiled.rulebook, files, path


@contextmanager
def open_desk(db: str, rules: str | None = None, lang: str = "zh") -> Iterator[Opened]:
    """A desk for one command, beside a running daemon or without one: it takes events in, and decides nothing."""
    stores = open_memory() if db == MEMORY else open_stores(db, check=False)
    try:
        # What was published counts; a folder only where nothing ever was.
        library = shelved_library(stores.shelf) or Library(load_rules(rules)[0])
        yield Opened(Running(stores, library, SystemClock(), {}, decides=False), stores, library.rulebook)
    finally:
        stores.close()
