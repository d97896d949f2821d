"""Which files are ours? Everything git tracks or would track."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def our_files() -> tuple[Path, ...]:
    """Paths of our files, relative to the root, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return tuple(sorted(path for path in map(Path, filter(None, listed.split("\0"))) if (ROOT / path).is_file()))


def our_python() -> tuple[Path, ...]:
    """The Python modules among them."""
    return tuple(path for path in our_files() if path.suffix == ".py")


def text_of(path: Path) -> str:
    """The text of one of our files; empty for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
