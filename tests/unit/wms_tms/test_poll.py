"""Is a neighbour asked for what is new, page by page, and nothing lost? Against a real server on loopback."""

import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.signing.caller import Caller
from adapters.wms_tms.decode import ReadEvent
from adapters.wms_tms.loading import Deliver
from adapters.wms_tms.poll import PollWay
from engine.model.connection import Connection
from tests.unit.wms_tms.ways import INBOUND, NOW, Desk, a_desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLL = """\
kind: connection
connection: wms
label: 仓库
type: poll
poll:
  base_url: env:WMS
  every: 5 min
  request: {method: GET, path: /orders, form: {since: '{since}', page: '{page}', next: '{next}'}}
  since: {overlap: 10 min, first: 24 h, format: '%Y-%m-%d %H:%M', timezone: Asia/Shanghai}
  pages: {size: 2}
  at_most: 60 per 1 min
""" + INBOUND.replace("body: csv", "body: json\n  each: {at: data}")


@dataclass
class Wms:
    """A warehouse with its orders: waybill -> when it changed. Answers two per page."""

    orders: list[tuple[str, datetime]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    broken: Callable[[int], tuple[int, bytes, dict[str, str]] | None] = lambda number: None
    port: int = 0

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        parts = urllib.parse.urlsplit(path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query, keep_blank_values=True).items()}
        self.asked.append({"path": parts.path, **query})
        broken = self.broken(len(self.asked))
        if broken is not None:
            return broken
        if parts.path.startswith("/doc/"):
            return 200, json.dumps({"data": [self._order(parts.path.removeprefix("/doc/"))]}).encode(), {}
        since = datetime.strptime(query["since"], "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
        new = [name for name, changed in self.orders if changed >= since]
        first = (int(query["page"]) - 1) * 2
        page = new[first : first + 2]
        body = {"data": [self._order(name) for name in page], "next": f"p{query['page']}" if len(new) > first + 2 else ""}
        return 200, json.dumps(body).encode(), {}

    def _order(self, name: str) -> dict[str, str]:
        changed = dict(self.orders)[name].astimezone(SHANGHAI)
        return {"bill": name, "code": "GOT", "time": f"{changed:%Y-%m-%d %H:%M}", "city": "深圳"}


@contextmanager
def a_wms(*names: str) -> Iterator[Wms]:
    wms = Wms([(name, NOW - timedelta(hours=1)) for name in names])

    class Peer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, headers = wms.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    wms.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield wms
    finally:
        server.shutdown()
        server.server_close()
        thread.join(2)


CALLER = Caller()
"""Making one takes longer than a request."""


def a_way(desk: Desk, wms: Wms, deliver: Deliver | None = None) -> PollWay:
    settings = {"env:WMS": f"http://127.0.0.1:{wms.port}"}
    return PollWay(
        desk.connection, desk.clock, settings.__getitem__, desk.stores.ways_in, deliver or desk.deliver, desk.heard.append, CALLER
    )


def go(desk: Desk, way: PollWay, looks: int, seconds: float = 1) -> None:
    for _ in range(looks):
        way.look(desk.clock.now(), timezone="Asia/Shanghai")
        desk.pass_time(seconds)


def test_every_page_is_asked_for_and_the_cursor_moves_at_the_end() -> None:
    with a_wms("A1", "A2", "A3") as wms:
        desk = a_desk(POLL)
        way = a_way(desk, wms)

        go(desk, way, 1)
        assert desk.stores.ways_in.cursor("wms") is None
        go(desk, way, 3)

    assert desk.states() == {"A1": "moving", "A2": "moving", "A3": "moving"}
    assert [(one["page"], one["since"]) for one in wms.asked] == [("1", "2026-11-22 09:00"), ("2", "2026-11-22 09:00")]
    assert desk.stores.ways_in.cursor("wms") == NOW - timedelta(minutes=10)
    assert desk.heard == ["wms", "wms"]


def test_what_the_overlap_brings_again_counts_once() -> None:
    with a_wms("A1") as wms:
        desk = a_desk(POLL.replace("overlap: 10 min", "overlap: 3 h"))
        way = a_way(desk, wms)

        go(desk, way, 3, seconds=301)

    assert len(wms.asked) == 3
    assert len(desk.offered) == 3
    assert desk.kept() == 1


def test_requests_keep_their_distance() -> None:
    with a_wms("A1", "A2", "A3", "A4", "A5") as wms:
        desk = a_desk(POLL.replace("60 per 1 min", "6 per 1 min"))
        way = a_way(desk, wms)

        go(desk, way, 10)
        assert len(wms.asked) == 1
        go(desk, way, 12)

    assert len(wms.asked) == 3


def test_a_failing_neighbour_is_asked_less_and_less_and_nothing_is_lost() -> None:
    with a_wms("A1", "A2", "A3") as wms:
        desk = a_desk(POLL)
        way = a_way(desk, wms)
        wms.broken = lambda number: (500, b"", {}) if number in (2, 3) else None

        go(desk, way, 299)
        assert len(wms.asked) == 2
        go(desk, way, 10)
        assert len(wms.asked) == 3
        go(desk, way, 601)

    assert desk.states() == {"A1": "moving", "A2": "moving", "A3": "moving"}
    assert [one["page"] for one in wms.asked[:4]] == ["1", "2", "2", "2"]


def test_retry_after_is_obeyed() -> None:
    with a_wms("A1") as wms:
        desk = a_desk(POLL)
        way = a_way(desk, wms)
        wms.broken = lambda number: (429, b"", {"Retry-After": "1200"}) if number == 1 else None

        go(desk, way, 1199)
        assert len(wms.asked) == 1
        go(desk, way, 2)

    assert len(wms.asked) == 2


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff\xfe", b'{"data": "none"}', b'{"x": 1}', b"[" * 100_000, b'{"data": [' + b"1," * 600_000 + b"1]}"]
)
def test_an_answer_that_cannot_be_read_is_asked_for_again(body: bytes) -> None:
    with a_wms("A1") as wms:
        desk = a_desk(POLL)
        way = a_way(desk, wms)
        wms.broken = lambda number: (200, body, {}) if number == 1 else None

        go(desk, way, 302)

    assert desk.states() == {"A1": "moving"}


