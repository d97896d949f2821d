"""How long is it, as written? `30 min`, `2 h`, `1 h 30 min`, `1 business day`."""

import re

from engine.model.policy import Amount

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|min|h|business days?)\b")
_SECONDS = {"s": 1, "sec": 1, "min": 60, "h": 3600}


def read_amount(text: str) -> Amount | None:
    """An amount from a table cell; None when it is not one. A bare `1 day` is not (time.md 1.2)."""
    written = " ".join(text.split())
    parts = _PART.findall(written)
    if not parts or _PART.sub("", written).strip():
        return None
    if any(unit.startswith("business") for _, unit in parts):
        number = parts[0][0]
        return Amount(business_days=int(number), written=written) if len(parts) == 1 and number.isdigit() else None
    return Amount(seconds=round(sum(float(number) * _SECONDS[unit] for number, unit in parts)), written=written)
