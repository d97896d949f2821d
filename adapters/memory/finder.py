"""How is a case found in memory? By looking through all of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from adapters.memory.directory import MemoryDirectory, case_row
from adapters.memory.state import CaseRecord, State
from adapters.memory.worklist import HELD
from engine.model.erased import ERASED
from engine.ports.directory import CaseRow
from engine.ports.finder import Due
from engine.reports.live_clocks import live_clocks


class MemoryFinder:
    """See Finder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._directory = MemoryDirectory(state)

    def exactly(self, values: Collection[str], limit: int) -> Sequence[CaseRow]:
        """See Finder.exactly."""
        wanted = {one for one in values if one and one != ERASED}
        return self._fitting(lambda record: bool(wanted & {record.case.id, *self._borne(record, personal=True)}))[:limit]

    def beginning(self, text: str, limit: int, *, personal: bool) -> Sequence[CaseRow]:
        """See Finder.beginning."""
        if not text:
            return []
        return self._fitting(lambda record: any(one.startswith(text) for one in self._borne(record, personal=personal)))[:limit]

    def saying(
        self, words: Sequence[str], limit: int, *, among: int, since: datetime | None = None, until: datetime | None = None
    ) -> Sequence[CaseRow]:
        """See Finder.saying."""
        rows = self._fitting(
            lambda record: (since is None or record.case.opened_at >= since) and (until is None or record.case.opened_at < until)
        )
        return [row for row in rows[:among] if all(any(word in value for value in row.fields.values()) for word in words)][:limit]

    def cases(self, ids: Collection[str]) -> Mapping[str, CaseRow]:
        """See Finder.cases."""
        known = self._state.cases
        return {one: case_row(known[one]) for one in ids if one in known}

    def tasks(self, limit: int, *, roles: Sequence[str] = (), workflow: str = "", holder: str = "") -> Sequence[Due]:
        """See Finder.tasks."""
        found = []
        for task in self._state.tasks.values():
            if (
                task.status in HELD
                and workflow in ("", task.workflow)
                and holder in ("", task.claimed_by)
                and task.role in (roles or [task.role])
            ):
                record = self._state.cases.get(task.case)
                row = case_row(record) if record is not None else None
                clocks = live_clocks(row.id, row.workflow, final=row.final, clocks=row.clocks, fields=row.fields) if row else ()
                due, tier = min((one.due for one in clocks), default=None), max((one.tier for one in clocks), default="")
                found.append(Due(task=task, case=row, due=due, tier=tier))
        numbers = self._state.task_numbers
        found.sort(key=lambda one: (one.due is None, one.due or one.task.created_at, one.task.created_at, numbers[one.task.id]))
        return found[:limit]

    def _borne(self, record: CaseRecord, *, personal: bool) -> set[str]:
        """What leads to the case."""
        values = self._directory.private(record.case.id).values() if personal else ()
        return {*record.names.values(), *values} - {""}

    def _fitting(self, fits: Callable[[CaseRecord], bool]) -> list[CaseRow]:
        rows = [case_row(record) for record in self._state.cases.values() if fits(record)]
        return sorted(rows, key=lambda row: (row.opened_at, row.id), reverse=True)
