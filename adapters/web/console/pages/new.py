"""What does a customer on the phone want? A new case: the form is the workflow's, and goes through the gate that all events come by."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from adapters.web.console import forms
from adapters.web.console.pages.case_show import at_case
from adapters.web.console.pages.search import forms_of
from adapters.web.console.visit import Page, Trouble, Visit
from engine.core.called import Called
from engine.model.fieldtext import BadValue, read_text
from engine.model.masks import mask_text
from engine.model.plain import plain
from engine.model.values import FieldType
from engine.model.workflow import Workflow
from engine.ports.staff import Access
from engine.service.asking import Asked, asked_to_open
from engine.service.desk import Incoming, Problem, Said

BY_PHONE = ("phone", "电话")
"""How a workflow may call the way in which this case comes: chosen beforehand where it is offered."""
NOTE_CHARS_MAX = 500
KNOWN_MAX = 5


def blank(visit: Visit) -> Response:
    """The form of the workflow that is asked for, or of the first that a person may open."""
    openable = _openable(visit)
    if not openable:
        return visit.show("new/none.html")
    workflow = openable.get(visit.query.get("workflow", "")) or next(iter(openable.values()))
    return _show(visit, workflow, ())


def known(visit: Visit) -> Response:
    """Open cases of a number or name that was just typed. It comes in the body: it may be personal."""
    rulebook = visit.desk.rulebook()
    name = next((key.removeprefix(forms.BEGINS) for key in visit.form if key.startswith(forms.BEGINS)), "")
    typed = visit.text(forms.BEGINS + name, forms.TEXT_CHARS_MAX)
    found = [row for row in visit.stores.finder.exactly(forms_of(typed), 50) if visit.may_see(row)] if typed else []
    rows = [row for row in found if not row.final]
    called = Called(rulebook, visit.lang)
    shown = [(row, mask_text(next(iter(row.names.values()), row.id)), called.state(row.workflow, row.state)) for row in rows[:KNOWN_MAX]]
    return visit.show("new/known.html", rows=shown, count=len(rows), ended=len(found) - len(rows))


def create(visit: Visit) -> Response:
    """The case, or what is wrong at its field."""
    workflow = _openable(visit).get(visit.text("workflow", 100))
    if workflow is None:
        raise Trouble(404)
    asked, given = asked_to_open(visit.desk.rulebook(), workflow), forms.told(visit, workflow)
    problems = [*forms.missing(asked, given), *_unread(visit, workflow, given)]
    event, note, once = visit.text("event", 100), plain(visit.text("note", NOTE_CHARS_MAX)), visit.text("once", 64)
    if event not in workflow.start_events:
        event = workflow.start_events[0]
    if problems:
        return _show(visit, workflow, problems)
    extra = {"by": visit.by, "note": note} if note else {"by": visit.by}
    incoming = Incoming(
        source=f"hand/{visit.by}", id=f"desk/{once}" if once else None, workflow=workflow.name, event=event, occurred_at=None, data=given,
        extra=extra, by_person=True,
    )  # fmt: skip
    answer = visit.desk.accept([incoming])[0]
    if answer.said is Said.REFUSED:
        return _show(visit, workflow, answer.problems)
    if answer.said is Said.CONFLICT or answer.case_id is None:
        raise Trouble(409)
    visit.did("case.open" if answer.opened else f"event.{event}", about=answer.case_id, why=mask_text(note))
    return visit.go(at_case(answer.case_id), said="new.opened" if answer.opened else "new.joined")


def _openable(visit: Visit) -> dict[str, Workflow]:
    return {name: one for name, one in visit.desk.rulebook().workflows.items() if one.start_events}


def _unread(visit: Visit, workflow: Workflow, given: Mapping[str, object]) -> list[Problem]:
    """Values that are none of their field, each told at its field."""
    problems = []
    for name, text in given.items():
        try:
            read_text(workflow.fields[name], str(text), visit.desk.rulebook().timezone)
        except BadValue as wrong:
            problems.append(Problem(name, wrong.zh, wrong.en))
    return problems


def _show(visit: Visit, workflow: Workflow, problems: Sequence[Problem]) -> Response:
    rulebook = visit.desk.rulebook()
    asked: Asked = asked_to_open(rulebook, workflow)
    called = Called(rulebook, visit.lang)
    by_phone = {
        name: way for name, one in workflow.fields.items() if one.type is FieldType.CHOICE for way in BY_PHONE if way in one.choices
    }
    form = forms.form_of(visit, workflow, asked, state=workflow.start_state, problems=problems, known=by_phone)
    return visit.show(
        "new/new.html", status=422 if problems else 200, workflow=workflow, form=form, called=called, known_at="/new/known",
        workflows=[(name, called.workflow(name)) for name in _openable(visit)], note=visit.text("note", NOTE_CHARS_MAX),
        events=[(name, called.event(workflow.name, name)) for name in workflow.start_events], event=visit.text("event", 100),
        once=visit.text("once", 64) or visit.console.nonce(), wrong=len(problems),
    )  # fmt: skip


ROUTES = (
    Page(path="/new", act=blank, least=Access.AGENT),
    Page(path="/new", method="POST", act=create, least=Access.AGENT),
    Page(path="/new/known", method="POST", act=known, least=Access.AGENT),
)
