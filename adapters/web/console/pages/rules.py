"""Which rules are in force, and what would somebody change? The files, the editor with its check, and what a draft says in sentences."""

from dataclasses import replace

from starlette.responses import Response

from adapters.web.console.changes import changes, problems, sentences
from adapters.web.console.drafts import Draft, changed, clashes, compiled, draft_of, in_force, is_file_name, keep, merged, overtaken
from adapters.web.console.looks import CSP
from adapters.web.console.visit import Page, Trouble, Visit
from engine.language.compile import Compiled
from engine.ports.staff import Access
from engine.service.folder import folder_note, passed_over

TEXT_CHARS_MAX = 400_000


def listed(visit: Visit) -> Response:
    """Files, the version in force, what waits for a second person, and what is wrong with the watched folder."""
    shelf = visit.stores.shelf
    current, note = shelf.current(), folder_note(shelf)
    waiting = [one for one in shelf.proposals() if current is None or one.fingerprint != current.fingerprint]
    return visit.show(
        "rules/rules.html", current=current, files=_files(visit), note=note, over=passed_over(shelf), proposals=waiting,
        workflows=visit.desk.rulebook().workflows.values(), **_drafted(visit),
    )  # fmt: skip


def _files(visit: Visit) -> list[tuple[str, int, str]]:
    """(path, lines, what the draft does with it): as in force, and as the draft would have them."""
    now, draft = in_force(visit.stores.shelf), _draft(visit)
    rows = []
    for path in sorted({*now, *draft.files}, key=_in_reading_order):
        text = draft.files.get(path, now.get(path))
        state = "" if path not in draft.files else "gone" if text is None else "new" if path not in now else "changed"
        rows.append((path, len((text or "").splitlines()), state))
    return rows


def _in_reading_order(path: str) -> tuple[int, str]:
    """Workflows, rules, connections, then stories and samples."""
    beginnings = ("workflows/", "rules/connections/", "rules/stories/", "rules/")
    place = 9 if "/samples/" in path else (0, 2, 3, 1)[next((n for n, one in enumerate(beginnings) if path.startswith(one)), 3)]
    return place, path


def _draft(visit: Visit) -> Draft:
    return draft_of(visit.stores.shelf, visit.by) if visit.may(Access.RULE_EDITOR) else Draft(base=None)


def _drafted(visit: Visit) -> dict[str, object]:
    """What every page of rules says of the draft."""
    draft, shelf = _draft(visit), visit.stores.shelf
    late = overtaken(draft, shelf)
    return {"draft": draft, "overtaken": late, "clashes": clashes(draft, shelf) if late else []}


def edit(visit: Visit) -> Response:
    """One file in the editor; the editor's own styles need a nonce."""
    path, shelf = visit.params["path"], visit.stores.shelf
    draft = _draft(visit)
    text = draft.files.get(path, in_force(shelf).get(path))
    if text is None:
        raise Trouble(404, "rules.no_file", path=path)
    nonce = visit.console.nonce()
    found = compiled(merged(draft, shelf))
    response = visit.show("rules/edit.html", path=path, text=text, nonce=nonce, **_checked(visit, found, path), **_drafted(visit))
    response.headers["Content-Security-Policy"] = CSP.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
    return response


def check(visit: Visit) -> Response:
    """Keep the text in the draft, compile the whole, and say what is wrong; the editor marks it."""
    path = _path(visit)
    shelf = visit.stores.shelf
    before = _draft(visit)
    draft = changed(before, shelf, path, _text(visit))
    if draft != before:
        keep(shelf, visit.by, draft)
    return visit.show("rules/checked.html", path=path, **_checked(visit, compiled(merged(draft, shelf)), path), draft=draft)


def _checked(visit: Visit, found: Compiled, path: str) -> dict[str, object]:
    return {"problems": problems(found.diagnostics, visit.lang, path), "fine": found.rulebook is not None}


