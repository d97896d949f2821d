"""How does a field of a workflow become an input, and what was typed a value again? The form is the workflow's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from adapters.web.console.visit import Visit
from engine.core.called import Called
from engine.model.erased import is_erased
from engine.model.fieldtext import BadValue, decimal_places
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow
from engine.service.asking import Asked, Ends, endings
from engine.service.desk import Problem

BEGINS = "f."
"""So the name of an input begins, followed by the field's."""
KINDS = {
    FieldType.NUMBER: "number", FieldType.MONEY: "number", FieldType.COUNT: "number", FieldType.PHONE: "tel", FieldType.TIME: "datetime-local",
    FieldType.DATE: "date", FieldType.CHOICE: "choice", FieldType.YES_NO: "choice",
}  # fmt: skip
TEXT_CHARS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One field of a form."""

    name: str
    label: str
    kind: str
    """text, number, tel, datetime-local, date, choice"""
    value: str = ""
    needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """(value, as it is said)"""
    chars_max: int = TEXT_CHARS_MAX
    hint: str = ""
    """What fits: `0–99999.9`."""
    wrong: str = ""
    names_case: bool = False
    """Whether another case may be known by this value already."""
    ends: tuple[tuple[str, str], ...] = ()
    """(choice, what then comes of the case, with the place of the rule)"""


@dataclass(frozen=True, slots=True)
class Form:
    """The inputs of one form, in the order of the workflow."""

    first: Sequence[Input] = ()
    """Needed and wanted ones."""
    more: Sequence[Input] = ()
    """Folded away."""
    wrong: Sequence[str] = ()
    """What is wrong with none of the inputs."""

    @property
    def opens_more(self) -> bool:
        """Whether something is said or wrong among what is folded away."""
        return any(one.value or one.wrong for one in self.more)


def form_of(
    visit: Visit,
    workflow: Workflow,
    asked: Asked,
    *,
    state: str = "",
    problems: Sequence[Problem] = (),
    known: Mapping[str, str] | None = None,
) -> Form:
    """As it is shown: with what was typed, what is wrong, and where choices lead from `state`. `known`: what stands, for corrections."""
    called = Called(visit.desk.rulebook(), visit.lang)
    wrong = {one.field: visit.of(one.zh, one.en) for one in problems}
    ends = endings(workflow, state)

    needed = {one.name for one in asked.needed}
    first = needed | {one.name for one in asked.wanted}
    more = {one.name for one in asked.more}

    def inputs(names: Collection[str]) -> list[Input]:
        return [
            _input(
                visit, called, workflow, one, needed=name in needed, wrong=wrong.get(name, ""), ends=ends.get(name, ()),
                standing=(known or {}).get(name, ""),
            )
            for name, one in workflow.fields.items() if name in names
        ]  # fmt: skip

    return Form(inputs(first), inputs(more), [text for name, text in wrong.items() if name not in first | more])


def told(visit: Visit, workflow: Workflow | None) -> dict[str, object]:
    """Field -> what was typed, blanks left out."""
    fields = workflow.fields if workflow else {}
    typed = {name: visit.text(BEGINS + name, TEXT_CHARS_MAX) for name in fields if BEGINS + name in visit.form}
    return {name: text for name, text in typed.items() if text}


def standing(visit: Visit, workflow: Workflow | None, name: str, text: str) -> str:
    """A value as the form shows it: what comes back unchanged is no correction."""
    field = workflow.fields.get(name) if workflow else None
    return _standing(Called(visit.desk.rulebook(), visit.lang), field, text) if field else text


def missing(asked: Asked, given: Mapping[str, object]) -> list[Problem]:
    """Needed fields without a value."""
    return [Problem(one.name, "要填", "needed") for one in asked.needed if not given.get(one.name)]


def _input(
    visit: Visit, called: Called, workflow: Workflow, field: Field, *, needed: bool, wrong: str, ends: Sequence[Ends], standing: str
) -> Input:  # fmt: skip
    kind = KINDS.get(field.type, "text")
    choices = tuple((one, one) for one in field.choices)
    if field.type is FieldType.YES_NO:
        choices = (("yes", visit.of("是", "yes")), ("no", visit.of("否", "no")))
    value = visit.text(BEGINS + field.name, TEXT_CHARS_MAX) or _standing(called, field, standing)
    then = tuple(
        (
            one.choice,
            visit.say(
                "forms.ends", choice=one.choice, event=called.event(workflow.name, one.event), state=called.state(workflow.name, one.state),
                place=f"{one.place.file}:{one.place.line}",
            ),
        )
        for one in ends
    )  # fmt: skip
    return Input(
        name=BEGINS + field.name, label=called.of(field.label, field.name), kind=kind, value=value, needed=needed, choices=choices,
        chars_max=int(field.max) if field.max is not None and kind == "text" else TEXT_CHARS_MAX, hint=_hint(visit, field), wrong=wrong,
        names_case=field.name in workflow.identified_by or field.type is FieldType.PHONE, ends=then,
    )  # fmt: skip


def _standing(called: Called, field: Field, text: str) -> str:
    """A public value as it stands, as an input takes it."""
    if not text or is_erased(text) or field.type is not FieldType.TIME:
        return "" if is_erased(text) else text
    try:
        return called.wall(field, text).replace(" ", "T")
    except BadValue:
        return ""


def _hint(visit: Visit, field: Field) -> str:
    if field.max is None:
        return ""
    if field.type in (FieldType.NUMBER, FieldType.MONEY):
        places = decimal_places(field)
        return visit.say("forms.up_to", most=f"{field.max:f}") if places else visit.say("forms.whole", most=f"{field.max:f}")
    return visit.say("forms.chars", most=f"{field.max:f}") if field.type is FieldType.TEXT else ""
