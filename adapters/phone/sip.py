"""How do we call somebody over our own SIP trunk? The call is placed and answered for at once; how it ended is told when it has.

A call takes longer than a sending may, so it goes on in a thread of its own. What came of it is handed to `told` as a push,
kept and read like any provider's, and kept here for whoever asks. Voice mail that picks up counts as a person: ask for a key
(`confirm`) where that matters.
"""

import errno
import json
import logging
import re
import socket
import tempfile
import threading
import urllib.parse
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from adapters.phone.baresip import CALL_SECONDS_MAX, Line, NotStarted, Phone
from adapters.phone.call_result import Course, result
from adapters.phone.prompt import NoPrompt, Programs, record
from adapters.phone.voice_options import VoiceOptions, voice_options
from adapters.signing import json_tree
from adapters.signing.exchange import Resolve
from adapters.signing.paths import at as node_at
from adapters.signing.paths import text_at
from engine.model.connection import Connection
from engine.model.numbers import read_number
from engine.model.receipt import BadLine, Capabilities, Parcel, Push, Pushed, Receipt, Sent, Verdict
from engine.ports.clock import Clock

LINES_MAX, PORTS_EACH = 4, 2
"""Calls at the same time, from our port on; baresip takes the port after its own too."""
EARLY_SECONDS = 8.0
"""So long `send` waits to hear it ring; a refusal that comes sooner is its answer."""
CLOSING_TICKS_MAX = 10
KEPT_MAX = 10_000
LINE_FREE_AFTER = timedelta(seconds=15)
TELL_AGAIN_SECONDS = (0.5, 2.0, 10.0)
_TRUNK = re.compile(r"sip:\{number\}@(?P<host>[A-Za-z0-9.-]+(:\d{1,5})?)(;transport=(udp|tcp|tls))?")
_LISTEN = re.compile(r"(?P<host>\d{1,3}(\.\d{1,3}){3}):(?P<port>\d{1,5})")
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,=:@%^?/|{}#-]*")
"""What may stand in an account line: nothing that ends a word there."""
_LOG = logging.getLogger("waybill.sip")


@dataclass(slots=True)
class _Call:
    """One call, under way or done."""

    parcel_key: str
    begun_at: datetime
    course: Course = field(default_factory=Course)
    settled: threading.Event = field(default_factory=threading.Event)
    """It rings, or it is over."""
    withdrawn: bool = False
    accepted: bool = False
    """`send` has answered: what comes now has to be told."""
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """All one call needs, checked."""

    address: str
    account: str
    words: str
    options: VoiceOptions


