"""How many slips of the pen does the checker catch? Every key and name of the shipped rulebook, misspelt in its middle.

usage: python -m tests.proving.slips [--every 1] [--jobs 2] [--all]
A slip is caught when an error appears anywhere in the rulebook; a warning does not count. Exit code 1 below the floor.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

from engine.language.compile import compile_rulebook
from engine.language.diagnostics import Findings
from engine.language.reader import read_source
from engine.language.source import Mark, Path
from tests.proving.basis import ROOT, around, folder, yaml_of

CAUGHT_AT_LEAST = 0.94
"""The floor of authoring.md section 6; a change of the grammar is judged by this number."""
LETTERS_MIN = 3
PROSE = frozenset({"label", "text", "task", "notice", "source", "story", "says", "name", "reason", "no_deadline", "note"})
"""Under these keys stands what people read; no checker can know it."""
LISTED_MAX = 40
OPERATIONS = ("drop", "double", "swap")


@dataclass(frozen=True, slots=True)
class Slip:
    """One word, misspelt."""

    file: str
    kind: str
    """Of the file."""
    part: str
    """`key` or `value`."""
    operation: str
    line: int
    """From 1."""
    column: int
    """From 1."""
    right: str
    wrong: str

    @property
    def group(self) -> tuple[str, str, str]:
        """What slips are counted by."""
        return self.kind, self.part, self.operation

    def made(self, files: Mapping[str, str]) -> dict[str, str]:
        """The files with the slip in one of them."""
        lines = files[self.file].split("\n")
        line, start = lines[self.line - 1], self.column - 1
        assert line[start : start + len(self.right)] == self.right
        lines[self.line - 1] = line[:start] + self.wrong + line[start + len(self.right) :]
        return {**files, self.file: "\n".join(lines)}


def misspelt(word: str, operation: str) -> str:
    """The word with its middle letter dropped, doubled, or swapped with the next one."""
    middle = len(word) // 2
    before, letter, after = word[:middle], word[middle], word[middle + 1 :]
    if operation == "drop":
        return before + after
    return before + letter + letter + after if operation == "double" else before + after[:1] + letter + after[1:]


@cache
def shipped() -> Mapping[str, str]:
    """The rulebook that ships."""
    return folder(ROOT)


def slips() -> list[Slip]:
    """Every slip of the shipped rulebook that changes a word, in order of place."""
    files = shipped()
    found: list[Slip] = []
    for name in yaml_of(files):
        source = read_source(name, files[name], Findings())
        assert source is not None
        assert isinstance(source.data, dict)
        labels = {path for path in source.values if source.data["kind"] == "workflow" and path[:1] == ("events",)}
        values = {path: mark for path, mark in source.values.items() if path not in labels}
        words = [*_words("key", source.keys), *_words("value", values)]
        for part, mark in words:
            quoted = 1 if mark.style else 0
            start = mark.column - 1 + quoted
            word = source.lines[mark.line - 1][start : start + mark.width - 2 * quoted]
            for operation in OPERATIONS if len(word) >= LETTERS_MIN else ():
                wrong = misspelt(word, operation)
                if wrong != word:
                    found.append(Slip(name, str(source.data["kind"]), part, operation, mark.line, start + 1, word, wrong))
    return found


def _words(part: str, marks: Mapping[Path, Mark]) -> Iterator[tuple[str, Mark]]:
    for path, mark in marks.items():
        prose = part == "value" and not PROSE.isdisjoint(map(str, path))
        if mark.style in ("", "'", '"') and not prose:
            yield part, mark


def caught(slip: Slip) -> bool:
    """Whether an error appears anywhere. The stories of other files are asked last: they are most of the work."""
    files = slip.made(shipped())
    alone = around(files, slip.file)
    asked = [alone] if slip.kind == "stories" else [alone, files]
    return any(compile_rulebook(each).rulebook is None for each in asked)


def measure(chosen: Sequence[Slip], jobs: int) -> list[bool]:
    """Whether each was caught."""
    if jobs == 1:
        return [caught(slip) for slip in chosen]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(caught, chosen, chunksize=50))


def share(answers: Sequence[bool]) -> float:
    """From 0 to 1."""
    return sum(answers) / len(answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="try one slip in so many")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="list every slip that was not caught")
    options = parser.parse_args()
    began = time.perf_counter()
    chosen = slips()[:: options.every]
    answers = measure(chosen, options.jobs)
    tried, good = Counter(slip.group for slip in chosen), Counter(slip.group for slip, fine in zip(chosen, answers, strict=True) if fine)
    print("| file | part | slip | tried | caught | % |\n|---|---|---|---|---|---|")
    for group in sorted(tried):
        print(f"| {' | '.join(group)} | {tried[group]:,} | {good[group]:,} | {100 * good[group] / tried[group]:.1f} |")
    missed = [slip for slip, fine in zip(chosen, answers, strict=True) if not fine]
    print(f"\nnot caught ({len(missed)}):")
    for slip in missed if options.all else missed[:: max(1, len(missed) // LISTED_MAX)]:
        print(f"  {slip.file}:{slip.line}:{slip.column} {slip.right} -> {slip.wrong}")
    for part in ("key", "value"):
        of_part = [fine for slip, fine in zip(chosen, answers, strict=True) if slip.part == part]
        print(f"{part}s: {100 * share(of_part):.1f} % of {len(of_part):,}")
    reached = share(answers)
    print(f"{len(chosen):,} slips, {100 * reached:.1f} % caught, {time.perf_counter() - began:.0f} s")
    return 0 if reached >= CAUGHT_AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
