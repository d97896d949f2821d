"""Which small mistakes could somebody make in these rules? Every rule made a little wrong, one at a time.

A limit a minute off, a role exchanged, a row left out, a condition turned round. A variant is a whole rulebook; whoever plays
the stories against it learns whether any of them guards the rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.model.condition import Condition, NoneOf
from engine.model.doing import Assign, Do, Escalate, Send
from engine.model.escalation import Chain, Step
from engine.model.message import Literal, Message
from engine.model.policy import Policy
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.workflow import Transition, Workflow
from engine.service.policy_variants import MINUTE, Change, policy_changes, without

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variant:
    """A rulebook with one mistake."""

    kind: str
    """transition, policy, message, chain, milestone."""
    span: Span
    zh: str
    en: str
    touches: tuple[str, ...]
    """What a story must have touched to be able to notice, as `story_coverage.touched` names it."""
    rulebook: Rulebook


def variants(rulebook: Rulebook) -> list[Variant]:
    """All of them, in written order; the same rulebook gives the same list."""
    found = [*_of_workflows(rulebook), *_of_policies(rulebook), *_of_messages(rulebook), *_of_chains(rulebook)]
    return [replace(one, rulebook=replace(one.rulebook, fingerprint=f"{rulebook.fingerprint}~{place}")) for place, one in enumerate(found)]


def other_role(rulebook: Rulebook, role: str) -> str:
    """The role written after this one."""
    roles = list(rulebook.contacts.roles)
    return roles[(roles.index(role) + 1) % len(roles)] if role in roles else roles[0]


def _swapped(known: Mapping[str, T], name: str, one: T) -> dict[str, T]:
    return {**known, name: one}


# --- workflows


def _of_workflows(rulebook: Rulebook) -> Iterator[Variant]:
    for workflow in rulebook.workflows.values():
        for state in workflow.states.values():
            for place, row in enumerate(state.transitions):
                for change, rows in _rows(rulebook, state.transitions, place):
                    states = _swapped(workflow.states, state.name, replace(state, transitions=rows))
                    yield _workflow(rulebook, replace(workflow, states=states), row, change)
        for place, row in enumerate(workflow.from_any_state):
            for change, rows in _rows(rulebook, workflow.from_any_state, place):
                yield _workflow(rulebook, replace(workflow, from_any_state=rows), row, change)
        for place, milestone in enumerate(workflow.milestones):
            for event in milestone.events:
                changed = replace(milestone, events=tuple(one for one in milestone.events if one != event))
                milestones = (*workflow.milestones[:place], changed, *workflow.milestones[place + 1 :])
                change = Change(
                    milestone.span, f"节点 {milestone.state} 不认 {event}", f"milestone {milestone.state} without {event}", None
                )
                made = _versioned(replace(workflow, milestones=milestones), change)
                yield Variant("milestone", milestone.span, change.zh, change.en, (f"event {workflow.name} {event}",), _with(rulebook, made))


def _workflow(rulebook: Rulebook, workflow: Workflow, row: Transition, change: Change[None]) -> Variant:
    touches = (f"event {workflow.name} {row.event}",)
    return Variant("transition", change.span, change.zh, change.en, touches, _with(rulebook, _versioned(workflow, change)))


def _versioned(workflow: Workflow, change: Change[None]) -> Workflow:
    """Compiled machines are remembered by version: a changed workflow needs one of its own."""
    return replace(workflow, version=f"{workflow.version}~{change.span}~{change.en}")


def _with(rulebook: Rulebook, workflow: Workflow) -> Rulebook:
    return replace(rulebook, workflows=_swapped(rulebook.workflows, workflow.name, workflow))


def _rows(rulebook: Rulebook, rows: tuple[Transition, ...], place: int) -> Iterator[tuple[Change[None], tuple[Transition, ...]]]:
    row = rows[place]
    name = f"流转 {row.key}", f"transition {row.key}"
    yield Change(row.span, f"{name[0]} 没有这一行", f"{name[1]} left out", None), without(rows, place)
    if row.condition is not None:
        changed = replace(row, condition=turned_round(row.condition))
        yield Change(row.span, f"{name[0]} 条件反过来", f"{name[1]} with its condition turned round", None), _put(rows, place, changed)
        always = replace(row, condition=None)
        yield Change(row.span, f"{name[0]} 不看条件", f"{name[1]} without its condition", None), _put(rows, place, always)
    if row.to is not None:
        yield Change(row.span, f"{name[0]} 不换状态", f"{name[1]} that moves nothing", None), _put(rows, place, replace(row, to=None))
    for change, do in _doings(rulebook, row.do):
        said = Change(change.span, f"{name[0]} {change.zh}", f"{name[1]} {change.en}", None)
        yield said, _put(rows, place, replace(row, do=do))


def _put(rows: tuple[T, ...], place: int, one: T) -> tuple[T, ...]:
    return (*rows[:place], one, *rows[place + 1 :])


def turned_round(condition: Condition) -> Condition:
    """The opposite: what held does not."""
    return NoneOf((condition,))


def _doings(rulebook: Rulebook, do: tuple[Do, ...]) -> Iterator[tuple[Change[None], tuple[Do, ...]]]:
    """Each thing left out, or meant for somebody else."""
    for place, one in enumerate(do):
        kind = type(one).__name__.lower().rstrip("_")
        yield Change(one.span, f"第 {place + 1} 件事不做", f"without its {kind}", None), without(do, place)
        match one:
            case Assign():
                role = other_role(rulebook, one.role)
                yield Change(one.span, f"待办交给 {role}", f"whose task goes to {role}", None), _put(do, place, replace(one, role=role))
            case Send(to=str() as to) if to in rulebook.contacts.roles:
                role = other_role(rulebook, to)
                yield Change(one.span, f"消息发给 {role}", f"sending to {role}", None), _put(do, place, replace(one, to=role))
            case Escalate():
                chain = next((name for name in rulebook.chains if name != one.chain), None)
                if chain is not None:
                    changed = replace(one, chain=chain)
                    yield Change(one.span, f"改走升级链 {chain}", f"escalating by {chain}", None), _put(do, place, changed)


# --- policies


def _of_policies(rulebook: Rulebook) -> Iterator[Variant]:
    for policy in rulebook.policies.values():
        clock = (f"clock {policy.name}",)
        for change in policy_changes(policy):
            touches = (f"workflow {policy.workflow}",) if change.from_the_start else clock
            yield _policy(rulebook, policy.name, change, touches)
        for place, row in enumerate(policy.timeline):
            for said, do in _doings(rulebook, row.do):
                timeline = _put(policy.timeline, place, replace(row, do=do))
                told = f"时效 {policy.name} 的 {row.key}:{said.zh}", f"policy {policy.name}, {row.key}: {said.en}"
                yield _policy(rulebook, policy.name, Change(said.span, *told, replace(policy, timeline=timeline)), clock)


def _policy(rulebook: Rulebook, name: str, change: Change[Policy], touches: tuple[str, ...]) -> Variant:
    policies = _swapped(rulebook.policies, name, change.made)
    return Variant("policy", change.span, change.zh, change.en, touches, replace(rulebook, policies=policies))


# --- messages and chains


def _of_messages(rulebook: Rulebook) -> Iterator[Variant]:
    for message in rulebook.messages.values():
        for change in _message(rulebook, message):
            messages = _swapped(rulebook.messages, message.name, change.made)
            zh, en = f"消息 {message.name} {change.zh}", f"message {message.name} {change.en}"
            yield Variant("message", change.span, zh, en, (f"message {message.name}",), replace(rulebook, messages=messages))


def _message(rulebook: Rulebook, message: Message) -> Iterator[Change[Message]]:
    span = message.span
    if message.name in _sent_by_themselves(rulebook):
        if message.to in rulebook.contacts.roles:
            role = other_role(rulebook, message.to)
            yield Change(span, f"发给 {role}", f"sent to {role}", replace(message, to=role))
        channel = "sms" if message.channel != "sms" else "wechat_work"
        yield Change(span, f"走 {channel}", f"through {channel}", replace(message, channel=channel))
    yield Change(span, "换了文字", "with other words", replace(message, text=(Literal("·"),)))
    for place, role in enumerate(message.copy_to):
        yield Change(span, f"不抄送 {role}", f"without its copy to {role}", replace(message, copy_to=without(message.copy_to, place)))
    if message.send_hours is not None:
        yield Change(span, "不管时段", "at any hour", replace(message, send_hours=None))
    if message.drop_if is not None:
        yield Change(span, "drop_if 反过来", "with its drop_if turned round", replace(message, drop_if=turned_round(message.drop_if)))
        yield Change(span, "没有 drop_if", "without its drop_if", replace(message, drop_if=None))
    if message.correct is not None:
        yield Change(span, "不更正", "without its correction", replace(message, correct=None))
    if message.at_most is not None:
        more = replace(message.at_most, count=message.at_most.count + 1)
        yield Change(span, "at_most 多一条", "once more than at_most", replace(message, at_most=more))
    for wait in _around(message.group_wait_seconds, "group_wait"):
        yield Change(span, wait[1], wait[2], replace(message, group_wait_seconds=wait[0]))
    fallback = message.fallback
    if fallback is not None:
        yield Change(fallback.span, "没有备用渠道", "without its fallback", replace(message, fallback=None))
        for wait in _around(fallback.after_seconds, "after"):
            yield Change(fallback.span, wait[1], wait[2], replace(message, fallback=replace(fallback, after_seconds=wait[0])))
        if fallback.note_why:
            yield Change(fallback.span, "不备注原因", "without note_why", replace(message, fallback=replace(fallback, note_why=False)))
        if fallback.resend_when_back:
            changed = replace(message, fallback=replace(fallback, resend_when_back=False))
            yield Change(fallback.span, "恢复后不补发", "without resend_when_back", changed)


def _sent_by_themselves(rulebook: Rulebook) -> set[str]:
    """Messages whose own recipient and channel count; a chain has its own."""
    rows = [row for workflow in rulebook.workflows.values() for state in workflow.states.values() for row in state.transitions]
    rows += [row for workflow in rulebook.workflows.values() for row in workflow.from_any_state]
    doings = [do for row in rows for do in row.do] + [do for one in rulebook.policies.values() for row in one.timeline for do in row.do]
    told = {one.tell for one in rulebook.disruptions if one.tell}
    return {do.message for do in doings if isinstance(do, Send)} | told


def _around(seconds: int, key: str) -> Iterator[tuple[int, str, str]]:
    """A minute less and a minute more of a wait that is written."""
    if not seconds:
        return
    for wrong in (seconds - MINUTE, seconds + MINUTE):
        if wrong >= 0:
            yield (
                wrong,
                f"{key} {seconds // MINUTE} 分钟改成 {wrong // MINUTE} 分钟",
                f"{key} {seconds // MINUTE} min made {wrong // MINUTE} min",
            )


def _of_chains(rulebook: Rulebook) -> Iterator[Variant]:
    for chain in rulebook.chains.values():
        for change in _chain(rulebook, chain):
            chains = _swapped(rulebook.chains, chain.name, change.made)
            zh, en = f"升级链 {chain.name} {change.zh}", f"chain {chain.name} {change.en}"
            yield Variant("chain", change.span, zh, en, (f"chain {chain.name}",), replace(rulebook, chains=chains))


def _chain(rulebook: Rulebook, chain: Chain) -> Iterator[Change[Chain]]:
    for place, step in enumerate(chain.steps):
        for change in _step(rulebook, step):
            steps = without(chain.steps, place) if change.made is None else _put(chain.steps, place, change.made)
            if steps:
                yield Change(step.span, f"第 {place + 1} 级 {change.zh}", f"step {place + 1} {change.en}", replace(chain, steps=steps))
    if chain.during is not None:
        yield Change(chain.span, "不管时段", "at any hour", replace(chain, during=None))
    if chain.repeat_last is not None:
        once = replace(chain.repeat_last, times=chain.repeat_last.times + 1)
        yield Change(chain.span, "多重复一次", "repeated once more", replace(chain, repeat_last=once))
        for wait in _around(chain.repeat_last.every_seconds, "every"):
            every = replace(chain.repeat_last, every_seconds=wait[0])
            yield Change(chain.span, wait[1], wait[2], replace(chain, repeat_last=every))
    for wait in _around(chain.pause_when_acknowledged_seconds, "pause_when_acknowledged"):
        yield Change(chain.span, wait[1], wait[2], replace(chain, pause_when_acknowledged_seconds=wait[0]))


def _step(rulebook: Rulebook, step: Step) -> Iterator[Change[Step | None]]:
    yield Change(step.span, "没有这一级", "left out", None)
    role = other_role(rulebook, step.to)
    yield Change(step.span, f"找 {role}", f"to {role}", replace(step, to=role))
    for wrong in (step.wait_seconds - MINUTE, step.wait_seconds + MINUTE):
        if wrong >= 0:
            told = (
                f"等 {step.wait_seconds // MINUTE} 分钟改成 {wrong // MINUTE} 分钟",
                f"wait {step.wait_seconds // MINUTE} min made {wrong // MINUTE} min",
            )
            yield Change(step.span, *told, replace(step, wait_seconds=wrong))
    if step.during is not None:
        yield Change(step.span, "不管时段", "at any hour", replace(step, during=None))
    if len(step.channels) > 1:
        yield Change(step.span, "渠道倒过来", "with its channels reversed", replace(step, channels=step.channels[::-1]))
