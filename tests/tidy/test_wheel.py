"""Does the wheel carry everything a desk needs, the shipped rulebook included?"""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, our_files


@pytest.fixture(scope="module")
def in_the_wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel built from our files alone, without network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in our_files():
        if path.parts[0] not in {"tests", "docs", "bench"}:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, source / path)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--quiet",
        "--wheel-dir",
        str(out),
        ".",
    ]
    ran = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return wheel.namelist()


@pytest.mark.parametrize("folder", ["workflows", "rules"])
def test_the_wheel_carries_every_file_of_the_shipped_rulebook(in_the_wheel: list[str], folder: str) -> None:
    ours = [path for path in our_files() if path.parts[0] == folder]

    assert ours, f"{folder}/ is empty"
    assert [str(path) for path in ours if f"adapters/files/shipped/{path}" not in in_the_wheel] == []


def test_the_wheel_carries_every_module(in_the_wheel: list[str]) -> None:
    modules = [path for path in our_files() if path.parts[0] in {"engine", "adapters"}]

    assert [str(path) for path in modules if str(path) not in in_the_wheel] == []


def test_the_wheel_carries_the_licence_and_no_test(in_the_wheel: list[str]) -> None:
    assert [name for name in in_the_wheel if Path(name).name == "LICENSE"]
    assert [name for name in in_the_wheel if name.startswith("tests/")] == []
