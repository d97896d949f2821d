"""How is a text handed to a provider that speaks plain HTTP? By its connection file; no Python per provider."""

from adapters.signing.caller import Caller
from adapters.signing.exchange import Exchange, Resolve
from engine.model.connection import Connection
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock


class HttpGateway:
    """Sends by the connection's `send:`; marks {number} {text} {key} {message} {case} {sign} and the parcel's fields.

    Options: `receipts: yes` (a receipt will follow), `dedup: by_key`, `reference_at: PATH`, `probe: PATH`, `bearer_token`,
    `basic_password`, `signing_secret`.
    """

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        """Raises ValueError if the connection has no `send:`; the compiler lets none such through."""
        if connection.send is None:
            raise ValueError(f"connection {connection.name} has no send")
        self.name = connection.name
        self._send = connection.send
        self._clock = clock
        self._exchange = Exchange(connection, clock, resolve, caller)
        dedup = connection.options.get("dedup", "") == "by_key"
        self.capabilities = Capabilities(receipts=self._exchange.says("receipts"), dedup_by_key=dedup)

    def send(self, parcel: Parcel) -> Receipt:
        """One request; the verdict says whether it may be repeated."""
        now = self._clock.now()
        if parcel.expired(now):
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=parcel.key, at=now, final=True)
        return self._exchange.carry_text(self._send, parcel)

    def look_up(self, sent: Sent) -> Receipt | None:
        """A plain HTTP provider cannot tell."""
        return None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back."""

    def probe(self) -> bool:
        """Is the counter open? Without sending anything."""
        return self._exchange.probe()

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()
