"""How does one come in, how long does it hold, and what is kept of it?"""

import re
from dataclasses import replace

import pytest

from adapters.web.console.sign_in import TRIES_MAX, holder_of, password_hash, password_problem, proven, token_digest
from tests.unit.web.console.desks import PASSWORD, Desk, desk_of, later, shown


@pytest.fixture
def desk() -> Desk:
    made = desk_of()
    made.user()
    return made


def test_a_password_is_kept_as_argon2id_and_proves_only_its_owner(desk: Desk) -> None:
    written = password_hash(PASSWORD)
    desk.user("8002", password=written)

    assert written.startswith("$argon2id$")
    assert proven(desk.stores.staff, "8002", PASSWORD) is not None
    assert proven(desk.stores.staff, "8002", PASSWORD + "x") is None
    assert proven(desk.stores.staff, "nobody", PASSWORD) is None
    assert proven(desk.stores.staff, "nobody", "the password of nobody") is None


def test_a_hash_of_another_cost_is_written_again_when_the_password_is_known(desk: Desk) -> None:
    before = desk.stores.staff.user("8001")

    assert proven(desk.stores.staff, "8001", PASSWORD) is not None

    after = desk.stores.staff.user("8001")
    assert before is not None
    assert after is not None
    assert before.password != after.password
    assert proven(desk.stores.staff, "8001", PASSWORD) is not None


@pytest.mark.parametrize("password", ["short", "x" * 201, "my8001secret", "aaaaabbbbb"])
def test_a_password_that_is_easy_to_guess_is_refused_in_both_languages(password: str) -> None:
    problem = password_problem(password, "8001")

    assert problem is not None
    assert all(problem)
    assert password_problem(PASSWORD, "8001") is None


def test_signing_in_gives_a_new_token_of_which_only_the_digest_is_kept(desk: Desk) -> None:
    browser = desk.browser()
    browser.get("/login")
    nonce = browser.cookies["waybill_desk"]

    answer = browser.post("/login", name="8001", password=PASSWORD, next="/desk/board?x=1")

    token = browser.cookies["waybill_desk"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/board?x=1")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert token != nonce
    assert [one.digest for one in desk.stores.staff.sessions()] == [token_digest(token)]
    assert token not in repr(desk.stores.staff.sessions())
    assert "HttpOnly; Path=/; SameSite=lax" in answer.headers["set-cookie"]
    assert browser.get("/board").status_code == 200
    assert [(one.deed.what, one.deed.who, one.deed.address) for one in desk.stores.trail.search()] == [("login.done", "8001", "10.0.0.7")]


def test_signing_in_again_ends_the_session_before(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in()
    first = browser.cookies["waybill_desk"]

    browser.post("/login", name="8001", password=PASSWORD)

    assert browser.cookies["waybill_desk"] != first
    assert [one.digest for one in desk.stores.staff.sessions()] == [token_digest(browser.cookies["waybill_desk"])]


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    desk = desk_of(origin="https://desk.example.com")
    desk.user()
    browser = desk.browser(base="http://desk.example.com")

    browser.get("/login")
    refused = browser.post("/login", name="8001", password=PASSWORD)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://desk.example.com"}
    answer = browser.ask("POST", "/login", headers=headers, content=f"name=8001&password={PASSWORD}&csrf={browser.csrf}")

    assert refused.status_code == 303  # A client that sends no Origin is proven by its token.
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith("__Host-waybill_desk=")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "back", ["https://evil.test/desk/", "//evil.test", "/cases", "/desk/\\evil", "/desk/login", "javascript:alert(1)", ""]
)
def test_the_way_back_never_leads_out_of_the_console(desk: Desk, back: str) -> None:
    answer = desk.browser().sign_in(back=back)

    assert answer.headers["location"] == "/desk/board"


def test_a_wrong_password_says_so_and_not_which_of_the_two_was_wrong(desk: Desk) -> None:
    wrong, unknown = desk.browser().sign_in(password="wrong-horse-1"), desk.browser().sign_in(name="8009")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "工号或密码不对" in wrong.text
    assert shown(wrong).replace("8001", "") == shown(unknown).replace("8009", "")
    assert [one.deed.what for one in desk.stores.trail.search()] == ["login.failed", "login.failed"]
    assert "wrong-horse" not in repr(desk.stores.trail.search())


def test_after_some_wrong_passwords_even_the_right_one_must_wait(desk: Desk) -> None:
    browser = desk.browser()
    for _ in range(TRIES_MAX):
        browser.sign_in(password="wrong-horse-1")

    throttled, elsewhere = browser.sign_in(), desk.browser(address="10.0.0.8").sign_in()
    desk.clock.advance(later(minutes=16))
    again = browser.sign_in()

    assert (throttled.status_code, elsewhere.status_code, again.status_code) == (429, 303, 303)


def test_a_session_ends_when_it_is_not_used_and_after_a_shift_in_any_case(desk: Desk) -> None:
    used, idle = desk.browser(), desk.browser()
    used.sign_in()
    idle.sign_in()

    for _ in range(12):
        desk.clock.advance(later(minutes=29))
        assert used.get("/board").status_code == 200
    over = idle.get("/board")
    for _ in range(13):
        desk.clock.advance(later(minutes=29))
        used.get("/board")

    assert over.status_code == 303
    assert used.get("/board").status_code == 303
    assert desk.stores.staff.sessions() == []


def test_a_tab_that_only_listens_keeps_no_session_alive(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in()
    token = browser.cookies["waybill_desk"]
    desk.clock.advance(later(minutes=20))

    assert holder_of(desk.stores.staff, token, desk.clock.now(), uses=False) is not None
    desk.clock.advance(later(minutes=11))

    assert holder_of(desk.stores.staff, token, desk.clock.now(), uses=False) is None


def test_whoever_is_disabled_is_out_at_once(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in()
    user = desk.stores.staff.user("8001")
    assert user is not None

    desk.stores.staff.change(replace(user, disabled=True))

    assert browser.get("/board").status_code == 303
    assert desk.browser().sign_in().status_code == 422


def test_logging_out_ends_the_session_and_clears_the_cookie(desk: Desk) -> None:
    browser = desk.browser()
    browser.sign_in()
    token = browser.cookies["waybill_desk"]

    answer = browser.post("/logout")

    assert answer.headers["location"].startswith("/desk/login")
    assert "waybill_desk" not in browser.cookies
    browser.cookies["waybill_desk"] = token
    assert browser.get("/board").status_code == 303


def test_htmx_is_sent_to_the_login_page_as_a_whole(desk: Desk) -> None:
    answer = desk.browser().part("/numbers")

    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk/login?next=")


def test_before_there_is_anybody_the_login_page_says_how_to_begin() -> None:
    assert "waybill user add NAME --role admin" in desk_of().browser().get("/login").text
