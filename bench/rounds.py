"""How is one thing measured beside another? Interleaved rounds, medians, ratios to the limit, and how noisy it was."""

import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Candidates = Mapping[str, Callable[[], float]]
"""Name -> one round, answering a rate per second. The first is the limit: the least work that could do the job."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: what came out of all rounds."""

    name: str
    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rates)

    @property
    def spread(self) -> float:
        """(most - least) / median, in percent."""
        return 100 * (max(self.rates) - min(self.rates)) / self.median


def interleaved(candidates: Candidates, rounds: int) -> list[Measured]:
    """A B C, A B C: what the neighbours on this machine do hits everyone alike."""
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, once in candidates.items():
            rates[name].append(once())
    return [Measured(name, tuple(found)) for name, found in rates.items()]


def table(title: str, unit: str, rows: list[Measured]) -> None:
    """Prints one table; every row says how many times the limit's cost it is."""
    limit = rows[0].median
    print(f"\n### {title}\n\n| what | {unit}/s | times the limit's cost | spread % |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.median:,.0f} | {limit / row.median:,.1f} | {row.spread:.0f} |")
    sys.stdout.flush()


def machine() -> str:
    """What this run can be compared with: itself."""
    return f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, load at start {os.getloadavg()[0]:.2f}"
