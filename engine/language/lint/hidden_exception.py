"""Is there an exception that can never be reached, because earlier ones always fit where it does?

hidden-exception (W521)

What it finds: an `except` row whose cases, or some of whose listed values, an earlier row takes already.
Why it matters: rows are tried from the top and the first that fits wins; the later limit never holds.
Example: `- {if: {客户级别: [VIP, 大客户]}, limit: 1 h}` and below it `- {if: {客户级别: VIP}, limit: 30 min}`.
Better: put the narrower row first, or take the value out of one of the two.
When to allow it: never needed; it is a warning.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice, product

from engine.language.boundaries import holds, situations
from engine.language.diagnostics import Findings
from engine.model.condition import AllOf, AnyOf, Clause, Condition, Operand, Word
from engine.model.policy import DueAt, DueDay, Exception_, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow

VARIANTS_MAX = 64
"""So many combinations of listed values are looked at, per row."""

Parts = tuple[Condition, ...]


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report exceptions that earlier ones take away, wholly or for some of their values."""
    for policy in rulebook.policies.values():
        for place, row in enumerate(policy.excepts):
            _check_row(policy, rulebook.workflows[policy.workflow], policy.excepts[:place], row, findings)


def _check_row(policy: Policy, workflow: Workflow, earlier: Sequence[Exception_], row: Exception_, findings: Findings) -> None:
    before = [one for one in earlier if not _yields(policy, one, row)]
    taken: list[tuple[Parts, Exception_]] = []
    variants = list(islice(_variants(row.condition), VARIANTS_MAX))
    for variant in variants:
        first = next((one for one in before if _covers(one.condition, variant)), None)
        if first is not None:
            taken.append((variant, first))
    if not taken and before and _taken_together(policy, workflow, before, row):
        taken = [(variant, before[0]) for variant in variants]
    if not taken:
        return
    lines = "、".join(dict.fromkeys(str(first.span.line) for _, first in taken))
    zh, en = "前面的行已经全占了,这一行永远轮不到", "earlier rows take all its cases: this one never holds"
    if len(taken) < len(variants):
        values = "、".join(dict.fromkeys(_value(variant, row.condition) for variant, _ in taken))
        zh, en = f"“{values}”在前面的行已经说过,这里不起作用", f"“{values}” is taken by an earlier row and has no effect here"
    fix = (f"看第 {lines} 行:范围小的写在前面,或删去一处", f"see line {lines}: put the narrower row first, or delete one")
    findings.add("W521", row.span, zh, en, fix=fix, related=[first.span for _, first in taken[:1]])


def _taken_together(policy: Policy, workflow: Workflow, before: Sequence[Exception_], row: Exception_) -> bool:
    """Whether several earlier rows take between them, at every boundary, whatever fits this one."""
    looked_at = situations([row.condition, *(one.condition for one in before)], workflow, policy.while_states) or []
    fits = [values for values in looked_at if holds(row.condition, values)]
    return bool(fits) and all(any(holds(one.condition, values) for one in before) for values in fits)


def _yields(policy: Policy, earlier: Exception_, row: Exception_) -> bool:
    """On a closed date a `same_day` row stands back for a `next_open_day` one (time.md 1.2): it hides only its like."""
    if policy.calendar is None or not isinstance(earlier.terms, DueAt) or earlier.terms.day is not DueDay.SAME_DAY:
        return False
    return not isinstance(row.terms, DueAt) or row.terms.day is not DueDay.SAME_DAY


def _parts(condition: Condition) -> Parts:
    return condition.parts if isinstance(condition, AllOf) else (condition,)


def _variants(condition: Condition) -> Iterator[Parts]:
    """The row once for each combination of its listed values."""
    choices = [
        [Clause(part.subject, Word.IS, (value,), part.span, part.private) for value in part.operands]
        if isinstance(part, Clause) and part.word is Word.ONE_OF
        else [part]
        for part in _parts(condition)
    ]
    yield from product(*choices)


def _value(variant: Parts, condition: Condition) -> str:
    listed = [one for one, part in zip(variant, _parts(condition), strict=True) if one is not part]
    return " + ".join(str(value) for one in listed if isinstance(one, Clause) for value in one.operands)


def _covers(wide: Condition, narrow: Parts) -> bool:
    """Whether everything that fits `narrow` fits `wide`; False where it cannot be seen from the words alone."""
    if isinstance(wide, AllOf):
        return all(_covers(part, narrow) for part in wide.parts)
    if isinstance(wide, AnyOf) and any(_covers(part, narrow) for part in wide.parts):
        return True
    return any(_bare(part) == _bare(wide) or _implies(part, wide) for part in narrow)


def _bare(condition: Condition) -> object:
    """The condition without its place."""
    if isinstance(condition, Clause):
        return condition.subject, condition.word, frozenset(condition.operands)
    return type(condition).__name__, frozenset(_bare(part) for part in condition.parts)


def _implies(narrow: Condition, wide: Condition) -> bool:
    """`is VIP` implies `one_of [VIP, A]`; `more_than 50` implies `more_than 20`."""
    if not isinstance(narrow, Clause) or not isinstance(wide, Clause) or narrow.subject != wide.subject:
        return False
    if narrow.word is Word.IS:
        return _fits(narrow.operands[0], wide)
    if narrow.word is wide.word is Word.IS_NOT:
        return set(narrow.operands) >= set(wide.operands)
    if narrow.word in _UPWARD and wide.word in _UPWARD:
        lower = _compared(wide.operands[0], narrow.operands[0])
        strict = wide.word is Word.MORE_THAN and narrow.word is not Word.MORE_THAN
        return lower is not None and (lower < 0 or (lower == 0 and not strict))
    if narrow.word in _DOWNWARD and wide.word in _DOWNWARD:
        higher = _compared(wide.operands[0], narrow.operands[0])
        strict = wide.word is not Word.AT_MOST and narrow.word is Word.AT_MOST
        return higher is not None and (higher > 0 or (higher == 0 and not strict))
    return False


_UPWARD = (Word.MORE_THAN, Word.AT_LEAST, Word.FROM)
_DOWNWARD = (Word.LESS_THAN, Word.AT_MOST, Word.BEFORE)


def _fits(value: Operand, wide: Clause) -> bool:
    if wide.word in (Word.IS, Word.ONE_OF):
        return value in wide.operands
    if wide.word is Word.IS_NOT:
        return value not in wide.operands
    if wide.word is Word.BLANK:
        return wide.operands == (False,)
    order = _compared(value, wide.operands[0])
    if order is None:
        return False
    inclusive = wide.word in (Word.AT_LEAST, Word.AT_MOST, Word.FROM)
    return (wide.word in _UPWARD and order > 0) or (wide.word in _DOWNWARD and order < 0) or (inclusive and order == 0)


def _compared(one: Operand, other: Operand) -> int | None:
    """-1, 0, 1; None for what has no order here."""
    if type(one) is not type(other) or not isinstance(one, Decimal | datetime | date | time):
        return None
    return (one > other) - (one < other)  # type: ignore[operator]  # both have the one type checked above
