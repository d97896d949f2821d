"""What must be done now? The board: clocks by time left, and who takes them on."""

from starlette.responses import Response

from adapters.web.console.visit import Page, Visit
from engine.ports.staff import Access


def board(visit: Visit) -> Response:
    """The whole page."""
    return visit.show("board/board.html")


ROUTES = (Page(path="/board", act=board, least=Access.VIEWER),)
