"""Does `make` explain itself, and do its targets do what they say?"""

import re
import subprocess

import pytest

from tests.tidy.tree import ROOT, text_of

PROMISED = ["install", "run", "test", "check", "lint", "types", "imports", "bench", "crash", "clean"]


def test_make_alone_explains_every_target() -> None:
    help_text = _make()

    targets = re.search(r"^\.PHONY: (.+)$", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert targets
    for target in targets[1].split():
        assert re.search(rf"^  {target} +\S+.*", help_text, re.MULTILINE), f"`make {target}` is not explained"


@pytest.mark.parametrize("target", PROMISED)
def test_help_explains_a_promised_target(target: str) -> None:
    assert re.search(rf"^  {target} ", _make("help"), re.MULTILINE)


def test_the_last_thing_make_test_does_is_pytest() -> None:
    assert "pytest" in _make("--dry-run", "test").strip().splitlines()[-1]


def test_install_takes_nothing_that_is_not_locked() -> None:
    steps = _make("--dry-run", "--always-make", "install")

    assert "--require-hashes -r requirements-dev.lock" in steps
    assert "--no-deps --no-build-isolation -e ." in steps


def test_the_gate_of_a_change_is_the_command_a_developer_types() -> None:
    assert text_of(ROOT / ".ci" / "run").strip().splitlines()[-1] == "make test"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_make_command_of_the_front_page_exists(page: str) -> None:
    named = set(re.findall(r"^make (\w+)", text_of(ROOT / page), re.MULTILINE))

    assert {"run", "test"} <= named <= set(re.findall(r"^(\w+):", text_of(ROOT / "Makefile"), re.MULTILINE))


def _make(*arguments: str) -> str:
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
