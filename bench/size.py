"""How many bytes does a case take? Recorded histories lived through in a SQLite file on the shipped rulebook, and what lies in it.

`python -m bench.size HISTORY [CASES [RULES]]` (300 cases and the shipped rulebook unless told). The file is compacted first, so what is counted is content and indexes.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from adapters.cli.replay import read_events
from adapters.files.rules import read_rules, shipped_rules_dir
from adapters.sql.stores import open_stores
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.service.replay import OldEvent, group, incoming_of_old
from engine.service.simulate import Simulation

CASES = 300
TABLES = ("journal", "inbox", "cases", "outbox", "private", "attempt", "handed", "name", "timer", "task", "alarm")


def live(rulebook: Rulebook, events: Sequence[OldEvent], path: Path) -> None:
    """All cases in one store, in order of receipt."""
    stores = open_stores(f"sqlite:///{path}", check=False)
    simulation = Simulation(rulebook, stores, events[0].received_at)
    for event in events:
        simulation.run_until(event.received_at, inclusive=False)
        simulation.accept([incoming_of_old(event, event.case, rulebook)])
    simulation.run_until(events[-1].received_at + timedelta(days=7))
    stores.close()


def measured(path: Path) -> dict[str, tuple[int, int]]:
    """Table -> (rows, bytes of its columns); the file itself under an empty name."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        empty = path.with_name("empty.db")
        open_stores(f"sqlite:///{empty}", check=False).close()
        connection.execute("VACUUM")
        cases = connection.execute("SELECT COUNT(*) FROM cases").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = {"": (cases, path.stat().st_size - empty.stat().st_size)}
        for table in TABLES:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            lengths = " + ".join(f'COALESCE(LENGTH(CAST("{one}" AS BLOB)), 0)' for one in columns)
            rows, size = connection.execute(f"SELECT COUNT(*), COALESCE(SUM({lengths}), 0) FROM {table}").fetchone()
            found[table] = (rows, size)
    return found


def main(argv: Sequence[str]) -> int:
    """Print what a case and an event take."""
    rulebook = compile_rulebook(read_rules(Path(argv[2]) if len(argv) > 2 else shipped_rules_dir())).rulebook
    assert rulebook is not None
    events, _ = read_events([argv[0]], rulebook)
    chosen = group(events, lambda one: one.workflow)[: int(argv[1]) if len(argv) > 1 else CASES]
    ordered = sorted((event for case in chosen for event in case.events), key=lambda one: one.received_at)
    with tempfile.TemporaryDirectory() as folder:
        live(rulebook, ordered, Path(folder) / "size.db")
        found = measured(Path(folder) / "size.db")
    cases, size = found.pop("")
    lines = found["journal"][0]
    print(f"{len(chosen)} histories, {len(ordered)} reports: {cases} cases, {lines} journal lines")
    print(f"file  {size / cases:8.0f} bytes a case  {size / len(ordered):8.0f} bytes a report  {size / lines:8.0f} bytes a journal line")
    for table, (rows, bytes_) in sorted(found.items(), key=lambda one: -one[1][1]):
        if rows:
            print(f"{table:8} {rows:7} rows  {bytes_ / cases:8.0f} bytes a case  {bytes_ / rows:6.0f} bytes a row")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
