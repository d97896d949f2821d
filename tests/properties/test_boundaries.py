"""Do the boundary values see everything a condition can answer, and answer as the court does?"""

from datetime import time
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.core.evaluate import Seen, evaluate
from engine.language.boundaries import holds, point_gaps, situations
from engine.model.condition import AllOf, Answer, AnyOf, Clause, Condition, NoneOf, Word
from engine.model.fieldtext import write_text
from engine.model.span import NOWHERE
from engine.model.values import FieldType
from engine.model.workflow import Field
from tests.unit.language.rulebooks import compiled, small

PARCEL = compiled(small()).workflows["parcel"]
NUMBERS = st.sampled_from(["0", "1", "9.9", "10", "10.1", "50", "998", "999.9"]).map(Decimal)
ORDER = st.sampled_from([Word.MORE_THAN, Word.AT_LEAST, Word.LESS_THAN, Word.AT_MOST, Word.IS, Word.IS_NOT])
TEXTS = st.sampled_from(["深圳", "深", "圳", "广州"])


def a_clause(subject: str, word: Word, *operands: object) -> Clause:
    return Clause(subject, word, operands, NOWHERE)  # type: ignore[arg-type]  # operands are drawn by the strategies below


CLAUSES = st.one_of(
    st.builds(lambda word, value: a_clause("weight", word, value), ORDER, NUMBERS),
    st.builds(lambda values: a_clause("tier", Word.ONE_OF, *values), st.lists(st.sampled_from(["普通", "VIP"]), min_size=1, max_size=2)),
    st.builds(lambda value: a_clause("tier", Word.IS_NOT, value), st.sampled_from(["普通", "VIP"])),
    st.builds(lambda value: a_clause("tier", Word.BLANK, value), st.booleans()),
    st.builds(
        lambda word, value: a_clause("city", word, value), st.sampled_from([Word.IS, Word.IS_NOT, Word.CONTAINS, Word.STARTS_WITH]), TEXTS
    ),
    st.builds(
        lambda word, hour: a_clause("started_at_time", word, time(hour)), st.sampled_from([Word.BEFORE, Word.FROM]), st.integers(0, 23)
    ),
    st.builds(lambda state: a_clause("state", Word.IS, state), st.sampled_from(["new", "moving", "done"])),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    CLAUSES,
    lambda parts: st.one_of(
        st.builds(lambda some: AllOf(tuple(some)), st.lists(parts, max_size=3)),
        st.builds(lambda some: AnyOf(tuple(some)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda some: NoneOf(tuple(some)), st.lists(parts, min_size=1, max_size=3)),
    ),
    max_leaves=4,
)


@given(CONDITIONS)
def test_at_every_boundary_the_checks_answer_as_the_court_does(condition: Condition) -> None:
    for values in situations([condition], PARCEL) or []:
        texts = {name: write_text(value) for name, value in values.items() if name in PARCEL.fields and not isinstance(value, time)}
        started, state = values.get("started_at_time"), values.get("state")
        seen = Seen(PARCEL, texts, "Asia/Shanghai", str(state or "new"), started if isinstance(started, time) else None)

        answer, _ = evaluate(condition, seen)

        assert (answer is Answer.YES) is holds(condition, values), values


@given(CONDITIONS, st.decimals(0, 999, places=1), st.sampled_from(["深圳", "上海", "深水", "南圳"]), st.sampled_from([None, "普通", "VIP"]))
def test_what_a_condition_can_answer_it_answers_at_some_boundary(
    condition: Condition, weight: Decimal, city: str, tier: str | None
) -> None:
    looked_at = situations([condition], PARCEL)
    any_case = {"weight": weight, "city": city, "tier": tier, "state": "new", "started_at_time": time(12)}

    assert looked_at is None or holds(condition, any_case) in {holds(condition, values) for values in looked_at}


def test_fifty_gives_what_is_just_below_fifty_itself_and_what_is_just_above() -> None:
    looked_at = situations([a_clause("weight", Word.AT_LEAST, Decimal(50))], PARCEL)

    assert looked_at is not None
    assert sorted(values["weight"] for values in looked_at if isinstance(values["weight"], Decimal)) == [
        Decimal("49.9"),
        Decimal(50),
        Decimal("50.1"),
    ]


def test_below_and_above_leave_a_gap_that_at_least_closes() -> None:
    below, above = a_clause("weight", Word.LESS_THAN, Decimal(50)), a_clause("weight", Word.MORE_THAN, Decimal(50))
    at_least = a_clause("weight", Word.AT_LEAST, Decimal(50))

    assert list(point_gaps([below, above], PARCEL)) == [("weight", Decimal(50))]
    assert list(point_gaps([below, at_least], PARCEL)) == []


def test_too_many_combinations_are_not_looked_at() -> None:
    fields = {f"f{number}": Field(name=f"f{number}", type=FieldType.NUMBER, label="数", span=NOWHERE) for number in range(9)}
    many = AllOf(tuple(a_clause(name, Word.MORE_THAN, Decimal(1)) for name in fields))

    assert situations([many], type(PARCEL)(**{**{name: getattr(PARCEL, name) for name in PARCEL.__slots__}, "fields": fields})) is None
