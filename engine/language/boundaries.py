"""At which values does a condition change its answer? The values around each boundary, and what the condition says there.

`at_least: 50` gives 49.99, 50, 50.01; a choice gives each of its choices; what is optional may also be blank. Checks that compare rows
look at these situations and at no others: between two boundaries nothing changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from math import prod

from engine.language.walk import clauses
from engine.model.comparing import satisfies
from engine.model.condition import AllOf, AnyOf, Clause, Condition, Operand, Word
from engine.model.fieldtext import decimal_places, write_text
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow

SITUATIONS_MAX = 4096
"""More combinations than these are not looked at: the check then says nothing."""
PLACES = 2
"""Decimals of a number that declares none."""
OTHER = "其他"
"""A text that no rule names."""

Values = Mapping[str, Operand | None]
"""Subject -> value; None is blank."""


def values_of(subject: str, told: Sequence[Clause], workflow: Workflow, states: Sequence[str]) -> list[Operand | None]:
    """The values of one subject at which some clause may change its answer. told: the clauses about it; states: where a case may be."""
    field = workflow.fields.get(subject)
    found: list[Operand | None] = []
    if subject == "state":
        return list(states)
    if field is not None and field.type is FieldType.CHOICE:
        found += field.choices
    elif field is not None and field.type is FieldType.YES_NO:
        found += [True, False]
    else:
        found += sorted({value for clause in told for value in _around(clause, field)}, key=str)
        if not found or (field is not None and field.type in (FieldType.TEXT, FieldType.PHONE, FieldType.SERIAL)):
            found.append(OTHER)  # Where it is only asked whether it is blank: some value, whichever.
    if field is not None and field.optional and field.type is not FieldType.COUNT:
        found.append(None)
    return found


def situations(
    conditions: Iterable[Condition | None], workflow: Workflow, states: Sequence[str] = ()
) -> list[dict[str, Operand | None]] | None:
    """Every combination of boundary values of what these conditions look at; None if there are too many."""
    told: dict[str, list[Clause]] = {}
    for condition in conditions:
        for clause in clauses(condition):
            told.setdefault(clause.subject, []).append(clause)
    values = {subject: values_of(subject, told[subject], workflow, states or tuple(workflow.states)) for subject in told}
    if prod(len(each) for each in values.values()) > SITUATIONS_MAX:
        return None
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def holds(condition: Condition | None, values: Values) -> bool:
    """What the condition answers for these values; blank is no to every comparison and yes to `is_not`."""
    match condition:
        case None:
            return True
        case Clause():
            return _clause(condition, values.get(condition.subject))
        case AllOf(parts):
            return all(holds(part, values) for part in parts)
        case AnyOf(parts):
            return any(holds(part, values) for part in parts)
        case _:
            return not any(holds(part, values) for part in condition.parts)


def told(values: Values, workflow: Workflow) -> str:
    """A situation for people: `客户级别=VIP, 件数=50`."""
    return ", ".join(f"{_label(subject, workflow)}={_shown(value)}" for subject, value in values.items())


def point_gaps(conditions: Sequence[Condition | None], workflow: Workflow, states: Sequence[str] = ()) -> Iterator[tuple[str, Operand]]:
    """(subject, value) that no condition takes although one takes the value just below and another the one just above."""
    looked_at = situations(conditions, workflow, states) or []
    seen: set[tuple[str, Operand]] = set()
    for values in looked_at:
        if any(holds(condition, values) for condition in conditions):
            continue
        for subject, value in values.items():
            beside = _neighbours(value, workflow.fields.get(subject))
            if len(beside) < 2 or value is None or (subject, value) in seen:
                continue
            takers = [[n for n, one in enumerate(conditions) if holds(one, {**values, subject: near})] for near in beside]
            if all(takers) and not set(takers[0]) & set(takers[1]):
                seen.add((subject, value))
                yield subject, value


def _around(clause: Clause, field: Field | None) -> Iterator[Operand]:
    for operand in clause.operands if clause.word is not Word.BLANK else ():
        yield operand
        if clause.word in (Word.CONTAINS, Word.STARTS_WITH):  # A text that has it and is more than it.
            yield f"{operand}{OTHER}"
            if clause.word is Word.CONTAINS:
                yield f"{OTHER}{operand}"
        for near in _neighbours(operand, field):
            if not (field is not None and isinstance(near, Decimal) and (near < 0 or (field.max is not None and near > field.max))):
                yield near


def _neighbours(value: Operand | None, field: Field | None) -> tuple[Operand, ...]:
    """The values just below and just above; none for what has no order."""
    if isinstance(value, Decimal):
        places = decimal_places(field) if field is not None else None
        if places is None:
            places = 0 if field is not None and field.type is FieldType.COUNT else PLACES
        step = Decimal(1).scaleb(-places)
        return value - step, value + step
    if isinstance(value, datetime):
        return value - timedelta(minutes=1), value + timedelta(minutes=1)
    if isinstance(value, date):
        return value - timedelta(days=1), value + timedelta(days=1)
    if isinstance(value, time):
        minutes = value.hour * 60 + value.minute
        return tuple(time(*divmod(near, 60)) for near in (minutes - 1, minutes + 1) if 0 <= near < 24 * 60)
    return ()


def _clause(clause: Clause, value: Operand | None) -> bool:
    try:
        return satisfies(clause.word, value, clause.operands)
    except TypeError:  # Of another kind than what it is compared with: no row takes it.
        return False


def _label(subject: str, workflow: Workflow) -> str:
    return workflow.fields[subject].label if subject in workflow.fields else subject


def _shown(value: Operand | None) -> str:
    if value is None:
        return "(空)"
    return value.strftime("%H:%M") if isinstance(value, time) else write_text(value)
