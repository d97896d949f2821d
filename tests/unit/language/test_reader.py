"""Is every trap of YAML read as text, or refused at its exact place? (libraries.md 3.1)"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import Findings
from engine.language.reader import DEPTH_MAX, read_source
from engine.language.source import Node

READ_AS_WRITTEN = [
    "15:00",
    "8:30",
    "12:00:00",
    "NO",
    "on",
    "yes",
    "null",
    "0755",
    "010",
    "1.10",
    "1.0E+5",
    "1_000",
    "2026-11-21",
    "0x1F",
    "15：00",
    "５０",
]

REFUSED = [
    ("kind: x\nb: 1\nb: 2\n", "Y012", 3, 1),
    ("a: !VIP x\n", "Y021", 1, 4),
    ("a: != VIP\n", "Y021", 1, 4),
    ("a: > 50\n", "Y010", 1, 6),
    ("a: *x\n", "Y020", 1, 4),
    ("a: &x 1\n", "Y020", 1, 4),
    ("a: @x\n", "Y010", 1, 4),
    ("a: %x\n", "Y010", 1, 4),
    ("<<: {a: b}\n", "Y023", 1, 1),
    ("t: [{order_no}]客\n", "Y010", 1, 16),
    ("t: 单号 #{no} 已超时\n", "Y006", 1, 7),
    ("s:\n  -a\n", "Y005", 2, 3),
    ("kind：x\nb：c\n", "Y003", 1, 5),
    ("a: {tier：VIP}\n", "Y003", 1, 9),
    ("a:\n\u3000\u3000b: c\n", "Y002", 2, 1),
    ("a:\n\tb: c\n", "Y001", 2, 1),
    ("a:b\n", "Y004", 1, 2),
    ("a: [b，c]\n", "Y008", 1, 6),
    ("a: “VIP”\n", "Y007", 1, 4),
    ("a: b\n---\nc: d\n", "Y016", 2, 1),
    ("[a]: b\n", "Y022", 1, 1),
    ("a: b\x00\n", "Y010", 1, 5),
    ("", "Y011", 1, 1),
    ("# nothing\n", "Y011", 1, 1),
    ("a: " + "[" * 30 + "]" * 30, "Y013", 1, 4 + DEPTH_MAX - 1),
]


def data_of(text: str) -> Node:
    findings = Findings()
    source = read_source("x.yaml", text, findings)
    assert source is not None, findings.sorted()
    return source.data


@pytest.mark.parametrize("written", READ_AS_WRITTEN)
def test_a_value_is_read_as_it_was_written(written: str) -> None:
    data = data_of(f"on: {written}\n")

    assert data == {"on": written}


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED)
def test_a_trap_is_reported_at_its_place(text: str, code: str, line: int, column: int) -> None:
    findings = Findings()

    read_source("x.yaml", text, findings)

    found = [(each.code, each.span.line, each.span.column) for each in findings.sorted()]
    assert (code, line, column) in found


def test_two_hundred_thousand_brackets_do_not_crash() -> None:
    findings = Findings()

    source = read_source("x.yaml", "[" * 200_000, findings)

    assert source is None
    assert [each.code for each in findings.sorted()] == ["Y013"]


def test_too_many_nodes_and_too_many_bytes_are_refused() -> None:
    for text in ("a: [" + "1, " * 21_000 + "1]", "a: |\n" + "  文字文字文字\n" * 20_000):
        findings = Findings()

        assert read_source("x.yaml", text, findings) is None
        assert [each.code for each in findings.sorted()] == ["Y014"]


def test_not_written_is_none_and_quoted_nothing_is_a_text() -> None:
    assert data_of("a:\nb: ~\nc: ''\nd: '~'\n") == {"a": None, "b": None, "c": "", "d": "~"}


def test_a_duplicate_keeps_its_first_value_and_shows_both_places() -> None:
    findings = Findings()

    source = read_source("x.yaml", "a: 1\nb: {c: 2}\nb: {c: 3, d: 4}\n", findings)

    assert source is not None
    assert source.data == {"a": "1", "b": {"c": "2"}}
    (found,) = findings.sorted()
    assert (found.span.line, found.related[0].line) == (3, 2)


def test_full_width_signs_are_honest_inside_texts() -> None:
    text = "a: 说明：请看，这里\nb: '键：值'\nt: |\n  单号：{no}，请[[看]]\n  -x\n  \t#y\nc: 1  # 备注：好\n"

    data = data_of(text)

    assert isinstance(data, dict)
    assert data["a"] == "说明：请看，这里"
    assert data["b"] == "键：值"


def test_a_comma_without_a_space_belongs_to_the_text() -> None:
    data = data_of("a: {task: 请截下,并联系客户,谢谢, for: desk}\n")

    assert data == {"a": {"task": "请截下,并联系客户,谢谢", "for": "desk"}}


def test_a_place_inside_a_block_counts_its_indentation() -> None:
    findings = Findings()
    source = read_source("x.yaml", "m:\n  text: |\n    一二{三}\n    四{五}\n", findings)
    assert source is not None

    span = source.inside(("m", "text"), len("一二{三}\n四"), 3)

    assert (span.line, span.column, span.width) == (4, 6, 3)


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    assert data_of("\ufeffa: 1\r\nb:\r\n  - c\r\n") == {"a": "1", "b": ["c"]}


@given(text=st.text(alphabet=st.sampled_from("ab:： -#[]{},，|>&*!'\"\n\t\u3000%@~?<1"), max_size=60))
def test_no_text_makes_the_reader_crash_and_places_lie_inside(text: str) -> None:
    findings = Findings()

    read_source("x.yaml", text, findings)

    lines = text.split("\n")
    for found in findings.sorted():
        assert 1 <= found.span.line <= len(lines)
        assert 1 <= found.span.column <= len(lines[found.span.line - 1]) + 1
