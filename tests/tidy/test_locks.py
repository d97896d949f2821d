"""Do the lock files pin, with hashes, everything we depend on and nothing of one machine?"""

import re
import tomllib

import pytest

from tests.tidy.tree import ROOT, text_of

HOUSE = tomllib.loads(text_of(ROOT / "pyproject.toml"))
RUNTIME: list[str] = HOUSE["project"]["dependencies"]
DEVELOPMENT: list[str] = HOUSE["dependency-groups"]["dev"]


@pytest.mark.parametrize(
    ("lock", "wanted"), [("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME + DEVELOPMENT)], ids=["runtime", "development"]
)
def test_every_dependency_is_pinned(lock: str, wanted: list[str]) -> None:
    pinned = set(_pinned(lock))

    assert [line for line in wanted if _name(line) not in pinned] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pinned_package_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", text_of(ROOT / lock))

    assert [block.splitlines()[0] for block in blocks if not block.startswith("#") and "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_says_nothing_of_where_it_was_made(lock: str) -> None:
    assert re.findall(r"(?m)^-.*|://|file:", text_of(ROOT / lock)) == []


def test_the_runtime_versions_are_the_ones_that_are_tested() -> None:
    tested = _pinned("requirements-dev.lock")

    assert {name: version for name, version in _pinned("requirements.lock").items() if tested.get(name) != version} == {}


def _pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([a-z0-9][a-z0-9._-]*)==(\S+)", text_of(ROOT / lock)))


def _name(requirement: str) -> str:
    return re.split(r"[=<>~!\[; ]", requirement)[0].lower().replace("_", "-").replace(".", "-")
