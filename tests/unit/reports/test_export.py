"""Does an export hold every event that stands, with its case, and nothing personal?"""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from adapters.sql.stores import open_stores
from tests.histories.recount_papers import Papers, events, papers
from tests.unit.cli.rulebook import waybill

NAMESPACE = "{http://www.xes-standard.org/}"
SECRETS = ("1380001", "13912345678", "马先生", "王先生", "科技园1号")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "WAYBILL_LANG", "WAYBILL_DB", "WAYBILL_RULES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def exported(two_days_on_disk: Path) -> Path:
    folder = two_days_on_disk / "out"
    said = waybill(
        "export", "--xes", str(folder / "log.xes"), "--ocel", str(folder / "log.json"),
        "--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book"),
    )  # fmt: skip
    assert said.code == 0, said.err
    return folder


@pytest.fixture(scope="module")
def cases(two_days_on_disk: Path) -> list[Papers]:
    stores = open_stores(f"sqlite:///{two_days_on_disk / 'desk.db'}", check=False)
    found = papers(stores)
    stores.close()
    return found


def values(node: ElementTree.Element) -> dict[str, str]:
    return {one.get("key", ""): one.get("value", "") for one in node if one.tag != f"{NAMESPACE}event"}


def test_a_trace_holds_the_events_of_its_case_in_order_of_time(exported: Path, cases: list[Papers]) -> None:
    log = ElementTree.parse(exported / "log.xes").getroot()

    traces = {values(trace)["concept:name"]: [values(one) for one in trace.findall(f"{NAMESPACE}event")] for trace in log.findall(f"{NAMESPACE}trace")}  # fmt: skip

    assert {name: [one["concept:name"] for one in told] for name, told in traces.items()} == {
        one.case.id: [row.name for row in events(one)] for one in cases
    }
    for told in traces.values():
        assert [one["time:timestamp"] for one in told] == sorted(one["time:timestamp"] for one in told)


def test_only_one_workflow_is_written_when_asked(two_days_on_disk: Path, tmp_path: Path, cases: list[Papers]) -> None:
    path = tmp_path / "tickets.xes.gz"

    said = waybill("export", "--xes", str(path), "--workflow", "ticket", "--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book"))  # fmt: skip

    with gzip.open(path) as packed:
        traces = ElementTree.parse(packed).getroot().findall(f"{NAMESPACE}trace")
    assert said.code == 0
    assert len(traces) == sum(one.case.workflow == "ticket" for one in cases)


def test_objects_and_events_of_ocel_are_whole_and_name_only_each_other(exported: Path, cases: list[Papers]) -> None:
    log: dict[str, Any] = json.loads((exported / "log.json").read_text(encoding="utf-8"))
    objects = {one["id"]: one for one in log["objects"]}

    assert len(objects) == len(log["objects"])
    assert Counter(one["type"] for one in log["events"]) == Counter(row.name for one in cases for row in events(one))
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    assert {one["name"] for one in log["objectTypes"]} == {one["type"] for one in log["objects"]} == {"shipment", "ticket", "parcel"}
    declared = {one["name"]: {each["name"] for each in one["attributes"]} for one in log["eventTypes"]}
    assert all({each["name"] for each in one["attributes"]} <= declared[one["type"]] for one in log["events"])
    named = [each["objectId"] for one in [*log["objects"], *log["events"]] for each in one["relationships"]]
    assert set(named) <= set(objects)


def test_a_ticket_is_related_to_its_shipment_and_to_the_case_that_opened_it(exported: Path, cases: list[Papers]) -> None:
    log: dict[str, Any] = json.loads((exported / "log.json").read_text(encoding="utf-8"))

    found = {(one["id"], each["objectId"], each["qualifier"]) for one in log["objects"] for each in one["relationships"]}

    opened = {(one.case.id, one.journal[0].source[5:], "opened_by") for one in cases if one.journal[0].source.startswith("case/")}
    about = {(one.case.id, one.shipment.id) for one in cases if one.shipment is not None}
    assert opened
    assert opened <= found
    assert about <= {(case, other) for case, other, _ in found}
    assert {how for *_, how in found} == {"parcel", "about", "opened_by"}


def test_nothing_personal_leaves_with_an_export(exported: Path) -> None:
    written = (exported / "log.xes").read_text(encoding="utf-8") + (exported / "log.json").read_text(encoding="utf-8")

    assert not [secret for secret in SECRETS if secret in written]


@pytest.mark.parametrize("words", [(), ("--workflow", "ticket"), ("--xes", "/proc/none/x"), ("--xes", "x", "--workflow", "nonsense")])
def test_what_makes_no_sense_is_refused(two_days_on_disk: Path, words: tuple[str, ...]) -> None:
    said = waybill("export", *words, "--db", str(two_days_on_disk / "desk.db"), "--rules", str(two_days_on_disk / "book"))

    assert (said.code, said.out) == (2, "")
    assert said.err
