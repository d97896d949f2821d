"""Are the answers on the page about `explain` those that the command gives?"""

import re
import shlex
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.files.rules import read_rules, shipped_rules_dir
from adapters.sql.stores import open_stores
from engine.language.compile import compile_rulebook
from engine.service.desk import Incoming
from engine.service.simulate import Simulation
from tests.tidy.tree import ROOT
from tests.unit.cli.rulebook import waybill

PAGE = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EVENT = re.compile(r"^\| (?P<at>2026-\d\d-\d\d \d\d:\d\d) \| `(?P<case>\d{9})` \| `(?P<event>\w+)` \|(?P<data>.*?)\|$", re.MULTILINE)
ORDER = {
    "source": "web", "city": "深圳", "district": "南山", "pickup_address": "科技园1号", "shipper_phone": "13812343212", "goods": "配件",
    "pieces": 6, "weight_kg": 120, "destination": "杭州", "consignee_name": "马先生", "consignee_phone": "13912345678", "pay_by": "现付",
}  # fmt: skip


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The day that the page tells, played on the shipped rulebook."""
    database = tmp_path_factory.mktemp("explain") / "desk.db"
    rulebook = compile_rulebook(read_rules(shipped_rules_dir())).rulebook
    assert rulebook is not None
    stores = open_stores(f"sqlite:///{database}", check=False)
    simulation = Simulation(rulebook, stores, instant("2026-11-19 08:00"))
    for number, told in enumerate(EVENT.finditer(PAGE)):
        at, opens = instant(told["at"]), told["event"] == "order_created"
        data = dict(pair.split("=") for pair in re.findall(r"`(\w+=[^`]+)`", told["data"]))
        simulation.run_until(at, inclusive=False)
        simulation.accept(
            [
                Incoming(
                    source="connection/tms", id=str(number), workflow="shipment", event=told["event"], occurred_at=at, received_at=at,
                    case=None if opens else told["case"], data={**ORDER, "shipper_phone": f"1381234{number:04}", **data} if opens else data,
                )
            ]
        )  # fmt: skip
    simulation.run_until(instant("2026-11-20 12:00"))
    stores.close()
    return database


def steps() -> list[tuple[str, str]]:
    """(command, answer) of every prompt on the page."""
    found = []
    for block in BLOCK.finditer(PAGE):
        for step in block["body"].split("$ ")[1:]:
            command, _, answer = step.partition("\n")
            found.append((command, answer))
    return found


def plain(answer: str) -> list[str]:
    """Without the fingerprint and the line numbers, which any edit of the rules moves."""
    lines = re.sub(r"\b[0-9a-f]{12}\b", "#", re.sub(r"(\.yaml):\d+", r"\1:#", answer)).splitlines()
    return [line.rstrip() for line in lines if line.strip()]


@pytest.mark.parametrize(("command", "answer"), steps(), ids=[command for command, _ in steps()])
def test_the_answers_on_the_page_are_those_of_the_command(desk: Path, monkeypatch: pytest.MonkeyPatch, command: str, answer: str) -> None:
    monkeypatch.setenv("WAYBILL_DB", str(desk))
    program, *words = shlex.split(command)

    said = waybill(*words)

    assert program == "waybill"
    assert plain(said.out) == plain(answer)


def test_the_page_asks_for_every_kind_of_rule() -> None:
    assert len(steps()) >= 6
