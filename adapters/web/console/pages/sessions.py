"""Who is signed in where, and how does one end it? For administrators."""

from starlette.responses import Response

from adapters.web.console.visit import Page, Trouble, Visit
from engine.ports.staff import Access

SHOWN = 16
"""So many signs of a digest stand in a page: enough to name one, too few to be of use."""


def listed(visit: Visit) -> Response:
    """Every session, used last first."""
    users = {one.name: one for one in visit.stores.staff.users()}
    mine = visit.session.digest if visit.session else ""
    sessions = [(one, one.digest[:SHOWN], users.get(one.user), one.digest == mine) for one in visit.stores.staff.sessions()]
    return visit.show("sessions/sessions.html", sessions=sessions)


def end(visit: Visit) -> Response:
    """One session ends, or all of a user."""
    staff, mark, name = visit.stores.staff, visit.text("session", 64), visit.text("user", 60)
    if name:
        ended = staff.end(user=name)
    else:
        found = [one for one in staff.sessions() if len(mark) >= SHOWN and one.digest.startswith(mark)]
        if len(found) != 1:
            raise Trouble(404)
        name, ended = found[0].user, staff.end(digest=found[0].digest)
    visit.did("session.end", about=name, detail=f"{ended}")
    return visit.go("/sessions", said="sessions.ended")


ROUTES = (
    Page(path="/sessions", act=listed, least=Access.ADMIN),
    Page(path="/sessions/end", method="POST", act=end, least=Access.ADMIN),
)
