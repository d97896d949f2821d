"""Can rules be edited, checked, read, tried, proposed, published by a second person and rolled back, all from the pages?"""

import io
import zipfile
from datetime import timedelta

import pytest

from adapters.files.rules import read_rules, shipped_rules_dir
from engine.model.version import How
from engine.service.publish import Press, Told
from tests.unit.web.console.desks import Browser, Desk, desk_of, shown
from tests.unit.web.console.orders import ordered, settle
from tests.unit.web.console.test_board import order

SLA = "rules/sla.yaml"
STORIES = "rules/stories/one.yaml"


@pytest.fixture
def desk() -> Desk:
    """The shipped rules in force as v1; with one story, so that playing them is quick."""
    desk = desk_of()
    files = {path: text for path, text in read_rules(shipped_rules_dir()).items() if "/stories/" not in path}
    press = Press(desk.stores.shelf, desk.stores.directory, None)
    found = press.publish_files(files, by="folder", why="", how=How.FOLDER, now=desk.clock.now())
    assert found.told is Told.PUBLISHED
    desk.running.follow_rules()
    return desk


def text_of(desk: Desk, path: str = SLA) -> str:
    version = desk.stores.shelf.current()
    assert version is not None
    return (desk.stores.shelf.files(version.fingerprint) or {})[path]


def edited(desk: Desk, browser: Browser) -> str:
    """Another label for the first policy, in the draft."""
    label = next(iter(desk.running.rulebook().policies.values())).label
    text = text_of(desk).replace(label, "新名字时效", 1)
    assert browser.post("/rules/check", file=SLA, text=text).status_code == 200
    return text


def test_the_list_shows_the_files_and_refused_ones_of_the_folder_in_red(desk: Desk) -> None:
    desk.running.offer_rules({**read_rules(shipped_rules_dir()), SLA: "kind: sla\npolicies: 7\n"})

    page = desk.signed_in("viewer").get("/rules")

    assert SLA in page.text
    assert "规则文件夹有错" in shown(page)
    assert "note bad" in page.text


def test_what_is_typed_is_checked_as_the_daemon_would_with_place_and_next_step(desk: Desk) -> None:
    browser = desk.signed_in("rule_editor")
    wrong = text_of(desk) + "begin_at_all: 7\n"

    page = browser.get(f"/rules/file/{SLA}")
    checked = browser.post("/rules/check", file=SLA, text=wrong)

    assert "style-src 'self' 'nonce-" in page.headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in page.headers["content-security-policy"]
    assert 'data-problem data-line="' in checked.text
    assert "规则还有错" in shown(checked)
    assert "begin_at_all: 7" in browser.get(f"/rules/file/{SLA}").text


def test_text_that_looks_like_a_page_stays_text(desk: Desk) -> None:
    browser = desk.signed_in("rule_editor")

    browser.post("/rules/check", file=SLA, text="</textarea><script>alert(1)</script>")

    for page in (f"/rules/file/{SLA}", "/rules/draft", "/rules"):
        assert "<script>alert" not in browser.get(page).text


def test_a_rule_editor_proposes_and_another_person_publishes_and_rolls_back(desk: Desk) -> None:
    editor, boss = desk.signed_in("rule_editor", "8005"), desk.signed_in("supervisor", "8002")
    edited(desk, editor)

    changes = editor.get("/rules/draft")
    proposed = editor.post("/rules/propose", why="换个名字")
    place = proposed.headers["location"].partition("?")[0]
    seen = boss.get(place)
    answers = [editor.post(f"{place}/publish", why="我自己").status_code, boss.post(f"{place}/publish", why="同意").status_code]
    desk.running.follow_rules()

    assert "新名字时效" in shown(changes)
    assert "新名字时效" in shown(seen)
    assert "Said(" not in seen.text
    assert answers == [403, 303]
    assert next(iter(desk.running.rulebook().policies.values())).label == "新名字时效"
    assert [(one.number, one.by, one.why) for one in desk.stores.shelf.versions()][1:] == [(2, "8002", "同意")]
    assert boss.post("/rules/versions/1/rollback", why="退回").status_code == 303
    assert desk.stores.shelf.versions()[-1].how is How.ROLLBACK
    assert [one.deed.what for one in desk.stores.trail.search(what="rules.")] == ["rules.rollback", "rules.publish", "rules.propose"]


def test_an_administrator_publishes_what_is_his_own_only_where_the_service_lets_one_person_publish(desk: Desk) -> None:
    admin = desk.signed_in("admin", "8001")
    edited(desk, admin)
    place = admin.post("/rules/propose", why="改").headers["location"].partition("?")[0]

    refused = admin.post(f"{place}/publish", why="改")
    object.__setattr__(desk.console, "second_person", False)
    agreed = admin.post(f"{place}/publish", why="改")

    assert (refused.status_code, agreed.status_code) == (403, 303)


