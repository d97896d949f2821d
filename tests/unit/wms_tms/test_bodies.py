"""Every body a neighbour may send is read into one tree, within limits, in linear time."""

import contextlib
import json
import urllib.parse
from datetime import UTC, datetime
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wms_tms.decode import decode
from engine.model.connection import TimeFormat
from engine.model.documents.read import read
from engine.model.documents.table import TableProfile
from engine.model.documents.tree import Tree, Unreadable, at, text_at
from tests.unit.wms_tms.connections import a_connection, a_row

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ISA = "ISA*00*          *00*          *02*SCAC           *ZZ*US             *261125*1303*U*00403*000000001*0*T*>~"
KINDS = ("json", "json_lines", "form", "xml", "csv", "x12", "iftsta")


def one(text: str, body: str) -> Tree:
    (document,) = read(text, body).documents
    return document.tree


def an_x12(*segments: str, terminator: str = "~") -> str:
    count = len(segments) + 2
    inside = terminator.join(["ST*214*0001", *segments, f"SE*{count}*0001", "GE*1*1", "IEA*1*000000001", ""])
    return ISA.replace("~", terminator) + inside


# XML


def test_xml_loses_its_namespaces_and_keeps_its_attributes() -> None:
    tree = one('<s:A xmlns:s="urn:a" xmlns:b="urn:b"><b:R b:no="7">x<C/></b:R><R>2</R><T> t </T></s:A>', "xml")

    assert tree == {"A": {"R": [{"@no": "7", "C": "", "#text": "x"}, "2"], "T": "t"}}
    assert text_at(tree, "A.R.@no") == "7"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://example.com/x.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<a><b></a>",
        "<a/><b/>",
        "",
        "<a>" * 65 + "</a>" * 65,
        "<a>" * 100_000,
    ],
)
def test_xml_with_entities_or_too_deep_or_broken_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        one(text, "xml")


def test_xml_says_its_own_letters() -> None:
    connection = a_connection(body="xml", case=(("waybill_no", "A.no"),), happened_at=None)
    raw = '<?xml version="1.0" encoding="GBK"?><A><no>运单七</no></A>'.encode("gbk")

    (event,) = decode(connection, raw, {}, NOW, timezone="Asia/Shanghai").events

    assert event.names == {"waybill_no": "运单七"}


# X12


def test_statuses_of_an_x12_are_found_by_loop_and_its_segments_by_qualifier() -> None:
    text = an_x12("B10*1*7*SCAC", "L11*9*BM", "L11*8*PO", "N1*CN*ACME", "N4*ROME*NY", "LX*1", "AT7*AF*NS***20261123*0900*LT", "MS1*ROME*NY",
                  "L11*77*BM", "AT7*X4*NS", "LX*2", "MS1*UTICA*NY", "AT7***AA*NA")  # fmt: skip
    tree = one(text, "x12")

    statuses = at(tree, "statuses")
    assert isinstance(statuses, list)
    assert [text_at(tree, path) for path in ("ST.1", "L11_BM.1", "L11.1", "L11#2.1", "N1_CN.2", "N1_CN.N4.1")] == [
        "214", "9", "9", "8", "ACME", "ROME",
    ]  # fmt: skip
    assert [(text_at(each, "AT7.1"), text_at(each, "LX.1"), text_at(each, "MS1.1")) for each in statuses] == [
        ("AF", "1", "ROME"), ("X4", "1", None), (None, "2", "UTICA"),
    ]  # fmt: skip
    assert text_at(statuses[0], "LX.L11_BM.1") == "77"


def test_an_x12_says_its_own_delimiters_and_a_wrong_count_is_told_and_not_refused() -> None:
    text = an_x12("B10*1*7*SCAC", "LX*1", "AT7*D1*N>S", terminator="\n").replace("*", "|").replace("SE|5", "SE|9")

    body = read(text, "x12")

    assert text_at(body.documents[0].tree, "statuses.0.AT7.2-2") == "S"
    assert body.warnings == ("SE says 9, 5 segments were read",)


def test_a_broken_off_x12_is_read_as_far_as_it_goes() -> None:
    body = read(an_x12("LX*1", "AT7*D1*NS").partition("SE*")[0], "x12")

    assert text_at(body.documents[0].tree, "statuses.0.AT7.1") == "D1"
    assert body.warnings == ("the interchange breaks off: no IEA",)


