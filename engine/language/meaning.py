"""Is anybody forgotten? The laws that refuse a rulebook: no state waits unwatched, somebody is always there."""

from engine.language.compile_contacts import always_resolves
from engine.language.names import Scope
from engine.model.escalation import LAST_RESORT
from engine.model.policy import Amount, DueAt, DueField, Enters, LookUp, Mode, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow


def check_meaning(scope: Scope, rulebook: Rulebook) -> None:
    """Check the laws of language.md on a rulebook whose names are all in order."""
    for workflow in rulebook.workflows.values():
        _check_watched(scope, rulebook, workflow)
    _check_last_resort(scope, rulebook)
    for calendar in rulebook.calendars.values():
        if not any(calendar.weekly) and not any(rule.hours for rule in calendar.dates.values()):
            zh, en = f"日历“{calendar.label}”从不开门", f"calendar “{calendar.name}” is never open"
            scope.findings.add("W508", calendar.span, zh, en, fix=("hours 里写上开门的时段", "write opening hours"))


def _check_watched(scope: Scope, rulebook: Rulebook, workflow: Workflow) -> None:
    """Every non-final state is inside some policy's `while` that covers all its cases, or says why not."""
    policies = [policy for policy in rulebook.policies.values() if policy.workflow == workflow.name]
    for state in workflow.states.values():
        if state.final or state.no_deadline is not None:
            continue
        reasons = [(policy, why_not_covered(policy, state.name, workflow)) for policy in policies if state.name in policy.while_states]
        if any(why is None for _, why in reasons):
            continue
        told = ";".join(f"“{policy.label}”{why[0]}" for policy, why in reasons if why is not None) or "没有时限的 while 写到它"
        told_en = "; ".join(f"“{policy.name}” {why[1]}" for policy, why in reasons if why is not None) or "no policy names it in while"
        fix = ("在某个时限的 while 里写上它,或写 `no_deadline: 原因`", "name it in a policy's while, or write `no_deadline: why`")
        scope.findings.add(
            "W506", state.span, f"状态“{state.label}”可能无人看管:{told}", f"state “{state.name}” may wait unwatched: {told_en}", fix=fix
        )


def why_not_covered(policy: Policy, state: str, workflow: Workflow) -> tuple[str, str] | None:
    """None where every case in this state has this clock running; else the reason in Chinese and English."""
    if policy.condition is not None:
        return "有 if,不是每一单都有", "has an if"
    if state in policy.pauses:
        return "在这里只是停着", "only pauses here"
    if policy.mode is Mode.SHADOW:
        return "只是试运行", "is in shadow mode"
    if policy.starts and Enters(state) not in policy.starts:
        return "不是一进入这个状态就开始计时", "does not start on entering it"
    if any(not isinstance(mark, Enters) or mark.state == state for mark in policy.stops):
        return "可能在这里就停了", "may stop while the case is here"
    if policy.valid_to is not None:
        return "有截止日期", "ends on a date"
    return _why_no_term(policy, workflow)


def _why_no_term(policy: Policy, workflow: Workflow) -> tuple[str, str] | None:
    for terms in (policy.terms, *(row.terms for row in policy.excepts)):
        if isinstance(terms, LookUp):
            return "查表可能没有结果", "takes its limit from a table that may have no row"
        if isinstance(terms, DueField):
            field = workflow.fields.get(terms.field)
            if field is None or field.optional:
                return "到期时间可能是空的", "has a due field that may be blank"
        assert terms is None or isinstance(terms, (Amount, DueAt, DueField))
    return None


def _check_last_resort(scope: Scope, rulebook: Rulebook) -> None:
    role = rulebook.contacts.roles.get(LAST_RESORT)
    fix = (
        "在 contacts 的 roles 里写 `last_resort: {label: 兜底值班, person: ……}`",
        "add `last_resort: {label: ..., person: ...}` to the roles",
    )
    if role is not None:
        if not always_resolves(rulebook.contacts, role):
            scope.findings.add("W507", role.span, "兜底岗位 last_resort 有时找不到人", "role last_resort does not always resolve", fix=fix)
        return
    needing = [
        *(part.span for part in rulebook.contacts.roles.values()),
        *(part.span for part in rulebook.chains.values()),
        *(part.span for part in rulebook.messages.values()),
    ]
    if needing:
        scope.findings.add("W507", needing[0], "缺少兜底岗位 last_resort", "role last_resort is missing", fix=fix)
