"""Which rows of which clocks ring, when, and only once? Bells, recorded lateness, corrections."""

from dataclasses import replace
from datetime import datetime, timedelta

from engine.core import calendars
from engine.core.clocks import Clock, Instant
from engine.core.draft import Draft
from engine.core.issue import LASTS, Occasion, carry_out, send
from engine.core.reader import CLOCK_SOURCE
from engine.core.rows import DUE_ROW, instants, waits_for_feed
from engine.core.terms import concerns
from engine.model.calendar import Disruption
from engine.model.case import ClockVerdict, Fired
from engine.model.doing import Raise
from engine.model.event import Event
from engine.model.policy import AfterDowntime, Mode, TimelineRow, When
from engine.model.timer import Timer

DAY = timedelta(days=1)
ON_TIME = timedelta(minutes=1)
"""A row of `after_downtime: flag` that rings later than this waits for a person."""


def policy_timers(draft: Draft) -> list[Timer]:
    """The bells all live clocks of the case need from now on."""
    timers: list[Timer] = []
    for clock in draft.clocks:
        if not clock.live:
            continue
        for instant in instants(draft.court, clock, _last_slot(draft, clock)):
            timer = _timer(draft, clock, instant)
            if timer is not None:
                timers.append(timer)
    return timers


def _last_slot(draft: Draft, clock: Clock) -> datetime | None:
    """The instant of the last daily slot that fired for this clock."""
    if not any(row.when is When.EVERY_DAY_WHILE_LATE for row in clock.policy.timeline):
        return None
    mark = f"{clock.id}|every_day_while_late|"
    return max((fired.instant for key, fired in draft.fired.items() if key.startswith(mark)), default=None)


def _timer(draft: Draft, clock: Clock, instant: Instant) -> Timer | None:
    fired = draft.fired.get(instant.mark)
    if fired is not None and not _rings_again(draft, instant, fired):
        return None
    if draft.hold is not None and not _rings_on_hold(draft, instant):
        return None
    gen = _gen(draft, instant, fired)
    armed = clock.armed.get(instant.mark)
    if armed is not None and armed.gen == gen:
        return armed
    feed = draft.court.rulebook.connections.get(clock.policy.hears_from or "") if waits_for_feed(instant.row) else None
    armed = clock.armed[instant.mark] = Timer(
        case=draft.case.id,
        owner=f"policy:{clock.policy.name}",
        row=instant.key,
        gen=gen,
        slot=instant.slot,
        due_at=instant.at,
        waits_for=feed.name if feed else None,
        lag_seconds=feed.usual_lag_seconds if feed else 0,
    )
    return armed


def _rings_again(draft: Draft, instant: Instant, fired: Fired) -> bool:
    """Only if its instant, recomputed, lies ahead again; once armed for that, it stays so until it rings."""
    armed = draft.gens.get(instant.own, fired.gen) > fired.gen
    return instant.at > fired.instant and (armed or instant.at > draft.now)


def _rings_on_hold(draft: Draft, instant: Instant) -> bool:
    """Lateness is recorded on time, and what a row raises, sets or opens is done on time; the other rows wait for the end of the hold."""
    return instant.row is None or (_lasts(instant.row) and _done_on_hold(instant) not in draft.told)


def _lasts(row: TimelineRow) -> bool:
    return any(isinstance(do, LASTS) for do in row.do)


def _done_on_hold(instant: Instant) -> str:
    """What `Ledger.told` keeps of a row of which only the lasting lines were done, at this instant."""
    return f"on_hold:{instant.mark}@{instant.at.isoformat()}"


def _gen(draft: Draft, instant: Instant, fired: Fired | None) -> int:
    """Grows when the owner starts anew, or the row's instant, recomputed, lies ahead again."""
    known = draft.gens.get(instant.own)
    if known is None or (fired is not None and fired.gen == known):
        known = draft.gens[instant.own] = draft.gens[instant.line] = draft.gens.get(instant.line, 0) + 1
    return known


