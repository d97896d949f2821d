"""What may a person do with a case itself? Put it on hold, resume it, have a message sent again; each with a reason, in the audit."""

from datetime import UTC, datetime

from starlette.responses import Response

from adapters.web.console.pages.case_show import at_case, the_case
from adapters.web.console.timeline import message_of
from adapters.web.console.visit import Page, Trouble, Visit
from engine.core.called import Called
from engine.model.masks import mask_text
from engine.model.plain import plain
from engine.ports.staff import Access
from engine.service.case_hands import WHY_CHARS_MAX
from engine.service.desk import Answer, Said

EFFECT_CHARS_MAX = 300


def hold(visit: Visit) -> Response:
    """Nothing leaves because of this case, until it is resumed or until the hour that was given."""
    row, _, _ = the_case(visit)
    why, until = _why(visit), _until(visit)
    answer = visit.desk.case_hands.hold(row.id, by=visit.by, why=why, until=until, once=visit.text("once", 64))
    return _done(visit, row.id, answer, "case.hold", why, "case.held_done", until.isoformat() if until else "")


def resume(visit: Visit) -> Response:
    """What waited goes on, once it can no longer be taken back."""
    row, _, _ = the_case(visit)
    why, undo = _why(visit), visit.console.undo_seconds
    answer = visit.desk.case_hands.resume(row.id, by=visit.by, why=why, undo_seconds=undo, once=visit.text("once", 64))
    return _done(visit, row.id, answer, "case.resume", why, "case.resumed_done")


def stay(visit: Visit) -> Response:
    """It was resumed by mistake."""
    row, _, _ = the_case(visit)
    answer = visit.desk.case_hands.stay_on_hold(row.id, by=visit.by)
    return _done(visit, row.id, answer, "case.resume_taken_back", "", "case.stays_done")


def ask_again(visit: Visit) -> Response:
    """What would leave once more, and the reason that is asked for; or why it cannot."""
    row, _, _ = the_case(visit)
    effect = visit.query.get("effect", "")[:EFFECT_CHARS_MAX]
    sent = next((one for one in visit.desk.directory.sent(row.id) if one.effect_id == effect), None)
    if sent is None:
        raise Trouble(404)
    problems = [visit.of(one.zh, one.en) for one in visit.desk.case_hands.not_again(row.id, effect)]
    child = message_of(visit, Called(visit.desk.rulebook(), visit.lang), row.workflow, sent)
    return visit.show(
        "case/again.html", row=row, child=child, effect=effect, problems=problems, once=visit.console.nonce(),
        undo_seconds=visit.console.undo_seconds,
    )  # fmt: skip


def send_again(visit: Visit) -> Response:
    """It leaves once more, when it can no longer be taken back."""
    row, _, _ = the_case(visit)
    why, effect, undo = _why(visit), visit.text("effect", EFFECT_CHARS_MAX), visit.console.undo_seconds
    answer = visit.desk.case_hands.send_again(row.id, effect, by=visit.by, why=why, undo_seconds=undo, once=visit.text("once", 64))
    return _done(visit, row.id, answer, "message.again", why, "case.again_done", effect)


def take_back(visit: Visit) -> Response:
    """It has not left yet, and shall not."""
    row, _, _ = the_case(visit)
    effect = visit.text("effect", EFFECT_CHARS_MAX)
    answer = visit.desk.case_hands.take_again_back(row.id, effect, by=visit.by)
    return _done(visit, row.id, answer, "message.again_taken_back", "", "case.again_back_done", effect)


def _why(visit: Visit) -> str:
    why = plain(visit.text("why", WHY_CHARS_MAX))
    if not why:
        raise Trouble(422, "case.say_why")
    return why


def _until(visit: Visit) -> datetime | None:
    """The hour it ends by itself; None: it was left out."""
    text = visit.text("until", 40)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=visit.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Trouble(422, "case.until_past") from None
    if at <= visit.now:
        raise Trouble(422, "case.until_past")
    return at


def _done(visit: Visit, case_id: str, answer: Answer, deed: str, why: str, said: str, detail: str = "") -> Response:
    """Back to the case, with the deed in the audit; what was refused is told, for somebody else was quicker."""
    if answer.said in (Said.REFUSED, Said.CONFLICT):
        raise Trouble(409, "case.changed")
    if answer.said is Said.ACCEPTED:
        visit.did(deed, about=case_id, why=mask_text(why), detail=detail)
    return visit.go(at_case(case_id), said=said)


ROUTES = (
    Page(path="/cases/{id:path}/hold", method="POST", act=hold, least=Access.AGENT),
    Page(path="/cases/{id:path}/resume", method="POST", act=resume, least=Access.AGENT),
    Page(path="/cases/{id:path}/stay", method="POST", act=stay, least=Access.AGENT),
    Page(path="/cases/{id:path}/again", act=ask_again, least=Access.AGENT),
    Page(path="/cases/{id:path}/again", method="POST", act=send_again, least=Access.AGENT),
    Page(path="/cases/{id:path}/again-back", method="POST", act=take_back, least=Access.AGENT),
)
