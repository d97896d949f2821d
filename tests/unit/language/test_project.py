"""Does an editor keep the names of a project, also while a file is broken?"""

import pytest

from engine.language.project import kinds_of, read_project
from tests.unit.language.rulebooks import SHIPPED

CONTACTS = "rules/contacts.yaml"
ROLES = set(read_project(SHIPPED).of("role"))


def broken(good: str, bad: str) -> dict[str, str]:
    assert good in SHIPPED[CONTACTS]
    return {**SHIPPED, CONTACTS: SHIPPED[CONTACTS].replace(good, bad, 1)}


def test_a_name_is_offered_with_its_label_and_place() -> None:
    role = read_project(SHIPPED).of("role")["hub_dispatcher"]

    line = SHIPPED[CONTACTS].split("\n")[role.span.line - 1]
    assert role.label == "分拨中心调度"
    assert line[role.span.column - 1 :].startswith("hub_dispatcher:")


def test_states_are_those_of_the_workflow_and_of_all_where_it_is_not_known() -> None:
    project = read_project(SHIPPED)

    assert "line_1" not in project.of("state", "shipment")
    assert "line_1" in project.of("state", "ticket")
    assert {"line_1", "intake"} <= set(project.of("state"))
    assert set(project.of("state", "shipmnt")) == set(project.of("state"))


@pytest.mark.parametrize(("good", "bad"), [("roles:", "roles："), ("roles:", "roles:\n  half_a_line"), ("roles:", "roles:\n  x: [")])
def test_what_can_be_read_of_a_broken_file_counts(good: str, bad: str) -> None:
    assert set(read_project(broken(good, bad)).of("role")) >= ROLES


def test_what_a_broken_file_declared_before_stays_until_it_can_be_read_again() -> None:
    good = read_project(SHIPPED)
    unreadable = {**SHIPPED, CONTACTS: "{{{"}

    while_broken = read_project(unreadable, good)
    mended = read_project({**SHIPPED, CONTACTS: "kind: contacts\nroles:\n  only_one: {label: 一个, person: x}\n"}, while_broken)

    assert set(read_project(unreadable).of("role")) == set()
    assert set(while_broken.of("role")) == ROLES
    assert set(mended.of("role")) == {"only_one"}


def test_a_file_says_its_kind_also_while_it_is_broken() -> None:
    kinds = kinds_of({"a.yaml": "kind: sla\npolicies: {", "b.yaml": "# nothing yet", "c.csv": "kind: sla"})

    assert kinds == {"a.yaml": "sla"}
