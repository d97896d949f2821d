"""Which names does a project offer to an editor, and where is each declared? Also while a file is broken."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from engine.language.diagnostics import Findings
from engine.language.names import CHANNELS, SECTIONS
from engine.language.reader import read_source
from engine.language.source import Node, Source
from engine.model.diagnostic import Severity
from engine.model.span import NOWHERE, Span
from engine.model.workflow import BUILT_IN_EVENTS

MENDS_MAX = 8
"""So many lines of a broken file are left out, one after the other, to read the rest."""
REMEMBERED_MAX = 128
"""Files whose names are remembered."""
FILE_KINDS = ("workflow", *SECTIONS, "connection", "stories")
_INSIDE = {"states": "state", "events": "event", "fields": "field"}
"""Section of a workflow -> the kind of thing its keys declare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One name, as an editor offers it."""

    kind: str
    """As in `engine.language.names.KINDS`."""
    name: str
    label: str = ""
    span: Span = NOWHERE
    workflow: str = ""
    """Of a state, event or field: the workflow it belongs to. Of a command: its connection."""
    type: str = ""
    """Of a field."""
    choices: tuple[str, ...] = ()
    """Of a field of type choice."""


@dataclass(frozen=True, slots=True)
class Project:
    """All names of a project."""

    by_file: Mapping[str, tuple[Declared, ...]] = field(default_factory=dict)

    def of(self, kind: str, workflow: str = "") -> dict[str, Declared]:
        """name -> declaration of one kind. States, events and fields: of one workflow, of all of them if that one is not known."""
        every = [one for declared in self.by_file.values() for one in declared if one.kind == kind]
        own = [one for one in every if one.workflow == workflow] or every
        spoken = {"event": BUILT_IN_EVENTS, "channel": CHANNELS}.get(kind, ())
        return {one.name: one for one in [*own, *(Declared(kind=kind, name=name) for name in spoken)]}

    def recipients(self, workflow: str = "") -> dict[str, Declared]:
        """Roles, and fields that hold a phone number."""
        phones = {name: one for name, one in self.of("field", workflow).items() if one.type == "phone"}
        return {**self.of("role"), **phones}


def read_project(files: Mapping[str, str], last: Project | None = None) -> Project:
    """The names declared in these files (path -> text).

    Of a file that cannot be read, what can be read counts, and what it declared when it last could be (`last`).
    """
    found: dict[str, tuple[Declared, ...]] = {}
    for file in sorted(files):
        if file.endswith((".yaml", ".yml")):
            declared, whole = _names_in(file, files[file])
            before = last.by_file.get(file, ()) if last is not None and not whole else ()
            known = {(one.kind, one.workflow, one.name) for one in declared}
            found[file] = (*declared, *(one for one in before if (one.kind, one.workflow, one.name) not in known))
    return Project(found)


def kinds_of(files: Mapping[str, str]) -> dict[str, str]:
    """file -> what its first line says it is; files that do not say are left out."""
    said = {file: re.search(r"(?m)^kind[:：] *(\w+)", text) for file, text in sorted(files.items()) if file.endswith((".yaml", ".yml"))}
    return {file: found[1] for file, found in said.items() if found and found[1] in FILE_KINDS}


@lru_cache(maxsize=REMEMBERED_MAX)
def _names_in(file: str, text: str) -> tuple[tuple[Declared, ...], bool]:
    """The names of one file, and whether all of it could be read."""
    source, whole = _readable(file, text)
    data = source.data if source is not None and isinstance(source.data, dict) else {}
    return (tuple(_declared(source, data)) if source is not None else (), whole)


def _readable(file: str, text: str) -> tuple[Source | None, bool]:
    """The file, less the lines that keep it from being read; else what stands before the first of them."""
    lines = text.splitlines()
    first = None
    for mended in range(MENDS_MAX + 1):
        findings = Findings()
        source = read_source(file, "\n".join(lines), findings)
        if source is not None:
            return source, mended == 0
        bad = [one.span.line - 1 for one in findings.sorted() if one.severity is Severity.ERROR]
        if not bad or not lines:
            return None, False
        first = min(bad) if first is None else first
        for line in bad:
            if line < len(lines):
                line = _half_written(lines, line)
                lines[line] = _mended(lines[line])
    return read_source(file, "\n".join(text.splitlines()[:first]), Findings()), False


def _half_written(lines: list[str], line: int) -> int:
    """YAML stumbles over the line behind one that is only begun: a word without its colon."""
    before = next((place for place in range(line - 1, -1, -1) if lines[place].strip()), line)
    begun = lines[before].strip()
    return before if before < line and ":" not in begun and not begun.startswith(("-", "#")) else line


def _mended(line: str) -> str:
    """A line written with full-width signs or tabs is read as it was meant; any other is left out."""
    meant = line.replace("：", ": ").replace("\u3000", "  ").replace("\t", "  ")
    return meant if meant != line else ""


def _declared(source: Source, data: Mapping[str, Node]) -> Iterator[Declared]:
    kind = str(data.get("kind"))
    for section, declares in SECTIONS.get(kind, {}).items():
        for name, node in _mapping(data.get(section)).items():
            yield Declared(kind=declares, name=name, label=_text(_mapping(node), "label", "name"), span=source.key(section, name))
    own = data.get(kind)
    if kind in ("workflow", "connection") and isinstance(own, str):
        yield Declared(kind=kind, name=own, label=_text(data, "label"), span=source.at(kind))
        yield from _inside_workflow(source, data, own) if kind == "workflow" else _inside_connection(source, data, own)


def _inside_workflow(source: Source, data: Mapping[str, Node], workflow: str) -> Iterator[Declared]:
    for section, declares in _INSIDE.items():
        for name, node in _mapping(data.get(section)).items():
            about = _mapping(node)
            listed = about.get("choices")
            yield Declared(
                kind=declares, name=name, label=node if isinstance(node, str) else _text(about, "label"), span=source.key(section, name),
                workflow=workflow, type=_text(about, "type"),
                choices=tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else (),
            )  # fmt: skip


def _inside_connection(source: Source, data: Mapping[str, Node], connection: str) -> Iterator[Declared]:
    for name in _mapping(_mapping(data.get("outbound")).get("commands")):
        yield Declared(kind="command", name=name, span=source.key("outbound", "commands", name), workflow=connection)
    carries = data.get("carries")
    if isinstance(carries, str):
        yield Declared(kind="channel", name=carries, span=source.at("carries"))


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, dict) else {}


def _text(about: Mapping[str, Node], *keys: str) -> str:
    return next((value for key in keys if isinstance(value := about.get(key), str)), "")
