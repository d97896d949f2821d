"""What does an editor show at a place of a rule file? Hover texts, completions, where a name is declared, certain corrections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from engine.language.compile import FORMS
from engine.language.compile_conditions import WORDS
from engine.language.cursor import Cursor
from engine.language.names import KINDS
from engine.language.project import Declared, Project
from engine.language.references import CONDITIONS, NAMED_KEYS, REFERENCES, offered
from engine.language.source import Part
from engine.language.vocabulary import BESIDE_FIELDS, COMPARISONS, explained
from engine.model.diagnostic import Diagnostic

_GROUPS = ("any_of", "none_of")


@dataclass(frozen=True, slots=True)
class Offer:
    """One completion."""

    text: str
    told: str
    """What it is, one line."""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """What a form expects somewhere: its types, the form and key it belongs to, and what of the path lies below that key."""

    types: tuple[object, ...]
    form: str = ""
    key: str = ""
    below: tuple[Part, ...] = ()


def hover(cursor: Cursor, project: Project, lang: str) -> str:
    """What the word under the cursor means; empty where nothing is known."""
    if not cursor.word:
        return ""
    place = _place(cursor.kind, cursor.path)
    if cursor.at_key:
        found = next((offer.told for offer in _keys(cursor, place, project, lang) if offer.text == cursor.word), "")
        if found:
            return found
    declared = _names(place, cursor, project).get(cursor.word)
    if declared is not None:
        kind = KINDS.get(declared.kind, "") if lang == "zh" else declared.kind
        return f"{declared.label or declared.name} ({kind})"
    return ""


def completions(cursor: Cursor, project: Project, lang: str) -> list[Offer]:
    """What may be written here."""
    place = _place(cursor.kind, cursor.path)
    if not cursor.kind and not cursor.path and cursor.at_key:
        return [Offer("kind", explained(FORMS["sla"])["kind"].of(lang), is_key=True)]
    if cursor.path == ("kind",):
        return [Offer(kind, explained(form)[""].of(lang)) for kind, form in FORMS.items()]
    if cursor.at_key:
        keys = list(_keys(cursor, place, project, lang))
        if keys:
            return [offer for offer in keys if offer.text not in cursor.around[-1]]
    return [*_values(place, cursor, project), *(Offer(word, "") for word in _words(place.types))]


def definition(cursor: Cursor, project: Project) -> Declared | None:
    """Where the name under the cursor is declared."""
    place = _place(cursor.kind, cursor.path)
    named = _named_keys(place, cursor, project) if cursor.at_key else {}
    return named.get(cursor.word) or _names(place, cursor, project).get(cursor.word)


def correction(found: Diagnostic, line: str) -> tuple[int, int, str] | None:
    """(column from 0, width, text) of a certain correction on the diagnostic's own line; None where a person must decide."""
    start = found.span.column - 1
    written = line[start : start + found.span.width]
    if found.code in ("Y003", "Y008"):
        plain = {"：": ": ", "，": ", ", "［": "[", "］": "]", "｛": "{", "｝": "}", "【": "[", "】": "]"}.get(written[:1])
        blanks = len(line[start + 1 :]) - len(line[start + 1 :].lstrip(" ")) if plain and plain.endswith(" ") else 0
        return (start, 1 + blanks, plain) if plain else None
    if found.code in ("Y004", "Y005"):
        return (start + 1, 0, " ") if written[:1] in (":", "-") else None
    if not written:
        return None
    near, whole = re.search("did you mean “([^”]+)”", found.note_en), re.fullmatch("write `([^`]+)`", found.help_en)
    wrong = re.search("“{?([^”}]+)}?”", found.en)
    if near is not None and wrong is not None and wrong[1] in written:
        return start + written.index(wrong[1]), len(wrong[1]), near[1]
    quotes = 1 if written[0] in "\"'" and written[-1] == written[0] and len(written) > 1 else 0
    return (start + quotes, len(written) - 2 * quotes, whole[1]) if whole is not None else None


