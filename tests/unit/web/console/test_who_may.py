"""Who may ask for which page? The whole permission table is walked, with every access and without any."""

import pytest

from adapters.web.console.app import STREAM
from adapters.web.console.menu import MENU, all_pages
from adapters.web.console.visit import Page
from engine.ports.staff import Access
from tests.unit.web.console.desks import Browser, Desk, desk_of

OPEN = {("GET", "/login"), ("POST", "/login"), ("POST", "/logout"), ("POST", "/prefer"), ("GET", "/oidc"), ("GET", "/oidc/back")}
"""All that a stranger may ask for; static files besides."""
TABLE = all_pages()
GUARDED = [page for page in TABLE if page.least is not None]


def name_of(page: Page) -> str:
    return f"{page.method} {page.path}"


def path_of(page: Page) -> str:
    """An address that the row serves, about things that do not exist."""
    parts = [part if not part.startswith("{") else "nothing" for part in page.path.split("/")]
    return "/".join(parts)


def ask(browser: Browser, page: Page, **more: str) -> int:
    return (browser.post(path_of(page), **more) if page.method == "POST" else browser.get(path_of(page))).status_code


@pytest.fixture
def desk() -> Desk:
    return desk_of()


def test_a_stranger_may_ask_for_the_login_and_nothing_else() -> None:
    assert {(page.method, page.path) for page in TABLE if page.least is None} == OPEN


def test_every_row_is_asked_by_get_or_post_and_stands_once() -> None:
    rows = [name_of(page) for page in TABLE]

    assert {page.method for page in TABLE} <= {"GET", "POST"}
    assert sorted(set(rows)) == sorted(rows)


def test_every_address_served_stands_in_the_table(desk: Desk) -> None:
    served = {(method, route.path) for route in desk.desktop.app.routes for method in route.methods - {"HEAD"}}  # type: ignore[attr-defined]  # Routes all.

    assert served == {(page.method, page.path) for page in (*TABLE, STREAM)} | {("GET", "/static/{name:path}"), ("GET", "/")}


@pytest.mark.parametrize("page", GUARDED, ids=name_of)
def test_nobody_gets_in_without_signing_in(desk: Desk, page: Page) -> None:
    browser = desk.browser()

    answer = browser.get(path_of(page)) if page.method == "GET" else browser.post(path_of(page))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/login")


@pytest.mark.parametrize("access", list(Access), ids=lambda one: one.value)
def test_every_page_is_open_to_those_it_takes_and_shut_to_the_others(desk: Desk, access: Access) -> None:
    browser = desk.signed_in(access.value)

    refused = {name_of(page) for page in GUARDED if ask(browser, page) == 403}

    assert refused == {name_of(page) for page in GUARDED if page.least is not None and not access.covers(page.least)}


@pytest.mark.parametrize("page", [page for page in TABLE if page.method != "GET"], ids=name_of)
def test_nothing_is_done_without_the_token_or_from_another_site(desk: Desk, page: Page) -> None:
    browser = desk.signed_in("admin")
    before = (list(desk.stores.trail.search()), desk.stores.staff.users(), desk.stores.staff.sessions())
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"csrf={browser.csrf}"

    answers = [
        browser.post(path_of(page), csrf=""),
        browser.post(path_of(page), csrf="0" * 32),
        browser.ask("POST", path_of(page), headers=form | {"Origin": "https://evil.test"}, content=body),
        browser.ask("POST", path_of(page), headers=form | {"Sec-Fetch-Site": "cross-site"}, content=body),
        browser.ask("POST", path_of(page), headers=form | {"Sec-Fetch-Site": "same-site"}, content=body),
    ]

    assert [one.status_code for one in answers] == [403] * 5
    assert (list(desk.stores.trail.search()), desk.stores.staff.users(), desk.stores.staff.sessions()) == before


def test_the_token_may_come_in_the_header_that_htmx_sends(desk: Desk) -> None:
    browser = desk.signed_in("viewer")

    answer = browser.ask("POST", "/logout", headers={"X-CSRF-Token": browser.csrf, "Origin": "http://desk.test"})

    assert answer.status_code == 303
    assert desk.stores.staff.sessions() == []


def test_the_menu_shows_what_one_may_and_what_is_there(desk: Desk) -> None:
    paths = {page.path for page in TABLE if page.method == "GET"}
    for access in Access:
        text = desk.signed_in(access.value).get("/board").text

        shown = {key for key, (path, _, _) in MENU.items() if f'href="/desk{path}" data-go' in text}

        assert shown == {key for key, (path, _, least) in MENU.items() if path in paths and access.covers(least)}
