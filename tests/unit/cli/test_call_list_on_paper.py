"""Does a desk that dials from paper get its sheet out and its results back in, each once?"""

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.clock import SettableClock, SystemClock
from adapters.phone.call_list import CallList
from adapters.sql.stores import open_stores
from engine.model.receipt import Parcel
from engine.ports.worklist import Task
from tests.unit.cli.rulebook import Said, waybill, write_rulebook
from tests.unit.cli.test_desk_commands import decide, order

CALL = "parcel:A1/9/1"
NUMBER = "13812345678"
HEADS = ["编号", "单", "岗位", "打给谁", "号码", "说什么、做什么", "可选结果", "结果", "备注", "谁办的", "几时办的"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case with a task of the rules, and a call that its channel put on the list."""
    rules, database = write_rulebook(tmp_path / "rules"), tmp_path / "desk.db"
    monkeypatch.setenv("WAYBILL_DB", str(database))
    monkeypatch.setenv("WAYBILL_RULES", str(rules))
    order()
    waybill("event", "parcel", "lost", "--case", "parcel:A1")
    decide(database, rules)
    a_call(database)
    return database


def a_call(database: Path, remark: str = "短信通道不通") -> None:
    stores = open_stores(f"sqlite:///{database}", check=False)
    clock = SettableClock(SystemClock().now() - timedelta(hours=1))
    CallList(stores.worklist, clock, role="clerk").send(
        Parcel(
            key="k" * 26,
            effect_id=CALL,
            case="parcel:A1",
            message="chase",
            address=NUMBER,
            text=f"王小明的货未提,回电 {NUMBER}",
            remark=remark,
        )
    )
    stores.close()


def the_task(database: Path, task: str = CALL) -> Task:
    stores = open_stores(f"sqlite:///{database}", check=False)
    found = stores.worklist.get(task)
    stores.close()
    assert found is not None
    return found


def sheet(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def filled(path: Path, *rows: dict[str, str], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, HEADS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_back(path: Path, *more: str) -> Said:
    return waybill("tasks", "import", path, "--by", "8011", *more)


def test_the_sheet_has_a_row_per_open_task_and_call_with_the_number_masked(desk: Path, tmp_path: Path) -> None:
    said = waybill("tasks", "list", "--csv", tmp_path / "calls.csv")

    raw = (tmp_path / "calls.csv").read_bytes()
    rows = {row["编号"]: row for row in sheet(tmp_path / "calls.csv")}
    assert said.code == 0
    assert raw.startswith(b"\xef\xbb\xbf")
    assert NUMBER not in raw.decode()
    assert "王小明" not in raw.decode()
    assert rows[CALL]["号码"] == "138******78"
    assert rows[CALL]["可选结果"] == "已告知 / 已确认 / 对方拒绝 / 无人接 / 号码有误"
    assert any(row["可选结果"] == "找到" for row in rows.values())
    assert [rows[CALL][head] for head in HEADS[7:]] == ["", "", "", ""]


def test_full_numbers_need_a_reason_and_are_in_the_audit(desk: Path, tmp_path: Path) -> None:
    without = waybill("tasks", "list", "--csv", tmp_path / "calls.csv", "--full-numbers", "--by", "8011")
    missing = not (tmp_path / "calls.csv").exists()
    said = waybill("tasks", "list", "--csv", tmp_path / "calls.csv", "--full-numbers", "--by", "8011", "--why", "外呼组打印")

    stores = open_stores(f"sqlite:///{desk}", check=False)
    (entry,) = stores.trail.search(what="reveal.phone")
    stores.close()
    row = next(row for row in sheet(tmp_path / "calls.csv") if row["编号"] == CALL)
    assert (without.code, missing, said.code) == (2, True, 0)
    assert (row["号码"], NUMBER in row["说什么、做什么"]) == (NUMBER, True)
    assert (entry.deed.who, entry.deed.about, entry.deed.why) == ("8011", "parcel:A1", "外呼组打印")
    assert NUMBER not in entry.deed.detail


def test_no_cell_of_the_sheet_is_a_formula(tmp_path: Path, desk: Path) -> None:
    stores = open_stores(f"sqlite:///{desk}", check=False)
    stores.worklist.add(
        Task(
            id="parcel:A1/8/1",
            case="parcel:A1",
            workflow="parcel",
            kind="task",
            role="clerk",
            text="=HYPERLINK(1)",
            created_at=SystemClock().now(),
        )
    )
    stores.close()

    waybill("tasks", "list", "--csv", tmp_path / "calls.csv")

    row = next(row for row in sheet(tmp_path / "calls.csv") if row["编号"] == "parcel:A1/8/1")
    assert row["说什么、做什么"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_filled_in_row_finishes_its_call_once(desk: Path, tmp_path: Path, encoding: str) -> None:
    path = filled(tmp_path / "back.csv", {"编号": CALL, "结果": "已告知", "备注": "马上去", "谁办的": "8012"}, encoding=encoding)

    first, again = read_back(path, "--json"), read_back(path, "--json")

    task = the_task(desk)
    assert (first.code, again.code) == (0, 0)
    assert [json.loads(said.out)[0]["said"] for said in (first, again)] == ["finished", "already"]
    assert (task.result, task.note, task.claimed_by) == ("told", "马上去", "8012")


def test_the_case_hears_of_it_at_the_time_on_the_paper(desk: Path, tmp_path: Path) -> None:
    told_at = (SystemClock().now() - timedelta(minutes=20)).replace(second=0, microsecond=0)
    local = told_at + timedelta(hours=8)
    written = f"{local.year}/{local.month}/{local.day} {local.hour}:{local.minute:02}"
    path = filled(tmp_path / "back.csv", {"编号": CALL, "结果": "told", "几时办的": written})

    said = read_back(path)
    decide(desk, tmp_path / "rules")

    stores = open_stores(f"sqlite:///{desk}", check=False)
    receipts = [row for row in stores.directory.journal("parcel:A1") if row.name == "receipt"]
    stores.close()
    assert said.code == 0
    assert [row.occurred_at for row in receipts] == [told_at]


def test_bad_rows_are_told_by_their_line_and_stop_no_other(desk: Path, tmp_path: Path) -> None:
    path = filled(
        tmp_path / "back.csv",
        {"编号": "nobody", "结果": "已告知"},
        {"编号": CALL, "结果": "也许"},
        {"编号": CALL},
        {"编号": CALL, "结果": "已告知", "几时办的": "昨天"},
        {"编号": CALL, "结果": "已告知", "几时办的": "2020-01-01 10:00"},
        {"编号": CALL, "结果": "无人接"},
        {"编号": CALL, "结果": "已告知"},
    )

    said = read_back(path)

    assert said.code == 1
    assert [line.split()[1] for line in said.out.splitlines()[:-1]] == ["2", "3", "5", "6", "8"]
    assert said.out.splitlines()[-1] == "办结 1,早已办结 0,没填 1,没收下 5"
    assert the_task(desk).result == "away"


def test_a_quote_without_its_pair_is_told_and_loses_no_row_before_it(desk: Path, tmp_path: Path) -> None:
    path = tmp_path / "back.csv"
    path.write_text(f'编号,结果,备注\n{CALL},已告知,好\nx,"已告知,好\n', "utf-8")

    said = read_back(path)

    assert said.code == 1
    assert said.out.startswith("第 3 行")
    assert the_task(desk).result == "told"


def test_a_file_that_is_no_such_sheet_is_refused_as_a_whole(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")

    said = read_back(tmp_path / "other.csv")

    assert said.code == 2
    assert "编号" in said.err


def test_an_english_sheet_goes_out_and_comes_back(desk: Path, tmp_path: Path) -> None:
    waybill("tasks", "list", "--csv", tmp_path / "calls.csv", "--lang", "en")
    text = (tmp_path / "calls.csv").read_text("utf-8-sig")
    rows = [row | {"result": "away"} for row in csv.DictReader(text.splitlines()) if row["task"] == CALL]
    with (tmp_path / "back.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    said = read_back(tmp_path / "back.csv", "--lang", "en")

    assert (said.code, said.out) == (0, "finished 1, finished before 0, not filled in 0, refused 0\n")
