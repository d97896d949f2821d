"""Do the pages for administrators do what they say: accounts, sessions, the audit, the system?"""

from dataclasses import replace

import pytest

from adapters.web.console.sign_in import proven
from engine.ports.staff import Access
from engine.ports.trail import Deed
from tests.unit.web.console.desks import PASSWORD, Browser, Desk, desk_of, shown


@pytest.fixture
def desk() -> Desk:
    return desk_of()


@pytest.fixture
def admin(desk: Desk) -> Browser:
    return desk.signed_in("admin", "8001")


def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.deed.what, one.deed.who, one.deed.about) for one in desk.stores.trail.search()]


def test_an_account_is_added_and_can_sign_in(desk: Desk, admin: Browser) -> None:
    answer = admin.post(
        "/users", name="8011", label="李明", access="agent", areas="深圳, 广州、佛山", roles="desk_agent", password=PASSWORD
    )

    user = desk.stores.staff.user("8011")
    assert answer.headers["location"] == "/desk/users?said=users.added"
    assert user is not None
    assert (user.label, user.access, user.areas, user.roles) == ("李明", Access.AGENT, ("深圳", "广州", "佛山"), ("desk_agent",))
    assert desk.browser().sign_in("8011").status_code == 303
    assert ("user.add", "8001", "8011") in deeds(desk)
    assert PASSWORD not in repr(desk.stores.trail.search())


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [("8001", PASSWORD, "已有账号"), ("a b", PASSWORD, "不能有空格"), ("", PASSWORD, "不能为空"), ("8012", "short", "密码要")],
)
def test_an_account_that_will_not_do_is_refused_with_the_reason(desk: Desk, admin: Browser, name: str, password: str, said: str) -> None:
    answer = admin.post("/users", name=name, access="viewer", password=password)

    assert answer.status_code == 422
    assert said in answer.text
    assert [one.name for one in desk.stores.staff.users()] == ["8001"]
    assert deeds(desk) == []


def test_a_change_says_in_the_audit_what_was_before(desk: Desk, admin: Browser) -> None:
    desk.user("8011", "agent", areas=("深圳",))

    admin.post("/users/8011", label="李明", access="supervisor", areas="", why="升主管")

    (entry,) = desk.stores.trail.search()
    assert (entry.deed.what, entry.deed.about, entry.deed.why) == ("user.change", "8011", "升主管")
    assert entry.deed.detail == "label:  -> 李明; access: agent -> supervisor; areas: 深圳 -> all"


def test_disabling_ends_every_session_of_the_account(desk: Desk, admin: Browser) -> None:
    other = desk.signed_in("agent", "8011")

    admin.post("/users/8011", access="agent", disabled="yes")

    assert other.get("/board").status_code == 303
    assert [one.user for one in desk.stores.staff.sessions()] == ["8001"]


@pytest.mark.parametrize("form", [{"access": "viewer"}, {"access": "admin", "disabled": "yes"}])
def test_the_last_administrator_stays_one(desk: Desk, admin: Browser, form: dict[str, str]) -> None:
    answer = admin.post("/users/8001", **form)

    assert answer.status_code == 422
    assert "最后一个管理员" in answer.text
    assert desk.stores.staff.user("8001") == replace(desk.stores.staff.users()[0], access=Access.ADMIN, disabled=False)


def test_a_new_password_ends_the_sessions_and_lets_only_itself_in(desk: Desk, admin: Browser) -> None:
    other = desk.signed_in("agent", "8011")

    admin.post("/users/8011/password", password="another-horse-2")

    assert other.get("/board").status_code == 303
    assert proven(desk.stores.staff, "8011", PASSWORD) is None
    assert proven(desk.stores.staff, "8011", "another-horse-2") is not None


def test_the_own_password_is_changed_by_whoever_knows_the_present_one(desk: Desk) -> None:
    browser = desk.signed_in("viewer", "8020")

    wrong = browser.post("/me/password", present="wrong-horse-9", password="another-horse-2")
    right = browser.post("/me/password", present=PASSWORD, password="another-horse-2")

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert proven(desk.stores.staff, "8020", "another-horse-2") is not None
    assert [what for what, _, _ in deeds(desk)] == ["user.password", "password.failed"]


def test_a_session_is_ended_alone_or_with_all_of_its_user(desk: Desk, admin: Browser) -> None:
    other = desk.signed_in("agent", "8011")
    page = admin.get("/sessions").text
    digest = next(one.digest for one in desk.stores.staff.sessions() if one.user == "8011")

    refused = admin.post("/sessions/end", session=digest[:4])
    ended = admin.post("/sessions/end", session=digest[:16])

    assert digest not in page
    assert digest[:16] in page
    assert (refused.status_code, ended.status_code) == (404, 303)
    assert other.get("/board").status_code == 303
    assert admin.post("/sessions/end", user="8001").status_code == 303
    assert desk.stores.staff.sessions() == []


def test_the_audit_is_searched_by_each_of_its_columns(desk: Desk, admin: Browser) -> None:
    for number in range(3):
        desk.stores.trail.write(
            Deed(
                at=desk.clock.now(), who=f"801{number}", what="reveal.phone", about=f"shipment:{number}", why="客户来电", address="10.0.0.9"
            )
        )
    desk.stores.trail.write(Deed(at=desk.clock.now(), who="eve", what="login.failed", address="10.0.0.66"))

    def found(query: str) -> int:
        return admin.get(f"/audit?{query}").text.count("data-row")

    assert found("") == 4
    assert found("what=reveal.") == 3
    assert found("who=8011") == found("about=shipment:2") == found("address=10.0.0.66") == 1
    assert found("since=2026-11-23&until=2026-11-23") == 4
    assert found("since=2026-11-24") == 0
    assert found("before=2") == 1
    assert found("since=nonsense&before=x") == 4


def test_long_audits_come_in_pages(desk: Desk, admin: Browser) -> None:
    for number in range(120):
        desk.stores.trail.write(Deed(at=desk.clock.now(), who="8011", what="task.claim", about=f"{number}"))

    first = admin.get("/audit?who=8011").text

    assert first.count("data-row") == 100
    assert "who=8011&amp;before=21" in first
    assert admin.get("/audit?who=8011&before=21").text.count("data-row") == 20


def test_a_check_finds_the_entry_that_was_changed(desk: Desk, admin: Browser) -> None:
    for number in range(5):
        desk.stores.trail.write(Deed(at=desk.clock.now(), who="8011", what="task.claim", about=f"{number}"))

    sound = shown(admin.post("/audit/check", htmx=True))
    entries = desk.stores.trail.entries
    entries[2] = replace(entries[2], deed=replace(entries[2].deed, who="somebody else"))
    broken = shown(admin.post("/audit/check", htmx=True))

    assert "5 条记录" in sound
    assert "第 3 条" in broken


def test_the_system_page_tells_what_waits_and_what_runs(desk: Desk, admin: Browser) -> None:
    text = shown(admin.get("/system"))

    assert "waybill 0.1" in text
    assert desk.running.rulebook().fingerprint[:12] in text
    assert "待判的事件 0" in text


def test_markup_in_a_name_stays_text(desk: Desk, admin: Browser) -> None:
    admin.post("/users", name="<img>", label="<script>x</script>", access="viewer", areas="<b>", password=PASSWORD)

    for path in ("/users", "/audit", "/users/%3Cimg%3E"):
        page = admin.get(path).text
        assert "<script>x" not in page
        assert "<img>" not in page
        assert "<b>" not in page.replace("<b>0</b>", "")
