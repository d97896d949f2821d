"""What must be done now? The board: clocks by time left, who takes them on, today against yesterday, and what the next day brings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from adapters.web.console.visit import Page, Trouble, Visit, toasted
from engine.model.masks import mask_text
from engine.model.rulebook import Rulebook
from engine.ports.directory import CaseRow
from engine.ports.staff import Access
from engine.ports.views import Cut, Flow, LiveClock
from engine.ports.worklist import Task
from engine.reports.agenda import agenda_of, policies_of
from engine.reports.report_groups import DIMENSIONS

ROWS = 60
SLOW_SECONDS = 60.0
"""So old may be what changes slowly: totals of the day, the next hours, the choices of the filters."""
FILTERS = ("role", "area", "tier", "workflow", "when")
HEATS = ("late", "soon", "hour", "today", "next")
"""Overdue, within a quarter, within the hour, until midnight, and on until this hour of tomorrow."""
NOWHERE = "?"
"""As an area: of no known one."""
UNPLACED_MAX = 200
"""So many clocks of cases of no known area are looked at to count the cases."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    clock: LiveClock
    row: CaseRow
    name: str
    state: str
    policy: str
    remark: str
    task: Task | None
    """The first open one, if there is one that this person may take."""
    on_hold: bool
    """Nothing leaves because of the case."""


def board(visit: Visit) -> Response:
    """The whole page."""
    chosen = _chosen(visit)
    facets = visit.kept.ask("facets", SLOW_SECONDS, visit.stores.views.facets)
    choices = _choices(visit.desk.rulebook(), facets, visit)
    return visit.show("board/board.html", chosen=chosen, choices=choices, **_lists(visit, chosen))


def outlook(visit: Visit) -> Response:
    """Today against yesterday, and the next hours: fetched after the page, for it may take a second the first time."""
    ahead = visit.kept.ask("ahead", SLOW_SECONDS, lambda: _ahead(visit))
    return visit.show("board/outlook.html", ahead=ahead, flow=_flows(visit))


def rows(visit: Visit) -> Response:
    """Counts and list, again."""
    chosen = _chosen(visit)
    return visit.show("board/rows.html", chosen=chosen, **_lists(visit, chosen))


def claim(visit: Visit) -> Response:
    """Take a task on, for ten minutes; the list again."""
    task_id = visit.params["id"]
    task = visit.stores.worklist.get(task_id)
    case = next((row for row in visit.desk.directory.find(task.case) if row.id == task.case), None) if task else None
    if task is None or (case is not None and not visit.may_see(case)):
        raise Trouble(404)
    taken = visit.desk.claim(task_id, visit.by)
    if taken is None:
        raise Trouble(409, "board.taken", name=task.claimed_by or "—")
    visit.did("task.claim", about=task_id)
    chosen = _chosen(visit)
    return toasted(visit.show("board/rows.html", chosen=chosen, **_lists(visit, chosen)), visit.say("board.claimed"))


def _chosen(visit: Visit) -> dict[str, str]:
    """The filters as the address or the form says them."""
    given = {name: (visit.query.get(name) or visit.text(name, 100)) for name in FILTERS}
    if given["when"] not in ("", *HEATS):
        given["when"] = ""
    return given


def _cut(visit: Visit, chosen: Mapping[str, str]) -> Cut:
    role = chosen["role"]
    return Cut(
        workflow=chosen["workflow"], area="" if chosen["area"] == NOWHERE else chosen["area"], tier=chosen["tier"],
        areas=visit.user.areas if visit.user else (), unplaced=visit.unplaced, nowhere=chosen["area"] == NOWHERE,
        policies=policies_of(visit.desk.rulebook(), role) if role else None,
    )  # fmt: skip


