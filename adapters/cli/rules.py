"""Which rulebook does a command mean, and is it fine?"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.files.rules import holds_rules, read_folder, shipped_rules_dir
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.diagnostic import Diagnostic, Severity
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rulebook without errors, and what it was made of."""

    rulebook: Rulebook
    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    folder: Path


def folder_of(given: str | None) -> Path:
    """The folder named; else WAYBILL_RULES; else here, if rules lie here; else the shipped one."""
    told = given or os.environ.get("WAYBILL_RULES")
    if told:
        return Path(told)
    return Path() if holds_rules(Path()) else shipped_rules_dir()


def load(given: str | None, speech: Speech) -> Loaded:
    """Compile the rulebook meant. If it has errors they are shown on standard error, and NotFine is raised."""
    folder = folder_of(given)
    read = read_folder(folder)
    for one in read.recoded:
        speech.warn(f"{one.file}:{one.zh}", f"{one.file}: {one.en}")
    compiled = compile_rulebook(read.files)
    if compiled.rulebook is None:
        errors = [one for one in compiled.diagnostics if one.severity is Severity.ERROR]
        shown = render(errors, read.files, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine(f"{folder} 的规则有错,先改好再来", f"the rules in {folder} have errors; mend them first")
    return Loaded(compiled.rulebook, read.files, compiled.diagnostics, folder)


def workflow_named(rulebook: Rulebook, name: str) -> Workflow:
    """The workflow by name or label. Raises WrongUse with what there is."""
    found = rulebook.workflows.get(name) or next((one for one in rulebook.workflows.values() if one.label == name), None)
    if found is None:
        known = "、".join(rulebook.workflows)
        raise WrongUse(f"没有流程“{name}”,有:{known}", f"no workflow {name!r}; known: {known}")
    return found
