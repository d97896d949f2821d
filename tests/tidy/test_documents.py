"""Do the documents agree with each other and with the tree?"""

import re
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, our_files, text_of

PAGES = [path for path in our_files() if path.suffix == ".md"]
GLOSSARY = ROOT / "docs" / "glossary.md"
DECISIONS = sorted(path for path in our_files() if path.parent == Path("docs/decisions") and re.match(r"\d{4}-", path.name))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_to_a_file_of_ours_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text_of(page))

    assert [target for target in targets if not (ROOT / page.parent / target).exists()] == []


def test_every_word_of_the_glossary_stands_once_and_in_both_languages() -> None:
    rows = [tuple(cell.strip() for cell in row) for row in re.findall(r"(?m)^\| *([^|]+)\|([^|]+)\|([^|]+)\|$", text_of(GLOSSARY))]
    words = [row[0] for row in rows if row[0] != "English" and not row[0].startswith("-")]

    assert len(words) > 30
    assert sorted(words) == sorted(set(words))
    assert [row for row in rows if not all(row)] == []
    assert [row[0] for row in rows if row[0] in words and not re.search(r"[一-鿿]", row[1])] == []


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    index = text_of(Path("docs/decisions/README.md"))

    assert numbers == list(range(1, len(numbers) + 1))
    assert [path.name for path in DECISIONS if f"({path.name})" not in index] == []


@pytest.mark.parametrize("record", DECISIONS, ids=str)
def test_a_decision_says_why_and_what_it_costs(record: Path) -> None:
    headings = re.findall(r"(?m)^## (.+)$", text_of(record))

    assert headings == ["The question", "What we decided", "Why", "What it costs", "When to think again"]
