"""Can a case be put on hold from its page, resumed, and a mistake be taken back; each with its reason, in the audit?"""

import pytest

from tests.unit.web.console.desks import Browser, Desk, desk_of, later, shown
from tests.unit.web.console.orders import ordered, settle


@pytest.fixture
def desk() -> Desk:
    return desk_of()


@pytest.fixture
def agent(desk: Desk) -> Browser:
    return desk.signed_in("agent", "8011")


def deeds(desk: Desk) -> list[tuple[str, str]]:
    return [(one.deed.what, one.deed.why) for one in reversed(desk.stores.trail.search()) if one.deed.what not in ("case.open", "login")]


def test_a_case_on_hold_says_so_on_its_page_and_on_the_board(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)

    answer = agent.post(f"/cases/{case}/hold", why="客户要求先别联系 13812345678")
    page, board = agent.get(f"/cases/{case}"), agent.get("/board")

    assert answer.status_code == 303
    assert "挂起:15:00 起,8011,因为“客户要求先别联系 138******78”;直到有人恢复。什么都不发出,时限照算。" in shown(page)
    assert f'action="/desk/cases/{case.replace(":", "%3A")}/resume"' in page.text
    assert "/hold" not in page.text.partition('id="hold"')[2].partition("</section>")[0]
    assert '<span class="tag warn">挂起</span>' in board.text
    assert deeds(desk) == [("case.hold", "客户要求先别联系 138******78")]


