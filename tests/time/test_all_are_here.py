"""Is every complaint a test, or a written line that says why it cannot occur?"""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
NUMBER = re.compile(r"^t(\d\d)\b")


def complaint_tests() -> list[ast.FunctionDef]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("test_t[0-9]*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def numbers_in_docstrings() -> set[int]:
    matches = [NUMBER.match(ast.get_docstring(node) or "") for node in complaint_tests()]
    return {int(match[1]) for match in matches if match}


def numbers_in_readme() -> set[int]:
    return {int(number) for number in re.findall(r"^\| t(\d\d) \|", (HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)}


def test_every_number_has_a_test_or_a_written_reason() -> None:
    assert numbers_in_docstrings() | numbers_in_readme() == set(range(1, 65))


def test_every_test_of_a_complaint_names_its_number() -> None:
    assert [node.name for node in complaint_tests() if not NUMBER.match(ast.get_docstring(node) or "")] == []


def test_a_missing_number_would_be_noticed() -> None:
    assert not NUMBER.match("reminders leave only inside t6")
    assert len(numbers_in_docstrings()) >= 60
