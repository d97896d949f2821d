"""What does waybill do all day? A day at the desk, played fast through the real daemon and its HTTP gate (`make run`)."""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from adapters.cli import board
from adapters.cli.demo_agenda import Agenda
from adapters.cli.demo_clock import DayClock
from adapters.cli.demo_day import ENDS, OUTAGE, Day, draw_day, next_workday
from adapters.cli.demo_feed import Feed
from adapters.cli.demo_gate import Gate
from adapters.cli.demo_guest import NAME, welcome
from adapters.cli.demo_watch import Happening, Watch, Words, latest_instant
from adapters.cli.desk import address_of
from adapters.cli.speech import Speech, language_of
from adapters.clock import SystemClock, fresh_nonce
from adapters.logs import JsonLines, set_up_logs
from adapters.sms.recorder import Mode, Recorder
from adapters.sql.sqlite import file_of
from adapters.sql.stores import SqlStores
from adapters.wiring.daemon import Daemon
from adapters.wiring.options import Options

DB = "sqlite:///var/demo.db"
SPEED = 240.0
"""Twelve hours and a half in three minutes."""
SEED = 2026
PORT = 8080
LOOK_SECONDS = 0.4
NEWS_MAX = 40
CHANNEL = "sms"


@dataclass(slots=True)
class Stage:
    """One demonstration: the daemon, its clock, the feed and what is watched."""

    daemon: Daemon
    clock: DayClock
    day: Day
    feed: Feed
    watch: Watch
    speech: Speech
    speed: float
    asked: threading.Event
    """Somebody wants to stop."""
    password: str = field(repr=False)
    """Of the guest of the console."""
    thread: threading.Thread = field(init=False)
    news: deque[Happening] = field(default_factory=lambda: deque(maxlen=NEWS_MAX))
    down_since: datetime | None = None

    @property
    def zone(self) -> str:
        return self.daemon.desk.rulebook().timezone

    @property
    def door(self) -> str:
        """Where to look around, as whom, with which password."""
        return f"{self.daemon.server.address}/desk/  {NAME} / {self.password}"

    @property
    def over(self) -> bool:
        """The day, or the patience of whoever watches."""
        return self.asked.is_set() or self.daemon.stopped.is_set() or not self.thread.is_alive()

    def look(self) -> list[Happening]:
        """What is new; the board remembers the last of it."""
        fresh = self.watch.look()
        self.news.extend(fresh)
        return fresh

    def view(self, console: Console) -> board.View:
        """What the board draws."""
        scores = self.watch.scores().values()
        return board.View(
            now=self.clock.now(), opens=self.day.opens, ends=self.day.ends, zone=self.zone, speed=self.speed,
            address=self.door, rows=self.watch.rows, news=tuple(self.news), totals=self.watch.totals,
            met=sum(one.met for one in scores), missed=sum(one.late for one in scores), down_since=self.down_since,
            words=self.watch.words, width=console.width, height=console.height,
        )  # fmt: skip

    def switch(self, mode: Mode) -> None:
        """The SMS provider breaks down, or is back; the only thing here that does not go through the gate."""
        post = self.daemon.desk.post
        gateway = post.gateways.get(CHANNEL)
        if not isinstance(gateway, Recorder):
            return  # Rules of one's own may name a true provider; it is left alone.
        gateway.mode = mode
        self.down_since = None if mode is Mode.UP else self.clock.now()
        if mode is Mode.UP:
            post.channel_back(CHANNEL, self.clock.now())
            self.daemon.desk.wake()


def main(options: argparse.Namespace) -> int:
    """`waybill demo`: 0 after Ctrl-C, SIGTERM, or (`once`) the end of the day; 1 when the heart died.

    `options`: db rules host port lang speed seed no_board once until (`15:30`: an early evening)
    quiet (few orders); what is absent or None has a default.
    """
    given = {name: value for name, value in vars(options).items() if value is not None}
    speech = Speech(str(given.get("lang") or language_of([])))
    db, speed = address_of(str(given.get("db", DB))), float(given.get("speed", SPEED))
    with _logs_of(db), _signals() as asked:
        clock = DayClock(next_workday(None, "Asia/Shanghai"))
        host = str(given.get("host", "127.0.0.1"))
        port = int(given["port"]) if "port" in given else _free_port(host)
        daemon = Daemon(Options(db=db, rules=given.get("rules"), host=host, port=port, lang=speech.lang, clock=clock))
        try:
            stage = _set(daemon, clock, speech, asked, speed, given)
            return _perform(stage, once=bool(given.get("once")), plain=bool(given.get("no_board")) or not sys.stdout.isatty(), db=db)
        finally:
            daemon.stop()


def _set(daemon: Daemon, clock: DayClock, speech: Speech, asked: threading.Event, speed: float, given: Mapping[str, Any]) -> Stage:
    """Open the desk on the next free day: nothing in the database may lie in the clock's future."""
    desk = daemon.desk
    rulebook = desk.rulebook()
    opens = next_workday(latest_instant(desk), rulebook.timezone)
    watch = Watch(desk, Words(rulebook, speech), opens)
    watch.prime()
    seed = int(given.get("seed", SEED))
    day = draw_day(opens, seed, time.fromisoformat(given["until"]) if "until" in given else ENDS, quiet=bool(given.get("quiet")))
    clock.start(opens, 1.0)
    daemon.start()
    agenda = Agenda(clock, lambda: not desk.directory.backlog()["inbox_pending"])
    feed = Feed(Gate(daemon.server.address), clock, agenda, day, seed)
    stores = desk.stores
    assert isinstance(stores, SqlStores)
    # The hour of sessions is the machine's, also where the desk's runs fast.
    password = welcome(stores.staff, stores.trail, fresh_nonce(), SystemClock().now())
    stage = Stage(daemon, clock, day, feed, watch, speech, speed, asked, password)
    stage.thread = threading.Thread(target=feed.run, name="feed", daemon=True)
    agenda.at(day.at(OUTAGE[0]), lambda: stage.switch(Mode.REFUSES))
    agenda.at(day.at(OUTAGE[1]), lambda: stage.switch(Mode.UP))
    return stage


