"""Who is told next? Chains of steps at work on one case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.core import calendars
from engine.core.draft import Draft
from engine.core.route import Resolved, resolve
from engine.model.case import ChainRun
from engine.model.contact import Person
from engine.model.doing import Escalate
from engine.model.effect import EffectKind
from engine.model.escalation import LAST_RESORT, Chain, Step
from engine.model.policy import Mode
from engine.model.timer import Timer

PUNCTUAL = timedelta(minutes=1)
"""A step performed no later than this keeps the chain's nominal rhythm; later (after a stop), waits count from now."""

CHANNELS_OF_LAST_RESORT = ("wechat_work", "sms", "phone")


def start_chain(draft: Draft, do: Escalate, reason: str, why: str, row: str) -> None:
    """Begin a chain, or add a reason to the one that runs: one instance per chain and case."""
    running = draft.chains.get(do.chain)
    if running is not None and not running.ended:
        if reason not in running.reasons:
            draft.chains[do.chain] = replace(running, reasons=(*running.reasons, reason))
            draft.note("chain_reason", do.chain, reason)
        return
    gen = draft.gens[f"chain:{do.chain}"] = draft.gens.get(f"chain:{do.chain}", 0) + 1
    chain = draft.court.rulebook.chains[do.chain]
    draft.chains[do.chain] = ChainRun(
        chain=do.chain,
        gen=gen,
        reasons=(reason,),
        why=why,
        message=do.message,
        next_at=None,
        row=row,
        remaining_seconds=chain.steps[0].wait_seconds,
        drawn=chain,
    )
    draft.note("chain_started", do.chain, why)
    _schedule(draft, do.chain, draft.now)


def settle_chains(draft: Draft) -> None:
    """End chains whose last reason is gone, revive those that got one back, hold those whose clocks all pause."""
    for name, run in list(draft.chains.items()):
        alive = [reason for reason in run.reasons if draft.alive(reason)]
        if not alive:
            if not run.ended:
                draft.chains[name] = replace(_held(draft, run, draft.now), ended=True)
                draft.note("chain_ended", name)
            continue
        if run.ended:
            draft.note("chain_goes_on", name, alive[0])
            run = draft.chains[name] = replace(run, ended=False)
        since = _held_since(draft, alive)
        if since is not None and run.next_at is not None:
            draft.chains[name] = _held(draft, run, since)
        elif since is None and run.next_at is None and _wait_before(_drawn(draft, run), run.step) is not None:
            _schedule(draft, name, draft.now)


def _held(draft: Draft, run: ChainRun, since: datetime) -> ChainRun:
    """The chain stopped in its wait: what is left of it, at most the whole wait, counts from when it goes on."""
    if run.next_at is None:
        return run
    whole = _wait_before(_drawn(draft, run), run.step) or 0
    return replace(run, next_at=None, remaining_seconds=min(whole, max(0.0, (run.next_at - since).total_seconds())))


def _held_since(draft: Draft, reasons: Sequence[str]) -> datetime | None:
    """Since when every reason's clock has been paused, or the case on hold; None: at least one runs, or is a stay."""
    if draft.hold is not None:
        return draft.hold.since
    since = [_paused_from(draft, reason) for reason in reasons]
    known = [one for one in since if one is not None]
    return max(known) if known and len(known) == len(since) else None


def _paused_from(draft: Draft, reason: str) -> datetime | None:
    clock = draft.clock(reason.removeprefix("clock:")) if reason.startswith("clock:") else None
    return clock.paused_from(draft.now) if clock is not None else None


def _drawn(draft: Draft, run: ChainRun) -> Chain:
    """The steps the chain began with."""
    return run.drawn or draft.court.rulebook.chains[run.chain]


def acknowledge(draft: Draft, chain: str) -> None:
    """已知晓 holds the chain for a while; then it goes on if still unsolved. It never silences for ever (T47)."""
    run = draft.chains.get(chain)
    if run is None or run.ended:
        draft.note("nothing_to_acknowledge", chain)
        return
    drawn = _drawn(draft, run)
    until = draft.now + timedelta(seconds=drawn.pause_when_acknowledged_seconds)
    next_at = max(run.next_at, until) if run.next_at is not None else None
    draft.chains[chain] = replace(run, acknowledged_until=until, next_at=next_at)
    draft.note("acknowledged", chain, until.isoformat())
    for one in list(draft.issued.values()):
        if one.chain == chain and one.open and one.verdict is None:
            draft.drop(one.id, "acknowledged")


def ring_step(draft: Draft, chain: str) -> None:
    """Perform the step that is due, and every empty one before it; then schedule the next."""
    drawn = _drawn(draft, draft.chains[chain])
    while True:
        run = draft.chains[chain]
        assert run.next_at is not None
        nominal = run.next_at if draft.now - run.next_at <= PUNCTUAL else draft.now
        step = _step(drawn, run.step)
        told = _tell(draft, drawn, run, step) if step is not None else _tell_last_resort(draft, drawn, run)
        draft.chains[chain] = run = replace(run, step=run.step + 1, next_at=None)
        wait = _wait_before(drawn, run.step)
        if wait is None:
            if step is not None:
                draft.note("chain_exhausted", chain)
            return
        draft.chains[chain] = replace(run, remaining_seconds=wait if told else 0)
        _schedule(draft, chain, nominal)
        scheduled = draft.chains[chain].next_at
        if told or scheduled is None or scheduled > draft.now:
            return


