"""Is there a broken file that the checker cannot answer? Good files with one to three random edits, each judged.

usage: python -m tests.proving.mutants [--count 100000] [--seed 7] [--from 0] [--jobs 2] [--seconds-max 2]
Seconds are those of the processor.
Exit code 1 when any mutant raises, takes too long, points outside its file or cannot be shown. Each is made again by its number:
--from NUMBER --count 1. The digest is one hash over all answers: equal before and after a change, the change altered none of them.
"""

import argparse
import hashlib
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from random import Random
from types import FrameType

from engine.language.compile import Compiled, compile_rulebook
from engine.language.show import render
from engine.model.diagnostic import Diagnostic
from engine.model.span import Span
from tests.proving.basis import ROOT, around, folder, of_the_page, yaml_of

INSERTED = (
    ":", "：", ": ", "\t", "'", '"', "“", "”", "[", "]", "{", "}", "&a ", "*a ", "!x ", "!", "#", " #", "|", ">", "\u3000", "\xa0", "\u200b",
    "\u202e", "，", ",", "、", "~", "yes", "on", "null", "15:00", "15：00", "0755", "30分钟", "三件", "\0", "\ufeff", "\x85", "\u2028", "\ud800", "%", "@",
    "?", "? ", "- ", "-", "`", "\\", "\r", "\n", "\n\n", "<<: *a", "---\n", "\n---\n", "...\n", "[[", "]]", "{no}", "{", "}}", "[" * 40, "9" * 400,
)  # fmt: skip
CHUNK = 250
HANG_SECONDS = 30
FACTS_MAX = 20
"""So many bad mutants are told in full, each as it is found."""


@cache
def rulebooks() -> tuple[Mapping[str, str], ...]:
    """The good rulebooks."""
    return folder(ROOT), of_the_page(), folder(ROOT / "tests" / "diagnostics" / "small")


def mutant(seed: int, number: int) -> tuple[str, dict[str, str]]:
    """(the file that was broken, all files)."""
    chance = Random(f"{seed}/{number}")
    files = chance.choice(rulebooks())
    name = chance.choice(yaml_of(files))
    text = files[name]
    for _ in range(chance.randint(1, 3)):
        text = _edited(text, chance)
    return name, {**around(files, name), name: text}


def _edited(text: str, chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    draw = chance.random()
    if draw < 0.40:
        return text[:at] + text[at + chance.randint(1, 6) :]
    if draw < 0.85:
        return text[:at] + chance.choice(INSERTED) + text[at:]
    if draw < 0.95:
        lines = text.split("\n")
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return "\n".join(lines)
    return text[:at]


@dataclass(slots=True)
class Judged:
    """What a run of mutants came to."""

    count: int = 0
    broken: int = 0
    """Mutants with an error; the others are still good rulebooks."""
    slowest: tuple[float, int] = (0.0, -1)
    """Seconds, and whose they were."""
    resident_mb: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    def add(self, other: "Judged") -> None:
        """Another part of the same run."""
        self.count += other.count
        self.broken += other.broken
        self.slowest = max(self.slowest, other.slowest)
        self.resident_mb = max(self.resident_mb, other.resident_mb)
        self.codes += other.codes
        self.bad += other.bad
        self.digests += other.digests

    @property
    def digest(self) -> str:
        """One hash over all answers, in order of the mutants."""
        return hashlib.sha256("".join(self.digests).encode()).hexdigest()[:16]


def judge(seed: int, numbers: range, seconds_max: float = 2.0) -> Judged:
    """Make these mutants, compile and show each, and note whatever is wrong with the answers."""
    judged, digest = Judged(), hashlib.sha256()
    signal.signal(signal.SIGPROF, _hangs)
    for number in numbers:
        name, files = mutant(seed, number)
        began = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
            compiled = compile_rulebook(files)
            wrong = list(_wrong(compiled, files))
            signal.setitimer(signal.ITIMER_PROF, 0)
        except Exception:  # noqa: BLE001 - whatever escapes is what is looked for.
            judged.bad.append(f"mutant {number} of seed {seed} in {name}:\n{traceback.format_exc()}")
            continue
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seconds = time.process_time() - began
        if seconds > seconds_max:
            wrong.append(f"took {seconds:.1f} s")
        judged.bad += [f"mutant {number} of seed {seed} in {name}: {what}" for what in wrong]
        judged.slowest = max(judged.slowest, (seconds, number))
        judged.broken += compiled.rulebook is None
        judged.codes.update({found.code for found in compiled.diagnostics})
        digest.update(repr((compiled.diagnostics, compiled.rulebook and compiled.rulebook.fingerprint)).encode("utf-8", "replace"))
    judged.count = len(numbers)
    judged.resident_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    judged.digests = [digest.hexdigest()]
    return judged


def _hangs(signum: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer within {HANG_SECONDS} s")


def _wrong(compiled: Compiled, files: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with an answer: a place outside the file, a text in one language only, nothing shown."""
    for found in compiled.diagnostics:
        for span in (found.span, *found.related):
            if not _inside(span, files):
                yield f"{found.code} points outside: {span}"
        if _one_language(found):
            yield f"{found.code} is told in one language only: {found.zh!r}, {found.en!r}"
    for lang in ("zh", "en"):
        if compiled.diagnostics and not render(compiled.diagnostics, files, lang):
            yield f"nothing is shown in {lang}"


def _inside(span: Span, files: Mapping[str, str]) -> bool:
    text = files[span.file].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    return 1 <= span.line <= len(lines) and 1 <= span.column <= len(lines[span.line - 1]) + 1 and span.width >= 1


def _one_language(found: Diagnostic) -> bool:
    pairs = ((found.zh, found.en), (found.note_zh, found.note_en), (found.help_zh, found.help_en))
    return not found.zh or any(bool(chinese) != bool(english) for chinese, english in pairs)


def run(seed: int, first: int, count: int, jobs: int, seconds_max: float, told: Callable[[Judged], None]) -> Judged:
    """Judge so many mutants in so many processes; a process that dies ends the run loudly."""
    chunks = [range(start, min(start + CHUNK, first + count)) for start in range(first, first + count, CHUNK)]
    whole = Judged()
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(partial(judge, seed, seconds_max=seconds_max), chunks):
            whole.add(part)
            told(whole)
    return whole


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--from", type=int, default=0, dest="first", help="the number of the first mutant")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds-max", type=float, default=2.0, help="longer than this for one mutant is a fault")
    options = parser.parse_args()
    began = time.perf_counter()
    print(f"seed {options.seed}, mutants {options.first} to {options.first + options.count - 1}", flush=True)

    shown = 0

    def told(so_far: Judged) -> None:
        nonlocal shown
        for fault in so_far.bad[shown:FACTS_MAX]:
            print(f"\n{fault}\n", flush=True)
        shown = len(so_far.bad)
        if so_far.count % (40 * CHUNK) == 0:
            print(f"  {so_far.count:,} judged, {len(so_far.bad)} faults, {time.perf_counter() - began:.0f} s", flush=True)

    judged = run(options.seed, options.first, options.count, options.jobs, options.seconds_max, told)
    print(f"\n{judged.count:,} mutants, {judged.broken:,} refused, {len(judged.bad)} faults in {time.perf_counter() - began:.0f} s")
    print(
        f"slowest {judged.slowest[0]:.2f} s (mutant {judged.slowest[1]}); largest process {judged.resident_mb} MB; digest {judged.digest}"
    )
    print("answers: " + ", ".join(f"{code} {count:,}" for code, count in judged.codes.most_common()))
    return 1 if judged.bad else 0


if __name__ == "__main__":
    sys.exit(main())
