"""Who comes in with the company's account, with what access, and who does not?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from adapters.settings import SettingProblem
from adapters.web.console.oidc import SignOn, sign_on_of
from engine.ports.staff import Access
from tests.unit.web.console.desks import Browser, Desk, desk_of, later, shown
from tests.unit.web.console.identity import CLIENT, SECRET, Identity, identity
from tests.unit.web.desk import NOW

ENV = {
    "WAYBILL_OIDC_ISSUER": "https://id.example.com/realms/desk", "WAYBILL_OIDC_CLIENT_ID": CLIENT, "WAYBILL_OIDC_SECRET": SECRET,
    "WAYBILL_OIDC_GROUPS": "lead=supervisor, cn=desk=agent",
}  # fmt: skip


@pytest.fixture
def them() -> Iterator[Identity]:
    with identity(NOW) as running:
        yield running


@pytest.fixture
def desk(them: Identity) -> Desk:
    groups = {"lead": Access.SUPERVISOR, "desk": Access.AGENT}
    back = "http://desk.test/desk/oidc/back"
    return desk_of(sign_on=SignOn(issuer=them.issuer, client_id=CLIENT, secret=SECRET, back=back, groups=groups))


def come_in(browser: Browser, them: Identity, **changes: str) -> httpx.Response:
    """Away and back; `changes` to what the browser brings."""
    away = browser.get("/oidc?next=/desk/board")
    assert away.status_code == 303, shown(away)
    return browser.get("/oidc/back?" + urlencode(them.come(away.headers["location"]) | changes))


def test_who_comes_the_first_time_gets_an_account_with_the_access_of_the_first_group_that_fits(desk: Desk, them: Identity) -> None:
    them.who["groups"] = ["all", "desk", "lead"]
    browser = desk.browser()

    answer = come_in(browser, them)

    user = desk.stores.staff.user("wang.li")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/board")
    assert browser.get("/board").status_code == 200
    assert user is not None
    assert (user.access, user.label, user.subject, user.password) == (Access.SUPERVISOR, "王丽", f"{them.issuer}#u-77", "")
    assert "waybill_oidc" not in browser.cookies
    assert [one.deed.what for one in desk.stores.trail.search()] == ["login.done", "user.add"]


def test_who_comes_again_is_known_by_sub_and_has_what_the_groups_say_now(desk: Desk, them: Identity) -> None:
    come_in(desk.browser(), them)
    them.who |= {"preferred_username": "wang.li.new", "groups": ["lead"]}

    answer = come_in(desk.browser(), them)

    assert answer.status_code == 303
    assert [(one.name, one.access) for one in desk.stores.staff.users()] == [("wang.li", Access.SUPERVISOR)]


def test_an_account_of_ours_with_the_same_name_stays_its_owners(desk: Desk, them: Identity) -> None:
    desk.user("wang.li", "admin")

    come_in(desk.browser(), them)

    names = {one.name: one.access for one in desk.stores.staff.users()}
    assert names.pop("wang.li") is Access.ADMIN
    assert list(names.values()) == [Access.AGENT]
    assert [one.user for one in desk.stores.staff.sessions()] == list(names)


def test_without_a_group_of_ours_nobody_comes_in_and_is_told_so_in_words(desk: Desk, them: Identity) -> None:
    come_in(desk.browser(), them)
    them.who["groups"] = ["cleaning"]

    answer = come_in(desk.browser(), them)

    assert answer.status_code == 403
    assert "公司账号认得你,但你没有这里的权限" in shown(answer)
    assert desk.stores.staff.sessions() == []


def test_whoever_is_disabled_here_stays_out(desk: Desk, them: Identity) -> None:
    come_in(desk.browser(), them)
    user = desk.stores.staff.user("wang.li")
    assert user is not None
    desk.stores.staff.change(replace(user, disabled=True))

    answer = come_in(desk.browser(), them)

    assert (answer.status_code, "这个账号在这里已停用" in shown(answer)) == (403, True)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "0" * 64}, {"nonce": None}, {"aud": "another-client"}, {"aud": [CLIENT, "another-client"]}, {"azp": "another-client"},
        {"iss": "https://evil.test"}, {"exp": int(NOW.timestamp()) - 61}, {"iat": int(NOW.timestamp()) + 61}, {"exp": None}, {"sub": None}, {"sub": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_for_us_or_not_now_is_refused(desk: Desk, them: Identity, claims: dict[str, Any]) -> None:
    them.claims = claims
    browser = desk.browser()

    answer = come_in(browser, them)

    assert (answer.status_code, "这次登录没有通过核对" in shown(answer)) == (403, True)
    assert desk.stores.staff.users() == []
    assert browser.get("/board").status_code == 303


@pytest.mark.parametrize(
    "change", [{"signer": "forged"}, {"signer": "forged", "number": "forged"}, {"algorithm": "none"}, {"algorithm": "HS256"}], ids=str
)
def test_a_forged_signature_is_refused(desk: Desk, them: Identity, change: dict[str, str]) -> None:
    for name, value in change.items():
        setattr(them, name, value)

    assert come_in(desk.browser(), them).status_code == 403
    assert desk.stores.staff.users() == []


@pytest.mark.parametrize(
    "brought", [{"state": "0" * 64}, {"state": "国"}, {"code": "code-99"}, {"code": ""}, {"iss": "https://evil.test"}], ids=str
)
def test_what_the_browser_brings_must_be_what_it_was_sent_for(desk: Desk, them: Identity, brought: dict[str, str]) -> None:
    assert come_in(desk.browser(), them, **brought).status_code == 403
    assert desk.stores.staff.users() == []


def test_the_way_back_of_another_browser_signs_nobody_in_and_none_is_gone_twice(desk: Desk, them: Identity) -> None:
    browser = desk.browser()
    away = browser.get("/oidc")
    brought = urlencode(them.come(away.headers["location"]))

    elsewhere = desk.browser().get(f"/oidc/back?{brought}")
    first = browser.get(f"/oidc/back?{brought}")
    again = browser.get(f"/oidc/back?{brought}")

    assert (elsewhere.status_code, first.status_code, again.status_code) == (403, 303, 403)


def test_a_new_key_is_fetched_when_it_signs_and_the_old_one_is_believed_no_more(desk: Desk, them: Identity) -> None:
    come_in(desk.browser(), them)
    desk.clock.advance(later(seconds=31))
    them.now = NOW + later(seconds=31)
    them.signer = them.number = "second"
    them.published = ["second"]

    answer = come_in(desk.browser(), them)
    them.signer = them.number = "first"

    assert answer.status_code == 303
    assert come_in(desk.browser(), them).status_code == 403


@pytest.mark.parametrize(
    "about", [{"issuer": "https://evil.test"}, {"token_endpoint": "http://evil.test/token"}, {"jwks_uri": None}], ids=str
)
def test_a_provider_that_is_not_itself_or_not_by_https_is_told_as_away(desk: Desk, them: Identity, about: dict[str, Any]) -> None:
    browser = desk.browser()
    browser.get("/oidc") if "issuer" not in about else None
    them.about = about
    desk.clock.advance(later(hours=2))

    away = browser.get("/oidc")
    answer = browser.get("/oidc/back?" + urlencode(them.come(away.headers["location"]))) if away.status_code == 303 else away

    assert (answer.status_code, "公司的登录服务现在连不上" in shown(answer)) == (502, True)


def test_the_button_stands_on_the_login_page_and_only_where_there_is_a_provider(desk: Desk) -> None:
    assert 'href="/desk/oidc?next=' in desk.browser().get("/login").text
    assert "/desk/oidc" not in desk_of().browser().get("/login").text
    assert desk_of().browser().get("/oidc").status_code == 404
    assert desk_of().browser().get("/oidc/back?code=1&state=2").status_code == 404


def test_who_turns_back_at_the_provider_is_told_how_to_go_on(desk: Desk, them: Identity) -> None:
    browser = desk.browser()
    browser.get("/oidc")

    answer = browser.get("/oidc/back?error=access_denied&error_description=%3Cscript%3E")

    assert (answer.status_code, "script%3E" in answer.text, "<script>" in answer.text.split("</head>")[1]) == (403, False, False)


def test_the_settings_come_from_the_environment() -> None:
    read = sign_on_of(ENV, "https://desk.example.com")

    assert read is not None
    assert dict(read.groups) == {"lead": Access.SUPERVISOR, "cn=desk": Access.AGENT}
    assert read.back == "https://desk.example.com/desk/oidc/back"
    assert SECRET not in repr(read)
    assert sign_on_of({}, "") is None


@pytest.mark.parametrize(
    ("change", "desk_url"),
    [({"WAYBILL_OIDC_ISSUER": "http://id.example.com"}, "https://d.test"), ({"WAYBILL_OIDC_CLIENT_ID": ""}, "https://d.test"), ({}, ""),
     ({"WAYBILL_OIDC_GROUPS": ""}, "https://d.test"), ({"WAYBILL_OIDC_GROUPS": "desk=boss"}, "https://d.test"), ({"WAYBILL_OIDC_GROUPS": "=agent"}, "https://d.test")],
)  # fmt: skip
def test_half_a_setting_stops_the_start(change: dict[str, str], desk_url: str) -> None:
    with pytest.raises(SettingProblem):
        sign_on_of(ENV | change, desk_url)
