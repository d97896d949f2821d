"""Does a rehearsal over Parquet say, to the byte, what it says over the same history in lines, and does a second writing add nothing?"""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from adapters.cli.plan_history import History
from adapters.cli.plan_stored import masked_history
from adapters.files.history import stream_history
from adapters.files.parquet import NotOurs, ParquetHistory, parquet_files
from adapters.files.parquet_writing import write_parquet
from adapters.sql.stores import open_stores
from adapters.wiring.opening import load_rules
from engine.service.replay import OldCase, OldEvent
from engine.service.simulate import Simulation, incoming_of
from tests.unit.cli.rulebook import waybill, write_rulebook

SHARED = Path(os.environ.get("WAYBILL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FOLDER = SHARED / "data" / "histories"
RULEBOOKS = Path(__file__).resolve().parents[1] / "rulebooks"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SETS = {"olist_orders": "olist", "olist_orders_no_survey": "olist", "helpdesk_tickets": "helpdesk"}
real = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no histories at {FOLDER}: set WAYBILL_SHARED")


def told(case: str, event: str, minutes: int, **data: object) -> OldEvent:
    at = MORNING + timedelta(minutes=minutes)
    return OldEvent(line=1, case=case, workflow="parcel", event=event, occurred_at=at, received_at=at, data=data)


def of_files(
    files: Sequence[str], declared: dict[str, set[str]], timezone: str = "Asia/Shanghai", **wanted: object
) -> tuple[list[OldCase], History]:
    history = History(files=files, timezone=timezone, declared=declared, **wanted)  # type: ignore[arg-type]  # as the test names them
    history.survey()
    return list(history.cases()), history


@real
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("olist_orders_no_survey", {}),
        ("olist_orders_no_survey", {"share": 0.05}),
        ("olist_orders_no_survey", {"workflow": "shipment"}),
        ("olist_orders", {"days": 120}),
        ("helpdesk_tickets", {}),
    ],
)
def test_the_same_cases_come_in_the_same_order(
    name: str, wanted: dict[str, object], parquet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.cli.plan_history.EVENTS_AT_ONCE", 3_000)
    rulebook = load_rules(str(RULEBOOKS / SETS[name]))[0]
    declared = {one.name: set(one.events) for one in rulebook.workflows.values()}

    lines, first = of_files([str(FOLDER / f"{name}.events.jsonl.gz")], declared, rulebook.timezone, **wanted)
    scanned, second = of_files([str(parquet / name)], declared, rulebook.timezone, **wanted)

    assert [(one.case, one.workflow) for one in scanned] == [(one.case, one.workflow) for one in lines]
    assert scanned == lines
    assert (second.lines, second.first, second.until, second.seen) == (first.lines, first.first, first.until, first.seen)


@real
def test_a_rehearsal_says_the_same_to_the_byte(parquet: Path, tmp_path: Path) -> None:
    edited = tmp_path / "new"
    for file in (RULEBOOKS / "olist").rglob("*.yaml"):
        target = edited / file.relative_to(RULEBOOKS / "olist")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.read_text(encoding="utf-8").replace("limit: 10 business days", "limit: 5 business days"), encoding="utf-8")
    words = ("--sample", "0.5%", "--jobs", "1", "--json")

    lines = waybill("plan", RULEBOOKS / "olist", edited, "--history", FOLDER / "olist_orders.events.jsonl.gz", *words)
    scanned = waybill("plan", RULEBOOKS / "olist", edited, "--history", parquet / "olist_orders", *words)

    assert lines.code == 0, lines.err
    assert lines.data["changed_cases"]
    assert scanned.out == lines.out


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parquet")
    for name, rules in SETS.items():
        zone = load_rules(str(RULEBOOKS / rules))[0].timezone
        write_parquet(stream_history([FOLDER / f"{name}.events.jsonl.gz"], zone, []), folder / name)
    return folder


