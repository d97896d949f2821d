"""Does a rehearsal find exactly what an edit would have changed, and nothing where nothing changed?"""

import json
from pathlib import Path

import pytest

from tests.time.world import World, files, first
from tests.unit.cli.rulebook import FILES, Said, waybill, write_rulebook

MESSAGES = """
kind: messages
costs: {sms: 0.05 元, phone: 0.3 元}
messages:
  hurry:
    label: 催揽收
    workflow: parcel
    channel: sms
    to: clerk
    text: "[{no}]请尽快揽收"
"""
CHAINS = """
kind: escalations
chains:
  pick_chain:
    label: 催揽收
    steps:
      - {wait: 0 min, channel: sms, to: clerk}
"""
SLA = FILES["rules/sla.yaml"].replace(
    "          - {task: 催揽收, for: clerk}\n",
    "          - {task: 催揽收, for: clerk}\n          - {escalate: pick_chain, message: hurry}\n",
)


STORIES = FILES["rules/stories/parcel.yaml"].replace("pick_soon", "collect_soon")


def a_line(case: str, event: str, at: str, **attrs: object) -> str:
    return json.dumps({"case_id": case, "entity": "parcel", "event": event, "occurred_at": at, "attrs": attrs}, ensure_ascii=False)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Picked after so many minutes; the clock of half an hour runs from nine to five."""
    lines = []
    for number, minutes in enumerate((5, 20, 25, 29, 35, 59)):
        lines += [
            a_line(f"A{number}", "ordered", "2026-11-23T09:00:00"),
            a_line(f"A{number}", "picked", f"2026-11-23T09:{minutes:02}:00", weight=number * 4),
            a_line(f"A{number}", "signed", "2026-11-24T09:00:00"),
        ]
    lines += [a_line("E1", "ordered", "2026-11-23T16:50:00"), a_line("E1", "picked", "2026-11-24T09:10:00")]
    lines += [
        a_line("L1", "ordered", "2026-11-23T09:00:00"),
        a_line("L1", "picked", "2026-11-23T09:05:00", weight=12),
        a_line("L1", "lost", "2026-11-23T11:00:00"),
    ]
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def a_rulebook(folder: Path, **changed: str) -> Path:
    write_rulebook(folder, **{"sla": SLA, **changed})
    (folder / "rules/messages.yaml").write_text(changed.get("messages", MESSAGES).lstrip(), encoding="utf-8")
    (folder / "rules/escalations.yaml").write_text(changed.get("escalations", CHAINS).lstrip(), encoding="utf-8")
    if "stories" in changed:
        (folder / "rules/stories/parcel.yaml").write_text(changed["stories"].lstrip(), encoding="utf-8")
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return a_rulebook(tmp_path / "rules")


def planned(rules: Path, tmp_path: Path, history: Path, *words: str, **changed: str) -> Said:
    said = waybill("plan", rules, a_rulebook(tmp_path / "new", **changed), "--history", history, "--jobs", "1", *words)
    assert said.code == 0, said.err
    return said


def lines_of(said: Said) -> dict[tuple[str, str, str], tuple[int, list[str]]]:
    """(rule, change, what) -> count, cases."""
    found = said.data["differences"]
    assert isinstance(found, list)
    return {
        (one["rule"]["name"], one["change"], one["what"] or (one["after"] and f"{one['before']} → {one['after']}")): (
            one["count"],
            [each["case"] for each in one["examples"]],
        )
        for one in found
    }


def test_a_shorter_limit_lists_exactly_the_cases_whose_due_moved(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", "--all", sla=SLA.replace("limit: 30 min", "limit: 20 min"))

    found = lines_of(said)
    everyone = ["A0", "A1", "A2", "A3", "A4", "A5", "E1", "L1"]
    assert found["pick_soon", "due_earlier", ""] == (8, everyone)
    assert found["pick_soon", "verdict", "met → late"] == (2, ["A2", "A3"])
    assert found["pick_soon", "new", "催揽收"] == (2, ["A2", "A3"])
    assert found["pick_soon", "moved", "催揽收"] == (2, ["A4", "A5"])
    assert found["pick_chain", "new", "pick_chain"] == (2, ["A2", "A3"])
    assert (said.data["cases"], said.data["changed_cases"], said.data["broken_cases"], said.data["saved_cases"]) == (8, 8, 2, 0)
    assert found["pick_chain", "moved", "hurry"] == (2, ["A4", "A5"])
    assert found["pick_chain", "new", "hurry"] == (1, ["A5"]), "the chain comes to its end, and the last resort is told"
    assert said.data["cost"] == {"old": "0.10", "new": "0.25", "change": "0.15"}


def test_a_longer_limit_says_who_would_not_have_been_late(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, sla=SLA.replace("limit: 30 min", "limit: 40 min"))

    first = said.out.splitlines()[0]
    assert first == "2026-11-23 至 2026-11-24 8 单:−1 升级,−1 短信,−1 待办,3 个动作改了时间,−¥0.05;1 单本可不超时"


def test_an_exception_moves_only_those_it_fits(rules: Path, tmp_path: Path, history: Path) -> None:
    rows = "    limit: 48 h\n    except:\n      - {if: {weight: {more_than: 10}}, limit: 12 h}\n"
    said = planned(rules, tmp_path, history, "--json", "--all", sla=SLA.replace("    limit: 48 h\n", rows))

    found = lines_of(said)
    assert found["arrive_soon", "due_earlier", ""] == (4, ["A3", "A4", "A5", "L1"])
    assert found["arrive_soon", "verdict", "met → late"] == (3, ["A3", "A4", "A5"])
    assert found["arrive_soon", "verdict", "running → late"] == (1, ["L1"])


def test_a_step_more_in_a_chain_is_seen_as_messages_of_that_chain(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", escalations=CHAINS + "      - {wait: 10 min, channel: sms, to: last_resort}\n")

    assert lines_of(said) == {("pick_chain", "new", "hurry"): (1, ["A5"])}


def test_a_call_costs_what_a_call_costs(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", escalations=CHAINS.replace("channel: sms", "channel: phone"))

    assert lines_of(said)["pick_chain", "new", "hurry"] == (2, ["A4", "A5"])
    assert said.data["deeds"] == [
        {"kind": "call", "channel": "phone", "more": 2, "less": 0},
        {"kind": "message", "channel": "sms", "more": 0, "less": 2},
    ]
    assert said.data["cost"] == {"old": "0.10", "new": "0.6", "change": "0.50"}


def test_a_condition_on_a_message_takes_it_away(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(
        rules, tmp_path, history, "--json", messages=MESSAGES.replace("    text:", "    drop_if: {weight: {blank: yes}}\n    text:")
    )

    assert lines_of(said)["pick_chain", "gone", "hurry"] == (2, ["A4", "A5"])
    assert said.data["cost"] == {"old": "0.10", "new": "0", "change": "-0.10"}


def test_other_hours_of_a_calendar_move_what_runs_over_night(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", calendars=FILES["rules/calendars.yaml"].replace("09:00-17:00", "09:00-18:00"))

    assert lines_of(said)["pick_soon", "due_earlier", ""] == (1, ["E1"])
    assert lines_of(said)["pick_soon", "verdict", "met → late"] == (1, ["E1"])


def test_other_words_are_counted_and_nothing_more(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", messages=MESSAGES.replace("请尽快", "请马上"))

    assert lines_of(said) == {("pick_chain", "text", "hurry"): (2, ["A4", "A5"])}
    assert (said.data["changed_cases"], said.data["texts"]) == (0, 2)


def test_a_longer_text_costs_two_segments(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", messages=MESSAGES.replace("请尽快揽收", "请" + "尽快" * 40 + "揽收"))

    assert said.data["cost"] == {"old": "0.10", "new": "0.20", "change": "0.10"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"sla": "# 谁也不读\n" + SLA.lstrip()},
        {"sla": SLA.replace("limit: 30 min", "limit: 1800 s")},
        {"sla": SLA.replace("揽收时限", "揽收的时限")},
        {"sla": SLA.replace("  pick_soon:", "  collect_soon:\n    was: pick_soon"), "stories": STORIES},
        {"messages": MESSAGES.replace("  hurry:", "  go:\n    was: hurry"), "sla": SLA.replace("message: hurry", "message: go")},
    ],
    ids=["identical", "comment", "spelling", "label", "renamed policy", "renamed message"],
)
def test_rules_that_mean_the_same_differ_in_nothing(changed: dict[str, str], rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", **changed)

    assert (said.data["differences"], said.data["changed_cases"]) == ([], 0)
    assert said.data["cost"] == {"old": "0.10", "new": "0.10", "change": "0.00"}


def test_the_same_input_prints_the_same_bytes_with_one_process_and_with_two(rules: Path, tmp_path: Path, history: Path) -> None:
    new = a_rulebook(tmp_path / "new", sla=SLA.replace("limit: 30 min", "limit: 20 min"))

    said = [waybill("plan", rules, new, "--history", history, "--jobs", jobs).out for jobs in ("1", "2", "2")]

    assert said[0] == said[1] == said[2] != ""


def test_what_the_history_cannot_show_is_said(rules: Path, tmp_path: Path, history: Path) -> None:
    more = "  never_runs: {label: 从不, workflow: parcel, while: missing, if: {phone: {blank: no}}, limit: 1 h}\n"
    said = planned(rules, tmp_path, history, sla=SLA + more)

    assert "没有差别" in said.out.splitlines()[0]
    assert "字段 parcel.phone 有 100% 为空(新规则才用到)。写错了?" in said.out
    assert "没有数据:规则等的事件从未发生:parcel.found" in said.out
    assert "没有数据:新规则才有的时效从未计过时:never_runs。写错了?" in said.out
    assert "没有模拟:" in said.out


def test_a_sample_takes_the_same_cases_every_time_and_says_so(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--sample", "50%")

    assert "(抽样 50%)" in said.out.splitlines()[0]
    assert "没有差别" in said.out.splitlines()[0]


def test_a_history_larger_than_memory_is_read_in_parts_and_comes_to_the_same(
    rules: Path, tmp_path: Path, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sla = SLA.replace("limit: 30 min", "limit: 20 min")
    whole = planned(rules, tmp_path, history, "--all", sla=sla)

    monkeypatch.setattr("adapters.cli.plan_history.EVENTS_AT_ONCE", 5)
    parts = waybill("plan", rules, tmp_path / "new", "--history", history, "--jobs", "1", "--all")

    assert parts.out == whole.out


def test_only_cases_begun_in_the_window_count(rules: Path, tmp_path: Path, history: Path) -> None:
    said = planned(rules, tmp_path, history, "--json", "--since", "2026-11-23 12:00")

    assert said.data["cases"] == 1


def test_the_page_stands_alone_and_escapes_what_was_written(rules: Path, tmp_path: Path, history: Path) -> None:
    page = tmp_path / "out" / "plan.html"

    said = planned(
        rules,
        tmp_path,
        history,
        "--html",
        str(page),
        sla=SLA.replace("limit: 30 min", "limit: 20 min").replace("task: 催揽收", 'task: "<b>催揽收"'),
    )

    html = page.read_text(encoding="utf-8")
    assert said.out.splitlines()[0] in html
    assert "&lt;b&gt;催揽收" in html
    assert "<b>" not in html
    assert html.count("<svg") == 3
    assert not any(mark in html for mark in ("<script", "http-equiv", "src=", "href="))


def test_the_page_about_reading_it_shows_what_it_prints(rules: Path, tmp_path: Path, history: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "plan.md").read_text(encoding="utf-8")

    said = planned(rules, tmp_path, history, sla=SLA.replace("limit: 30 min", "limit: 20 min"))
    data = waybill("plan", rules, tmp_path / "new", "--history", history, "--jobs", "1", "--json").data

    assert f"```\n{said.out}```\n" in page
    assert [key for key in data if f"`{key}`" not in page] == []


@pytest.mark.parametrize(
    "words",
    [("a", "b"), ("b",), ("a", "b", "--history", "nothing"), ("a", "b", "--history", "h", "--sample", "half"), ("b", "--open", "no.db")],
)
def test_wrong_use_is_said_with_exit_code_two(
    words: tuple[str, ...], tmp_path: Path, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        a_rulebook(tmp_path / name)
    (tmp_path / "h").write_text(history.read_text(encoding="utf-8"), encoding="utf-8")

    assert waybill("plan", *words).code == 2


def test_our_own_database_is_a_history_too(tmp_path: Path) -> None:
    soon, later = (
        first(f"while: new\nlimit: {limit}\ntimeline:\n  - late: 0 min\n    do: [{{task: 看一看, for: desk}}]") for limit in ("1 h", "2 h")
    )
    world = World(sla=soon, url=f"sqlite:///{tmp_path / 'desk.db'}")
    world.hear("created", "11-23 09:00", case="T1")
    world.hear("taken", "11-23 10:30", case="T1")
    world.hear("created", "11-23 14:00", case="T2")
    world.until("11-23 18:00").close()
    for name, text in (("old", soon), ("new", later)):
        for path, body in files(sla=text).items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(body, encoding="utf-8")

    said = waybill(
        "plan",
        str(tmp_path / "old"),
        str(tmp_path / "new"),
        "--history",
        str(tmp_path / "desk.db"),
        "--until",
        "2026-11-23 18:00",
        "--json",
    )

    told = json.loads(said.out)
    assert (told["cases"], told["events"], told["saved_cases"]) == (2, 3, 1)


def test_open_cases_alone_are_told_without_a_word_of_histories(tmp_path: Path, rules: Path) -> None:
    world = World(sla=first("while: new\nlimit: 1 h"), url=f"sqlite:///{tmp_path / 'desk.db'}")
    world.hear("created", "11-23 09:00", case="T1")
    world.close()
    for path, body in world.files.items():
        (tmp_path / "mine" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / path).write_text(body, encoding="utf-8")

    said = waybill("plan", str(tmp_path / "mine"), str(tmp_path / "mine"), "--open", str(tmp_path / "desk.db"))

    assert said.out.splitlines()[0] == "0 张未结单会立即触发"
