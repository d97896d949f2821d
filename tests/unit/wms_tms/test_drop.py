"""Is a dropped file taken up once, whole, row by row? On a real folder."""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wms_tms.decode import ReadEvent
from adapters.wms_tms.drop import DropWay
from adapters.wms_tms.folder import FolderTrouble
from adapters.wms_tms.records import records, text_of
from engine.model.connection import Connection
from engine.ports.store import StoreUnavailable
from tests.unit.wms_tms.ways import FILES, Desk, a_desk

ROWS = "bill,code,time,city\nA1,GOT,2026-11-23 08:00,深圳\nA2,GOT,2026-11-23 08:10,杭州\nA1,POD,2026-11-23 08:30,深圳\n"


def a_way(desk: Desk, folder: Path) -> DropWay:
    return DropWay(desk.connection, {"env:DROP": str(folder)}.__getitem__, desk.stores.ways_in, desk.deliver)


def look(desk: Desk, way: DropWay) -> int:
    return way.look(desk.clock.now(), timezone="Asia/Shanghai")


def names(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def why(folder: Path, name: str) -> list[Mapping[str, str]]:
    text = (folder / "quarantine" / name).read_text(encoding="utf-8-sig")
    return [{"line": row["行号 line"], "why": row["原因 why"]} for row in csv.DictReader(io.StringIO(text))]


def test_a_ready_file_is_loaded_at_once_and_archived(tmp_path: Path) -> None:
    desk = a_desk()
    (tmp_path / "a.csv.ready").write_text(ROWS, encoding="utf-8")

    assert look(desk, a_way(desk, tmp_path)) == 1

    assert desk.states() == {"A1": "done", "A2": "moving"}
    assert names(tmp_path) == ["archive/a.csv.ready"]


def test_a_file_still_being_written_is_left_alone_until_it_rests(tmp_path: Path) -> None:
    desk = a_desk()
    way = a_way(desk, tmp_path)
    (tmp_path / "b.csv").write_text(ROWS[:60], encoding="utf-8")

    assert look(desk, way) == 0
    desk.pass_time(29)
    (tmp_path / "b.csv").write_text(ROWS, encoding="utf-8")
    assert look(desk, way) == 0
    desk.pass_time(29)
    assert look(desk, way) == 0
    desk.pass_time(1)
    assert look(desk, way) == 1
    assert desk.states() == {"A1": "done", "A2": "moving"}


@pytest.mark.parametrize("name", ["c.csv.part", ".c.csv", "c.tmp", "c.csv.filepart", "c.exe", "~c.csv"])
def test_what_is_unfinished_hidden_or_not_wanted_is_never_taken(tmp_path: Path, name: str) -> None:
    desk = a_desk()
    way = a_way(desk, tmp_path)
    (tmp_path / name).write_text(ROWS, encoding="utf-8")

    look(desk, way)
    desk.pass_time(3600)

    assert look(desk, way) == 0
    assert names(tmp_path) == [name]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    desk = a_desk()
    (tmp_path / "drop").mkdir()
    (tmp_path / "secret.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "drop" / "x.csv.ready").symlink_to(tmp_path / "secret.csv")

    assert look(desk, a_way(desk, tmp_path / "drop")) == 0


def test_the_same_bytes_under_another_name_are_not_loaded_again(tmp_path: Path) -> None:
    desk = a_desk()
    way = a_way(desk, tmp_path)
    (tmp_path / "a.csv.ready").write_text(ROWS, encoding="utf-8")
    look(desk, way)
    offered = len(desk.offered)
    (tmp_path / "again.csv.ready").write_text(ROWS, encoding="utf-8")

    assert look(desk, way) == 0

    assert len(desk.offered) == offered
    assert names(tmp_path) == ["archive/a.csv.ready", "archive/again.csv.ready"]


def test_one_bad_row_stops_no_other_and_is_told_with_its_line(tmp_path: Path) -> None:
    desk = a_desk()
    rows = ROWS.splitlines()
    bad = [rows[0], rows[1], "A9,WHAT,2026-11-23 08:00,x", '"A8,GOT,2026-11-23 08:00,x', rows[2], "A7,GOT,yesterday,x", "", rows[3]]
    (tmp_path / "mixed.csv.ready").write_text("\n".join(bad) + "\n", encoding="utf-8")

    look(desk, a_way(desk, tmp_path))

    assert desk.states() == {"A1": "done", "A2": "moving"}
    assert [row["line"] for row in why(tmp_path, "mixed.csv.ready.errors.csv")] == ["4", "3", "6"]
    assert desk.stores.ways_in.files("depot", 9)[0].bad == 3


def test_two_stray_quotes_do_not_swallow_the_rows_between(tmp_path: Path) -> None:
    desk = a_desk()
    rows = ROWS.splitlines()
    (tmp_path / "q.csv.ready").write_text("\n".join([rows[0], '"A8,GOT,x,y', *rows[1:], '"A9,GOT,x,y']), encoding="utf-8")

    look(desk, a_way(desk, tmp_path))

    assert desk.states() == {"A1": "done", "A2": "moving"}
    assert [row["line"] for row in why(tmp_path, "q.csv.ready.errors.csv")] == ["2", "6"]


def test_a_quoted_cell_may_hold_line_ends(tmp_path: Path) -> None:
    desk = a_desk()
    (tmp_path / "q.csv.ready").write_text(ROWS + 'A3,GOT,2026-11-23 08:00,"宝\n安"\n', encoding="utf-8")

    look(desk, a_way(desk, tmp_path))

    assert desk.states() == {"A1": "done", "A2": "moving", "A3": "moving"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_the_letters_of_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    desk = a_desk()
    (tmp_path / "z.csv.ready").write_bytes(ROWS.replace("\n", "\r\n").encode(encoding))

    look(desk, a_way(desk, tmp_path))
    desk.states()

    assert {row.fields["city"] for row in desk.stores.directory.cases()} == {"深圳", "杭州"}


def test_a_row_with_broken_letters_spoils_only_itself(tmp_path: Path) -> None:
    desk = a_desk()
    broken = b"A5,GOT,2026-11-23 08:00,\xff\xfe\n"
    (tmp_path / "z.csv.ready").write_bytes(ROWS.encode() + broken + "A6,GOT,2026-11-23 08:00,广州\n".encode())

    look(desk, a_way(desk, tmp_path))

    assert desk.states() == {"A1": "done", "A2": "moving", "A6": "moving"}
    assert [row["line"] for row in why(tmp_path, "z.csv.ready.errors.csv")] == ["5"]


def test_what_cannot_be_read_at_all_goes_into_quarantine_with_its_reason(tmp_path: Path) -> None:
    desk = a_desk(FILES.replace("body: csv", "body: json"))
    (tmp_path / "n.json.ready").write_bytes(b"\x89PNG\r\n\x1a\n\x00")

    look(desk, a_way(desk, tmp_path))

    assert names(tmp_path) == ["quarantine/n.json.ready", "quarantine/n.json.ready.errors.csv"]
    assert "not UTF-8" in why(tmp_path, "n.json.ready.errors.csv")[0]["why"]


def test_a_folder_that_is_not_there_is_trouble_and_no_crash(tmp_path: Path) -> None:
    desk = a_desk()

    with pytest.raises(FolderTrouble):
        look(desk, a_way(desk, tmp_path / "nowhere"))


def test_a_folder_in_the_rules_cannot_leave_the_house() -> None:
    for folder in ("/etc", "../up", "~/x"):
        with pytest.raises(AssertionError, match="F110"):
            a_desk(FILES.replace("env:DROP", folder))


class Crash(Exception):
    """The process dies here."""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), max_size=6), st.integers(1, 3))
