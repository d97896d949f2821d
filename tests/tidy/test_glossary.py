"""Does the glossary explain every note and alarm that the core writes into the journal?"""

import re
from pathlib import Path

from engine.core.noted import KINDS
from tests.tidy.tree import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
CORE = [path.read_text(encoding="utf-8") for path in sorted(Path(ROOT / "engine" / "core").glob("*.py"))]


def explained(word: str) -> bool:
    return re.search(rf"(?m)^\| `{re.escape(word)}` \| [^|]*[一-鿿][^|]* \| [^|]+ \|$", PAGE) is not None


WRITTEN = {kind for text in CORE for kind in re.findall(r'\bnote\(\s*"(\w+)"', text)}


def test_every_kind_of_note_has_its_words() -> None:
    assert len(WRITTEN) > 25
    assert sorted(WRITTEN - set(KINDS)) == []
    assert [both for both in KINDS.values() if not all(both)] == []


def test_every_kind_of_note_is_explained() -> None:
    assert sorted(kind for kind in KINDS if not explained(kind)) == []


def test_every_alarm_is_explained() -> None:
    alarms = {alarm for text in CORE for alarm in re.findall(r'alarm\((?:draft, chain, )?\s*f"(\w+:)', text)}

    assert len(alarms) >= 4
    assert sorted(alarm for alarm in alarms if not explained(alarm)) == []


def test_a_note_that_does_not_exist_is_not_explained() -> None:
    assert not explained("row_sung")
