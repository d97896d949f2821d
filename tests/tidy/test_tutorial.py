"""Can a new operations manager walk through the tutorial? Every command of the page is typed as it stands, in an empty folder, and answers as it says."""

import getpass
import re
import time
from pathlib import Path

import pytest

from tests.tidy.test_readme_runs import ANSWER_SECONDS_MAX, Shell, missing
from tests.tidy.tree import ROOT

BLOCK = re.compile(r"^```(?P<kind>console|yaml)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LOGIN = "wang"
"""The login name on the page; its answers name the reader's own."""
WAITS = re.compile(r"waybill (show|explain|versions)")
"""What these say comes true within seconds, when the service in the background has done its part."""


def steps(page: str) -> list[tuple[str, list[str]]]:
    """(command, lines it should answer); a file to write is a command `# file: PATH` with its lines."""
    found: list[tuple[str, list[str]]] = []
    for block in BLOCK.finditer((ROOT / "docs" / page).read_text(encoding="utf-8")):
        for number, line in enumerate(block["body"].splitlines()):
            if line.startswith("$ ") or (number == 0 and line.startswith("# file: ")):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def plain(text: str) -> str:
    """Fingerprints change with any edit of the shipped rules, and the login name is the reader's."""
    return re.sub(rf"\b({LOGIN}|{re.escape(getpass.getuser())})\b", "LOGIN", re.sub(r"\b[0-9a-f]{10,12}\b", "0", text))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("page", "lang"), [("tutorial.zh-CN.md", "zh"), pytest.param("tutorial.md", "en", marks=pytest.mark.slow)])
def test_the_tutorial_runs_as_it_is_told(page: str, lang: str, tmp_path: Path) -> None:
    shell = Shell(tmp_path, lang)
    try:
        for command, expected in steps(page):
            if command.startswith("# file: "):
                (tmp_path / command.removeprefix("# file: ")).write_text("\n".join(expected) + "\n", encoding="utf-8")
                continue
            typed = re.sub(r"--port \d+", "--port 0", command)
            wanted, deadline = [plain(line) for line in expected], time.monotonic() + ANSWER_SECONDS_MAX
            answer = shell.type(typed)
            while missing(wanted, plain(answer)) and WAITS.match(command) and time.monotonic() < deadline:
                time.sleep(0.5)
                answer = shell.type(typed)
            assert missing(wanted, plain(answer)) == [], f"{page}: $ {command}\n{answer}"
    finally:
        shell.close()


@pytest.mark.parametrize("page", ["tutorial.zh-CN.md", "tutorial.md"])
def test_the_tutorial_shows_the_whole_way(page: str) -> None:
    typed = " ".join(command for command, _ in steps(page))

    for word in ("init", "run", "event", "read", "check", "diff", "test", "plan", "publish --propose", "versions", "explain", "rollback"):
        assert f"waybill {word}" in typed, word
