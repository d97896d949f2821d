"""How does a WMS or TMS hear a command? One HTTP request with the case's fields filled in, by its connection file."""

from dataclasses import replace

from adapters.signing.caller import Caller
from adapters.signing.exchange import Exchange, Resolve
from engine.model.connection import Connection, Outgoing
from engine.model.receipt import Capabilities, Parcel, Receipt, Sent, Verdict
from engine.ports.clock import Clock

UNSURE = {"no_answer": ("no_answer", "cut"), "5xx": ("no_answer",)}
"""Word of `retry: when` -> reasons of an unknown outcome that it covers."""
SURE = {"no_connection": "no_connection", "429": "limited"}


class CommandGateway:
    """Carries `command:` effects to one neighbour; marks are the case's fields, {key} and {case}.

    A command the neighbour cannot do (`human`) never comes here: the service makes it a task.
    """

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, caller: Caller | None = None) -> None:
        self.name = connection.name
        self._connection = connection
        self._clock = clock
        self._exchange = Exchange(connection, clock, resolve, caller)
        self._by_key = connection.options.get("dedup", "") == "by_key"
        asked = any(one.status_of is not None for one in connection.commands.values())
        self.capabilities = Capabilities(receipts=self._exchange.says("receipts"), dedup_by_key=self._by_key, look_up=asked)

    def send(self, parcel: Parcel) -> Receipt:
        """One request. `refused`: the neighbour says no, or a field the address needs is blank."""
        now = self._clock.now()
        if parcel.expired(now):
            return Receipt(verdict=Verdict.REJECTED, reason="expired", key=parcel.key, at=now, final=True)
        outgoing = self._connection.commands.get(parcel.command)
        if outgoing is None or outgoing.human:
            detail = f"no command {parcel.command} by machine"[:200]
            return Receipt(verdict=Verdict.REJECTED, reason="refused", key=parcel.key, at=now, detail=detail, final=True)
        marks = dict(parcel.fields) | {"key": parcel.key, "case": parcel.case}
        receipt = self._exchange.carry(outgoing, marks, key=parcel.key, refused="refused", hide=_personal(parcel.fields))
        return self._by_its_rule(receipt, outgoing)

    def look_up(self, sent: Sent) -> Receipt | None:
        """Asks by the command's `status_of`; None: it says neither yes nor no, or was not asked."""
        outgoing = self._asked_of(sent.command)
        if outgoing is None:
            return None
        marks = dict(sent.fields) | {"key": sent.key, "reference": sent.provider_id}
        found = self._exchange.look_up(outgoing, marks, key=sent.key, hide=_personal(sent.fields))
        return replace(found, provider_id=found.provider_id or sent.provider_id) if found is not None else None

    def cancel(self, key: str) -> None:
        """What was handed over cannot be taken back; the rules say what undoes it."""

    def probe(self) -> bool:
        """Is the counter open? Without sending anything."""
        return self._exchange.probe()

    def close(self) -> None:
        """Let go of the connections."""
        self._exchange.close()

    def _asked_of(self, command: str) -> Outgoing | None:
        """Who asks without naming the command is answered where there is one way only."""
        ways = {name: one.status_of for name, one in self._connection.commands.items() if one.status_of is not None}
        return ways.get(command) if command else next(iter(ways.values())) if len(ways) == 1 else None

    def _by_its_rule(self, receipt: Receipt, outgoing: Outgoing) -> Receipt:
        """The command's own `retry`, where it has one. Unknown is tried again only where the neighbour honours our key."""
        rule = outgoing.retry
        if rule is None:
            return receipt
        if receipt.verdict is Verdict.RETRY and receipt.reason not in [SURE.get(word) for word in rule.when]:
            return replace(receipt, verdict=Verdict.REJECTED, until=None)
        unsure = [reason for word in rule.when for reason in UNSURE.get(word, ())]
        if receipt.verdict is Verdict.UNKNOWN and receipt.reason in unsure and (self._by_key or outgoing.method == "GET"):
            return replace(receipt, verdict=Verdict.RETRY)
        return receipt


def _personal(fields: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    # Short values (a count, a yes) would blot out half of the answer; they identify nobody.
    return tuple(value for _, value in fields if len(value) >= 4)
