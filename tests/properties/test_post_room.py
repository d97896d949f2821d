"""Does the post room keep its laws whatever providers, receipts, clocks and crashes do? A machine that tries it, two rooms over one store."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.model.effect import EffectKind
from engine.model.receipt import Verdict
from engine.ports.outbox import OutboxRow, OutboxStatus
from engine.service.dispatch import LEASE
from engine.service.endings import ATTEMPTS_MAX
from engine.service.handover import key_of
from tests.properties.post_town import AFTER_SECONDS, Town

MOODS = (
    "accepted", "accepted", "delivered receipt", "retry no_connection", "retry busy", "rejected account", "rejected away",
    "unknown no_answer", "killed before", "killed after", "receipt first",
)  # fmt: skip
ENDS = ((Verdict.DELIVERED, "receipt"), (Verdict.REJECTED, "away"), (Verdict.REJECTED, "expired"), (Verdict.UNKNOWN, "no_receipt"))
CALM_STEPS = 60
ROOMS = st.integers(0, 1)


class PostRoomMachine(RuleBasedStateMachine):
    """Orders, sendings, receipts early, late, doubled and forged, deadlines, crashes, breakers, recoveries."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town()

    @initialize(can_be_asked=st.booleans())
    def one_order(self, *, can_be_asked: bool) -> None:
        self.town.can_be_asked = can_be_asked
        self.order()

    @rule()
    @precondition(lambda self: self.town.orders < 3)
    def order(self) -> None:
        """Its text is due at once."""
        self.town.orders += 1
        self.town.hear("created", f"T{self.town.orders}")
        self.town.wait(60)

    @rule(room=ROOMS, mood=st.sampled_from(MOODS))
    def send(self, room: int, mood: str) -> None:
        self.town.mood = mood
        self.town.carry(self.town.rooms[room])

    @rule(room=ROOMS, seconds=st.sampled_from([5, 61, 300]))
    def wait(self, room: int, seconds: int) -> None:
        """Then one of the rooms looks after leases, breakers and doubts."""
        self.town.wait(seconds)
        self.town.tidy(self.town.rooms[room])

    @rule(room=ROOMS, end=st.sampled_from(ENDS))
    @precondition(lambda self: self.town.truth)
    def receipt_is_read_while_the_other_room_sends(self, room: int, end: tuple[Verdict, str]) -> None:
        """What it says is known to the store, and not yet decided."""
        self.receipt(-1, end, twice=False, by_id=False, decided=False)
        self.town.carry(self.town.rooms[room])

    @rule(room=ROOMS)
    def killed_while_it_sends(self, room: int) -> None:
        """The other room finds what is left; the text is still wanted."""
        self.send(room, "killed after")
        self.wait(1 - room, 61)
        self.send(1 - room, "accepted")

    @rule(room=ROOMS)
    def nobody_hears_of_it_in_time(self, room: int) -> None:
        self.send(room, "accepted")
        self.town.wait(AFTER_SECONDS)

    @rule(which=st.integers(0, 9), end=st.sampled_from(ENDS), twice=st.booleans(), by_id=st.booleans())
    @precondition(lambda self: self.town.truth)
    def receipt(self, which: int, end: tuple[Verdict, str], *, twice: bool, by_id: bool, decided: bool = True) -> None:
        """Of something that really came to the provider; delivered is never taken back."""
        key = list(self.town.truth)[which % len(self.town.truth)]
        if self.town.truth[key][0] is not Verdict.DELIVERED:
            self.town.truth[key] = end
        verdict, reason = end
        if verdict is Verdict.DELIVERED and self.is_found(key, by_id=by_id):
            self.town.proven.add(key)
        self.town.push("-" if by_id else key, verdict, reason, provider_id=f"p-{key}" if by_id else "-", twice=twice, decided=decided)

    def is_found(self, key: str, *, by_id: bool) -> bool:
        """By its key always; by the provider's id if the daemon ever heard it."""
        return not by_id or self.town.stores.providers.of_provider_id("main", f"p-{key}") is not None

    @rule(key=st.sampled_from(["z" * 26, "", key_of("ticket:T1/99/0")]))
    def forged(self, key: str) -> None:
        self.town.push(key or "-", Verdict.DELIVERED)

    @rule(room=ROOMS, what=st.sampled_from(["goes", "comes", "is paused", "goes on"]))
    def the_provider(self, room: int, what: str) -> None:
        town, counters = self.town, self.town.rooms[room].counters
        town.is_open = what != "goes"
        if what == "is paused":
            counters.pause("main", "", "ann", town.now)
        elif what == "goes on":
            town.rooms[room].channel_back("sms", town.now)

    @rule(result=st.sampled_from(["told", "away"]))
    def answer_the_phone(self, result: str) -> None:
        self.town.finish(result)

    @rule(which=st.integers(1, 4))
    def the_order_moves_on(self, which: int) -> None:
        if which <= self.town.orders:
            self.town.hear("solved", f"T{which}")

    @rule(room=ROOMS)
    def restart(self, room: int) -> None:
        """A daemon starts anew, after the lease of the one before."""
        self.town.wait(LEASE.total_seconds() + 1)
        self.town.rooms[room] = self.town.a_room(self.town.rooms[room].owner)
        self.town.rooms[room].reap(self.town.now)
        self.town.rooms[room].greet(self.town.now)
        self.town.decide()

    @invariant()
    def no_law_is_broken(self) -> None:
        assert self.town.broken == []

    @invariant()
    def attempts_of_one_effect_share_its_key_and_end(self) -> None:
        for row in self.town.rows():
            attempts = self.town.stores.providers.of_effect(row.effect.id)
            assert {one.key for one in attempts} <= {key_of(row.effect.id)}
            assert len({one.nth for one in attempts}) <= ATTEMPTS_MAX + 1

    @invariant()
    def each_text_is_resent_once_at_most_and_called_once_at_most(self) -> None:
        texts = [row for row in self.town.rows() if row.effect.kind is EffectKind.MESSAGE]
        for kind in ("resend_of", "fallback_of"):
            originals = [getattr(row.effect, kind) for row in texts if getattr(row.effect, kind)]
            assert len(originals) == len(set(originals))

    def teardown(self) -> None:
        """In the calm everything owed is served: delivered, called, or dropped for a reason; nothing hangs."""
        town = self.town
        town.is_open, town.mood = True, "accepted"
        town.rooms[0].channel_back("sms", town.now)
        for _ in range(CALM_STEPS):
            town.wait(AFTER_SECONDS / 5)
            for room in town.rooms:
                town.tidy(room)
                town.carry(room, limit=20)
            town.finish("told")
            town.read()
        assert town.broken == []
        assert [row for row in town.rows() if hangs(row)] == []
        for row in town.rows():
            assert row.status is OutboxStatus.DONE or key_of(row.effect.id) not in town.proven, row
            if row.effect.fallback_of is None and row.effect.resend_of is None and row.status is OutboxStatus.REJECTED:
                assert called_or_dropped(town, row), row


def hangs(row: OutboxRow) -> bool:
    return row.status in (OutboxStatus.READY, OutboxStatus.RETRY, OutboxStatus.SENDING, OutboxStatus.WAITING)


def called_or_dropped(town: Town, row: OutboxRow) -> bool:
    """What was not delivered was told by phone, unless its reason had gone."""
    family = [other for other in town.rows() if other.effect.fallback_of == row.effect.id]
    case = town.stores.directory.find(row.effect.case.partition(":")[2])[0]
    return bool(family) or case.state != "new"


TestPostRoom = PostRoomMachine.TestCase
TestPostRoom.settings = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
