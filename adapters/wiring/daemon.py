"""Who is put together with whom in a running waybill, and what does each do at which pace?"""

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from adapters.clock import GuardedClock, fresh_nonce
from adapters.gateways import gateway_of, gateways_of, listen
from adapters.scheduler.heart import Beat, Heart
from adapters.scheduler.report_post import ReportPost
from adapters.settings import read_secret
from adapters.sql.anchors import Anchors
from adapters.sql.database import is_postgres
from adapters.sql.keep import Nightly
from adapters.sql.lead import Lead
from adapters.sql.members import Members
from adapters.sql.ownership import acquire_ownership, me
from adapters.sql.proof import BadAnchor
from adapters.sql.stores import open_stores
from adapters.web.app import create_app
from adapters.web.console.app import Desktop
from adapters.web.inbound import take_in
from adapters.web.server import Server
from adapters.wiring.doors import console_of, customer_door
from adapters.wiring.options import SECOND_PERSON, Options
from adapters.wiring.rule_folder import RuleFolder
from adapters.wms_tms.ways import Ways
from engine.ports.gateway import Gateway
from engine.ports.store import Pending, StoreUnavailable
from engine.service.clock_alarm import Steady
from engine.service.counters import routes_of
from engine.service.library import shelved_library
from engine.service.running import Running
from engine.service.simulated import SimulatedDesk

log = logging.getLogger("waybill")
LANES = 8
"""So many channels are served at the same time."""


