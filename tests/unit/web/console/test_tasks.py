"""Does the work list put first things first, keep two people off one call, and ask for what a result needs?"""

import re
from dataclasses import replace

import pytest

from engine.ports.worklist import Task, TaskStatus
from tests.unit.web.console.desks import Browser, Desk, desk_of, later, shown
from tests.unit.web.console.orders import OTHER, PHONE, ordered, settle

SCRIPT = f"您好,王先生的货下午三点前提,电话 {PHONE}"


@pytest.fixture
def desk() -> Desk:
    return desk_of()


@pytest.fixture
def agent(desk: Desk) -> Browser:
    return desk.signed_in("agent", "8011")


def a_call(desk: Desk, case: str, **changes: object) -> Task:
    """A call of a case on the list."""
    call = Task(
        id=f"{case}/9/1", case=case, workflow="shipment", kind="call", role="desk_agent", text=SCRIPT, address=PHONE,
        message="dispatch_order", created_at=desk.clock.now(),
    )  # fmt: skip
    desk.stores.worklist.add(replace(call, **changes))  # type: ignore[arg-type]  # A builder takes any field by name.
    return desk.stores.worklist.get(str(changes.get("id", call.id))) or call


def the_task(desk: Desk) -> Task:
    """The only open one."""
    (task,) = desk.running.tasks()
    return task


def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.deed.what, one.deed.about, one.deed.why) for one in reversed(desk.stores.trail.search())]


def test_the_list_shows_what_there_is_with_its_case_and_promise(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)

    text = agent.get("/tasks").text

    assert "核对订单并致电客户" in text
    assert f"/desk/cases/{case}" in text.replace("%3A", ":")
    assert "data-due" in text
    assert "待核单" in text


def test_the_next_best_is_what_runs_out_first_then_great_customers_then_calls_then_age(desk: Desk, agent: Browser) -> None:
    cases = [ordered(desk, agent, goods=f"货{number}", customer_tier="VIP" if number == 2 else "") for number in range(3)]
    desk.clock.advance(later(minutes=16))
    cases.append(ordered(desk, agent, goods="晚来"))
    a_call(desk, cases[1])
    a_call(desk, "", id="feed/tms", kind="alarm", role="duty_manager", text="来报停了")

    found = re.findall(r'href="/desk/tasks/([^"#]+)"', agent.get("/tasks").text)
    order = list(dict.fromkeys(one.replace("%3A", ":").rpartition("/")[0].rpartition("/")[0] for one in found))

    assert order[:4] == [cases[2], cases[1], cases[0], cases[3]]
    assert found[-1] == "feed/tms"


def test_filters_cut_the_list_to_a_role_a_workflow_and_ones_own(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)

    assert agent.get("/tasks?role=desk_agent").text.count("data-row") == 1
    assert agent.get("/tasks?role=hub_dispatcher").text.count("data-row") == 0
    assert agent.get("/tasks?workflow=ticket").text.count("data-row") == 0
    assert agent.part("/tasks/rows?whose=mine").text.count("data-row") == 0
    agent.post(f"/tasks/{the_task(desk).id}/claim")
    assert agent.part("/tasks/rows?whose=mine").text.count("data-row") == 1
    assert agent.part("/tasks/rows?whose=free").text.count("data-row") == 0


def test_somebody_who_works_as_one_role_sees_its_tasks_only(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)

    assert desk.signed_in("agent", "8031", roles=("hub_dispatcher",)).get("/tasks").text.count("data-row") == 0


def test_two_people_never_hold_the_same_task_and_the_second_is_told_who_has_it(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)
    task, other = the_task(desk), desk.signed_in("agent", "8012")

    taken = agent.post(f"/tasks/{task.id}/claim")
    refused = other.post(f"/tasks/{task.id}/claim")
    finished = other.post(f"/tasks/{task.id}/finish", result="order_confirmed")

    assert taken.status_code == 303
    assert (refused.status_code, finished.status_code) == (409, 409)
    assert "8011 正在办这一项" in shown(refused)
    assert "8011 正在办这一项" in shown(finished)
    assert "8011 正在办理" in shown(other.get(f"/tasks/{task.id}"))
    assert deeds(desk)[-1][:2] == ("task.claim", task.id)


def test_what_is_put_back_or_held_too_long_is_free_again(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)
    task, other = the_task(desk), desk.signed_in("agent", "8012")
    agent.post(f"/tasks/{task.id}/claim")

    refused = other.post(f"/tasks/{task.id}/release")
    assert the_task(desk).claimed_by == "8011"
    agent.post(f"/tasks/{task.id}/release")

    assert refused.status_code == 303
    assert the_task(desk).status is TaskStatus.OPEN
    agent.post(f"/tasks/{task.id}/claim")
    desk.clock.advance(later(minutes=11))
    assert other.post(f"/tasks/{task.id}/claim").status_code == 303


