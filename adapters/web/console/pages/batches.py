"""How is one thing done to many? Looked at first, then done one by one beside the page, with a result for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from adapters.web.console.jobs import Job
from adapters.web.console.pages.adapters import counts_of, reason
from adapters.web.console.pages.unsettled import may_see_case
from adapters.web.console.visit import Page, Trouble, Visit
from engine.model.masks import mask_text
from engine.ports.doubts import DeadEvent
from engine.ports.staff import Access
from engine.service.provider_hands import ARRIVED, NOT_ARRIVED, group_of

ITEMS_MAX = 1000
SHOWN_MAX = 50
STEP = 20
"""Events brought back to life at a time: each wakes the daemon."""
KINDS = ("doubt.arrived", "doubt.not_arrived", "dead.retry", "dead.discard")


@dataclass(slots=True, eq=False)
class Batch:
    """What was asked for, and what came of each item."""

    kind: str
    why: str
    items: tuple[str, ...]
    results: list[tuple[str, str]] = field(default_factory=list)

    @property
    def fine(self) -> int:
        return sum(said == "done" for _, said in self.results)


def listed(visit: Visit) -> Response:
    """Those of this process, the latest first."""
    return visit.show(
        "batches/batches.html",
        batches=[(job, job.key) for job in visit.looks.jobs.all() if isinstance(job.key, Batch)],
        counts=counts_of(visit),
    )


def preview(visit: Visit) -> Response:
    """How many, and which; nothing is done."""
    kind, items = _asked(visit)
    return visit.show("batches/preview.html", kind=kind, items=items, names=_names(visit, kind, items[:SHOWN_MAX]), counts=counts_of(visit))


def run(visit: Visit) -> Response:
    """Begin it."""
    kind, items = _asked(visit)
    batch = Batch(kind, reason(visit), items)
    visit.did(f"batch.{kind}", why=batch.why, detail=f"{len(items)} items: {' '.join(items)[:400]}")
    job = visit.looks.jobs.begin(batch, visit.by, visit.now, lambda job: _work(visit, batch, job))
    job.over.wait(1.0)
    return visit.go(f"/batches/{job.number}")


def one(visit: Visit) -> Response:
    """How far it is, and what came of each."""
    job, batch = _batch(visit)
    return visit.show("batches/batch.html", job=job, batch=batch, counts=counts_of(visit))


def part(visit: Visit) -> Response:
    """What changes of it."""
    job, batch = _batch(visit)
    return visit.show("batches/results.html", job=job, batch=batch)


def cancel(visit: Visit) -> Response:
    """What is not done yet is left."""
    job, batch = _batch(visit)
    job.stop.set()
    visit.did("batch.cancel", about=str(job.number), detail=f"{batch.kind}, {len(batch.results)} of {len(batch.items)} done")
    return visit.go(f"/batches/{job.number}")


def _batch(visit: Visit) -> tuple[Job, Batch]:
    job = visit.looks.jobs.find(visit.params["number"])
    if job is None or not isinstance(job.key, Batch):
        raise Trouble(404)
    return job, job.key


def _asked(visit: Visit) -> tuple[str, tuple[str, ...]]:
    """The kind and the items: ticked rows, a list looked at before, a group of dead events, or all of them."""
    kind = visit.text("kind", 40)
    if kind not in KINDS:
        raise Trouble(422)
    given = [str(item) for item in visit.form.getlist("item")] + visit.text("items", 500_000).split("\n")
    if kind.startswith("dead.") and (visit.text("group", 400) or visit.text("all", 5)):
        group = visit.text("group", 400)
        found = visit.desk.providers.dead(ITEMS_MAX)
        given = [str(one.inbox_id) for one in found if (not group or mask_text(group_of(one)) == group) and may_see_case(visit, one.case)]
    items = tuple(dict.fromkeys(item.strip() for item in given if item.strip()))
    if not items:
        raise Trouble(422, "batches.nothing")
    if len(items) > ITEMS_MAX:
        raise Trouble(422, "batches.too_many", n=ITEMS_MAX)
    return kind, items


def _names(visit: Visit, kind: str, items: tuple[str, ...]) -> list[str]:
    """What each is, in a line."""
    if kind.startswith("doubt."):
        return list(items)
    dead = _dead(visit)
    return [
        f"{item} · {dead[item].case} · {dead[item].name} · {mask_text(dead[item].error)[:80]}" if item in dead else item for item in items
    ]


def _dead(visit: Visit) -> Mapping[str, DeadEvent]:
    return {str(one.inbox_id): one for one in visit.desk.providers.dead(ITEMS_MAX)}


def _work(visit: Visit, batch: Batch, job: Job) -> int:
    """One by one, or a few at a time; ends early when asked to."""
    job.total = len(batch.items)
    do = _settling(visit, batch) if batch.kind.startswith("doubt.") else _reviving(visit, batch)
    for first in range(0, len(batch.items), STEP):
        if job.stop.is_set():
            break
        batch.results += do(batch.items[first : first + STEP])
        job.done = len(batch.results)
    return batch.fine


def _settling(visit: Visit, batch: Batch) -> Callable[[tuple[str, ...]], list[tuple[str, str]]]:
    hands, found = visit.desk.providers, ARRIVED if batch.kind == "doubt.arrived" else NOT_ARRIVED

    def settle(items: tuple[str, ...]) -> list[tuple[str, str]]:
        known = {item: visit.stores.outbox.find(item) for item in items}
        return [
            (item, "not_yours" if row and not may_see_case(visit, row.effect.case) else hands.settle(item, found, by=visit.by, why=batch.why).said)
            for item, row in known.items()
        ]  # fmt: skip

    return settle


def _reviving(visit: Visit, batch: Batch) -> Callable[[tuple[str, ...]], list[tuple[str, str]]]:
    hands, dead = visit.desk.providers, _dead(visit)
    deed = hands.retry if batch.kind == "dead.retry" else hands.discard

    def revive(items: tuple[str, ...]) -> list[tuple[str, str]]:
        own = [dead[item] for item in items if item in dead and may_see_case(visit, dead[item].case)]
        said = {one.item: one.said for one in deed(own, by=visit.by, why=batch.why)}
        return [(item, said.get(item, "not_dead" if item not in dead else "not_yours")) for item in items]

    return revive


ROUTES = (
    Page(path="/batches", act=listed, least=Access.SUPERVISOR),
    Page(path="/batches/preview", method="POST", act=preview, least=Access.SUPERVISOR),
    Page(path="/batches", method="POST", act=run, least=Access.SUPERVISOR),
    Page(path="/batches/{number}/part", act=part, least=Access.SUPERVISOR),
    Page(path="/batches/{number}/cancel", method="POST", act=cancel, least=Access.SUPERVISOR),
    Page(path="/batches/{number}", act=one, least=Access.SUPERVISOR),
)
