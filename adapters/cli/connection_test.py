"""What would this report become, and does the neighbour answer? A sample read, the counter knocked at, one marked message sent."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from adapters.cli.rules import Loaded, load
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import SystemClock
from adapters.gateways import gateway_of
from adapters.memory import open_memory
from adapters.settings import read_secret
from adapters.signing.json_tree import Unreadable
from adapters.wms_tms.decode import Decoded, ReadEvent, decode
from adapters.wms_tms.http import CommandGateway
from engine.model.connection import Connection, ConnectionType, Secret
from engine.model.masks import mask_by_field, mask_phone, mask_text
from engine.model.receipt import Parcel, Verdict
from engine.model.workflow import Workflow
from engine.ports.gateway import Gateway
from engine.service.handover import key_of

PROBED = (ConnectionType.RECORDER, ConnectionType.CALL_LIST, ConnectionType.FILES)
"""Types that have nobody to knock at."""


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if a report is no document or some part of it is not recognised, if nobody answers, or if the message was not taken."""
    loaded = load(options.rules, speech)
    connection = loaded.rulebook.connections.get(options.name)
    if connection is None:
        known = "、".join(loaded.rulebook.connections)
        raise WrongUse(f"没有对接“{options.name}”,有:{known}", f"no connection {options.name!r}; known: {known}")
    if options.to:
        return _send(connection, options, speech)
    if options.sample and connection.inbound is None:
        raise WrongUse(f"“{options.name}”不收报文", f"{options.name!r} takes no reports")
    samples = _samples(options.sample, connection, loaded)
    fine, answers = _read_all(samples, connection, loaded, speech)
    answer: dict[str, object] = {"connection": connection.name, "samples": answers}
    if not options.sample:
        fine &= _checked(connection, loaded, speech) & _answers(connection, speech, answer)
    speech.data({**answer, "ok": fine})
    return 0 if fine else 1


def _read_all(samples: Sequence[Path], connection: Connection, loaded: Loaded, speech: Speech) -> tuple[bool, list[object]]:
    answers: list[object] = []
    fine = True
    for path in samples if connection.inbound is not None else ():
        assert connection.inbound is not None
        decoded = _read(path, connection, loaded)
        workflow = loaded.rulebook.workflows[connection.inbound.workflow]
        answers.append({"sample": str(path), "ignored": decoded.ignored, "events": [_data(one, workflow) for one in decoded.events]})
        _tell(path, decoded, workflow, speech, loaded.rulebook.timezone)
        fine &= all(one.recognised for one in decoded.events)
    if samples and connection.inbound is not None and connection.inbound.path:
        reply = connection.inbound.reply or '{"ok": true, …}'
        speech.say(f"  收下后回答:{reply}", f"  the answer after commit: {reply}")
    return fine, answers


def _checked(connection: Connection, loaded: Loaded, speech: Speech) -> bool:
    """Rules with errors do not come this far; what is warned of in this file is told."""
    for one in loaded.diagnostics:
        if one.span.file == connection.span.file:
            speech.say(
                f"  {one.severity.value} {one.code} {one.zh}({one.span})", f"  {one.severity.value} {one.code} {one.en} ({one.span})"
            )
    return True


def _answers(connection: Connection, speech: Speech, answer: dict[str, object]) -> bool:
    """Is the counter open? Nothing is sent."""
    missing = _missing(connection)
    answer["missing"] = missing
    if missing:
        listed = "、".join(missing)
        speech.say(f"· 还没有设置 {listed},所以没有敲门", f"· not set: {', '.join(missing)}, so nobody was knocked at")
        return True
    gateway = _gateway(connection)
    if gateway is None:
        return True
    is_open = gateway.probe()
    answer["probe"] = is_open
    if is_open:
        speech.say(f"✓ {connection.label}:通", f"✓ {connection.name}: answers")
    else:
        speech.say(
            f"✗ {connection.label}:不通,看看地址、密钥和网络", f"✗ {connection.name}: no answer; look at address, secrets and network"
        )
    return is_open


def _missing(connection: Connection) -> list[str]:
    """Settings the connection names and the environment lacks."""
    inbound, drop = connection.inbound, connection.drop
    found = [one.reference for one in connection.secrets.values()]
    found += [one for one in connection.options.values() if one.startswith(("env:", "file:"))]
    found += [one.reference for one in (connection.base_url, drop.folder if drop else None) if isinstance(one, Secret)]
    found += [one.reference for one in (inbound.signature.secrets if inbound and inbound.signature else ())]
    if drop is not None and drop.sftp is not None:
        found += [one.reference for one in (drop.sftp.password, drop.sftp.key) if one is not None]
    return [reference for reference in dict.fromkeys(found) if not _is_set(reference)]


