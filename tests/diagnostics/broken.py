"""What is an operator told about a broken file? The Markdown of broken_*.md, and the answers that belong under each file.

usage: python -m tests.diagnostics.broken          shows where the answers differ from the pages
       python -m tests.diagnostics.broken --write  writes them; read the difference as the operator would, before you keep it
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Diagnostic, Severity

HERE = Path(__file__).parent
CASE = re.compile(r"^## (?P<title>.+?)\n```broken (?P<file>\S+)\n(?P<body>.*?)^```\n+```told\n(?P<told>.*?)^```$", re.M | re.S)
SIGN = re.compile(r"⟦(?:U\+(?P<code>[0-9A-F]{4,5})|(?P<what>.+?) × (?P<times>\d+)|(?P<end>end))⟧\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """One broken file, and what must be told."""

    page: Path
    title: str
    file: str
    written: str
    """As on the page; `⟦U+00A0⟧` is that character, `⟦[ × 30⟧` thirty of it, and at `⟦end⟧` the file breaks off."""
    told: str

    @property
    def text(self) -> str:
        """The file itself."""
        return SIGN.sub(_sign, self.written)

    @property
    def files(self) -> dict[str, str]:
        """The small rulebook with this file in it."""
        folder = HERE / "small"
        small = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}
        return {**small, self.file: self.text}


def _sign(match: re.Match[str]) -> str:
    kept = "\n" if match[0].endswith("\n") else ""
    if match["end"]:
        return ""
    return (chr(int(match["code"], 16)) if match["code"] else match["what"] * int(match["times"])) + kept


def cases() -> Iterator[Case]:
    """All cases, page by page."""
    for page in sorted(HERE.glob("broken_*.md")):
        for match in CASE.finditer(page.read_text("utf-8")):
            yield Case(page, match["title"], match["file"], match["body"], match["told"])


def answer(case: Case) -> str:
    """What is told: for each finding its place and code, then Chinese and English, each with its note and help. Elsewhere, errors only."""
    found = compile_rulebook(case.files).diagnostics
    return "".join(_one(each, case) for each in found if each.span.file == case.file or each.severity is Severity.ERROR)


def _one(found: Diagnostic, case: Case) -> str:
    place = f"{found.span.line}:{found.span.column}-{found.span.column + found.span.width - 1}"
    file = "" if found.span.file == case.file else f" in {found.span.file}"
    sides = ((found.zh, found.note_zh, found.help_zh), (found.en, found.note_en, found.help_en))
    texts = [f"  {text}{f' | {note}' if note else ''}{f' => {fix}' if fix else ''}" for text, note, fix in sides]
    return "\n".join([f"{place} {found.severity.value} {found.code} {found.name}{file}", *texts, ""])


def main() -> int:
    different = 0
    for page in sorted(HERE.glob("broken_*.md")):
        text = page.read_text("utf-8")
        for case in (case for case in cases() if case.page == page):
            now = answer(case)
            if now != case.told:
                different += 1
                print(f"{page.name}: {case.title}\n{now}")
                head = f"## {case.title}\n```broken {case.file}\n{case.written}```\n\n```told\n"
                text = text.replace(f"{head}{case.told}```", f"{head}{now}```")
        if "--write" in sys.argv:
            page.write_text(text, "utf-8")
    return 1 if different and "--write" not in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
