"""What may an editor offer? JSON Schemas made from the forms, with this project's names and the vocabulary filled in."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from engine.language.compile import FORMS
from engine.language.compile_conditions import WORDS
from engine.language.form_people import PersonForm
from engine.language.project import Declared, Project
from engine.language.references import CONDITIONS, NAMED_KEYS, REFERENCES, offered
from engine.language.said import Said
from engine.language.schema_shape import FREE_TEXT, REF, Json, simple
from engine.language.validate import forms_in
from engine.language.vocabulary import BESIDE_FIELDS, COMPARISONS, explained
from engine.model.values import FieldType

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CONDITION = "Condition"
_CONDITION_SAID = Said("条件:写在一起的全部成立才算", "a condition: all that is written here holds")


def json_schema(project: Project | None = None, lang: str = "zh") -> dict[str, Json]:
    """One schema per kind of file: kind -> JSON Schema (2020-12), hover texts in `zh` or `en`.

    With a project, whatever names something of it is an enum of its names; without one, any text will do. There are no unions
    and no nulls, for editors explain those badly (authoring.md section 7). `check` stays the judge.
    """
    return {kind: _schema(form, project, lang) for kind, form in FORMS.items()}


def every_form(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A form and all forms inside it, each once."""
    seen: set[type[BaseModel]] = set()
    left = [root]
    while left:
        form = left.pop()
        if form not in seen:
            seen.add(form)
            yield form
            left += [inner for info in form.model_fields.values() for inner in forms_in(info.annotation)]


def _schema(root: type[BaseModel], project: Project | None, lang: str) -> Json:
    made: dict[str, Json] = root.model_json_schema(by_alias=True)
    defs = _block(made.pop("$defs", {}))
    for form in every_form(root):
        _fill(made if form is root else _block(defs[form.__name__]), form, project, lang)
    defs.update(_conditions(project, lang))
    whole = simple(made, defs)
    assert isinstance(whole, dict)
    return {"$schema": DIALECT, **whole, "$defs": {name: simple(each, defs) for name, each in defs.items()}}


def _fill(made: dict[str, Json], form: type[BaseModel], project: Project | None, lang: str) -> None:
    """One block: what it and its keys mean, and the names that fit."""
    told = explained(form)
    made.update({"title": told[""].of(lang) if "" in told else form.__name__})
    made.pop("description", None)
    properties = _block(made["properties"])
    for key, node in properties.items():
        place = (form.__name__, key)
        value = {name: each for name, each in _block(node).items() if name != "title"}
        if place in CONDITIONS:
            value = {"$ref": REF + CONDITION}
        if project is not None:
            _name(value, _listed(offered(REFERENCES.get(place, ""), project)))
            _name_keys(value, offered(NAMED_KEYS.get(place, ""), project), lang)
        properties[key] = {**value, **(_said(told[key], lang) if key in told else {})}
    if project is not None and form is PersonForm:
        made["properties"] = {**properties, **{name: {"type": list(FREE_TEXT)} for name in project.of("channel")}}


def _name(node: Json, listed: dict[str, Json]) -> None:
    """Every free text below becomes one of the names; `none` stays possible where it was."""
    if not isinstance(node, dict) or not listed:
        return
    options = node.get("anyOf")
    for inner in [node.get("items"), *(options if isinstance(options, list) else [])]:
        _name(inner, listed)
    if node.get("const") == "none":
        del node["const"]
        words, told = listed["enum"], listed["enumDescriptions"]
        assert isinstance(words, list)
        assert isinstance(told, list)
        node.update({"type": "string", "enum": ["none", *words], "enumDescriptions": ["", *told]})
    elif node.get("type") in ("string", ["string", "number"]):
        node.update({**listed, "type": "string"})


def _listed(names: Mapping[str, Declared]) -> dict[str, Json]:
    return {"enum": list(names), "enumDescriptions": [one.label for one in names.values()]} if names else {}


def _name_keys(node: Json, names: Mapping[str, Declared], lang: str) -> None:
    """Every key of a free mapping becomes one of the names."""
    if not isinstance(node, dict) or not names:
        return
    options = node.get("anyOf")
    for inner in [node.get("items"), *(options if isinstance(options, list) else [])]:
        _name_keys(inner, names, lang)
    value = node.get("additionalProperties")
    if isinstance(value, dict):
        node["properties"] = {name: {**value, "description": _label(one, lang)} for name, one in names.items()}
        node["additionalProperties"] = False


def _conditions(project: Project | None, lang: str) -> dict[str, Json]:
    """`Condition`, and what may be compared for each type of field."""
    condition: dict[str, Json] = {"type": "object", "title": _CONDITION_SAID.of(lang)}
    if project is None:
        return {CONDITION: condition}
    forms: Json = {"type": "array", "items": {"$ref": REF + CONDITION}}
    compared: dict[str, Json] = {
        f"of_{each}": {
            "properties": {word: _said(said, lang) for word, said in COMPARISONS.items() if word in WORDS[each]},
            "additionalProperties": False,
        }
        for each in FieldType
    }
    fields: dict[str, Json] = {
        name: {
            **({"$ref": f"{REF}of_{one.type}"} if f"of_{one.type}" in compared else {}),
            "description": _label(one, lang),
            **_choices(one),
        }
        for name, one in project.of("field").items()
    }
    beside: dict[str, Json] = {
        "state": {"description": BESIDE_FIELDS["state"].of(lang), "examples": list(project.of("state"))},
        "started_at_time": {"$ref": f"{REF}of_{FieldType.TIME}", "description": BESIDE_FIELDS["started_at_time"].of(lang)},
        **{word: {**_block(forms), "description": BESIDE_FIELDS[word].of(lang)} for word in ("any_of", "none_of")},
    }
    return {CONDITION: {**condition, "properties": {**fields, **beside}, "additionalProperties": False}, **compared}


def _choices(field: Declared) -> dict[str, Json]:
    return {"items": {"enum": list(field.choices)}, "examples": list(field.choices)} if field.choices else {}


def _label(one: Declared, lang: str) -> str:
    """城市:深圳、东莞"""
    colon, comma = (":", "、") if lang == "zh" else (": ", ", ")
    return (one.label or one.name) + (colon + comma.join(one.choices) if one.choices else "")


def _said(said: Said, lang: str) -> dict[str, Json]:
    """The hover text; once more for editors that show Markdown."""
    text = said.of(lang)
    return {"description": text.replace("`", ""), **({"markdownDescription": text} if "`" in text else {})}


def _block(node: Json) -> dict[str, Json]:
    assert isinstance(node, dict)
    return node
