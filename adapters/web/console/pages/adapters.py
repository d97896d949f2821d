"""How do the providers fare, and who stops, opens or tries one? Health by the hour, errors by class, quotas, and the deeds with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from adapters.web.console.visit import Page, Trouble, Visit, toasted
from engine.core.called import Called
from engine.core.why_words import RECEIPTS
from engine.model.masks import mask_phone, mask_text
from engine.model.receipt import Verdict
from engine.ports.staff import Access
from engine.reports.providers import ProviderLine, provider_lines
from engine.service.provider_hands import Done

SLOTS, SLOT = 24, timedelta(hours=1)
SLOTS_SECONDS = 30.0
BAD = (Verdict.REJECTED, Verdict.RETRY, Verdict.UNKNOWN)
LINES_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of one connection: how often it was asked, and how often that did not succeed."""

    since: datetime
    asked: int
    bad: int

    @property
    def height(self) -> int:
        """Of 20."""
        return 0 if not self.asked else max(4, min(20, 4 + 2 * self.asked.bit_length()))

    @property
    def kind(self) -> str:
        return "off" if not self.asked else "bad" if 2 * self.bad >= self.asked else "warn" if self.bad else "good"


def listed(visit: Visit) -> Response:
    """Every provider."""
    return visit.show("adapters/adapters.html", **_found(visit))


def lines(visit: Visit) -> Response:
    """The same, again."""
    return visit.show("adapters/lines.html", **_found(visit))


def one(visit: Visit) -> Response:
    """One provider, and what may be done with it."""
    return _one(visit, "adapters/adapter.html")


def facts(visit: Visit) -> Response:
    """What changes of one provider."""
    return _one(visit, "adapters/facts.html")


def pause(visit: Visit) -> Response:
    """Nothing leaves by it any more."""
    return _deed(visit, "pause", visit.desk.providers.pause(visit.params["name"], by=visit.by, why=_why(visit)))


def drain(visit: Visit) -> Response:
    """Pause; the page counts what is still under way. One that is paused already is drained all the same."""
    found = visit.desk.providers.pause(visit.params["name"], by=visit.by, why=_why(visit))
    return _deed(visit, "drain", Done(found.item, "done") if found.said == "already" else found)


def resume(visit: Visit) -> Response:
    """Open again."""
    return _deed(visit, "resume", visit.desk.providers.resume(visit.params["name"], by=visit.by, why=_why(visit)))


def trial(visit: Visit) -> Response:
    """One marked message to a number of one's own."""
    name, number = visit.params["name"], visit.text("to", 40)
    visit.did("adapter.test", about=name, detail=mask_phone(number))
    found = visit.desk.providers.trial(name, number, by=visit.by)
    if found.receipt is None:
        raise _trouble(found.said)
    receipt = found.receipt
    reason = f"{receipt.reason} {' '.join(filter(None, (receipt.code, receipt.detail)))}".strip()
    told = (
        f"{visit.of(*RECEIPTS[receipt.verdict])} {mask_text(_called(visit).reason(reason)) if receipt.reason != 'receipt' else ''}".strip()
    )
    fine = receipt.verdict in (Verdict.ACCEPTED, Verdict.DELIVERED)
    return toasted(Response(status_code=204), visit.say("adapters.tested", number=mask_phone(number), told=told), bad=not fine)


def reason(visit: Visit, chars_max: int = 400) -> str:
    """Why; asked for with every deed. Raises Trouble 422."""
    why = visit.text("why", chars_max)
    if not why:
        raise Trouble(422, "adapters.no_why")
    return why


def _why(visit: Visit) -> str:
    return reason(visit)


def _deed(visit: Visit, deed: str, done: Done) -> Response:
    if not done.fine:
        raise _trouble(done.said)
    visit.did(f"adapter.{deed}", about=done.item, why=visit.text("why"))
    return visit.go(f"/adapters/{done.item}", said=f"adapters.done_{deed}")


def _trouble(said: str) -> Trouble:
    return Trouble({"unknown": 404, "already": 409, "no_template": 409}.get(said, 422), f"adapters.{said}")


def _lines(visit: Visit) -> list[ProviderLine]:
    desk = visit.desk
    return visit.kept.ask("providers", LINES_SECONDS, lambda: provider_lines(desk.rulebook(), desk.providers.counters.book, visit.now))


def _found(visit: Visit) -> dict[str, object]:
    found = _lines(visit)
    return {
        "lines": [(line, _slots(visit, line.connection)) for line in found],
        "counts": counts_of(visit),
        "mask": mask_text,
        "called": _called(visit),
    }


def counts_of(visit: Visit) -> dict[str, int]:
    """What waits for a person."""
    numbers = visit.kept.ask("backlog", LINES_SECONDS, visit.desk.directory.backlog)
    return {"doubts": int(numbers.get("unknown", 0)), "dead": int(numbers.get("dead", 0))}


def _one(visit: Visit, template: str) -> Response:
    line = next((line for line in _lines(visit) if line.connection == visit.params["name"]), None)
    if line is None:
        raise Trouble(404)
    may_try = line.connection in visit.desk.providers.counters.gateways
    return visit.show(
        template, line=line, slots=_slots(visit, line.connection), counts=counts_of(visit), may_try=may_try, mask=mask_text,
        called=_called(visit),
    )  # fmt: skip


def _called(visit: Visit) -> Called:
    return Called(visit.desk.rulebook(), visit.lang)


def _slots(visit: Visit, name: str) -> Sequence[Slot]:
    """The last 24 hours by the clock, the present hour last."""
    strips = visit.kept.ask("strips", SLOTS_SECONDS, lambda: _strips(visit))
    return [Slot(since, *of_hour.get(name, (0, 0))) for since, of_hour in strips]


def _strips(visit: Visit) -> list[tuple[datetime, dict[str, tuple[int, int]]]]:
    """(hour, connection -> asked, bad): a question to the books for each hour."""
    here = visit.now.astimezone(visit.zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    found = []
    for since in (here - place * SLOT for place in reversed(range(SLOTS))):
        own: dict[str, tuple[int, int]] = {}
        for one in visit.desk.providers.counters.book.counted(since, since + SLOT):
            asked, bad = own.get(one.connection, (0, 0))
            own[one.connection] = (asked + one.number, bad + one.number * ((one.receipt or one.verdict) in BAD))
        found.append((since, own))
    return found


ROUTES = (
    Page(path="/adapters", act=listed, least=Access.SUPERVISOR),
    Page(path="/adapters/lines", act=lines, least=Access.SUPERVISOR),
    Page(path="/adapters/{name}/facts", act=facts, least=Access.SUPERVISOR),
    Page(path="/adapters/{name}/pause", method="POST", act=pause, least=Access.SUPERVISOR),
    Page(path="/adapters/{name}/drain", method="POST", act=drain, least=Access.SUPERVISOR),
    Page(path="/adapters/{name}/resume", method="POST", act=resume, least=Access.SUPERVISOR),
    Page(path="/adapters/{name}/test", method="POST", act=trial, least=Access.SUPERVISOR),
    Page(path="/adapters/{name}", act=one, least=Access.SUPERVISOR),
)
