"""What would a draft do, and how do rules on trial fare? Stories, a rehearsal over the store's own cases, the shadow report, the live diagram."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.responses import Response

from adapters.web.console import trying
from adapters.web.console.changes import changes, problems
from adapters.web.console.drafts import clashes, compiled, draft_of, in_force, merged, overtaken
from adapters.web.console.jobs import Job
from adapters.web.console.visit import PREFIX, Page, Trouble, Visit
from engine.model.masks import mask_text
from engine.ports.staff import Access
from engine.ports.views import Cut
from engine.reports.graph_svg import svg
from engine.reports.plan_words import NOT_SIMULATED, Told
from engine.reports.shadow import ShadowLine, Trial, shadow
from engine.service.story_said import said

DAYS_MAX = 31
CASES_MAX = 20_000
"""Late clocks, or cases of one's areas, that the diagram counts."""
FIRE_MAX = 20
"""Cases that are named of those that fire at once."""
LIVE_SECONDS = 10.0
SHADOW_SECONDS = 300.0
KEPT_SECONDS = 3600.0
"""A result is shown again for an hour, as long as the draft is the same."""
PAGE = 500


@dataclass(frozen=True, slots=True)
class Tongue:
    """Speaks as the person wants."""

    lang: str

    def of(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh

    def time(self, at: datetime | None, zone: str) -> str:
        return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else "—"


def draft(visit: Visit) -> Response:
    """Everything about the draft on one page: problems, what it changes, stories, rehearsal, proposal."""
    shelf = visit.stores.shelf
    own = draft_of(shelf, visit.by)
    found = compiled(merged(own, shelf))
    said_changes = changes(visit.desk.rulebook(), found.rulebook, visit.lang) if found.rulebook is not None else None
    late = overtaken(own, shelf)
    return visit.show(
        "rules/draft.html", draft=own, spoken=said_changes, problems=problems(found.diagnostics, visit.lang), fine=found.rulebook is not None,
        overtaken=late, clashes=clashes(own, shelf) if late else [], days=7, **_story_part(visit), **_plan_part(visit),
    )  # fmt: skip


def play(visit: Visit) -> Response:
    """Begin the stories."""
    files, key = _drafted(visit)
    rulebook = compiled(files).rulebook
    if rulebook is None:
        raise Trouble(422, "rules.not_fine")
    job = visit.looks.jobs.begin(("stories", key), visit.by, visit.now, lambda job: trying.stories(files, len(rulebook.stories), job))
    job.over.wait(1.0)
    return visit.show("rules/stories.html", **_story_part(visit))


def played(visit: Visit) -> Response:
    """How far they are."""
    return visit.show("rules/stories.html", **_story_part(visit))


def rehearse(visit: Visit) -> Response:
    """Begin a rehearsal over the last N days."""
    files, key = _drafted(visit)
    text = visit.text("days", 4)
    days = int(text) if text.isascii() and text.isdigit() else 0
    if compiled(files).rulebook is None:
        raise Trouble(422, "rules.not_fine")
    if not 1 <= days <= DAYS_MAX:
        raise Trouble(422, "rules.bad_days", n=DAYS_MAX)
    old, stores, now = in_force(visit.stores.shelf), visit.stores, visit.now
    job = visit.looks.jobs.begin(("plan", key), visit.by, now, lambda job: trying.plan(old, files, stores, visit.may_see, days, now, job))
    job.over.wait(1.0)
    return visit.show("rules/plan.html", **_plan_part(visit))


def rehearsed(visit: Visit) -> Response:
    """How far it is."""
    return visit.show("rules/plan.html", **_plan_part(visit))


def stop(visit: Visit) -> Response:
    """End one's own work under way."""
    for job in visit.looks.jobs.all():
        if job.by == visit.by and job.ended is None and isinstance(job.key, tuple) and job.key[0] in ("plan", "stories"):
            job.stop.set()
    return visit.go("/rules/draft")


def _drafted(visit: Visit) -> tuple[dict[str, str], tuple[object, ...]]:
    """The files as they would be, and what stands for them."""
    shelf = visit.stores.shelf
    files = merged(draft_of(shelf, visit.by), shelf)
    return files, (hash(tuple(files.items())), visit.user.areas if visit.user else ())


def _job(visit: Visit, kind: str) -> Job | None:
    """The latest of this kind over the draft as it stands."""
    _, key = _drafted(visit)
    monotonic = visit.console.monotonic()
    found = (job for job in visit.looks.jobs.all() if job.key == (kind, key))
    return next((job for job in found if job.ended is None or monotonic - job.ended < KEPT_SECONDS), None)


def _story_part(visit: Visit) -> dict[str, object]:
    job = _job(visit, "stories")
    results = job.result if job is not None and isinstance(job.result, list) else []
    failed = [
        (one.story, [(f"{miss.at.astimezone(ZoneInfo(one.story.timezone)):%m-%d %H:%M}", said(miss, visit.lang), miss.span) for miss in one.mismatches])
        for one in results
        if not one.ok
    ]  # fmt: skip
    return {"story_job": job, "played": len(results), "failed": failed}


def _plan_part(visit: Visit) -> dict[str, object]:
    job = _job(visit, "plan")
    result = job.result if job is not None and isinstance(job.result, trying.Rehearsed) else None
    if result is None:
        return {"plan_job": job, "rehearsed": None}
    told = Told(result.old, result.new, Tongue(visit.lang))
    groups = [
        (told.rule(own[0].line), [(told.count(one.line, one.count), told.change(one.line), [told.example(each) for each in one.examples]) for one in own])
        for own in (list(group) for _, group in groupby(result.plan.groups, key=lambda one: one.line.rule))
    ]  # fmt: skip
    window = visit.say("rules.window", n=result.days)
    return {
        "plan_job": job, "rehearsed": result, "headline": told.headline(result.plan, window, len(result.at_once.fire)), "groups": groups,
        "not_simulated": [visit.of(*one) for one in NOT_SIMULATED], "at_once": result.at_once, "later": [visit.of(flow.label, name) for name, flow in result.new.workflows.items() if name in result.at_once.later],
        "fire": _fire(visit, told, result.at_once),
    }  # fmt: skip


def _fire(visit: Visit, told: Told, at_once: trying.AtOnce) -> list[tuple[str, str, list[str]]]:
    """(case, name, what is done at once), the first FIRE_MAX of them."""
    rows = visit.stores.finder.cases([case for case, _ in at_once.fire[:FIRE_MAX]])
    named = {case: mask_text(next(iter(row.names.values()), "") or case) for case, row in rows.items()}
    return [
        (case, named.get(case, case), [f"{told.rule(line)}: {told.change(line)}" for line in lines])
        for case, lines in at_once.fire[:FIRE_MAX]
    ]  # fmt: skip


def on_trial(visit: Visit) -> Response:
    """What the rules in shadow would have done."""
    rulebook, stores = visit.desk.rulebook(), visit.stores

    def work(job: Job) -> list[ShadowLine]:
        job.total = sum(sum(states.values()) for states in stores.directory.counts().values())

        def trials() -> Iterator[Trial]:
            last: str | None = None
            while not job.stop.is_set() and (page := stores.directory.cases(after=last, limit=PAGE)):
                for row in page:
                    job.done += 1
                    if visit.may_see(row):
                        yield Trial(case=row.id, journal=stores.directory.journal(row.id), sent=stores.directory.sent(row.id))
                last = page[-1].id

        return shadow(rulebook, trials())

    areas = visit.user.areas if visit.user else ()
    job = visit.looks.jobs.begin(
        ("shadow", rulebook.fingerprint, areas, visit.unplaced), visit.by, visit.now, work, fresh_seconds=SHADOW_SECONDS
    )
    job.over.wait(1.5)
    lines = job.result if isinstance(job.result, list) else None
    roles = {role.name: role.label for role in rulebook.contacts.roles.values()}
    return visit.show("rules/shadow_part.html" if visit.partial else "rules/shadow.html", job=job, lines=lines, roles=roles)


def graph(visit: Visit) -> Response:
    """A workflow as it is drawn, with what stands where now."""
    workflow = visit.desk.rulebook().workflows.get(visit.params["workflow"])
    if workflow is None:
        raise Trouble(404)
    rulebook = visit.desk.rulebook()
    areas = visit.user.areas if visit.user else ()
    live = visit.kept.ask(("graph", workflow.name, areas, visit.unplaced), LIVE_SECONDS, lambda: _live(visit, workflow.name))
    to_cases = f"{PREFIX}/cases?workflow={workflow.name}&state="
    picture = svg(workflow, visit.lang, tuple(rulebook.policies.values()), live, rulebook=rulebook, link=to_cases)
    drawn = Markup(picture)  # noqa: S704  # Ours, with every text in it escaped.
    template = "rules/graph_part.html" if visit.partial else "rules/graph.html"
    return visit.show(template, workflow=workflow, drawn=drawn, workflows=rulebook.workflows.values(), areas=areas)


def _live(visit: Visit, workflow: str) -> dict[str, tuple[int, int]]:
    """State -> cases, late ones; of one's areas."""
    areas = visit.user.areas if visit.user else ()
    if areas:
        counted: Counter[str] = Counter()
        last: str | None = None
        while sum(counted.values()) < CASES_MAX and (
            page := visit.desk.directory.cases(workflow=workflow, final=False, after=last, limit=PAGE)
        ):
            counted.update(row.state for row in page if visit.may_see(row))
            last = page[-1].id
        cases: dict[str, int] = dict(counted)
    else:
        cases = dict(visit.desk.directory.counts().get(workflow, {}))
    found = visit.stores.views.clocks(Cut(workflow=workflow, areas=areas, unplaced=visit.unplaced), until=visit.now, limit=CASES_MAX)
    late = Counter(state for state, _ in {(row.state, row.id) for _, row in found})
    return {state: (number, late[state]) for state, number in cases.items()}


ROUTES = (
    Page(path="/rules/draft", act=draft, least=Access.RULE_EDITOR),
    Page(path="/rules/stories", method="POST", act=play, least=Access.RULE_EDITOR),
    Page(path="/rules/stories", act=played, least=Access.RULE_EDITOR),
    Page(path="/rules/plan", method="POST", act=rehearse, least=Access.RULE_EDITOR),
    Page(path="/rules/plan", act=rehearsed, least=Access.RULE_EDITOR),
    Page(path="/rules/stop", method="POST", act=stop, least=Access.RULE_EDITOR),
    Page(path="/rules/shadow", act=on_trial, least=Access.VIEWER),
    Page(path="/rules/graph/{workflow}", act=graph, least=Access.VIEWER),
)
