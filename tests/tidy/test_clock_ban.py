"""Is asking for the hour or for a chance refused everywhere but in adapters/clock.py?"""

import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

ASKING = [
    "from datetime import UTC, datetime\n\nX = datetime.now(UTC)\n",
    "from datetime import datetime\n\nX = datetime.utcnow()\n",
    "import datetime\n\nX = datetime.datetime.today()\n",
    "from datetime import date\n\nX = date.today()\n",
    "import time\n\nX = time.time()\n",
    "from time import monotonic\n\nX = monotonic()\n",
    "import uuid\n\nX = uuid.uuid4()\n",
    "from random import random\n\nX = random()\n",
]


@pytest.mark.parametrize("source", ASKING)
@pytest.mark.parametrize("file", ["engine/core/offending.py", "adapters/web/offending.py"])
def test_asking_for_the_hour_or_a_chance_is_refused(file: str, source: str) -> None:
    assert "TID251" in _lint(file, source)


def test_the_clock_may_ask_for_the_hour() -> None:
    assert _lint("adapters/clock.py", ASKING[0]) == ""


def _lint(file: str, source: str) -> str:
    """What ruff says of the source if it stood in that file; nothing is written."""
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251,DTZ", "--output-format", "concise", "--quiet"]
    ran = subprocess.run([*command, "--stdin-filename", file, "-"], cwd=ROOT, input=source, capture_output=True, text=True, check=False)
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout
