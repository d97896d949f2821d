"""What may a person do with a case itself, over HTTP? Put it on hold, resume it, have a message sent again, take these back."""

from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.signing.json_tree import Tree
from adapters.web import events
from adapters.web.call import Call, Refusal, Reply
from adapters.web.cases import find_case
from adapters.web.tasks import object_of, text_in, who_acts
from engine.service.case_hands import UNDO_SECONDS_MAX, WHY_CHARS_MAX
from engine.service.desk import Desk

MESSAGE_CHARS_MAX = 300


class CaseRooms:
    """POST /cases/{id}/hold, /resume, /resume/undo, /send-again, /send-again/undo."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def hold(self, call: Call) -> Reply:
        """Nothing leaves, until `until` or until it is resumed."""
        said, row = object_of(call), find_case(self._desk, call.params["id"])
        why, until = text_in(said, "why", WHY_CHARS_MAX), _instant(text_in(said, "until", 40))
        return events.single(self._desk.case_hands.hold(row.id, by=who_acts(call, said), why=why, until=until))

    def resume(self, call: Call) -> Reply:
        """What waited goes on, at once or after `undo_seconds`."""
        said, row = object_of(call), find_case(self._desk, call.params["id"])
        why, undo = text_in(said, "why", WHY_CHARS_MAX), _seconds(said.get("undo_seconds"))
        return events.single(self._desk.case_hands.resume(row.id, by=who_acts(call, said), why=why, undo_seconds=undo))

    def stay_on_hold(self, call: Call) -> Reply:
        """It goes on being on hold."""
        said, row = object_of(call), find_case(self._desk, call.params["id"])
        return events.single(self._desk.case_hands.stay_on_hold(row.id, by=who_acts(call, said)))

    def send_again(self, call: Call) -> Reply:
        """A new sending of a message that left before."""
        said, row = object_of(call), find_case(self._desk, call.params["id"])
        why, undo = text_in(said, "why", WHY_CHARS_MAX), _seconds(said.get("undo_seconds"))
        return events.single(self._desk.case_hands.send_again(row.id, _message(said), by=who_acts(call, said), why=why, undo_seconds=undo))

    def take_again_back(self, call: Call) -> Reply:
        """What was asked for and has not left."""
        said, row = object_of(call), find_case(self._desk, call.params["id"])
        return events.single(self._desk.case_hands.take_again_back(row.id, _message(said), by=who_acts(call, said)))


def _message(said: Mapping[str, Tree]) -> str:
    message = text_in(said, "message", MESSAGE_CHARS_MAX)
    if not message:
        raise Refusal(400, "missing", "缺少 message(哪一条)", "message is missing: which one", field="message")
    return message


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    zh, en = "until 写成带时区的时间,如 2026-11-23T15:00:00+08:00", "until is a time with an offset: 2026-11-23T15:00:00+08:00"
    raise Refusal(400, "bad_field", zh, en, field="until")


def _seconds(value: object) -> int:
    text = "0" if value is None else str(value)
    if text.isascii() and text.isdigit() and len(text) <= len(str(UNDO_SECONDS_MAX)) and int(text) <= UNDO_SECONDS_MAX:
        return int(text)
    zh, en = f"undo_seconds 是 0 到 {UNDO_SECONDS_MAX} 的整数", f"undo_seconds is a whole number, 0 to {UNDO_SECONDS_MAX}"
    raise Refusal(400, "bad_field", zh, en, field="undo_seconds")