def test_a_draft_that_was_overtaken_is_not_proposed_before_it_goes_on_from_the_new_version(desk: Desk) -> None:
    editor = desk.signed_in("rule_editor")
    edited(desk, editor)
    other = {**(desk.stores.shelf.files(desk.stores.shelf.versions()[0].fingerprint) or {})}
    other["rules/messages.yaml"] = other["rules/messages.yaml"].replace("您", "亲", 1)
    desk.running.press.publish_files(other, by="b", why="", how=How.PUBLISH, now=desk.clock.now())
    desk.running.follow_rules()

    refused = editor.post("/rules/propose", why="改")
    editor.post("/rules/follow")
    agreed = editor.post("/rules/propose", why="改")

    assert (refused.status_code, agreed.status_code) == (409, 303)
    assert "亲" in desk.stores.shelf.proposals()[0].files["rules/messages.yaml"]


def test_rules_that_open_cases_need_are_refused_with_the_reason(desk: Desk) -> None:
    order(desk, 1)
    editor = desk.signed_in("rule_editor")
    editor.post("/rules/remove", file="workflows/ticket.yaml")

    answer = editor.post("/rules/propose", why="不要工单了")

    assert answer.status_code == 422
    assert "现行规则照旧" in shown(answer)


def test_stories_and_a_rehearsal_run_beside_the_page_over_the_edited_rules(desk: Desk) -> None:
    order(desk, 1)
    desk.clock.advance(timedelta(hours=2))
    editor = desk.signed_in("rule_editor")
    edited(desk, editor)
    story = (
        "kind: stories\nstories:\n  - story: 下单即待审\n    workflow: shipment\n    steps:\n"
        "      - at: 2026-11-23 09:00\n        event: order_created\n        expect: {state: nowhere}\n"
    )
    editor.post("/rules/check", file=STORIES, text=story)
    first = next(iter(desk.running.rulebook().workflows["shipment"].states))
    editor.post("/rules/check", file=STORIES, text=story.replace("nowhere", first))

    editor.post("/rules/stories")
    editor.post("/rules/plan", days="7")
    for job in desk.desktop.looks.jobs.all():
        assert job.over.wait(90)
        assert not job.trouble
    page = shown(editor.get("/rules/draft"))

    assert "个通过" in page
    assert "过去 7 天 1 单" in page


def test_the_rehearsal_names_the_open_cases_that_would_fire_at_the_moment_of_publishing(desk: Desk) -> None:
    browser = desk.signed_in("agent", "8011")
    case = ordered(desk, browser)
    desk.clock.advance(timedelta(minutes=15))
    settle(desk)
    editor = desk.signed_in("rule_editor")
    editor.post("/rules/check", file=SLA, text=text_of(desk).replace("limit: 30 min", "limit: 12 min", 1))
    flow = text_of(desk, "workflows/shipment.yaml").replace("start: {state: intake", "running_cases: adopt\nstart: {state: intake", 1)
    editor.post("/rules/check", file="workflows/shipment.yaml", text=flow)

    editor.post("/rules/plan", days="7")
    for job in desk.desktop.looks.jobs.all():
        assert job.over.wait(90)
        assert not job.trouble
    answer = editor.get("/rules/draft")

    assert "发布的那一刻:1 张未结单,1 张会立即触发" in shown(answer)
    assert f'href="/desk/cases/{case.replace(":", "%3A")}"' in answer.text
    assert "客服工单(三线处理)的未结单先照原来的规则走" in shown(answer)


def test_files_of_a_version_are_given_away_to_be_laid_into_the_folder(desk: Desk) -> None:
    answer = desk.signed_in("rule_editor").get("/rules/versions/1/zip")

    assert SLA in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_the_diagram_counts_what_stands_where_and_what_is_late(desk: Desk) -> None:
    order(desk, 1)
    desk.clock.advance(timedelta(days=5))
    desk.running.beat(0.0)

    page = desk.signed_in("viewer").get("/rules/graph/shipment").text

    assert "1 · 1 (100%)" in page
    assert "<svg" in page
    assert " style=" not in page


def test_sentences_and_shadow_are_read_by_anybody_and_file_names_stay_below_the_rules(desk: Desk) -> None:
    viewer, editor = desk.signed_in("viewer"), desk.signed_in("rule_editor")

    read, trial = viewer.get(f"/rules/sentences?path={SLA}"), viewer.get("/rules/shadow")
    answers = [
        editor.post("/rules/new", file=path).status_code
        for path in ("../x.yaml", "rules/../../x.yaml", "etc/x.yaml", "rules/.x.yaml", "rules/x.sh")
    ]

    assert "时效" in shown(read)
    assert "试行" in shown(trial)
    assert answers == [422] * 5
