"""Is there a clock that starts and can never be stopped in time?

stop-unreachable (W534)

What it finds: a policy with `stops`, none of which can happen while its clock lives.
Why it matters: every case ends with the verdict `none` or late, whatever people do, and the figures are worthless.
Example: `while: waiting` and `stops: {enters: waiting_customer}`, which no row reaches from `waiting`.
Better: the state or event that really fulfils the promise, or no `stops`: then leaving `while` does.
When to allow it: never needed; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.language.lint.unreachable_state import exits
from engine.language.lint.unused_rule import messages_sent
from engine.language.walk import rows_in, told_mark
from engine.model.policy import Enters, Happens, Mark, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import BACK, BUILT_IN_EVENTS, Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report policies none of whose stops can happen."""
    sent = messages_sent(rulebook)
    for policy in rulebook.policies.values():
        workflow = rulebook.workflows[policy.workflow]
        if policy.stops and not any(_can_happen(mark, policy, workflow, sent) for mark in policy.stops):
            listed = ", ".join(told_mark(mark) for mark in policy.stops)
            fix = ("写真正算完成的状态或事件,或不写 stops:离开就算", "name what really fulfils it, or drop stops: then leaving does")
            zh, en = f"“{policy.label}”的计时永远停不下来:{listed}", f"the clock of “{policy.name}” can never be stopped: {listed}"
            findings.add("W534", policy.span, zh, en, fix=fix)


def _can_happen(mark: Mark, policy: Policy, workflow: Workflow, sent: set[str]) -> bool:
    inside = [workflow.states[name] for name in policy.while_states if name in workflow.states]
    if isinstance(mark, Enters):
        back = any(row.to == BACK for state in inside for row in rows_in(workflow, state))
        return back or any(mark.state in (*exits(workflow, state), *_again(workflow, state.name)) for state in inside)
    if isinstance(mark, Happens):
        return mark.event in (*workflow.events, *BUILT_IN_EVENTS)
    return mark.message in sent


def _again(workflow: Workflow, state: str) -> set[str]:
    """The state itself, where a row names it: a new stay."""
    return {row.to for row in rows_in(workflow, workflow.states[state]) if row.to == state}
