"""What is to be done next, and what came of it? The work list: tasks and calls, next best first; one at a time, held by one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from adapters.web.console import forms
from adapters.web.console.visit import Page, Trouble, Visit
from engine.core.called import Called
from engine.model.masks import mask_phone, mask_text
from engine.model.plain import plain
from engine.model.workflow import Workflow
from engine.ports.directory import CaseRow
from engine.ports.finder import Due
from engine.ports.staff import Access
from engine.ports.worklist import Task, TaskStatus
from engine.service import hands
from engine.service.asking import Asked, asked_for
from engine.service.desk import Problem

ROWS = 100
LOOKED_AT = 600
"""So many are fetched in order of their promise, and then put in order of what is best done next."""
NOTE_CHARS_MAX, REASON_CHARS_MAX = 2000, 200
PLAIN = "普通"
"""The tier of customers who wait their turn."""
FILTERS = ("role", "workflow", "whose")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    task: Task
    due: Due
    what: str
    case: str
    state: str
    role: str
    tier: str
    held: str
    """Who holds it; empty: nobody."""
    mine: bool


def listed(visit: Visit) -> Response:
    """The whole page."""
    return visit.show("tasks/tasks.html", **_list(visit))


def rows(visit: Visit) -> Response:
    """The list, again."""
    return visit.show("tasks/rows.html", **_list(visit))


def one(visit: Visit) -> Response:
    """One task or call."""
    return _show(visit, *_task(visit))


def claim(visit: Visit) -> Response:
    """Hold it for ten minutes, or for ten more."""
    task, _ = _task(visit)
    return _claimed(visit, task)


def claim_next(visit: Visit) -> Response:
    """Hold the best one that nobody holds."""
    for line in _list(visit)["lines"]:
        if not line.held:
            taken = visit.desk.claim(line.task.id, visit.by)
            if taken is not None:  # Else somebody was quicker: the one after it.
                visit.did("task.claim", about=taken.id)
                return visit.go(_at(taken.id))
    return visit.go("/tasks", said="tasks.none_free")


def release(visit: Visit) -> Response:
    """Put it back for somebody else."""
    task, _ = _task(visit)
    if hands.release(visit.stores, task.id, visit.by, visit.now):
        visit.did("task.release", about=task.id)
    return visit.go("/tasks", said="tasks.released")


def reveal(visit: Visit) -> Response:
    """The number of a call and its script, in full, to who holds it; who looked at whose is in the audit first."""
    task, _ = _task(visit)
    why = plain(visit.text("why", REASON_CHARS_MAX))
    if not _held_by(visit, task):
        raise Trouble(409, "tasks.not_held")
    if not why:
        return visit.show(
            "tasks/number.html", status=422, task=task, number=mask_phone(task.address), script="", script_masked=False, full=False, wrong=True
        )  # fmt: skip
    visit.did("reveal.phone", about=task.case, why=mask_text(why), detail=f"{task.id} script")
    return visit.show(
        "tasks/number.html", task=task, number=task.address, script=task.text, script_masked=False, full=True, wrong=False
    )  # fmt: skip


def ask(visit: Visit) -> Response:
    """The blank fields of the result that was chosen."""
    task, row = _task(visit)
    return visit.show("tasks/ask.html", form=_form(visit, task, row, visit.query.get("result", "")))


def finish(visit: Visit) -> Response:
    """By one of its events or results, or by a note; once."""
    task, row = _task(visit)
    result, note = visit.text("result", 100), plain(visit.text("note", NOTE_CHARS_MAX))
    data = forms.told(visit, visit.desk.rulebook().workflows.get(task.workflow)) if task.kind == "task" and result else {}
    answer = visit.desk.finish(task.id, visit.by, result=result, note=note, data=data)
    said = answer.task or task
    match answer.said:
        case "finished":
            visit.did("task.finish", about=task.id, why=mask_text(note), detail=result)
            return visit.go("/tasks", said="tasks.finished")
        case "already":
            done = Called(visit.desk.rulebook(), visit.lang).result(task.workflow, task.kind, said.result) or mask_text(said.note)
            raise Trouble(409, "tasks.already", name=said.claimed_by or "—", result=done or visit.say("tasks.withdrawn"))
        case "not_yours":
            raise Trouble(409, "tasks.taken", name=said.claimed_by)
        case "unknown":
            raise Trouble(404)
    return _show(visit, task, row, problems=answer.problems)


def chosen_of(visit: Visit) -> dict[str, str]:
    """The filters as the address or the form says them."""
    return {name: (visit.query.get(name) or visit.text(name, 100)) for name in FILTERS}


def found_of(visit: Visit, chosen: Mapping[str, str], limit: int) -> list[Due]:
    """What this person may see of that, next best first."""
    mine = visit.user.roles if visit.user else ()
    found = [
        one
        for one in visit.stores.finder.tasks(
            limit, roles=(chosen["role"],) if chosen["role"] else mine, workflow=chosen["workflow"],
            holder=visit.by if chosen["whose"] == "mine" else "",
        )
        if one.case is None or visit.may_see(one.case)
    ]  # fmt: skip
    if chosen["whose"] == "free":
        found = [one for one in found if not _holder(visit, one.task)]
    found.sort(key=lambda one: _order(visit, one))
    return found


def _list(visit: Visit) -> dict[str, Any]:
    chosen, rulebook = chosen_of(visit), visit.desk.rulebook()
    mine = visit.user.roles if visit.user else ()
    found = found_of(visit, chosen, LOOKED_AT)
    roles = [(name, role.label) for name, role in rulebook.contacts.roles.items() if not mine or name in mine]
    called = Called(rulebook, visit.lang)
    return {
        "lines": [_line(visit, called, one) for one in found[:ROWS]], "more": len(found) > ROWS, "chosen": chosen, "roles": roles,
        "workflows": [(name, called.workflow(name)) for name in rulebook.workflows],
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "free": sum(not _holder(visit, one.task) for one in found), "own": sum(_holder(visit, one.task) == visit.by for one in found),
    }  # fmt: skip


def _order(visit: Visit, one: Due) -> tuple[object, ...]:
    """One's own first; then by how near the promise is, in steps; within a step great customers and calls before others."""
    left = (one.due - visit.now) if one.due is not None else None
    step = 9 if left is None else next((at for at, until in enumerate((0, 15, 60)) if left < timedelta(minutes=until)), 3)
    priority = 0 if one.tier not in ("", PLAIN) else 1
    own = 0 if _holder(visit, one.task) == visit.by else 1
    return own, step, priority, one.task.kind != "call", one.due or one.task.created_at, one.task.created_at, one.task.id