def _perform(stage: Stage, *, once: bool, plain: bool, db: str) -> int:
    console = Console(highlight=False)
    stage.clock.go(stage.speed)
    stage.thread.start()
    try:
        (_tell if plain else _show)(stage, console)
        # The evening belongs to whoever looks around: an hour is an hour again.
        stage.clock.go(1.0)
        stage.look()
        if not stage.asked.is_set():
            _summary(stage, console)
        while not once and not stage.asked.is_set() and not stage.daemon.stopped.wait(0.2):
            pass
    finally:
        stage.feed.agenda.stopped.set()
        stage.thread.join(10)
    of = stage.speech.of
    console.print(of(f"已停,数据都在 {db};再运行就接着第二天。", f"Stopped; everything is kept in {db}. Run it again for the next day."))
    return 0 if stage.asked.is_set() or (once and stage.feed.finished) else 1


def _show(stage: Stage, console: Console) -> None:
    with Live(board.draw(stage.view(console)), console=console, screen=True, auto_refresh=False) as live:
        while not stage.over:
            stage.look()
            live.update(board.draw(stage.view(console)), refresh=True)
            stage.asked.wait(LOOK_SECONDS)


def _tell(stage: Stage, console: Console) -> None:
    """Lines instead of a board: for pipes, logs and CI."""
    of, hour = stage.speech.of, None
    address = stage.daemon.server.address
    print(of(f"waybill 演示:{stage.day.opens:%Y-%m-%d} 这一天,×{stage.speed:g},{address}", f"waybill demo: {stage.day.opens:%Y-%m-%d}, ×{stage.speed:g}, {address}"), flush=True)  # fmt: skip
    print(of(f"网页控制台:{stage.door}", f"the console: {stage.door}"), flush=True)
    while not stage.over:
        for one in stage.look():
            print(f"{board.local(one.at, stage.zone):%H:%M} {board.MARKS[one.kind][0]} {one.case}  {one.text}")
        now = board.local(stage.clock.now(), stage.zone)
        if now.hour != hour:
            hour, view = now.hour, stage.view(console)
            print(of(f"—— {now:%H:%M}  单 {len(view.rows)}  消息 {view.totals.messages}  按时 {view.met}  超时 {view.missed} ——",
                     f"-- {now:%H:%M}  cases {len(view.rows)}  messages {view.totals.messages}  met {view.met}  late {view.missed} --"), flush=True)  # fmt: skip
        stage.asked.wait(LOOK_SECONDS)


def _summary(stage: Stage, console: Console) -> None:
    """The day in figures."""
    of, totals, words = stage.speech.of, stage.watch.totals, stage.watch.words
    table = Table(title=of(f"{stage.day.opens:%Y-%m-%d} 这一天", f"The day of {stage.day.opens:%Y-%m-%d}"), title_justify="left")
    table.add_column(of("时效", "promise"))
    for title in (of("按时", "met"), of("超时", "late")):
        table.add_column(title, justify="right")
    for policy, score in stage.watch.scores().items():
        table.add_row(words.policy(policy), str(score.met), f"[red]{score.late}[/red]" if score.late else "0")
    console.print(table)
    console.print(of(
        f"事件 {totals.events} · 裁决 {totals.decisions} · 消息 {totals.messages} · 电话 {totals.called}/{totals.calls} · "
        f"办结 {totals.tasks_done} · 待办 {totals.tasks_open} · 超时 {totals.late} · 更正 {totals.corrected} · 升级 {totals.escalations} · "
        f"失败 {stage.daemon.desk.tally.failed}",
        f"events {totals.events} · decisions {totals.decisions} · messages {totals.messages} · calls {totals.called}/{totals.calls} · "
        f"tasks done {totals.tasks_done} · open {totals.tasks_open} · late {totals.late} · corrected {totals.corrected} · "
        f"escalations {totals.escalations} · failed {stage.daemon.desk.tally.failed}",
    ))  # fmt: skip
    console.print(of(f"服务还开着,看网页:{stage.door}(Ctrl-C 停)", f"Still open; the console: {stage.door} (Ctrl-C stops it)"))


def _free_port(host: str) -> int:
    """The usual one, or any other if somebody is there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, PORT))
        except OSError:
            return 0
    return PORT


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """The first Ctrl-C or SIGTERM asks, the second ends at once."""
    asked = threading.Event()

    def stop(number: int, frame: object) -> None:
        if asked.is_set():
            os._exit(1)
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextmanager
def _logs_of(db: str) -> Iterator[Path]:
    """The daemon's log beside its database, so that the board stays clean."""
    path = (file_of(db) or Path("var/demo.db")).with_suffix(".log")
    path.parent.mkdir(parents=True, exist_ok=True)
    root = logging.getLogger()
    level = root.level
    with path.open("a", encoding="utf-8") as stream:
        set_up_logs(stream=stream)
        try:
            yield path
        finally:
            for one in [each for each in root.handlers if isinstance(each.formatter, JsonLines)]:
                root.removeHandler(one)
            root.setLevel(level)
