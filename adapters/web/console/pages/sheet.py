"""How does a desk dial from paper? The call list as a CSV, masked or for a reason in full, and the filled-in sheet read back, told row by row."""

from collections.abc import Sequence

from starlette.datastructures import UploadFile
from starlette.responses import Response

from adapters.web.console.pages.tasks import chosen_of, found_of
from adapters.web.console.visit import Page, Trouble, Visit
from engine.model.call_sheet import ROWS_MAX, Taken
from engine.model.masks import mask_text
from engine.model.plain import plain
from engine.ports.staff import Access
from engine.ports.worklist import Task
from engine.reports.call_sheet import BadSheet, read_sheet, write_sheet
from engine.service.call_sheet import take

REASON_CHARS_MAX = 200


def page(visit: Visit) -> Response:
    """Out, and in."""
    return _page(visit)


def out(visit: Visit) -> Response:
    """What is open, numbers and scripts masked."""
    return _file(visit, _tasks(visit), masked=True)


def out_in_full(visit: Visit) -> Response:
    """With whole numbers and scripts: one entry of the audit for each call, before the file is made."""
    why = plain(visit.text("why", REASON_CHARS_MAX)).strip()
    if not why:
        raise Trouble(422, "sheet.no_why")
    tasks = _tasks(visit)
    for task in tasks:
        if task.kind == "call":
            visit.did("reveal.phone", about=task.case, why=mask_text(why), detail=f"call list on paper: {task.id}")
    visit.did("tasks.out", why=mask_text(why), detail=f"{len(tasks)}")
    return _file(visit, tasks, masked=False)


def read_back(visit: Visit) -> Response:
    """Each row finishes its task by itself; all rows are told, also those that could not be taken."""
    sheet = visit.form.get("sheet")
    if not isinstance(sheet, UploadFile) or not sheet.filename:
        raise Trouble(422, "sheet.no_file")
    try:
        rows = read_sheet(sheet.file.read())
    except BadSheet as bad:
        return _page(visit, wrong=visit.of(f"“{sheet.filename}”{bad.zh}", f"“{sheet.filename}” {bad.en}"))
    taken = [
        take(visit.desk, lambda name: _seen(visit, name), row, visit.by, for_others=visit.may(Access.SUPERVISOR)) for row in rows[:ROWS_MAX]
    ]
    counts = {said: sum(one.said == said for one in taken) for said in ("finished", "already", "blank", "refused")}
    told = " ".join(f"{said} {count}" for said, count in counts.items())
    visit.did("tasks.in", about=mask_text(plain(sheet.filename))[:100], detail=told)
    for one in taken:
        if one.said == "finished":
            visit.did("task.finish", about=one.task, detail="call list on paper")
    return _page(visit, taken=taken, counts=counts)


def _page(visit: Visit, *, taken: Sequence[Taken] = (), counts: dict[str, int] | None = None, wrong: str = "") -> Response:
    refused = [(one.line, one.task, mask_text(visit.of(one.zh, one.en))) for one in taken if one.said == "refused"]
    return visit.show(
        "sheet/sheet.html", status=422 if wrong else 200, n=len(_tasks(visit)), query=visit.query, refused=refused, counts=counts, wrong=wrong,
        may_see_all=visit.may(Access.SUPERVISOR), rows_max=ROWS_MAX,
    )  # fmt: skip


def _tasks(visit: Visit) -> list[Task]:
    """Of what this person may see, those of a case."""
    return [one.task for one in found_of(visit, chosen_of(visit), ROWS_MAX) if one.task.case]


def _seen(visit: Visit, name: str) -> Task | None:
    task = visit.stores.worklist.get(name)
    if task is None:
        return None
    row = visit.stores.finder.cases([task.case]).get(task.case) if task.case else None
    return task if row is None or visit.may_see(row) else None


def _file(visit: Visit, tasks: Sequence[Task], *, masked: bool) -> Response:
    body = write_sheet(visit.desk.rulebook(), tasks, visit.desk.directory.sent, visit.lang, masked=masked)
    name = f"calls-{visit.now.astimezone(visit.zone):%Y%m%d-%H%M}.csv"
    return Response(body, headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'})


ROUTES = (
    Page(path="/calls", act=page, least=Access.AGENT),
    Page(path="/calls/file", act=out, least=Access.AGENT),
    Page(path="/calls/full", method="POST", act=out_in_full, least=Access.SUPERVISOR),
    Page(path="/calls", method="POST", act=read_back, least=Access.AGENT),
)
