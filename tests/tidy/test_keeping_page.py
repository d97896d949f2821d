"""Does the page about keeping run as it is told: a copy while the daemon works, a kill, a restore behind its fence, an anchor?"""

import re
import time
from pathlib import Path

import pytest

from tests.tidy.test_readme_runs import ANSWER_SECONDS_MAX, Shell, blocks, missing


def masked(text: str) -> str:
    """The hash over all chains is another one each time."""
    return re.sub(r"\b[0-9a-f]{64}\b", "0", text)


@pytest.mark.timeout(600)
def test_the_drill_on_the_page_runs_as_it_is_told(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "zh")
    try:
        for command, expected in blocks("docs/keeping.md"):
            typed, wanted = re.sub(r"--port \d+", "--port 0", command), [masked(line) for line in expected]
            answer, deadline = shell.type(typed), time.monotonic() + ANSWER_SECONDS_MAX
            while missing(wanted, masked(answer)) and command.startswith("waybill fence") and time.monotonic() < deadline:
                time.sleep(0.5)
                answer = shell.type(typed)
            assert missing(wanted, masked(answer)) == [], f"$ {command}\n{answer}"
    finally:
        shell.close()


def test_the_page_shows_the_whole_drill() -> None:
    typed = " ".join(command for command, _ in blocks("docs/keeping.md"))

    for word in ("backup backups/", "restore backups --list", "restore backups --replace", "fence list", "audit anchor", "audit verify"):
        assert f"waybill {word}" in typed, word
