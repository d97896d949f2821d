"""Connections at the prompt: begun from a report, from a ready-made one, step by step; listed, tried, knocked at."""

import io
import json
from pathlib import Path

import pytest

from adapters.cli.connection_learn import body_of, format_of, learn, meaning_of
from tests.contract.gateway_server import a_neighbour
from tests.unit.cli.rulebook import waybill

REPORT = {
    "msgId": "m-1",
    "data": {
        "waybillNo": "755000123456",
        "driver": "王师傅 13812345678",
        "traces": [
            {"opTime": "2026-11-24 10:00:00", "opCode": "SIGNED", "remark": "已签收", "city": "杭州"},
            {"opTime": "2026-11-23 10:00:00", "opCode": "GOT", "remark": "已揽收", "city": "深圳"},
        ],
    },
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    assert waybill("init", tmp_path / "rules").code == 0
    return tmp_path / "rules"


def a_report(tmp_path: Path, body: object = REPORT) -> Path:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_connection_is_learned_from_a_report_and_passes_check(rules: Path, tmp_path: Path) -> None:
    said = waybill("connection", "new", "wms", "--sample", a_report(tmp_path), "--workflow", "shipment", "--rules", rules)

    written = (rules / "rules/connections/wms.yaml").read_text(encoding="utf-8")
    assert said.code == 0
    assert "each: {at: data.traces, order: newest_first}" in written
    assert "case: [{waybill_no: data.waybillNo}]" in written
    assert "happened_at: {at: opTime, formats: ['%Y-%m-%d %H:%M:%S']" in written
    assert "match: {opCode: GOT}, event: picked_up" in written
    assert "match: {opCode: SIGNED}, event: signed" in written
    assert waybill("check", rules).code == 0


def test_what_was_learned_reads_the_report_it_was_learned_from(rules: Path, tmp_path: Path) -> None:
    waybill("connection", "new", "wms", "--sample", a_report(tmp_path), "--workflow", "shipment", "--rules", rules)

    said = waybill("connection", "test", "wms", "--rules", rules)

    assert said.code == 0
    assert "✓ picked_up 已提货  2026-11-23 10:00  → 已提货" in said.out
    assert "✓ signed 签收  2026-11-24 10:00  → 已签收" in said.out
    assert said.out.index("picked_up") < said.out.index("signed")


def test_the_kept_sample_holds_no_phone_number(rules: Path, tmp_path: Path) -> None:
    waybill("connection", "new", "wms", "--sample", a_report(tmp_path), "--workflow", "shipment", "--rules", rules)

    assert "13812345678" not in (rules / "rules/connections/samples/wms_sample.json").read_text(encoding="utf-8")


def test_nothing_that_is_there_is_overwritten(rules: Path, tmp_path: Path) -> None:
    before = (rules / "rules/connections/tms.yaml").read_text(encoding="utf-8")

    said = waybill("connection", "new", "tms", "--sample", a_report(tmp_path), "--rules", rules)

    assert said.code == 2
    assert (rules / "rules/connections/tms.yaml").read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["WMS", "../up", "a b", ""])
