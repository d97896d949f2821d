"""What may a person do with a case? Report what happened, correct, take back, acknowledge, settle; each seen ahead, with a reason, in the audit."""

from datetime import UTC, datetime

from starlette.responses import Response

from adapters.web.console import forms
from adapters.web.console.following import following
from adapters.web.console.pages.case_show import at_case, the_case
from adapters.web.console.timeline import may_undo
from adapters.web.console.visit import Page, Trouble, Visit
from engine.core.called import Called
from engine.model.decision import JournalRow
from engine.model.masks import mask_text
from engine.model.plain import plain
from engine.model.workflow import Workflow
from engine.ports.directory import CaseRow
from engine.ports.staff import Access
from engine.reports.report_case import taken_back
from engine.service.asking import Asked, asked_for
from engine.service.desk import Answer, Incoming, Problem, Said
from engine.service.foresee import Foreseen, foresee
from engine.service.provider_hands import ARRIVED, NOT_ARRIVED

EDITED, RETRACTED = "edited", "retracted"
NOTE_CHARS_MAX = 500


def ask(visit: Visit) -> Response:
    """The fields of the event that was chosen."""
    row, _, workflow = the_case(visit)
    event = visit.query.get("event", "")[:100]
    if workflow is None or not event:
        return visit.show("case/ask.html", form=forms.Form(), event="", once="")
    return visit.show("case/ask.html", form=_form(visit, row, workflow, event), event=event, once=visit.console.nonce())


def foreseen(visit: Visit) -> Response:
    """What would follow, with the button that does it; or what is wrong."""
    row, _, workflow = the_case(visit)
    incoming, problems = _incoming(visit, row, workflow)
    found = Foreseen(problems=tuple(problems)) if problems else _foresee(visit, row, incoming)
    if found.problems:
        told = [(_label(visit, row, one.field), visit.of(one.zh, one.en)) for one in found.problems]
        return visit.show("case/wrong.html", status=422, problems=told)
    called = Called(visit.desk.rulebook(), visit.lang)
    return visit.show("case/foreseen.html", row=row, found=following(visit, called, row, found), to=at_case(row.id, "/event"))


def report(visit: Visit) -> Response:
    """It happened, or this is how it is: through the gate that all events come by."""
    row, _, workflow = the_case(visit)
    incoming, problems = _incoming(visit, row, workflow)
    answer = Answer(Said.REFUSED, problems=tuple(problems)) if problems else visit.desk.accept([incoming])[0]
    if answer.said is Said.REFUSED:
        told = [(_label(visit, row, one.field), visit.of(one.zh, one.en)) for one in answer.problems]
        return visit.show("case/wrong.html", status=422, problems=told)
    if answer.said is Said.CONFLICT:
        raise Trouble(409)
    visit.did(f"event.{incoming.event}", about=row.id, why=mask_text(incoming.extra.get("note", "")), detail=" ".join(incoming.data))
    return visit.go(at_case(row.id), said="case.reported")


def undo(visit: Visit) -> Response:
    """What would follow if this event were taken back."""
    row, line = _line(visit)
    found = _foresee(visit, row, _retraction(visit, row, line, ""))
    called = Called(visit.desk.rulebook(), visit.lang)
    return visit.show(
        "case/undo.html", row=row, line=line, called=called, problems=[visit.of(one.zh, one.en) for one in found.problems],
        found=None if found.problems else following(visit, called, row, found), wrong=False,
    )  # fmt: skip


def retract(visit: Visit) -> Response:
    """Take it back: the case is read as if it had not been reported."""
    row, line = _line(visit)
    why = plain(visit.text("why", NOTE_CHARS_MAX))
    if not why:
        called = Called(visit.desk.rulebook(), visit.lang)
        return visit.show("case/undo.html", status=422, row=row, line=line, called=called, problems=[], found=None, wrong=True)
    answer = visit.desk.accept([_retraction(visit, row, line, why)])[0]
    if answer.said not in (Said.ACCEPTED, Said.DUPLICATE):
        raise Trouble(409)
    visit.did("event.retracted", about=row.id, why=mask_text(why), detail=f"{line.name} {line.event_id}"[:200])
    return visit.go(at_case(row.id), said="case.taken_back")


def acknowledge(visit: Visit) -> Response:
    """已知晓: the chain waits a while, then goes on."""
    row, _, _ = the_case(visit)
    chain = visit.text("chain", 100)
    answer = visit.desk.acknowledge(row.id, chain, visit.by)
    if answer.said is Said.REFUSED:
        raise Trouble(404)
    visit.did("chain.acknowledge", about=row.id, detail=chain)
    return visit.go(at_case(row.id), said="case.acknowledged_done")


def settle(visit: Visit) -> Response:
    """A person found out whether a message arrived; what did not goes another way."""
    row, _, _ = the_case(visit)
    effect, found, why = visit.text("effect", 200), visit.text("found", 20), plain(visit.text("why", NOTE_CHARS_MAX))
    if not effect.startswith(f"{row.id}/") or found not in (ARRIVED, NOT_ARRIVED):
        raise Trouble(404)
    if not why:
        raise Trouble(422, "case.say_why")
    done = visit.desk.providers.settle(effect, found, by=visit.by, why=why)
    if not done.fine:
        raise Trouble(409, "case.settled")
    visit.did("doubt.settle", about=row.id, why=mask_text(why), detail=f"{effect} {found}")
    return visit.go(at_case(row.id), said="case.settled_done")


