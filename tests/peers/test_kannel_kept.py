"""What becomes of queued texts when a real Kannel that keeps them on disk ends, or is killed?"""

import signal
import time
from pathlib import Path

import pytest

from tests.peers.alone import needs
from tests.peers.kannel_desk import a_desk, shown, until

pytestmark = [*needs("bearerbox", "smsbox", "ip"), pytest.mark.timeout(90)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_queued_is_delivered_after_a_restart_where_kannel_keeps_it(tmp_path: Path, number: signal.Signals) -> None:
    with a_desk(tmp_path, on_disk=True) as desk:
        desk.peer.down()
        desk.kannel.wait_until_bound(bound=False)
        desk.order("K1", "13800000900")
        until(lambda: (row := desk.text("K1")) and row.attempts[0]["verdict"])
        time.sleep(1)
        desk.kannel.stop(number)
        desk.peer.up()
        desk.kannel.start()

        until(lambda: (row := desk.text("K1")) and row.status == "done", told=lambda: shown(desk.rows("K1")) + desk.kannel.last_words())

        assert len(desk.peer.texts_to("13800000900")) == 1