def _is_set(reference: str) -> bool:
    try:
        return bool(read_secret(reference))
    except LookupError:
        return False


def _gateway(connection: Connection) -> Gateway | None:
    """Who speaks with the neighbour; None: there is nobody to knock at."""
    if connection.type in PROBED:
        return None
    if connection.carries is not None:
        return gateway_of(connection, open_memory().worklist, SystemClock())
    return CommandGateway(connection, SystemClock(), read_secret) if connection.base_url is not None else None


def _send(connection: Connection, options: argparse.Namespace, speech: Speech) -> int:
    """One message that says that it is a test, to a number somebody just typed."""
    if connection.carries is None:
        raise WrongUse(f"“{connection.name}”不送消息", f"{connection.name!r} carries no messages")
    shown = mask_phone(options.to)
    if not options.yes and not _agreed(connection, shown, speech):
        raise NotFine("没有发", "nothing was sent")
    now = SystemClock().now()
    gateway = gateway_of(connection, open_memory().worklist, SystemClock())
    template = next(iter(connection.templates.values()), None)
    if gateway.capabilities.templates and template is None:
        raise NotFine(f"“{connection.name}”只发模板,还没写 templates", f"{connection.name!r} sends templates only, and has none yet")
    text = speech.of(f"测试:waybill 通道 {connection.name},收到不用理会。", f"Test of waybill connection {connection.name}, please ignore.")
    receipt = gateway.send(
        Parcel(
            key=key_of(f"test/{connection.name}/{now.isoformat()}"), effect_id=f"test/{connection.name}", case="test", message="test",
            address=options.to, text=text, spoken=text, template=template.code if template else "",
            values=tuple((name, "测试") for name, _ in template.fill) if template else (),
        )
    )  # fmt: skip
    said = f"{receipt.verdict.value} {receipt.reason} {receipt.detail}".strip()
    taken = receipt.verdict in (Verdict.ACCEPTED, Verdict.DELIVERED)
    speech.say(f"{'✓' if taken else '✗'} {shown}:{said}", f"{'✓' if taken else '✗'} {shown}: {said}")
    speech.data(
        {"connection": connection.name, "ok": taken, "verdict": receipt.verdict.value, "reason": receipt.reason, "detail": receipt.detail}
    )
    return 0 if taken else 1


def _agreed(connection: Connection, shown: str, speech: Speech) -> bool:
    asked = speech.of(
        f"经“{connection.label}”向 {shown} 真发一条测试消息?输入 y 确认:",
        f"really send a test message by {connection.name} to {shown}? y: ",
    )
    try:
        return input(asked).strip().lower() in ("y", "yes", "是")
    except EOFError:
        return False


def _samples(given: str | None, connection: Connection, loaded: Loaded) -> list[Path]:
    if given:
        if not Path(given).is_file():
            raise WrongUse(f"没有这个文件:{given}", f"no such file: {given}")
        return [Path(given)]
    beside = (loaded.folder / connection.span.file).parent
    return list(dict.fromkeys(path for name in connection.samples for path in (beside / name, loaded.folder / name) if path.is_file()))


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
        speech.line(f"  {'✓' if one.recognised else '✗'} {what} {label}  {at}{_moves(one, workflow)}")
        for title, pairs in (
            (speech.of("单", "case"), one.names),
            (speech.of("字段", "fields"), _masked(one, workflow)),
            (speech.of("原文", "kept"), one.kept),
            (speech.of("注意", "note"), one.flags),
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
    for warning in decoded.warnings:
        speech.line(f"  ! {warning}")
    if decoded.ignored:
        speech.say(f"  另有 {decoded.ignored} 项按 otherwise: ignore 略过", f"  {decoded.ignored} more left out by otherwise: ignore")


def _moves(one: ReadEvent, workflow: Workflow) -> str:
    """Where the event may lead a case."""
    if one.event is None:
        return ""
    on_line = [milestone.state for milestone in workflow.milestones if one.event in milestone.events]
    rows = [row for state in workflow.states.values() for row in state.transitions] + list(workflow.from_any_state)
    states = dict.fromkeys([*on_line, *(row.to for row in rows if row.event == one.event and row.to)])
    labels = [workflow.states[name].label if name in workflow.states else "←" for name in states]
    return f"  → {'、'.join(labels)}" if labels else ""


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
