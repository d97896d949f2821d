"""Can one report, look, ask and work on tasks from the prompt, over a database on disk?"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.cli.rules import load
from adapters.cli.speech import Speech
from adapters.clock import SystemClock
from adapters.sql.stores import open_stores
from engine.core.noted import KINDS
from engine.service.advance import Clerk
from engine.service.library import Library
from tests.unit.cli.rulebook import Said, waybill, write_rulebook


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rulebook(tmp_path / "rules")


@pytest.fixture
def desk(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WAYBILL_DB", str(tmp_path / "desk.db"))
    monkeypatch.setenv("WAYBILL_RULES", str(rules))
    return tmp_path / "desk.db"


def decide(database: Path, rules: Path) -> None:
    """What a daemon does with what was accepted."""
    decide_in(f"sqlite:///{database}", rules)


def decide_in(address: str, rules: Path) -> None:
    """The same, wherever the store stands."""
    stores = open_stores(address, check=False)
    library = Library(load(str(rules), Speech()).rulebook)
    clerk = Clerk(stores.store, stores.bells, stores.feeds, library)
    while clerk.advance(SystemClock().now() + timedelta(seconds=1), limit=100):
        pass
    stores.close()


def order(*more: str) -> Said:
    return waybill("event", "parcel", "ordered", "no=A1", "phone=13812345678", "重量=50", "--by", "8011", *more)


def test_an_event_is_accepted_once(desk: Path) -> None:
    first = order("--at", "2026-11-23 10:00", "--json")
    again = order("--at", "2026-11-23 10:00", "--json")

    assert (first.code, again.code) == (0, 0)
    assert first.data["said"] == "accepted"
    assert first.data["case"] == "parcel:A1"
    assert again.data["said"] == "duplicate"


def test_a_case_is_shown_with_state_clocks_what_it_waits_for_and_masked_numbers(desk: Path, rules: Path) -> None:
    order()
    decide(desk, rules)

    said = waybill("show", "A1")

    assert said.code == 0
    assert "待揽收,自 " in said.out
    assert "电话:138******78" in said.out
    assert "13812345678" not in said.out
    assert "揽收时限  计时中" in said.out
    assert "待办 clerk:催揽收" in said.out


def test_a_case_as_data_tells_how_long_is_left(desk: Path, rules: Path) -> None:
    order()
    decide(desk, rules)

    clock = waybill("show", "A1", "--json").data["clocks"][0]  # type: ignore[index]  # plain JSON

    assert clock["verdict"] == "running"
    assert clock["remaining_seconds"] > 0


def test_a_persons_impossible_event_is_refused_with_what_is_possible(desk: Path, rules: Path) -> None:
    order()
    decide(desk, rules)

    said = waybill("event", "parcel", "found", "--case", "A1")

    assert said.code == 1
    assert "现在可以" in said.out


def test_a_field_that_does_not_exist_is_wrong_use(desk: Path) -> None:
    said = waybill("event", "parcel", "ordered", "number=A1")

    assert said.code == 2
    assert "number" in said.err


def test_a_task_is_listed_claimed_and_finished_once(desk: Path, rules: Path) -> None:
    order()
    waybill("event", "parcel", "lost", "--case", "parcel:A1")
    decide(desk, rules)
    task = waybill("tasks", "list", "--case", "A1", "--json")
    name = next(one["id"] for one in json.loads(task.out) if one["asks"] == ["found"])

    claimed = waybill("tasks", "claim", name, "--by", "8011")
    other = waybill("tasks", "finish", name, "--by", "8012", "--result", "found")
    wrong = waybill("tasks", "finish", name, "--by", "8011", "--result", "signed")
    done = waybill("tasks", "finish", name, "--by", "8011", "--result", "found")
    decide(desk, rules)

    assert (claimed.code, other.code, wrong.code, done.code) == (0, 1, 1, 0)
    assert "8011 正在办理" in other.out
    assert waybill("show", "A1", "--json").data["state"] == "waiting"
    assert waybill("tasks", "finish", name, "--by", "8011", "--result", "found").code == 1


def test_why_is_answered_with_the_place_of_the_rule(desk: Path, rules: Path) -> None:
    order()
    decide(desk, rules)

    said = waybill("explain", "A1", "--rule", "pick_soon")

    assert said.code == 0
    assert "rules/sla.yaml:" in said.out


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("超时 · 揽收时限", "到点执行 · 揽收时限 到期时", "挂起 · 8011")),
        ("en", ("late · pick_soon", "carried out · pick_soon late 0 min", "on hold · 8011")),
    ],
)
def test_what_the_journal_notes_is_told_in_words(desk: Path, rules: Path, lang: str, said: tuple[str, ...]) -> None:
    order("--at", f"{SystemClock().now() - timedelta(days=7):%Y-%m-%d %H:%M}")
    decide(desk, rules)
    waybill("hold", "A1", "--why", "客户要求", "--by", "8011")
    decide(desk, rules)  # The bells that were due before come first.

    for command in ("show", "explain"):
        told = waybill(command, "A1", "--lang", lang).out
        assert [line for line in said if line not in told] == [], command
        assert not [kind for kind in KINDS if "_" in kind and kind in told], command


def test_what_was_not_yet_so_is_left_out_of_an_explanation(desk: Path, rules: Path) -> None:
    order("--at", "2026-11-20 10:00")
    decide(desk, rules)

    assert waybill("explain", "A1", "--at", "2026-11-01").code == 1


def test_a_mistyped_database_is_not_created(desk: Path, tmp_path: Path) -> None:
    said = waybill("show", "A1", "--db", tmp_path / "typo.db")

    assert said.code == 2
    assert not (tmp_path / "typo.db").exists()


def test_an_unknown_case_is_not_fine(desk: Path, rules: Path) -> None:
    order()
    decide(desk, rules)

    assert waybill("show", "B2").code == 1
    assert waybill("tasks", "claim", "nothing").code == 1


def test_fields_may_stand_before_and_behind_the_options(desk: Path, rules: Path) -> None:
    said = waybill("event", "parcel", "ordered", "no=C3", "--by", "8011", "weight=50")
    decide(desk, rules)

    assert said.code == 0, said.err
    assert "重量:50" in waybill("show", "C3").out
    assert waybill("event", "parcel", "ordered", "no=C4", "--bye", "8011").code == 2
