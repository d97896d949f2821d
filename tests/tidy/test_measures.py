"""Does every file keep the measures of the house?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import our_files, our_python, text_of

MODULE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
NAMES_OF_THINGS_WITHOUT_A_NAME = {"utils", "util", "helpers", "helper", "common", "base", "manager", "handler", "context", "misc"}

# Written in pieces, so that this file does not find itself.
LEFT_UNDONE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
OF_ONE_MACHINE = re.compile(r"(?<![\w.*}])/(wo" + r"rk|ro" + r"ot|ho" + r"me|fa" + r"rm)/\w")
REGISTRY_HOST = re.compile(r"py" + r"pi\.|python" + r"hosted|npm" + r"js\.|crates" + r"\.io", re.IGNORECASE)
SILENCED = re.compile(r"#\s*(type: ignore|noqa)(?P<code>\[[\w, -]+\]|: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*)?(?P<why>.*)$")


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {path: len(text_of(path).splitlines()) for path in our_python()}

    assert {str(path): lines for path, lines in lengths.items() if lines > MODULE_LINES_MAX} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    lengths = {f"{path}:{function.lineno} {function.name}": lines for path, function, lines in _functions()}

    assert len(lengths) > 50, "the measuring itself sees nothing"
    assert {place: lines for place, lines in lengths.items() if lines > FUNCTION_LINES_MAX} == {}


def test_every_module_begins_with_the_question_it_answers() -> None:
    without = [str(path) for path in our_python() if path.parts[0] in {"engine", "adapters"} and "?" not in _first_line(path)]

    assert without == []


def test_every_other_python_file_begins_with_a_sentence() -> None:
    assert [str(path) for path in our_python() if not _first_line(path)] == []


def test_no_file_bears_a_name_that_says_nothing() -> None:
    nameless = [str(path) for path in our_files() if NAMES_OF_THINGS_WITHOUT_A_NAME & {part.split(".")[0] for part in path.parts}]

    assert nameless == []


def test_nothing_is_left_undone_in_the_code() -> None:
    assert list(_lines_with(LEFT_UNDONE, {".py", ".yaml", ".toml", ".sh", ""})) == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert list(_lines_with(OF_ONE_MACHINE)) == []


def test_no_file_names_a_registry_host() -> None:
    assert list(_lines_with(REGISTRY_HOST)) == []


def test_a_silenced_check_names_its_code_and_its_reason() -> None:
    assert list(_silenced_without_reason()) == []


def test_the_search_for_machine_paths_and_hosts_finds_what_it_should() -> None:
    assert OF_ONE_MACHINE.search("open('/wo" + "rk/shared/data')")
    assert not OF_ONE_MACHINE.search("a/network/b and docs/wo" + "rk/x")
    assert REGISTRY_HOST.search("--index-url https://py" + "pi.org/simple")


def _functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for path in our_python():
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                yield path, node, node.end_lineno - node.lineno + 1


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(text_of(path))) or "").partition("\n")[0]


def _lines_with(pattern: re.Pattern[str], suffixes: set[str] | None = None) -> Iterator[str]:
    for path in our_files():
        if suffixes is None or path.suffix in suffixes:
            for number, line in enumerate(text_of(path).splitlines(), start=1):
                if pattern.search(line):
                    yield f"{path}:{number}: {line.strip()[:100]}"


def _silenced_without_reason() -> Iterator[str]:
    for path in our_python():
        lines = text_of(path).splitlines()
        for number, line in enumerate(lines, start=1):
            found = SILENCED.search(line)
            above = number > 1 and lines[number - 2].lstrip().startswith("#")
            if found and (not found["code"] or not (re.search(r"\w", found["why"]) or above)):
                yield f"{path}:{number}: {line.strip()[:100]}"
