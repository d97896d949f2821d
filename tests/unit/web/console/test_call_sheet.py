"""Can a desk take its call list out as a sheet and read it back at the console: masked or for a reason, each row once, nothing left unsaid?"""

import csv
from io import StringIO

import httpx
import pytest

from engine.core.words import CALL_RESULTS
from engine.ports.worklist import Task, TaskStatus
from engine.service import hands
from tests.unit.web.console.desks import Browser, Desk, desk_of, shown
from tests.unit.web.console.orders import PHONE, ordered
from tests.unit.web.console.test_tasks import a_call, deeds

SCRIPT = f"王先生的货未提,请回电 {PHONE}"


@pytest.fixture
def desk() -> Desk:
    return desk_of()


@pytest.fixture
def agent(desk: Desk) -> Browser:
    return desk.signed_in("agent", "8011")


@pytest.fixture
def call(desk: Desk, agent: Browser) -> Task:
    return a_call(desk, ordered(desk, agent), text=SCRIPT)


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def read_back(browser: Browser, text: str | bytes, name: str = "calls.csv") -> httpx.Response:
    """The file as a browser posts it."""
    mark = "mark-of-a-part"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{browser.csrf}\r\n--{mark}\r\n'
    head += f'Content-Disposition: form-data; name="sheet"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = head.encode() + (text if isinstance(text, bytes) else text.encode()) + f"\r\n--{mark}--\r\n".encode()
    return browser.ask("POST", "/calls", headers={"Content-Type": f"multipart/form-data; boundary={mark}"}, content=body)


def kept(desk: Desk, task: Task) -> Task:
    found = desk.stores.worklist.get(task.id)
    assert found is not None
    return found


def test_the_sheet_is_masked_and_no_cell_is_a_formula(desk: Desk, agent: Browser, call: Task) -> None:
    a_call(desk, call.case, id=f"{call.case}/9/2", kind="task", text="=HYPERLINK(1)")

    answer = agent.get("/calls/file")

    rows = {row["编号"]: row for row in rows_of(answer)}
    assert answer.headers["content-disposition"].startswith('attachment; filename="calls-')
    assert PHONE not in answer.text
    assert "王先生" not in answer.text
    assert rows[call.id]["号码"] == "138******12"
    assert rows[call.id]["可选结果"] == "已告知 / 已确认 / 对方拒绝 / 无人接 / 号码有误"
    assert not any(cell.startswith("=") for row in rows.values() for cell in row.values())


def test_whole_numbers_take_a_supervisor_and_a_reason_and_each_is_in_the_audit_first(desk: Desk, agent: Browser, call: Task) -> None:
    supervisor = desk.signed_in("supervisor", "8021")

    refused = agent.post("/calls/full", why="外呼组打印")
    without = supervisor.post("/calls/full", why=" ")
    full = supervisor.post("/calls/full", why="外呼组打印")

    row = next(row for row in rows_of(full) if row["编号"] == call.id)
    assert (refused.status_code, without.status_code, full.status_code) == (403, 422, 200)
    assert (row["号码"], row["说什么、做什么"]) == (PHONE, SCRIPT)
    assert [one for one in deeds(desk) if one[0] in ("reveal.phone", "tasks.out")] == [
        ("reveal.phone", call.case, "外呼组打印"),
        ("tasks.out", "", "外呼组打印"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_filled_in_row_finishes_its_call_once(desk: Desk, agent: Browser, call: Task, encoding: str) -> None:
    sheet = f"编号,结果,备注,谁办的\r\n{call.id},已告知,马上去,8011\r\n".encode(encoding)

    first, again = read_back(agent, sheet), read_back(agent, sheet)

    task = kept(desk, call)
    assert "办结 1,早已办结 0,没填 0,没收下 0" in shown(first)
    assert "办结 0,早已办结 1,没填 0,没收下 0" in shown(again)
    assert (task.status, task.result, task.note, task.claimed_by) == (TaskStatus.DONE, "told", "马上去", "8011")
    assert [one[:2] for one in deeds(desk) if one[0] in ("tasks.in", "task.finish")] == [
        ("tasks.in", "calls.csv"),
        ("task.finish", call.id),
        ("tasks.in", "calls.csv"),
    ]


def test_rows_that_cannot_be_taken_are_told_by_their_line_and_stop_no_other(desk: Desk, agent: Browser, call: Task) -> None:
    sheet = f'编号,结果,备注,谁办的,几时办的\nnobody,已告知,,,\n{call.id},也许,,,\n{call.id},,,,\n{call.id},已告知,,8099,\n{call.id},已告知,,,昨天\n{call.id},无人接,,,\nx,"已告知\n'

    answer = read_back(agent, sheet)

    told = shown(answer)
    assert "办结 1,早已办结 0,没填 1,没收下 5" in told
    assert [f"{line} " in told for line in (2, 3, 5, 6, 8)] == [True] * 5
    assert "8099" in told
    assert kept(desk, call).result == "away"


def test_a_supervisor_reads_back_what_others_called(desk: Desk, call: Task) -> None:
    answer = read_back(desk.signed_in("supervisor", "8021"), f"编号,结果,备注,谁办的\n{call.id},已告知,,8012\n")

    assert "办结 1" in shown(answer)
    assert kept(desk, call).claimed_by == "8012"


def test_what_is_no_such_sheet_and_what_is_of_another_area_is_not_taken(desk: Desk, call: Task) -> None:
    stranger = desk.signed_in("agent", "8040", areas=("北京",))

    other = read_back(stranger, "a,b\n1,2\n", name="<b>x.csv")
    foreign = read_back(stranger, f"编号,结果,备注\n{call.id},已告知,\n")
    nothing = stranger.post("/calls")

    assert other.status_code == 422
    assert "第一行缺:编号、结果、备注" in shown(other)
    assert "<b>x" not in other.text
    assert "没有编号" in shown(foreign)
    assert nothing.status_code == 422
    assert kept(desk, call).status is TaskStatus.OPEN
    assert rows_of(stranger.get("/calls/file")) == []


def test_the_results_on_paper_are_those_a_call_can_have() -> None:
    assert set(CALL_RESULTS) == set(hands.CALL_RESULTS)
