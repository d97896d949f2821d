"""How does an open tab hear that something changed? One stream per tab: at most one word a second, and a sign of life."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from adapters.web.console.sign_in import holder_of
from adapters.web.console.visit import Console, Trouble, Visit
from engine.ports.store import StoreUnavailable

EVERY_SECONDS = 1.0
BEAT_SECONDS = 15
STREAMS_MAX = 300
"""Tabs that listen at the same time; the server takes 500 connections in all."""
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


@dataclass(slots=True)
class Streams:
    """Every open stream of this console; the store is asked once a second, however many listen."""

    console: Console
    _ended: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: int = 0
    _asked: float = float("-inf")
    _pulse: str = ""

    def close(self) -> None:
        """Let every stream end within a second."""
        self._ended.set()

    def open(self, visit: Visit) -> Response:
        """`changed` when something was written, with the mark of it as id; `beat` every 15 seconds; ends with the session.

        A browser that comes back says the last mark it saw (`Last-Event-ID`, or `?last=`): if it is not the present one, it is told at once.
        """
        if self._open >= STREAMS_MAX:
            raise Trouble(503)
        last = visit.headers.get("last-event-id", "") or visit.query.get("last", "")
        return StreamingResponse(self._told(visit, last), headers=HEADERS)

    async def _told(self, visit: Visit, last: str) -> AsyncIterator[str]:
        self._open += 1
        try:
            yield "retry: 3000\n\n"
            ticks = 0
            while not self._ended.is_set():
                pulse = await run_in_threadpool(self._look)
                if pulse and pulse != last:
                    yield f"id: {pulse}\nevent: changed\ndata: {pulse}\n\n" if last else f"id: {pulse}\nevent: here\ndata: {pulse}\n\n"
                    last = pulse
                if ticks % BEAT_SECONDS == 0:
                    if not await run_in_threadpool(self._still_signed_in, visit):
                        yield "event: ended\ndata: ended\n\n"
                        return
                    yield "event: beat\ndata: beat\n\n"
                ticks += 1
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            self._open -= 1

    def _look(self) -> str:
        """The mark of the store as it stands; empty while it cannot be read."""
        with self._lock:
            if self.console.monotonic() - self._asked >= EVERY_SECONDS * 0.9:
                try:
                    self._pulse = self.console.stores.views.pulse()
                except StoreUnavailable:
                    self._pulse = ""
                self._asked = self.console.monotonic()
            return self._pulse

    def _still_signed_in(self, visit: Visit) -> bool:
        try:
            return holder_of(self.console.stores.staff, visit.token, self.console.now(), uses=False) is not None
        except StoreUnavailable:
            return True
