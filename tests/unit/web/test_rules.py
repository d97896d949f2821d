"""May the console see, propose, publish and roll back rules, as the holder of its token and nobody else?"""

import json

from engine.model.version import Edition, How
from tests.unit.core.courtroom import FILES
from tests.unit.web.desk import NOW, MemoryDesk
from tests.unit.web.gate import a_client

TOKENS = {"ann": "a" * 20, "bob": "b" * 20}


def a_desk() -> MemoryDesk:
    desk = MemoryDesk()
    for number, text in enumerate(("one", "two")):
        edition = Edition(fingerprint=text * 3, files={"rules/sla.yaml": text}, by="ann", why=text, how=How.FOLDER, at=NOW)
        desk.shelf.publish(edition, base=number or None)
    return desk


def as_(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[name]}", "content-type": "application/json"}


def test_versions_are_listed_and_one_is_read_whole() -> None:
    client = a_client(a_desk(), tokens=TOKENS)

    listed = client.get("/rules/versions", headers=as_("ann")).json()
    one = client.get("/rules/versions/v1", headers=as_("ann")).json()

    assert (listed["current"], [row["version"] for row in listed["versions"]]) == (2, [1, 2])
    assert one["files"] == {"rules/sla.yaml": "one"}
    assert client.get("/rules/versions/v9", headers=as_("ann")).status_code == 404


def test_nobody_without_a_token_sees_or_changes_rules() -> None:
    client = a_client(a_desk(), tokens=TOKENS)

    answers = [client.get("/rules/versions"), client.post("/rules/rollback", content=json.dumps({"version": "v1", "why": "x"}))]

    assert [one.status_code for one in answers] == [401, 401]


def test_the_second_person_is_another_holder_whatever_name_is_written() -> None:
    client = a_client(a_desk(), tokens=TOKENS)
    proposed = client.post("/rules/proposals", headers=as_("ann"), content=json.dumps({"files": dict(FILES), "why": "新时限", "base": 2}))
    number = proposed.json()["proposal"]["proposal"]
    agree = json.dumps({"proposal": number, "by": "bob", "why": "看过"})

    own = client.post("/rules/publish", headers=as_("ann"), content=agree)
    other = client.post("/rules/publish", headers=as_("bob"), content=agree)

    assert (proposed.status_code, own.status_code, other.status_code) == (202, 403, 200)
    assert (other.json()["version"]["version"], other.json()["version"]["by"]) == (3, "bob")


def test_a_proposal_made_from_other_rules_or_with_errors_is_refused() -> None:
    client = a_client(a_desk(), tokens=TOKENS)

    stale = client.post("/rules/proposals", headers=as_("ann"), content=json.dumps({"files": dict(FILES), "why": "x", "base": 1}))
    wrong = client.post("/rules/proposals", headers=as_("ann"), content=json.dumps({"files": {"rules/sla.yaml": "kind: slaa"}, "why": "x"}))

    assert (stale.status_code, stale.json()["current"]) == (409, 2)
    assert wrong.status_code == 400
    assert wrong.json()["diagnostics"][0]["code"] == "F100"


def test_a_rollback_needs_a_reason_and_a_version_that_is_there() -> None:
    client = a_client(a_desk(), tokens=TOKENS)

    silent = client.post("/rules/rollback", headers=as_("ann"), content=json.dumps({"version": "v1"}))
    unknown = client.post("/rules/rollback", headers=as_("ann"), content=json.dumps({"version": "v9", "why": "写错了"}))

    assert (silent.status_code, unknown.status_code) == (400, 404)
