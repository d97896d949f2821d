"""How does one begin a connection? From a report, from a ready-made one, or step by step; what is written passes `check`."""

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.cli.connection_learn import Learned, learn, meaning_of
from adapters.cli.rules import Loaded, load, workflow_named
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.files.rules import READY, shipped_rules_dir
from adapters.wms_tms.records import text_of
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.diagnostic import Severity
from engine.model.documents.tree import Unreadable
from engine.model.masks import mask_text
from engine.model.workflow import Workflow

CONNECTIONS = Path("rules") / "connections"
SUFFIX = {"json": ".json", "json_lines": ".jsonl", "form": ".form", "xml": ".xml", "x12": ".edi", "iftsta": ".edi", "csv": ".csv"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: path in the rule folder -> text."""

    files: Mapping[str, str]
    notes: tuple[str, ...] = ()


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Write it and tell what to look at; 1 if it cannot be written so that it passes."""
    if options.ready == "list":
        return _list_ready(options, speech)
    loaded = load(options.rules, speech)
    if options.ready:
        plan = _copied(options.ready, loaded)
    else:
        name = _name(options, speech)
        plan = _learned(name, options, loaded, speech) if options.sample else _asked(name, options, loaded, speech)
    _refuse_existing(plan, loaded.folder)
    _must_pass(plan, loaded, speech)
    for path, text in plan.files.items():
        target = loaded.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        speech.say(f"写了 {target}", f"wrote {target}")
    for note in plan.notes:
        speech.line(f"  · {note}")
    first = next(iter(plan.files))
    speech.say(
        f"看看注释里标着“猜的”的行,再试:waybill connection test {Path(first).stem}",
        f"look at the lines marked “guessed”, then try: waybill connection test {Path(first).stem}",
    )
    speech.data({"ok": True, "files": list(plan.files), "notes": list(plan.notes)})
    return 0


def _ready_dirs(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for root in (shipped_rules_dir(), folder):
        inside = root.joinpath(*READY)
        found |= {one.name: one for one in sorted(inside.iterdir()) if one.is_dir()} if inside.is_dir() else {}
    return dict(sorted(found.items()))


def _list_ready(options: argparse.Namespace, speech: Speech) -> int:
    found = _ready_dirs(Path(options.rules or "."))
    for name, folder in found.items():
        speech.line(f"{name}  {_label(folder / f'{name}.yaml')}")
    speech.data(list(found))
    return 0


def _label(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("label:")), "")


def _copied(name: str, loaded: Loaded) -> Plan:
    found = _ready_dirs(loaded.folder)
    if name not in found:
        known = "、".join(found)
        raise WrongUse(f"没有现成的“{name}”,有:{known}", f"no ready-made {name!r}; known: {known}")
    folder = found[name]
    own = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    own.sort(key=lambda path: path.name != f"{name}.yaml")
    return Plan({(CONNECTIONS / path.relative_to(folder)).as_posix(): path.read_bytes().decode("utf-8") for path in own})


def _name(options: argparse.Namespace, speech: Speech) -> str:
    name: str = options.name or _ask(speech, "对接名(小写字母,如 tms)", "its name (small letters, such as tms)")
    if not _NAME.fullmatch(name):
        raise WrongUse(
            f"“{name}”不能作对接名:小写字母开头,只用字母、数字、下划线", f"{name!r}: begin with a small letter; letters, digits, _ only"
        )
    return name


def _ask(speech: Speech, zh: str, en: str, default: str = "") -> str:
    if not sys.stdin.isatty() and not options_from_pipe():
        raise WrongUse("没有人可以问:用 --sample 或 --from", "there is nobody to ask: use --sample or --from")
    shown = f" [{default}]" if default else ""
    try:
        return input(f"{speech.of(zh, en)}{shown}: ").strip() or default
    except EOFError:
        raise WrongUse("没有回答", "no answer") from None


def options_from_pipe() -> bool:
    """Answers may come from a file: `waybill connection new < answers.txt`."""
    return not sys.stdin.closed


def _workflow(options: argparse.Namespace, loaded: Loaded) -> Workflow:
    return workflow_named(loaded.rulebook, options.workflow) if options.workflow else next(iter(loaded.rulebook.workflows.values()))


def _learned(name: str, options: argparse.Namespace, loaded: Loaded, speech: Speech) -> Plan:
    path = Path(options.sample)
    if not path.is_file():
        raise WrongUse(f"没有这个文件:{path}", f"no such file: {path}")
    text = text_of(path.read_bytes(), "")
    try:
        found = learn(text)
    except Unreadable as problem:
        raise NotFine(f"{path}:{problem.zh} {problem.place}", f"{path}: {problem.en} {problem.place}") from None
    return _written(name, options.label or name, found, _workflow(options, loaded), text, speech)


def _asked(name: str, options: argparse.Namespace, loaded: Loaded, speech: Speech) -> Plan:
    """Step by step; every answer has a default."""
    label = options.label or _ask(speech, "名称", "label", name)
    workflow = workflow_named(
        loaded.rulebook, options.workflow or _ask(speech, "报的是哪个流程的单", "whose cases", next(iter(loaded.rulebook.workflows)))
    )
    sample = _ask(speech, "有一份真实的报文吗?写文件名,没有就回车", "a real report? its file, or Enter")
    if sample:
        options.sample, options.workflow, options.label = sample, workflow.name, label
        return _learned(name, options, loaded, speech)
    found = Learned(_ask(speech, "来报的格式 json/form/xml/csv/x12", "how they write: json/form/xml/csv/x12", "json"))
    if found.body not in SUFFIX:
        raise WrongUse(f"没有“{found.body}”这种格式", f"no such body: {found.body}")
    found.case = _ask(speech, "运单号在哪里,如 data.billNo", "where the number stands, such as data.billNo", "billNo")
    found.time = _ask(speech, "时间在哪里", "where the time stands", "time")
    found.format = _ask(speech, "时间的写法", "how the time is written", "%Y-%m-%d %H:%M:%S")
    found.code = _ask(speech, "状态代码在哪里", "where the code stands", "status")
    found.codes = [
        code.strip() for code in _ask(speech, "有哪些代码,逗号隔开", "the codes, with commas", "SIGNED").replace(",", ",").split(",")
    ]
    return _written(name, label, found, workflow, None, speech)


def _written(name: str, label: str, found: Learned, workflow: Workflow, sample: str | None, speech: Speech) -> Plan:
    files: dict[str, str] = {}
    sample_name = f"samples/{name}_sample{SUFFIX[found.body]}"
    lines = _head(name, label, found, workflow) + _paths(found, workflow) + _rows(found, workflow)
    if sample is not None:
        lines.append(f"  samples: [{sample_name}]              # 上面的每条路径都要在样例里找得到")
    files[(CONNECTIONS / f"{name}.yaml").as_posix()] = "\n".join(lines) + "\n"
    if sample is not None:
        files[(CONNECTIONS / sample_name).as_posix()] = mask_text(sample)
    notes = (
        [
            speech.of(
                "样例里的手机号、证件号已遮住;姓名、地址请自己换掉",
                "phone and identity numbers in the sample are masked; replace names and addresses",
            )
        ]
        if sample
        else []
    )
    missing = [zh for zh, path in (("单号", found.case), ("时间", found.time), ("代码", found.code)) if not path]
    if missing:
        notes.append(speech.of(f"没有猜出:{'、'.join(missing)}", f"not found: {', '.join(missing)}"))
    return Plan(files, tuple(notes))


def _head(name: str, label: str, found: Learned, workflow: Workflow) -> list[str]:
    upper = name.upper()
    lines = [
        "kind: connection",
        f"connection: {name}",
        f"label: {_quoted(label)}",
        "type: http                     # 对方推给我们;隔一会儿去问是 poll,放文件是 files(见 docs/language.md)",
        "inbound:",
        f"  path: /in/{name}",
        f"  body: {found.body}",
    ]
    lines += (
        [f"  unwrap: [{', '.join(f'{{at: {_quoted(path)}, as: {kind}}}' for path, kind in found.unwrap)}]   # 里面包着的文字"]
        if found.unwrap
        else []
    )
    return [
        *lines,
        f"  signature: {{kind: token, secret: env:{upper}_TOKEN}}   # 对方怎样证明是它:hmac、md5、basic…,照它的文档改",
        f"  workflow: {workflow.name}",
    ]


def _paths(found: Learned, workflow: Workflow) -> list[str]:
    order = f", order: {'newest_first' if found.newest_first else 'oldest_first'}" if found.each else ""
    lines = [f"  each: {{at: {_quoted(found.each)}{order}}}   # 猜的:一报多条"] if found.each else []
    first = next((field for field in workflow.identified_by if workflow.fields[field].type.value != "serial"), workflow.identified_by[0])
    lines.append(f"  case: [{{{first}: {_quoted(found.case or found.any or 'no')}}}]   # 猜的:{'单号' if found.case else '没有找到,请改'}")
    if found.id:
        lines.append(f"  id: {_quoted(found.id)}   # 猜的:对方的事件号;不是就删掉这行")
    if found.time:
        formats = "" if found.format in ("", "iso") else f", formats: [{_quoted(found.format)}]"
        formats += f", precision: {found.precision}" if found.precision else ""
        lines.append(f"  happened_at: {{at: {_quoted(found.time)}{formats}, timezone: Asia/Shanghai, or: received_at}}   # 猜的:时间")
    keep = [f"{key}: {_quoted(path)}" for key, path in (("text", found.text), ("place", found.place)) if path]
    return [*lines, f"  keep: {{{', '.join(keep)}}}   # 对方的原话"] if keep else lines


def _rows(found: Learned, workflow: Workflow) -> list[str]:
    events = list(workflow.events)
    milestone = next((event for one in workflow.milestones for event in one.events), events[0])
    lines = ["  events:                      # 从上往下,第一行合适的算数"]
    for code in found.codes:
        event = meaning_of(code, events)
        if event:
            lines.append(
                f"    - {{label: {_quoted(workflow.events[event].label)}, match: {{{_quoted(found.code)}: {_quoted(code)}}}, event: {event}}}   # 猜的"
            )
        else:
            lines.append(f"    # 还不知道是什么:{code}(可用的事件:{'、'.join(events[:6])}…)")
    if not any(line.lstrip().startswith("-") for line in lines):
        # A wrong guess would move cases; without one everything is listed, and nothing moves.
        lines = ["  events: []                   # 一个也没猜出来:照下面的样子写", *lines[1:]]
        lines.append(
            f"    # - {{label: {workflow.events[events[0]].label}, match: {{{_quoted(found.code or 'status')}: '…'}}, event: {milestone}}}"
        )
    return [*lines, "  otherwise: report            # 哪行都不合适:列出来,不丢"]


def _quoted(text: str) -> str:
    """Plain where YAML reads it plainly; in quotes else."""
    plain = re.fullmatch(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff.]*", text) and text.lower() not in (
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "y",
        "n",
    )
    return text if plain else "'" + text.replace("'", "''") + "'"


def _refuse_existing(plan: Plan, folder: Path) -> None:
    there = [path for path in plan.files if (folder / path).exists()]
    if there:
        raise WrongUse(f"已经有了:{there[0]};换个名字,或先挪走它", f"exists already: {there[0]}; take another name, or move it away first")


def _must_pass(plan: Plan, loaded: Loaded, speech: Speech) -> None:
    files = {**loaded.files, **plan.files}
    compiled = compile_rulebook(files)
    if compiled.rulebook is None:
        errors = [one for one in compiled.diagnostics if one.severity is Severity.ERROR]
        shown = render(errors, files, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine("写出来的对接通不过检查,没有保存", "what would be written does not pass check; nothing was saved")