def test_any_interleaving_of_crash_and_restart_loads_each_row_once(
    tmp_path_factory: pytest.TempPathFactory, dies: list[int], files: int
) -> None:
    folder = tmp_path_factory.mktemp("drop")
    desk = a_desk()
    for number in range(files):
        rows = [f"{number}-{row},GOT,2026-11-23 08:{row:02d},深圳" for row in range(5)]
        (folder / f"f{number}.csv.ready").write_text("\n".join(["bill,code,time,city", *rows]) + "\n", encoding="utf-8")

    for step in [*dies, 10_000]:
        way = a_dying_way(desk, folder, step)
        try:
            for _ in range(files + 1):
                look(desk, way)
        except Crash:
            continue

    assert desk.states() == {f"{number}-{row}": "moving" for number in range(files) for row in range(5)}
    assert desk.kept() == files * 5
    assert names(folder) == [f"archive/f{number}.csv.ready" for number in range(files)]
    assert len(desk.stores.ways_in.files("depot", 99)) == files


def a_dying_way(desk: Desk, folder: Path, steps: int) -> DropWay:
    """A daemon that dies at its n-th deed in the world: before or after a batch, the ledger, a move."""
    left = [steps]

    def deed() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Crash

    class Dying:
        def __init__(self, inner: object) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> object:
            method = getattr(self._inner, name)

            def call(*given: object, **named: object) -> object:
                deed()
                found = method(*given, **named)
                deed()
                return found

            return call

    class DyingWay(DropWay):
        def _open(self) -> object:  # type: ignore[override]  # A folder that dies is a folder.
            return Dying(super()._open())

    def deliver(connection: Connection, events: list[ReadEvent]) -> list[str]:
        deed()
        taken = desk.deliver(connection, events)
        deed()
        return taken

    return DyingWay(desk.connection, {"env:DROP": str(folder)}.__getitem__, Dying(desk.stores.ways_in), deliver)  # type: ignore[arg-type]  # As above.


