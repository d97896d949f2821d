"""Does the rehearsal of open cases say what fires at the moment of publishing, and leave the store as it was?"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.sql.reading import open_reading
from adapters.sql.stores import open_stores
from adapters.wiring.opening import load_rules
from engine.ports.store import StoreUnavailable
from engine.service.simulate import Simulation, incoming_of
from tests.unit.cli.rulebook import FILES, waybill, write_rulebook

SLA = FILES["rules/sla.yaml"]
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai."""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rulebook(tmp_path / "rules")


@pytest.fixture
def store(rules: Path, tmp_path: Path) -> Path:
    """Ordered at 09:00, 09:05, 09:18 and 09:19; the second is picked at 09:19; nobody has worked on since."""
    file = tmp_path / "live.db"
    stores = open_stores(f"sqlite:///{file}")
    simulation = Simulation(load_rules(str(rules))[0], stores, MORNING)
    for minute, case, event in ((0, "A", "ordered"), (5, "B", "ordered"), (18, "C", "ordered"), (19, "D", "ordered"), (19, "B", "picked")):
        at = MORNING.replace(minute=minute)
        simulation.run_until(at)
        simulation.accept([incoming_of(source="hand/1", workflow="parcel", event=event, at=at, data={"no": case})])
    stores.close()
    return file


def a_rulebook(folder: Path, running_cases: str = "adopt", **changed: str) -> Path:
    """As the shipped words of the example, but its open cases take new rules at once."""
    write_rulebook(folder, **changed)
    flow = folder / "workflows/parcel.yaml"
    declared = FILES["workflows/parcel.yaml"].lstrip()
    flow.write_text(declared.replace("label: 包裹\n", f"label: 包裹\nrunning_cases: {running_cases}\n", 1), encoding="utf-8")
    return folder


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_what_is_beyond_the_new_limit_fires_at_once_and_the_rest_is_only_moved(rules: Path, store: Path, tmp_path: Path) -> None:
    new = a_rulebook(tmp_path / "new", sla=SLA.replace("limit: 30 min", "limit: 10 min"))
    before = digest(store)

    said = waybill("plan", rules, new, "--open", store, "--at", "2026-11-23 09:20", "--json")

    opened = said.data["open"]
    assert isinstance(opened, dict)
    assert (opened["cases"], opened["fire_at_once"], opened["nowhere_to_go"]) == (4, 1, 0)
    found = {(one["change"], one["what"]): (one["count"], [each["case"] for each in one["examples"]]) for one in opened["differences"]}
    assert found["new", "催揽收"] == (1, ["parcel:A"])
    assert found["due_earlier", ""] == (3, ["parcel:A", "parcel:C", "parcel:D"])
    assert digest(store) == before


def test_a_person_reads_it_in_the_first_line_and_in_a_part_of_its_own(rules: Path, store: Path, tmp_path: Path) -> None:
    new = a_rulebook(tmp_path / "new", sla=SLA.replace("limit: 30 min", "limit: 10 min"))

    said = waybill("plan", rules, new, "--open", store, "--at", "2026-11-23 09:20")

    assert said.out.splitlines()[0].endswith("1 张未结单会立即触发")
    assert "发布的那一刻(2026-11-23 09:20):4 张未结单,1 张会立即触发" in said.out


def test_cases_that_keep_their_rules_for_now_are_not_touched_and_it_says_so(rules: Path, store: Path, tmp_path: Path) -> None:
    new = a_rulebook(tmp_path / "new", "adopt_at_next_state", sla=SLA.replace("limit: 30 min", "limit: 10 min"))

    said = waybill("plan", rules, new, "--open", store, "--at", "2026-11-23 09:20", "--json")

    opened = said.data["open"]
    assert isinstance(opened, dict)
    assert (opened["fire_at_once"], opened["adopt_later"]) == (0, ["parcel"])


def test_what_would_fire_anyway_is_no_surprise(rules: Path, store: Path) -> None:
    said = waybill("plan", rules, rules, "--open", store, "--at", "2026-11-23 12:00", "--json")

    opened = said.data["open"]
    assert isinstance(opened, dict)
    assert (opened["fire_at_once"], opened["differences"]) == (0, [])


def test_cases_without_a_state_to_go_to_are_counted_and_named(rules: Path, store: Path, tmp_path: Path) -> None:
    parcel = FILES["workflows/parcel.yaml"].replace("waiting", "queued")
    new = write_rulebook(tmp_path / "new", sla=SLA.replace("waiting", "queued"))
    (new / "workflows/parcel.yaml").write_text(parcel.lstrip(), encoding="utf-8")

    said = waybill("plan", rules, new, "--open", store, "--at", "2026-11-23 09:20", "--json")

    opened = said.data["open"]
    assert isinstance(opened, dict)
    assert (opened["nowhere_to_go"], opened["nowhere_to_go_cases"]) == (3, ["parcel:A", "parcel:C", "parcel:D"])


def test_a_store_opened_for_reading_refuses_to_be_written(store: Path) -> None:
    reading = open_reading(f"sqlite:///{store}")

    with pytest.raises(StoreUnavailable):
        reading.shelf.note("rehearsal", "was here")

    reading.close()


def test_a_database_of_no_version_is_refused(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.db").write_bytes(b"")

    said = waybill("plan", rules, rules, "--open", tmp_path / "empty.db")

    assert said.code == 1
    assert "数据库是另一个版本" in said.err
