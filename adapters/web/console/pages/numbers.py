"""How are the four numbers of the header brought up to date?"""

from starlette.responses import Response

from adapters.web.console.visit import Page, Visit
from engine.ports.staff import Access


def four(visit: Visit) -> Response:
    """The part of the header."""
    return visit.show("numbers.html")


ROUTES = (Page(path="/numbers", act=four, least=Access.VIEWER),)