class SipPhone:
    """The gateway of `type: sip`: up to LINES_MAX calls at once, each through a baresip of its own."""

    def __init__(self, connection: Connection, clock: Clock, resolve: Resolve, *, programs: Programs | None = None) -> None:
        self.name = connection.name
        self.capabilities = Capabilities(receipts=True, look_up=True)
        self.told: Callable[[Push], object] | None = None
        """Who is told how a call ended; None: only who asks."""
        self._connection = connection
        self._clock = clock
        self._resolve = resolve
        self._programs = programs or Programs()
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, _Call] = OrderedDict()
        self._busy: set[int] = set()
        self._threads: set[threading.Thread] = set()
        self._closing = threading.Event()

    def send(self, parcel: Parcel) -> Receipt:
        """Place the call. Accepted once it rings, or after EARLY_SECONDS; a second time under the same key answers as the first."""
        now = self._clock.now()
        refused = Receipt(verdict=Verdict.REJECTED, key=parcel.key, at=now, final=True)
        if parcel.expired(now):
            return replace(refused, reason="expired")
        known = self.look_up(Sent(key=parcel.key, provider_id=parcel.key, address=parcel.address, handed_at=now))
        if known is not None and known.verdict is not Verdict.RETRY:
            return known
        number = read_number(parcel.address)
        if number is None or number.extension:
            return replace(refused, reason="bad_number", detail="not a number that can be dialled")
        if missing := self._programs.missing():
            return replace(refused, reason="account", detail=f"not installed: {', '.join(missing)}", final=False)
        try:
            order = self._order(number.normal, parcel.spoken or parcel.text)
            line = self._take_line(self._ports())
        except (LookupError, OSError, ValueError) as problem:
            return replace(refused, reason="account", detail=f"setting: {problem}"[:200], final=False)
        if line is None:
            return Receipt(
                verdict=Verdict.RETRY, reason="limited", key=parcel.key, at=now, until=now + LINE_FREE_AFTER, detail="all lines busy"
            )
        return self._begin(parcel, order, line, now)

    def look_up(self, sent: Sent) -> Receipt | None:
        """How the call stands; None for one this process never made."""
        with self._lock:
            call = self._calls.get(sent.key)
            if call is None:
                return None
            return call.receipt or Receipt(verdict=Verdict.ACCEPTED, key=sent.key, at=call.begun_at, provider_id=sent.key)

    def read(self, push: Push) -> Pushed | None:
        """What we told ourselves."""
        try:
            tree = json_tree.parse(push.body)
            verdict = Verdict(text_at(tree, "verdict") or "")
        except (json_tree.Unreadable, ValueError):
            return Pushed(bad=(BadLine(1, "not the end of a call", ""),))
        told = node_at(tree, "measures")
        measures = tuple((name, str(value)) for name, value in told.items()) if isinstance(told, dict) else ()
        key = text_at(tree, "key") or ""
        receipt = Receipt(
            verdict=verdict, reason=text_at(tree, "reason") or "", key=key, at=push.at, provider_id=key, final=True,
            code=text_at(tree, "code") or "", measures=measures,
        )  # fmt: skip
        return Pushed(receipts=(receipt,))

    def cancel(self, key: str) -> None:
        """A call that nobody has answered yet stops ringing."""
        with self._lock:
            call = self._calls.get(key)
            if call is not None:
                call.withdrawn = True

    def probe(self) -> bool:
        """Are the programs here, and the settings whole? Nobody is called."""
        try:
            self._order("10000", "")
            host, _ = self._ports()
            _is_free(host, 0)
        except (LookupError, OSError, ValueError):
            return False
        return not self._programs.missing()

    def close(self) -> None:
        """End every call; no process is left behind."""
        self._closing.set()
        for thread in list(self._threads):
            thread.join(8)

    def _order(self, number: str, words: str) -> _Order:
        """Raises ValueError and what resolving a secret raises."""
        written = self._connection.options
        trunk = _TRUNK.fullmatch(written.get("trunk", ""))
        if trunk is None:
            raise ValueError("trunk is written sip:{number}@host:port")
        user = written.get("username", "waybill")
        password = self._resolve(written["password"]) if "password" in written else ""
        if not (_PLAIN.fullmatch(user) and _PLAIN.fullmatch(password)):
            raise ValueError("username or password has a character an account line cannot hold")
        proof = f";auth_user={user};auth_pass={password}" if password else ""
        account = f"<sip:{urllib.parse.quote(user, safe='')}@{trunk['host']}>;regint=0;answermode=manual{proof}"
        address = written["trunk"].replace("{number}", urllib.parse.quote(number, safe="+"))
        return _Order(address=address, account=account, words=words, options=voice_options(self._connection))

    def _ports(self) -> tuple[str, range]:
        listen = _LISTEN.fullmatch(self._connection.options.get("listen", ""))
        if listen is None or not 1024 <= int(listen["port"]) <= 65535 - LINES_MAX * PORTS_EACH:
            raise ValueError("listen is written address:port, such as 10.0.0.5:5061")
        return listen["host"], range(int(listen["port"]), int(listen["port"]) + LINES_MAX * PORTS_EACH, PORTS_EACH)

    def _take_line(self, ports: tuple[str, range]) -> Line | None:
        """The first of our ports that nobody uses: calls under the rules before may still be on. Raises ValueError for an address not ours."""
        host, numbers = ports
        with self._lock:
            for place, port in enumerate(numbers):
                if port not in self._busy and _is_free(host, port):
                    self._busy.add(port)
                    return Line(host=host, port=port, rtp_from=20_000 + 100 * place, rtp_to=20_099 + 100 * place)
        return None

    def _begin(self, parcel: Parcel, order: _Order, line: Line, now: datetime) -> Receipt:
        call = _Call(parcel.key, now)
        thread = threading.Thread(target=self._run, args=(call, order, line), name=f"call-{line.port}", daemon=True)
        with self._lock:
            self._calls[parcel.key] = call
            self._calls.move_to_end(parcel.key)
            while len(self._calls) > KEPT_MAX:
                self._calls.popitem(last=False)
            self._threads.add(thread)
        thread.start()
        call.settled.wait(EARLY_SECONDS)
        with self._lock:
            call.accepted = call.receipt is None
            return call.receipt or Receipt(verdict=Verdict.ACCEPTED, key=parcel.key, at=now, provider_id=parcel.key)

    def _run(self, call: _Call, order: _Order, line: Line) -> None:
        """One call, in its thread, from the prompt to the end."""
        blank = Receipt(
            verdict=Verdict.UNKNOWN, reason="crashed", key=call.parcel_key, at=call.begun_at, provider_id=call.parcel_key, final=True
        )
        receipt = blank
        try:
            receipt = self._talk(call, order, line, blank)
        except NotStarted as problem:
            receipt = replace(blank, verdict=Verdict.RETRY, reason="no_connection", detail=str(problem)[:200])
        except NoPrompt as problem:
            reason = "account" if problem.setting else "text_refused"
            receipt = replace(blank, verdict=Verdict.REJECTED, reason=reason, detail=str(problem)[:200])
        except OSError as problem:
            _LOG.exception("a call failed", extra={"gateway": self.name})
            receipt = replace(blank, detail=type(problem).__name__)
        finally:
            self._finish(call, line, replace(receipt, at=self._clock.now()))

    def _talk(self, call: _Call, order: _Order, line: Line, blank: Receipt) -> Receipt:
        course, options = call.course, order.options
        with tempfile.TemporaryDirectory(prefix="waybill-call-") as made:
            folder = Path(made)
            prompt = record(order.words, options, folder, self._programs)
            with _a_phone(Phone(self._programs.baresip, folder, order.account, line, prompt, options.ring_seconds)) as phone:
                phone.dial(order.address)
                watch = _Watch(call, phone, self._clock, self._closing, options.ring_seconds)
                for heard in phone.events(watch.go_on):
                    match heard.what:
                        case "RINGING" | "PROGRESS":
                            course.rang = True
                            call.settled.set()
                        case "ESTABLISHED":
                            watch.answered()
                            call.settled.set()
                        case "DTMF":
                            course.pressed = (course.pressed + heard.param)[:20]
                            if options.confirm and heard.param == options.confirm:
                                course.confirmed = True
                                watch.stop("confirmed")
                        case "CLOSED" if not course.stopped:
                            course.closed = heard.param
                watch.over()
        (verdict, reason), code = result(course, wants_key=bool(options.confirm))
        return replace(blank, verdict=verdict, reason=reason, code=code, measures=course.measures)

    def _finish(self, call: _Call, line: Line, receipt: Receipt) -> None:
        with self._lock:
            self._busy.discard(line.port)
            self._threads.discard(threading.current_thread())
            if call.accepted and receipt.verdict is Verdict.RETRY:
                # It was taken on: who sends cannot take that back, the rule's next step follows.
                receipt = replace(receipt, verdict=Verdict.REJECTED)
            call.receipt = receipt
            tell = call.accepted
        call.settled.set()
        if tell:
            self._tell(receipt)

    def _tell(self, receipt: Receipt) -> None:
        """Hand it in. A store that is locked for a moment is asked again."""
        if self.told is None:
            return
        said = {
            "at": receipt.at.isoformat(),
            "key": receipt.key,
            "verdict": receipt.verdict.value,
            "reason": receipt.reason,
            "code": receipt.code,
        }
        body = json.dumps({**said, "measures": dict(receipt.measures)}, ensure_ascii=False).encode("utf-8")
        push = Push(body=body, headers={}, at=receipt.at)
        for wait in (*TELL_AGAIN_SECONDS, None):
            try:
                self.told(push)
                return
            except Exception:  # noqa: BLE001  # Whatever the store's trouble is, the call was made and must be told of.
                _LOG.warning("the end of a call cannot be handed in", extra={"gateway": self.name, "key": receipt.key}, exc_info=True)
                if wait is not None:
                    self._closing.wait(wait)