def ring_row(draft: Draft, event: Event) -> bool:
    """A timeline row's bell: False when the clock no longer asks for it (cancelled in flight)."""
    name, row_key = event.extra["owner"].removeprefix("policy:"), event.extra["row"]
    for clock in [one for one in draft.clocks if one.policy.name == name]:
        for instant in instants(draft.court, clock, _last_slot(draft, clock)):
            timer = _timer(draft, clock, instant) if instant.key == row_key else None
            if timer is not None and str(timer.gen) == event.extra["gen"] and timer.due_at <= draft.now:
                _fire(draft, clock, instant, timer.gen)
                return True
    _use_up(draft, f"{name}|{row_key}|", event.extra["gen"])
    draft.note("bell_obsolete", f"{name} {row_key}")
    return False


def _use_up(draft: Draft, line: str, gen: str) -> None:
    """This bell has rung: should its row be wanted again at the same instant (an edit taken back), another one is armed for it."""
    for own in [own for own, armed in draft.gens.items() if own.startswith(line) and str(armed) == gen]:
        del draft.gens[own]


def _fire(draft: Draft, clock: Clock, instant: Instant, gen: int) -> None:
    draft.fired[instant.mark] = Fired(_skip_missed_slots(draft, clock, instant).at, gen)
    if instant.row is None:
        _record_late(draft, clock)
        return
    late_by = draft.now - instant.at
    detail = f"{instant.at.isoformat()} gen {gen}" + (f" late_s {late_by.total_seconds():.0f}" if late_by > timedelta(seconds=1) else "")
    policy = clock.policy
    skip = timedelta(seconds=policy.skip_after.seconds) + DAY * policy.skip_after.business_days
    if policy.after_downtime is AfterDowntime.SKIP_AFTER and late_by > skip:
        draft.note("row_skipped", f"{policy.name} {instant.key}", detail, instant.row.span)
        return
    if policy.after_downtime is AfterDowntime.FLAG and late_by > ON_TIME:
        draft.note("row_flagged", f"{policy.name} {instant.key}", detail, instant.row.span)
        draft.alarm(f"flagged:{policy.name} {instant.key}", f"flag:{instant.mark}:{gen}")
        return
    if draft.hold is not None and not all(isinstance(do, LASTS) for do in instant.row.do):
        _wait_with_the_rest(draft, instant, instant.row, gen)
    else:
        draft.note("row_fired", f"{policy.name} {instant.key}", detail, instant.row.span)
    _carry_out_row(draft, clock, instant, instant.row, gen)


def _wait_with_the_rest(draft: Draft, instant: Instant, row: TimelineRow, gen: int) -> None:
    """On hold only what lasts is done; the other lines ring once more when it is over. A daily row goes on to its next slot instead."""
    subject = instant.line.replace("|", " ", 1)
    if instant.slot:
        draft.note("row_skipped", subject, f"{instant.at.isoformat()} hold", row.span)
        return
    del draft.fired[instant.mark]
    _use_up(draft, f"{instant.line}|", str(gen))
    draft.told.append(_done_on_hold(instant))
    draft.note("held", subject, f"hold {instant.at.isoformat()}", row.span)


def _skip_missed_slots(draft: Draft, clock: Clock, instant: Instant) -> Instant:
    """After a stop, several missed slots of a daily row count as one: the latest."""
    latest = instant
    while latest.slot:
        later = next((one for one in instants(draft.court, clock, latest.at) if one.key == instant.key), None)
        if later is None or later.at > draft.now:
            break
        latest = later
    return latest


def _carry_out_row(draft: Draft, clock: Clock, instant: Instant, row: TimelineRow, gen: int) -> None:
    row_name = f"{clock.policy.name}/{row.key}"
    done = _done_on_hold(instant) in draft.told and draft.hold is None
    for place, do in enumerate(row.do):
        if isinstance(do, LASTS) if done else draft.hold is not None and not isinstance(do, LASTS):
            continue
        cause = f"c:{clock.id}:{row.key}:{gen}:{instant.slot}:{place}"
        occasion = Occasion(
            cause,
            f"clock:{clock.id}",
            instant.at,
            f"policy:{clock.policy.name}",
            f"{row_name}/{place}",
            shadow=clock.policy.mode is Mode.SHADOW,
        )
        if isinstance(do, Raise):
            _raise(draft, clock, instant, do, gen)
        else:
            carry_out(draft, do, occasion)


