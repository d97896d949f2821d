"""Why is a chain where it is: not begun, waiting, held, acknowledged, ended; and when is its next step?"""

from collections.abc import Iterator
from datetime import datetime

from engine.core.moment import Moment, say_length
from engine.core.why_words import say_channel
from engine.core.words import say_why
from engine.model.case import ChainRun
from engine.model.decision import JournalRow, Note
from engine.model.doing import Do, Escalate
from engine.model.escalation import LAST_RESORT, Chain, Step
from engine.model.explanation import Stands, Why
from engine.model.policy import Mode, Policy, TimelineRow
from engine.model.workflow import Transition

Origin = tuple[Policy, TimelineRow] | Transition
"""A rule whose `do` names something."""


def origins(m: Moment, names: type[Do], name: str) -> Iterator[Origin]:
    """Rows of this case's policies and workflow that do it: `names` is the kind of doing, `name` what it names."""
    for policy in m.court.rulebook.policies.values():
        if policy.workflow == m.case.workflow:
            for row in policy.timeline:
                if any(_names(do, names, name) for do in row.do):
                    yield policy, row
    workflow = m.court.workflow
    for transition in (*(row for state in workflow.states.values() for row in state.transitions), *workflow.from_any_state):
        if any(_names(do, names, name) for do in transition.do):
            yield transition


def _names(do: Do, kind: type[Do], name: str) -> bool:
    return isinstance(do, kind) and name in (getattr(do, "chain", ""), getattr(do, "message", ""))


def notes_of(m: Moment, subject: str, *kinds: str) -> list[tuple[JournalRow, Note]]:
    """What the journal says of a subject, oldest first."""
    return [(row, note) for row in m.journal for note in row.notes if note.subject == subject and note.kind in kinds]


def explain_chain(m: Moment, chain: Chain) -> list[Why]:
    """The chain as a whole, then each of its steps."""
    run = next((one for one in m.case.ledger.chains if one.chain == chain.name), None)
    drawn = run.drawn or chain if run else chain
    whole = _whole(m, chain, drawn, run)
    return [whole, *(_step(m, drawn, run, index, step) for index, step in enumerate(drawn.steps))]


def next_bell(m: Moment, run: ChainRun) -> datetime | None:
    """When its next step is told."""
    found = [one.due_at for one in m.timers if one.owner == f"chain:{run.chain}" and one.row == str(run.step)]
    return min(found, default=None) if not run.ended else None


def _whole(m: Moment, chain: Chain, drawn: Chain, run: ChainRun | None) -> Why:
    name = m.name(chain.label, chain.name)
    if run is None:
        return _not_begun(m, chain, name)
    began = notes_of(m, chain.name, "chain_started")
    since = m.time(began[-1][0].received_at) if began else "—"
    why = _why(m, run)
    at = next_bell(m, run)
    asleep = run.acknowledged_until is not None and run.acknowledged_until > m.now
    stands, rest = _rest(m, drawn, run, at)
    return Why(
        kind="chain",
        rule=chain.name,
        stands=stands,
        sentence=m.of(f"{name}{since} 启动(因为{why}),{rest}。", f"{name} began at {since} ({why}), {rest}."),
        checks=(
            m.check(m.of("已启动", "begun"), m.of("因为", "by"), why, since, True, chain.span),
            m.check(m.of("起因还在", "its reason stands"), "", "", m.of("不在了", "gone") if run.ended else m.of("在", "yes"), not run.ended, chain.span),
            m.check(m.of("没有按住", "not held"), "", "", _held(m, run, at), at is not None or run.ended, chain.span),
            m.check(
                m.of("没人已知晓", "not acknowledged"), m.of("直到", "until"), m.time(run.acknowledged_until) if run.acknowledged_until else "—",
                m.of("按住到那时", "held until then") if asleep else m.of("没有", "no"), not asleep, chain.span,
            ),
            m.check(m.of("下一档时刻", "next step"), "≥", m.time(at), m.time(m.now), at is not None and at <= m.now, chain.span),
        ),
        remarks=tuple(_history(m, chain)),
        place=chain.span,
        happened_at=began[-1][0].received_at if began else None,
        will_fire_at=at,
    )  # fmt: skip


