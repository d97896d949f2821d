"""How does an intention reach the world? Claim, last look, render, hand over, settle; the receipt comes back as an event."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.model.effect import Effect, EffectKind
from engine.model.receipt import Verdict
from engine.ports.attempts import CircuitState
from engine.ports.clock import Clock
from engine.ports.gateway import Gateway
from engine.ports.outbox import OutboxRow, Post
from engine.ports.store import Conflict, NotFound, Store
from engine.service.channel_back import arrived, proves_it_works, quiet, release
from engine.service.counters import Counters
from engine.service.doubts import arrival, ask, original
from engine.service.endings import Endings, our_word
from engine.service.handover import Letter, hand_over
from engine.service.library import Library
from engine.service.manners import DIGEST, HOLD, HOURS, Hindrance, Manners, by_people, digest_text, listed, released_from, together
from engine.service.sending import Recipient, SendingDesk, Words

LANE_TIME = timedelta(seconds=40)
"""So long after its claim a row may still be begun: its lease must outlast a request."""
LEASE = timedelta(seconds=60)
"""Longer than any gateway's own deadlines together (11 s)."""


def _nobody(*_: object) -> None:
    """Who hears of trouble when nobody listens."""


@dataclass(slots=True)
class PostRoom:
    """Carries what was decided; owns retries, caps and grouping, and never the decision."""

    outbox: Post
    store: Store
    library: Library
    counters: Counters
    owner: str = "post"
    clock: Clock | None = None
    """Asked before each sending, for a slow provider takes its time; None: the round's instant holds."""
    lanes: Executor | None = None
    """Each channel in a lane of its own, so that a slow one holds up no other; None: one after another."""
    on_trouble: Callable[[str, Exception], None] = _nobody
    """A lane failed: a bug of ours. Its rows are found by their lease."""
    done: Callable[[], None] = _nobody
    """Called when a lane has ended: what it heard may be decided."""
    stopping: bool = False
    """Finish the row in hand, give back the others."""
    busy: set[str] = field(default_factory=set)
    """Channels whose lane is at work."""
    sent: int = 0
    braked: bool = False
    """A rule is held back since the last look at the brakes."""
    holding: bool = True
    """Something may wait for its case to be resumed; looked at with every round until nothing does."""
    texts: bool = True
    """False: a replay, in which nobody reads what is not sent."""
    _endings: Endings = field(init=False)

    def __post_init__(self) -> None:
        self._endings = Endings(self.outbox, self.library, self.counters)

    @property
    def gateways(self) -> Mapping[str, Gateway]:
        """Channel or connection -> gateway."""
        return self.counters.gateways

    def serve(self, gateways: Mapping[str, Gateway], routes: Mapping[str, Sequence[str]]) -> None:
        """From now on by these: the rules were swapped."""
        self.counters.gateways, self.counters.routes = gateways, routes

    @property
    def down(self) -> set[str]:
        """Channels, and connections of commands, of which no counter is open."""
        shut = self.counters.shut()
        channels = {self.counters.channel_of(name) for name in shut}
        return {one for one in channels if all(name in shut for name in self.counters.route(one))}

    def deliver(self, now: datetime, limit: int = 50) -> int:
        """Carry what is ready, oldest first. Answers how many rows were handled, or given to a lane."""
        if self.holding:
            self._resume(now)
        claimed = self.outbox.claim(now, limit, owner=self.owner, lease_until=now + LEASE, not_channels=tuple(self.busy))
        # What waited for room at a provider is due later than what came in just now, and goes first all the same.
        rows = sorted(claimed, key=lambda row: row.effect.at)
        groups: dict[str, list[OutboxRow]] = {}
        for row in rows:
            groups.setdefault(together(row), []).append(row)
        if self.lanes is None:
            for group in groups.values():
                self._group(group, Manners(self.outbox, self.library.rulebook, self._now(now)))
            return len(rows)
        lanes: dict[str, list[list[OutboxRow]]] = {}
        for group in groups.values():
            lanes.setdefault(_channel(group[0]), []).append(group)
        for channel, work in lanes.items():
            self.busy.add(channel)
            self.lanes.submit(self._lane, channel, work, now)
        return len(rows)

    def _resume(self, now: datetime) -> None:
        """What waited for a case that is on hold no longer may go."""
        piles = self.outbox.piles(HOLD)
        self.holding = bool(piles)
        for pile in piles:
            try:
                hold = self.store.load(pile.key.removeprefix(HOLD)).ledger.hold
            except NotFound:
                hold = None
            if hold is None:
                self.outbox.let_go(pile.key, now, seconds_apart=0)

    def _lane(self, channel: str, work: Sequence[list[OutboxRow]], claimed_at: datetime) -> None:
        """One channel's rows, one after another; what a slow provider leaves no time for is given back before its lease ends."""
        try:
            for group in work:
                now = self._now(claimed_at)
                if self.stopping or now - claimed_at > LANE_TIME:
                    for row in group:
                        self._endings.retry(row, now, now)
                else:
                    self._group(group, Manners(self.outbox, self.library.rulebook, now))
        except Exception as trouble:  # noqa: BLE001  # A lane has nobody above it to hear of its failure.
            self.on_trouble(channel, trouble)
        finally:
            self.busy.discard(channel)
            self.done()

    def _group(self, rows: Sequence[OutboxRow], manners: Manners) -> None:
        first, *others = rows
        with suppress(Conflict):  # We were slower than its lease: another one has taken it over, and settles it.
            if first.held_for.startswith(DIGEST):
                self._digest([first, *others, *self._held_with(first, manners.now)], manners)
            else:
                self._carry(first, others, manners)

    def _now(self, round_at: datetime) -> datetime:
        return max(self.clock.now(), round_at) if self.clock is not None else round_at

    def reap(self, now: datetime) -> int:
        """Rows found sending after a crash: unknown; looked up where the gateway can tell, never sent again blindly."""
        crashed = self.outbox.crashed(now)
        for row in crashed:
            found = ask(row, self.counters, self.store, self.library.rulebook, now)
            unknown = our_word(row.effect, Verdict.UNKNOWN, "crashed", now)
            self._endings.settle(row, found.receipt if found else unknown, (), now, answered=(found,) if found else ())
        return len(crashed)

    def ask_again(self, now: datetime, limit: int = 50) -> int:
        """Unknown outcomes whose time to be asked again has come. Answers how many were cleared up."""
        cleared = 0
        for row in self.outbox.doubtful(now, limit):
            found = ask(row, self.counters, self.store, self.library.rulebook, now)
            if found is None or found.receipt.verdict is Verdict.UNKNOWN:
                self._endings.still_unknown(row, now)
                continue
            cleared += 1
            self._endings.settle(row, found.receipt, self.outbox.carried(row.effect.id), now, answered=(found,))
        return cleared

    def probe(self, now: datetime) -> Sequence[str]:
        """Ask counters that are shut, and those of channels for which something waits in quiet: what is back releases its resends (R20)."""
        back = []
        for name, circuit in sorted(self.counters.shut().items()):
            gateway = self.gateways.get(name)
            if circuit.state is CircuitState.OPEN and gateway is not None and gateway.probe():
                self.counters.close(name, now)
                back.append(self.counters.channel_of(name))
        waiting = quiet(self.outbox, self.counters, now)
        back += [channel for channel in waiting if any(self.gateways[name].probe() for name in self.counters.route(channel))]
        for channel in dict.fromkeys(back):
            release(self.outbox, channel, now)
        return back

    def greet(self, now: datetime) -> int:
        """At the start: what waited for a channel that is open may go. Answers how many rows were released."""
        shut = self.counters.shut()
        ready = [name for name, gateway in self.gateways.items() if name not in shut and gateway.probe()]
        return sum(release(self.outbox, channel, now) for channel in dict.fromkeys(self.counters.channel_of(name) for name in ready))

    def channel_back(self, channel: str, now: datetime) -> int:
        """The channel works again: what waited for it may go."""
        for name in self.counters.route(channel):
            self.counters.close(name, now)
        return release(self.outbox, channel, now)

    def _held_with(self, row: OutboxRow, now: datetime) -> Sequence[OutboxRow]:
        return self.outbox.held(row.held_for, now, owner=self.owner, lease_until=now + LEASE)

    def _companions(self, row: OutboxRow, others: Sequence[OutboxRow], now: datetime) -> list[OutboxRow]:
        """Whoever else of its group is ready, or was held with it."""
        along = self.outbox.companions(row, owner=self.owner, lease_until=now + LEASE) if row.effect.group else ()
        return [*others, *along, *(self._held_with(row, now) if row.held_for.startswith(HOURS) else ())]

    def _carry(self, row: OutboxRow, others: Sequence[OutboxRow], manners: Manners) -> None:
        effect, now = row.effect, manners.now
        desk = self._desk(row, now)
        if desk is None:
            return self._pass_on(row, "no_case", others, manners)
        look = desk.look(effect)
        if look.drop is not None:
            return self._pass_on(row, look.drop, others, manners)
        if look.on_hold:
            self._put_by(row, now)
            return self._carry(others[0], others[1:], manners) if others else None
        if look.wait_until is not None:
            return self._endings.hold(
                (row, *others), Hindrance("send_hours", f"{HOURS}{effect.group}" if effect.group else "", look.wait_until), now
            )
        names = self._open_counters(effect)
        refused = _refused(row, bool(self.counters.route(_channel(row))), now)
        if refused:
            return self._endings.settle(row, our_word(effect, Verdict.REJECTED, refused, now), others, now)
        if not names:
            return self._shut_out((row, *others), desk, now)
        if self._arrived(effect, now):
            return self._pass_on(row, "delivered_meanwhile", others, manners)
        if effect.kind is EffectKind.COMMAND:
            return self._hand_over(row, names, desk, (), (Recipient(effect.target or "", "", False),), manners)
        recipients = desk.recipients(effect)
        if not recipients:
            return self._endings.settle(row, our_word(effect, Verdict.REJECTED, "bad_number", now), others, now)
        wanting = [one for one in recipients if not (one.customer and self.counters.book.is_suppressed(one.known_as))]
        if not wanting and effect.fallback_of is None:
            return self._pass_on(row, "opted_out", others, manners)
        allowed, hindrance = manners.look(row, desk, wanting or recipients)
        if hindrance is not None and not hindrance.key:
            return self._pass_on(row, hindrance.why, others, manners)
        if hindrance is not None:
            self.braked |= hindrance.until is None
            return self._endings.hold((row, *others), hindrance, now)
        return self._hand_over(row, names, desk, self._companions(row, others, now), allowed, manners)

    def _open_counters(self, effect: Effect) -> Sequence[str]:
        shut = self.counters.shut()
        return [name for name in self.counters.route(effect.channel or effect.target or "") if name not in shut]

    def _shut_out(self, rows: Sequence[OutboxRow], desk: SendingDesk, now: datetime) -> None:
        """No counter is open: the fallback at once where the rule has one, else it waits for the channel to come back."""
        for row in rows:
            message = desk.rulebook.messages.get(row.effect.message or "")
            once_more = row.effect.resend_of is not None or row.effect.again_of is not None
            falls_back = message is not None and message.fallback is not None and not once_more
            if falls_back or row.effect.chain is not None or row.effect.fallback_of is not None:
                self._endings.settle(row, our_word(row.effect, Verdict.REJECTED, "account", now), (), now)
            else:
                self._endings.keep_for(row, _channel(row), now)

    def _arrived(self, effect: Effect, now: datetime) -> bool:
        """Look at the original first: a resend or a call for what arrived would be a double (messaging.md section 11)."""
        row = self.outbox.find(effect.resend_of or effect.fallback_of or "")
        if row is None:
            return False
        # A call is made at once: nobody is asked before, but what a push said while the court was busy counts.
        resent = effect.resend_of is not None
        found = original(row, self.counters, self.store, self.library.rulebook, now) if resent else arrival(row, self.counters, now)
        if found is None or found.receipt.verdict is not Verdict.DELIVERED:
            return False
        self._endings.settle(row, found.receipt, self.outbox.carried(row.effect.id), now, answered=(found,))
        return True

    def _desk(self, row: OutboxRow, now: datetime) -> SendingDesk | None:
        try:
            return SendingDesk(self.library.rulebook, self.store.load(row.effect.case), now)
        except NotFound:
            return None

    def _pass_on(self, row: OutboxRow, why: str, others: Sequence[OutboxRow], manners: Manners) -> None:
        """Drop the first of a group; the next one leads it."""
        self._endings.drop(row, why, manners.now)
        if others:
            self._carry(others[0], others[1:], manners)

    def _put_by(self, row: OutboxRow, now: datetime) -> None:
        """Its case is on hold: it waits until that is over."""
        self.holding = True
        self._endings.hold((row,), Hindrance("hold", f"{HOLD}{row.effect.case}"), now)

    def _digest(self, rows: Sequence[OutboxRow], manners: Manners) -> None:
        """What was held beyond a cap and still stands, as one sending for those who get it now; a single one leaves as itself."""
        now, wanted = manners.now, []
        for row in rows:
            desk = self._desk(row, now)
            look = desk.look(row.effect) if desk else None
            recipients = desk.recipients(row.effect) if desk else ()
            if (
                desk is None
                or look is None
                or look.drop
                or look.wait_until
                or look.on_hold
                or not recipients
                or _refused(row, bool(self._open_counters(row.effect)), now)
            ):
                self._carry(row, (), manners)
            else:
                wanted.append((row, desk, recipients))
        for (row, desk, recipients), *others in by_people(wanted).values():
            names = self._open_counters(row.effect)
            if not others:
                self._hand_over(row, names, desk, (), recipients, manners)
                continue
            text = digest_text([desk.shown_name, *(other.shown_name for _, other, _ in others)])
            carried = [(other, other_desk.first_name) for other, other_desk, _ in others]
            self._send(row, names, desk, carried, recipients, Words(text, text), manners)

    def _hand_over(
        self, row: OutboxRow, counters: Sequence[str], desk: SendingDesk, companions: Sequence[OutboxRow],
        recipients: Sequence[Recipient], manners: Manners,
    ) -> None:  # fmt: skip
        carried = self._still_wanted(companions, manners.now)
        names = _names(desk, carried)
        command = row.effect.kind is EffectKind.COMMAND
        words = None if command or not self.texts else desk.words(row.effect, names if len(names) > 1 else ())
        self._send(row, counters, desk, carried, recipients, words, manners)

    def _send(
        self, row: OutboxRow, counters: Sequence[str], desk: SendingDesk, carried: Sequence[tuple[OutboxRow, str]],
        recipients: Sequence[Recipient], words: Words | None, manners: Manners,
    ) -> None:  # fmt: skip
        """Hand it over, and write down what came of it."""
        effect, now = row.effect, manners.now
        names = listed(_names(desk, carried)) if effect.channel == "phone" else ""
        letter = Letter(
            row=row,
            desk=desk,
            words=words,
            carried=[other for other, _ in carried],
            counts=manners.counts(row, recipients),
            remark=" ".join(one for one in (desk.remark(effect), names) if one),
            valid_until=_valid_until(row, now),
            now=now,
        )
        outcome = hand_over(letter, recipients, counters, self.counters, self.outbox)
        self.sent += 1
        self._endings.settle(row, outcome.receipt, letter.carried, self._now(now), answered=outcome.answered)
        for one in outcome.answered:
            if proves_it_works(one.receipt):
                arrived(self.outbox, self.counters, one.attempt.connection, self._now(now))

    def _still_wanted(self, companions: Sequence[OutboxRow], now: datetime) -> list[tuple[OutboxRow, str]]:
        """Rows of the group whose reason still stands, with the name of their case; the others are dropped."""
        wanted = []
        for other in companions:
            desk = self._desk(other, now)
            look = desk.look(other.effect) if desk else None
            if desk is None or look is None or look.drop is not None:
                self._endings.drop(other, (look.drop if look else None) or "no_case", now)
            elif look.on_hold:
                self._put_by(other, now)
            else:
                wanted.append((other, desk.first_name))
        return wanted


def _names(desk: SendingDesk, carried: Sequence[tuple[OutboxRow, str]]) -> list[str]:
    """The cases one sending speaks of, each once."""
    return list(dict.fromkeys([desk.first_name, *(name for _, name in carried)]))


def _refused(row: OutboxRow, served: bool, now: datetime) -> str:
    """Why it cannot leave at all; empty: it can."""
    valid_until = _valid_until(row, now)
    if valid_until is not None and now >= valid_until:
        return "expired"
    return "" if served else "account"


def _valid_until(row: OutboxRow, now: datetime) -> datetime | None:
    """What manners held back is as valid when it leaves as it was when it was issued."""
    effect = row.effect
    if effect.valid_until is None or not released_from(row):
        return effect.valid_until
    return now + (effect.valid_until - effect.at)


def _channel(row: OutboxRow) -> str:
    """The channel, or a command's connection."""
    return row.effect.channel or row.effect.target or ""
