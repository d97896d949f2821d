"""How is a connection read out? What it reports, what that becomes here, what we may ask of it."""

from collections.abc import Iterator

from engine.model.connection import Connection, ConnectionType, EventRow, Inbound, Secret, Signature, TimeFormat
from engine.model.documents.read import PLAIN_TABLE
from engine.reports.sentences_message import text_words
from engine.reports.sentences_request import request, ways
from engine.reports.sentences_words import Paragraph, Sentence, Tongue

_TYPES = {
    ConnectionType.HTTP: ("网络接口", "over HTTP"), ConnectionType.CALL_LIST: ("电话清单,由人来打", "a list of calls that people make"),
    ConnectionType.RECORDER: ("只记录,不发出", "a recorder: keeps, sends nothing"),
}  # fmt: skip


def connection_paragraph(tongue: Tongue, connection: Connection) -> Paragraph:
    """Everything the connection says. Secrets are said by where they lie, never by what they are."""
    return Paragraph(
        kind="connection",
        name=connection.name,
        label=connection.label,
        sentences=tuple(_connection(tongue, connection)),
        span=connection.span,
    )


def _connection(tongue: Tongue, connection: Connection) -> Iterator[Sentence]:
    span = connection.span
    yield tongue.sentence("type", ("方式:", "kind: "), _kind(tongue, connection.type), span)
    if connection.carries is not None:
        yield tongue.sentence("carries", ("承担的渠道:", "carries: "), tongue.channel(connection.carries), span)
    if connection.backup_for is not None:
        yield tongue.sentence("backup_for", ("备用,替补:", "stands in for "), tongue.name("connection", connection.backup_for), span)
    if connection.usual_lag_seconds:
        yield tongue.sentence(
            "usual_lag", ("来报通常晚到:", "its reports usually come late by "), tongue.seconds(connection.usual_lag_seconds), span
        )
    if connection.heard_every_seconds is not None:
        yield tongue.sentence(
            "heard_every",
            ("超过这么久没有来报,报一次警:", "one alarm when it is silent for longer than "),
            tongue.seconds(connection.heard_every_seconds),
            span,
        )
    if connection.base_url is not None:
        yield tongue.sentence("base_url", ("地址:", "address: "), _secret(connection.base_url), span)
    yield from ways(tongue, connection)
    if connection.inbound is not None:
        yield from _inbound(tongue, connection.inbound)
    for command in connection.commands.values():
        yield tongue.sentence(
            f"command/{command.name}", (f"指令 {command.name}:", f"command {command.name}: "), request(tongue, command), command.span
        )
    if connection.send is not None:
        yield tongue.sentence(
            "send", ("怎样发一条:", "how one message is handed over: "), request(tongue, connection.send), connection.send.span
        )
    yield from _provider(tongue, connection)
    for key, value in sorted(connection.options.items()):
        yield tongue.sentence(f"option/{key}", (f"设置 {key}:", f"option {key}: "), value, span)
    if connection.samples:
        yield tongue.sentence("samples", ("样例:", "samples: "), tongue.of("、", ", ").join(connection.samples), span)


def _kind(tongue: Tongue, kind: ConnectionType) -> str:
    return tongue.of(*_TYPES[kind]) if kind in _TYPES else kind.value


