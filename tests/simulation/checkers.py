"""Was nobody wronged in the fortnight? Each check answers with one line for each thing that is wrong; no line, all is well."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from engine.model.case import ClockVerdict
from engine.model.decision import JournalRow
from engine.model.rulebook import Rulebook
from engine.ports.directory import SentRow
from tests.simulation.fortnight import Fortnight, Handed
from tests.simulation.town import END, LOCAL, Happened
from tests.simulation.truth import Promise, promises

HOUR = timedelta(hours=1)
JUDGED = ("review_order", "pickup_deadline", "delivery_deadline")
GOOD = (ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE)

ENDS = {
    "dispatch_order": ("picked_up", "pickup_failed", "order_cancelled"), "web_order_note": ("picked_up", "pickup_failed", "order_cancelled"),
    "review_soon": ("order_confirmed", "order_cancelled"), "chase_pickup": ("picked_up", "pickup_failed", "order_cancelled"),
    "chase_delivery": ("signed", "returning"), "customer_delay": ("signed", "returning"),
    "chase_exception": ("signed", "out_for_delivery", "resolved", "returning"),
    "ticket_due_soon": ("solved",), "vip_alert": ("solved",),
}  # fmt: skip
"""Message -> events after which its case has moved on and nobody is to be told any more."""


def customers_are_not_pestered(handed: Sequence[Handed], roles: Iterable[str], most: int) -> list[str]:
    """No customer gets more messages in one local day than `caps: {customer}` says."""
    known = set(roles)
    days = Counter(
        (one.parcel.address, one.at.astimezone(LOCAL).date()) for one in handed if one.parcel.role not in known and _is_message(one)
    )
    return [f"{address} got {number} messages on {day}, more than {most}" for (address, day), number in days.items() if number > most]


def staff_are_not_flooded(handed: Sequence[Handed], roles: Iterable[str], most: int, free: Callable[[Handed], str]) -> list[str]:
    """No ordinary message reaches a member of staff who got `caps: {staff}` within the hour; a digest comes once an hour.

    `free`: why a sending may pass the cap: `urgent`, `digest`; empty: it may not. Calls are never held back.
    """
    known = set(roles)
    by_person: dict[str, list[Handed]] = defaultdict(list)
    for one in handed:
        if one.parcel.role in known and _is_message(one):
            by_person[f"{one.channel}:{one.parcel.address}"].append(one)
    wrong = []
    for person, got in by_person.items():
        digests = Counter(one.at.replace(minute=0, second=0) for one in got if free(one) == "digest")
        wrong += [f"{person} got {number} digests in the hour of {hour}" for hour, number in digests.items() if number > 1]
        recent: deque[datetime] = deque()
        for one in sorted(got, key=lambda each: each.at):
            recent.append(one.at)
            while recent[0] <= one.at - HOUR:
                recent.popleft()
            if len(recent) > most and not free(one):
                wrong.append(f"{person} got {one.parcel.message} at {one.at} as number {len(recent)} within the hour, more than {most}")
    return wrong


def free_of(run: Fortnight) -> Callable[[Handed], str]:
    """Why a sending of this run may pass the cap of staff."""

    def free(one: Handed) -> str:
        row = run.stores.outbox.find(one.parcel.effect_id)
        assert row is not None
        if is_urgent(run.rulebook, row.effect.message, row.effect.chain):
            return "urgent"
        return "digest" if row.held_for.startswith("digest:") else ""

    return free


def is_urgent(rulebook: Rulebook, message: str | None, chain: str | None) -> bool:
    """What operations declared `urgent: yes`."""
    declared = (rulebook.messages.get(message or ""), rulebook.chains.get(chain or ""))
    return any(one is not None and one.urgent for one in declared)


def _is_message(one: Handed) -> bool:
    return one.channel != "phone" and not one.parcel.command


def nothing_urgent_is_held(run: Fortnight) -> list[str]:
    """Whatever is `urgent: yes` leaves within its group wait, whatever the hour and the caps; a resend waits for its channel."""
    wrong = []
    for row in run.rows():
        sent = {one.effect_id: one for one in run.stores.directory.sent(row.id)}
        issued = run.stores.store.load(row.id).ledger.issued
        for one in issued:
            if one.id not in sent or one.resend_of or one.dropped in ("reason_gone", "acknowledged", "delivered_meanwhile"):
                continue
            chain = run.rulebook.chains.get(one.chain or "")
            wait = timedelta(seconds=chain.group_wait_seconds if chain else 0)
            left = sent[one.id].sent_at
            if (
                left is None
                and sent[one.id].status == "rejected"
                and any(one.id in (other.fallback_of, other.resend_of) for other in issued)
            ):
                continue  # Its provider was known to be shut: the call came at once instead; a copy waits for the channel.
            if is_urgent(run.rulebook, one.message, one.chain) and one.at + wait < END and (left is None or left - one.at > wait):
                wrong.append(f"{one.id} {one.message or one.chain} of {one.at} left at {left} ({sent[one.id].status} {sent[one.id].why})")
    return wrong


def nobody_is_told_after_the_case_moved_on(run: Fortnight) -> list[str]:
    """Between the decision to send and the sending, nothing was heard that ends the reason."""
    return [
        f"{row.effect_id} {row.message} left at {row.sent_at}, after {event} was heard"
        for case, happened in run.truth.items()
        for row in run.stores.directory.sent(case)
        for event in moved_on_before(happened, row)
    ]


def moved_on_before(happened: Sequence[Happened], row: SentRow) -> list[str]:
    """Events heard after the decision to send and before the sending that end the message's reason; at one instant either may be first."""
    if row.sent_at is None or row.status == "dropped":
        return []
    return [one.event for one in happened if one.event in ENDS.get(row.message or "", ()) and row.at < one.heard_at < row.sent_at]


