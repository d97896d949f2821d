"""What is left for a person to settle? Sendings in doubt, dead events by the way they failed, numbers that get no more messages."""

from starlette.responses import Response

from adapters.web.console.pages.adapters import counts_of, reason
from adapters.web.console.visit import Page, Trouble, Visit
from engine.core.called import Called
from engine.model.masks import mask_phone, mask_text
from engine.ports.doubts import DeadEvent
from engine.ports.staff import Access
from engine.service.provider_hands import Done, group_of

ROWS = 200


def doubts(visit: Visit) -> Response:
    """One row each, oldest first."""
    found = [row for row in visit.desk.providers.doubts(ROWS) if may_see_case(visit, row.effect.case)]
    called = Called(visit.desk.rulebook(), visit.lang)
    return visit.show("adapters/doubts.html", rows=found, counts=counts_of(visit), mask=mask_text, limit=ROWS, called=called)


def dead(visit: Visit) -> Response:
    """Grouped by how they failed, the largest group first."""
    found = [one for one in visit.desk.providers.dead(ROWS) if may_see_case(visit, one.case)]
    groups: dict[str, list[DeadEvent]] = {}
    for one in found:
        groups.setdefault(mask_text(group_of(one)), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return visit.show("adapters/dead.html", groups=ordered, counts=counts_of(visit), mask=mask_text, limit=ROWS, listed=len(found))


def suppressions(visit: Visit) -> Response:
    """The list, masked, the latest first."""
    return visit.show("adapters/suppressions.html", rows=visit.desk.providers.suppressions(ROWS), counts=counts_of(visit), mask=mask_text)


def suppress(visit: Visit) -> Response:
    """A number goes on the list."""
    why = reason(visit)
    return _told(visit, "suppress", visit.desk.providers.suppress(visit.text("number", 40), by=visit.by, why=why), why)


def lift(visit: Visit) -> Response:
    """A number comes off the list."""
    why = reason(visit)
    number = visit.text("number", 40)
    if "*" in number:
        raise Trouble(422, "adapters.bad_number")
    return _told(visit, "lift", visit.desk.providers.lift(number, by=visit.by, why=why), why)


def may_see_case(visit: Visit, case: str) -> bool:
    """Whether this person may see what belongs to a case; what belongs to none is everybody's."""
    if visit.user is None or not visit.user.areas:
        return visit.user is not None
    row = next((row for row in visit.desk.directory.find(case) if row.id == case), None) if case else None
    return row is None or visit.may_see(row)


def _told(visit: Visit, deed: str, done: Done, why: str) -> Response:
    if not done.fine:
        raise Trouble({"unknown": 404, "already": 409}.get(done.said, 422), f"adapters.{done.said}")
    visit.did(f"suppression.{deed}", about=mask_phone(done.item), why=why)
    return visit.go("/suppressions", said=f"adapters.done_{deed}")


ROUTES = (
    Page(path="/doubts", act=doubts, least=Access.SUPERVISOR),
    Page(path="/dead", act=dead, least=Access.SUPERVISOR),
    Page(path="/suppressions", act=suppressions, least=Access.SUPERVISOR),
    Page(path="/suppressions/add", method="POST", act=suppress, least=Access.SUPERVISOR),
    Page(path="/suppressions/lift", method="POST", act=lift, least=Access.SUPERVISOR),
)
