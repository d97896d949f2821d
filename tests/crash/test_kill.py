"""Is anything lost or doubled after kill -9?"""

import os
import threading
import time
from pathlib import Path
from random import Random

import pytest

from engine.service.handover import key_of
from tests.crash.audit import audit, counts, effect_ids, sending, sent_twice, unsettled
from tests.crash.client import Client
from tests.crash.living import Home, Hours, Living, ask, complaints
from tests.crash.provider import provider, rules_with

KILLS = int(os.environ.get("WAYBILL_KILLS", "50"))
SPEED = 30.0
"""Half a minute at the desk in a second: bells ring while daemons die."""
CALM_SECONDS_MAX = 60.0


def test_nothing_is_lost_or_doubled_when_the_daemon_is_killed_five_times(tmp_path: Path) -> None:
    broken = storm_and_calm(tmp_path, kills=5, seed=int(os.environ.get("WAYBILL_SEED", "1")))

    assert broken == []


@pytest.mark.crash
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_when_the_daemon_is_killed_again_and_again(tmp_path: Path) -> None:
    broken = storm_and_calm(tmp_path, kills=KILLS, seed=int(os.environ.get("WAYBILL_SEED", str(time.time_ns() % 1_000_000))))

    assert broken == []


def storm_and_calm(folder: Path, *, kills: int, seed: int) -> list[str]:
    """Kill at chance moments under load, audit after each, let the rest be served, audit the whole. Answers what is broken."""
    print(f"again with: WAYBILL_SEED={seed} WAYBILL_KILLS={kills}")
    chance = Random(seed)
    began = time.monotonic()
    with provider(seed) as sms:
        hours = Hours(SPEED)
        home = Home(folder, rules_with(sms, folder / "rulebook"), hours=hours)
        client = Client(home.port, Random(seed), hours)
        for life in range(kills):
            one_life(home, client, chance)
            if broken := audit(home.file, client.acknowledged, folder / "audit"):
                return [f"after kill {life + 1} of seed {seed}: {one}" for one in broken]
        let_calm_return(home, client)
        numbers = counts(home.file)
        print(f"{kills} kills in {time.monotonic() - began:.0f} s, {len(client.acknowledged)} acknowledged, {dict(client.said)}, {numbers}")
        assert numbers["bells"] > 0
        assert client.said["duplicate"] > 0
        return [
            *(f"refused: {one}" for one in client.refused),
            *audit(home.file, client.acknowledged, folder / "audit"),
            *unsettled(home.file),
            *sent_twice(home.file, sms.asked, {key_of(one): one for one in effect_ids(home.file)}),
            *(f"complaint: {one}" for one in complaints(home)),
        ]


def one_life(home: Home, client: Client, chance: Random) -> None:
    """Start, load, kill: some die while they still start, most under load."""
    daemon, over = Living(home), threading.Event()
    load = threading.Thread(target=client.run, args=[over])
    try:
        if home.file.exists() and chance.random() < 0.1:
            time.sleep(chance.random() * 2)
        else:
            daemon.wait_until_open()
            load.start()
            time.sleep(0.05 + chance.random() * 1.2)
    finally:
        daemon.kill()
        over.set()
        if load.ident is not None:
            load.join()


def let_calm_return(home: Home, client: Client) -> None:
    """One more daemon, which nobody kills: everything owed is served, and it goes when asked."""
    daemon = Living(home)
    try:
        daemon.wait_until_open()
        client.finish()
        deadline = time.monotonic() + CALM_SECONDS_MAX
        while time.monotonic() < deadline:
            # What is on its way leaves a paper behind: first that, then what is pending.
            on_its_way = sending(home.file)
            numbers = ask(home.port, "GET", "/healthz")[1]["numbers"]
            if not on_its_way and not numbers["inbox_pending"] and not numbers["outbox_ready"]:
                break
            time.sleep(0.2)
        assert daemon.stop() == 0
    finally:
        daemon.end()
