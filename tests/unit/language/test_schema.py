"""Does an editor's schema accept what the compiler accepts, and offer this project's names?"""

import jsonschema
import pytest

from engine.language.compile import FORMS
from engine.language.diagnostics import Findings
from engine.language.project import Project, read_project
from engine.language.reader import read_source
from engine.language.schema import json_schema
from tests.unit.language.rulebooks import SHIPPED

YAML = sorted(name for name in SHIPPED if name.endswith(".yaml"))


@pytest.mark.parametrize("project", [None, read_project(SHIPPED)], ids=["bare", "with names"])
def test_the_shipped_files_fit_their_schemas(project: Project | None) -> None:
    schemas = json_schema(project)

    for name in YAML:
        source = read_source(name, SHIPPED[name], Findings())
        assert source is not None
        assert isinstance(source.data, dict)
        schema = schemas[str(source.data["kind"])]
        jsonschema.Draft202012Validator.check_schema(schema)
        assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(source.data)] == []


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
