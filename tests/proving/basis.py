"""Which good rulebooks are broken on purpose? The shipped one, the one of the language page, the small one of the diagnostics."""

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# file: (\S+)\n")


def folder(root: Path) -> dict[str, str]:
    """Every file of a rulebook folder: path -> text."""
    paths = [path for part in ("workflows", "rules") for path in sorted((root / part).rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}


def of_the_page() -> dict[str, str]:
    """The rulebook on docs/language.md, which holds every key of the language."""
    files: dict[str, str] = {}
    for block in _BLOCK.finditer((ROOT / "docs" / "language.md").read_text("utf-8")):
        named = _NAMED.match(block["body"])
        name, body = (named[1], block["body"][named.end() :]) if named else ("rules/connections/tms_sample.json", block["body"])
        files[name] = files.get(name, "") + body
    return files


def yaml_of(files: Mapping[str, str]) -> list[str]:
    """The rule files proper, in order."""
    return sorted(name for name in files if name.endswith(".yaml"))


def around(files: Mapping[str, str], name: str) -> dict[str, str]:
    """A rulebook with a file in it, without the stories of other files: they refer to rules, and nothing refers to them."""
    return {other: text for other, text in files.items() if other == name or "/stories/" not in other}
