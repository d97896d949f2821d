"""What would this report become? A sample read by its connection file, without sending or storing anything."""

import argparse
from pathlib import Path

from adapters.cli.parser import add_globals
from adapters.cli.rules import Loaded, add_rules_option, load
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import SystemClock
from adapters.signing.json_tree import Unreadable
from adapters.wms_tms.decode import Decoded, ReadEvent, decode
from engine.model.connection import Connection
from engine.model.masks import mask_by_field, mask_text
from engine.model.workflow import Workflow


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`connection test NAME --sample FILE`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="test")
    test = deeds.add_parser(
        "test",
        help=speech.of("试读一份报文", "read a sample report"),
        description=speech.of("试读一份报文:会变成哪些事件,哪些没读", "read a sample report: which events it makes, and what is left"),
    )
    test.add_argument("name", metavar="NAME", help=speech.of("对接名", "the connection's name"))
    test.add_argument(
        "--sample",
        metavar="FILE",
        help=speech.of("报文文件(默认:对接里列的全部样例)", "a report (default: every sample the connection lists)"),
    )
    add_rules_option(test, speech)
    add_globals(test, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Read and tell; 1 if a report is no document or some part of it is not recognised."""
    loaded = load(options.rules, speech)
    connection = loaded.rulebook.connections.get(options.name)
    if connection is None or connection.inbound is None:
        known = "、".join(name for name, one in loaded.rulebook.connections.items() if one.inbound) or speech.of("没有", "none")
        raise WrongUse(f"没有收报文的对接“{options.name}”,有:{known}", f"no connection {options.name!r} that takes reports; known: {known}")
    answers = []
    fine = True
    for path in _samples(options.sample, connection, loaded):
        decoded = _read(path, connection, loaded)
        workflow = loaded.rulebook.workflows[connection.inbound.workflow]
        answers.append({"sample": str(path), "ignored": decoded.ignored, "events": [_data(one, workflow) for one in decoded.events]})
        _tell(path, decoded, workflow, speech, loaded.rulebook.timezone)
        fine &= all(one.recognised for one in decoded.events)
    speech.data({"connection": connection.name, "ok": fine, "samples": answers})
    return 0 if fine else 1


def _samples(given: str | None, connection: Connection, loaded: Loaded) -> list[Path]:
    if given:
        if not Path(given).is_file():
            raise WrongUse(f"没有这个文件:{given}", f"no such file: {given}")
        return [Path(given)]
    beside = (loaded.folder / connection.span.file).parent
    found = [path for name in connection.samples for path in (beside / name, loaded.folder / name) if path.is_file()]
    if not found:
        raise WrongUse("用 --sample 指一份报文", "name a report with --sample")
    return list(dict.fromkeys(found))


def _read(path: Path, connection: Connection, loaded: Loaded) -> Decoded:
    try:
        return decode(connection, path.read_bytes(), {}, SystemClock().now(), timezone=loaded.rulebook.timezone)
    except Unreadable as problem:
        zh, en = getattr(problem, "zh", str(problem)), getattr(problem, "en", str(problem))
        raise NotFine(f"{path}:{zh}", f"{path}: {en}") from None


def _tell(path: Path, decoded: Decoded, workflow: Workflow, speech: Speech, zone: str) -> None:
    speech.line(str(path))
    for one in decoded.events:
        label = workflow.events[one.event].label if one.event is not None and one.event in workflow.events else one.label
        what = one.event or (f"{speech.of('撤回', 'retracts')} {one.retracts}" if one.retracts else speech.of("不认识", "not recognised"))
        at = speech.time(one.happened_at, zone) if one.happened_at else speech.of("(收到时)", "(when received)")
        speech.line(f"  {'✓' if one.recognised else '✗'} {what} {label}  {at}")
        for title, pairs in (
            (speech.of("单", "case"), one.names),
            (speech.of("字段", "fields"), _masked(one, workflow)),
            (speech.of("原文", "kept"), one.kept),
        ):
            if pairs:
                speech.line(f"      {title}  " + "  ".join(f"{name}={value}" for name, value in pairs.items()))
        if one.seen:
            speech.line(
                f"      {speech.of('规则看的地方', 'seen')}  "
                + "  ".join(f"{place}={mask_text(value)}" for place, value in one.seen.items())
            )
        for problem in one.problems:
            speech.line(f"      ! {problem}")
    if decoded.ignored:
        speech.say(f"  另有 {decoded.ignored} 项按 otherwise: ignore 略过", f"  {decoded.ignored} more left out by otherwise: ignore")


def _masked(one: ReadEvent, workflow: Workflow) -> dict[str, str]:
    """Values as written; personal ones masked: a terminal is often on a shared screen."""
    shown = {}
    for name, value in one.data.items():
        field = workflow.fields.get(name)
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        shown[name] = mask_by_field(name, text, field.type) if field and field.private else mask_text(text)
    return shown


def _data(one: ReadEvent, workflow: Workflow) -> dict[str, object]:
    return {
        "event": one.event,
        "retracts": one.retracts,
        "id": one.id,
        "happened_at": one.happened_at.isoformat() if one.happened_at else None,
        "case": dict(one.names),
        "fields": _masked(one, workflow),
        "kept": dict(one.kept),
        "seen": {place: mask_text(value) for place, value in one.seen.items()},
        "problems": list(one.problems),
    }
