"""Which rulebooks do these tests read? The shipped one, and the small one of the diagnostics suite, as texts."""

from collections.abc import Mapping
from pathlib import Path

from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.rulebook import Rulebook

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests" / "diagnostics" / "small"


def texts_of(folder: Path) -> dict[str, str]:
    """Every file of a rulebook folder: path -> text."""
    paths = [path for part in ("workflows", "rules") for path in sorted((folder / part).rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


SHIPPED = texts_of(ROOT)


def small(**files: str) -> dict[str, str]:
    """The small rulebook with some files replaced or added; `rules_sla` stands for rules/sla.yaml."""
    return {**texts_of(SMALL), **{f"{name.replace('_', '/', 1)}.yaml": text for name, text in files.items()}}


def compiled(files: Mapping[str, str]) -> Rulebook:
    """The rulebook of these files, which must be clean of errors."""
    result = compile_rulebook(files)
    assert result.rulebook is not None, render(result.diagnostics, files, "en")
    return result.rulebook


def edited(files: Mapping[str, str], file: str, old: str, new: str) -> dict[str, str]:
    """The files with one text replaced, which must be there."""
    assert old in files[file]
    return {**files, file: files[file].replace(old, new, 1)}
