"""Does the prompt make a customer's link, and say which reports go out by themselves and whether the last one arrived?"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from adapters.signing.customer_link import ExpiredLink, case_of_link
from adapters.sql.report_slots import FAILED, Letter
from adapters.sql.stores import SqlStores, open_stores
from tests.unit.cli.rulebook import FILES, waybill, write_rulebook
from tests.unit.cli.test_desk_commands import decide, order

KEY = "a-key-of-sixteen-or-more"
ROUNDS = """
kind: reports
reports:
  weekly_promises:
    label: 每周时效
    report: sla
    over: last_week
    at: 08:30
    to: [boss@example.com]
"""
MAIL = "kind: connection\nconnection: mail\nlabel: 邮件\ntype: smtp\ncarries: email\nhost: 127.0.0.1\nport: 1025\nsecurity: none\nfrom: desk@example.com\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = write_rulebook(tmp_path / "rules")
    flow = folder / "workflows" / "parcel.yaml"
    flow.write_text(flow.read_text(encoding="utf-8") + "customer:\n  valid: 7 days\n  promises: [arrive_soon]\n", encoding="utf-8")
    return folder


@pytest.fixture
def desk(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    database = tmp_path / "desk.db"
    for name, value in (("WAYBILL_DB", database), ("WAYBILL_RULES", rules), ("WAYBILL_LINK_KEYS", f"1:{KEY}")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("WAYBILL_LINK_URL", "https://track.example.com")
    order()
    decide(database, rules)
    return database


def test_a_link_opens_its_case_until_its_day_and_the_audit_says_who_made_it(desk: Path) -> None:
    said = waybill("link", "A1", "--by", "8011", "--json")

    told = json.loads(said.out)
    token = told["link"].rpartition("/")[2]
    case, until = case_of_link([KEY], token, SystemClock().now())
    stores = open_stores(f"sqlite:///{desk}", check=False)
    (entry,) = stores.trail.search(what="link.make")
    stores.close()
    assert said.code == 0
    assert told["link"].startswith("https://track.example.com/")
    assert case == "parcel:A1"
    assert timedelta(days=6, hours=23) < until - SystemClock().now() <= timedelta(days=7)
    assert (entry.deed.who, entry.deed.about) == ("8011", "parcel:A1")
    assert token not in f"{entry.deed.detail}{entry.deed.why}"


def test_a_link_lasts_as_long_as_it_is_told_and_no_longer(desk: Path) -> None:
    token = waybill("link", "A1", "--days", "2").out.strip().rpartition("/")[2]

    with pytest.raises(ExpiredLink):
        case_of_link([KEY], token, SystemClock().now() + timedelta(days=3))
    assert [waybill("link", "A1", "--days", days).code for days in ("0", "400")] == [2, 2]


def test_without_a_key_a_page_or_a_case_no_link_is_made(desk: Path, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = waybill("link", "B7")
    monkeypatch.delenv("WAYBILL_LINK_KEYS")
    no_key = waybill("link", "A1")
    monkeypatch.setenv("WAYBILL_LINK_KEYS", f"1:{KEY}")
    (rules / "workflows" / "parcel.yaml").write_text(FILES["workflows/parcel.yaml"], encoding="utf-8")
    no_page = waybill("link", "A1")

    assert all(said.code != 0 for said in (nobody, no_key, no_page))
    assert "WAYBILL_LINK_KEYS" in no_key.err
    assert "customer:" in no_page.err
    assert [said.out for said in (nobody, no_key, no_page)] == ["", "", ""]


def test_rules_without_rounds_say_so(desk: Path) -> None:
    said = waybill("report", "--scheduled")

    assert (said.code, said.out) == (0, "规则里没有定时报表(kind: reports)\n")


def test_a_round_tells_when_it_went_last_and_whom_it_did_not_reach(desk: Path, rules: Path) -> None:
    (rules / "rules" / "reports.yaml").write_text(ROUNDS, encoding="utf-8")
    (rules / "rules" / "connections").mkdir(exist_ok=True)
    (rules / "rules" / "connections" / "mail.yaml").write_text(MAIL, encoding="utf-8")
    before = waybill("report", "--scheduled", "--json")
    stores = open_stores(f"sqlite:///{desk}", check=False)
    assert isinstance(stores, SqlStores)
    due = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    stores.report_slots.record("weekly_promises", "last_week", [("last_week 2026-11-16", due)])
    (slot,) = stores.report_slots.last()
    stores.report_slots.change(
        slot, next_at=slot.due_at, state=FAILED, letters={"boss@example.com": Letter(state="rejected", why="mailbox full")}
    )
    stores.close()

    after, shaped = waybill("report", "--scheduled"), waybill("report", "sla", "--scheduled")

    assert [(one["name"], one["report"], one["last"], one["state"]) for one in json.loads(before.out)] == [
        ("weekly_promises", "sla", "—", "—")
    ]
    assert after.code == 0
    assert re.search(r"weekly_promises\s+sla\s+last_week\s+08:30\s+boss@example.com\s+2026-11-23 08:30\s+没有全部发出", after.out)
    assert "boss@example.com(mailbox full)" in after.out
    assert shaped.code == 2