def _raise(draft: Draft, clock: Clock, instant: Instant, do: Raise, gen: int) -> None:
    """How a timer fires a transition: the row's instant is when it happened."""
    if clock.policy.mode is Mode.SHADOW:
        draft.note("shadow", clock.policy.name, do.event)
        return
    suffix = f"/{gen}" if gen > 1 else ""
    suffix += f"/{instant.slot}" if instant.slot else ""
    draft.raised.append(
        Event(
            id=f"{draft.case.id}/{clock.policy.name}/{clock.key}/{instant.key}{suffix}",
            source=CLOCK_SOURCE,
            name=do.event,
            occurred_at=instant.at,
            received_at=draft.now,
            extra={"policy": clock.policy.name, "clock": clock.key, "row": instant.key, "depth": "1"},
        )
    )


def _record_late(draft: Draft, clock: Clock) -> None:
    """The breach, with both figures: how long the promise ran in open and in elapsed time."""
    assert clock.due is not None
    draft.late.append(clock.id)
    calendar = draft.court.calendar(clock.policy.calendar, clock.start.at)
    open_s = calendars.between(calendar, clock.start.at, clock.due, clock.all_pauses)
    elapsed_s = (clock.due - clock.start.at).total_seconds()
    detail = f"due {clock.due.isoformat()} open_s {open_s:.0f} elapsed_s {elapsed_s:.0f}"
    draft.note("late", clock.policy.name, detail, clock.policy.span)


def note_moved_dues(draft: Draft) -> None:
    """Old and new due time of every live clock that moved; never into the past by an edit of the rules (time.md 2.2)."""
    before = draft.before.dues
    floored = False
    for clock in list(draft.clocks):
        old = before.get(clock.id)
        if old is None or clock.due is None or not clock.live or clock.due == old:
            continue
        if draft.rules_changed and clock.due < draft.now < old:
            draft.floors[clock.id] = draft.now
            floored = True
        moved = max(clock.due, draft.floors.get(clock.id, clock.due))
        draft.note("due_moved", clock.policy.name, f"{old.isoformat()} -> {moved.isoformat()}", clock.policy.span)
    if draft.rules_changed:
        floored |= _keep_closed(draft)
    for clock_id in before:
        if draft.clock(clock_id) is None and clock_id not in draft.late:
            draft.note("clock_gone", clock_id.partition("|")[0], "its policy no longer applies; no verdict")
    if floored:
        draft.read()


def _keep_closed(draft: Draft) -> bool:
    """A closed clock keeps the due time it closed with, whatever was edited.

    What happened does reach it: a disruption declared backwards, and a late event that comes in with the edit.
    """
    by_rules = {clock.id: clock.due for clock in draft.clocks_before_the_event()}
    kept = False
    for clock in draft.clocks:
        closed = draft.before.closed.get(clock.id)
        if closed is None or clock.live or closed.due == by_rules.get(clock.id, clock.due) or closed.storms != clock.storms:
            continue
        draft.floors[f"={clock.id}"] = closed.due
        kept = True
    return kept


