"""Is every broken file answered at the right place, with the next step, in both languages? The pages are broken_*.md."""

import pytest

from tests.diagnostics.broken import Case, answer, cases

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{case.page.stem}: {case.title}" for case in CASES])
def test_a_broken_file_is_told_what_the_page_says(case: Case) -> None:
    assert answer(case) == case.told, "python -m tests.diagnostics.broken shows the difference"


def test_there_are_forty_broken_files_and_every_answer_names_the_next_step_or_an_example() -> None:
    lines = [line for case in CASES for line in case.told.splitlines()]
    texts = [line for line in lines if line.startswith("  ")]

    assert len(CASES) >= 40
    assert len({case.title for case in CASES}) == len(CASES)
    assert [line for line in texts if not any(sign in line for sign in (" => ", " | ", "例如", "such as", "138"))] == []
