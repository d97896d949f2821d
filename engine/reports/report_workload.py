"""Who did how much? Received, handled, and how long tasks took, per person (R97 workload)."""

from collections.abc import Iterator

from engine.ports.worklist import TaskStatus
from engine.reports.report_case import TICKET, hand_of, happened, opened, seconds, solved
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Dossier, Fact, Paper, Scope, Sheet, count, mean


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    rows = happened(dossier)
    if dossier.journal:
        received = "tickets" if dossier.case.workflow == TICKET else "orders"
        yield Fact(opened(dossier), {"received": 1, received: 1}, {"person": hand_of(dossier.journal[0])})
    for row in rows:
        if row.source.startswith("hand/"):
            yield Fact(row.occurred_at, {"events": 1}, {"person": hand_of(row)})
    yield from _tasks(dossier)
    workflow = scope.rulebook.workflows.get(dossier.case.workflow)
    done = solved(workflow, rows) if workflow is not None and workflow.name == TICKET else None
    if done is not None:
        yield Fact(done.occurred_at, {"solved": 1}, {"person": hand_of(done)})


def _tasks(dossier: Dossier) -> Iterator[Fact]:
    for task in dossier.tasks:
        if task.status is not TaskStatus.DONE or task.finished_at is None or task.kind not in ("task", "call"):
            continue
        counts: dict[str, Amount] = {"finished": 1, "calls": int(task.kind == "call"), "task_s": seconds(task.created_at, task.finished_at)}
        yield Fact(task.finished_at, counts, {"person": task.claimed_by or "system"})


WORKLOAD = Sheet(
    name="workload", zh="工作量", en="workload", source="R97",
    about_zh="各算在发生那一天。受理 = 谁报的第一件事;人报的事 = 人手报来的每一件;处理时长 = 待办从派出到办结(含等待);系统和对接报来的单列一行",
    about_en="each counted on the day it happened. Received: who reported the first event; events: everything reported by hand; handling "
    "time: a task from its beginning to its end, waiting included; what systems report is a row of its own",
    needs=frozenset({Paper.JOURNAL, Paper.TASKS}), by=("person",), may=("person", *PLACES, "topic"), chart=Chart.BARS, facts=_facts,
    columns=(
        count("received", "受理", "received"),
        count("orders", "其中下单", "orders"),
        count("tickets", "其中工单", "tickets"),
        count("events", "人报的事", "events by hand"),
        count("finished", "办结待办", "tasks finished"),
        count("calls", "其中电话", "calls"),
        mean("mean_handling", "平均处理时长", "mean handling time", "task_s", "finished"),
        count("solved", "解决工单", "tickets solved"),
    ),
)  # fmt: skip
