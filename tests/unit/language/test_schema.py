"""Does an editor's schema accept what the compiler accepts, and offer this project's names?"""

from collections.abc import Iterator, Mapping

import jsonschema
import pytest

from engine.language.compile import FORMS
from engine.language.diagnostics import Findings
from engine.language.project import Project, read_project
from engine.language.reader import read_source
from engine.language.schema import every_form, json_schema
from engine.language.schema_shape import Json
from engine.language.vocabulary import explained
from tests.unit.language.rulebooks import SHIPPED

YAML = sorted(name for name in SHIPPED if name.endswith(".yaml"))


@pytest.mark.parametrize("project", [None, read_project(SHIPPED)], ids=["bare", "with names"])
def test_the_shipped_files_fit_their_schemas(project: Project | None) -> None:
    judges = {kind: judge(schema) for kind, schema in json_schema(project).items()}

    for name in YAML:
        source = read_source(name, SHIPPED[name], Findings())
        assert source is not None
        assert isinstance(source.data, dict)
        assert [error.message for error in judges[str(source.data["kind"])].iter_errors(source.data)] == []


def judge(schema: Json) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("project", [None, read_project(SHIPPED)], ids=["bare", "with names"])
def test_no_schema_has_a_union_or_a_null(project: Project | None) -> None:
    """Editors explain unions badly."""
    used = {key for node in mappings(json_schema(project)) for key in node}
    types = [node["type"] for node in mappings(json_schema(project)) if "type" in node]

    assert "properties" in used
    assert used & {"anyOf", "oneOf", "allOf", "default"} == set()
    assert [each for each in types if each == "null" or (isinstance(each, list) and "null" in each)] == []


def mappings(node: object) -> Iterator[Mapping[str, object]]:
    """Every JSON Schema inside, less the mappings from our own keys to schemas."""
    if isinstance(node, Mapping):
        yield node
        for key, value in node.items():
            inside = value.values() if key in ("properties", "$defs") and isinstance(value, dict) else [value]
            for each in inside:
                yield from mappings(each)
    elif isinstance(node, list):
        for each in node:
            yield from mappings(each)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_an_editor_shows_of_a_key_is_what_the_vocabulary_says(lang: str) -> None:
    for kind, root in FORMS.items():
        schema = json_schema(None, lang)[kind]
        assert isinstance(schema, dict)
        for form in every_form(root):
            told = explained(form)
            block = schema if form is root else schema["$defs"][form.__name__]
            shown = {key: value.get("markdownDescription") or value["description"] for key, value in block["properties"].items()}
            assert {"": block["title"], **shown} == {key: said.of(lang) for key, said in told.items()}


@pytest.mark.parametrize(
    ("way", "fits"),
    [("intake", True), (["intake", "exception"], True), ("intak", False), (["intake", "exceptio"], False), ({"a": "b"}, False), ([], True)],
)
def test_one_name_and_a_list_of_names_share_a_schema(way: Json, fits: bool) -> None:
    file = {"kind": "sla", "policies": {"x": {"label": "x", "workflow": "shipment", "while": way, "limit": "1 h"}}}

    assert judge(json_schema(read_project(SHIPPED))["sla"]).is_valid(file) == fits


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"source": "web"}, True), ({"source": ["web", "phone"]}, True), ({"source": ["web", "fax"]}, False), ({"sourc": "web"}, False),
        ({"weight_kg": {"more_than": "5"}}, True), ({"weight_kg": {"more_then": "5"}}, False), ({"weight_kg": {"contains": "5"}}, False),
        ({"any_of": [{"city": "x"}, {"cit": "x"}]}, False), ({"state": "intake"}, True),
    ],
)  # fmt: skip
def test_a_condition_knows_fields_choices_and_comparisons(condition: Json, fits: bool) -> None:
    file = {"kind": "sla", "policies": {"x": {"label": "x", "workflow": "shipment", "while": "intake", "limit": "1 h", "if": condition}}}

    assert judge(json_schema(read_project(SHIPPED))["sla"]).is_valid(file) == fits


def test_names_of_the_project_are_offered_and_others_refused() -> None:
    schema = json_schema(read_project(SHIPPED))["sla"]
    policy = {"label": "x", "workflow": "shipment", "while": "intake", "limit": "1 h"}

    def errors(**change: str) -> int:
        file = {"kind": "sla", "policies": {"x": {**policy, **change}}}
        return len(list(jsonschema.Draft202012Validator(schema).iter_errors(file)))

    assert errors() == 0
    assert errors(calendar="service_desk") == 0
    assert errors(calendar="service_dek") == 1
    assert errors(workflow="shipmnt") == 1


def test_there_is_a_schema_for_every_kind() -> None:
    assert set(json_schema(None)) == set(FORMS)
