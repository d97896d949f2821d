"""Does every broken snippet get exactly the marked diagnostics? The Markdown files are the tests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.language.compile import compile_rulebook
from engine.language.diagnostics import CODES
from engine.language.show import render

HERE = Path(__file__).parent
BLOCK = re.compile(r"^## (?P<title>.+?)\n.*?^```yaml (?P<file>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"# (?:error|warning|info)(?:\+(?P<below>\d+))?\[(?P<code>[A-Z]\d{3}) (?P<name>[a-z-]+)\]")


def small_rulebook() -> dict[str, str]:
    folder = HERE / "small"
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}


def snippets() -> Iterator[tuple[str, str, str]]:
    for path in sorted(HERE.glob("*.md")):
        for match in BLOCK.finditer(path.read_text("utf-8")):
            yield f"{path.stem}: {match['title']}", match["file"], match["body"]


SNIPPETS = list(snippets())


@pytest.mark.parametrize(("file", "body"), [(file, body) for _, file, body in SNIPPETS], ids=[title for title, _, _ in SNIPPETS])
def test_a_broken_snippet_gets_the_marked_diagnostics_and_no_others(file: str, body: str) -> None:
    expected = sorted(
        (file, number + int(mark["below"] or 0), mark["code"], mark["name"])
        for number, line in enumerate(body.split("\n"), start=1)
        for mark in MARK.finditer(line)
    )

    compiled = compile_rulebook({**small_rulebook(), file: body})

    found = sorted((each.span.file, each.span.line, each.code, each.name) for each in compiled.diagnostics)
    assert found == expected, render(compiled.diagnostics, {**small_rulebook(), file: body}, "en")


def test_the_small_rulebook_itself_is_clean() -> None:
    compiled = compile_rulebook(small_rulebook())

    assert compiled.diagnostics == ()
    assert compiled.rulebook is not None


def test_there_are_enough_snippets_and_their_marks_use_known_codes() -> None:
    marks = [mark for _, _, body in SNIPPETS for mark in MARK.finditer(body)]

    assert len(SNIPPETS) >= 20
    assert {(mark["code"], mark["name"]) for mark in marks} <= {(code, known.name) for code, known in CODES.items()}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["full", "concise", "json"])
def test_every_snippet_can_be_shown(lang: str, form: str) -> None:
    for _, file, body in SNIPPETS:
        files = {**small_rulebook(), file: body}

        shown = render(compile_rulebook(files).diagnostics, files, lang, form)

        assert shown
