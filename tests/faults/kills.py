"""Is anything lost or doubled when real daemons are killed hundreds of times, on SQLite and on PostgreSQL? `make kills`."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.crash import test_kill, test_two_daemons
from tests.crash.nursery import a_nursery
from tests.postgres import a_postgres

CALM_SECONDS_MAX = 300.0


def main(argv: list[str] | None = None) -> int:
    """Both at once; the last line says how it went, and with what to do it again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=int(os.environ.get("WAYBILL_KILLS", "200")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("WAYBILL_SEED", str(time.time_ns() % 1_000_000))))
    options = parser.parse_args(argv)
    began = time.monotonic()
    with ProcessPoolExecutor(2) as rooms:
        asked = {name: rooms.submit(run, options.kills, options.seed) for name, run in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres))}
        found = {name: one.result() for name, one in asked.items()}
    for name, broken in found.items():
        for line in broken:
            print(f"{name}: {line}", file=sys.stderr)
    told = ", ".join(f"{options.kills} kills on {name}: {len(broken)} laws broken" for name, broken in found.items())
    print(f"{told}; {time.monotonic() - began:.0f} s; again with WAYBILL_SEED={options.seed} WAYBILL_KILLS={options.kills}")
    return 1 if any(found.values()) else 0


def on_sqlite(kills: int, seed: int) -> list[str]:
    """One daemon over a file: what is broken."""
    return patiently(lambda folder, _: test_kill.storm_and_calm(folder, kills=kills, seed=seed))


def on_postgres(kills: int, seed: int) -> list[str]:
    """Two daemons over one server, killed in turn: what is broken."""

    def run(folder: Path, stack: ExitStack) -> list[str]:
        server = stack.enter_context(a_postgres())
        return test_two_daemons.storm_and_calm(server, folder, cases=0, kills=kills, seed=seed)

    return patiently(run)


def patiently(run: Callable[[Path, ExitStack], list[str]]) -> list[str]:
    """On a machine that may be busy, and with births by fork."""
    test_kill.CALM_SECONDS_MAX = test_two_daemons.CALM_SECONDS_MAX = CALM_SECONDS_MAX
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waybill-kills-")))
        stack.enter_context(a_nursery())
        return run(folder, stack)


if __name__ == "__main__":
    sys.exit(main())