def test_the_next_one_is_taken_at_a_stroke_and_never_one_that_is_held(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)

    first, second = agent.post("/tasks/next"), desk.signed_in("agent", "8012").post("/tasks/next")

    assert first.headers["location"].startswith("/desk/tasks/shipment")
    assert second.headers["location"] == "/desk/tasks?said=tasks.none_free"


def test_a_call_shows_its_script_to_who_holds_it_and_its_number_only_for_a_reason(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    call = a_call(desk, case)
    before = agent.get(f"/tasks/{call.id}").text
    early = agent.post(f"/tasks/{call.id}/reveal", why="联系客户")
    agent.post(f"/tasks/{call.id}/claim")

    held = agent.get(f"/tasks/{call.id}").text
    without = agent.post(f"/tasks/{call.id}/reveal", why=" ", htmx=True)
    full = agent.post(f"/tasks/{call.id}/reveal", why=f"联系客户 {PHONE}", htmx=True)

    assert "下午三点前提" not in before
    assert early.status_code == 409
    assert "下午三点前提" in held
    assert PHONE not in held
    assert "138******12" in held
    assert (without.status_code, full.status_code) == (422, 200)
    assert PHONE not in without.text
    assert f"tel:{PHONE}" in full.text
    assert deeds(desk)[-1] == ("reveal.phone", case, "联系客户 138******12")
    assert [one for one in deeds(desk) if one[0].startswith("reveal.")] == [deeds(desk)[-1]]


def test_who_holds_a_call_reads_its_script_in_full_with_the_number_and_only_then(desk: Desk, agent: Browser) -> None:
    call = a_call(desk, ordered(desk, agent), text=f"王先生的货未提,请他回电 {OTHER}")
    agent.post(f"/tasks/{call.id}/claim")
    held = agent.get(f"/tasks/{call.id}").text
    other = desk.signed_in("agent", "8012").post(f"/tasks/{call.id}/reveal", why="好奇", htmx=True)

    full = agent.post(f"/tasks/{call.id}/reveal", why="联系客户", htmx=True)

    assert OTHER not in held
    assert "话术里的个人信息遮住了" in held
    assert other.status_code == 409
    assert f"请他回电 {OTHER}" in full.text
    assert [one.deed.detail for one in desk.stores.trail.search(what="reveal.")] == [f"{call.id} script"]


def test_a_call_is_finished_by_what_came_of_it(desk: Desk, agent: Browser) -> None:
    call = a_call(desk, ordered(desk, agent))
    agent.post(f"/tasks/{call.id}/claim")

    none = agent.post(f"/tasks/{call.id}/finish")
    done = agent.post(f"/tasks/{call.id}/finish", result="confirmed", note="说下午来")
    again = agent.post(f"/tasks/{call.id}/finish", result="away")

    assert none.status_code == 422
    assert done.headers["location"] == "/desk/tasks?said=tasks.finished"
    assert again.status_code == 409
    assert "8011 已经办结:已确认" in shown(again)
    kept = desk.stores.worklist.get(call.id)
    assert kept is not None
    assert (kept.status, kept.result, kept.note) == (TaskStatus.DONE, "confirmed", "说下午来")


def test_the_blank_fields_of_a_result_are_asked_with_their_types_and_come_with_it(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    task = the_task(desk)

    asked = agent.part(f"/tasks/{task.id}/ask?result=order_confirmed").text
    wrong = agent.post(f"/tasks/{task.id}/finish", result="order_confirmed", **{"f.goods_check": "会飞"})
    fine = agent.post(f"/tasks/{task.id}/finish", result="order_confirmed", **{"f.goods_check": "可承运"})
    settle(desk)

    assert '<select id="f.goods_check"' in asked
    assert 'data-is="违禁品"' in asked
    assert "workflows/shipment.yaml:" in asked
    assert 'name="f.order_no"' not in asked
    assert wrong.status_code == 422
    assert "没有这个选项" in wrong.text
    assert fine.status_code == 303
    row = desk.running.directory.find(case)[0]
    assert (row.state, row.fields["goods_check"]) == ("dispatched", "可承运")
    assert "可承运" not in agent.part(f"/tasks/{task.id}/ask?result=nothing").text


def test_a_task_of_another_area_is_not_there(desk: Desk, agent: Browser) -> None:
    ordered(desk, agent)
    task, stranger = the_task(desk), desk.signed_in("agent", "8040", areas=("北京",))

    answers = [
        stranger.get(f"/tasks/{task.id}"),
        stranger.post(f"/tasks/{task.id}/claim"),
        stranger.post(f"/tasks/{task.id}/reveal", why="x"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert stranger.get("/tasks").text.count("data-row") == 0


def test_markup_in_a_task_or_a_note_stays_text(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent, goods="<b>x</b>")
    call = a_call(desk, case, text="<script>alert(1)</script>", remark="<img src=x>")
    agent.post(f"/tasks/{call.id}/claim")
    agent.post(f"/tasks/{call.id}/finish", result="told", note="<i>done</i>")

    for path in ("/tasks", f"/tasks/{call.id}", f"/cases/{case}"):
        page = agent.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>x" not in page
        assert "<i>done" not in page