class Daemon:
    """A running waybill: store, rules, heart and gate. `start()` returns when it serves; `stop()` when all is put away."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._ownership = acquire_ownership(options.db)
        # Whoever became the owner has looked the file through.
        self._stores = open_stores(options.db, check=False)
        try:
            self._folder = RuleFolder(options.rules, self._stores.shelf, second_person=options.publish == SECOND_PERSON)
            self._library = shelved_library(self._stores.shelf) or self._folder.first_library(self._stores, options.clock.now())
        except BaseException:
            self._stores.close()
            self._ownership.release()
            raise
        self._me = f"{me()}/{fresh_nonce()[:8]}"
        # A file has one daemon, which leads; over a server there may be several.
        self._lead = Lead(self._stores.database, self._me, options.clock.monotonic) if is_postgres(options.db) else None
        self._members = Members(self._stores.database, self._me, self._stores.share, options.clock.monotonic) if self._lead else None
        self._led = False
        self._nightly = Nightly(self._stores.database)
        self._anchors = Anchors(self._stores.database, options.anchors) if options.anchors else None
        self._reports = ReportPost(
            self._stores.report_slots,
            self._stores,
            self._stores.worklist,
            lambda one: gateway_of(one, self._stores.worklist, options.clock),
        )
        self._retired: Mapping[str, Gateway] = {}
        self._lanes = ThreadPoolExecutor(LANES, thread_name_prefix="post")
        self.stopped = threading.Event()
        self.desk = self._make_desk()
        self._stores.database.on_doubt = self._give_up
        self._doors = ThreadPoolExecutor(LANES, thread_name_prefix="way")
        self._ways = Ways(
            options.clock, read_secret, self._stores.ways_in, lambda connection, events: take_in(self.desk, connection, events),
            self._heard, self._doors,
        )  # fmt: skip
        self._heart = Heart(self._beats(), self.stopped.set)
        self.desk.wake = self._wake
        self._watch_rules(0.0)
        self.desktop = Desktop(console_of(self.desk, self._stores, options))
        app = create_app(
            self.desk,
            resolve=read_secret,
            tokens=options.tokens,
            lang=options.lang,
            simulated=options.simulated,
            beside=[self.desktop.mount, *customer_door(self.desk, options).routes],
        )
        self.server = Server(app, host=options.host, port=options.port, protected=bool(options.tokens))

    def _make_desk(self) -> Running:
        gateways, routes = self._counters()
        if self.options.simulated:
            return SimulatedDesk(self._stores, self._library, self.options.clock, gateways, routes=routes)
        clock = self.options.clock
        return Running(
            self._stores, self._library, clock, gateways, owner=self._me, on_failure=_log_failure, routes=routes, lanes=self._lanes,
            on_trouble=_log_trouble, guard=clock if isinstance(clock, GuardedClock) else Steady(), machine=me().partition("@")[2],
            room=self._stores.database.free_percent,
        )  # fmt: skip

    def _counters(self) -> tuple[dict[str, Gateway], dict[str, Sequence[str]]]:
        """Who carries what under the rules in force, and in which order."""
        rulebook = self._library.rulebook
        gateways = gateways_of(rulebook, self._stores.worklist, self.options.clock)
        listen(gateways, lambda name, push: self.desk.push(name, push))
        return gateways, routes_of(rulebook)

    def start(self) -> None:
        backlog = self.desk.directory.backlog()
        log.info("started", extra={"rulebook": self._library.rulebook.fingerprint[:12], **backlog})
        self.desk.take_over(alone=self._lead is None)
        if not self.options.simulated:
            self._heart.start()
        self.server.start()

    def stop(self) -> None:
        """Stop claiming, finish what is under way, release, close (E20)."""
        self.desk.stopping = self.desk.post.stopping = True
        self.desktop.close()
        self.server.stop()
        if not self.options.simulated:
            self._heart.stop()
        self._lanes.shutdown(wait=True, cancel_futures=True)
        self._doors.shutdown(wait=True, cancel_futures=True)
        self._ways.close()
        _close({**self._retired, **self.desk.post.gateways})
        if self._lead is not None:
            self._lead.release()
        if self._members is not None:
            self._members.leave()
        self._stores.close()
        self._ownership.release()
        log.info("stopped")

    def _beats(self) -> dict[str, Beat]:
        return {
            "decide": Beat(0.5, self._decide),
            "post": Beat(1.0, self._post),
            "tidy": Beat(15.0, self._tidy),
            "rules": Beat(3.0, self._watch_rules),
            "ways": Beat(1.0, self._look_around),
            "keep": Beat(60.0, self._keep),
            "reports": Beat(20.0, self._mail_reports),
        }

    def _leads(self) -> bool:
        """Whether what is done once in the house is this daemon's; deciding, ringing and sending are everybody's share."""
        if self._lead is None:
            return True
        mine = self._lead.mine()
        if mine and self.desk.watch.holds():
            # Another one, whose clock is right, may lead at once.
            self._lead.release()
            mine = False
        if mine != self._led:
            self._led = mine
            log.info("leads" if mine else "follows", extra={"daemon": self._me})
            if mine and not self.options.simulated:
                self._heart.soon("tidy")  # What the one before left behind need not wait.
        return mine

    def _decide(self, deadline: float) -> None:
        if self._members is not None:
            self._members.look()
        if self.desk.beat(deadline, leads=self._leads()):
            self._heart.soon("post")
        due = self.desk.next_due()
        if due is not None:
            self._heart.within("decide", self.options.clock.seconds_until(due))
            self._heart.within("post", self.options.clock.seconds_until(due))

    def _post(self, deadline: float) -> None:
        if self._members is not None:
            self._members.look()
        self.desk.carry_post(deadline)

    def _tidy(self, _: float) -> None:
        if not self._leads():
            return
        self.desk.tidy()
        # At the start, on each new day and after a swap of rules.
        for one in self.desk.almanac.news(self._library.rulebook, self.desk.now()):
            log.warning(one.zh, extra={"code": one.code, "place": str(one.span)})

    def _keep(self, deadline: float) -> None:
        """What the rules keep no longer goes at night, a little on each beat."""
        if not self._leads() or self.desk.stopping:
            return
        self._anchor()
        rules, clock = self._library.rulebook, self.options.clock
        gone = self._nightly.look(
            rules.keeping, rules.timezone, self.desk.now(), lambda: clock.monotonic() < deadline and not self.desk.stopping
        )
        if any(gone.values()):
            log.info("kept no longer", extra=gone)

    def _anchor(self) -> None:
        """Where the journal stands, once a day; before anything goes, so that the anchor still saw it."""
        if self._anchors is None:
            return
        try:
            made = self._anchors.look(self._library.rulebook.timezone, self.desk.now())
        except (OSError, BadAnchor) as trouble:
            log.error("the journal could not be anchored", extra={"folder": str(self.options.anchors), "why": str(trouble)})
            return
        if made is not None:
            log.info("anchored", extra={"file": made.file, "cases": made.cases, "hash": made.in_groups})

    def _mail_reports(self, _: float) -> None:
        """Reports that go out by themselves. It may take as long as counting does: its beat is its own."""
        if self._leads() and not self.desk.stopping:
            version = self._library.version
            number = version.number if version else None
            self._reports.look(self._library.rulebook, number, self.desk.now, lambda: not self.desk.stopping)

    def _look_around(self, _: float) -> None:
        """Polls and drop folders of the rules in force."""
        if not self._leads():
            return
        self._ways.serve(self._library.rulebook.connections, self._library.rulebook.timezone)
        self._ways.look()

    def _heard(self, connection: str) -> None:
        """An answered question is a sign of life, also where nothing is new."""
        self._stores.feeds.heard(connection, self.options.clock.now())

    def _give_up(self, why: str) -> None:
        """The disk cannot be trusted: nothing more is taken in, and a supervisor decides what now (E22)."""
        log.critical("storage in doubt, the daemon stops", extra={"why": why})
        self.desk.stopping = self.desk.post.stopping = True
        self.stopped.set()

    def _wake(self) -> None:
        self._heart.soon("decide")

    def _watch_rules(self, _: float) -> None:
        """What was published by a person, and what the folder says now."""
        before = self._library.rulebook.fingerprint
        self.desk.follow_rules()
        if self._leads():
            self._folder.look(self.desk)
        if self._library.rulebook.fingerprint != before:
            # The ones before may be in the middle of a sending: they are closed at the next swap.
            _close(self._retired)
            self._retired = self.desk.post.gateways
            self.desk.post.serve(*self._counters())
            version = self._library.version
            log.info("rules swapped", extra={"version": version.number if version else 0, "how": version.how.value if version else "",
                                             "rulebook": self._library.rulebook.fingerprint[:12]})  # fmt: skip


def _close(gateways: Mapping[str, Gateway]) -> None:
    """Give back what a gateway holds open."""
    for gateway in gateways.values():
        close = getattr(gateway, "close", None)
        if close is not None:
            close()


def _log_trouble(channel: str, trouble: Exception) -> None:
    if isinstance(trouble, StoreUnavailable):
        log.warning("the store cannot be reached", extra={"channel": channel, "why": str(trouble)})
        return
    log.error("the post of a channel failed", extra={"channel": channel}, exc_info=trouble)


def _log_failure(pending: Pending, failure: Exception) -> None:
    log.error("decision failed", extra={"case": pending.case_id, "event": pending.event.name}, exc_info=failure)
