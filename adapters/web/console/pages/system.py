"""How is the machinery? Daemons and who leads, what waits, the database, the rules in force, versions."""

import platform
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from adapters.web.console.visit import Page, Visit
from engine.core.called import Called
from engine.model.masks import mask_text
from engine.ports.staff import Access


def system(visit: Visit) -> Response:
    """The whole page."""
    return visit.show("system/system.html", **_found(visit))


def parts(visit: Visit) -> Response:
    """What changes."""
    return visit.show("system/parts.html", **_found(visit))


def _found(visit: Visit) -> dict[str, Any]:
    desk, console = visit.desk, visit.console
    health, rulebook = desk.health(), desk.rulebook()
    version = visit.stores.shelf.current()
    store: Mapping[str, object] = visit.kept.ask("store", 10.0, console.store)
    feeds = [(one, rulebook.connections.get(one.connection)) for one in visit.stores.feeds.feeds()]
    return {
        "health": health, "reasons": [mask_text(visit.of(one.zh, one.en)) for one in health.ailments], "called": Called(rulebook, visit.lang), "decides": console.decides, "store": store, "version": version, "rulebook": rulebook, "feeds": feeds,
        "cases": visit.kept.ask("cases", 30.0, lambda: {name: sum(states.values()) for name, states in desk.directory.counts().items()}),
        "software": [("waybill", console.version), ("Python", platform.python_version()), (platform.system(), platform.release())],
    }  # fmt: skip


ROUTES = (
    Page(path="/system", act=system, least=Access.ADMIN),
    Page(path="/system/parts", act=parts, least=Access.ADMIN),
)
