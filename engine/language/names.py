"""Which names are declared? Collected from every file that could be read, broken or not, so that one error does not cause fifty."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.language.diagnostics import Findings, did_you_mean
from engine.language.source import Node, Path, Source
from engine.model.span import Span
from engine.model.workflow import BUILT_IN_EVENTS, Field

CHANNELS = ("sms", "phone", "wechat_work", "dingtalk", "feishu", "email", "wechat", "slack", "teams")
"""Channels the language knows; a connection that `carries:` another adds it."""

PERHAPS_MAX = 256 * 1024
"""So many characters of an unreadable file are searched for names."""

KINDS = {
    "workflow": "流程", "state": "状态", "event": "事件", "field": "字段", "calendar": "日历", "holiday list": "假期表", "role": "岗位", "person": "人",
    "rota": "值班表", "table": "表", "chain": "升级链", "message": "消息", "policy": "时效", "connection": "连接", "command": "指令", "channel": "渠道", "report": "定时报表",
}  # fmt: skip
"""What a name can name, English -> Chinese."""

SECTIONS = {
    "sla": {"policies": "policy"},
    "escalations": {"chains": "chain"},
    "messages": {"messages": "message"},
    "contacts": {"people": "person", "tables": "table", "roles": "role", "rotas": "rota"},
    "calendars": {"calendars": "calendar", "holidays": "holiday list"},
    "reports": {"reports": "report"},
}
"""kind of file -> section -> the kind of thing its keys declare."""

_WORD = r"[^\s:：{}\[\],#\"']"
_BEFORE_COLON = re.compile(rf"(?<!{_WORD})({_WORD}++)[\"']?[ \u3000]*+[:：]")  # From a word's beginning only: linear in one endless word.
_GATHERED = ("holiday list",)
"""Several files may add to one of these: a year's notice is a file of its own."""


@dataclass(slots=True, kw_only=True)
class WorkflowNames:
    """Names inside one workflow."""

    states: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    """Events that open a case."""
    typed: dict[str, Field] = field(default_factory=dict)
    """Fields whose declaration could be read."""


@dataclass(slots=True)
class Names:
    """All names of a rulebook, per kind of thing."""

    declared: dict[str, dict[str, Span]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    workflows: dict[str, WorkflowNames] = field(default_factory=dict)
    belongs: dict[str, dict[str, str]] = field(default_factory=lambda: {"policy": {}, "message": {}})
    """policy or message -> its workflow."""
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)
    """message -> its `to:`, a role or a phone field."""

    def of(self, kind: str, workflow: str | None = None) -> tuple[str, ...]:
        """The names of one kind; states, events and fields belong to a workflow."""
        inside = self.workflows.get(workflow or "", WorkflowNames())
        if kind == "state":
            return inside.states
        if kind == "event":
            return (*inside.events, *BUILT_IN_EVENTS)
        if kind == "field":
            return inside.fields
        if kind == "channel":
            return tuple(dict.fromkeys((*CHANNELS, *self.declared["channel"])))
        return tuple(self.declared[kind])


def collect(sources: Iterable[Source], findings: Findings) -> Names:
    """Gather the names of all files; a name declared twice is an error with both places."""
    names = Names()
    for source in sources:
        data = source.data if isinstance(source.data, dict) else {}
        kind = data.get("kind")
        if kind == "workflow":
            _collect_workflow(source, data, names, findings)
        elif kind == "connection":
            _collect_connection(source, data, names, findings)
        for section, declares in SECTIONS.get(str(kind), {}).items():
            for name, node in _mapping(data.get(section)).items():
                if declares in _GATHERED and name in names.declared[declares]:
                    continue
                _declare(names, findings, source, declares, name, source.key(section, name))
                workflow, to = _mapping(node).get("workflow"), _mapping(node).get("to")
                if declares == "message" and isinstance(to, str):
                    names.recipients.setdefault(name, to)
                if declares in names.belongs and isinstance(workflow, str):
                    names.belongs[declares].setdefault(name, workflow)
    return names