def _why(m: Moment, run: ChainRun) -> str:
    if m.english:
        return run.why
    return say_why(m.court.rulebook, m.court.workflow, run.why)


def _held(m: Moment, run: ChainRun, at: datetime | None) -> str:
    if run.ended or at is not None:
        return m.of("没有", "no")
    if _exhausted(m, run):
        return m.of("各档都走完了", "all steps are done")
    if m.case.ledger.hold is not None:
        return m.of(f"单挂起中,还差 {say_length(run.remaining_seconds)}", f"the case is on hold, {say_length(run.remaining_seconds)} left")
    return m.of(f"计时暂停,还差 {say_length(run.remaining_seconds)}", f"its clock is paused, {say_length(run.remaining_seconds)} left")


def _exhausted(m: Moment, run: ChainRun) -> bool:
    drawn = run.drawn or m.court.rulebook.chains[run.chain]
    return run.step > len(drawn.steps) + (drawn.repeat_last.times if drawn.repeat_last else 0)


def _rest(m: Moment, drawn: Chain, run: ChainRun, at: datetime | None) -> tuple[Stands, str]:
    if run.ended:
        gone = notes_of(m, run.chain, "chain_ended")
        when = m.time(gone[-1][0].received_at) if gone else "—"
        return Stands.OFF, m.of(
            f"{when} 因为起因不在了而结束,走到第 {run.step} 档", f"ended at {when} as its reason was gone, after step {run.step}"
        )
    if at is not None:
        who = say_step(m, drawn, run.step)
        held = m.of("(有人已知晓,按住到那时)", " (held until then: acknowledged)") if run.acknowledged_until == at else ""
        if at <= m.now:
            return Stands.WAITING, m.of(
                f"第 {run.step + 1} 档 {m.time(at)} 已到点,一打铃就通知{who}", f"step {run.step + 1} was due {m.time(at)}: {who}"
            )
        zh = f"若没有别的事,{m.time(at)} 第 {run.step + 1} 档通知{who}{held}"
        return Stands.AHEAD, m.of(zh, f"if nothing else comes in, step {run.step + 1} at {m.time(at)} tells {who}{held}")
    if _exhausted(m, run):
        return Stands.DONE, m.of("各档都已通知,并已转兜底岗位", "all steps are done, and the last resort was told")
    left = say_length(run.remaining_seconds)
    if m.case.ledger.hold is not None:
        return Stands.WAITING, m.of(
            f"单挂起中,按住在第 {run.step + 1} 档前,恢复后再等 {left}", f"held before step {run.step + 1}: the case is on hold, {left} left"
        )
    return Stands.WAITING, m.of(
        f"计时暂停,按住在第 {run.step + 1} 档前,恢复后再等 {left}", f"held before step {run.step + 1}: its clock is paused, {left} left"
    )


def say_step(m: Moment, chain: Chain, index: int) -> str:
    """Whom a step tells, and how."""
    repeats = chain.repeat_last.times if chain.repeat_last else 0
    if index >= len(chain.steps) + repeats:
        return m.role(LAST_RESORT)
    step = chain.steps[min(index, len(chain.steps) - 1)]
    channels = m.of("或", " or ").join(say_channel(m, one) for one in step.channels)
    return m.of(f"{m.role(step.to)}({channels})", f"{step.to} ({channels})")


def _history(m: Moment, chain: Chain) -> Iterator[str]:
    words = {
        "step_empty": ("此档无人", "nobody there"), "step_failed": ("此档未达", "refused"), "acknowledged": ("已知晓,到", "acknowledged until"),
        "chain_goes_on": ("起因又在,继续", "goes on"), "chain_reason": ("又加一个起因", "one more reason"),
    }  # fmt: skip
    for row, note in notes_of(m, chain.name, *words):
        detail = (
            m.time(datetime.fromisoformat(note.detail))
            if note.kind == "acknowledged"
            else m.role(note.detail)
            if note.kind == "step_empty"
            else ""
        )
        yield f"{m.time(row.received_at)} {m.of(*words[note.kind])} {detail}".rstrip()
    if chain.mode is Mode.SHADOW:
        yield m.of("试行:只记录,不发出", "shadow: recorded, nothing is sent")