def _line(visit: Visit, called: Called, one: Due) -> Line:
    task, row, holder = one.task, one.case, _holder(visit, one.task)
    name = (next(iter(row.names.values()), "") or row.id.partition(":")[2]) if row else ""
    return Line(
        task, one, _what(visit, called, task), mask_text(name), called.state(row.workflow, row.state) if row else "",
        called.role(task.role), one.tier if one.tier != PLAIN else "", called.person(holder), holder == visit.by,
    )  # fmt: skip


def _what(visit: Visit, called: Called, task: Task) -> str:
    """A call's script is personal: it is shown to who holds it, a list has what the call is about."""
    if task.kind != "call":
        return mask_text(f"{called.remark(task.remark)} {task.text}".strip())
    about = called.message(task.message or "")
    return mask_text(f"{about} {called.remark(task.remark)}".strip()) or visit.say("tasks.call")


def _holder(visit: Visit, task: Task) -> str:
    held = task.status is TaskStatus.CLAIMED and (task.claim_until is None or task.claim_until > visit.now)
    return task.claimed_by if held else ""


def _held_by(visit: Visit, task: Task) -> bool:
    return _holder(visit, task) == visit.by


def _task(visit: Visit) -> tuple[Task, CaseRow | None]:
    """The task of this address and its case. Raises Trouble 404 also for one of another area."""
    task = visit.stores.worklist.get(visit.params["id"])
    if task is None:
        raise Trouble(404)
    row = visit.stores.finder.cases([task.case]).get(task.case)
    if row is not None and not visit.may_see(row):
        raise Trouble(404)
    return task, row