def _provider(tongue: Tongue, connection: Connection) -> Iterator[Sentence]:
    """What only a provider of messages or calls says."""
    for name, template in sorted(connection.templates.items()):
        message, dot, again = name.partition(".")
        shown = tongue.name("message", message) + dot + again
        known = tongue.rulebook.messages.get(message)
        said = [f"{variable}={text_words(tongue, text, known.workflow if known else '')}" for variable, text in template.fill]
        says = template.code + (tongue.of(",填 ", ", filled with ") + tongue.of("、", ", ").join(said) if said else "")
        yield tongue.sentence(f"template/{name}", (f"审核过的模板,{shown}:", f"approved template of {shown}: "), says, connection.span)
    if connection.per_number:
        caps = tongue.of("、", ", ").join(tongue.cap(one) for one in connection.per_number)
        yield tongue.sentence("per_number", ("同一号码:", "one number: "), caps, connection.span)
    if connection.at_most:
        caps = tongue.of("、", ", ").join(tongue.cap(one) for one in connection.at_most)
        yield tongue.sentence("at_most", ("一共:", "at all: "), caps, connection.span)
    if connection.receipts is not None:
        said = [tongue.of("令牌在 ", "token in ") + tongue.of("、", ", ").join(one.reference for one in connection.receipts.tokens)]
        if connection.receipts.allow_ips:
            said.append(tongue.of("只收来自 ", "only from ") + tongue.of("、", ", ").join(connection.receipts.allow_ips))
        yield tongue.sentence("receipts", ("回执的入口:", "the door for receipts: "), tongue.of(",", ", ").join(said), connection.span)


def _secret(value: Secret | str) -> str:
    return value.reference if isinstance(value, Secret) else value


def _inbound(tongue: Tongue, inbound: Inbound) -> Iterator[Sentence]:
    span, comma = inbound.span, tongue.of(",", ", ")
    yield tongue.sentence("in/path", ("来报地址:", "reports arrive at: "), f"{inbound.path} ({inbound.body})", span)
    if inbound.encoding:
        yield tongue.sentence("in/encoding", ("文字编码:", "its letters are "), inbound.encoding, span)
    if inbound.table != PLAIN_TABLE:
        says = tongue.of("列之间是 ", "between columns ") + repr(inbound.table.delimiter)
        says += comma + tongue.of("各列 ", "columns ") + " ".join(inbound.table.columns) if inbound.table.columns else ""
        yield tongue.sentence("in/table", ("表格:", "the table: "), says, span)
    yield tongue.sentence(
        "in/signature", ("怎样认得是它:", "how a report proves where it comes from: "), _signature(tongue, inbound.signature), span
    )
    yield tongue.sentence("in/workflow", ("用于", "for "), tongue.name("workflow", inbound.workflow), span)
    found = tongue.of("、再按", ", else ").join(f"{tongue.name('field', field, inbound.workflow)} ← {path}" for field, path in inbound.case)
    yield tongue.sentence("in/case", ("按号码找单:", "finds the case by "), found, span)
    if inbound.id_at is not None:
        yield tongue.sentence("in/id", ("去重编号:", "its own id of an event: "), inbound.id_at, span)
    if inbound.happened_at is not None:
        yield tongue.sentence("in/happened_at", ("发生时间:", "when it happened: "), _instant(tongue, inbound.happened_at), span)
    if inbound.each is not None:
        order = tongue.of("从新到旧", "newest first") if inbound.newest_first else tongue.of("从旧到新", "oldest first")
        yield tongue.sentence("in/each", ("一份里有多条:", "a list of reports: "), f"{inbound.each}{comma}{order}", span)
    for path, form in inbound.unwrap:
        yield tongue.sentence(f"in/unwrap/{path}", ("里面还包着一段:", "a text inside: "), f"{path} ({form})", span)
    for name, path in sorted(inbound.keep.items()):
        yield tongue.sentence(f"in/keep/{name}", ("原样保留:", "kept as it is: "), f"{name} ← {path}", span)
    for name, path in sorted(inbound.fill.items()):
        says = f"{tongue.name('field', name, inbound.workflow)} ← {path}"
        yield tongue.sentence(f"in/fill/{name}", ("每个事件都填:", "filled by every event: "), says, span)
    for code, row in sorted(inbound.codes.items()):
        says = comma.join(f"{column} {cell}" for column, cell in sorted(row.items()))
        yield tongue.sentence(f"in/code/{code}", (f"代码 {code}:", f"code {code}: "), says, span)
    if inbound.code_fields:
        filled = comma.join(tongue.name("field", name, inbound.workflow) for name in inbound.code_fields)
        yield tongue.sentence("in/code_fields", ("码表顺便填:", "the code table fills "), filled, span)
    if inbound.code_at:
        yield tongue.sentence("in/code_at", ("代码在:", "the code stands at "), comma.join(inbound.code_at), span)
    for place, event in enumerate(inbound.events, start=1):
        yield tongue.sentence("in/event", (f"来报 {place}:", f"report {place}: "), _event(tongue, event, inbound.workflow), event.span)
    for place, event in enumerate(inbound.envelope, start=1):
        about = (f"整份来报 {place}:", f"the report as a whole {place}: ")
        yield tongue.sentence("in/envelope", about, _event(tongue, event, inbound.workflow), event.span)
    words = {"ignore": ("不理会", "ignored"), "report": ("记入未识别报文", "listed as not recognised")}
    otherwise = tongue.of(*words.get(inbound.otherwise, (inbound.otherwise, inbound.otherwise)))
    yield tongue.sentence("in/otherwise", ("都不符合:", "where none fits: "), otherwise, span)
    if inbound.reply is not None:
        yield tongue.sentence("in/reply", ("收下后回复:", "answered with "), inbound.reply, span)
    if inbound.refused_reply is not None:
        status = f"{inbound.refused_status} " if inbound.refused_status is not None else ""
        yield tongue.sentence("in/refused", ("不收的回复:", "what is turned away is answered with "), status + inbound.refused_reply, span)