def test_resuming_waits_ten_seconds_in_which_it_can_be_taken_back(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    agent.post(f"/cases/{case}/hold", why="等总部")

    agent.post(f"/cases/{case}/resume", why="好了")
    resuming = agent.get(f"/cases/{case}").text
    agent.post(f"/cases/{case}/stay")
    stays = agent.get(f"/cases/{case}").text
    agent.post(f"/cases/{case}/resume", why="真的好了", once="2")
    desk.clock.advance(later(seconds=10))
    settle(desk)
    gone = agent.get(f"/cases/{case}").text

    assert "11-23 15:00:10 起照常" in shown_text(resuming)
    assert "/stay" in resuming
    assert "/stay" not in stays
    assert "直到有人恢复" in shown_text(stays)
    assert 'id="on-hold"' not in gone
    assert [what for what, _ in deeds(desk)] == ["case.hold", "case.resume", "case.resume_taken_back", "case.resume"]


def shown_text(html: str) -> str:
    return " ".join(html.split())


def test_a_hold_until_an_hour_ends_by_itself(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)

    agent.post(f"/cases/{case}/hold", why="等总部", until="2026-11-23T16:00")
    before = shown(agent.get(f"/cases/{case}"))
    desk.clock.advance(later(hours=1))
    settle(desk)
    agent = desk.signed_in("agent", "8012")

    assert "到 16:00 为止" in before
    assert "到 16:00 为止" not in shown(agent.get(f"/cases/{case}"))


def test_without_a_reason_with_a_past_hour_or_when_it_is_too_late_nothing_is_done(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)

    answers = [
        agent.post(f"/cases/{case}/hold", why=" "),
        agent.post(f"/cases/{case}/hold", why="x", until="2026-11-23T14:00"),
        agent.post(f"/cases/{case}/hold", why="x", until="gestern"),
        agent.post(f"/cases/{case}/resume", why="x"),
        agent.post(f"/cases/{case}/stay"),
    ]

    assert [one.status_code for one in answers] == [422, 422, 422, 409, 409]
    assert "请写原因" in answers[0].text
    assert deeds(desk) == []
    assert desk.stores.store.load(case).ledger.hold is None


def test_a_viewer_sees_that_it_is_on_hold_and_has_no_button(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    agent.post(f"/cases/{case}/hold", why="等总部")
    viewer = desk.signed_in("viewer", "8050")

    page = viewer.get(f"/cases/{case}").text

    assert 'id="on-hold"' in page
    assert 'id="hold"' not in page
    assert viewer.post(f"/cases/{case}/resume", why="x").status_code == 403


def test_the_form_sent_twice_counts_once(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)

    answers = [agent.post(f"/cases/{case}/hold", why="等总部", once="n1").status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(deeds(desk)) == 1
    assert len([row for row in desk.stores.directory.journal(case) if row.kind == "hand"]) == 1


@pytest.fixture
def busy() -> Desk:
    """A desk whose messages leave."""
    return desk_of(sends=True)


def posted(desk: Desk) -> None:
    """What is ready leaves, and its receipts are decided."""
    desk.running.carry_post(desk.clock.monotonic() + 60)
    settle(desk)


def confirmed(desk: Desk, agent: Browser) -> str:
    """An order whose dispatch message has left."""
    case = ordered(desk, agent)
    agent.post(f"/cases/{case}/event", htmx=True, event="order_confirmed", **{"f.goods_check": "可承运"})
    settle(desk)
    posted(desk)
    return case


def sent(desk: Desk, case: str) -> list[tuple[str, str]]:
    return [(one.effect_id.rpartition(":")[2], one.status) for one in desk.stores.directory.sent(case) if one.channel == "sms"]


def test_a_message_is_sent_again_after_ten_seconds_in_which_it_can_be_taken_back(busy: Desk) -> None:
    agent = busy.signed_in("agent", "8011")
    case = confirmed(busy, agent)
    first = f"{case}/{sent(busy, case)[0][0].partition('/')[2]}"
    link = f"/again?effect={first}".replace(":", "%3A")

    page = agent.get(f"/cases/{case}").text
    asked = shown(agent.get(f"/cases/{case}/again?effect={first}"))
    answer = agent.post(f"/cases/{case}/again", effect=first, why="司机说没收到", once="a1")
    waits = agent.get(f"/cases/{case}").text
    mine = next(one.id for one in busy.stores.store.load(case).ledger.issued if one.again_of)
    back = agent.post(f"/cases/{case}/again-back", effect=mine)
    once_more = agent.post(f"/cases/{case}/again", effect=first, why="真的没收到", once="a2")
    busy.clock.advance(later(seconds=9))
    posted(busy)
    before = sent(busy, case)
    busy.clock.advance(later(seconds=1))
    posted(busy)

    assert link in page
    assert "10 秒后才发,其间可以撤回" in asked
    assert [one.status_code for one in (answer, back, once_more)] == [303] * 3
    assert "/again-back" in waits
    assert [status for _, status in before][-2:] == ["dropped", "ready"]
    assert sent(busy, case)[-1][1] in ("accepted", "done")
    assert deeds(busy)[-3:] == [("message.again", "司机说没收到"), ("message.again_taken_back", ""), ("message.again", "真的没收到")]


def test_what_cannot_be_sent_again_is_told_and_nothing_is_done(busy: Desk) -> None:
    agent = busy.signed_in("agent", "8011")
    case = confirmed(busy, agent)
    first = f"{case}/{sent(busy, case)[0][0].partition('/')[2]}"
    agent.post(f"/cases/{case}/hold", why="等总部")

    asked = shown(agent.get(f"/cases/{case}/again?effect={first}"))
    answers = [
        agent.post(f"/cases/{case}/again", effect=first, why="x").status_code,
        agent.post(f"/cases/{case}/again", effect=first, why="").status_code,
        agent.post(f"/cases/{case}/again-back", effect=first).status_code,
        agent.get(f"/cases/{case}/again?effect={case}/9/9").status_code,
    ]

    assert "单挂起中,先恢复" in asked
    assert answers == [409, 422, 409, 404]
    assert "/again?" not in agent.get(f"/cases/{case}").text
    assert "message.again" not in [what for what, _ in deeds(busy)]


def lines(desk: Desk, case: str, name: str) -> list[str]:
    return [row.event_id for row in desk.stores.directory.journal(case) if row.name == name]


def test_a_correction_and_a_taking_back_can_themselves_be_taken_back(desk: Desk, agent: Browser) -> None:
    case = ordered(desk, agent)
    agent.post(f"/cases/{case}/event", htmx=True, event="edited", note="客户更正", **{"f.pieces": "7"})
    (edit,) = lines(desk, case, "edited")

    def pieces() -> str:
        return desk.running.directory.find(case)[0].fields["pieces"]

    seen = [pieces()]
    for number in range(4):
        target = edit if number % 2 == 0 else lines(desk, case, "retracted")[-1]
        assert agent.post(f"/cases/{case}/undo", event=target, why="点错了").status_code == 303
        settle(desk)
        seen.append(pieces())

    page = agent.get(f"/cases/{case}").text
    assert seen == ["7", "6", "7", "6", "7"]
    assert page.count("已撤回</span>") == 2