def _lists(visit: Visit, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The counts, and the most urgent rows of what is chosen."""
    cut, now, views = _cut(visit, chosen), visit.now, visit.stores.views
    midnight = (now.astimezone(visit.zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    hour, day = now + timedelta(hours=1), now + timedelta(hours=24)
    edges = sorted([now, now + timedelta(minutes=15), hour, min(max(midnight, hour), day), day])
    pulse = views.pulse()
    # Whoever looks at the same cut of the same books gets the same counts; time alone moves them by the second.
    sums = visit.kept.ask(("tally", cut, pulse), 2.0, lambda: views.tally(cut, edges))
    counts = dict(zip(HEATS, [sums[0], *(later - sooner for sooner, later in pairwise(sums))], strict=True))
    since, until = _window(chosen["when"], edges)
    found = views.clocks(cut, since=since, until=until, limit=ROWS + 1)
    return {
        "counts": counts, "lines": _lines(visit, found[:ROWS]), "more": len(found) > ROWS,
        "query": urlencode({name: value for name, value in chosen.items() if value}), "heats": HEATS, "unplaced": _unplaced(visit),
    }  # fmt: skip


def _unplaced(visit: Visit) -> str:
    """How many open cases ought to lie in an area and lie in none, for who decides: nothing is hidden for ever. Empty: none."""
    if not visit.may(Access.SUPERVISOR):
        return ""
    placed = [name for name, flow in visit.desk.rulebook().workflows.items() if set(DIMENSIONS["area"].fields) & set(flow.fields)]

    def count() -> int:
        far = visit.now + timedelta(days=3660)
        found = [visit.stores.views.clocks(Cut(workflow=name, nowhere=True), until=far, limit=UNPLACED_MAX) for name in placed]
        return len({clock.case for own in found for clock, _ in own})

    number = visit.kept.ask("unplaced", SLOW_SECONDS, count)
    return f"{number}{'+' if number >= UNPLACED_MAX else ''}" if number else ""


def _window(when: str, edges: Sequence[datetime]) -> tuple[datetime | None, datetime]:
    """Of the list: everything until this hour of tomorrow, or one of the five."""
    if not when:
        return None, edges[-1]
    place = HEATS.index(when)
    return (edges[place - 1] if place else None), edges[place]


def _lines(visit: Visit, found: Sequence[tuple[LiveClock, CaseRow]]) -> list[Line]:
    rulebook = visit.desk.rulebook()
    tasks: dict[str, Task] = {}
    for task in visit.stores.views.tasks_of(sorted({clock.case for clock, _ in found})):
        if visit.user and (not visit.user.roles or task.role in visit.user.roles):
            tasks.setdefault(task.case, task)
    held = visit.stores.views.on_hold(sorted({clock.case for clock, _ in found}))
    return [_line(rulebook, clock, row, tasks.get(clock.case), on_hold=clock.case in held) for clock, row in found]


def _line(rulebook: Rulebook, clock: LiveClock, row: CaseRow, task: Task | None, *, on_hold: bool) -> Line:
    workflow, policy = rulebook.workflows.get(row.workflow), rulebook.policies.get(clock.policy)
    state = workflow.states.get(row.state) if workflow else None
    name = next(iter(row.names.values()), "") or row.id.partition(":")[2]
    remark = " · ".join(text for text in (clock.area, clock.tier if clock.tier != "普通" else "") if text)
    return Line(
        clock, row, mask_text(name), state.label if state else row.state, policy.label if policy else clock.policy, mask_text(remark), task,
        on_hold,
    )  # fmt: skip


def _choices(rulebook: Rulebook, facets: Mapping[str, Sequence[str]], visit: Visit) -> dict[str, list[tuple[str, str]]]:
    """Filter -> (value, label): what there is, and roles that some policy concerns."""
    areas = [one for one in facets["area"] if not visit.user or not visit.user.areas or one in visit.user.areas]
    roles = [(role.name, role.label) for role in rulebook.contacts.roles.values() if policies_of(rulebook, role.name)]
    workflows = [(name, rulebook.workflows[name].label if name in rulebook.workflows else name) for name in facets["workflow"]]
    places = [(one, one) for one in areas] + ([(NOWHERE, visit.say("board.nowhere"))] if visit.unplaced is None else [])
    return {"role": roles, "area": places, "tier": [(one, one) for one in facets["tier"]], "workflow": workflows}


def _flows(visit: Visit) -> list[tuple[str, int, int]]:
    """(what, today so far, yesterday up to this hour)."""
    midnight = visit.now.astimezone(visit.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    day, views, now = timedelta(days=1), visit.stores.views, visit.now

    def count() -> tuple[Flow, Flow]:
        return views.flow(midnight, now), views.flow(midnight - day, now - day)

    today, before = visit.kept.ask("flow", SLOW_SECONDS, count)
    return [("opened", today.opened, before.opened), ("closed", today.closed, before.closed), ("broken", today.late, before.late)]


def _ahead(visit: Visit) -> list[tuple[str, list[int], int]]:
    """(role, how much in each of the next 24 hours, in all), the busiest role first."""
    rulebook, now = visit.desk.rulebook(), visit.now
    begin = now.astimezone(visit.zone).replace(minute=0, second=0, microsecond=0)
    lines = agenda_of(rulebook, ((one.at, one.owner, one.row, one.count) for one in visit.stores.views.bells(now + timedelta(hours=24))))
    counted: dict[str, Counter[int]] = {}
    for line in lines:
        hour = int((line.hour - begin).total_seconds() // 3600)
        if line.role and hour < 24:
            counted.setdefault(line.role, Counter())[max(hour, 0)] += line.count
    table = [(_role(rulebook, role), [hours[hour] for hour in range(24)], sum(hours.values())) for role, hours in counted.items()]
    return sorted(table, key=lambda row: (-row[2], row[0]))


def _role(rulebook: Rulebook, name: str) -> str:
    role = rulebook.contacts.roles.get(name)
    return role.label if role else name


ROUTES = (
    Page(path="/board", act=board, least=Access.VIEWER),
    Page(path="/board/rows", act=rows, least=Access.VIEWER),
    Page(path="/board/outlook", act=outlook, least=Access.VIEWER),
    Page(path="/board/claim/{id:path}", method="POST", act=claim, least=Access.AGENT),
)
