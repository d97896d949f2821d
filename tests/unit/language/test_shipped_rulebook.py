"""Does the shipped rulebook compile clean, fast, and into the same meaning however it is laid out?"""

import random
import re

import pytest

from engine.language.compile import compile_rulebook
from engine.language.lint.text_too_long import longest_value
from engine.language.show import render
from engine.model.fieldtext import decimal_places
from tests.unit.language.rulebooks import SHIPPED, compiled, edited

YAML = sorted(name for name in SHIPPED if name.endswith(".yaml"))
SEED = 20261121


def test_the_shipped_rulebook_has_nothing_to_report() -> None:
    result = compile_rulebook(SHIPPED)

    assert render(result.diagnostics, SHIPPED, "en", "concise") == ""
    assert result.rulebook is not None


def test_no_deleted_character_makes_the_compiler_raise_or_point_outside_the_file() -> None:
    chance = random.Random(SEED)

    for _ in range(6):  # One deletion in each of the files; `make mutants` does the rest.
        files = dict(SHIPPED)
        for name in YAML:
            cut = chance.randrange(len(files[name]))
            files[name] = files[name][:cut] + files[name][cut + 1 :]

        result = compile_rulebook(files)

        for found in result.diagnostics:
            lines = files[found.span.file].split("\n")
            assert 1 <= found.span.line <= len(lines), found
            assert 1 <= found.span.column <= len(lines[found.span.line - 1]) + 1, found
        assert render(result.diagnostics, files)


def laid_out_differently(text: str) -> str:
    text = re.sub(r"(?m)^(?! *- | {6,})(.*[^|])$", r"\1   # 说明", text) if "text: |" not in text else text
    return "# 新的说明\n\n" + text.replace("\n", "\r\n")


def test_comments_line_ends_and_file_names_do_not_change_the_meaning() -> None:
    before = compiled(SHIPPED)

    after = compiled(
        {
            name.replace("rules/sla.yaml", "rules/时效.yaml"): laid_out_differently(text) if name in YAML else text
            for name, text in SHIPPED.items()
        }
    )

    assert after.fingerprint == before.fingerprint
    assert {name: workflow.version for name, workflow in after.workflows.items()} == {
        name: workflow.version for name, workflow in before.workflows.items()
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules/sla.yaml", "limit: 8 h", "limit: 480 min"),
        ("rules/sla.yaml", "- after: 1 h ", "- after: 60 min "),
        ("rules/sla.yaml", "while: exception\n", "while: [exception]\n"),
        ("rules/sla.yaml", "if: {customer_tier: VIP}\n", "if: {customer_tier: [VIP]}\n"),
        ("workflows/ticket.yaml", "{any_of: [{customer_tier: VIP}, {claim_amount: {at_least: 5000}}]}", "{any_of: [{claim_amount: {at_least: 5000.0}}, {customer_tier: 'VIP'}]}"),
        ("workflows/shipment.yaml", "{type: text, label: 提货城市, max: 6}", "{max: 6, label: 提货城市, type: text}"),
    ],
)  # fmt: skip
def test_the_same_meaning_in_other_words_keeps_the_fingerprint(file: str, old: str, new: str) -> None:
    after = compiled(edited(SHIPPED, file, old, new))

    assert after.fingerprint == compiled(SHIPPED).fingerprint


def test_another_meaning_changes_the_fingerprint_and_a_label_leaves_the_version() -> None:
    before = compiled(SHIPPED)

    limit = compiled(edited(SHIPPED, "rules/sla.yaml", "limit: 8 h", "limit: 9 h"))
    label = compiled(edited(SHIPPED, "workflows/ticket.yaml", "label: 待响应", "label: 等待响应"))
    row = compiled(edited(SHIPPED, "workflows/ticket.yaml", "{claim_amount: {at_least: 5000}}", "{claim_amount: {at_least: 6000}}"))

    assert limit.fingerprint != before.fingerprint
    assert limit.workflows["shipment"].version == before.workflows["shipment"].version
    assert label.fingerprint != before.fingerprint
    assert label.workflows["ticket"].version == before.workflows["ticket"].version
    assert row.workflows["ticket"].version != before.workflows["ticket"].version
    assert row.workflows["shipment"].version == before.workflows["shipment"].version


def test_a_broken_file_does_not_cause_errors_elsewhere() -> None:
    files = edited(SHIPPED, "rules/calendars.yaml", "    label: 客服坐席", "    label：客服坐席")

    result = compile_rulebook(files)

    assert [(found.code, found.span.file) for found in result.diagnostics] == [("Y003", "rules/calendars.yaml")]


def test_every_bounded_field_has_a_longest_value() -> None:
    fields = compiled(SHIPPED).workflows["shipment"].fields

    assert longest_value(fields["weight_kg"]) == len("99999.9")
    assert longest_value(fields["pickup_fee"]) == len("9999.99")
    assert longest_value(fields["pay_by"]) == 2
    assert decimal_places(fields["pieces"]) == 0