def test_another_transaction_set_in_the_same_folder_says_nothing() -> None:
    connection = a_connection(body="x12", each="statuses")

    decoded = decode(connection, an_x12("B2**SCAC").replace("ST*214", "ST*990").encode(), {}, NOW, timezone="UTC")

    assert (decoded.events, decoded.ignored) == ((), 1)


# EDIFACT


def test_an_iftsta_obeys_its_own_marks_and_the_release_character() -> None:
    text = (
        "UNA:+.? 'UNB+UNOA:2+A+B+261125:1303+1'UNH+1+IFTSTA:D:00B:UN'BGM+77+X'CNI+1+HAWB?+7'RFF+CN:77'"
        "STS+1+21:::it?'s here'DTM+334:202611251030:203'LOC+5+CNSHA:139:6:SHANGHAI'CNI+2+8'STS+1+13'UNT+10+1'UNZ+1+1'"
    )
    body = read(text, "iftsta")
    tree = body.documents[0].tree

    assert [text_at(tree, f"statuses.{path}") for path in ("0.CNI.2", "0.CNI.RFF_CN.1-2", "0.STS.2", "0.STS.2-4", "0.DTM_334.1-2")] == [
        "HAWB+7", "77", "21", "it's here", "202611251030",
    ]  # fmt: skip
    assert [text_at(tree, f"statuses.{path}") for path in ("0.LOC_5.2-4", "1.CNI.2", "1.STS.2", "2.STS.2")] == ["SHANGHAI", "8", "13", None]
    assert body.warnings == ()


def test_an_iftsta_may_choose_its_marks() -> None:
    tree = one("UNA|*.! ~UNH*1*IFTSTA|D~STS*1*13|a!|b~UNT*3*1~", "iftsta")

    assert [text_at(tree, f"statuses.0.STS.{path}") for path in ("1", "2-1", "2-2")] == ["1", "13", "a|b"]


# Tables and lines


def test_a_table_names_its_columns_and_every_line_is_a_report() -> None:
    body = read("\ufeff单号;状态\r\n7;签收\r\n\r\n8\r\n", "csv", profile=TableProfile(delimiter=";"))

    assert [(one.tree, one.place) for one in body.documents] == [
        ({"单号": "7", "状态": "签收"}, "line 2"),
        ({"单号": "8", "状态": ""}, "line 4"),
    ]


@pytest.mark.parametrize("letters", ["gbk", "utf-8", "utf-8-sig"])
def test_a_table_of_any_spreadsheet_is_read(letters: str) -> None:
    connection = a_connection((a_row("签收", {"状态": "签收"}, "signed"),), body="csv", case=(("waybill_no", "单号"),), happened_at=None)

    (event,) = decode(connection, "单号,状态\n7,签收\n".encode(letters), {}, NOW, timezone="UTC").events

    assert (event.event, event.names) == ("signed", {"waybill_no": "7"})


def test_one_bad_line_never_stops_the_others() -> None:
    connection = a_connection(body="json_lines", happened_at=None)

    good, bad, last = decode(connection, b'{"no": 1, "code": 10}\n{"no"\n{"no": 2, "code": 10}', {}, NOW, timezone="UTC").events

    assert (good.event, last.event, bad.event) == ("picked_up", "picked_up", None)
    assert (bad.place, bad.problems[0].partition(":")[0]) == ("line 2", "line 2")


# Forms and what is wrapped in texts


def test_texts_are_unwrapped_to_any_depth_and_inside_lists() -> None:
    inner = json.dumps([{"xml": "<R><no>7</no></R>"}, {"xml": ""}])
    wrapped = urllib.parse.urlencode({"data": json.dumps({"list": inner})})

    body = read(wrapped, "form", [("data", "json"), ("data.list", "json"), ("data.list.xml", "xml")])

    assert at(body.documents[0].tree, "data.list") == [{"xml": {"R": {"no": "7"}}}, {"xml": None}]


def test_a_form_in_chinese_letters_is_read_in_them() -> None:
    connection = a_connection(body="form", encoding="gbk", case=(("waybill_no", "no"),), happened_at=None)

    (event,) = decode(connection, b"no=" + urllib.parse.quote("运单", encoding="gbk").encode(), {}, NOW, timezone="UTC").events

    assert event.names == {"waybill_no": "运单"}


