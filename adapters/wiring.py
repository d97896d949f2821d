"""Who is put together with whom? The composition root: the only file that knows everyone."""

import logging
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adapters.clock import SystemClock
from adapters.files.rules import fingerprint_of_files, read_rules, shipped_rules_dir
from adapters.gateways import gateways_of
from adapters.logs import set_up_logs
from adapters.memory import open_memory
from adapters.scheduler.heart import Beat, Heart
from adapters.settings import read_secret
from adapters.sql.ownership import acquire_ownership
from adapters.sql.stores import open_stores
from adapters.web.app import create_app
from adapters.web.server import Server
from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook
from engine.ports.gateway import Gateway
from engine.ports.store import Pending
from engine.service.library import Library
from engine.service.running import Running
from engine.service.simulate import Stores
from engine.service.simulated import SimulatedDesk

log = logging.getLogger("waybill")

MEMORY = "memory:"
"""A database that is none: for tests and drills."""


class RulesRefused(Exception):
    """The rule files have errors; nothing was started."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], files: Mapping[str, str]) -> None:
        super().__init__(f"{len(diagnostics)} problems")
        self.diagnostics = diagnostics
        self.files = files


@dataclass(slots=True, kw_only=True)
class Options:
    """What the command line and the environment decide about a daemon."""

    db: str = "sqlite:///var/waybill.db"
    rules: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    tokens: Mapping[str, str] = field(default_factory=dict)
    lang: str = "zh"
    simulated: bool = False
    """Time is what the feed says (`received_at`); for drills and proofs."""
    clock: SystemClock = field(default_factory=SystemClock)


@dataclass(slots=True)
class Opened:
    """A desk over an open store."""

    desk: Running
    stores: Stores
    rulebook: Rulebook


def load_rules(folder: str | None) -> tuple[Rulebook, dict[str, str], Path]:
    """The rulebook of a folder, the shipped one for None. Raises RulesRefused, and what reading files raises."""
    path = Path(folder) if folder else shipped_rules_dir()
    files = read_rules(path)
    compiled = compile_rulebook(files)
    if compiled.rulebook is None:
        raise RulesRefused(compiled.diagnostics, files)
    return compiled.rulebook, files, path


@contextmanager
def open_desk(db: str, rules: str | None = None, lang: str = "zh") -> Iterator[Opened]:
    """A desk for one command, beside a running daemon or without one: it takes events in, and decides nothing."""
    rulebook, _, _ = load_rules(rules)
    stores = open_memory() if db == MEMORY else open_stores(db, check=False)
    try:
        library = Library(rulebook)
        yield Opened(Running(stores, library, SystemClock(), {}), stores, rulebook)
    finally:
        stores.close()


class Daemon:
    """A running waybill: store, rules, heart and gate. `start()` returns when it serves; `stop()` when all is put away."""

    def __init__(self, options: Options) -> None:
        self.options = options
        rulebook, files, self._folder = load_rules(options.rules)
        self._ownership = acquire_ownership(options.db)
        self._stores = open_stores(options.db)
        self._library = Library(rulebook, self._stores.shelf)
        self._library.keep(files, options.clock.now())
        self._seen_files = fingerprint_of_files(self._folder)
        self._retired: Mapping[str, Gateway] = {}
        self.stopped = threading.Event()
        self.desk = self._make_desk()
        self._heart = Heart(self._beats(), self.stopped.set)
        self.desk.wake = self._wake
        app = create_app(
            self.desk,
            resolve=read_secret,
            tokens=options.tokens,
            lang=options.lang,
            simulated=options.simulated,
        )
        self.server = Server(app, host=options.host, port=options.port, protected=bool(options.tokens))

    def _make_desk(self) -> Running:
        gateways = gateways_of(self._library.rulebook, self._stores.worklist, self.options.clock)
        if self.options.simulated:
            return SimulatedDesk(self._stores, self._library, self.options.clock, gateways)
        return Running(self._stores, self._library, self.options.clock, gateways, on_failure=_log_failure)

    def start(self) -> None:
        backlog = self.desk.directory.backlog()
        log.info("started", extra={"rulebook": self._library.rulebook.fingerprint[:12], **backlog})
        self.desk.take_over()
        if not self.options.simulated:
            self._heart.start()
        self.server.start()

    def stop(self) -> None:
        """Stop claiming, finish what is under way, release, close (E20)."""
        self.desk.stopping = True
        self.server.stop()
        if not self.options.simulated:
            self._heart.stop()
        _close({**self._retired, **self.desk.post.gateways})
        self._stores.close()
        self._ownership.release()
        log.info("stopped")

    def _beats(self) -> dict[str, Beat]:
        return {
            "decide": Beat(0.5, self._decide),
            "post": Beat(1.0, self._post),
            "tidy": Beat(15.0, self._tidy),
            "rules": Beat(3.0, self._watch_rules),
        }

    def _decide(self, deadline: float) -> None:
        if self.desk.beat(deadline):
            self._heart.soon("post")
        due = self.desk.next_due()
        if due is not None:
            self._heart.within("decide", self.options.clock.seconds_until(due))
            self._heart.within("post", self.options.clock.seconds_until(due))

    def _post(self, deadline: float) -> None:
        self.desk.carry_post(deadline)

    def _tidy(self, _: float) -> None:
        self.desk.tidy()
        # At the start, on each new day and after a swap of rules.
        for one in self.desk.almanac.news(self._library.rulebook, self.desk.now()):
            log.warning(one.zh, extra={"code": one.code, "place": str(one.span)})

    def _wake(self) -> None:
        self._heart.soon("decide")

    def _watch_rules(self, _: float) -> None:
        """Files changed: compile all, swap only if clean, keep the last good set and say so."""
        seen = fingerprint_of_files(self._folder)
        if seen == self._seen_files:
            return
        self._seen_files = seen
        offer = self.desk.offer_rules(read_rules(self._folder))
        if not offer.taken:
            log.error("rules refused, the last good ones stay", extra={"problems": len(offer.diagnostics),
                                                                       "first": _first(offer.diagnostics)})  # fmt: skip
        elif offer.changed:
            # The ones before may be in the middle of a sending: they are closed at the next swap.
            _close(self._retired)
            self._retired = self.desk.post.gateways
            self.desk.post.gateways = gateways_of(self._library.rulebook, self._stores.worklist, self.options.clock)
            log.info("rules swapped", extra={"rulebook": self._library.rulebook.fingerprint[:12]})


def run_daemon(options: Options) -> int:
    """`waybill run`: until SIGTERM or SIGINT; exit code 0 after a clean stop, 1 when the heart died."""
    set_up_logs()
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


def _close(gateways: Mapping[str, Gateway]) -> None:
    """Give back what a gateway holds open."""
    for gateway in gateways.values():
        close = getattr(gateway, "close", None)
        if close is not None:
            close()


def _log_failure(pending: Pending, failure: Exception) -> None:
    log.error("decision failed", extra={"case": pending.case_id, "event": pending.event.name}, exc_info=failure)


def _first(diagnostics: object) -> str:
    for one in diagnostics if isinstance(diagnostics, list | tuple) else ():
        return f"{one.span} {one.code} {one.zh}"
    return ""
