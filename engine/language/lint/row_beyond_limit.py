"""Does a reminder lie outside the time it reminds of?

row-beyond-limit (W511)

What it finds: `left:` or `after:` that is not smaller than the policy's shortest limit.
Why it matters: `left: 5 min` under a limit of 5 min fires at once; `after: 1 h` under a limit of 30 min comes when it is late.
Example: `limit: 30 min` with `- left: 30 min`.
Better: `- left: 10 min`, or `- late: 0 min` for what belongs after the limit.
When to allow it: a reminder that should come late in the exceptional, shorter case; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.language.texts import write_amount
from engine.model.policy import Amount, Policy, When
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rows whose moment lies outside the limit."""
    for policy in rulebook.policies.values():
        terms = [policy.terms, *(row.terms for row in policy.excepts)]
        for days in (False, True):
            limits = [one for one in terms if isinstance(one, Amount) and bool(one.business_days) is days]
            if limits:
                _check_rows(policy, min(limits, key=_size), days, findings)


def _check_rows(policy: Policy, shortest: Amount, days: bool, findings: Findings) -> None:
    """Rows written in the unit of the limit; hours against business days depend on the calendar."""
    for row in policy.timeline:
        if row.when in (When.LEFT, When.AFTER) and bool(row.amount.business_days) is days and _size(row.amount) >= _size(shortest):
            limit = write_amount(shortest)
            zh, en = f"“{row.key}” 不小于最短的时限 {limit}", f"“{row.key}” is not smaller than the shortest limit {limit}"
            findings.add("W511", row.span, zh, en, fix=("改小,或写成 late", "make it smaller, or a late row"))


def _size(amount: Amount) -> int:
    return amount.business_days or amount.seconds
