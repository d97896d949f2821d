"""What should happen in the world? An intention, decided first and carried out later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EffectKind(StrEnum):
    MESSAGE = "message"
    """Through a channel (sms, phone, wechat_work ...). A phone message is a call to be made."""
    TASK = "task"
    """A row on the work list; finished by choosing an event."""
    MAIL = "mail"
    """An event for another case: `open`, `reason_gone`. Written into the inbox by the same transaction."""
    COMMAND = "command"
    """A request to a WMS/TMS."""
    ALARM = "alarm"
    """Something a person must know about the rules or the feeds; listed, logged, never sent to a customer."""


class OfAnOrder:
    """What may stand in for an earlier effect, or repeat it."""

    __slots__ = ()
    id: str
    resend_of: str | None
    fallback_of: str | None
    again_of: str | None

    @property
    def order(self) -> str:
        """The order it belongs to: the effect it stands in for or repeats, or its own."""
        return self.again_of or self.fallback_of or self.resend_of or self.id

    @property
    def is_order(self) -> bool:
        """Not sent in place of another, nor once more."""
        return self.order == self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect(OfAnOrder):
    """References only, never a personal value. id = case/revision/ordinal."""

    id: str
    case: str
    workflow: str
    kind: EffectKind
    cause: str
    """What row of what event or clock began it; the same cause is issued once."""
    reason: str
    """The stay or clock it lives and dies with: `stay:...`, `clock:...`; empty: nothing withdraws it."""
    at: datetime
    """Instant of the decision."""
    message: str | None = None
    channel: str | None = None
    to: str | None = None
    """A role, or a phone field of the case."""
    to_field: bool = False
    text: str | None = None
    """TASK: what to do. ALARM: what is wrong. MESSAGE of a chain without a message: None, the standard sentence is used."""
    asks: tuple[str, ...] = ()
    row: str = ""
    """TASK: the row that asked; the same row never has two tasks open."""
    copy: bool = False
    """A copy_to: never counts as sent."""
    not_before: datetime | None = None
    valid_until: datetime | None = None
    group: str | None = None
    """Rows of one group (message or chain step, recipient) that are due together are sent as one."""
    group_wait_seconds: int = 0
    """On top of `not_before` (or `at`): how long the row waits for others of its group."""
    waits_for_channel: str | None = None
    """A resend: released when this channel is back (R20)."""
    resend_of: str | None = None
    fallback_of: str | None = None
    again_of: str | None = None
    """Sent again because a person asked for it: the order it repeats."""
    why: str | None = None
    """Fallback: reason code of the failure (R19). Chain: name of the policy or state behind it."""
    chain: str | None = None
    target: str | None = None
    """MAIL: workflow to open, or `case:ID`. COMMAND: connection."""
    command: str | None = None
    event: str | None = None
    """MAIL: name of the event."""
    fill: Mapping[str, str] = field(default_factory=dict)
    """MAIL: field of the new case -> text with `{field}` marks of this case."""
    shadow: bool = False
    """Recorded, never sent."""
    restored_at: datetime | None = None
    """When the store that holds it had last been brought back from a copy; None: never. Part of its key."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Take back what is not yet on its way: an unsent message, an unclaimed task or call."""

    effect_id: str
    why: str
    """`reason_gone`, `evidence_arrived`, `delivered_meanwhile`, `superseded`."""
