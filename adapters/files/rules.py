"""Which rule files are in this folder, and what do they say?

Only what lies under `workflows/` and `rules/` is read. Hidden files and editors' copies are passed over.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDERS = ("workflows", "rules")
SUFFIXES = frozenset({".yaml", ".yml", ".csv", ".json"})
READY = ("rules", "connections", "ready")
"""Ready-made connections: they ship beside the rules and count once they are copied out (`waybill connection new --from NAME`)."""
SAMPLE_SUFFIXES = SUFFIXES | {".xml", ".edi", ".txt", ".form", ".jsonl", ".jsonld"}
"""In a folder called `samples`, reports of neighbours may have any of these."""


class RulesProblem(Exception):
    """A rule folder that is not there, or cannot be read or written. `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Recoded:
    """A file that is not UTF-8 and was read as GBK."""

    file: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """A folder as read: relative POSIX path -> text."""

    files: Mapping[str, str]
    recoded: tuple[Recoded, ...] = field(default=())


def read_folder(folder: Path | str) -> RuleFolder:
    """Every rule file of a folder. Raises RulesProblem: no such folder, no rules in it, or a file that is no text."""
    root = Path(folder)
    if not root.is_dir():
        raise RulesProblem(f"没有这个文件夹:{folder}", f"no such folder: {folder}")
    files: dict[str, str] = {}
    recoded: list[Recoded] = []
    for name, path in _rule_files(root):
        try:
            raw = path.read_bytes()
        except OSError as problem:
            raise RulesProblem(f"{name}:读不了({problem.strerror})", f"{name}: cannot be read ({problem.strerror})") from None
        text, was_gbk = _decoded(name, raw)
        files[name] = text
        if was_gbk:
            recoded.append(Recoded(name, "不是 UTF-8,按 GBK 读了;请另存为 UTF-8", "not UTF-8: read as GBK; please save it as UTF-8"))
    if not files:
        raise RulesProblem(
            f"{folder} 里没有规则:应有 workflows/ 和 rules/ 两个文件夹", f"no rules in {folder}: it should hold workflows/ and rules/"
        )
    return RuleFolder(files, tuple(recoded))


def read_rules(folder: Path | str) -> dict[str, str]:
    """Relative POSIX path -> text, as `compile_rulebook` takes it. Raises RulesProblem."""
    return dict(read_folder(folder).files)


def holds_rules(folder: Path | str) -> bool:
    """Whether there is any rule file to read."""
    return next(_rule_files(Path(folder)), None) is not None


def shipped_rules_dir() -> Path:
    """The rulebook that ships: inside an installed wheel, or at the top of a checkout. Raises RulesProblem."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "shipped", here.parents[2]):
        if holds_rules(folder):
            return folder
    raise RulesProblem("安装里没有自带的规则集", "this installation carries no rulebook")


def fingerprint_of_files(folder: Path | str) -> tuple[tuple[str, int, int], ...]:
    """(name, mtime in ns, size) of every rule file: another value means somebody saved. For watching; never raises."""
    found: list[tuple[str, int, int]] = []
    for name, path in _rule_files(Path(folder)):
        try:
            seen = path.stat()
        except OSError:  # It went away between listing and looking; the next look will tell.
            continue
        found.append((name, seen.st_mtime_ns, seen.st_size))
    return tuple(found)


def editor_of(folder: Path | str) -> str:
    """Whom the machine names as owner of the file that was saved last; `folder` where it names nobody."""
    newest = max(fingerprint_of_files(folder), key=lambda one: one[1], default=None)
    try:
        return (Path(folder) / newest[0]).owner() if newest is not None else "folder"
    except (KeyError, OSError, NotImplementedError):  # A number without a name, a file gone, a system without owners.
        return "folder"


def copy_shipped(target: Path | str) -> list[str]:
    """Write the shipped rulebook into a folder; names written, in order. Raises RulesProblem rather than overwrite anything."""
    root, source = Path(target), shipped_rules_dir()
    for name in FOLDERS:
        if (root / name).exists():
            raise RulesProblem(
                f"{root / name} 已经有了,不覆盖;请换一个文件夹", f"{root / name} exists and is not overwritten; choose another folder"
            )
    written: list[str] = []
    try:
        for name, path in _rule_files(source):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / name)
            written.append(name)
    except OSError as problem:
        raise RulesProblem(f"写不了 {root}({problem.strerror})", f"cannot write to {root} ({problem.strerror})") from None
    return written


def _rule_files(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root)
            suffixes = SAMPLE_SUFFIXES if "samples" in inside.parts else SUFFIXES
            hidden = any(part.startswith((".", "~")) for part in inside.parts)
            ready = inside.parts[: len(READY)] == READY
            if path.suffix.lower() in suffixes and not hidden and not ready and path.is_file():
                yield inside.as_posix(), path


def _decoded(name: str, raw: bytes) -> tuple[str, bool]:
    """The text, and whether it had to be read as GBK (what Excel and Notepad write on a Chinese Windows)."""
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030"), True
    except UnicodeDecodeError:
        raise RulesProblem(f"{name}:不是文本,UTF-8 和 GBK 都读不出来", f"{name}: neither UTF-8 nor GBK") from None
