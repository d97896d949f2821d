"""What does a voice connection's file say of its calls? How long it rings, how often it reads, which key confirms, whose voice."""

import re
from dataclasses import dataclass

from engine.model.connection import Connection

RING_SECONDS, RING_SECONDS_MAX = 30, 120
PLAY_TIMES, PLAY_TIMES_MAX = 2, 3
_TIME = re.compile(r"(\d{1,4})\s*(s|min)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceOptions:
    ring_seconds: int
    play_times: int
    confirm: str
    """The key; empty: hearing to the end counts."""
    voice: str
    """Empty: the provider's own for Chinese."""

    @property
    def asks(self) -> str:
        """What is said at the end where a key is wanted, in the language of the voice."""
        if not self.confirm:
            return ""
        english = self.voice.lower().startswith("en")
        return f" Press {self.confirm} to confirm. " if english else f" 。收到请按 {self.confirm} 。 "


def voice_options(connection: Connection) -> VoiceOptions:
    """Raises ValueError for what is no time, number or key."""
    written = connection.options
    confirm = written.get("confirm", "")
    if confirm and not re.fullmatch(r"[0-9*#]", confirm):
        raise ValueError("confirm is one key: 0 to 9, * or #")
    times = written.get("play_times", str(PLAY_TIMES))
    if not times.isdecimal() or not 1 <= int(times) <= PLAY_TIMES_MAX:
        raise ValueError(f"play_times is 1 to {PLAY_TIMES_MAX}")
    return VoiceOptions(
        ring_seconds=_seconds(written.get("ring_for", "")), play_times=int(times), confirm=confirm, voice=written.get("voice", "")
    )


def _seconds(text: str) -> int:
    if not text:
        return RING_SECONDS
    found = _TIME.fullmatch(text.strip())
    seconds = int(found[1]) * (60 if found[2] == "min" else 1) if found else 0
    if not 5 <= seconds <= RING_SECONDS_MAX:
        raise ValueError(f"ring_for is 5 s to {RING_SECONDS_MAX} s")
    return seconds