# Limits


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("[" + "1," * 10_000 + "1]", "json"),
        ("\n".join(["{}"] * 10_001), "json_lines"),
        ("a\n" + "1\n" * 10_001, "csv"),
        ("<a>" + "<b/>" * 10_001 + "</a>", "xml"),
        (an_x12("LX*1", *["AT7*X4"] * 10_001), "x12"),
        ("UNH+1+I'" + "STS+1'" * 10_001, "iftsta"),
        ("&".join(["a=1"] * 1001), "form"),
    ],
)
def test_too_much_of_anything_is_not_read(text: str, body: str) -> None:
    with pytest.raises(Unreadable):
        read(text, body)


def test_hundreds_of_loops_take_linear_time() -> None:
    def seconds(loops: int) -> float:
        text = an_x12(*[part for number in range(loops) for part in (f"LX*{number}", f"L11*{number}*BM", "AT7*X4*NS***20261123*0900*LT")])
        began = process_time()
        read(text, "x12")
        return process_time() - began

    few, many = min(seconds(500) for _ in range(3)), min(seconds(5000) for _ in range(3))

    assert many < few * 40  # Ten times the loops: a hundred times the work would be quadratic.


@given(st.sampled_from(KINDS), st.text(max_size=120) | st.sampled_from([ISA, "UNA:+.? 'UNH+1'", "<a b='c'>"]), st.text(max_size=60))
def test_no_text_however_strange_raises_anything_else(body: str, begin: str, end: str) -> None:
    with contextlib.suppress(Unreadable):
        read(begin + end, body)


@given(
    st.lists(st.sampled_from(["LX*1", "AT7*D1", "MS1*A*B", "L11*1*BM", "N1*CN*X", "N4*A*B", "SE*1*1", "ST*214*2", "~", "IEA"]), max_size=30)
)
def test_segments_in_any_order_keep_every_status(segments: list[str]) -> None:
    body = read(ISA + "ST*214*1~" + "~".join(segments), "x12")

    found = [at(document.tree, "statuses") for document in body.documents]
    assert sum(len(each) for each in found if isinstance(each, list)) == segments.count("AT7*D1")


# Snapshots


def scans(*rows: tuple[str, str, str], **whole: object) -> bytes:
    return json.dumps({"no": "7", "scans": [{"at": at_, "code": code, "says": says} for at_, code, says in rows], **whole}).encode()


def test_a_snapshot_told_again_longer_and_reworded_keeps_its_identities() -> None:
    connection = a_connection((a_row("签收", {"code": "3"}, "signed"), a_row("在途", {"code": "0"}, "scanned")), each="scans", newest_first=True,
                              code_at=("code",), keep={"text": "says"}, happened_at=TimeFormat(at="at"))  # fmt: skip
    first = ("2026-11-23T10:00:00Z", "0", "到达")
    second = ("2026-11-23T12:00:00Z", "3", "签收")

    before = decode(connection, scans(first), {}, NOW, timezone="UTC").events
    after = decode(connection, scans(second, first), {}, NOW, timezone="UTC").events
    reworded = decode(connection, scans(second, (*first[:2], "已到达")), {}, NOW, timezone="UTC").events

    assert [one.event for one in after] == ["scanned", "signed"]
    assert (after[0].id, after[0].text_id) == (before[0].id, before[0].text_id)
    assert reworded[0].id == before[0].id
    assert reworded[0].text_id != before[0].text_id


def test_two_scans_of_one_second_and_one_code_are_two_events() -> None:
    connection = a_connection(each="scans", code_at=("code",), keep={"text": "says"}, happened_at=TimeFormat(at="at"))
    rows = [("2026-11-23T10:00:00Z", "10", says) for says in ("一", "二", "一")]

    ids = [one.id for one in decode(connection, scans(*rows), {}, NOW, timezone="UTC").events]

    assert len(set(ids)) == 2
    assert ids[0] == ids[2]


