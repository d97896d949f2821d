"""Which pages are there, and where do they stand in the menu? A page that is not there yet is left out."""

import importlib
import pkgutil
from collections.abc import Sequence

from adapters.web.console import pages
from adapters.web.console.visit import Page
from engine.ports.staff import Access

MENU: dict[str, tuple[str, str, Access]] = {
    "board": ("/board", "b", Access.VIEWER),
    "tasks": ("/tasks", "t", Access.AGENT),
    "cases": ("/cases", "c", Access.VIEWER),
    "new_case": ("/new", "n", Access.AGENT),
    "reports": ("/reports", "r", Access.VIEWER),
    "rules": ("/rules", "y", Access.VIEWER),
    "adapters": ("/adapters", "a", Access.SUPERVISOR),
    "batches": ("/batches", "p", Access.SUPERVISOR),
    "system": ("/system", "s", Access.ADMIN),
    "users": ("/users", "u", Access.ADMIN),
    "sessions": ("/sessions", "l", Access.ADMIN),
    "audit": ("/audit", "j", Access.ADMIN),
}
"""Key of the words (frame.<key>) -> address below /desk, the letter after `g`, who sees it."""


def all_pages() -> list[Page]:
    """The permission table: ROUTES of every module in pages/, in order of the modules' names."""
    found: list[Page] = []
    for module in pkgutil.iter_modules(pages.__path__):
        routes: Sequence[Page] = importlib.import_module(f"{pages.__name__}.{module.name}").ROUTES
        found += routes
    return found


def menu_of(table: Sequence[Page]) -> dict[str, tuple[str, str, object]]:
    """What of the menu is there."""
    there = {page.path for page in table if page.method == "GET"}
    return {key: row for key, row in MENU.items() if row[0] in there}