def test_a_second_writing_adds_only_what_is_new_and_touches_no_file(tmp_path: Path) -> None:
    first = [told("A", "ordered", 0), told("A", "picked", 5), told("A", "picked", 5)]
    write_parquet(first, tmp_path, "day")
    before = {file: Path(file).read_bytes() for file in parquet_files(str(tmp_path))}

    again = write_parquet(first, tmp_path, "day")
    more = write_parquet([*first, told("A", "signed", 60 * 24)], tmp_path, "day")

    assert (again.told, again.added, again.files) == (3, 0, ())
    assert more.added == 1
    assert {file: Path(file).read_bytes() for file in before} == before
    ((case,), _) = of_files([str(tmp_path)], {"parcel": {"ordered"}})
    assert [one.event for one in case.events] == ["ordered", "picked", "picked", "signed"]


def test_a_case_that_began_before_the_window_is_left_out_whole_whatever_run_told_its_end(tmp_path: Path) -> None:
    write_parquet([told("OLD", "ordered", 0)], tmp_path)
    write_parquet([told("OLD", "signed", 60 * 24 * 20), told("NEW", "ordered", 60 * 24 * 19)], tmp_path)

    cases, _ = of_files([str(tmp_path)], {"parcel": {"ordered"}}, days=14)

    assert [one.case for one in cases] == ["NEW"]


def test_a_run_that_broke_off_between_two_files_is_made_good_by_the_next(tmp_path: Path) -> None:
    events = [told("A", "ordered", 0), told("A", "signed", 60 * 24 * 40)]
    added = write_parquet(events, tmp_path)
    Path(added.files[0]).unlink()

    again = write_parquet(events, tmp_path)

    assert again.added == 1
    assert ParquetHistory(parquet_files(str(tmp_path))).survey()[0] == 2


def test_a_pattern_names_some_of_the_partitions(tmp_path: Path) -> None:
    write_parquet([told("A", "ordered", 0), told("B", "ordered", 60 * 24)], tmp_path, "day")

    cases, _ = of_files([f"{tmp_path}/day=2026-11-24/*.parquet"], {"parcel": {"ordered"}})

    assert [one.case for one in cases] == ["B"]


def test_no_personal_value_leaves_a_store_and_what_stands_in_is_the_same_each_time(tmp_path: Path) -> None:
    rules = write_rulebook(tmp_path / "rules")
    file = tmp_path / "live.db"
    with closing(open_stores(f"sqlite:///{file}")) as stores:
        simulation = Simulation(load_rules(str(rules))[0], stores, MORNING)
        for case in ("A", "B"):
            data = {"no": case, "phone": "13812345678", "weight": "77"}
            simulation.accept([incoming_of(source="hand/1", workflow="parcel", event="ordered", at=MORNING, data=data)])

    first = waybill("history", "write", file, "--to", tmp_path / "out", "--json")
    second = waybill("history", "write", file, "--to", tmp_path / "out", "--json")

    assert (first.code, first.data["added"], second.data["added"]) == (0, 2, 0)
    rows = duckdb.sql(f"SELECT COLUMNS(*)::VARCHAR FROM read_parquet('{tmp_path}/out/*/*.parquet')").fetchall()
    assert "13812345678" not in str(rows)
    assert "77" in str(rows)
    assert list(masked_history(file)) == list(masked_history(file))


def test_somebody_elses_parquet_is_refused_by_the_columns_it_lacks(tmp_path: Path) -> None:
    duckdb.sql(f"COPY (SELECT 'A' AS case_id) TO '{tmp_path}/theirs.parquet' (FORMAT parquet)")

    with pytest.raises(NotOurs, match="received_at"):
        ParquetHistory([f"{tmp_path}/theirs.parquet"]).survey()
    said = waybill("plan", write_rulebook(tmp_path / "rules"), tmp_path / "rules", "--history", tmp_path / "theirs.parquet")
    assert said.code == 1
    assert "waybill history write" in said.err


def test_lines_and_parquet_do_not_mix(tmp_path: Path) -> None:
    lines = tmp_path / "one.jsonl"
    lines.write_text(
        json.dumps({"case_id": "A", "entity": "parcel", "event": "ordered", "occurred_at": "2026-11-23T09:00:00"}), encoding="utf-8"
    )
    write_parquet([told("B", "ordered", 0)], tmp_path / "out")
    rules = write_rulebook(tmp_path / "rules")

    said = waybill("plan", rules, rules, "--history", lines, tmp_path / "out")

    assert said.code == 1
    assert "history write" in said.err
