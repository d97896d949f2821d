"""Can an operator see at once what is wrong, where, and what to do?"""

import json

from engine.language.compile import compile_rulebook
from engine.language.diagnostics import CODES
from engine.language.show import render
from tests.unit.language.rulebooks import edited, small

BROKEN = edited(small(), "rules/sla.yaml", "    while: new\n", "    if: {tier: 金卡, city: {more_then: 50}}\n    while: new\n")

EXPECTED_ZH = """\
错误[C204 unknown-choice]: “级别”没有“金卡”这个选项
 --> rules/sla.yaml:6:16
  |
6 |     if: {tier: 金卡, city: {more_then: 50}}
  |                ^^^^
  = 办法: 可用:普通、VIP

错误[C205 unknown-comparison]: 不认识的比较词“more_then”
 --> rules/sla.yaml:6:27
  |
6 |     if: {tier: 金卡, city: {more_then: 50}}
  |                             ^^^^^^^^^ 是不是想写 “more_than”？
  = 办法: 可用:is_not、more_than、at_least、less_than、at_most、before、from、contains、starts_with、blank

6 个文件,2 处错误,0 处提醒"""


def test_the_caret_stands_below_the_word_by_display_width() -> None:
    assert render(compile_rulebook(BROKEN).diagnostics, BROKEN) == EXPECTED_ZH


def test_english_has_the_same_codes_and_places() -> None:
    found = compile_rulebook(BROKEN).diagnostics

    shown = render(found, BROKEN, "en", "concise")

    assert shown.splitlines()[1].startswith("rules/sla.yaml:6:27: error[C205 unknown-comparison]: unknown comparison “more_then”")


def test_json_holds_everything() -> None:
    found = json.loads(render(compile_rulebook(BROKEN).diagnostics, BROKEN, form="json"))

    assert [(each["code"], each["line"], each["column"], each["width"]) for each in found] == [("C204", 6, 16, 2), ("C205", 6, 27, 9)]
    assert found[1]["note"]["en"] == "did you mean “more_than”?"


def test_both_places_of_a_key_written_twice_are_shown() -> None:
    files = edited(small(), "rules/sla.yaml", "    calendar: desk\n", "    calendar: desk\n    limit: 45 min\n")

    shown = render(compile_rulebook(files).diagnostics, files)

    assert "----- 第一次在这里" in shown
    assert "^^^^^ 第二次出现" in shown


def test_every_code_is_a_letter_and_three_digits_with_both_languages() -> None:
    for code, known in CODES.items():
        assert code[0] in "YFCRNWV"
        assert code[1:].isdigit()
        assert len(code) == 4
        assert known.zh
        assert known.en
    assert len({known.name for known in CODES.values()}) == len(CODES)


def test_the_second_place_of_an_overlap_says_that_it_comes_first() -> None:
    overlap = "    except:\n      - {if: {tier: VIP}, limit: 20 min}\n      - {if: {tier: VIP}, limit: 10 min}\n    calendar: desk\n"
    files = edited(small(), "rules/sla.yaml", "    calendar: desk\n", overlap)

    shown = render(compile_rulebook(files).diagnostics, files)

    assert f"|         {'-' * 32} 这里在先" in shown
    assert f"|         {'^' * 32}\n" in shown
    assert "第一次在这里" not in shown


def test_what_is_only_information_is_counted_where_there_is_any() -> None:
    files = edited(small(), "workflows/parcel.yaml", "  signed: 签收\n", "  signed: 签收\n  weighed: 称重\n")

    shown = [render(compile_rulebook(files).diagnostics, files, lang).splitlines()[-1] for lang in ("zh", "en")]

    assert shown == ["6 个文件,0 处错误,0 处提醒,1 处说明", "6 files, 0 errors, 0 warnings, 1 note"]


def test_a_choice_in_the_wrong_case_or_width_names_the_one_that_was_meant() -> None:
    for written in ("vip", "ＶＩＰ"):
        files = edited(small(), "rules/sla.yaml", "    while: new\n", f"    if: {{tier: {written}}}\n    while: new\n")

        found = compile_rulebook(files).diagnostics

        assert [(one.code, one.note_en) for one in found] == [("C204", "did you mean “VIP”?")]
        assert found[0].en == f"field tier (级别) has no choice “{written}”"


def test_an_unknown_name_lists_at_most_twelve_of_those_in_scope() -> None:
    many = "".join(f"  e{number}: 事{number}\n" for number in range(20))
    files = edited(small(), "workflows/parcel.yaml", "  signed: 签收\n", f"  signed: 签收\n{many}")
    files = edited(files, "workflows/parcel.yaml", "      - event: failed\n", "      - event: zzzzzzzz\n")

    found = [one for one in compile_rulebook(files).diagnostics if one.code == "R301"]

    assert found[0].help_en.count(",") == 11
    assert found[0].help_en.endswith("...")
