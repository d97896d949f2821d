"""What happens under this seed? The storm from the command line: it prints the seed, the hash of the trace, and what came of it."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from adapters.sql.stores import open_stores
from tests.postgres import a_postgres
from tests.simulation import calm, steps
from tests.simulation.laws import Laws
from tests.simulation.planted import planted
from tests.simulation.storm import Broken, Storm


@dataclass(frozen=True, slots=True)
class Run:
    """What one seed came to."""

    seed: int
    steps: int
    trace: str
    """SHA-256 of everything that happened, in order."""
    broken: Broken | None
    counts: dict[str, int]
    lines: list[str]
    facts: dict[str, int]


def storm(seed: int, length: int, url: str, *, restores: bool = False, holds: bool = False) -> Run:
    """The seed's storm over an empty store, then the calm; it ends at the first law that is broken."""
    world = Storm(seed, url, restores=restores, holds=holds)
    laws = Laws(world)
    broken = None
    try:
        _live_through(world, laws, length)
    except Broken as found:
        broken = found
    finally:
        facts = _facts(world, laws)
        world.close()
    return Run(seed, length, world.trace.hexdigest(), broken, world.counts, world.lines, facts)


def _live_through(world: Storm, laws: Laws, length: int) -> None:
    for _ in range(length):
        backups = world.inspector
        steps.next_step(world)
        if world.inspector is not backups:
            laws.forget()
        laws.ask()
    calm.calm(world)
    for nth in range(calm.CALM_BEATS):
        calm.calm_beat(world, nth)
        laws.ask()
        laws.ask_in_the_calm(closed=nth >= calm.CLOSED_AT)
    laws.ask_at_the_end()


def _facts(world: Storm, laws: Laws) -> dict[str, int]:
    return {
        "parcels": world.parcels, "events": len(world.envelopes), "decisions": sum(len(one.rows) for one in laws.known.values()),
        "requests": len(world.sms.requests), "crashes": world.faults.crashed, "places": len(world.faults.places),
        "refused": world.faults.unavailable, "frozen": world.faults.frozen, "boundaries": world.faults.passed,
        "versions": len(world.inspector.shelf.versions()),
    }  # fmt: skip


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder in memory where the machine has one: a flush costs nothing there."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="waybill-storm-", dir=shared if shared.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty_store(folder: Path) -> Path:
    """A database of this version with nothing in it, to be copied."""
    file = folder / "empty.db"
    if not file.exists():
        open_stores(f"sqlite:///{file}").close()
    return file


def on_sqlite(seed: int, length: int, folder: Path, *, restores: bool = False, holds: bool = False) -> Run:
    """On a file of its own."""
    file = folder / f"storm{seed}.db"
    for old in folder.glob(f"storm{seed}.*"):
        old.unlink()
    shutil.copy(empty_store(folder), file)
    return storm(seed, length, f"sqlite:///{file}", restores=restores, holds=holds)


def main() -> int:
    """Exit code 1 if a law was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many, from --seed on")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--restores", action="store_true", help="backups are put back, too")
    parser.add_argument("--holds", action="store_true", help="people put cases on hold, too, and have messages sent again")
    parser.add_argument("--postgres", action="store_true", help="over a real PostgreSQL")
    parser.add_argument("--plant", metavar="NAME", help="with this bug switched on (tests/simulation/planted.py)")
    parser.add_argument("--trace", action="store_true", help="print everything that happened")
    options = parser.parse_args()
    worst = 0
    with a_place() as folder:
        for seed in range(options.seed, options.seed + options.seeds):
            begun = process_time()
            worst |= _tell(_one(options, seed, folder), options, process_time() - begun)
    return worst


def _one(options: argparse.Namespace, seed: int, folder: Path) -> Run:
    with planted(options.plant):
        if options.postgres:
            with a_postgres() as server:
                return storm(seed, options.steps, server.wiped(), holds=options.holds)
        return on_sqlite(seed, options.steps, folder, restores=options.restores, holds=options.holds)


def _tell(run: Run, options: argparse.Namespace, seconds: float) -> int:
    if options.trace:
        print("\n".join(run.lines))
    print(f"seed {run.seed}  steps {run.steps}  trace {run.trace[:16]}  {seconds:.1f} s of the processor")
    print("  " + ", ".join(f"{number} {what}" for what, number in run.facts.items() if number))
    if run.broken is None:
        print("  every law was kept, and in the calm everything owed was served")
        return 0
    print(f"  BROKEN {run.broken}")
    print(
        f"  again: python -m tests.simulation.drive --seed {run.seed} --steps {run.steps}"
        + (" --restores" if options.restores else "")
        + (" --holds" if options.holds else "")
        + (f" --plant {options.plant}" if options.plant else "")
        + " --trace"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
