"""Does every import contract turn red when somebody breaks it on purpose?"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

RUN = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache", "--contract"]

# contract id, file that offends, what it says
BREAKS = """
    engine-knows-no-adapter   engine/service/offending.py    import adapters.sms
    engine-layers             engine/model/offending.py      import engine.core
    engine-layers             engine/core/offending.py       import engine.language
    engine-layers             engine/ports/offending.py      import engine.service
    engine-layers             engine/unplaced/__init__.py    import engine.model
    adapters-layers           adapters/sms/offending.py      import adapters.phone
    adapters-layers           adapters/signing/offending.py  import adapters.wms_tms
    adapters-layers           adapters/unplaced/__init__.py  import engine.model
    engine-touches-no-world   engine/service/offending.py    import sqlalchemy
    engine-touches-no-world   engine/reports/offending.py    import subprocess
    court-has-no-windows      engine/core/offending.py       import time
    court-has-no-windows      engine/model/offending.py      import logging
    messengers-carry-only     adapters/chat/offending.py     import engine.core
    messengers-carry-only     adapters/wms_tms/offending.py  import engine.service
    no-cycles                 engine/model/span.py           import engine.model.policy
"""
ROWS = [tuple(re.split(r"  +", line.strip())) for line in BREAKS.strip().splitlines()]


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our packages and the contracts, where they may be broken."""
    tree = tmp_path_factory.mktemp("house")
    for package in ("engine", "adapters"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def test_every_contract_has_a_break_of_its_own() -> None:
    contracts = {contract["id"] for contract in _contracts()}

    assert {row[0] for row in ROWS} == contracts


@pytest.mark.parametrize(("contract", "file", "statement"), ROWS, ids=[f"{row[0]}: {row[1]} says {row[2]}" for row in ROWS])
def test_a_deliberate_break_turns_the_contract_red(copied_tree: Path, contract: str, file: str, statement: str) -> None:
    with broken(copied_tree / file, statement):
        ran = subprocess.run([*RUN, contract], cwd=copied_tree, capture_output=True, text=True, check=False)

    name = next(row["name"] for row in _contracts() if row["id"] == contract)
    offender = file.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    assert ran.returncode == 1
    assert f"{name} BROKEN" in " ".join(ran.stdout.split()), ran.stdout + ran.stderr
    assert offender in ran.stdout


@contextmanager
def broken(file: Path, statement: str) -> Iterator[None]:
    """The tree with one more import in this file, and as it was before when done."""
    new_folder = not file.parent.exists()
    before = file.read_text(encoding="utf-8") if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{before or ''}\n{statement}\n", encoding="utf-8")
    try:
        yield
    finally:
        if new_folder:
            shutil.rmtree(file.parent)
        elif before is None:
            file.unlink()
        else:
            file.write_text(before, encoding="utf-8")


def _contracts() -> list[dict[str, str]]:
    house = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(house["tool"]["importlinter"]["contracts"])