def _not_begun(m: Moment, chain: Chain, name: str) -> Why:
    begins = list(origins(m, Escalate, chain.name))
    shadow = notes_of(m, chain.name, "shadow")
    if shadow:
        why = m.of(
            f"{m.time(shadow[-1][0].received_at)} 本该启动,但时效在试行",
            f"it would have begun at {m.time(shadow[-1][0].received_at)}: shadow",
        )
    elif begins:
        why = m.of("该启动它的规则还没触发", "none of the rules that begin it has fired")
    else:
        why = m.of("这类单没有规则启动它", "no rule of this workflow begins it")
    return Why(
        kind="chain",
        rule=chain.name,
        stands=Stands.WAITING if begins and not shadow else Stands.OFF,
        sentence=m.of(f"{name}没有启动:{why}。", f"{name} has not begun: {why}."),
        checks=(m.check(m.of("已启动", "begun"), "", "", m.of("没有", "no"), False, chain.span),),
        place=chain.span,
    )


def _step(m: Moment, chain: Chain, run: ChainRun | None, index: int, step: Step) -> Why:
    told = [
        (row, note)
        for row, note in notes_of(m, chain.name, "chain_step")
        if run and note.detail.startswith(f"{index + 1} ") and _in_run(m, row, run)
    ]
    wait = m.of(f"等 {say_length(step.wait_seconds)}", f"wait {say_length(step.wait_seconds)}")
    name = m.of(f"{m.name(chain.label, chain.name)}第 {index + 1} 档({wait})", f"{chain.name} step {index + 1} ({wait})")
    at = next_bell(m, run) if run and run.step == index else None
    who = say_step(m, chain, index)
    if told:
        row, _ = told[-1]
        stands, said = (
            Stands.DONE,
            m.of(f"已通知:{name},{m.time(row.received_at)} {who}。", f"Told: {name} at {m.time(row.received_at)}: {who}."),
        )
    elif at is not None and at > m.now:
        stands, said = (
            Stands.AHEAD,
            m.of(
                f"还没通知:{name},若没有别的事,{m.time(at)} 通知{who}。", f"Not yet: {name}; if nothing else comes in, {m.time(at)}: {who}."
            ),
        )
    else:
        stands, said = _not_told(m, chain, run, index, name, who)
    return Why(
        kind="step",
        rule=f"{chain.name} {index + 1}",
        stands=stands,
        sentence=said,
        checks=(
            m.check(m.of("链在走", "chain runs"), "", "", m.of("是", "yes") if run and not run.ended else m.of("否", "no"), bool(run and not run.ended), step.span),
            m.check(m.of("轮到此档", "its turn"), "≥", str(index + 1), str(run.step + 1) if run else "—", run is not None and run.step >= index, step.span),
            m.check(m.of("时刻", "time"), "≥", m.time(at), m.time(m.now), bool(told) or (at is not None and at <= m.now), step.span),
        ),
        place=step.span,
        happened_at=told[-1][0].received_at if told else None,
        will_fire_at=at,
    )  # fmt: skip


def _in_run(m: Moment, row: JournalRow, run: ChainRun) -> bool:
    """Whether a step was told in the run that is the latest."""
    began = notes_of(m, run.chain, "chain_started")
    return not began or row.revision >= began[-1][0].revision


def _not_told(m: Moment, chain: Chain, run: ChainRun | None, index: int, name: str, who: str) -> tuple[Stands, str]:
    if run is None:
        return Stands.WAITING, m.of(f"没通知:{name};链还没启动。", f"Not: {name}; the chain has not begun.")
    if run.ended:
        return Stands.OFF, m.of(f"没通知:{name};链已先结束。", f"Not: {name}; the chain ended before.")
    if run.step > index:
        empty = notes_of(m, chain.name, "step_empty")
        why = m.of("那时没有人或没有渠道", "nobody, or no channel, then") if empty else m.of("已跳过", "passed")
        return Stands.OFF, m.of(f"没通知:{name};{why}。", f"Not: {name}; {why}.")
    before = m.of(f"在等第 {run.step + 1} 档", f"step {run.step + 1} comes first") if run.step < index else m.of("被按住", "held")
    return Stands.WAITING, m.of(f"还没通知:{name},{before};然后通知{who}。", f"Not yet: {name}, {before}; then {who}.")
