"""What will be heard on the phone? A text read by espeak-ng, as sox makes it fit a telephone line."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from adapters.phone.voice_options import VoiceOptions

VOICE = "cmn"
WORDS_PER_MINUTE = "150"
PROGRAM_SECONDS_MAX = 5
TEXT_CHARS_MAX = 1000
LEAD_SECONDS, PAUSE_SECONDS, KEY_SECONDS = "0.6", "1.2", "8"
"""Silence before the text (a hand on its way to the ear), between two readings, and for a key at the end."""


class NoPrompt(Exception):
    """The text could not be read aloud. `setting`: a program or a voice is missing; else this text is at fault."""

    def __init__(self, why: str, *, setting: bool) -> None:
        super().__init__(why)
        self.setting = setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Other people's programs a call needs, by name or path."""

    baresip: str = "baresip"
    espeak: str = "espeak-ng"
    sox: str = "sox"

    def missing(self) -> list[str]:
        """Those that are not installed."""
        return [one for one in (self.baresip, self.espeak, self.sox) if shutil.which(one) is None]


def record(words: str, options: VoiceOptions, folder: Path, programs: Programs) -> Path:
    """A WAV of 8,000 Hz in `folder`, read as often as the file says. Raises NoPrompt."""
    text = "".join(letter if letter.isprintable() else " " for letter in words + options.asks)
    if len(text) > TEXT_CHARS_MAX:
        raise NoPrompt(f"longer than {TEXT_CHARS_MAX} characters", setting=False)
    spoken, prompt = folder / "spoken.wav", folder / "prompt.wav"
    said = text.encode("utf-8", "replace")
    _run([programs.espeak, "-v", options.voice or VOICE, "-s", WORDS_PER_MINUTE, "-b", "1", "-w", str(spoken), "--stdin"], said)
    repeat = ["repeat", str(options.play_times - 1)] if options.play_times > 1 else []
    tail = ["pad", "0", KEY_SECONDS] if options.confirm else []
    line = ["-r", "8000", "-c", "1", "-b", "16", str(prompt), "gain", "-3", "pad", LEAD_SECONDS, PAUSE_SECONDS]
    _run([programs.sox, str(spoken), *line, *repeat, *tail], b"")
    if not prompt.exists() or prompt.stat().st_size < 1000:
        raise NoPrompt("nothing to be heard came out", setting=False)
    return prompt


def _run(command: list[str], said: bytes) -> None:
    try:
        # A list, never a shell: the text comes by standard input.
        ran = subprocess.run(command, input=said, capture_output=True, timeout=PROGRAM_SECONDS_MAX, check=False)  # noqa: S603
    except FileNotFoundError:
        raise NoPrompt(f"{Path(command[0]).name} is not installed", setting=True) from None
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NoPrompt(f"{Path(command[0]).name}: {type(problem).__name__}", setting=True) from None
    if ran.returncode != 0:
        raise NoPrompt(f"{Path(command[0]).name} ended with {ran.returncode}", setting=True)
