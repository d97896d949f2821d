"""How does a provider's push come in? By a secret token in its address: proven, kept, answered in the provider's words; read afterwards."""

import logging
import urllib.parse
from collections.abc import Callable, Mapping

from adapters.signing import verify
from adapters.web.call import Call, Refusal, Reply
from engine.model.connection import Connection, ReceiptDoor, Signature
from engine.model.receipt import Push
from engine.service.desk import Desk

_LOG = logging.getLogger("waybill.pushes")
PREFIX = "/in/"


class PushDoors:
    """`/in/CONNECTION/TOKEN` of every provider that has a `receipts:`; read anew at each call, so that reloaded rules count at once."""

    def __init__(
        self,
        desk: Desk,
        connections: Callable[[], Mapping[str, Connection]],
        resolve: verify.Resolve,
        *,
        turned_away: Callable[[str, str], None],
    ) -> None:
        self._desk = desk
        self._connections = connections
        self._resolve = resolve
        self._turned_away = turned_away

    def post(self, call: Call) -> Reply | None:
        """None: no provider's door. 401 before anything is kept; the provider's own words once it is durable."""
        name, _, token = call.path.removeprefix(PREFIX).partition("/")
        connection = self._connections().get(name) if call.path.startswith(PREFIX) and token else None
        if connection is None or connection.receipts is None:
            return None
        self._prove(connection, connection.receipts, call, token)
        pushed = self._desk.push(connection.name, _push(connection, call, self._desk))
        if pushed is None:
            self._refuse(connection, "wrong", call)
            raise Refusal(401, "signature", "签名不符", "the signature does not fit")
        if pushed.bad:
            _LOG.warning("lines of a push cannot be read", extra={"connection": name, "lines": [one.number for one in pushed.bad]})
        return Reply(text=pushed.answer, media_type=pushed.media_type)

    def _prove(self, connection: Connection, door: ReceiptDoor, call: Call, token: str) -> None:
        signature = Signature(kind="token", secrets=door.tokens, options={"path": "yes"}, allow_ips=door.allow_ips)
        message = verify.Message(body=call.body, headers=call.headers, address=call.address, path_token=token)
        try:
            why = verify.refusal(signature, message, self._desk.now(), self._resolve)
        except verify.NotConfigured as problem:
            _LOG.error("push cannot be verified", extra={"connection": connection.name, "why": str(problem)})
            raise Refusal(503, "not_configured", "本端尚未配置好", "this connection is not set up here yet") from None
        if why is not None:
            self._refuse(connection, why, call)
            raise Refusal(401, "signature", "签名不符", "the signature does not fit")

    def _refuse(self, connection: Connection, why: str, call: Call) -> None:
        self._turned_away(connection.name, why)
        _LOG.warning("push turned away", extra={"connection": connection.name, "why": why, "bytes": len(call.body)})


def _push(connection: Connection, call: Call, desk: Desk) -> Push:
    query = tuple(call.query.items())
    asked = f"?{urllib.parse.urlencode(query)}" if query else ""
    url = connection.options.get("public_url", "").rstrip("/") + call.path + asked
    return Push(body=call.body, headers=call.headers, query=query, url=url, at=desk.now())
