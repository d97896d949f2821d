"""Does every broken snippet get exactly the marked diagnostics? The Markdown files are the tests."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.language.compile import compile_rulebook
from engine.language.diagnostics import CODES
from engine.language.show import render

HERE = Path(__file__).parent
SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<rest>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```yaml (?P<file>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"# (?:error|warning|info)(?:\+(?P<below>\d+))?\[(?P<code>[A-Z]\d{3}) (?P<name>[a-z-]+)\]")


def small_rulebook() -> dict[str, str]:
    folder = HERE / "small"
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}


def snippets() -> Iterator[tuple[str, dict[str, str]]]:
    """Title -> the files a section writes; each replaces or adds one of the small rulebook."""
    for path in sorted(HERE.glob("*.md")):
        for section in SECTION.finditer(path.read_text("utf-8")):
            files = {block["file"]: block["body"] for block in BLOCK.finditer(section["rest"])}
            if files:
                yield f"{path.stem}: {section['title']}", files


SNIPPETS = list(snippets())


@pytest.mark.parametrize("written", [files for _, files in SNIPPETS], ids=[title for title, _ in SNIPPETS])
def test_a_broken_snippet_gets_the_marked_diagnostics_and_no_others(written: dict[str, str]) -> None:
    expected = sorted(
        (file, number + int(mark["below"] or 0), mark["code"], mark["name"])
        for file, body in written.items()
        for number, line in enumerate(body.split("\n"), start=1)
        for mark in MARK.finditer(line)
    )

    files = {**small_rulebook(), **written}
    compiled = compile_rulebook(files)

    found = sorted((each.span.file, each.span.line, each.code, each.name) for each in compiled.diagnostics)
    assert found == expected, render(compiled.diagnostics, files, "en")


def test_the_small_rulebook_itself_is_clean() -> None:
    compiled = compile_rulebook(small_rulebook())

    assert compiled.diagnostics == ()
    assert compiled.rulebook is not None


def test_there_are_enough_snippets_and_their_marks_use_known_codes() -> None:
    marks = [mark for _, files in SNIPPETS for body in files.values() for mark in MARK.finditer(body)]

    assert len(SNIPPETS) >= 20
    assert {(mark["code"], mark["name"]) for mark in marks} <= {(code, known.name) for code, known in CODES.items()}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["full", "concise", "json"])
def test_every_snippet_can_be_shown(lang: str, form: str) -> None:
    for _, written in SNIPPETS:
        files = {**small_rulebook(), **written}

        shown = render(compile_rulebook(files).diagnostics, files, lang, form)

        assert shown
