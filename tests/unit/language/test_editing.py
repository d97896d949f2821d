"""Does an editor offer, explain and find the right things where the cursor stands? A bar marks the cursor."""

import pytest

from engine.language.compile import compile_rulebook
from engine.language.cursor import Cursor, cursor_at
from engine.language.editing import completions, correction, definition, hover
from engine.language.project import read_project
from tests.unit.language.rulebooks import SHIPPED

PROJECT = read_project(SHIPPED)
BEGUN = "kind: sla\npolicies:\n  new_one:\n    label: 新的\n    workflow: shipment\n"


def at_the_bar(text: str) -> Cursor:
    before, _, after = text.partition("¦")
    return cursor_at(before + after, before.count("\n"), len(before.rsplit("\n", 1)[-1]))


@pytest.mark.parametrize(
    ("written", "first", "missing"),
    [
        ("    ¦\n", "if", "label"),
        ("    wh¦\n", "if", "label"),
        ("    while: ¦\n", "intake", "line_1"),
        ("    while: [intake, ¦]\n", "intake", "line_1"),
        ("    while:\n      - ¦\n", "intake", "line_1"),
        ("    while:\n      - int¦\n", "intake", "line_1"),
        ("    mode: ¦\n", "live", "fire"),
        ("    calendar: ¦   # 哪个\n", "service_desk", "intake"),
        ("    starts: {¦}\n", "enters", "label"),
        ("    starts: {enters: ¦}\n", "intake", "line_1"),
        ("    limit: {look_up: ¦, take: x}\n", "pickup_areas", "intake"),
        ("    if: {¦}\n", "order_no", "ticket_no"),
        ("    if: {source: ¦}\n", "web", "phone_no"),
        ("    if: {source: [web, ¦]}\n", "web", "phone_no"),
        ("    if: {state: ¦}\n", "intake", "line_1"),
        ("    if: {weight_kg: {¦}}\n", "is_not", "contains"),
        ("    if:\n      any_of:\n        - {¦}\n", "order_no", "ticket_no"),
        ("    if:\n      any_of:\n        - source: ¦\n", "web", "intake"),
        ("    timeline:\n      - ¦\n", "after", "label"),
        ("    timeline:\n      - late: 0 min\n        do:\n          - {task: 去看看, for: ¦}\n", "pickup_clerk", "intake"),
        ("    timeline:\n      - late: 0 min\n        do:\n          - {task: 去看看, for: x}\n          - ¦\n", "send", "label"),
        ("    timeline:\n      - late: 0 min\n        do:\n          - task: |\n              : {[\n            ¦\n", "send", "task"),
        ("    timeline:\n      - late: 0 min\n        do: {open: {workflow: ticket, with: {¦}}}\n", "ticket_no", "order_no"),
    ],
)
def test_what_may_be_written_here_is_offered_and_nothing_else(written: str, first: str, missing: str) -> None:
    offered = [offer.text for offer in completions(at_the_bar(BEGUN + written), PROJECT, "zh")]

    assert offered[:1] == [first]
    assert missing not in offered


def test_an_empty_file_is_told_to_begin_with_its_kind() -> None:
    assert [offer.text for offer in completions(at_the_bar("¦"), PROJECT, "zh")] == ["kind"]
    assert "sla" in [offer.text for offer in completions(at_the_bar("kind: ¦"), PROJECT, "zh")]


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("    wh¦ile: intake\n", "在哪些状态里计时", "the states in which its clock lives"),
        ("    while: int¦ake\n", "待核单 (状态)", "待核单 (state)"),
        ("    if: {ci¦ty: 深圳}\n", "提货城市", "提货城市"),
        ("    if: {weight_kg: {more¦_than: 5}}\n", "大于", "more than"),
        ("    timeline:\n      - late: 0 min\n        do:\n          - {ta¦sk: x, for: y}\n", "交给人的待办", "a text for a person"),
    ],
)
def test_the_word_under_the_cursor_is_explained_in_both_languages(written: str, zh: str, en: str) -> None:
    cursor = at_the_bar(BEGUN + written)

    assert hover(cursor, PROJECT, "zh").startswith(zh)
    assert hover(cursor, PROJECT, "en").startswith(en)


@pytest.mark.parametrize("text", ["¦", "a: [", "kind: nothing\n¦", "kind: sla\n- - - ¦", "}}{{]][¦", "kind: sla\npolicies: {a: {b: [¦"])
def test_no_text_is_too_broken_to_be_asked_about(text: str) -> None:
    cursor = at_the_bar(text)

    assert isinstance(completions(cursor, PROJECT, "zh"), list)
    assert isinstance(hover(cursor, PROJECT, "zh"), str)
    assert definition(cursor, PROJECT) is None


@pytest.mark.parametrize(
    ("file", "good", "bad"),
    [
        ("rules/sla.yaml", "calendar: service_desk", "calendar: service_dek"),
        ("rules/sla.yaml", "calendar: service_desk", "calendar: 'service_dek'"),
        ("rules/sla.yaml", "limit: 30 min", "limit: 30分钟"),
        ("rules/sla.yaml", "    timeline:", "    timelin:"),
        ("rules/sla.yaml", "label: ", "label："),
        ("rules/sla.yaml", "label: ", "label:"),
        ("rules/messages.yaml", "{order_no}", "{order_n}"),
    ],
)
def test_a_certain_correction_mends_what_it_is_offered_for(file: str, good: str, bad: str) -> None:
    broken = {**SHIPPED, file: SHIPPED[file].replace(good, bad, 1)}
    assert broken != SHIPPED
    found = next(one for one in compile_rulebook(broken).diagnostics if one.span.file == file)
    lines = broken[file].split("\n")
    line = lines[found.span.line - 1]

    mended = correction(found, line)

    assert mended is not None
    start, width, text = mended
    lines[found.span.line - 1] = line[:start] + text + line[start + width :]
    assert "\n".join(lines).replace("'service_desk'", "service_desk", 1) == SHIPPED[file]


def test_what_a_person_must_decide_is_not_corrected() -> None:
    broken = {**SHIPPED, "rules/sla.yaml": SHIPPED["rules/sla.yaml"].replace("calendar: service_desk", "calendar: something_else", 1)}
    found = compile_rulebook(broken).diagnostics[0]

    assert correction(found, broken["rules/sla.yaml"].split("\n")[found.span.line - 1]) is None
