"""How does a WMS or TMS hear a command? One HTTP request with the case's fields filled in, by its connection file."""

from adapters.signing.caller import Caller
from adapters.signing.exchange import Exchange, Resolve
from engine.model.connection import Connection
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock


class CommandGateway:
    """Carries `command:` effects to one neighbour; marks are the case's fields, {key} and {case}.

    A command the neighbour cannot do (`human`) never comes here: the service makes it a task.
    """

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self._connection = connection
        self._clock = clock
        self._exchange = Exchange(connection, clock, resolve, caller)
        dedup = connection.options.get("dedup", "") == "by_key"
        self.capabilities = Capabilities(receipts=self._exchange.says("receipts"), dedup_by_key=dedup)

    def send(self, parcel: Parcel) -> Receipt:
        """One request. `refused`: the neighbour says no, or a field the address needs is blank."""
        now = self._clock.now()
        if parcel.valid_until is not None and now > parcel.valid_until:
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=parcel.key, at=now, final=True)
        outgoing = self._connection.commands.get(parcel.command)
        if outgoing is None or outgoing.human:
            detail = f"no command {parcel.command} by machine"[:200]
            return Receipt(verdict=Verdict.REJECTED, reason="refused", key=parcel.key, at=now, detail=detail, final=True)
        marks = dict(parcel.fields) | {"key": parcel.key, "case": parcel.case}
        # Short values (a count, a yes) would blot out half of the answer; they identify nobody.
        hide = tuple(value for _, value in parcel.fields if len(value) >= 4)
        return self._exchange.carry(outgoing, marks, key=parcel.key, refused="refused", hide=hide)

    def look_up(self, sent: Sent) -> Receipt | None:
        """Not by this way; the answer is awaited or shown to a person."""
        return None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back; the rules say what undoes it."""

    def probe(self) -> bool:
        """Is the counter open? Without sending anything."""
        return self._exchange.probe()

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()