def _path(visit: Visit) -> str:
    path = visit.text("file", 300)
    if not is_file_name(path):
        raise Trouble(422, "rules.bad_name")
    return path


def _text(visit: Visit) -> str:
    """As it was typed; forms say CR LF."""
    value = visit.form.get("text", "")
    text = value.replace("\r\n", "\n") if isinstance(value, str) else ""
    if len(text) > TEXT_CHARS_MAX:
        raise Trouble(413)
    return text


def say_file(visit: Visit) -> Response:
    """What a file says, in sentences: as the draft has it if that compiles, else as in force."""
    shelf, path = visit.stores.shelf, visit.query.get("path", "")
    draft = _draft(visit)
    rulebook = compiled(merged(draft, shelf)).rulebook if not draft.empty else visit.desk.rulebook()
    shown = rulebook or visit.desk.rulebook()
    return visit.show(
        "rules/sentences.html", path=path, spoken=sentences(shown, path, visit.lang), drafted=rulebook is not None and not draft.empty
    )


def say_changes(visit: Visit) -> Response:
    """What the draft changes, in sentences."""
    draft, shelf = _draft(visit), visit.stores.shelf
    found = compiled(merged(draft, shelf))
    said = changes(visit.desk.rulebook(), found.rulebook, visit.lang) if found.rulebook is not None else None
    return visit.show("rules/changes.html", spoken=said, draft=draft)


def new_file(visit: Visit) -> Response:
    """A file that is not there yet."""
    path, shelf = _path(visit), visit.stores.shelf
    draft = _draft(visit)
    if path in in_force(shelf) or draft.files.get(path) is not None:
        raise Trouble(409, "rules.file_there")
    keep(shelf, visit.by, changed(draft, shelf, path, visit.say("rules.first_line") + "\n"))
    return visit.go(f"/rules/file/{path}")


def remove(visit: Visit) -> Response:
    """In the draft, the file goes; one that was never in force is forgotten."""
    path, shelf = _path(visit), visit.stores.shelf
    keep(shelf, visit.by, changed(_draft(visit), shelf, path, None))
    return visit.go("/rules", said="rules.removed")


def restore(visit: Visit) -> Response:
    """One file as in force again."""
    path, shelf = _path(visit), visit.stores.shelf
    keep(shelf, visit.by, changed(_draft(visit), shelf, path, in_force(shelf).get(path)))
    return visit.go("/rules", said="rules.restored")


def drop(visit: Visit) -> Response:
    """The whole draft is thrown away."""
    keep(visit.stores.shelf, visit.by, Draft(base=None))
    visit.did("rules.draft_dropped")
    return visit.go("/rules", said="rules.dropped")


def follow(visit: Visit) -> Response:
    """The draft goes on from the version that is in force now."""
    shelf = visit.stores.shelf
    current, draft = shelf.current(), _draft(visit)
    keep(shelf, visit.by, replace(draft, base=current.number if current else None))
    return visit.go("/rules/draft", said="rules.followed")


ROUTES = (
    Page(path="/rules", act=listed, least=Access.VIEWER),
    Page(path="/rules/file/{path:path}", act=edit, least=Access.RULE_EDITOR),
    Page(path="/rules/check", method="POST", act=check, least=Access.RULE_EDITOR),
    Page(path="/rules/sentences", act=say_file, least=Access.VIEWER),
    Page(path="/rules/changes", act=say_changes, least=Access.RULE_EDITOR),
    Page(path="/rules/new", method="POST", act=new_file, least=Access.RULE_EDITOR),
    Page(path="/rules/remove", method="POST", act=remove, least=Access.RULE_EDITOR),
    Page(path="/rules/restore", method="POST", act=restore, least=Access.RULE_EDITOR),
    Page(path="/rules/drop", method="POST", act=drop, least=Access.RULE_EDITOR),
    Page(path="/rules/follow", method="POST", act=follow, least=Access.RULE_EDITOR),
)
