"""Has a timeline row fired, when will it, or why not?"""

from datetime import datetime, timedelta

from engine.core.clocks import Clock
from engine.core.moment import Moment, say_length
from engine.core.rows import waits_for_feed
from engine.core.why_clock import goal_check, instant_of_row, say_sum, sum_of
from engine.core.why_policy import clock_checks, explain_policy, how_closed
from engine.core.why_words import VERDICTS, say_do, say_feed, say_row
from engine.model.case import Fired
from engine.model.decision import JournalRow, Note
from engine.model.explanation import Stands, Sum, Why
from engine.model.policy import Policy, TimelineRow, When
from engine.model.timer import Timer

RANG = ("row_fired", "row_skipped", "row_flagged")


def explain_row(m: Moment, policy: Policy, row: TimelineRow) -> Why:
    """The row on the policy's last clock; without a clock, what the clock lacks."""
    clock = next((one for one in reversed(m.clocks) if one.policy.name == policy.name), None)
    if clock is None:
        return _without_clock(m, policy, row)
    fired = _fired(m, clock, row)
    timer = armed(m, clock, row)
    instant = instant_of_row(m, clock, row.key, fired.instant if fired and row.when is When.EVERY_DAY_WHILE_LATE else None)
    goal = timer.due_at if timer else fired.instant if fired else instant.at if instant else None
    counted = sum_of(m, clock, goal)
    stands, sentence = _told(m, clock, row, fired, timer, counted)
    rang = _rang(m, policy, row, fired)
    return Why(
        kind="row",
        rule=f"{policy.name} {row.key}",
        stands=stands,
        sentence=sentence,
        checks=(*clock_checks(m, policy, clock), goal_check(m, clock, counted, row.span)),
        clock=counted,
        remarks=_remarks(m, policy, row),
        place=row.span,
        happened_at=rang[0].received_at if rang and rang[1].kind == "row_fired" else None,
        will_fire_at=timer.due_at if timer else None,
    )


def armed(m: Moment, clock: Clock, row: TimelineRow) -> Timer | None:
    """The bell of this row on this clock."""
    gen = m.case.ledger.gens.get(f"{clock.policy.name}|{row.key}|{clock.key}")
    wanted = (f"policy:{clock.policy.name}", row.key, gen)
    return next((one for one in m.timers if (one.owner, one.row, one.gen) == wanted), None) if clock.live else None


def _fired(m: Moment, clock: Clock, row: TimelineRow) -> Fired | None:
    """The last time it rang for this clock."""
    mark = f"{clock.id}|{row.key}|"
    found = [fired for key, fired in m.case.ledger.fired.items() if key.startswith(mark)]
    return max(found, key=lambda one: one.instant, default=None)


def _rang(m: Moment, policy: Policy, row: TimelineRow, fired: Fired | None) -> tuple[JournalRow, Note] | None:
    """The journal's line of that ringing."""
    if fired is None:
        return None
    gen = f" gen {fired.gen}"
    lines = [
        (line, note)
        for line in m.journal
        for note in line.notes
        if note.kind in RANG and note.subject == f"{policy.name} {row.key}" and f"{note.detail} ".find(f"{gen} ") > 0
    ]
    return lines[-1] if lines else None


def _told(m: Moment, clock: Clock, row: TimelineRow, fired: Fired | None, timer: Timer | None, counted: Sum) -> tuple[Stands, str]:
    name = f"{m.name(clock.policy.label, clock.policy.name)}{m.of(f'“{say_row(m, row)}”', f' {row.key}')}"
    rang = _rang(m, clock.policy, row, fired)
    if timer is not None and (fired is None or timer.due_at > m.now):
        return _ahead(m, clock, row, timer, name, counted, rang)
    if rang is not None:
        return _after(m, row, name, rang)
    if clock.live and m.case.ledger.hold is not None and clock.paused_since is None:
        at = m.time(counted.goal_at)
        return Stands.WAITING, m.of(
            f"还没触发:{name},应在 {at};单挂起中,恢复后如仍成立就做。", f"Not yet: {name} is due {at}; the case is on hold, and it is done once that is over."
        )  # fmt: skip
    if clock.live and clock.paused_since is not None:
        left = say_length(max(0.0, counted.goal_seconds - counted.used_seconds))
        since = m.time(clock.paused_since)
        zh = f"还没触发:{name},暂停中(自 {since}),{say_sum(m, clock, counted)},恢复后再过 {left} 触发。"
        return Stands.WAITING, m.of(zh, f"Not yet: {name} is paused since {since}, {say_sum(m, clock, counted)}; {left} after it goes on.")
    if clock.live:
        return Stands.OFF, m.of(f"没触发:{name},算不出时刻,日历里再没有开放时间。", f"Not: {name} has no instant in its calendar.")
    closed = clock.stopped or clock.ended
    at, how, word = m.time(closed.at if closed else None), how_closed(m, clock), m.of(*VERDICTS[clock.verdict(m.now)])
    would = m.time(counted.goal_at)
    return Stands.OFF, m.of(
        f"没触发:{name},本该在 {would},而计时在 {at} 已停下({how},{word})。",
        f"Not: {name} would have been at {would}, and its clock ended at {at} ({how}, {word}).",
    )


