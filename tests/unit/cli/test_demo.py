"""Does the demonstration play its day, through the real gate, to the end, and go on the next day where it stopped?"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from argon2 import PasswordHasher

from adapters.cli.demo_clock import DayClock
from adapters.cli.demo_day import Fate, draw_day, next_workday

ROOT = Path(__file__).resolve().parents[3]
ZONE = "Asia/Shanghai"
TwoDays = tuple[Path, list[str], dict[str, int]]
"""Where it was played, what was said each day, and case -> revision after the first."""
PLAY = "import argparse, json, sys; from adapters.cli.demo import main; sys.exit(main(argparse.Namespace(**json.loads(sys.argv[1]))))"


WAITING = "select id from inbox where status != 'done'"


def begin(folder: Path, **options: object) -> "subprocess.Popen[str]":
    given = {"db": f"sqlite:///{folder}/demo.db", "port": 0, "lang": "zh"} | options
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", PLAY, json.dumps(given)], cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ask(folder: Path, question: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "demo.db")
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def revisions(folder: Path) -> dict[str, int]:
    return {str(case): int(str(revision)) for case, revision in ask(folder, "select id, revision from cases")}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> TwoDays:
    """Monday and Tuesday over one database, as fast as this machine can; with what stood in it after Monday."""
    folder, said = tmp_path_factory.mktemp("demo"), []
    first: dict[str, int] = {}
    for day, until in enumerate(("15:25", "09:10")):
        player = begin(folder, once=True, speed=4_000, until=until, quiet=True)
        out, err = player.communicate(timeout=100)
        assert player.returncode == 0, out[-2000:] + err
        said.append(out)
        if day == 0:
            first = revisions(folder)
            (folder / "left.json").write_text(json.dumps([one for (one,) in ask(folder, WAITING)]))
    return folder, said, first


def test_the_day_ends_without_a_failed_decision_or_a_dead_event(two_days: TwoDays) -> None:
    folder, said, _ = two_days

    # A receipt that came in while the daemon was stopping waits for the next start.
    unsettled = ask(folder, "select status, name, error from inbox where status != 'done' and (status, name) != ('new', 'receipt')")

    assert unsettled == []
    assert all("失败 0" in day for day in said)


def test_a_receipt_that_came_in_while_the_daemon_stopped_is_decided_at_the_next_start(two_days: TwoDays) -> None:
    folder, _, _ = two_days
    left = set(json.loads((folder / "left.json").read_text()))

    waiting = ask(folder, "select id, name from inbox where status != 'done'")

    assert not left & {one for one, _ in waiting}
    # Of the second day's end nothing waits but what the post room heard after the last beat.
    assert {name for _, name in waiting} <= {"receipt"}


def test_messages_calls_escalations_breaches_and_corrections_are_shown(two_days: TwoDays) -> None:
    _, (monday, _), _ = two_days

    missing = [
        word
        for word in (
            "短信 → 营业员",
            "短信不通,改打电话",
            "电话已打",
            "已电话通知",
            "提货时效 超时",
            "超时已更正",
            "开始升级:大客户升级",
            "已知晓",
        )
        if word not in monday
    ]

    assert missing == []


def test_no_number_and_no_name_is_shown_in_full(two_days: TwoDays) -> None:
    folder, said, _ = two_days

    known = [(str(field), str(value)) for field, value in ask(folder, "select distinct field, value from private")]
    shown = "".join(said)

    assert len(known) > 80
    assert [value for field, value in known if field.endswith(("_phone", "_name")) and value in shown] == []
    assert [
        value for field, value in known if field.endswith("_phone") and value in (folder / "demo.log").read_text(encoding="utf-8")
    ] == []


def test_the_next_start_goes_on_with_the_same_cases_on_the_next_day(two_days: TwoDays) -> None:
    folder, (_, tuesday), first = two_days

    now = revisions(folder)
    went_on = [case for case, revision in first.items() if now[case] > revision]

    assert "2026-11-24" in tuesday
    assert len(now) > len(first) + 3
    assert all(now[case] >= revision for case, revision in first.items())
    assert len(went_on) > 5


def test_who_watches_is_told_how_to_get_into_the_console_and_the_password_is_new_each_time(two_days: TwoDays) -> None:
    folder, said, _ = two_days

    doors = [re.search(r"网页控制台:http://127.0.0.1:\d+/desk/  demo / (\S+)", day) for day in said]
    (written,) = ask(folder, "select password from desk_user where name = 'demo'")
    passwords = [door[1] for door in doors if door]

    assert len(set(passwords)) == 2
    assert PasswordHasher().verify(str(written[0]), passwords[1])
    assert passwords[1] not in (folder / "demo.log").read_text(encoding="utf-8")


def test_a_signal_stops_it_cleanly_in_the_middle_of_the_day(tmp_path: Path) -> None:
    signals = (signal.SIGINT, signal.SIGTERM)
    players = []
    for each in signals:
        folder = tmp_path / each.name
        folder.mkdir()
        players.append(begin(folder, speed=600))
    lines = [player.stdout.readline() for player in players if player.stdout]
    sleep(1)

    for each, player in zip(signals, players, strict=True):
        player.send_signal(each)
    ends = [(*player.communicate(timeout=30), player.returncode) for player in players]

    assert all("127.0.0.1" in line for line in lines)
    assert [(err, code) for _, err, code in ends] == [("", 0), ("", 0)]
    assert all("再运行就接着第二天" in out for out, _, _ in ends)


def test_the_same_seed_draws_the_same_day_and_another_day_other_orders() -> None:
    monday = next_workday(None, ZONE)

    days = [draw_day(monday, 7), draw_day(monday, 7), draw_day(monday, 8), draw_day(monday + timedelta(days=1), 7)]

    assert days[0] == days[1]
    assert [one.fields for one in days[0].orders] != [one.fields for one in days[2].orders]
    assert [one.fields for one in days[0].orders] != [one.fields for one in days[3].orders]
    assert {one.fate for one in days[0].orders} == set(Fate)


def test_a_day_begins_after_all_that_is_known_and_never_on_a_weekend() -> None:
    friday_noon = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
    tuesday_night = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # 04:00 on Tuesday, in Shanghai

    opens = [f"{next_workday(at, ZONE):%m-%d %H:%M}" for at in (None, tuesday_night, friday_noon)]

    assert opens == ["11-23 08:00", "11-24 08:00", "11-30 08:00"]


def test_the_clock_stands_while_it_is_held_and_never_steps_back() -> None:
    start = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    clock = DayClock(start)
    stood = clock.now()
    clock.start(start, 10_000)
    began = monotonic()
    while clock.now() < start + timedelta(minutes=5) and monotonic() < began + 5:
        sleep(0.001)

    clock.hold()
    held = clock.now()
    sleep(0.01)
    again = clock.now()
    clock.go(1.0)

    assert stood == start
    assert held == again >= start + timedelta(minutes=5)
    assert held <= clock.now() < held + timedelta(minutes=1)