class _Watch:
    """Ends a call that has gone on long enough."""

    def __init__(self, call: _Call, phone: Phone, clock: Clock, closing: threading.Event, ring_seconds: int) -> None:
        self._call, self._phone, self._clock, self._closing = call, phone, clock, closing
        self._limit = float(ring_seconds)
        self._since = self._clock.monotonic()
        self._ticks = 0

    def answered(self) -> None:
        """From now on it is a conversation."""
        self._call.course.answered = True
        self._since, self._limit = self._clock.monotonic(), float(CALL_SECONDS_MAX)

    def go_on(self) -> bool:
        """Asked a few times a second; after a stop only until its CLOSED has come."""
        course = self._call.course
        if course.stopped:
            self._ticks += 1
            return self._ticks <= (CLOSING_TICKS_MAX if course.rang or course.answered else 2)
        if self._closing.is_set():
            self.stop("stopped")
        elif self._call.withdrawn and not course.answered:
            self.stop("withdrawn")
        elif self._clock.monotonic() - self._since > self._limit:
            self.stop("too_long" if course.answered else "no_answer")
        return True

    def stop(self, why: str) -> None:
        """Hang up, and remember why."""
        self._call.course.stopped = why
        self._phone.hang_up()

    def over(self) -> None:
        """How long somebody listened."""
        if self._call.course.answered:
            self._call.course.heard_seconds = self._clock.monotonic() - self._since


@contextmanager
def _a_phone(phone: Phone) -> Iterator[Phone]:
    try:
        yield phone
    finally:
        phone.end()


def _is_free(host: str, port: int) -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((host, port))
    except OSError as problem:
        if problem.errno == errno.EADDRNOTAVAIL:
            raise ValueError("listen is not an address of this machine") from None
        return False
    return True
