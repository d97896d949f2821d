"""Can every command of every page be typed? Read by the command line as it stands; those of the storm, the drill and the first users are run, too.

Pages with a test of their own: README, tutorial, language, editor, explain, keeping, plan, reports, versions.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from adapters.cli import main as prompt
from adapters.cli.speech import Speech
from adapters.files.rules import copy_shipped
from adapters.sql.stores import open_stores
from tests.simulation import drive
from tests.tidy.tree import ROOT, our_files, text_of
from tests.unit.cli.rulebook import waybill, write_rulebook
from tests.unit.cli.test_drill import history as a_history

PAGES = [path for path in our_files() if path.suffix == ".md" and path.parent != Path("docs/decisions") and path.name != "CHANGELOG.md"]
FENCE = re.compile(r"^```\w*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(waybill [^`\n]+)`")
LEFT_OUT = re.compile(r"…|\.\.\.|[\[\]|<>{}]")
"""What stands for something else, or is put together by a shell."""
TARGET = re.compile(r"\bmake ([a-z-]+)((?: [A-Z_]+=\S+)*)")
history = a_history


def lines(page: Path) -> list[str]:
    """Every line of a block, without its prompt and its remark."""
    blocks = FENCE.findall(text_of(page))
    return [re.sub(r"( {2,}|\s+#).*$", "", line.removeprefix("$ ")) for block in blocks for line in block.splitlines()]


def commands(page: Path) -> Iterator[str]:
    """Every `waybill ...` of a page, in blocks and in sentences."""
    said = INLINE.findall(FENCE.sub("", text_of(page)))
    yield from (one for one in (*lines(page), *said) if one.startswith("waybill ") and not LEFT_OUT.search(one))


EVERY = sorted({(str(page), command) for page in PAGES for command in commands(page)})


@pytest.mark.parametrize(("page", "command"), EVERY, ids=[f"{page}: {command}" for page, command in EVERY])
def test_a_command_on_a_page_is_understood(page: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in shlex.split(command, comments=True)[1:] if word != "&"]

    with suppress(SystemExit):
        prompt._read(words, Speech("en"))

    # A sentence may name a command, or an option, without what it is about.
    refused = re.search(
        r"^waybill: (?!the following arguments are required|.*expected one argument)(.*)$", capsys.readouterr().err, re.MULTILINE
    )
    assert refused is None, f"{page}: {command}: {refused[0]}"


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(SystemExit):
        prompt._read(["audit", "verify", "--ancor", "x"], Speech("en"))

    assert len(EVERY) > 100


def test_every_target_on_a_page_stands_in_the_makefile_with_its_settings() -> None:
    makefile = text_of(Path("Makefile"))
    named = {(str(page), target, settings) for page in PAGES for target, settings in TARGET.findall("\n".join(_code(page)))}

    assert len(named) > 10
    assert [one for one in named if not re.search(rf"(?m)^{one[1]}:", makefile)] == []
    assert [
        one
        for one in named
        for setting in re.findall(r"([A-Z_]+)=", one[2])
        if f"$({setting}" not in makefile and f"or $({setting})" not in makefile
    ] == []


def _code(page: Path) -> list[str]:
    return [*lines(page), *re.findall(r"`([^`\n]+)`", FENCE.sub("", text_of(page)))]


def scripts() -> list[tuple[str, str]]:
    """(page, `module or file and its options`) of every `python ...` of ours on a page."""
    found = {
        (str(page), one)
        for page in PAGES
        for line in _code(page)
        for one in re.findall(r"\bpython3? (?:-m )?((?:tests|bench)[./]\S+(?: .*)?)$", line)
    }
    return sorted(found)


@pytest.mark.parametrize(("page", "script"), scripts(), ids=[f"{page}: {script}" for page, script in scripts()])
def test_a_script_on_a_page_is_there_and_knows_its_options(page: str, script: str) -> None:
    name, *words = script.split()
    path = ROOT / (name if name.endswith(".py") else name.replace(".", "/") + ".py")

    source = path.read_text(encoding="utf-8")

    assert [word for word in words if word.startswith("--") and f'"{word}"' not in source] == [], page


def blocks_of(page: str) -> list[list[str]]:
    return [shlex.split(line) for line in lines(Path("docs") / page)]


def test_the_storms_of_the_page_end_as_it_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Those by `python -m`, which is what `make simulate` runs; with fewer steps where no bug is planted."""
    typed = [words[3:] for words in blocks_of("simulation.md") if words[:3] == ["python", "-m", "tests.simulation.drive"]]
    codes = []

    for words in typed:
        monkeypatch.setattr(sys, "argv", ["drive", *(words if "--plant" in words else [*words, "--steps", "25"])])
        codes.append((("--plant" in words), drive.main()))

    assert codes == [(False, 0), (True, 1)]
    said = capsys.readouterr().out
    assert "every law was kept, and in the calm everything owed was served" in said


def test_the_drills_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, history: Path) -> None:
    monkeypatch.chdir(tmp_path)
    write_rulebook(tmp_path / "my-rules")
    typed = [words[1:] for words in blocks_of("simulation.md") if words[:2] == ["waybill", "drill"]]

    codes = [waybill(*(str(history) if word == "orders.jsonl.gz" else word for word in words), "--jobs", "1").code for words in typed]

    assert codes == [0, 0]


def test_the_first_users_of_the_page_are_added_beside_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its order: without the service there is no database yet."""
    monkeypatch.chdir(tmp_path)
    for name in ("WAYBILL_DB", "WAYBILL_RULES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WAYBILL_PASSWORD", "correct-horse-77")
    codes = []

    for words in blocks_of("console.md"):
        if words == ["waybill", "run"]:
            (tmp_path / "var").mkdir()
            open_stores("sqlite:///var/waybill.db", check=False).close()
        else:
            codes.append(waybill(*words[1:]).code)

    assert codes == [0, 0]


def test_the_sentences_of_the_page_about_reading_are_those_of_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANG", "WAYBILL_LANG", "WAYBILL_RULES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    copy_shipped(tmp_path / "old")
    copy_shipped(tmp_path / "new")
    sla = tmp_path / "new/rules/sla.yaml"
    sla.write_text(sla.read_text(encoding="utf-8").replace("limit: 48 h ", "limit: 36 h ", 1), encoding="utf-8")

    chain, change = FENCE.findall(text_of(Path("docs/reading.md")))

    assert chain in waybill("read", "old").out
    assert change in waybill("diff", "old", "new").out