def _form(visit: Visit, row: CaseRow, workflow: Workflow, event: str) -> forms.Form:
    """A correction shows what stands; personal values are typed anew, never shown by the way."""
    if event == EDITED:
        asked = asked_for(workflow, EDITED, dict.fromkeys(workflow.fields, "known"))
        return forms.form_of(visit, workflow, Asked(wanted=asked.more), known=row.fields)
    known = {**row.fields, **visit.desk.directory.private(row.id)}
    return forms.form_of(visit, workflow, asked_for(workflow, event, known), state=row.state)


def _incoming(visit: Visit, row: CaseRow, workflow: Workflow | None) -> tuple[Incoming, list[Problem]]:
    """What was typed as an event of this person."""
    event, note = visit.text("event", 100), plain(visit.text("note", NOTE_CHARS_MAX))
    data, problems = forms.told(visit, workflow), list[Problem]()
    if event == EDITED:
        data = {name: text for name, text in data.items() if text != forms.standing(visit, workflow, name, row.fields.get(name, ""))}
        if not data:
            problems.append(Problem("event", "没有改动", "nothing was changed"))
        if not note:
            problems.append(Problem("note", "请写为什么更正", "say why it is corrected"))
    if not event or event == RETRACTED:
        problems.append(Problem("event", "请选择发生了什么", "choose what happened"))
    at, wrong = _at(visit)
    problems += wrong
    extra = {"by": visit.by, "note": note} if note else {"by": visit.by}
    once = visit.text("once", 64)
    incoming = Incoming(
        source=f"hand/{visit.by}", id=f"{row.id}/desk/{once}" if once else None, workflow=row.workflow, event=event, occurred_at=at,
        case=row.id, data=data, extra=extra, by_person=True,
    )  # fmt: skip
    return incoming, problems


def _at(visit: Visit) -> tuple[datetime | None, list[Problem]]:
    """When it happened, if that was said; never later than now."""
    text = visit.text("at", 40)
    if not text:
        return None, []
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=visit.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, [Problem("at", "时间看不懂", "not a time")]
    if at > visit.now:
        return None, [Problem("at", "这个时间还没到", "that time is still to come")]
    return at, []


def _foresee(visit: Visit, row: CaseRow, incoming: Incoming) -> Foreseen:
    return foresee(visit.stores.store, visit.desk.directory, visit.desk.rulebook(), incoming, visit.now, clocks=row.clocks)


def _line(visit: Visit) -> tuple[CaseRow, JournalRow]:
    """The event that is to be taken back. Raises Trouble: no such event, or not this person's, or too late."""
    row, _, workflow = the_case(visit)
    wanted = visit.query.get("event") or visit.text("event", 300)
    line = next((one for one in visit.desk.directory.journal(row.id) if one.event_id == wanted and one.kind == "happened"), None)
    if line is None:
        raise Trouble(404)
    if not may_undo(visit, line, workflow.start_events if workflow else (), always=visit.may(Access.SUPERVISOR)):
        raise Trouble(409, "case.no_undo")
    return row, line


def _retraction(visit: Visit, row: CaseRow, line: JournalRow, why: str) -> Incoming:
    journal = visit.desk.directory.journal(row.id)
    # Taken back, that taken back, and now taken back once more: each is a paper of its own, the same button pressed twice is not.
    before = sum(one.extra.get("retracts_id") == line.event_id and one.revision in taken_back(journal) for one in journal)
    again = f"/{before}" if before else ""
    return Incoming(
        source=f"hand/{visit.by}", id=f"{row.id}/retracted/{line.revision}{again}", workflow=row.workflow, event=RETRACTED, occurred_at=None,
        case=row.id, extra={"by": visit.by, "note": why, "retracts": line.name, "retracts_id": line.event_id}, by_person=True,
    )  # fmt: skip


def _label(visit: Visit, row: CaseRow, name: str) -> str:
    called = Called(visit.desk.rulebook(), visit.lang)
    return {"event": visit.say("case.event"), "note": visit.say("case.why"), "at": visit.say("case.when"), "case": ""}.get(
        name, called.field(row.workflow, name)
    )


ROUTES = (
    Page(path="/cases/{id:path}/ask", act=ask, least=Access.AGENT),
    Page(path="/cases/{id:path}/foresee", method="POST", act=foreseen, least=Access.AGENT),
    Page(path="/cases/{id:path}/event", method="POST", act=report, least=Access.AGENT),
    Page(path="/cases/{id:path}/undo", act=undo, least=Access.AGENT),
    Page(path="/cases/{id:path}/undo", method="POST", act=retract, least=Access.AGENT),
    Page(path="/cases/{id:path}/acknowledge", method="POST", act=acknowledge, least=Access.AGENT),
    Page(path="/cases/{id:path}/settle", method="POST", act=settle, least=Access.SUPERVISOR),
)
