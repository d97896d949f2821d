"""What follows from a neighbour's answer to a command? When it is tried again, and what its case is told."""

from collections.abc import Sequence
from datetime import datetime

from engine.model.connection import Outgoing
from engine.model.effect import Effect, EffectKind
from engine.model.event import Event, Report
from engine.model.receipt import Receipt, Verdict
from engine.model.rulebook import Rulebook

ACCEPTED, REJECTED, EDITED = "command_accepted", "command_rejected", "edited"


def outgoing_of(rulebook: Rulebook, effect: Effect) -> Outgoing | None:
    """The request of a command, by the connections of today."""
    if effect.kind is not EffectKind.COMMAND:
        return None
    connection = rulebook.connections.get(effect.target or "")
    return connection.commands.get(effect.command or "") if connection is not None else None


def tries_of(rulebook: Rulebook, effect: Effect, waits: Sequence[int], times: int) -> tuple[Sequence[int], int]:
    """(waits, tries in all): the command's own, else those given."""
    outgoing = outgoing_of(rulebook, effect)
    own = outgoing.retry if outgoing is not None else None
    return (own.waits or waits, own.times) if own is not None else (waits, times)


def told(rulebook: Rulebook, effect: Effect, receipt: Receipt, now: datetime) -> tuple[Report, ...]:
    """The answer as an event of the case, where its workflow declares one; a number to be saved comes with it, else as `edited`."""
    outgoing = outgoing_of(rulebook, effect)
    workflow = rulebook.workflows.get(effect.workflow)
    if outgoing is None or workflow is None:
        return ()
    yes = receipt.verdict in (Verdict.ACCEPTED, Verdict.DELIVERED)
    if not yes and receipt.verdict is not Verdict.REJECTED:
        return ()
    saved = {outgoing.save_as: receipt.provider_id} if yes and receipt.provider_id and outgoing.save_as in workflow.fields else {}
    name = ACCEPTED if yes else REJECTED
    if name not in workflow.events:
        if not saved:
            return ()
        name = EDITED
    said = {"command": effect.command or "", "effect": effect.id, "reason": receipt.reason, "detail": receipt.detail}
    event = Event(
        id=f"{effect.id}/{name}",
        source=f"gateway/{effect.target}",
        name=name,
        occurred_at=now,
        received_at=now,
        data=saved,
        extra={key: value for key, value in said.items() if value},
    )
    private = frozenset(name for name in saved if workflow.fields[name].private)
    return (Report(event=event, workflow=effect.workflow, names={}, case_id=effect.case, private=private),)
