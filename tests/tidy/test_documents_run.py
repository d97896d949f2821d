"""Do the documents of the rule language run, and do they leave nothing out?"""

import re
from collections.abc import Iterator
from enum import StrEnum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from adapters.memory import open_memory
from engine.language.compile import FORMS, compile_rulebook
from engine.language.names import CHANNELS
from engine.language.show import render
from engine.model.condition import Word
from engine.service.stories import play
from tests.tidy.tree import ROOT

PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
RULEBOOK_PAGE = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# file: (\S+)\n")
SAMPLE = "rules/connections/tms_sample.json"


def the_rulebook_on_the_page() -> dict[str, str]:
    """Blocks by the file their first line names; a later block of the same file continues it. The one JSON block is the sample."""
    files: dict[str, str] = {}
    for block in BLOCK.finditer(PAGE):
        if block["kind"] == "json":
            files[SAMPLE] = block["body"]
            continue
        named = NAMED.match(block["body"])
        assert named, f"a block that no test runs: {block['body'][:60]}"
        files[named[1]] = files.get(named[1], "") + block["body"][named.end() :]
    return files


FILES = the_rulebook_on_the_page()


def test_the_rulebook_on_the_page_compiles_without_a_word_of_complaint() -> None:
    result = compile_rulebook(FILES)

    assert render(result.diagnostics, FILES, "en", "concise") == ""


def test_the_stories_on_the_page_hold() -> None:
    rulebook = compile_rulebook(FILES).rulebook
    assert rulebook is not None

    results = [play(rulebook, story, open_memory()) for story in rulebook.stories]

    assert len(results) >= 3
    assert [f"{one.span}: {one.what}: expected {one.expected}, got {one.got}" for each in results for one in each.mismatches] == []


def every_form() -> Iterator[type[BaseModel]]:
    seen: set[type[BaseModel]] = set()
    left: list[type[BaseModel]] = list(FORMS.values())
    while left:
        form = left.pop()
        if form not in seen:
            seen.add(form)
            yield form
            left += [inner for info in form.model_fields.values() for inner in _forms_in(info.annotation)]


def _forms_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [form for argument in get_args(annotation) for form in _forms_in(argument)]


def _words_in(annotation: object) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from (str(word) for word in get_args(annotation))
    elif get_origin(annotation) in (Union, UnionType, Annotated, list, dict):
        for argument in get_args(annotation):
            yield from _words_in(argument)


def said(word: str) -> bool:
    """The word stands as code in the text, alone or as part of an example."""
    inline = re.findall(r"`([^`\n]+)`", BLOCK.sub("", PAGE))
    return any(re.search(rf"(?<![\w]){re.escape(word)}(?![\w])", code) for code in inline)


@pytest.mark.parametrize("form", list(every_form()), ids=lambda form: form.__name__)
def test_every_key_of_a_form_stands_in_the_reference(form: type[BaseModel]) -> None:
    keys = [info.alias or name for name, info in form.model_fields.items() if name != "amount"]

    assert [key for key in keys if not said(key)] == []


@pytest.mark.parametrize("form", list(every_form()), ids=lambda form: form.__name__)
def test_every_word_a_key_may_take_stands_in_the_reference(form: type[BaseModel]) -> None:
    words = {word for info in form.model_fields.values() for word in _words_in(info.annotation)}

    assert sorted(word for word in words if not said(word)) == []


def test_every_comparison_and_channel_stands_in_the_reference() -> None:
    comparisons: type[StrEnum] = Word
    words = [word.value for word in comparisons if word not in (Word.IS, Word.ONE_OF)]

    assert [word for word in (*words, *CHANNELS) if not said(word)] == []


def test_a_word_that_does_not_exist_is_not_found_in_the_reference() -> None:
    assert not said("sent_by_pigeon")


# --- docs/rulebook.md ------------------------------------------------------------------------------------------------------

ROWS = re.findall(r"(?m)^\| (?P<number>[RPD][^|]*?) \| [^|]* \| `(?P<file>[^`]+)` \| `(?P<line>.+?)` \|$", RULEBOOK_PAGE)


@pytest.mark.parametrize(("number", "file", "line"), ROWS, ids=[f"{number} {line[:30]}" for number, _, line in ROWS])
def test_a_value_named_in_the_table_stands_in_the_shipped_rulebook(number: str, file: str, line: str) -> None:
    assert line.replace("\\|", "|") in (ROOT / file).read_text(encoding="utf-8")


def test_the_table_names_every_parameter_and_every_requirement_it_promises() -> None:
    numbers = {number for row in ROWS for number in re.findall(r"[RP]\d+", row[0])}
    promised = {f"R{n}" for n in (*range(8, 13), *range(16, 23), *range(25, 38), 40, 43, 44, *range(46, 51), *range(52, 56))}
    parameters = {f"P{n}" for n in (*range(1, 9), *range(11, 18))}

    assert sorted((promised | parameters) - numbers) == []
