"""What was a case of our own told? The reports of feeds and people, as a history that can be rehearsed."""

from collections.abc import Iterator

from engine.model.case import Case
from engine.model.event import EventKind
from engine.service.replay import OldEvent


def reports_of(case: Case) -> Iterator[OldEvent]:
    """In order. Nothing of what a clock raised, and nothing of a case that another one opened: the rehearsal raises and opens them itself."""
    heard = [one.event for one in sorted(case.history, key=lambda one: one.number)]
    if not heard or heard[0].source.startswith("case/"):
        return
    for number, event in enumerate(heard, start=1):
        if event.kind is EventKind.HAPPENED and (event.source.startswith(("hand/", "connection/")) or number == 1):
            yield OldEvent(
                line=number, case=case.id.partition(":")[2], workflow=case.workflow, event=event.name, occurred_at=event.occurred_at,
                received_at=event.received_at, data=event.data, sequence=event.sequence, id=event.id,
            )  # fmt: skip