def _place(kind: str, path: tuple[Part, ...]) -> _Place:
    place = _Place((FORMS[kind],)) if kind in FORMS else _Place(())
    for part in path:
        place = _step(place, part)
    return place


def _step(place: _Place, part: Part) -> _Place:
    """One key or item deeper."""
    for kind in place.types:
        if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(part, str):
            for name, info in kind.model_fields.items():
                if (info.alias or name) == part:
                    return _Place(tuple(_unwrapped(info.annotation)), kind.__name__, part)
    inner = [each for kind in place.types for each in _inside(kind, part)]
    return replace(place, types=tuple(inner), below=(*place.below, part))


def _inside(kind: object, part: Part) -> Iterator[object]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is dict and isinstance(part, str):
        yield from _unwrapped(arguments[1])
    elif origin is list and isinstance(part, int):
        yield from _unwrapped(arguments[0])


def _unwrapped(annotation: object) -> Iterator[object]:
    """The types behind an annotation. Where a list stands, one of its items may stand, too."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _unwrapped(arguments[0])
    elif origin in (Union, UnionType):
        for each in arguments:
            yield from _unwrapped(each)
    elif origin is list:
        yield annotation
        yield from _unwrapped(arguments[0])
    else:
        yield annotation


def _keys(cursor: Cursor, place: _Place, project: Project, lang: str) -> Iterator[Offer]:
    if (place.form, place.key) in CONDITIONS:
        yield from _condition_keys(cursor, place, project, lang)
        return
    for kind in place.types:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (Offer(key, said.of(lang), is_key=True) for key, said in explained(kind).items() if key)
    for name, one in _named_keys(place, cursor, project).items():
        yield Offer(name, one.label, is_key=True)


def _condition_keys(cursor: Cursor, place: _Place, project: Project, lang: str) -> Iterator[Offer]:
    fields = project.of("field", cursor.said("workflow"))
    subject = next((part for part in reversed(place.below) if part != 0 and part not in _GROUPS), None)
    if subject is None:
        yield from (Offer(name, _told(one), is_key=True) for name, one in fields.items())
        yield from (Offer(word, said.of(lang), is_key=True) for word, said in BESIDE_FIELDS.items())
        return
    kind = fields[str(subject)].type if subject in fields else ""
    fitting = next((words for each, words in WORDS.items() if each == kind), None)
    yield from (Offer(word, said.of(lang), is_key=True) for word, said in COMPARISONS.items() if fitting is None or word in fitting)


def _told(one: Declared) -> str:
    return one.label + (f":{'、'.join(one.choices)}" if one.choices else "")


def _named_keys(place: _Place, cursor: Cursor, project: Project) -> dict[str, Declared]:
    if (place.form, place.key) in CONDITIONS:
        return project.of("field", cursor.said("workflow"))
    kind = NAMED_KEYS.get((place.form, place.key))
    return offered(kind, project, cursor.said("workflow")) if kind else {}


def _names(place: _Place, cursor: Cursor, project: Project) -> dict[str, Declared]:
    kind = REFERENCES.get((place.form, place.key))
    if (place.form, place.key) in CONDITIONS and "state" in place.below:
        kind = "state"
    if kind == "command":
        return project.of(kind, cursor.said("connection"))
    return offered(kind, project, cursor.said("workflow")) if kind else {}


def _values(place: _Place, cursor: Cursor, project: Project) -> Iterator[Offer]:
    yield from (Offer(name, one.label) for name, one in _names(place, cursor, project).items())
    if (place.form, place.key) in CONDITIONS:
        fields = project.of("field", cursor.said("workflow"))
        yield from (Offer(choice, "") for part in place.below if part in fields for choice in fields[str(part)].choices)
        if place.below[-1:] == ("blank",):
            yield from (Offer("yes", ""), Offer("no", ""))


def _words(types: tuple[object, ...]) -> Iterator[str]:
    for kind in types:
        if get_origin(kind) is Literal:
            yield from (str(word) for word in get_args(kind))
        elif kind is bool:
            yield from ("yes", "no")
