"""What does the project say with the unsaved texts of open editors laid over it? The same compile and lint as `waybill check`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from adapters.files.rules import RulesProblem, holds_rules, read_folder
from engine.language.compile import compile_rulebook
from engine.language.project import Project, read_project
from engine.model.diagnostic import Diagnostic
from engine.service.almanac import with_outlook


@dataclass(slots=True)
class Overlay:
    """One rule folder and what is open over it."""

    folder: Path
    open: dict[str, str] = field(default_factory=dict)
    """File, relative to the folder -> its text in the editor."""
    project: Project = field(default_factory=Project)
    """Its names, as far as they can be read; of a broken file also those it had before."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What was checked last."""
    found: Mapping[str, list[Diagnostic]] = field(default_factory=dict)
    """File -> what was found then."""

    def check(self, now: datetime) -> Mapping[str, list[Diagnostic]]:
        """File -> what is wrong in it. Files that cannot be read from the disk are left to `waybill check`."""
        try:
            saved = read_folder(self.folder).files
        except RulesProblem:
            saved = {}
        files = {**saved, **self.open}
        self.texts = files
        self.project = read_project(files, self.project)
        compiled = compile_rulebook(files)
        found = compiled.diagnostics if compiled.rulebook is None else with_outlook(compiled.diagnostics, compiled.rulebook, now)
        listed: dict[str, list[Diagnostic]] = {}
        for each in found:
            listed.setdefault(each.span.file, []).append(each)
        self.found = listed
        return listed


def folder_around(path: Path) -> Path | None:
    """The rule folder a file belongs to: the nearest one above whose `workflows/` or `rules/` holds it."""
    for above in path.parents:
        if above.name in ("workflows", "rules") and (holds_rules(above.parent) or not path.exists()):
            return above.parent
    return None
