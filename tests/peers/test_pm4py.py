"""Does a real process-mining tool read what we export, and count the same cases, events and activities?"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapters.sql.stores import open_stores
from tests.histories.recount_papers import Papers, events, papers
from tests.unit.cli.rulebook import waybill
from tests.unit.reports.two_days import book, play

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def pm4py() -> Any:
    """Imported in the test, for it takes seconds and warns of its own affairs."""
    return pytest.importorskip("pm4py", reason="pm4py not installed: make test-peers", exc_type=ImportError)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Papers]]:
    """The two days, exported both ways, and the same cases for the recount."""
    folder = tmp_path_factory.mktemp("export")
    database = folder / "desk.db"
    stores = open_stores(f"sqlite:///{database}", check=False)
    play(stores, book(folder / "book"))
    cases = papers(stores)
    stores.close()
    said = waybill("export", "--xes", str(folder / "log.xes"), "--ocel", str(folder / "log.jsonocel"), "--db", str(database), "--rules", str(folder / "book"))  # fmt: skip
    assert said.code == 0, said.err
    return folder, cases


def test_pm4py_counts_the_cases_events_and_activities_of_the_xes_file(pm4py: Any, exported: tuple[Path, list[Papers]]) -> None:
    folder, cases = exported

    log = pm4py.read_xes(str(folder / "log.xes"), show_progress_bar=False)

    rows = [(one.case.id, row) for one in cases for row in events(one)]
    assert Counter(log["concept:name"]) == Counter(row.name for _, row in rows)
    assert Counter(log["case:concept:name"]) == Counter(case for case, _ in rows)
    assert sorted(at.to_pydatetime() for at in log["time:timestamp"]) == sorted(row.occurred_at for _, row in rows)
    assert sum(pm4py.get_variants(log).values()) == len({case for case, _ in rows})


def test_pm4py_finds_the_objects_and_relations_of_the_ocel_file(pm4py: Any, exported: tuple[Path, list[Papers]]) -> None:
    folder, cases = exported

    log = pm4py.read_ocel2_json(str(folder / "log.jsonocel"))

    assert Counter(log.events["ocel:activity"]) == Counter(row.name for one in cases for row in events(one))
    kinds = Counter(log.objects["ocel:type"])
    assert (kinds["shipment"], kinds["ticket"]) == tuple(sum(one.case.workflow == kind for one in cases) for kind in ("shipment", "ticket"))
    assert kinds["parcel"] == len({one.case.fields["waybill_no"] for one in cases if one.case.fields.get("waybill_no")})
    opened = {(one.case.id, one.journal[0].source[5:]) for one in cases if one.journal[0].source.startswith("case/")}
    told = {tuple(pair) for pair in log.o2o[["ocel:oid", "ocel:oid_2"]].itertuples(index=False)}
    assert opened <= told