def test_a_store_that_is_away_leaves_the_file_for_later(tmp_path: Path) -> None:
    desk = a_desk()
    (tmp_path / "a.csv.ready").write_text(ROWS, encoding="utf-8")

    def away(connection: Connection, events: object) -> list[str]:
        raise StoreUnavailable("away")

    way = DropWay(desk.connection, {"env:DROP": str(tmp_path)}.__getitem__, desk.stores.ways_in, away)
    with pytest.raises(StoreUnavailable):
        look(desk, way)

    assert names(tmp_path) == ["a.csv.ready"]
    assert look(desk, a_way(desk, tmp_path)) == 1


def test_an_x12_file_is_answered_by_a_997(tmp_path: Path) -> None:
    x12 = (
        FILES.replace("body: csv", "body: x12")
        .replace("rest: 30 s", "rest: 30 s, answers: out")
        .replace("{waybill_no: bill}", "{waybill_no: B10.2}")
    )
    desk = a_desk(x12.replace("fill: {city: city}", "each: {at: statuses}").replace("at: time, formats", "at: AT7.5, formats"))
    isa = "ISA*00*          *00*          *ZZ*CARRIER        *ZZ*WAYBILL        *261123*0100*U*00401*000000077*0*P*>~"
    body = "GS*QM*CARRIER*WAYBILL*20261123*0100*5*X*004010~ST*214*0001~B10*1*A1*SCAC~LX*1~AT7*D1*NS***20261123*0100~SE*5*0001~GE*1*5~IEA*1*000000077~"
    (tmp_path / "s.x12.ready").write_text(isa + body, encoding="ascii")

    look(desk, a_way(desk, tmp_path))

    answer = (tmp_path / "out" / "s.x12.ready.997").read_text()
    assert "AK1*QM*5~AK2*214*0001~AK5*A~AK9*A*1*1*1~SE*6*0001~" in answer
    assert answer.startswith("ISA*00*          *00*          *ZZ*WAYBILL        *ZZ*CARRIER        *261123*0100*")


@given(st.text(alphabet='ab,"\n\r 深', max_size=200))
def test_rows_are_cut_without_losing_a_letter(text: str) -> None:
    found = list(records(text, quoted=True))

    assert "".join(row.text for row in found).replace("\n", "").replace("\r", "").replace(" ", "") == "".join(
        line for line in text.replace("\r", "").replace(" ", "").split("\n")
    )
    assert [row.line for row in found] == sorted({row.line for row in found})


@given(st.binary(max_size=300))
def test_any_bytes_have_letters(raw: bytes) -> None:
    assert isinstance(text_of(raw, ""), str)


def test_a_file_that_cannot_be_moved_is_not_loaded_twice(tmp_path: Path) -> None:
    desk = a_desk()
    (tmp_path / "a.csv.ready").write_text(ROWS, encoding="utf-8")
    (tmp_path / "archive").write_text("a file in the way", encoding="utf-8")
    way = a_way(desk, tmp_path)

    for _ in range(2):
        with pytest.raises(FolderTrouble):
            look(desk, way)
    os.unlink(tmp_path / "archive")

    assert look(desk, way) == 0
    assert len(desk.offered) == 3
    assert names(tmp_path) == ["archive/a.csv.ready"]
