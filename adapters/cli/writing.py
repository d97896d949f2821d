"""Where does a long answer go? To a file if one is named, else to standard output."""

import sys
from collections.abc import Mapping
from pathlib import Path

from adapters.cli.speech import Speech, WrongUse


def write_out(text: str, path: str | None, speech: Speech, about: Mapping[str, object]) -> None:
    """Write it; with --json the answer says what was written, or holds the text itself. Raises WrongUse."""
    if path is None:
        if speech.json:
            speech.data({**about, "text": text})
        else:
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise WrongUse(f"写不了 {path}({problem.strerror})", f"cannot write {path} ({problem.strerror})") from None
    speech.say(f"已写到 {path}", f"written to {path}")
    speech.data({**about, "file": path})
