"""Does an older database keep its rulebooks and histories when it learns of versions?"""

import sqlite3
from pathlib import Path

from alembic import command

from adapters.sql.database import Database
from adapters.sql.migrate import configuration
from adapters.sql.stores import open_stores
from engine.model.version import How

OLD_EVENT = "INSERT INTO inbox (id, source, event_id, kind, name, occurred_at, received_at, data, extra, body_hash, case_id, status, attempts, error, number, version) VALUES (1, 's', 'e', 'happened', 'made', 1, 1, '{}', '{}', '', 'c:1', 'done', 0, '', 1, 'workflow-version')"
OLD_ROW = "INSERT INTO journal (case_id, revision, event_id, source, kind, name, occurred_at, received_at, decided_at, outcome, state_before, state_after, checks, notes, effects, data, extra, rulebook) VALUES ('c:1', 1, 'e', 's', 'happened', 'made', 1, 1, 1, 'moved', '', 'new', '[]', '[]', '[]', '{}', '{}', 'aaaaaa1')"


def an_old_database(path: Path, *kept: str) -> str:
    """At the first step, with these rows on the shelf."""
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        command.upgrade(configuration(connection), "0001")
    database.close()
    with sqlite3.connect(path) as connection:
        for seq, name in enumerate(kept, start=1):
            text = "{}" if "/" in name else f'{{"rules/sla.yaml": "{name}"}}'
            connection.execute("INSERT INTO rulebook (seq, fingerprint, kept_at, files) VALUES (?, ?, ?, ?)", (seq, name, seq, text))
        connection.execute(OLD_EVENT)
        connection.execute(OLD_ROW)
    connection.close()
    return f"sqlite:///{path}"


def test_kept_texts_become_versions_and_a_swap_under_way_is_taken_up(tmp_path: Path) -> None:
    url = an_old_database(
        tmp_path / "old.db",
        "aaaaaa1", "refresh/2026-11-01T00:00:00+00:00|aaaaaa1", "refreshed/2026-11-01T00:00:00+00:00|aaaaaa1",
        "bbbbbb2", "refresh/2026-11-02T00:00:00+00:00|bbbbbb2", "refreshed/2026-11-02T00:00:00+00:00|bbbbbb2",
        "refresh/2026-11-03T00:00:00+00:00|aaaaaa1",
    )  # fmt: skip

    stores = open_stores(url)

    assert [(one.number, one.fingerprint, one.how, one.parent) for one in stores.shelf.versions()] == [
        (1, "aaaaaa1", How.FOLDER, None), (2, "bbbbbb2", How.FOLDER, 1), (3, "aaaaaa1", How.ROLLBACK, 2),
    ]  # fmt: skip
    assert stores.shelf.files("bbbbbb2") == {"rules/sla.yaml": "bbbbbb2"}
    assert stores.shelf.mark("read") == "2"
    stores.close()


def test_events_name_the_rulebook_that_first_decided_them(tmp_path: Path) -> None:
    stores = open_stores(an_old_database(tmp_path / "old.db", "aaaaaa1"))

    with stores.database.read() as connection:
        version = connection.exec_driver_sql("SELECT version FROM inbox").scalar()

    assert version == "aaaaaa1"
    assert stores.shelf.mark("read") == "1"
    stores.close()


def test_a_database_without_rules_upgrades_too(tmp_path: Path) -> None:
    stores = open_stores(an_old_database(tmp_path / "old.db"))

    assert stores.shelf.current() is None
    stores.close()
