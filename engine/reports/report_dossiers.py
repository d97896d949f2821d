"""Where do a sheet's cases come from? The stores, page by page, with only the papers it asked for."""

from collections.abc import Collection, Iterator
from typing import Protocol

from engine.ports.attempts import ProviderBook
from engine.ports.directory import CaseRow, Directory
from engine.ports.worklist import Worklist
from engine.reports.report_case import SHIPMENT
from engine.reports.report_shape import Dossier, Paper

PAGE = 500
TASKS_MAX = 1_000
"""Of one case."""


class Archive(Protocol):
    """What is read."""

    @property
    def directory(self) -> Directory: ...
    @property
    def worklist(self) -> Worklist: ...
    @property
    def providers(self) -> ProviderBook: ...


def dossiers(archive: Archive, papers: Collection[Paper]) -> Iterator[Dossier]:
    """Every case, in order of id; one page is held at a time."""
    last: str | None = None
    while page := archive.directory.cases(after=last, limit=PAGE):
        for case in page:
            yield dossier(archive, case, papers)
        last = page[-1].id


def dossier(archive: Archive, case: CaseRow, papers: Collection[Paper]) -> Dossier:
    """One case with these papers."""
    directory = archive.directory
    sent = directory.sent(case.id) if Paper.SENT in papers else ()
    return Dossier(
        case=case,
        journal=directory.journal(case.id) if Paper.JOURNAL in papers else (),
        sent=sent,
        attempts={one.effect_id: archive.providers.of_effect(one.effect_id) for one in sent} if Paper.ATTEMPTS in papers else {},
        tasks=archive.worklist.tasks(case=case.id, limit=TASKS_MAX) if Paper.TASKS in papers else (),
        private=directory.private(case.id) if Paper.PRIVATE in papers else {},
        shipment=_shipment(directory, case) if Paper.SHIPMENT in papers else None,
    )


def _shipment(directory: Directory, case: CaseRow) -> CaseRow | None:
    """Of another case that knows a waybill number: the shipment of that number."""
    waybill = case.fields.get("waybill_no", "")
    if case.workflow == SHIPMENT or not waybill:
        return None
    return next((row for row in directory.find(waybill) if row.workflow == SHIPMENT), None)
