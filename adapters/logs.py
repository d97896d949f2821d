"""What may a log line say? One JSON object per line, ids and sizes, with phone and identity numbers masked."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from engine.model.masks import mask_text

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
TEXT_CHARS_MAX = 4000
"""A longer text says nothing more to a reader and may be somebody's attack."""


class JsonLines(logging.Formatter):
    """A record as one JSON object: at, level, logger, text, what was given in `extra`, and the trace of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever is in it: line ends are escaped by JSON, numbers masked last, so that nothing slips past."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": _short(record.getMessage()),
        }
        line |= {name: _plain(value) for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["trace"] = _short(self.formatException(record.exc_info))
        return json.dumps({name: _masked(value) for name, value in line.items()}, ensure_ascii=False)


def set_up_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything to `stream` (standard error) as masked JSON lines; calling it again replaces the earlier set-up."""
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each.formatter, JsonLines)]:
        root.removeHandler(old)
    out = logging.StreamHandler(stream or sys.stderr)
    out.setFormatter(JsonLines())
    root.addHandler(out)
    root.setLevel(level.upper())
    for chatty in ("alembic", "uvicorn", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # httpx writes full addresses at INFO; an address may carry a number.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # What went wrong on a trip to the server is raised; the driver warns of its end as well.
    logging.getLogger("psycopg").setLevel(logging.ERROR)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= TEXT_CHARS_MAX else text[:TEXT_CHARS_MAX] + "…"


def _masked(value: object) -> object:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**9:
        masked = mask_text(str(value))
        return value if masked == str(value) else masked
    return value
