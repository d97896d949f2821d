"""Connections for tests: the shipped draft of a TMS, read without the compiler, and small ones written here."""

import os
from dataclasses import replace
from pathlib import Path

import yaml

from engine.model.condition import AllOf, Clause, Condition, Word
from engine.model.connection import Connection, ConnectionType, EventRow, Inbound, Secret, Signature, TimeFormat
from engine.model.span import NOWHERE

SHARED = Path(os.environ.get("WAYBILL_SHARED") or Path(__file__).resolve().parents[4] / "shared")
DRAFT = SHARED / "design" / "rulebook" / "rules" / "connections"
PAYLOADS = SHARED / "data" / "payloads"


def a_row(label: str, match: dict[str, object] | None, event: str | None = None, retracts: str | None = None, **fill: str) -> EventRow:
    """A row whose match is `path: text` or `path: [texts]`."""
    return EventRow(label=label, match=_condition(match or {}), event=event, retracts=retracts, fill=fill, span=NOWHERE)


def _condition(match: dict[str, object]) -> Condition:
    def clause(path: str, wanted: object) -> Clause:
        if isinstance(wanted, list):
            return Clause(path, Word.ONE_OF, tuple(wanted), NOWHERE)
        return Clause(path, Word.IS, (str(wanted),), NOWHERE)

    return AllOf(tuple(clause(path, wanted) for path, wanted in match.items()))


def a_connection(rows: tuple[EventRow, ...] = (), **changes: object) -> Connection:
    """A JSON connection of shipments; `changes` go to its inbound part."""
    inbound = Inbound(
        path="/in/tms",
        body="json",
        signature=Signature(kind="standard_webhooks", secrets=(Secret("env:TMS"),)),
        workflow="shipment",
        case=(("waybill_no", "no"),),
        id_at=None,
        happened_at=TimeFormat(at="time", formats=("%Y-%m-%d %H:%M:%S",), timezone="Asia/Shanghai"),
        events=rows or (a_row("揽收", {"code": "10"}, "picked_up", hub="site"),),
        span=NOWHERE,
    )
    inbound = replace(inbound, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.
    return Connection(name="tms", label="运输系统", type=ConnectionType.HTTP, inbound=inbound, span=NOWHERE)


def the_draft_tms() -> Connection:
    """The TMS of the draft rulebook, its rows read from the file itself."""
    written = yaml.load((DRAFT / "tms.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)["inbound"]  # BaseLoader makes texts only.
    rows = tuple(
        a_row(row["label"], row["match"], row.get("event"), row.get("retracts"), **row.get("fill", {})) for row in written["events"]
    )
    time = TimeFormat(at=written["happened_at"]["at"], formats=tuple(written["happened_at"]["formats"]), timezone="Asia/Shanghai")
    case = tuple((name, path) for pair in written["case"] for name, path in pair.items())
    return a_connection(rows, case=case, happened_at=time)


def kuaidi100() -> Connection:
    """A snapshot push: a form around JSON, newest first, a code table before the rows."""
    return a_connection(
        (a_row("不再跟踪", {"whole.param.status": "abort"}, "no_tracking"),),
        path="/in/kuaidi100",
        body="form",
        unwrap=(("param", "json"),),
        signature=Signature(
            kind="md5", secrets=(Secret("env:KD"),), options={"over": "param, secret", "at": "sign", "encoding": "hex_upper"}
        ),
        case=(("waybill_no", "param.lastResult.nu"),),
        each="param.lastResult.data",
        newest_first=True,
        codes={"304": {"event": "signed"}, "0": {"event": "scanned"}, "1": {"event": "picked_up"}},
        code_at=("statusCode",),
        keep={"text": "context"},
        reply='{"result": true, "returnCode": "200", "message": "成功"}',
    )
