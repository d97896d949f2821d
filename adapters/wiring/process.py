"""How does the service live as a process? Until it is asked to stop."""

import ctypes
import logging
import signal
import threading
from contextlib import suppress

from starlette.applications import Starlette

from adapters.logs import set_up_logs
from adapters.web.console.app import Desktop
from adapters.web.server import Server
from adapters.wiring.daemon import Daemon
from adapters.wiring.doors import console_of, customer_door
from adapters.wiring.opening import open_desk
from adapters.wiring.options import Options

log = logging.getLogger("waybill")
HEAPS_MAX, MALLOPT_HEAPS = 2, -8
"""So many heaps of the C library, and its own number for saying so (M_ARENA_MAX)."""
RULES_SECONDS = 3.0
"""So often the console alone looks whether other rules are in force."""


def run_web(options: Options) -> int:
    """`waybill web`: the console alone, beside the daemons that decide; until SIGTERM or SIGINT."""
    set_up_logs()
    asked = threading.Event()
    with open_desk(options.db, options.rules, options.lang) as opened:
        desktop = Desktop(console_of(opened.desk, opened.stores, options, decides=False))
        # Every page asks who it is: unlike the gate without tokens, it may be reached by others.
        server = Server(
            Starlette(routes=[desktop.mount, *customer_door(opened.desk, options).routes]),
            host=options.host,
            port=options.port,
            protected=True,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        server.start()
        log.info("open", extra={"address": f"{server.address}/desk/"})
        while not asked.wait(RULES_SECONDS):
            opened.desk.library.follow()
        desktop.close()
        server.stop()
    return 0


def run_daemon(options: Options) -> int:
    """`waybill run`: until SIGTERM or SIGINT; exit code 0 after a clean stop, 1 when the heart died."""
    set_up_logs()
    _share_heaps()
    daemon = Daemon(options)
    asked = threading.Event()

    def stop(number: int, frame: object) -> None:
        if asked.is_set():
            raise SystemExit(1)
        asked.set()
        daemon.stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    daemon.start()
    log.info("open", extra={"address": daemon.server.address})
    while not daemon.stopped.wait(0.5):
        pass
    daemon.stop()
    return 0 if asked.is_set() else 1


def _share_heaps() -> None:
    """glibc gives each thread a heap of its own, and what one thread gave back no other may take: twenty of them hold much air."""
    with suppress(AttributeError, OSError):  # Another C library has one heap, and no such word.
        ctypes.CDLL(None).mallopt(MALLOPT_HEAPS, HEAPS_MAX)