def _ahead(
    m: Moment, clock: Clock, row: TimelineRow, timer: Timer, name: str, counted: Sum, rang: tuple[JournalRow, Note] | None
) -> tuple[Stands, str]:
    at, then = m.time(timer.due_at), say_do(m, row.do)
    if timer.due_at > m.now:
        again = m.of(f"上次 {m.time(rang[0].received_at)};", f"last at {m.time(rang[0].received_at)}; ") if rang else ""
        head = m.of("还没再次触发:" if rang else "还没触发:", "Not yet again: " if rang else "Not yet: ")
        zh = f"{head}{name},{again}{say_sum(m, clock, counted)} → 若没有别的事,{at} 触发,{then}。"
        return Stands.AHEAD, m.of(zh, f"{head}{name}, {again}{say_sum(m, clock, counted)}; if nothing else comes in, at {at}: {then}.")
    if timer.waits_for:
        zh = f"到点没触发:{name},应在 {at},在等“{say_feed(m, timer.waits_for)}”恢复来报。"
        return Stands.WAITING, m.of(zh, f"Due but held: {name} was due {at} and waits for the feed {timer.waits_for} to be back.")
    zh = f"到点还没触发:{name},应在 {at};服务一打铃就做。"
    return Stands.WAITING, m.of(zh, f"Due, not rung yet: {name} was due {at}; it is done as soon as the daemon rings.")


def _after(m: Moment, row: TimelineRow, name: str, rang: tuple[JournalRow, Note]) -> tuple[Stands, str]:
    line, note = rang
    at, nominal = m.time(line.received_at), datetime.fromisoformat(note.detail.partition(" ")[0])
    late = line.received_at - nominal
    delay = m.of(
        f"(应在 {m.time(nominal)},晚了 {say_length(late.total_seconds())})",
        f" (due {m.time(nominal)}, {say_length(late.total_seconds())} late)",
    )
    told = delay if late > timedelta(seconds=1) else ""
    then = say_do(m, row.do)
    match note.kind:
        case "row_skipped":
            return Stands.OFF, m.of(
                f"没做:{name},{at} 才响{told},过时不补。", f"Skipped: {name} rang at {at}{told}, later than skip_after."
            )
        case "row_flagged":
            return Stands.OFF, m.of(
                f"没做:{name},{at} 才响{told},已列出等人决定。", f"Flagged: {name} rang at {at}{told}; a person decides."
            )
        case _:
            return Stands.DONE, m.of(f"已触发:{name},{at}{told},{then}。", f"Fired: {name} at {at}{told}: {then}.")


def _remarks(m: Moment, policy: Policy, row: TimelineRow) -> tuple[str, ...]:
    if not policy.hears_from or not waits_for_feed(row):
        return ()
    feed = m.court.rulebook.connections.get(policy.hears_from)
    lag = say_length(feed.usual_lag_seconds if feed else 0)
    return (
        m.of(
            f"等来报“{say_feed(m, policy.hears_from)}”:多等它惯常的 {lag},它断了就等它恢复",
            f"hears from {policy.hears_from}: waits for its usual lag of {lag}, and for its return",
        ),
    )


def _without_clock(m: Moment, policy: Policy, row: TimelineRow) -> Why:
    whole = explain_policy(m, policy)
    label = m.name(policy.label, policy.name)
    name = f"{label}{m.of(f'“{say_row(m, row)}”', f' {row.key}')}"
    lacks = whole.sentence.removeprefix(label).strip()
    return Why(
        kind="row",
        rule=f"{policy.name} {row.key}",
        stands=whole.stands,
        sentence=m.of(f"没触发:{name},{lacks}", f"Not: {name}: {label} {lacks}"),
        checks=whole.checks,
        place=row.span,
    )
