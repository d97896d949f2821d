"""Who carries a message, and what can they do? For checks: the connections of a channel, their templates, what they tell afterwards."""

from collections.abc import Iterator

from engine.language.provider_keys import PROVIDERS
from engine.model.connection import Connection, ConnectionType
from engine.model.message import Literal, Message, Optional_, Placeholder, Text
from engine.model.rulebook import Rulebook

PEOPLE_AND_RECORDERS = (ConnectionType.CALL_LIST, ConnectionType.RECORDER)
RESEND = ".resend"


def carriers(rulebook: Rulebook, channel: str) -> list[Connection]:
    """The connections of a channel: those that stand in for nobody come first, in written order."""
    here = [one for one in rulebook.connections.values() if one.carries == channel]
    return sorted(here, key=lambda one: one.backup_for is not None)


def takes_templates(connection: Connection) -> bool:
    """Texts leave by it only as approved templates."""
    provider = PROVIDERS.get(connection.type.value)
    return provider is not None and provider.templates


def tells(connection: Connection) -> bool:
    """It says afterwards whether a message arrived: by its door, by its own eyes, or because people do the work."""
    if connection.type is ConnectionType.HTTP:
        return connection.options.get("receipts", "").lower() in ("yes", "true")
    provider = PROVIDERS.get(connection.type.value)
    if provider is None:
        return connection.type in PEOPLE_AND_RECORDERS
    return provider.told or (provider.receipts and connection.receipts is not None)


def bounds(connection: Connection) -> bool:
    """A message is not delivered any more once its worth is over. What a provider behind plain HTTP does, its file knows and we do not."""
    provider = PROVIDERS.get(connection.type.value)
    return provider.validity if provider is not None else connection.type in (*PEOPLE_AND_RECORDERS, ConnectionType.HTTP)


def reviewed(rulebook: Rulebook) -> Iterator[Message]:
    """Short messages whose text a provider has to approve."""
    for message in rulebook.messages.values():
        here = carriers(rulebook, message.channel) if message.channel == "sms" else []
        if any(takes_templates(one) and (message.name in one.templates or one is here[0]) for one in here):
            yield message


def pieces(text: Text) -> list[Literal | Placeholder]:
    """All parts in order, as if every optional one stood there."""
    return [piece for part in text for piece in (part.parts if isinstance(part, Optional_) else (part,))]


def marks(text: Text) -> list[Placeholder]:
    """The marks of a text, in order."""
    return [piece for piece in pieces(text) if isinstance(piece, Placeholder)]


def shown(mark: Placeholder) -> str:
    """As it is written: `{name|format}`."""
    return f"{{{mark.name}|{mark.format}}}" if mark.format else f"{{{mark.name}}}"