def _claimed(visit: Visit, task: Task) -> Response:
    taken = visit.desk.claim(task.id, visit.by)
    if taken is None:
        known = visit.stores.worklist.get(task.id) or task
        holder = _holder(visit, known)
        if holder:
            raise Trouble(409, "tasks.taken", name=holder)
        raise Trouble(409, "tasks.over")
    visit.did("task.claim", about=task.id, detail="script shown" if task.kind == "call" else "")
    return visit.go(_at(task.id))


def _show(visit: Visit, task: Task, row: CaseRow | None, *, problems: Sequence[Problem] = ()) -> Response:
    called, mine = Called(visit.desk.rulebook(), visit.lang), _held_by(visit, task)
    result = visit.text("result", 100) or (task.asks[0] if len(task.asks) == 1 else "")
    results = hands.CALL_RESULTS if task.kind == "call" else task.asks
    sent = next((one for one in visit.desk.directory.sent(task.case) if one.effect_id == task.id), None) if task.kind == "call" else None
    ours = {"result", "note", "by", "case", "task", "event"}
    return visit.show(
        "tasks/task.html", status=422 if problems else 200, task=task, row=row, called=called, mine=mine, holder=_holder(visit, task),
        open=task.status in (TaskStatus.OPEN, TaskStatus.CLAIMED), what=_what(visit, called, task), number=mask_phone(task.address),
        said=mask_text(task.note), script=mask_text(task.text), script_masked=mask_text(task.text) != task.text, full=False, wrong=False, result=result, note=visit.text("note", NOTE_CHARS_MAX),
        results=[(name, called.result(task.workflow, task.kind, name)) for name in results], form=_form(visit, task, row, result, problems),
        problems=[visit.of(one.zh, one.en) for one in problems if one.field in ours], to=called.role(sent.to or "", task.workflow) if sent else "",
        facts=_facts(called, row), clocks=[one for one in row.clocks if one.verdict.value in ("running", "late") and not one.stopped_at] if row else [],
    )  # fmt: skip


def _form(visit: Visit, task: Task, row: CaseRow | None, result: str, problems: Sequence[Problem] = ()) -> forms.Form:
    """Blank fields of the chosen event; none for a call or a note."""
    workflow: Workflow | None = visit.desk.rulebook().workflows.get(task.workflow)
    if workflow is None or row is None or task.kind != "task" or result not in task.asks:
        return forms.Form()
    known: Mapping[str, str] = {**row.fields, **visit.desk.directory.private(row.id)}
    asked: Asked = asked_for(workflow, result, known)
    fields = [one for one in problems if one.field in workflow.fields]
    return forms.form_of(visit, workflow, asked, state=row.state, problems=fields)


def _facts(called: Called, row: CaseRow | None) -> list[tuple[str, str]]:
    """Public fields as they stand, in the workflow's order."""
    workflow = called.rulebook.workflows.get(row.workflow) if row else None
    if row is None or workflow is None:
        return []
    known = [name for name in workflow.fields if row.fields.get(name)]
    return [(called.field(row.workflow, name), mask_text(called.value(row.workflow, name, row.fields[name]))) for name in known]


def _at(task_id: str) -> str:
    return f"/tasks/{quote(task_id)}"


ROUTES = (
    Page(path="/tasks", act=listed, least=Access.AGENT),
    Page(path="/tasks/rows", act=rows, least=Access.AGENT),
    Page(path="/tasks/next", method="POST", act=claim_next, least=Access.AGENT),
    Page(path="/tasks/{id:path}/ask", act=ask, least=Access.AGENT),
    Page(path="/tasks/{id:path}/claim", method="POST", act=claim, least=Access.AGENT),
    Page(path="/tasks/{id:path}/release", method="POST", act=release, least=Access.AGENT),
    Page(path="/tasks/{id:path}/reveal", method="POST", act=reveal, least=Access.AGENT),
    Page(path="/tasks/{id:path}/finish", method="POST", act=finish, least=Access.AGENT),
    Page(path="/tasks/{id:path}", act=one, least=Access.AGENT),
)
