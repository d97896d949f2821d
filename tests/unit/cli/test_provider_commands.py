"""Providers at the prompt: as they stand, stopped and opened, drained, tried out; doubts, dead events, numbers kept out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.sql.stores import SqlStores, open_stores
from engine.model.receipt import Verdict
from engine.ports.outbox import OutboxStatus, Settlement
from tests.contract.builders import NOW, PHONE, a_report
from tests.contract.provider_contract import AttemptsContract, a_receipt
from tests.contract.store_contract import accept
from tests.diagnostics.test_diagnostics import small_rulebook
from tests.unit.cli.rulebook import Said, waybill

SMS = """
kind: connection
connection: aliyun
label: 短信
type: recorder
carries: sms
limits: {per_number: 2 per 1 day, at_most: 20 per 1 day}
"""
BY = ("--by", "8011", "--why", "余额不足")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, text in {**small_rulebook(), "rules/sms.yaml": SMS}.items():
        path = tmp_path / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with stores_of(tmp_path):
        return tmp_path


@contextmanager
def stores_of(home: Path) -> Iterator[SqlStores]:
    stores = open_stores(f"sqlite:///{home / 'waybill.db'}", check=False)
    yield stores
    stores.close()


def ask(home: Path, *words: str) -> Said:
    return waybill(*words, "--db", home / "waybill.db", "--rules", home / "house", "--lang", "zh")


def test_an_adapter_is_paused_and_resumed_with_who_and_why(home: Path) -> None:
    without = ask(home, "adapters", "pause", "aliyun", "--by", "8011")
    paused = [ask(home, "adapters", "pause", "短信", *BY).code for _ in range(2)]
    shown = ask(home, "adapters", "aliyun")
    resumed = ask(home, "adapters", "resume", "aliyun", *BY)
    stranger = ask(home, "adapters", "pause", "nobody", *BY)

    assert (without.code, paused, resumed.code, stranger.code) == (2, [0, 1], 0, 1)
    assert "暂停" in shown.out
    assert "8011" in shown.out
    assert "余额不足" in shown.out
    assert ask(home, "tasks", "list", "--all").out.count("余额不足") == 2


def test_a_drain_pauses_and_waits_for_what_is_under_way(home: Path) -> None:
    done = ask(home, "adapters", "drain", "aliyun", "--wait", "0", *BY)

    assert done.code == 0
    assert "已排空" in done.out
    assert "暂停" in ask(home, "adapters").out


def test_a_test_message_leaves_at_once_and_shows_no_number(home: Path) -> None:
    done = ask(home, "adapters", "test", "aliyun", "--to", PHONE, "--by", "8011")

    assert done.code == 0, done.err
    assert PHONE not in done.out + ask(home, "tasks", "list", "--all").out
    assert ask(home, "adapters", "test", "aliyun").code == 2
    assert ask(home, "adapters", "test", "aliyun", "--to", "138****0000").code == 1


def test_what_is_left_for_one_number_is_told(home: Path) -> None:
    shown = ask(home, "adapters", "aliyun", "--to", PHONE)

    assert "还剩 2" in shown.out
    assert "一共 20 per 1 day:还剩 20" in shown.out


def test_a_doubt_is_listed_and_settled_once(home: Path) -> None:
    with stores_of(home) as stores:
        attempt = AttemptsContract().begun(stores)
        AttemptsContract().settle(stores, attempt, a_receipt(Verdict.UNKNOWN))
        stores.outbox.settle(Settlement(effect_id=attempt.effect_id, status=OutboxStatus.UNKNOWN, error=f"cut {PHONE}"), NOW)

    listed = ask(home, "doubts", "list")
    settled = [ask(home, "doubts", "arrived", attempt.effect_id, *BY).code for _ in range(2)]

    assert attempt.effect_id in listed.out
    assert "通道中断" in listed.out
    assert PHONE not in listed.out
    assert settled == [0, 1]
    assert "没有结果不明的" in ask(home, "doubts", "list").out


def test_dead_events_are_listed_in_groups_and_tried_again(home: Path) -> None:
    with stores_of(home) as stores:
        accept(stores, *(a_report(n, names={"waybill_no": str(n)}) for n in range(1, 4)))
        for paper in stores.store.pending(NOW, 10):
            stores.store.failed(paper.inbox_id, f"ValueError: {PHONE}", None)
        first = str(stores.doubts.dead(10)[0].inbox_id)

    listed = ask(home, "dead", "list")
    one = ask(home, "dead", "retry", first, "999", *BY)
    both = ask(home, "dead", "retry", "--all", "--group", "x", *BY)
    group = ask(home, "dead", "retry", "--group", "order_created: ValueError", *BY)

    assert "order_created: ValueError × 3" in listed.out
    assert PHONE not in listed.out
    assert (one.code, both.code, group.code) == (1, 2, 0)
    assert "999:不在死信里" in one.out
    assert group.out.count("再试一次") == 2
    assert "没有死信" in ask(home, "dead", "list").out


def test_dead_events_are_left_out_with_a_reason_and_the_case_says_so(home: Path) -> None:
    with stores_of(home) as stores:
        accept(stores, a_report(1, names={"waybill_no": "1"}))
        (paper,) = stores.store.pending(NOW, 10)
        stores.store.failed(paper.inbox_id, "ValueError: no", None)

    nameless = ask(home, "dead", "discard", str(paper.inbox_id), "--by", "8011")
    gone = ask(home, "dead", "discard", str(paper.inbox_id), "--by", "8011", "--why", "测试单")
    again = ask(home, "dead", "discard", str(paper.inbox_id), "--by", "8011", "--why", "测试单")

    with stores_of(home) as stores:
        left = stores.doubts.dead(10)
        told = [one.event.extra for one in stores.store.pending(NOW.replace(year=2100), 10)]
    assert (nameless.code, gone.code, again.code) == (2, 0, 1)
    assert "放弃了" in gone.out
    assert left == []
    assert [(one["by"], one["note"]) for one in told if one.get("by") == "8011"] != []


def test_a_number_is_suppressed_and_lifted_and_shown_masked(home: Path) -> None:
    added = [ask(home, "suppressions", "add", PHONE, *BY).code for _ in range(2)]
    listed = ask(home, "suppressions", "list")
    lifted = [ask(home, "suppressions", "lift", PHONE, *BY).code for _ in range(2)]

    assert (added, lifted) == ([0, 1], [0, 1])
    assert "8011" in listed.out
    assert PHONE not in listed.out
