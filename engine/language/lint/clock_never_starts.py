"""Is there a promise whose clock never starts?

clock-never-starts (W535)

What it finds: a policy with `starts`, none of which can happen: a message nothing sends, a state that is never entered or not in `while`.
Why it matters: the promise is on paper; no case is ever measured by it, and no reminder comes.
Example: `starts: {sent: dispatch_order}` while no row sends `dispatch_order`.
Better: send the message, or start with the event or state that begins the promise.
When to allow it: never needed; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.language.lint.unreachable_state import reached_states
from engine.language.lint.unused_rule import messages_sent
from engine.language.walk import told_mark
from engine.model.policy import Enters, Happens, Mark, Policy
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report policies none of whose starts can happen."""
    sent = messages_sent(rulebook)
    for policy in rulebook.policies.values():
        reached = reached_states(rulebook.workflows[policy.workflow])
        starts: tuple[Mark, ...] = policy.starts or tuple(Enters(state) for state in policy.while_states)
        if not any(_can_happen(mark, policy, reached, sent) for mark in starts):
            listed = ", ".join(told_mark(mark) for mark in starts)
            fix = ("写真正开始计时的消息、状态或事件", "name the message, state or event that really begins it")
            zh, en = f"“{policy.label}”从不开始计时:{listed}", f"the clock of “{policy.name}” never starts: {listed}"
            findings.add("W535", policy.span, zh, en, fix=fix)


def _can_happen(mark: Mark, policy: Policy, reached: set[str], sent: set[str]) -> bool:
    if isinstance(mark, Enters):
        return mark.state in reached and mark.state in policy.while_states
    if isinstance(mark, Happens):
        return any(state in reached for state in policy.while_states)
    return mark.message in sent
