"""How does a draft come into force? Proposed, agreed to by a second person, or rolled back; every version with who, when and why."""

import io
import zipfile

from starlette.responses import Response

from adapters.web.console.changes import changes, problems
from adapters.web.console.drafts import Draft, compiled, draft_of, keep, merged, overtaken
from adapters.web.console.visit import Page, Trouble, Visit
from engine.model.version import Proposal, Version
from engine.ports.staff import Access
from engine.service.folder import folder_note, passed_over
from engine.service.publish import Publication, Told

WHY_CHARS_MAX = 1000


def propose(visit: Visit) -> Response:
    """The draft goes to a second person."""
    shelf = visit.stores.shelf
    draft, why = draft_of(shelf, visit.by), _why(visit)
    if draft.empty:
        raise Trouble(409, "rules.nothing")
    if overtaken(draft, shelf):
        raise Trouble(409, "rules.overtaken")
    found = visit.desk.press.propose(merged(draft, shelf), by=visit.by, why=why, now=visit.now)
    if found.proposal is None or found.told is not Told.PROPOSED:
        return _refused(visit, found)
    visit.did("rules.propose", about=f"p{found.proposal.number}", why=why, detail=" ".join(draft.files)[:400])
    keep(shelf, visit.by, Draft(base=None))
    return visit.go(f"/rules/proposals/{found.proposal.number}", said="rules.proposed")


def proposal(visit: Visit) -> Response:
    """What a proposal changes, and the button for a second person."""
    one = _proposal(visit)
    found = compiled(one.files)
    current = visit.stores.shelf.current()
    said = changes(visit.desk.rulebook(), found.rulebook, visit.lang) if found.rulebook is not None else None
    return visit.show(
        "rules/proposal.html", one=one, spoken=said, stale=one.base != (current.number if current else None), current=current,
        own=one.by == visit.by, alone=_alone(visit), problems=problems(found.diagnostics, visit.lang),
    )  # fmt: skip


def publish(visit: Visit) -> Response:
    """A second person agrees."""
    one, why = _proposal(visit), _why(visit)
    found = visit.desk.press.publish(one.number, by=visit.by, why=why, now=visit.now, alone=_alone(visit))
    return _published(visit, found, "rules.publish", why)


def take_up(visit: Visit) -> Response:
    """A proposal becomes one's own draft: to be mended, or brought to the version in force."""
    one, shelf = _proposal(visit), visit.stores.shelf
    base = next((version for version in shelf.versions() if version.number == one.base), None)
    before = (shelf.files(base.fingerprint) or {}) if base is not None else {}
    files = {path: one.files.get(path) for path in {*before, *one.files} if before.get(path) != one.files.get(path)}
    keep(shelf, visit.by, Draft(base=one.base, files=files))
    return visit.go("/rules/draft")


def versions(visit: Visit) -> Response:
    """Newest first."""
    shelf = visit.stores.shelf
    return visit.show("rules/versions.html", versions=list(reversed(shelf.versions())), note=folder_note(shelf), over=passed_over(shelf))


def version(visit: Visit) -> Response:
    """One version: what it changed against the one before, and the way back to it."""
    one, shelf = _version(visit), visit.stores.shelf
    before = next((other for other in shelf.versions() if other.number == one.parent), None)
    new, old = (compiled(shelf.files(each.fingerprint) or {}).rulebook if each else None for each in (one, before))
    said = changes(old, new, visit.lang) if old is not None and new is not None else None
    current = shelf.current()
    return visit.show(
        "rules/version.html", one=one, before=before, spoken=said, current=current, files=sorted(shelf.files(one.fingerprint) or {})
    )


def download(visit: Visit) -> Response:
    """All files of a version, to be laid into the watched folder."""
    one = _version(visit)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted((visit.stores.shelf.files(one.fingerprint) or {}).items()):
            archive.writestr(path, text)
    name = f"rules-v{one.number}.zip"
    return Response(packed.getvalue(), media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def roll_back(visit: Visit) -> Response:
    """The text of an earlier version is published again."""
    one, why = _version(visit), _why(visit)
    return _published(visit, visit.desk.press.roll_back(f"v{one.number}", by=visit.by, why=why, now=visit.now), "rules.rollback", why)


def _published(visit: Visit, found: Publication, deed: str, why: str) -> Response:
    if found.told is not Told.PUBLISHED or found.version is None:
        return _refused(visit, found)
    visit.did(deed, about=f"v{found.version.number}", why=why, detail=found.version.fingerprint[:12])
    return visit.go(f"/rules/versions/{found.version.number}", said="rules.published")


def _refused(visit: Visit, found: Publication) -> Response:
    """Why it is not in force, and what to do."""
    if found.told is Told.REFUSED:
        return visit.show("rules/refused.html", status=422, problems=problems(found.diagnostics, visit.lang))
    raise Trouble(404 if found.told is Told.UNKNOWN else 403 if found.told is Told.SAME_PERSON else 409, f"rules.told_{found.told.value}")


def _alone(visit: Visit) -> bool:
    """Where the service lets whoever writes the folder publish, an administrator may publish what is his own."""
    return not visit.console.second_person and visit.may(Access.ADMIN)


def _proposal(visit: Visit) -> Proposal:
    number = visit.params["number"]
    found = next((one for one in visit.stores.shelf.proposals() if str(one.number) == number), None)
    if found is None:
        raise Trouble(404, "rules.no_proposal")
    return found


def _version(visit: Visit) -> Version:
    number = visit.params["number"]
    found = next((one for one in visit.stores.shelf.versions() if str(one.number) == number), None)
    if found is None:
        raise Trouble(404)
    return found


def _why(visit: Visit) -> str:
    why = visit.text("why", WHY_CHARS_MAX)
    if not why:
        raise Trouble(422, "rules.no_why")
    return why


ROUTES = (
    Page(path="/rules/propose", method="POST", act=propose, least=Access.RULE_EDITOR),
    Page(path="/rules/proposals/{number}", act=proposal, least=Access.VIEWER),
    Page(path="/rules/proposals/{number}/publish", method="POST", act=publish, least=Access.SUPERVISOR),
    Page(path="/rules/proposals/{number}/take", method="POST", act=take_up, least=Access.RULE_EDITOR),
    Page(path="/rules/versions", act=versions, least=Access.VIEWER),
    Page(path="/rules/versions/{number}", act=version, least=Access.VIEWER),
    Page(path="/rules/versions/{number}/zip", act=download, least=Access.RULE_EDITOR),
    Page(path="/rules/versions/{number}/rollback", method="POST", act=roll_back, least=Access.SUPERVISOR),
)
