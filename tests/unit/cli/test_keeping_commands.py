"""Can one back up, bring back, let go, erase and look at the fence from the prompt?"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sql.backup import copy_file
from adapters.sql.restore import restore
from adapters.sql.stores import open_stores
from engine.service.desk import Incoming
from engine.service.simulate import Simulation
from tests.ground import Ground
from tests.postgres import Postgres
from tests.unit.cli.rulebook import waybill, write_rulebook
from tests.unit.cli.test_desk_commands import decide, decide_in
from tests.unit.sql.desk_day import instant, play, shipped

CONFIRMED, RESTORED = instant("2026-11-19 09:20"), instant("2026-11-19 16:00")
KEEPING = "kind: keeping\nkeep: {personal: 30 days}\n"
PHONE = "13812345678"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An order that waits for its pickup, on a small rulebook."""
    write_rulebook(tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAYBILL_DB", "desk.db")
    monkeypatch.setenv("WAYBILL_RULES", "rules")
    assert waybill("event", "parcel", "ordered", "no=A1", f"phone={PHONE}", "重量=50", "--at", "2024-11-25 10:00").code == 0
    decide(tmp_path / "desk.db", tmp_path / "rules")
    return tmp_path


@pytest.fixture
def store(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The same order on either database: the address of the store."""
    address = ground.new()
    write_rulebook(tmp_path / "rules")
    monkeypatch.setenv("WAYBILL_DB", address)
    monkeypatch.setenv("WAYBILL_RULES", str(tmp_path / "rules"))
    assert waybill("event", "parcel", "ordered", "no=A1", f"phone={PHONE}", "重量=50", "--at", "2024-11-25 10:00").code == 0
    decide_in(address, tmp_path / "rules")
    yield address
    ground.drop(address)


@pytest.fixture
def brought_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that was brought back, and heard again of what happened in the time that was lost."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAYBILL_DB", "desk.db")
    play(f"sqlite:///{tmp_path / 'desk.db'}", until="2026-11-19 09:01", orders=1)
    copy_file(tmp_path / "desk.db", tmp_path / "copy.db")
    restore(tmp_path / "copy.db", tmp_path / "desk.db", at=None, now=lambda: RESTORED, by="8011", replace=True)
    stores = open_stores(f"sqlite:///{tmp_path / 'desk.db'}", check=False)
    simulation = Simulation(shipped(), stores, RESTORED)
    told = Incoming(
        source="connection/tms", id="confirmed", workflow="shipment", event="order_confirmed", occurred_at=CONFIRMED,
        received_at=RESTORED, case="shipment:261119001", data={},
    )  # fmt: skip
    simulation.accept([told])
    simulation.run_until(RESTORED + timedelta(minutes=1))
    stores.close()
    return tmp_path


def held() -> list[dict[str, str]]:
    said = waybill("fence", "list", "--json")
    assert said.code == 0
    read: list[dict[str, str]] = json.loads(said.out)
    return read


@pytest.mark.usefixtures("brought_back")
def test_what_the_fence_holds_is_let_go_or_noted_as_sent_each_once() -> None:
    first, second = (one["sending"] for one in held() if one["message"] == "dispatch_order")
    assert "围栏第 1 道" in waybill("fence", "list").out

    sent = waybill("fence", "send", first, "--why", "短信平台没有记录", "--by", "8011")
    dropped = waybill("fence", "drop", second, "--why", "短信平台有记录", "--by", "8011")
    again = [waybill("fence", deed, one, "--why", "再来").code for deed in ("send", "drop") for one in (first, second)]

    assert (sent.code, sent.out) == (0, f"{first}:放行了\n")
    assert (dropped.code, dropped.out) == (0, f"{second}:记下:早就发过\n")
    assert again == [1, 1, 1, 1]
    assert not {first, second} & {one["sending"] for one in held()}


@pytest.mark.usefixtures("brought_back")
def test_a_deed_about_the_fence_says_which_and_why() -> None:
    words = [["--why", "x"], ["one", "--all", "--why", "x"], ["one", "--why", " "], ["one"]]

    assert [waybill("fence", "send", *each).code for each in words] == [2, 2, 2, 2]
    assert waybill("fence", "send", "nothing", "--why", "x", "--lang", "en").out == "nothing: the fence does not hold it\n"


@pytest.mark.usefixtures("store")
def test_a_store_that_was_never_brought_back_has_no_fence() -> None:
    said = waybill("fence", "list")

    assert (said.code, said.out) == (0, "这个库没有恢复过\n")


@pytest.mark.usefixtures("store")
def test_a_number_of_an_open_case_stays_until_one_says_even_open() -> None:
    refused = waybill("erase", "value", PHONE, "--why", "本人要求")

    assert refused.code == 1
    assert "还没结束,没有动" in refused.out
    assert "没归到单里的:0 处" in refused.out
    assert "电话:138******78" in waybill("show", "A1").out, "it was left as it is, and yet it is gone"

    done = waybill("erase", "value", PHONE, "--why", "本人要求", "--by", "8011", "--even-open")

    assert done.code == 0
    assert "电话:〔已删除〕" in waybill("show", "A1").out
    assert waybill("audit", "verify").code == 0


@pytest.mark.usefixtures("store")
def test_only_what_was_erased_is_written_down_with_who_and_why() -> None:
    assert waybill("erase", "list").out == "没有删过什么\n"
    assert "哪里都没有" in waybill("erase", "value", "13900000000", "--why", "查一下").out
    assert waybill("erase", "case", "nosuch", "--why", "x").code == 1
    assert waybill("erase", "case", "A1", "--why", "本人要求", "--by", "8011", "--even-open").code == 0

    said = waybill("erase", "list").out.splitlines()

    assert len(said) == 3
    assert said[2].split()[2:] == ["8011", "个人信息", "parcel:A1", "1", "本人要求"]


def test_what_the_rules_keep_no_longer_is_counted_first_and_goes_when_told(store: str, tmp_path: Path) -> None:
    assert waybill("keep", "--dry-run").code == 1
    (tmp_path / "rules/rules/keeping.yaml").write_text(KEEPING, encoding="utf-8")
    for name, at in (("picked", "10:10"), ("signed", "11:00")):
        waybill("event", "parcel", name, "--case", "A1", "--at", f"2024-11-25 {at}")
    decide_in(store, tmp_path / "rules")

    counted = [waybill("keep", deed, "--json").data["classes"] for deed in ("--dry-run", "--dry-run", "--apply", "--apply")]

    assert counted == [{"personal": 1}, {"personal": 1}, {"personal": 1}, {"personal": 0}]
    assert "电话:〔已删除〕" in waybill("show", "A1").out
    assert waybill("keep").code == 2


def test_a_folder_of_backups_is_listed_and_brought_back_in_place_of_the_store_only_when_told(desk: Path) -> None:
    made = waybill("backup", "backups/")
    assert (made.code, made.out.split(" ")[0]) == (0, "整份")
    assert waybill("event", "parcel", "ordered", "no=A2", "重量=1").code == 0

    refused = waybill("restore", "backups")
    early = waybill("restore", "backups", "--replace", "--at", "2020-01-01 08:00", "--lang", "en")
    done = waybill("restore", "backups", "--replace", "--by", "8011")

    assert len(waybill("restore", "backups", "--list").out.splitlines()) == 3
    assert (refused.code, early.code, done.code) == (1, 1, 0)
    assert "there is a store already" not in refused.err
    assert "没有那时以前" not in early.err
    assert "围栏第 1 道" in done.out
    assert waybill("show", "A1").code == 0
    assert waybill("show", "A2").code == 1
    assert [one.name for one in desk.glob("desk.db.before-*")] != []


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "words",
    [
        ["restore", "nosuch"], ["restore", "nosuch", "--list"], ["restore", "--fence", "--db", "nosuch.db"], ["backup", "copy.db", "--every", "1 min"],
        ["backup", "backups/", "--every", "soon"], ["backup", "backups/", "--keep", "soon"], ["backup", "desk.db"],
        ["backup", "copy.db", "--db", "nosuch.db"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_anything_is_touched(words: list[str]) -> None:
    assert waybill(*words).code == 2


@pytest.mark.usefixtures("store")
def test_a_store_brought_back_by_other_tools_is_fenced_once_more_each_time() -> None:
    epochs = [waybill("restore", "--fence", "--by", "8011", "--json").data["epoch"] for _ in range(2)]

    assert epochs == [1, 2]


def test_a_server_has_its_own_tools_for_copies_and_the_prompt_names_them(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_DB", postgres.wiped())

    said = [waybill("backup", "copy.db"), waybill("restore", "copy.db")]

    assert [one.code for one in said] == [2, 2]
    assert "pg_dump" in said[0].err
    assert "waybill restore --fence" in said[1].err
