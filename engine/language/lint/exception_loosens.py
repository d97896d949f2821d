"""Does a case that fits two exceptions get the looser limit, only because it stands first?

exception-loosens (W523)

What it finds: two `except` rows that some cases fit both, neither of them narrower, where the first has the longer limit.
Why it matters: an urgent case of a large customer waits eight hours although a row for large customers says four.
Example: `- {if: {urgency: 紧急}, limit: 8 h}` and below it `- {if: {tier: VIP}, limit: 4 h}`.
Better: the shorter limit first, or a row for both above them: `- {if: {urgency: 紧急, tier: VIP}, limit: 4 h}`.
When to allow it: where the longer limit is meant for cases that fit both; it is a warning.
"""

from collections.abc import Mapping
from datetime import date

from engine.language.boundaries import holds, situations, told
from engine.language.diagnostics import Findings
from engine.language.texts import write_amount
from engine.model.condition import Operand
from engine.model.policy import Amount, Exception_, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report pairs of exceptions whose overlap gets the longer limit."""
    for policy in rulebook.policies.values():
        workflow = rulebook.workflows[policy.workflow]
        for place, row in enumerate(policy.excepts):
            for earlier in policy.excepts[:place]:
                both = _both(policy, earlier, row, workflow) if _looser(earlier, row) else None
                if both is not None:
                    _report(earlier, row, told(both, workflow), findings)


def _looser(earlier: Exception_, row: Exception_) -> bool:
    one, other = earlier.terms, row.terms
    if not isinstance(one, Amount) or not isinstance(other, Amount) or bool(one.business_days) != bool(other.business_days):
        return False
    return (one.business_days, one.seconds) > (other.business_days, other.seconds)


def _both(policy: Policy, earlier: Exception_, row: Exception_, workflow: Workflow) -> Mapping[str, Operand | None] | None:
    """A case that fits both and no row above them; None where there is none, or one row is narrower: then its order is meant."""
    above = policy.excepts[: policy.excepts.index(earlier)]
    conditions = [earlier.condition, row.condition, *(one.condition for one in above)]
    looked_at = situations(conditions, workflow, policy.while_states) or []
    fits = [(values, holds(earlier.condition, values), holds(row.condition, values)) for values in looked_at]
    if not any(one and not other for _, one, other in fits) or not any(other and not one for _, one, other in fits):
        return None
    both = (values for values, one, other in fits if one and other)
    return next((values for values in both if not any(holds(each.condition, values) for each in above)), None)


def _report(earlier: Exception_, row: Exception_, example: str, findings: Findings) -> None:
    assert isinstance(earlier.terms, Amount)
    assert isinstance(row.terms, Amount)
    longer, shorter = write_amount(earlier.terms), write_amount(row.terms)
    findings.add(
        "W523",
        row.span,
        f"两行都符合的单({example})按第 {earlier.span.line} 行算 {longer},比这一行的 {shorter} 宽",
        f"a case that fits both ({example}) gets {longer} of line {earlier.span.line}, longer than {shorter} here",
        fix=("时限短的写在前面,或在上面给两者都符合的单写一行", "put the shorter limit first, or write a row for both above them"),
        related=[earlier.span],
    )