def _collect_workflow(source: Source, data: Mapping[str, Node], names: Names, findings: Findings) -> None:
    name = data.get("workflow")
    if isinstance(name, str):
        _declare(names, findings, source, "workflow", name, source.at("workflow"))
        names.workflows.setdefault(
            name,
            WorkflowNames(
                states=tuple(_mapping(data.get("states"))),
                events=tuple(_mapping(data.get("events"))),
                fields=tuple(_mapping(data.get("fields"))),
                starts=_words(_mapping(data.get("start")).get("by")),
            ),
        )


def _collect_connection(source: Source, data: Mapping[str, Node], names: Names, findings: Findings) -> None:
    name, carries = data.get("connection"), data.get("carries")
    if isinstance(name, str):
        _declare(names, findings, source, "connection", name, source.at("connection"))
        names.commands[name] = tuple(_mapping(_mapping(data.get("outbound")).get("commands")))
    if isinstance(carries, str):
        names.declared["channel"].setdefault(carries, source.at("carries"))


def _declare(names: Names, findings: Findings, source: Source, kind: str, name: str, span: Span) -> None:
    first = names.declared[kind].setdefault(name, span)
    if first != span:
        zh = KINDS[kind]
        findings.add(
            "R305",
            span,
            f"{zh}“{name}”登记了两次",
            f"{kind} “{name}” is declared twice",
            fix=(f"第一次在 {first};改一个名字", f"first at {first}; rename one"),
            related=[first],
        )


def _words(node: Node) -> tuple[str, ...]:
    """One word, or a list of them."""
    return tuple(one for one in (node if isinstance(node, list) else [node]) if isinstance(one, str))


def _mapping(node: Node) -> Mapping[str, Node]:
    return node if isinstance(node, dict) else {}


@dataclass(slots=True, kw_only=True)
class Scope:
    """What compiling one rulebook needs: the names, the findings, the zone, the attached files."""

    names: Names
    findings: Findings
    timezone: str
    files: Mapping[str, str]

    def refer(self, kind: str, name: str, span: Span, workflow: str | None = None) -> bool:
        """Check that a name is declared; report it with the nearest one if not."""
        if workflow is not None and workflow not in self.names.workflows:
            return False
        allowed = self.names.of(kind, workflow)
        if name in allowed:
            return True
        note, fix = did_you_mean(name, allowed)
        zh, en = KINDS[kind], kind
        where_zh, where_en = (f"流程“{workflow}”里", f" in workflow “{workflow}”") if workflow else ("", "")
        self.findings.add("R301", span, f"{where_zh}没有叫“{name}”的{zh}", f"no {en} is called “{name}”{where_en}", note=note, fix=fix)
        return False

    def field(self, workflow: str, name: str) -> Field | None:
        """A declared field whose declaration could be read."""
        found = self.names.workflows.get(workflow)
        return found.typed.get(name) if found else None

    def attached(self, source: Source, name: str, path: Path) -> str | None:
        """The text of a file named in a rule file, relative to it; reported where it is missing."""
        full = beside(source.file, name)
        if full in self.files:
            return self.files[full]
        note, fix = did_you_mean(name, [other.rsplit("/", 1)[-1] for other in self.files if not other.endswith((".yaml", ".yml"))])
        self.findings.add("R306", source.at(*path), f"找不到文件“{name}”", f"no file “{name}” beside this one", note=note, fix=fix)
        return None


def perhaps_declared(text: str) -> set[str]:
    """Words that a file which cannot be read may declare: whatever stands before a colon, and the names of workflows and connections."""
    keys = {match[1] for match in _BEFORE_COLON.finditer(text[:PERHAPS_MAX])}
    named = re.findall(r"(?:workflow|connection)[ \u3000]*[:：][ \u3000]*([^\s#,}]+)", text[:PERHAPS_MAX])
    return keys | set(named)


def beside(file: str, name: str) -> str:
    """The path of a file named relative to another one's folder."""
    parts = file.split("/")[:-1]
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in (".", ""):
            parts.append(part)
    return "/".join(parts)