def test_a_name_that_is_no_file_name_is_refused(rules: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    assert waybill("connection", "new", name, "--sample", a_report(tmp_path), "--rules", rules).code == 2


@pytest.mark.parametrize("body", ["", "{", "\x00\x01", "hello", "[]", "{}", "<a><b>", "ISA*00*"])
def test_a_report_that_says_nothing_never_ends_in_a_half_written_file(rules: Path, tmp_path: Path, body: str) -> None:
    (tmp_path / "odd.txt").write_text(body, encoding="utf-8")

    said = waybill("connection", "new", "odd", "--sample", tmp_path / "odd.txt", "--workflow", "shipment", "--rules", rules)

    assert said.code in (0, 1)
    assert (rules / "rules/connections/odd.yaml").exists() is (said.code == 0)
    assert waybill("check", rules).code == 0


def test_a_ready_made_connection_is_copied_whole(rules: Path) -> None:
    listed = waybill("connection", "new", "--from", "list", "--rules", rules)
    said = waybill("connection", "new", "--from", "kuaidi100", "--rules", rules)

    assert "kuaidi100" in listed.out
    assert said.code == 0, said.err
    assert (rules / "rules/connections/kuaidi100.yaml").is_file()
    assert waybill("check", rules).code == 0
    assert "kuaidi100" in waybill("connection", "list", "--rules", rules).out


def test_step_by_step_every_answer_has_a_default(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("depot\n外仓\nshipment\n\njson\n" + "\n" * 3 + "status\nSIGNED,GOT\n"))

    said = waybill("connection", "new", "--rules", rules)

    assert said.code == 0, said.err
    assert "event: picked_up" in (rules / "rules/connections/depot.yaml").read_text(encoding="utf-8")


def test_a_neighbour_is_knocked_at_and_an_absent_one_is_told(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_neighbour() as neighbour:
        monkeypatch.setenv("TMS_BASE_URL", neighbour.address)
        monkeypatch.setenv("TMS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        there = waybill("connection", "test", "tms", "--rules", rules)
    gone = waybill("connection", "test", "tms", "--rules", rules)

    assert (there.code, gone.code) == (0, 1)
    assert "通" in there.out
    assert "不通" in gone.out


SMS = """\
kind: connection
connection: sms_main
label: 短信
type: http
carries: sms
base_url: env:SMS_URL
send: {method: POST, path: /send, json: {to: '{number}', text: '{text}'}, ok_when: {code: 0}}
"""


def test_a_test_message_is_sent_when_one_says_so_and_not_else(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (rules / "rules/connections/sms.yaml").write_text(SMS, encoding="utf-8")
    with a_neighbour() as neighbour:
        monkeypatch.setenv("SMS_URL", neighbour.address)
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        declined = waybill("connection", "test", "sms_main", "--to", "13812345678", "--rules", rules)
        asked_before = len(neighbour.asked)
        sent = waybill("connection", "test", "sms_main", "--to", "13812345678", "--yes", "--rules", rules)

    assert (declined.code, asked_before) == (1, 0)
    assert sent.code == 0
    assert "测试" in json.loads(neighbour.asked[0][3])["text"]
    assert "13812345678" not in sent.out


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-11-23 10:00:00", "%Y-%m-%d %H:%M:%S"), ("2026-11-23T10:00:00Z", "iso"), ("2026-11-23T10:00:00+08:00", "iso"), ("1795400000", "epoch"),
        ("1795400000123", "epoch_ms"), ("20261123", "%Y%m%d"), ("755000123456", ""), ("hello", ""), ("", ""), ("T1", ""), ("2026-13-45", ""),
    ],
)  # fmt: skip
def test_times_are_known_by_their_shape(text: str, form: str) -> None:
    assert format_of(text) == form


@pytest.mark.parametrize(
    ("text", "body"),
    [('{"a": 1}', "json"), ('{"a": 1}\n{"a": 2}\n', "json_lines"), ("<a/>", "xml"), ("ISA*00*", "x12"), ("UNB+UNOA", "iftsta"), ("a,b\n1,2\n", "csv"),
     ("param=%7B%7D&sign=x", "form")],
)  # fmt: skip
def test_the_kind_of_a_report_is_known_by_its_beginning(text: str, body: str) -> None:
    assert body_of(text) == body


def test_a_word_is_ours_only_where_it_is_plain() -> None:
    assert meaning_of("已签收", ["signed"]) == "signed"
    assert meaning_of("pre_transit", ["order_created", "scanned"]) == "order_created"
    assert meaning_of("304", ["signed"]) == ""


def test_a_table_is_learned_too() -> None:
    found = learn("bill,status,time,city\nA755000123,POD,2026-11-23 10:00,深圳\n")

    assert (found.body, found.case, found.code, found.time, found.format) == ("csv", "bill", "status", "time", "%Y-%m-%d %H:%M")
