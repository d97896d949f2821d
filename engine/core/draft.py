"""What has this decision come to so far? The scratch sheet of one `decide`, thrown away after it."""

from dataclasses import replace
from datetime import datetime, timedelta

from engine.core.clocks import Clock
from engine.core.following import Counted
from engine.core.goes_by import version_of
from engine.core.reading import clocks_of, counted_of, keep, read_case, read_on
from engine.core.renamed import renamed
from engine.core.stays import Reading
from engine.core.terms import Court
from engine.model.case import Case, ChainRun, Fired, Issued, Ledger
from engine.model.decision import Note
from engine.model.effect import Drop, Effect, EffectKind
from engine.model.event import Event, EventKind, Heard
from engine.model.span import Span

EFFECTS_MAX = 64
"""More from one event is an outcome (limit_exceeded), not a flood."""


class Draft:
    """Everything `decide` writes down before it is a Decision."""

    def __init__(self, court: Court, case: Case, event: Event, now: datetime) -> None:
        self.court = court
        self.case = case
        self.event = event
        self.now = now
        self.revision = case.revision + 1
        ledger = renamed(case.ledger, court.rulebook)
        self.rules_changed = event.kind is EventKind.REFRESH or ledger.rules not in ("", version_of(court))
        """The rules may have changed since the last decision: due times may move, but never into the past."""
        self.issued: dict[str, Issued] = {one.id: one for one in ledger.issued}
        self.causes: set[str] = {one.cause for one in ledger.issued}
        self.chains: dict[str, ChainRun] = {one.chain: one for one in ledger.chains}
        self.fired: dict[str, Fired] = dict(ledger.fired)
        self.gens: dict[str, int] = dict(ledger.gens)
        self.late: list[str] = list(ledger.late)
        self.corrected: list[str] = list(ledger.corrected)
        self.told: list[str] = list(ledger.told)
        self.floors: dict[str, datetime] = dict(ledger.floors)
        self.hold = ledger.hold
        self.history: tuple[Heard, ...] = case.history
        self.before = ledger
        """The ledger before this decision, under the names in force."""
        self.effects: list[Effect] = []
        self.drops: list[Drop] = []
        self.notes: list[Note] = []
        self.raised: list[Event] = []
        self.exceeded = False
        self.reading: Reading
        self._earlier: Reading | None = None
        self.clocks: list[Clock]
        self._counted: Counted

    def hear(self, event: Event, version: str) -> None:
        """Add an event to the case's history and read it in its place."""
        heard = Heard(event, self.revision, version)
        before, self.history = self.history, (*self.history, heard)
        known = self._earlier = read_case(self.court, self.case)
        if not before or known.retracts or event.name == "retracted":
            self.read()
            return
        self.reading = read_on(self.court, known, heard)
        keep(self.court, self.case.id, self.history, self.reading)
        self._count()

    def read(self) -> None:
        """Read the case in order of time, and its clocks."""
        case = self.case if self.history is self.case.history else replace(self.case, history=self.history)
        self.reading = read_case(self.court, case)
        self._count()

    def read_before_the_event(self) -> Reading:
        """As today's rules read the case without what came in now."""
        if self.history is self.case.history:
            return self.reading
        if self._earlier is None:
            self._earlier = read_case(self.court, self.case)
        return self._earlier

    def clocks_before_the_event(self) -> list[Clock]:
        """The same, of its clocks."""
        return clocks_of(self.court, self.read_before_the_event(), self.now, self.floors)

    def _count(self) -> None:
        self._counted = counted_of(self.court, self.reading, self.now, self.floors)
        self.clocks = self._counted.clocks

    def go_by(self, court: Court) -> None:
        """Take other rules from here on. What is over keeps the due time it closed with."""
        over = {clock.id: clock.due for clock in self.clocks if not clock.live}
        self.court, self._earlier = court, None
        self.rules_changed = True
        self.note("rules_adopted", self.case.workflow, f"{version_of(court)[:12]}", court.workflow.span)
        self.read()
        moved = {f"={one.id}": due for one in self.clocks if (due := over.get(one.id)) is not None and due != one.due}
        if moved:
            self.floors |= moved
            self.read()

    def note(self, kind: str, subject: str, detail: str = "", span: Span | None = None) -> None:
        self.notes.append(Note(kind, subject, detail, span))

    def next_id(self) -> str:
        """The id of the next effect: case/revision/ordinal."""
        return f"{self.case.id}/{self.revision}/{len(self.effects) + 1}"

    def intend(self, kind: EffectKind, cause: str, reason: str) -> Effect:
        """The beginning of an effect: its id, its case, its instant; what it is about is for the caller to fill in."""
        return Effect(id=self.next_id(), case=self.case.id, workflow=self.case.workflow, kind=kind, cause=cause, reason=reason, at=self.now)

    def add(self, effect: Effect) -> bool:
        """Issue an effect and remember it; False beyond the limit."""
        if len(self.effects) >= EFFECTS_MAX:
            self.exceeded = True
            return False
        self.effects.append(effect)
        self.causes.add(effect.cause)
        if effect.kind is not EffectKind.ALARM:
            self.issued[effect.id] = _as_issued(effect)
        return True

    def alarm(self, text: str, cause: str) -> None:
        """Tell whoever keeps the rules: a role without a person, a chain at its end."""
        self.add(replace(self.intend(EffectKind.ALARM, cause, ""), text=text))

    def drop(self, effect_id: str, why: str) -> None:
        """Withdraw what is not on its way yet, and remember that it was withdrawn."""
        self.drops.append(Drop(effect_id, why))
        self.issued[effect_id] = replace(self.issued[effect_id], dropped=why, open=False)

    def change(self, effect_id: str, **fields: object) -> None:
        """Update what the case knows of an issued effect."""
        self.issued[effect_id] = replace(self.issued[effect_id], **fields)  # type: ignore[arg-type]  # names are ours

    def alive(self, reason: str) -> bool:
        """The law of reasons: whether the stay, clock or chain that began something still stands."""
        kind, _, name = reason.partition(":")
        match kind:
            case "stay":
                return self.reading.stay.key == name
            case "clock":
                clock = self._counted.by_id.get(name)
                return clock is not None and clock.live
            case "chain":
                chain, _, gen = name.rpartition("#")
                run = self.chains.get(chain)
                return run is not None and not run.ended and str(run.gen) == gen
            case _:
                return True

    def clock(self, clock_id: str) -> Clock | None:
        return self._counted.by_id.get(clock_id)

    def ledger(self) -> Ledger:
        return Ledger(
            issued=tuple(self.issued.values()),
            chains=tuple(self.chains.values()),
            fired=self.fired,
            gens=self.gens,
            late=tuple(self.late),
            corrected=tuple(self.corrected),
            told=tuple(self.told),
            floors=self.floors,
            rules=version_of(self.court),
            closed=self._counted.closed,
            dues=self._counted.dues,
            hold=self.hold,
        )


def _as_issued(effect: Effect) -> Issued:
    wait = timedelta(seconds=effect.group_wait_seconds)
    return Issued(
        id=effect.id,
        kind=effect.kind.value,
        cause=effect.cause,
        reason=effect.reason,
        message=effect.message,
        channel=effect.channel,
        to=effect.to,
        copy=effect.copy,
        resend_of=effect.resend_of,
        fallback_of=effect.fallback_of,
        again_of=effect.again_of,
        row=effect.row,
        at=effect.at,
        held_until=(effect.not_before or effect.at) + wait if effect.not_before or wait else None,
        chain=effect.chain,
        target=effect.target,
        open=not effect.shadow and effect.kind is not EffectKind.MAIL,
    )
