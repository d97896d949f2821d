"""What does an SMSC do to whoever speaks SMPP 3.4 with it? A short message centre of our own, that behaves by the number it is to reach."""

import asyncio
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

PORT = 2775
SUBMIT, DELIVER, ENQUIRE, UNBIND = 0x4, 0x5, 0x15, 0x6
BINDS = (0x1, 0x2, 0x9)
ANSWER = 0x80000000
RECEIPT_SECONDS = 0.2
REFUSALS = {"11": 0x14, "12": 0x0B, "13": 0x45}
"""Queue full, bad address, submit failed: always."""
THROTTLED = 0x58
ENDS = {"01": ("UNDELIV", 5), "02": ("EXPIRED", 3), "03": ("REJECTD", 8)}
DELIVERED = ("DELIVRD", 2)


@dataclass(frozen=True, slots=True)
class Submitted:
    """One submit_sm: one part of a text, to one number."""

    id: str
    number: str
    text: str
    coding: int
    asks_receipt: bool


@dataclass(slots=True)
class SmppPeer:
    """Behaves by the last two digits: 00 delivered · 01 02 03 undeliverable, expired, refused · 10 throttled once · 11 12 13 refused
    · 20 no receipt · 21 receipt twice · 22 receipt before the answer · 30 link dropped · 31 no answer at all."""

    submitted: list[Submitted] = field(default_factory=list)
    """Everything that was ever submitted, in order."""
    as_if: dict[str, str] = field(default_factory=dict)
    """Number -> digits it behaves by now, instead of its own."""
    _ids: "count[int]" = field(default_factory=lambda: count(1))
    _throttled: set[str] = field(default_factory=set)
    _links: set[asyncio.StreamWriter] = field(default_factory=set)
    _later: set[asyncio.Task[None]] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None

    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="smsc")
        self._thread.start()

    def up(self) -> None:
        """The SMSC is there."""
        self._do(self._open())

    def down(self) -> None:
        """Nobody is there any more, from one moment to the next."""
        self._do(self._close())

    def end(self) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def texts_to(self, number: str) -> list[str]:
        """What was submitted for this number, part by part."""
        return [one.text for one in self.submitted if one.number.endswith(number)]

    def _do(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", PORT)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._later:
            task.cancel()
        for link in list(self._links):
            link.transport.abort()
        while self._links:
            await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, link: asyncio.StreamWriter) -> None:
        self._links.add(link)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length, command, _, number = struct.unpack(">IIII", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if command in BINDS:
                    _write(link, command | ANSWER, number, b"smsc\0")
                elif command in (ENQUIRE, UNBIND):
                    _write(link, command | ANSWER, number)
                elif command == SUBMIT:
                    self._take(link, number, body)
        link.close()
        self._links.discard(link)

    def _take(self, link: asyncio.StreamWriter, number: int, body: bytes) -> None:
        one = _read_submit(body, f"{next(self._ids):x}")
        self.submitted.append(one)
        mood = self.as_if.get(one.number[-11:], one.number[-2:])
        if mood == "10" and one.number not in self._throttled:
            self._throttled.add(one.number)
            _write(link, SUBMIT | ANSWER, number, b"\0", status=THROTTLED)
        elif mood in REFUSALS:
            _write(link, SUBMIT | ANSWER, number, b"\0", status=REFUSALS[mood])
        elif mood == "30":
            link.transport.abort()
        elif mood != "31":
            self._accept(link, number, one, mood)

    def _accept(self, link: asyncio.StreamWriter, number: int, one: Submitted, mood: str) -> None:
        receipts = {"20": 0, "21": 2, "22": 0}.get(mood, 1) if one.asks_receipt else 0
        if mood == "22":
            self._receipt(link, one, mood)
        _write(link, SUBMIT | ANSWER, number, one.id.encode() + b"\0")
        for nth in range(receipts):
            self._after((nth + 1) * RECEIPT_SECONDS, lambda: self._receipt(link, one, mood))

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)
            do()

        task = self._loop.create_task(wait())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def _receipt(self, link: asyncio.StreamWriter, one: Submitted, mood: str) -> None:
        word, state = ENDS.get(mood, DELIVERED)
        good = int(word == "DELIVRD")
        text = f"id:{one.id} sub:001 dlvrd:00{good} submit date:2611231000 done date:2611231001 stat:{word} err:0{'00' if good else '21'} text:"
        named = one.id.encode() + b"\0"
        more = struct.pack(">HH", 0x1E, len(named)) + named + struct.pack(">HHB", 0x427, 1, state)
        head = b"\0\1\1" + one.number.encode() + b"\0\1\1" + b"10690000\0" + b"\4\0\0\0\0\0\0\0\0" + bytes([len(text)])
        _write(link, DELIVER, next(self._ids), head + text.encode() + more)


def _write(link: asyncio.StreamWriter, command: int, number: int, body: bytes = b"", *, status: int = 0) -> None:
    with suppress(ConnectionError):
        link.write(struct.pack(">IIII", 16 + len(body), command, status, number) + body)


def _read_submit(body: bytes, id: str) -> Submitted:
    _, rest = body.split(b"\0", 1)  # service type
    _, rest = rest[2:].split(b"\0", 1)  # whence
    number, rest = rest[2:].split(b"\0", 1)
    esm_class, _, _ = rest[:3]
    _, rest = rest[3:].split(b"\0", 1)  # when
    _, rest = rest.split(b"\0", 1)  # for how long
    registered, _, coding, _, length = rest[:5]
    said = rest[5 : 5 + length]
    said = said[1 + said[0] :] if esm_class & 0x40 else said
    return Submitted(id, number.decode(), said.decode("utf-16-be" if coding == 8 else "latin-1"), coding, bool(registered & 1))
