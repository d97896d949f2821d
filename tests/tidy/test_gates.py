"""Are format, lint, imports and types green? As tests, so that one run reports everything that is wrong."""

import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

GATES = {
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "imports": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
    "types": [sys.executable, "-m", "mypy"],
}


@pytest.mark.parametrize("gate", GATES)
def test_the_gate_is_green(gate: str) -> None:
    ran = subprocess.run(GATES[gate], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, f"`make {gate}` says:\n{ran.stdout}{ran.stderr}"