def told_of(run: Fortnight) -> dict[str, list[datetime]]:
    """Case -> when its driver was told of the order, by the channels' own log: a copy to the dispatcher does not count."""
    told: dict[str, list[datetime]] = {case: list(instants) for case, instants in run.told_by_call.items()}
    for one in run.handed:
        if one.parcel.message == "dispatch_order" and one.channel == "sms" and one.parcel.role == "pickup_clerk":
            told.setdefault(one.parcel.case, []).append(one.at)
    return told


def true_promises(run: Fortnight) -> dict[str, list[Promise]]:
    """Case -> what was promised and what became of it, of all that was heard by the end."""
    told = told_of(run)
    return {
        case: promises(
            run.rulebook, parcel, [one for one in run.truth[case] if one.heard_at < END], told.get(case, ()), END
        )
        for case, parcel in run.by_case.items()
    }  # fmt: skip


def every_recorded_lateness_is_true(run: Fortnight, truly: Mapping[str, Sequence[Promise]]) -> list[str]:
    """What is recorded late and neither corrected nor withdrawn was late, and all that was late is recorded."""
    return [line for line, given_up in _differences(run, truly) if not given_up]


def a_promise_given_up_in_time_is_not_late(run: Fortnight, truly: Mapping[str, Sequence[Promise]]) -> list[str]:
    """A promise that was left before it was due (a failed collection, heard of too late) does not stay recorded as late."""
    return [line for line, given_up in _differences(run, truly) if given_up]


def _differences(run: Fortnight, truly: Mapping[str, Sequence[Promise]]) -> Iterator[tuple[str, bool]]:
    """Lines, and whether promises given up in time explain them."""
    for case, kept in truly.items():
        standing = standing_lates(run.stores.directory.journal(case))
        for policy in JUDGED:
            mine = [one for one in kept if one.policy == policy]
            late, left = sum(one.late for one in mine), sum(one.left for one in mine)
            if standing[policy] != late:
                shown = "; ".join(f"{one.start:%d %H:%M:%S} due {one.due:%d %H:%M:%S} end {one.end}" for one in mine)
                line = f"{case} {policy}: {standing[policy]} recorded late, {late} truly late: {shown}"
                yield line, late < standing[policy] <= late + left


def standing_lates(journal: Iterable[JournalRow]) -> Counter[str]:
    """Policy -> recorded late and never taken back."""
    standing: Counter[str] = Counter()
    for note in (note for row in journal for note in row.notes):
        if note.kind == "late":
            standing[note.subject] += 1
        elif note.kind in ("corrected", "late_withdrawn"):
            standing[note.subject] -= 1
    return standing


def the_verdicts_are_true(run: Fortnight, truly: Mapping[str, Sequence[Promise]]) -> list[str]:
    """The last verdict of each policy says what the oracle says."""
    wrong = []
    for row in run.rows():
        views = {view.policy: view for view in run.simulation.clocks(row.id)} if row.id in truly else {}
        last = {one.policy: one for one in truly.get(row.id, ())}
        for policy in JUDGED:
            view, promise = views.get(policy), last.get(policy)
            if (view is None) != (promise is None):
                wrong.append(f"{row.id} {policy}: the engine says {view}, the oracle {promise}")
            elif view is not None and promise is not None:
                same = (view.verdict is ClockVerdict.LATE) == promise.late and (view.verdict in GOOD) == promise.kept
                if not same or view.due != promise.due:
                    wrong.append(f"{row.id} {policy}: the engine says {view.verdict} due {view.due}, the oracle {promise}")
    return wrong


def every_correction_follows_a_message(run: Fortnight) -> list[str]:
    """Whoever gets a correction had been told before, of the same case; once for each time that was said."""
    corrections = {one.correct: one.name for one in run.rulebook.messages.values() if one.correct}
    wrong = []
    for case in run.by_case:
        rows = run.stores.directory.sent(case)
        for row in rows:
            if row.message in corrections and row.sent_at is not None:
                before = [one for one in rows if one.message == corrections[row.message] and _told(one, row)]
                wrong += [] if before else [f"{row.effect_id} {row.message} to {row.to}: nobody had been told"]
    return wrong


def _told(one: SentRow, correction: SentRow) -> bool:
    return one.sent_at is not None and one.sent_at <= correction.at and one.to == correction.to


def whoever_was_told_wrongly_is_told_so(run: Fortnight) -> list[str]:
    """When lateness is corrected, everybody told of it gets a correction, if the message names one."""
    because = {"pickup_deadline": ("chase_pickup", "pickup_was_fine"), "delivery_deadline": ("customer_delay", "customer_was_fine")}
    wrong = []
    for case in run.by_case:
        rows = run.stores.directory.sent(case)
        for at, policy, since in corrections_of(run.stores.directory.journal(case)):
            said, corrected = because.get(policy, ("", ""))
            told = {one.to for one in rows if one.message == said and one.status == "done" and since <= one.at and _left(one, at)}
            put_right = {one.to for one in rows if one.message == corrected and one.at == at}
            wrong += [
                f"{case} {policy} corrected at {at}: {to} was told {said} and not put right" for to in sorted(map(str, told - put_right))
            ]
    return wrong


def _left(one: SentRow, before: datetime) -> bool:
    return one.sent_at is not None and one.sent_at <= before


def corrections_of(journal: Iterable[JournalRow]) -> Iterator[tuple[datetime, str, datetime]]:
    """(when, policy, since when it was recorded late) for each correction."""
    since: dict[str, datetime] = {}
    for row in journal:
        for note in row.notes:
            if note.kind == "late":
                since[note.subject] = row.received_at
            elif note.kind == "corrected":
                yield row.received_at, note.subject, since[note.subject]


def no_paper_of_ours_is_refused(run: Fortnight) -> list[str]:
    """Nothing we wrote ourselves (receipts, bells, notes) is dead, or in conflict with what we wrote before."""
    ours = ("gateway/", "timer", "clock", "case")
    found = run.stores.directory.unread(limit=10**7)
    return [f"{one.kind}: {one.event_id}" for one in found if one.kind in ("conflict", "dead") and one.source.startswith(ours)]
