"""Why, and why not? The answer for one rule of any kind on one case at one instant, and what the case waits for."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from engine.core.moment import Moment
from engine.core.why_chain import Origin, explain_chain, origins
from engine.core.why_hold import explain_hold
from engine.core.why_message import explain_message
from engine.core.why_policy import explain_policy
from engine.core.why_row import explain_row
from engine.core.why_state import explain_event, explain_state, states_of
from engine.core.why_transition import explain_transition, rows_of, say_way
from engine.core.why_waits import waits_of
from engine.core.why_words import say_row
from engine.model.doing import Escalate, Send
from engine.model.effect import EffectKind
from engine.model.escalation import Chain
from engine.model.explanation import Explanation, Stands, Why
from engine.model.message import Message
from engine.model.policy import Policy
from engine.model.workflow import Transition

NEAREST_MAX = 5


def explain(m: Moment, rule: str | None = None, remarks: tuple[str, ...] = ()) -> Explanation:
    """With `rule`, whatever bears that name or label: policy, `POLICY ROW`, message, chain, `CHAIN STEP`, state, event, row of the workflow.

    Without, only what the case waits for. A name that nothing bears has no answers, and the names nearest to it.
    """
    answers = tuple(_answers(m, rule)) if rule is not None and m.case.history else ()
    return Explanation(
        case=m.case.id,
        at=m.now,
        state=m.reading.state,
        rulebook=m.court.rulebook.fingerprint,
        answers=answers,
        waits=waits_of(m),
        remarks=remarks,
        hold=explain_hold(m),
        nearest=tuple(get_close_matches(rule, names(m), NEAREST_MAX, 0.4)) if rule is not None and not answers else (),
    )


def names(m: Moment) -> list[str]:
    """Every name by which one can ask."""
    rulebook, workflow = m.court.rulebook, m.court.workflow
    found = [name for one in rulebook.policies.values() if one.workflow == workflow.name for name in (one.name, one.label)]
    found += [name for one in rulebook.messages.values() if one.workflow == workflow.name for name in (one.name, one.label)]
    found += [name for one in rulebook.chains.values() for name in (one.name, one.label)]
    found += [name for one in workflow.states.values() for name in (one.name, one.label)]
    found += [name for one in workflow.events.values() for name in (one.name, one.label)]
    return list(dict.fromkeys([*found, *(row.key for row in rows_of(m))]))


def _answers(m: Moment, rule: str) -> Iterator[Why]:
    rulebook, workflow = m.court.rulebook, m.court.workflow
    for policy in rulebook.policies.values():
        if policy.workflow == workflow.name:
            yield from _policy(m, policy, rule)
    for message in rulebook.messages.values():
        if _is_called(rule, message.name, message.label):
            yield from _message(m, message)
        elif rule.startswith(f"{message.name} "):
            yield from (one for one in explain_message(m, message) if one.rule == rule)
    for chain in rulebook.chains.values():
        if _is_called(rule, chain.name, chain.label):
            yield from _chain(m, chain)
        elif rule.startswith((f"{chain.name} ", f"{chain.label} ")):
            yield from (one for one in explain_chain(m, chain)[1:] if one.rule.rpartition(" ")[2] == rule.rpartition(" ")[2])
    for state in workflow.states.values():
        if _is_called(rule, state.name, state.label):
            yield from explain_state(m, state)
    for event in workflow.events.values():
        if _is_called(rule, event.name, event.label):
            yield from explain_event(m, event.name)
    yield from (explain_transition(m, states_of(m, row), row) for row in rows_of(m) if row.key == rule)


def _policy(m: Moment, policy: Policy, rule: str) -> Iterator[Why]:
    if _is_called(rule, policy.name, policy.label, policy.was or ""):
        yield explain_policy(m, policy)
        yield from (explain_row(m, policy, row) for row in policy.timeline)
        return
    for name in (policy.name, policy.label):
        key = rule.removeprefix(name).lstrip(" /")
        if rule.startswith(name):
            yield from (explain_row(m, policy, row) for row in policy.timeline if row.key == key)


def _message(m: Moment, message: Message) -> list[Why]:
    """Its sendings; of one that was never begun, the rules that would send it, the nearest first."""
    answers = explain_message(m, message)
    if any(one.kind == EffectKind.MESSAGE and one.message == message.name for one in m.case.ledger.issued):
        return answers
    return _with_origins(m, answers[0], [*origins(m, Send, message.name), *origins(m, Escalate, message.name)])


def _chain(m: Moment, chain: Chain) -> list[Why]:
    """The chain and its steps; of one that never began, the rules that would begin it, the nearest first."""
    answers = explain_chain(m, chain)
    if any(one.chain == chain.name for one in m.case.ledger.chains):
        return answers
    return _with_origins(m, answers[0], list(origins(m, Escalate, chain.name)))


def _called(m: Moment, origin: Origin) -> str:
    """`“提货时效”(到期时)`, `“提货失败”→异常`."""
    if isinstance(origin, Transition):
        return say_way(m, origin)
    policy, row = origin
    return f"“{policy.label}”({say_row(m, row)})"


def _is_called(rule: str, *named: str) -> bool:
    return bool(rule) and rule in named


def _with_origins(m: Moment, whole: Why, found: list[Origin]) -> list[Why]:
    """What was not begun, and what would begin it, each with its own answer."""
    order = list(Stands)
    told = [(explain_transition(m, states_of(m, one), one) if isinstance(one, Transition) else explain_row(m, *one), one) for one in found]
    told.sort(key=lambda one: (order.index(one[0].stands), one[0].will_fire_at is None, one[0].will_fire_at or m.now))
    rules = [rule for rule, _ in told]
    first = rules[0] if rules and rules[0].will_fire_at else None
    if first is None or whole.stands is not Stands.WAITING:
        return [whole, *rules]
    at = m.time(first.will_fire_at)
    said = whole.sentence.rstrip("。.") + m.of(
        f";最早 {at} 由{_called(m, told[0][1])}引发。", f"; the first to do so is {first.rule}, at {at}."
    )
    return [replace(whole, stands=Stands.AHEAD, sentence=said, will_fire_at=first.will_fire_at), *rules]