def test_an_envelope_speaks_where_no_item_does_and_at_the_newest_items_time() -> None:
    row = a_row("状态已签收", {"state": "done"}, "signed")
    connection = a_connection((a_row("在途", {"code": "0"}, "scanned"), a_row("签收", {"code": "3"}, "signed")), each="scans", envelope=(row,),
                              happened_at=TimeFormat(at="at"))  # fmt: skip
    moving, signed = ("2026-11-23T10:00:00Z", "0", ""), ("2026-11-23T12:00:00Z", "3", "")

    said = decode(connection, scans(moving, state="done"), {}, NOW, timezone="UTC").events
    told = decode(connection, scans(moving, signed, state="done"), {}, NOW, timezone="UTC").events
    alone = decode(connection, scans(state="done"), {}, NOW, timezone="UTC").events

    assert [(one.event, dict(one.flags)) for one in said] == [("scanned", {}), ("signed", {"derived": "yes"})]
    assert said[1].happened_at == said[0].happened_at
    assert [one.event for one in told] == ["scanned", "signed"]
    assert [(one.event, one.happened_at) for one in alone] == [("signed", None)]
    assert decode(connection, scans(state="done"), {}, NOW, timezone="UTC").events[0].id == alone[0].id


def test_an_empty_list_says_nothing_and_a_report_without_its_list_is_shown() -> None:
    connection = a_connection(each="scans")

    empty = decode(connection, b'{"no": "7", "scans": []}', {}, NOW, timezone="UTC")
    other = decode(connection, b'{"no": "7", "hello": 1}', {}, NOW, timezone="UTC")

    assert (empty.events, empty.ignored) == ((), 1)
    assert [(one.recognised, one.problems) for one in other.events] == [(False, ("no list at scans",))]


@given(
    st.permutations(
        [("2026-11-23T10:00:00Z", "0"), ("2026-11-23T11:00:00Z", "10"), ("2026-11-23T11:00:00Z", "3"), ("2026-11-24T10:00:00Z", "0")]
    )
)
def test_items_are_read_oldest_first_in_whatever_order_they_come(rows: list[tuple[str, str]]) -> None:
    connection = a_connection((a_row("随便", None, "scanned"),), each="scans", code_at=("code",), happened_at=TimeFormat(at="at"))

    events = decode(connection, scans(*[(*row, "") for row in rows]), {}, NOW, timezone="UTC").events

    instants = [one.happened_at for one in events if one.happened_at]
    assert all(left <= right for left, right in pairwise(instants))
    assert len({one.id for one in events}) == 4


# Times


@pytest.mark.parametrize(
    ("written", "report", "expected"),
    [
        (TimeFormat(at="t", formats=("epoch",)), {"t": 1795568400}, "2026-11-25T01:00:00+00:00"),
        (TimeFormat(at="t", formats=("epoch_ms",)), {"t": 1795568400250}, "2026-11-25T01:00:00.250000+00:00"),
        (TimeFormat(at="d", then_at=("t",), formats=("%Y%m%d %H%M", "%Y%m%d")), {"d": "20261124", "t": "0900"}, "2026-11-24T01:00:00+00:00"),
        (TimeFormat(at="d", then_at=("t",), formats=("%Y%m%d %H%M", "%Y%m%d")), {"d": "20261124"}, "2026-11-24T15:59:59+00:00"),
        (TimeFormat(at="t", zone_at=("city", "land"), zones={"VT": "America/New_York"}), {"t": "2026-07-26 12:30", "land": "vt"}, "2026-07-26T16:30:00+00:00"),
        (TimeFormat(at="t", zone_at=("city",), zones={"VT": "America/New_York"}, timezone="UTC"), {"t": "2026-07-26 12:30"}, "2026-07-26T12:30:00+00:00"),
    ],
)  # fmt: skip
def test_times_apart_since_1970_and_by_place(written: TimeFormat, report: dict[str, object], expected: str) -> None:
    connection = a_connection((a_row("随便", None, "scanned"),), happened_at=written)

    (event,) = decode(connection, json.dumps(report).encode(), {}, NOW, timezone="Asia/Shanghai").events

    assert event.happened_at == datetime.fromisoformat(expected)


def test_a_date_of_today_is_the_time_of_receipt_and_keeps_its_identity_tomorrow() -> None:
    connection = a_connection((a_row("随便", None, "scanned"),), each="scans", code_at=("code",), happened_at=TimeFormat(at="at"))
    raw = scans(("2026-11-25", "0", ""))

    (today,) = decode(connection, raw, {}, NOW, timezone="Asia/Shanghai").events
    (tomorrow,) = decode(connection, raw, {}, NOW.replace(day=26), timezone="Asia/Shanghai").events

    assert (today.happened_at, today.flags) == (None, {"precision": "day"})
    assert tomorrow.happened_at == datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
    assert today.id == tomorrow.id
