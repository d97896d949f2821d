"""What can one ask of a running waybill? The one door for the web gate, the command line and tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.model.diagnostic import Diagnostic
from engine.model.explanation import Explanation
from engine.model.receipt import Push, Pushed
from engine.model.rulebook import Rulebook
from engine.model.timer import Timer
from engine.ports.directory import Directory
from engine.ports.worklist import Task
from engine.service.provider_hands import ProviderHands
from engine.service.publish import Press


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An event as a neighbour or a person gives it, before it is checked."""

    source: str
    """`hand/8011`, `connection/tms`, or the CloudEvents source."""
    id: str | None
    """The sender's own id; None: a hash of the content."""
    workflow: str | None
    """None: found by the event's name, if only one workflow declares it."""
    event: str
    occurred_at: datetime | None
    """Aware; None: when it is received."""
    received_at: datetime | None = None
    """Only a simulated feed states it; else the clock says."""
    case: str | None = None
    """A case id, or any of its names."""
    data: Mapping[str, object] = field(default_factory=dict)
    """Field -> value (text, number, bool); identifying fields among them. Unknown fields are kept."""
    extra: Mapping[str, str] = field(default_factory=dict)
    sequence: int | None = None
    restated_id: str = ""
    """Of what a feed tells again and again: the id of this wording, under which it is kept once if the event itself is known."""
    by_person: bool = False
    """A person's event that finds no row is refused with what is possible now; a feed's is kept and listed."""


class Said(StrEnum):
    """The Gate's answer."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an incoming event: the field, and the reason in both languages."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Answer:
    said: Said
    case_id: str | None = None
    event_id: str = ""
    opened: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FinishAnswer:
    """`finished`, `already` (409, with the first result), `not_yours`, `unknown`, `refused` (problems say why)."""

    said: str
    task: Task | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that is not well, as a sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The truth about the daemon. ok False: a supervisor should restart it."""

    ok: bool
    ailments: tuple[Ailment, ...]
    """Why not ok, then warnings."""
    last_beat_age_seconds: float
    numbers: Mapping[str, float]
    """Directory.backlog() and counters."""
    rulebook: str
    rulebook_problems: int = 0
    """Diagnostics of a newer rule set that was refused; the last good one is in force."""
    silent_feeds: tuple[str, ...] = ()
    channels_down: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The ailments in English, for machines and logs."""
        return tuple(one.en for one in self.ailments)


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation: when, what, and why (rule, file:line, values)."""

    at: datetime
    what: str
    why: str
    place: str = ""


class CaseDeeds(Protocol):
    """What a person may do with a case itself; `once`: a mark of the form it was asked by, which counts once."""

    def hold(self, case_id: str, *, by: str, why: str, until: datetime | None = None, once: str = "") -> Answer:
        """Nothing leaves because of this case, `until` (aware) or until it is resumed; its clocks go on."""
        ...

    def resume(self, case_id: str, *, by: str, why: str, undo_seconds: int = 0, once: str = "") -> Answer:
        """What waited goes on, after `undo_seconds` within which that may be taken back."""
        ...

    def stay_on_hold(self, case_id: str, *, by: str) -> Answer:
        """Take back a resuming that has not taken effect."""
        ...

    def send_again(self, case_id: str, message: str, *, by: str, why: str, undo_seconds: int = 0, once: str = "") -> Answer:
        """A new sending of a message that left before: its id (`4/1` will do), or the message's name or label for its last sending.

        It leaves after `undo_seconds` within which that may be taken back, and within the message's sending hours.
        """
        ...

    def not_again(self, case_id: str, message: str) -> tuple[Problem, ...]:
        """Why it would be refused now; empty: it would not."""
        ...

    def take_again_back(self, case_id: str, message: str, *, by: str) -> Answer:
        """What was asked for by `send_again` and has not left: by the id of that sending, or of the event that asked for it."""
        ...


class Desk(Protocol):
    """Implemented by service; handed to adapters by wiring."""

    @property
    def directory(self) -> Directory: ...

    def rulebook(self) -> Rulebook: ...

    @property
    def press(self) -> Press:
        """Versions and proposals, and how rules come into force."""
        ...

    def refused_rules(self) -> Sequence[Diagnostic]:
        """Diagnostics of the newest files, if they were refused."""
        ...

    def now(self) -> datetime: ...

    def accept(self, incoming: Sequence[Incoming]) -> Sequence[Answer]:
        """Check each, store the good ones in one transaction, answer one by one. Durable on return."""
        ...

    def tasks(self, *, role: str | None = None, case: str | None = None, all_states: bool = False) -> Sequence[Task]: ...

    def claim(self, task_id: str, by: str) -> Task | None: ...

    def finish(
        self, task_id: str, by: str, *, result: str, note: str = "", data: Mapping[str, object] | None = None, at: datetime | None = None
    ) -> FinishAnswer:
        """`result`: one of the task's events; a call's `told refused away bad_number`; or empty with a note. `at`: when, if not now."""
        ...

    def acknowledge(self, case_id: str, chain: str, by: str) -> Answer: ...

    def explain(self, case_id: str, *, rule: str | None = None, lang: str = "zh", at: datetime | None = None) -> Sequence[Reason]:
        """What happened and what is awaited. `at`: as it stood then, from what had been received by then."""
        ...

    def why(self, case_id: str, *, rule: str | None = None, lang: str = "zh", at: datetime | None = None) -> Explanation:
        """Why, and why not: one rule of any kind, by name or label; without `rule` only what the case waits for.

        `at`: as it stood then, under the rulebook that was in force then.
        """
        ...

    def push(self, connection: str, push: Push) -> Pushed | None:
        """Keep what a provider pushed, durable on return, to be read at once after; the answer it wants. None: not proven."""
        ...

    @property
    def case_hands(self) -> CaseDeeds: ...

    @property
    def providers(self) -> ProviderHands:
        """What a person may do with providers, doubtful sendings and dead events."""
        ...

    def waiting(self, case_id: str) -> Sequence[Timer]:
        """What will happen to a case by itself, soonest first: until when it waits, and for which row of which rule."""
        ...

    def health(self) -> Health: ...