def _step(chain: Chain, index: int) -> Step | None:
    """The step by index; repeats of the last follow it; None: the step to the last resort, beyond all."""
    if index < len(chain.steps):
        return chain.steps[index]
    repeats = chain.repeat_last.times if chain.repeat_last else 0
    return chain.steps[-1] if index < len(chain.steps) + repeats else None


def _wait_before(chain: Chain, index: int) -> float | None:
    """Seconds to wait before a step by index; None: nothing comes after the last resort."""
    repeats = chain.repeat_last.times if chain.repeat_last else 0
    if index < len(chain.steps):
        return chain.steps[index].wait_seconds
    if index > len(chain.steps) + repeats:
        return None
    return chain.repeat_last.every_seconds if chain.repeat_last else max(chain.steps[-1].wait_seconds, 1800)


def _schedule(draft: Draft, name: str, since: datetime) -> None:
    run = draft.chains[name]
    chain = _drawn(draft, run)
    if _held_since(draft, [reason for reason in run.reasons if draft.alive(reason)]) is not None:
        return
    at = since + timedelta(seconds=run.remaining_seconds)
    if run.acknowledged_until is not None and at < run.acknowledged_until:
        at = run.acknowledged_until
    step = _step(chain, run.step)
    for window in (chain.during, step.during if step else None):
        calendar = draft.court.calendar(window, at)
        if calendar is not None and not calendars.is_open(calendar, at):
            at = calendars.next_open(calendar, at) or at
    draft.chains[name] = replace(run, next_at=at, remaining_seconds=0)


def _tell(draft: Draft, chain: Chain, run: ChainRun, step: Step) -> bool:
    """Issue the step's message; False when there is nobody or no channel, which is reported (T49)."""
    found, channel = _reach(draft, step.to, step.channels)
    if channel is None:
        _alarm(draft, chain, f"nobody:{chain.name}:{step.to}", f"s:{chain.name}:{run.gen}:{run.step}:nobody")
        draft.note("step_empty", chain.name, step.to, step.span)
        return False
    _issue(draft, chain, run, step.to, channel, found)
    draft.note("chain_step", chain.name, f"{run.step + 1} {channel} {step.to}", step.span)
    return True


def _tell_last_resort(draft: Draft, chain: Chain, run: ChainRun) -> bool:
    found, channel = _reach(draft, LAST_RESORT, CHANNELS_OF_LAST_RESORT)
    _alarm(draft, chain, f"chain_exhausted:{chain.name}", f"s:{chain.name}:{run.gen}:{run.step}:exhausted")
    if channel is not None:
        _issue(draft, chain, run, LAST_RESORT, channel, found)
    return channel is not None


def _alarm(draft: Draft, chain: Chain, text: str, cause: str) -> None:
    """What a chain on trial would have raised is only noted."""
    if chain.mode is Mode.SHADOW:
        draft.note("shadow", chain.name, text)
    else:
        draft.alarm(text, cause)


def _reach(draft: Draft, role: str, channels: tuple[str, ...]) -> tuple[Resolved, str | None]:
    """Who fills the role now, and the first of the channels any of them has."""
    rulebook = draft.court.rulebook
    found = resolve(rulebook.contacts, rulebook.calendars, role, draft.reading.texts, draft.now)
    channel = next((one for one in channels if any(_has(person, one) for person in found.people)), None)
    return found, channel


def _has(person: Person, channel: str) -> bool:
    return person.address(channel) is not None


def _issue(draft: Draft, chain: Chain, run: ChainRun, role: str, channel: str, found: Resolved) -> None:
    people = "+".join(person.id for person in found.people)
    wait = chain.group_wait_seconds
    draft.add(
        replace(
            draft.intend(EffectKind.MESSAGE, f"s:{chain.name}:{run.gen}:{run.step}", f"chain:{chain.name}#{run.gen}"),
            message=run.message,
            channel=channel,
            to=role,
            group=f"{chain.name}/{run.message or ''}|{channel}|{people}" if wait else None,
            group_wait_seconds=wait,
            chain=chain.name,
            why=run.why,
            row=f"{chain.name}:{run.step}",
            shadow=Mode.SHADOW in (chain.mode, _mode_of(draft, run.message)),
        )
    )


def _mode_of(draft: Draft, message: str | None) -> Mode:
    found = draft.court.rulebook.messages.get(message or "")
    return found.mode if found else Mode.LIVE


RESUME_ROW = "resume"


def chain_timers(draft: Draft) -> list[Timer]:
    """One bell per running chain: its next step, or the end of the disruption that holds it."""
    timers = []
    for run in draft.chains.values():
        at, row = (run.next_at, str(run.step)) if run.next_at is not None else (_resumes_at(draft, run), RESUME_ROW)
        if at is not None and not run.ended:
            timers.append(Timer(case=draft.case.id, owner=f"chain:{run.chain}", row=row, gen=run.gen, due_at=at))
    return timers


def _resumes_at(draft: Draft, run: ChainRun) -> datetime | None:
    if run.ended or _wait_before(_drawn(draft, run), run.step) is None:
        return None
    clocks = [draft.clock(reason.removeprefix("clock:")) for reason in run.reasons if reason.startswith("clock:")]
    ends = [clock.resumes_at(draft.now) for clock in clocks if clock is not None and clock.live]
    return min((end for end in ends if end is not None), default=None)


def step_failed(draft: Draft, chain: str, row: str) -> None:
    """A step that was refused is followed by the next one at once (T49)."""
    run = draft.chains.get(chain)
    if run is None or run.ended or run.next_at is None or row != f"{chain}:{run.step - 1}":
        return
    draft.note("step_failed", chain, row)
    draft.chains[chain] = replace(run, next_at=draft.now)
