"""`check` proves every path of a connection by its samples, whatever they are written in."""

import urllib.parse

import pytest

from engine.language.compile import compile_rulebook

WORKFLOW = """kind: workflow
workflow: parcel
label: 包裹
identified_by: [no]
start: {state: here, by: [ordered]}
fields:
  no: {type: text, label: 单号, max: 20}
  hub: {type: text, label: 站点, max: 10, optional: yes}
events: {ordered: 下单, signed: 签收}
states:
  here: {label: 在, no_deadline: yes}
  gone: {label: 去, final: yes}
from_any_state: [{event: signed, to: gone}]
"""
FORM = urllib.parse.urlencode({"p": '{"no": 1, "scans": [{"at": "2026-11-23", "code": "3", "why": null}]}'})
X12 = (
    "ISA*00*          *00*          *02*FIXT           *ZZ*US             *261125*1303*U*00403*000000001*0*T*>~"
    "ST*214*1~LX*1~L11*7*BM~AT7*D1*NS***20261125*1230*LT~SE*5*1~IEA*1*1~"
)
BODIES = {
    "json": ("json", '{"no": 1, "data": {"code": "3"}}', "", "no", "data.code"),
    "form": ("form", FORM, "  unwrap: {at: p, as: json}\n  each: {at: p.scans}\n", "p.no", "why"),
    "envelope": ("form", FORM, "  unwrap: {at: p, as: json}\n  each: {at: p.scans}\n", "up.no", "whole.p.no"),
    "xml": ("xml", "<A><R no='1'><c>3</c></R></A>", "  each: {at: A.R}\n", "'@no'", "c"),
    "csv": ("csv", "单号,状态\n7,签收\n", "", "单号", "状态"),
    "json_lines": ("json_lines", '{"no": 1}\n{"code": 3}', "", "no", "code"),
    "x12": ("x12", X12, "  each: {at: statuses}\n", "LX.L11_BM.1", "AT7.1"),
    "iftsta": ("iftsta", "UNH+1+I'CNI+1+7'STS+1+13'UNT+4+1'", "  each: {at: statuses}\n", "CNI.2", "STS.2"),
}


def checked(body: str, sample: str, more: str, case: str, path: str) -> list[tuple[str, str]]:
    connection = (
        f"kind: connection\nconnection: c\nlabel: 对接\ntype: http\ninbound:\n  path: /in/c\n  body: {body}\n"
        f"  signature: {{kind: token, secret: env:T}}\n  workflow: parcel\n{more}  case: {{no: {case}}}\n"
        f"  events:\n    - {{label: 签收, match: {{{path}: x}}, event: signed}}\n  samples: sample.txt\n"
    )
    files = {"workflows/parcel.yaml": WORKFLOW, "rules/connections/c.yaml": connection, "rules/connections/sample.txt": sample}
    found = compile_rulebook(files).diagnostics
    return [(one.code, one.en) for one in found if one.span.file == "rules/connections/c.yaml" and one.code[0] in "RF"]


@pytest.mark.parametrize("name", BODIES)
def test_paths_that_stand_in_the_sample_are_right(name: str) -> None:
    assert checked(*BODIES[name]) == []


@pytest.mark.parametrize("name", BODIES)
def test_a_slip_in_a_path_is_found_in_every_body(name: str) -> None:
    body, sample, more, case, path = BODIES[name]

    assert [code for code, _ in checked(body, sample, more, case, path + "x")] == ["R307"]
    assert [code for code, _ in checked(body, sample, more, f"'{case.strip(chr(39))}x'", path)] == ["R307"]


@pytest.mark.parametrize("name", ["form", "xml", "x12", "iftsta"])
def test_a_slip_in_the_list_is_found(name: str) -> None:
    body, sample, more, case, path = BODIES[name]

    assert "R307" in [code for code, _ in checked(body, sample, more.replace("each: {at: ", "each: {at: Z"), case, path)]


def test_a_sample_of_another_kind_and_what_cannot_be_unwrapped_are_told() -> None:
    body, sample, more, case, path = BODIES["form"]

    assert [code for code, _ in checked("json", "<a/>", "", "no", "no")] == ["F110"]
    assert [code for code, _ in checked(body, sample, more.replace("at: p,", "at: q,"), case, path)] == ["F110"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("  encoding: klingon\n", "F103"),
        ("  happened_at: {at: no, timezone: Mars/North}\n", "R301"),
        ("  happened_at: {at: no, timezone_by: {at: no, table: nowhere.csv}}\n", "R306"),
        ("  fill: {nowhere: no}\n", "R302"),
        ("  reply: {text: ok, xml: <ok/>}\n", "F110"),
        ("  reply: {text: ok, refused: {text: no, status: 99}}\n", "F110"),
        ("  csv: {delimiter: ab}\n", "F110"),
        ("  envelope: [{label: 空}]\n", "F110"),
    ],
)
def test_what_cannot_be_meant_is_told(more: str, code: str) -> None:
    assert code in [found for found, _ in checked("json", '{"no": 1}', more, "no", "no")]


@pytest.mark.parametrize("encoding", ["gb", "hex", "undefined", "'g\\0k'", "utf-99"])
def test_letters_nobody_can_read_are_told_and_the_sample_is_read_all_the_same(encoding: str) -> None:
    body, sample, more, case, path = BODIES["envelope"]

    found = checked(body, sample + "&q=%E5%8D%95", f"{more}  encoding: {encoding}\n", case, path)

    assert [code for code, _ in found if code.startswith("F")] == ["F103"]


@pytest.mark.parametrize("encoding", ["gbk", "GB2312", "big5", "utf-16", "utf-32", "latin1", "utf8"])
def test_letters_that_can_be_read_are_taken(encoding: str) -> None:
    body, sample, more, case, path = BODIES["csv"]

    assert "F103" not in [code for code, _ in checked(body, sample, more + f"  encoding: {encoding}\n", case, path)]
