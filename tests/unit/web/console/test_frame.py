"""Is every page dressed as it should be? Words in two languages, headers, files of ours, troubles in words."""

import hashlib
import re
from pathlib import Path

import pytest

from adapters.web.console.looks import HERE, STATIC
from adapters.web.console.menu import MENU, all_pages
from adapters.web.console.visit import Page, Trouble, Visit
from adapters.web.console.words import all_words
from engine.ports.staff import Access
from engine.ports.store import StoreUnavailable
from tests.unit.web.console.desks import Desk, desk_of, shown

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
SOURCES = [*TEMPLATES, *sorted(HERE.rglob("*.py"))]
NAMES = re.compile(r"\{(\w+)\}")


@pytest.fixture
def desk() -> Desk:
    return desk_of()


def test_every_word_stands_in_both_languages_with_the_same_values() -> None:
    words = all_words()

    assert len(words) > 50
    assert [key for key, both in words.items() if len(both) != 2 or not all(both)] == []
    assert [key for key, (zh, en) in words.items() if set(NAMES.findall(zh)) != set(NAMES.findall(en))] == []


def test_every_word_a_template_or_a_page_says_was_written() -> None:
    modules = {key.partition(".")[0] for key in all_words()}
    said = re.compile(r"""(?:\bt|say|Trouble)\((?:\d+, ?)?['"](\w+\.\w+)['"][,)]""")

    missing = {
        f"{path.name}: {key}" for path in SOURCES for key in said.findall(path.read_text(encoding="utf-8")) if key not in all_words()
    }

    assert missing == set()
    assert {f"frame.{key}" for key in MENU} <= all_words().keys()
    assert modules >= {path.stem for path in (HERE / "words").glob("*.py")} - {"__init__"}


def test_every_trouble_says_what_is_wrong_and_what_to_do() -> None:
    troubles = re.compile(r"""Trouble\(\s*\d+,\s*['"](\w+\.\w+)['"]""")
    keys = {key for path in SOURCES for key in troubles.findall(path.read_text(encoding="utf-8"))}
    keys |= {key for key in all_words() if re.fullmatch(r"frame\.trouble_\w+", key) and not key.endswith("_next")}

    assert {key for key in keys if f"{key}_next" not in all_words()} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(HERE / "templates")))
def test_no_template_holds_what_the_policy_refuses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son\w+\s*=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style", text)
    assert not re.search(r"\|\s*safe\b", text)
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)
    assert not re.search(r"hx-(?:vars|on)|js:|javascript:", text)


def test_every_answer_carries_the_headers_that_keep_strangers_out(desk: Desk) -> None:
    desk.user()
    browser = desk.signed_in("viewer")

    for answer in (
        browser.get("/board"),
        browser.get("/nothing"),
        browser.get("/login"),
        browser.get("/static/desk.css"),
        browser.post("/board"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_htmx_may_not_run_what_a_page_says() -> None:
    page = desk_of().browser().get("/login").text

    assert "allowEval&#34;: false" in page
    assert "selfRequestsOnly&#34;: true" in page


def test_vendored_files_are_those_of_the_lock_and_no_others() -> None:
    lock = [
        line.split() for line in (STATIC / "vendor" / "vendor.lock").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]

    assert {row[0] for row in lock} == {path.name for path in (STATIC / "vendor").iterdir()} - {"vendor.lock"}
    for name, digest, licence, package, version, _ in lock:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, f"{name}: not what {package} {version} is"
        assert version in name
        assert licence in {"0BSD", "MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "EPL-1.0"}


def test_a_static_file_is_kept_for_a_year_under_its_version_and_asked_for_again_without(desk: Desk) -> None:
    browser = desk.browser()
    versioned = desk.desktop.looks.asset("desk.css")

    first, plain = browser.get(versioned), browser.get("/static/desk.css")
    again = browser.get("/static/desk.css", If_None_Match=plain.headers["etag"])

    assert "immutable" in first.headers["cache-control"]
    assert first.headers["content-type"].startswith("text/css")
    assert plain.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["../looks.py", "..%2flooks.py", "vendor", "nothing.js", "%2e%2e/app.py", "/etc/passwd"])
def test_nothing_but_static_files_is_given_away(desk: Desk, name: str) -> None:
    assert desk.browser().get(f"/static/{name}").status_code == 404


def test_the_language_is_chosen_by_the_person_then_the_browser_then_the_console(desk: Desk) -> None:
    browser = desk.browser()

    default, by_browser = browser.get("/login"), browser.get("/login", Accept_Language="en-US,en;q=0.9")
    browser.post("/prefer", lang="en")
    chosen = browser.get("/login", Accept_Language="zh-CN")
    browser.post("/prefer", lang="klingon")

    assert 'lang="zh-CN"' in default.text
    assert 'lang="en"' in by_browser.text
    assert 'lang="en"' in chosen.text
    assert 'lang="en"' in browser.get("/login").text


def test_a_page_that_is_not_there_says_so_in_words(desk: Desk) -> None:
    browser = desk.signed_in("viewer")

    missing, forbidden = browser.get("/no/such/page"), browser.ask("DELETE", "/board")

    assert missing.status_code == 404
    assert "没有这一页" in missing.text
    assert "总览" in missing.text
    assert forbidden.status_code == 405


def _failing(visit: Visit) -> object:
    if visit.query.get("how") == "store":
        raise StoreUnavailable("locked by <8011>")
    if visit.query.get("how") == "taken":
        raise Trouble(409)
    raise RuntimeError("secret 13812345678")


def test_a_fault_of_ours_is_told_with_a_number_and_nothing_else(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    table = [Page(path="/board", act=_failing, least=Access.VIEWER)]  # type: ignore[arg-type]  # It never answers.
    desk.desktop = type(desk.desktop)(desk.console, table)
    browser = desk.signed_in("viewer")

    broken, toast = browser.get("/board"), browser.part("/board")
    closed, taken = browser.get("/board?how=store"), browser.part("/board?how=taken")

    assert (broken.status_code, toast.status_code, closed.status_code, taken.status_code) == (500, 500, 503, 409)
    assert "13812345678" not in broken.text + toast.text
    assert caplog.records[0].trouble in broken.text  # type: ignore[attr-defined]  # An extra of the log.
    assert "locked" not in closed.text
    assert (toast.content, toast.headers["hx-reswap"]) == (b"", "none")
    assert '"bad": true' in taken.headers["hx-trigger"]
    assert taken.headers["hx-trigger"].isascii()


def test_what_is_too_large_is_refused_before_it_is_kept(desk: Desk) -> None:
    browser = desk.signed_in("viewer")

    assert browser.post("/prefer", lang="x" * (2 * 1024 * 1024)).status_code == 413


def test_the_header_shows_the_four_numbers(desk: Desk) -> None:
    text = shown(desk.signed_in("viewer").get("/numbers"))

    assert text == "待判 0 误点 0 待发 0 死信 0"


def test_there_is_a_page_for_each_row_of_the_table() -> None:
    assert len(all_pages()) >= 6
