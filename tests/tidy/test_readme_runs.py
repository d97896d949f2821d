"""Do the READMEs tell the truth? Their console blocks are typed as they stand, and must answer as they say.

Numbers may differ (dates, times, counts); every line shown must appear in the answer, in the order shown.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

ENV = ROOT / ".venv" / "bin"
ANSWER_SECONDS_MAX = 40
END = "=== end of answer ==="


def blocks(page: str) -> list[tuple[str, list[str]]]:
    """(command, lines it should answer) of every console block, in order."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"(?ms)^```console\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


class Shell:
    """One bash that lives through the whole page."""

    def __init__(self, folder: Path, lang: str) -> None:
        env = {
            **os.environ,
            "WAYBILL_LANG": lang,
            "PYTHONPATH": str(ROOT),
            "PATH": f"{bin_folder(folder)}:{os.environ['PATH']}",
            "TZ": "Asia/Shanghai",
        }
        self.process = subprocess.Popen(
            ["bash", "-m"], cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def type(self, command: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\necho; echo '{END}'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.strip() == END:
                break
            lines.append(line)
        return "".join(lines)

    def close(self) -> None:
        subprocess.run(["pkill", "-KILL", "-s", str(self.process.pid)], check=False)
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def bin_folder(folder: Path) -> Path:
    """`waybill` as installed, or as this checkout has it."""
    if (ENV / "waybill").exists():
        return ENV
    script = folder / "bin" / "waybill"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom adapters.cli.main import main\nsys.exit(main())\n", encoding="utf-8")
    script.chmod(0o755)
    return script.parent


def missing(expected: list[str], answer: str) -> list[str]:
    """Lines that do not appear in their order; digits and blanks are free."""
    got = iter([plain(line) for line in answer.splitlines()])
    return [line for line in expected if line.strip() and not any(plain(line) in one for one in got)]


def plain(line: str) -> str:
    """A time is a time, with its seconds or (on the full minute) without."""
    return re.sub(r"\s+", " ", re.sub(r"\d+(:\d+)*", "#", line)).strip()


@pytest.fixture
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    one = Shell(tmp_path, request.param)
    yield one
    one.close()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("page", "shell"), [("README.md", "en"), ("README.zh-CN.md", "zh")], indirect=["shell"])
def test_the_story_of_the_front_page_runs_as_it_is_told(page: str, shell: Shell) -> None:
    steps = blocks(page)
    assert len(steps) > 12

    for command, expected in steps:
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        answer = shell.type(command)
        while missing(expected, answer) and re.match(r"waybill (show|explain)", command) and time.monotonic() < deadline:
            time.sleep(0.5)
            answer = shell.type(command)
        assert missing(expected, answer) == [], f"{page}: $ {command}\n{answer}"
