"""How is a message handed to a chat bot? One HTTP request by its connection file, within the chat's own size limit."""

from adapters.signing.caller import Caller
from adapters.signing.exchange import Exchange, Resolve
from engine.model.connection import Connection
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock

TEXT_BYTES_MAX = 2048
"""WeCom cuts or refuses a longer text (messaging.md section 7); the option `text_bytes_max` says otherwise."""


class BotGateway:
    """Sends by the connection's `send:`; the same marks and options as an SMS provider. A bot gives no receipts."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        """Raises ValueError if the connection has no `send:`; the compiler lets none such through."""
        if connection.send is None:
            raise ValueError(f"connection {connection.name} has no send")
        self.name = connection.name
        self.capabilities = Capabilities(dedup_by_key=connection.options.get("dedup", "") == "by_key")
        self._send = connection.send
        self._clock = clock
        self._exchange = Exchange(connection, clock, resolve, caller)
        stated = connection.options.get("text_bytes_max", "")
        self._text_bytes_max = int(stated) if stated.isascii() and stated.isdigit() else TEXT_BYTES_MAX

    def send(self, parcel: Parcel) -> Receipt:
        """One request; a text too long for the chat is refused here, whole, and not cut."""
        now = self._clock.now()
        if parcel.expired(now):
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=parcel.key, at=now, final=True)
        if len(parcel.text.encode("utf-8")) > self._text_bytes_max:
            return Receipt(verdict=Verdict.REJECTED, reason="text_refused", key=parcel.key, at=now, detail="text too long", final=True)
        return self._exchange.carry_text(self._send, parcel)

    def look_up(self, sent: Sent) -> Receipt | None:
        """A bot cannot tell."""
        return None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back."""

    def probe(self) -> bool:
        """Is the counter open? Without sending anything."""
        return self._exchange.probe()

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()
