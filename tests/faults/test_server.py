"""What if the PostgreSQL behind two daemons is restarted, killed, or has no connection left?"""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from random import Random

import pytest

from adapters.sql import open_stores
from adapters.sql.postgres import POOL_MORE, POOL_SECONDS, POOL_SIZE
from engine.ports.store import StoreUnavailable
from tests.contract.builders import NOW
from tests.crash.audit import audit, unsettled
from tests.crash.living import Hours, Living
from tests.crash.provider import provider, rules_with
from tests.crash.test_two_daemons import MOVED, Shared, Wanderer, audited, wait_for_calm
from tests.postgres import EMPTY, Postgres, a_postgres

TIMES = int(os.environ.get("WAYBILL_RESTARTS", "6"))


def fast_restart(server: Postgres) -> None:
    """As `pg_ctl restart -m fast`."""
    server.server.stop()
    server.server.start()


def kill(server: Postgres) -> None:
    """kill -9 of the postmaster; its children go when they notice."""
    pid = int((Path(server.server.pgdata) / "postmaster.pid").read_text(encoding="ascii").split()[0])
    os.kill(pid, signal.SIGKILL)
    with suppress(Exception):
        server.server.stop()
    deadline = time.monotonic() + 60
    while True:
        try:
            server.server.start()
        except Exception:  # noqa: BLE001  # Of the wheel, while the killed server's children still leave.
            assert time.monotonic() < deadline, "it does not come back"
            time.sleep(0.3)
        else:
            return


@pytest.mark.crash
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", [fast_restart, kill])
def test_a_server_that_goes_down_under_load_loses_and_doubles_nothing(tmp_path: Path, fault: Callable[[Postgres], None]) -> None:
    seed = int(os.environ.get("WAYBILL_SEED", "5"))
    chance = Random(seed)
    with a_postgres() as server, provider(seed) as sms, ExitStack() as lives:
        hours, rules, address = Hours(10.0), rules_with(sms, tmp_path / "rulebook"), server.make(EMPTY)
        homes = [Shared(tmp_path / name, rules, hours=hours, address=address) for name in ("one", "two")]
        for home in homes:
            home.folder.mkdir()
        daemons = [Living(home) for home in homes]
        for daemon in daemons:
            lives.callback(daemon.end)
        for daemon in daemons:
            daemon.wait_until_open()
        client = Wanderer(0, Random(seed), hours, ports=tuple(home.port for home in homes))
        over = threading.Event()
        feeding = threading.Thread(target=client.run, args=[over])
        feeding.start()
        try:
            for _ in range(TIMES):
                time.sleep(1 + chance.random())
                fault(server)
        finally:
            over.set()
            feeding.join()
        client.finish()
        wait_for_calm(address)
        assert [daemon.stop() for daemon in daemons] == [0, 0]

        broken = audited(address, tmp_path, [client], sms.asked)
        print(f"{fault.__name__}: {TIMES} times, seed {seed}, {len(client.acknowledged)} acknowledged")
    assert broken == []
    assert len(client.acknowledged) > 10
    assert audit(tmp_path / MOVED, client.acknowledged, tmp_path / "again") == []
    assert unsettled(tmp_path / MOVED) == []


def test_with_every_connection_in_use_a_caller_soon_hears_to_come_again(postgres: Postgres) -> None:
    with closing(open_stores(postgres.wiped())) as stores, ExitStack() as held:
        for _ in range(POOL_SIZE + POOL_MORE):
            held.enter_context(stores.database.reader.connect())
        began = time.monotonic()

        with pytest.raises(StoreUnavailable, match="every connection to the database is in use"):
            stores.store.pending(NOW, 1)

        assert time.monotonic() - began < POOL_SECONDS + 2
        held.close()
        assert stores.store.pending(NOW, 1) == []