def test_a_mark_for_the_next_page_is_followed_until_it_is_blank() -> None:
    with a_wms("A1", "A2", "A3") as wms:
        desk = a_desk(POLL.replace("pages: {size: 2}", "pages: {next_at: next}"))

        go(desk, a_way(desk, wms), 5)

    assert [one["next"] for one in wms.asked] == ["", "p1"]
    assert len(desk.states()) == 3


def test_a_claim_check_is_fetched_document_by_document() -> None:
    with a_wms("A1", "A2", "A3") as wms:
        desk = a_desk(POLL.replace("  at_most", "  fetch: {each: data, id: bill, method: GET, path: '/doc/{id}'}\n  at_most"))
        way = a_way(desk, wms)
        wms.broken = lambda number: (500, b"", {}) if number == 3 else None

        go(desk, way, 310)

    assert [one["path"] for one in wms.asked[:6]] == ["/orders", "/doc/A1", "/doc/A2", "/doc/A2", "/orders", "/doc/A3"]
    assert len(desk.states()) == 3


class Crash(Exception):
    """The process dies here."""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=5))
def test_any_interleaving_of_crash_and_restart_keeps_each_item_once(dies: list[tuple[int, bool]]) -> None:
    with a_wms("A1", "A2", "A3", "A4", "A5") as wms:
        desk = a_desk(POLL)
        for after, before_keeping in dies:
            left = [after]

            def deliver(
                connection: Connection, events: Sequence[ReadEvent], left: list[int] = left, early: bool = before_keeping
            ) -> list[str]:
                left[0] -= 1
                if left[0] <= 0 and early:
                    raise Crash
                taken = desk.deliver(connection, events)
                if left[0] <= 0:
                    raise Crash
                return taken

            way = a_way(desk, wms, deliver)
            with suppress(Crash):
                go(desk, way, 8)
            desk.pass_time(300)
        go(desk, a_way(desk, wms), 8)

    assert desk.states() == {f"A{number}": "moving" for number in range(1, 6)}
    assert desk.kept() == 5
