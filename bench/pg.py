"""How fast is it over PostgreSQL, alone and with several daemons? Beside plain psycopg and COPY, in the same run.

usage: python bench/pg.py [--seconds 2] [--rounds 3] [--only events|daemons|bells|takeover]
Takes about three minutes. The server comes out of a wheel, flushes to the disk, and shares the cores with those who ask it.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import ours
import pg_daemons
import yardstick
from pg_server import Server, a_server
from ring import ring_rulebook
from rounds import interleaved, machine, table

PARTS = ("events", "daemons", "bells", "takeover")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="of one round of one row")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    began = time.perf_counter()
    print(machine())
    with a_server() as server:
        if server is None:
            print("no PostgreSQL here: its wheel is not installed; nothing measured")
            return
        for part in [options.only] if options.only else PARTS:
            globals()[part](server, options)
    print(f"\n{time.perf_counter() - began:.0f} s in all")


def limits(server: Server, seconds: float) -> dict[str, Callable[[], float]]:
    """The shared yardsticks; nothing stands in for them."""
    os.environ["PG_URL"] = server.plain
    with redirect_stdout(StringIO()):
        # This file runs when imported; asked for one short row, it is quickly done.
        theirs = yardstick.shared("b_events", "0.05", "1", "psycopg3 raw, group 1000")
    if theirs is None:
        return {}
    theirs.PG_URL, theirs.DIR = server.plain, tempfile.mkdtemp()
    rows = {
        "plain psycopg, one by one": theirs.pg_raw(1),
        "plain psycopg, groups of 100": theirs.pg_raw(100),
        "COPY, groups of 100": theirs.pg_sets(100, True),
        "COPY, groups of 1000": theirs.pg_sets(1000, True),
    }
    return {name: (lambda go=go: go(seconds)) for name, go in rows.items()}


def events(server: Server, options: argparse.Namespace) -> None:
    """(a) one daemon beside the yardsticks."""
    rows = limits(server, options.seconds)
    for name, group in (("one by one", 1), ("groups of 100", 100), ("groups of 1000", 1000)):
        bench = ours.Bench(ring_rulebook(), address=server.new())
        feed = ours.ring_feed(bench, 1000)
        rows[f"waybill, ring, {name}"] = lambda bench=bench, feed=feed, group=group: bench.events(feed, group, options.seconds)
    table("Durable events (PostgreSQL, synchronous_commit=on)", "events", interleaved(rows, options.rounds))


def daemons(server: Server, options: argparse.Namespace) -> None:
    """(b) several processes over one database, and what they left behind."""
    for group in (1, 100):
        audits: list[str] = []
        rows = {
            f"{number} daemon{'s' if number > 1 else ''}": lambda number=number, group=group, audits=audits: pg_daemons.together(
                server.new(), number, group, options.seconds * 2, audits
            )
            for number in (1, 2, 4)
        }
        table(f"Several daemons, {'one by one' if group == 1 else f'groups of {group}'}", "events", interleaved(rows, options.rounds))
        print("\n" + "\n".join(audits))


def bells(server: Server, options: argparse.Namespace) -> None:
    """(c) how late a bell is, two daemons, from its instant to its commit."""
    print("\n### Bells, two daemons: from the instant to the commit\n")
    print("| asked | reached | p50 | p99 | most |\n|---|---|---|---|---|")
    for rate, seconds in ((50, 8), (200, 8), (2000, 1)):
        folder = Path(tempfile.mkdtemp())
        print(pg_daemons.lateness(server.new(), folder, rate, seconds))
        shutil.rmtree(folder, ignore_errors=True)


def takeover(server: Server, options: argparse.Namespace) -> None:
    """(d) kill -9 of the one that leads: how long bells stand still."""
    print("\n### kill -9 of the daemon that leads: the longest silence of the bells (20 due each second)\n")
    for _ in range(max(1, options.rounds - 1)):
        folder = Path(tempfile.mkdtemp())
        print(pg_daemons.killed(server.new(), folder))
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