def _signature(tongue: Tongue, signature: Signature | None) -> str:
    if signature is None:
        return tongue.of("没有写,一律不收", "not written: nothing is accepted")
    said = [signature.kind]
    if signature.secrets:
        said.append(tongue.of("密钥在 ", "secret in ") + tongue.of("、", ", ").join(one.reference for one in signature.secrets))
    said += [f"{key} {value}" for key, value in sorted(signature.options.items())]
    if signature.allow_ips:
        said.append(tongue.of("只收来自 ", "only from ") + tongue.of("、", ", ").join(signature.allow_ips))
    return tongue.of(",", ", ").join(said)


def _instant(tongue: Tongue, at: TimeFormat) -> str:
    said = [at.at]
    if at.formats:
        said.append(tongue.of("写法 ", "written ") + tongue.of(" 或 ", " or ").join(at.formats))
    if at.then_at:
        said.append(tongue.of("后接 ", "followed by ") + " ".join(at.then_at))
    if at.zone_at:
        table = tongue.of("、", ", ").join(f"{place} {zone}" for place, zone in sorted(at.zones.items()))
        said.append(tongue.of("时区看 ", "zone by ") + " ".join(at.zone_at) + f" ({table})")
    if at.timezone is not None:
        said.append(tongue.of(f"时区 {at.timezone}", f"zone {at.timezone}"))
    if at.precision is not None:
        said.append(tongue.of(f"只精确到 {at.precision}", f"exact to the {at.precision} only"))
    if at.or_received_at:
        said.append(tongue.of("读不出就用收到的时间", "else when it was received"))
    return tongue.of(",", ", ").join(said)


def _event(tongue: Tongue, row: EventRow, workflow: str) -> str:
    said = [tongue.quoted(row.label)]
    if row.match is not None:
        said.append(tongue.of(f"如果{tongue.condition(row.match, '')}", f"if {tongue.condition(row.match, '')}"))
    if row.event is not None:
        said.append(tongue.of("就是事件", "it is ") + tongue.name("event", row.event, workflow))
    if row.retracts is not None:
        said.append(tongue.of("就撤回事件", "it takes back ") + tongue.name("event", row.retracts, workflow))
    if row.retracts_id_at is not None:
        said.append(tongue.of("撤的是编号 ", "the one numbered ") + row.retracts_id_at)
    if row.event is None and row.retracts is None:
        said.append(tongue.of("不理", "it is left out"))
    said += [f"{tongue.name('field', field, workflow)} ← {path}" for field, path in sorted(row.fill.items())]
    return tongue.of(",", ", ").join(said)