def tell_disruptions(draft: Draft) -> list[Timer]:
    """Each customer concerned is told once of a disruption, when it begins or when the case comes into it (R78)."""
    timers = []
    for disruption in draft.court.rulebook.disruptions:
        cause = f"d:{disruption.label}:{disruption.since.isoformat()}"
        held = any(clock.live and clock.policy.name in disruption.pauses for clock in draft.clocks)
        if disruption.tell is None or cause in draft.causes or not held or disruption.until <= draft.now:
            continue
        if not concerns(draft.court, disruption, draft.reading.traces[-1]):
            continue
        if draft.now < disruption.since:
            timers.append(Timer(case=draft.case.id, owner=f"disruption:{disruption.label}", row="tell", gen=1, due_at=disruption.since))
            continue
        occasion = Occasion(cause, "", draft.now, f"disruption:{disruption.label}", f"disruption/{disruption.label}")
        draft.note("disruption", disruption.label, _declared(disruption), disruption.span)
        send(draft, draft.court.rulebook.messages[disruption.tell], occasion)
    return timers


def _declared(disruption: Disruption) -> str:
    """Until when, by whom and why, as the journal keeps it."""
    said = [f"until {disruption.until.isoformat()}", f"by {disruption.by}" if disruption.by else "", disruption.reason]
    return " ".join(one for one in said if one)


def settle_lateness(draft: Draft) -> None:
    """Recorded lateness that no longer holds: corrected by evidence, or withdrawn because the clock or its due time moved."""
    for clock_id in list(draft.late):
        clock = draft.clock(clock_id)
        policy = clock_id.partition("|")[0]
        if clock is None:
            draft.late.remove(clock_id)
            draft.note("late_withdrawn", policy)
            continue
        if clock.superseded:
            if f"superseded:{clock_id}" not in draft.told:
                draft.told.append(f"superseded:{clock_id}")
                draft.note("superseded", policy, "its policy no longer applies; the breach stays")
            continue
        verdict = clock.verdict(draft.now)
        if verdict in (ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE):
            draft.late.remove(clock_id)
            draft.corrected.append(clock_id)
            _note_correction(draft, clock)
            _correct(draft, clock)
        elif verdict is ClockVerdict.NONE or (clock.due is not None and clock.due > draft.now):
            draft.late.remove(clock_id)
            draft.note("late_withdrawn", policy, f"due {clock.due.isoformat()}" if clock.due else "")
            _due_again(draft, clock)


def _due_again(draft: Draft, clock: Clock) -> None:
    """Should it be late after all, that is recorded once more, whatever its due time was when it rang."""
    fired = draft.fired.pop(f"{clock.id}|{DUE_ROW}|", None)
    if fired is not None:
        _use_up(draft, f"{clock.policy.name}|{DUE_ROW}|", str(fired.gen))


def _note_correction(draft: Draft, clock: Clock) -> None:
    assert clock.due is not None
    assert clock.stopped is not None
    lag = (clock.stopped.heard_at - clock.due).total_seconds()
    draft.note("corrected", clock.policy.name, f"was late, now met; evidence {clock.stopped.key} lag_s {lag:.0f}", clock.policy.span)


def _correct(draft: Draft, clock: Clock) -> None:
    """Whoever was told wrongly is told once, if the message names a correction (time.md 2.3)."""
    for one in list(draft.issued.values()):
        message = draft.court.rulebook.messages.get(one.message or "")
        if message is None or message.correct is None or one.handed_at is None or one.correction_key in draft.told:
            continue
        if not _because_of(draft, one.reason, clock):
            continue
        correction = draft.court.rulebook.messages[message.correct]
        cause = f"x:{correction.name}:{one.to}:{clock.id}"
        draft.told.append(one.correction_key)
        if cause in draft.causes:
            continue
        occasion = Occasion(cause, f"stay:{draft.reading.stay.key}", draft.now, f"policy:{clock.policy.name}", f"correct/{one.id}")
        send(draft, replace(correction, copy_to=()), occasion, to=None if message.to_field else one.to)


def _because_of(draft: Draft, reason: str, clock: Clock) -> bool:
    """Begun by this clock, or by a chain that this clock had begun."""
    if reason == f"clock:{clock.id}":
        return True
    if not reason.startswith("chain:"):
        return False
    before = {run.chain: run for run in draft.before.chains}
    run = before.get(reason.removeprefix("chain:").partition("#")[0])
    return run is not None and f"clock:{clock.id}" in run.reasons
