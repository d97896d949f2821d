"""Which rules are in force, and how do others come into force? Versions, proposals, publishing, rolling back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.signing.json_tree import Tree
from adapters.web import events
from adapters.web.call import Call, Refusal, Reply, Room
from adapters.web.shapes import diagnostic_shape
from engine.model.version import Proposal, Version
from engine.reports.shadow import ShadowLine, Trial, shadow
from engine.service.desk import Desk
from engine.service.folder import folder_note, passed_over
from engine.service.publish import Publication, Told, version_named

TEXT_CHARS_MAX = 1000
TRIALS_PAGE = 500


class Rules:
    """GET /rules/versions, GET /rules/versions/{v}, GET /rules/shadow, POST /rules/proposals, /rules/publish, /rules/rollback."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listed(self, call: Call) -> Reply:
        """All versions, open proposals, and what is wrong with the folder."""
        shelf = self._desk.press.shelf
        versions, note = shelf.versions(), folder_note(shelf)
        current = versions[-1].number if versions else None
        folder = {"told": note.told, "since": note.since, "problems": list(note.problems), "passed_over": passed_over(shelf)}
        body = {
            "current": current,
            "versions": [version_shape(one) for one in versions],
            "proposals": [proposal_shape(one, current) for one in shelf.proposals()],
            "folder": folder,
        }
        return Reply(body=body)

    def on_trial(self, call: Call) -> Reply:
        """What the rules in shadow would have done, and how often they were wrong."""
        rulebook, since = self._desk.rulebook(), call.query.get("since")
        try:
            day = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=ZoneInfo(rulebook.timezone)) if since else None
        except ValueError:
            raise Refusal(400, "bad_query", "since 是日期,如 2026-11-16", "since is a date, as 2026-11-16", field="since") from None
        return Reply(body={"rules": [trial_shape(one) for one in shadow(rulebook, self._trials(), day)]})

    def _trials(self) -> Iterator[Trial]:
        """Every case, page by page."""
        directory, last = self._desk.directory, None
        while page := directory.cases(after=last, limit=TRIALS_PAGE):
            for case in page:
                yield Trial(case=case.id, journal=directory.journal(case.id), sent=directory.sent(case.id))
            last = page[-1].id

    def one(self, call: Call) -> Reply:
        """A version with its files."""
        shelf = self._desk.press.shelf
        version = version_named(shelf.versions(), call.params["version"])
        if version is None:
            raise Refusal(404, "unknown_version", "没有这个版本", "no such version", field="version")
        return Reply(body={**version_shape(version), "files": shelf.files(version.fingerprint) or {}})

    def propose(self, call: Call) -> Reply:
        """Files for a second person. `base`: the version they were made from; with another one in force by now it is refused."""
        said = _object(call)
        files, base = said.get("files"), said.get("base")
        if not isinstance(files, dict) or not files or not all(isinstance(text, str) for text in files.values()):
            raise Refusal(400, "bad_field", "files 应是 {路径: 文本}", "files is an object of path: text", field="files")
        press = self._desk.press
        current = press.shelf.current()
        number = current.number if current else None
        if base is not None and base != number:
            raise Refusal(409, "stale", "现行的已是别的版本", "other rules are in force by now", more={"current": number})
        texts = {str(path): str(text) for path, text in files.items()}
        return self._answer(press.propose(texts, by=_by(call, said), why=_why(said), now=self._desk.now()), call)

    def publish(self, call: Call) -> Reply:
        """A second person agrees to a proposal."""
        said = _object(call)
        number = _number(said.get("proposal"))
        if number is None:
            raise Refusal(400, "bad_field", "proposal 应是提案号", "proposal is a number", field="proposal")
        return self._answer(self._desk.press.publish(number, by=_by(call, said), why=_why(said), now=self._desk.now()), call)

    def roll_back(self, call: Call) -> Reply:
        """The text of an earlier version is published again."""
        said = _object(call)
        reference = said.get("version")
        if not isinstance(reference, str) and _number(reference) is None:
            raise Refusal(400, "bad_field", "version 应是版本号,如 v7", "version is a version, as v7", field="version")
        return self._answer(self._desk.press.roll_back(str(reference), by=_by(call, said), why=_why(said), now=self._desk.now()), call)

    def _answer(self, found: Publication, call: Call) -> Reply:
        version, proposal = found.version, found.proposal
        match found.told:
            case Told.UNKNOWN:
                raise Refusal(404, "unknown", "没有这个版本或提案", "no such version or proposal")
            case Told.SAME_PERSON:
                raise Refusal(403, "same_person", "自己提的要另一个人发布", "somebody else must publish what you proposed")
            case Told.STALE:
                raise Refusal(409, "stale", "现行的已是别的版本,请重提", "other rules are in force by now; propose it anew")
            case Told.REFUSED:
                shown = [diagnostic_shape(one, call.lang) for one in found.diagnostics]
                raise Refusal(400, "refused", "规则有错,没有换", "the rules are refused, nothing was changed", more={"diagnostics": shown})
            case _:
                pass  # The daemon takes what was published at its next beat, with everything that hangs on it.
        body = {
            "told": found.told.value,
            "version": version_shape(version) if version else None,
            "proposal": proposal_shape(proposal, version.number if version else None) if proposal else None,
        }
        return Reply(status=202 if found.told is Told.PROPOSED else 200, body=body)


def rooms(desk: Desk) -> list[Room]:
    """The table of these routes."""
    rules = Rules(desk)
    who = {"by": "who decides it; where tokens are asked for, their holder", "why": "the reason"}
    refused = {400: "refused: diagnostics", 403: "the proposer himself", 404: "unknown", 409: "other rules are in force by now"}
    return [
        Room(method="GET", path="/rules/versions", act=rules.listed, zh="规则版本", en="versions, proposals, the folder", answers={200: "versions"}),
        Room(
            method="GET", path="/rules/shadow", act=rules.on_trial, zh="试行的规则:本来会发什么、给谁、错了几次",
            en="rules in shadow: what each would have done, whom it would have told, how often it was wrong",
            query={"since": "local date from which on, as 2026-11-16"}, answers={200: "a line per rule in shadow", 400: "since is no date"},
        ),
        Room(
            method="GET", path="/rules/versions/{version}", act=rules.one, zh="一个版本的全文", en="one version with its files",
            answers={200: "the version", 404: "no such version"},
        ),
        Room(
            method="POST", path="/rules/proposals", act=rules.propose, zh="提出新规则", en="propose rules to a second person",
            body={**who, "files": "path -> text, the whole rulebook", "base": "version they were made from"},
            answers={202: "waits", 200: "nothing new", **refused},
        ),
        Room(
            method="POST", path="/rules/publish", act=rules.publish, zh="同意提案", en="publish a proposal: a second person",
            body={**who, "proposal": "its number"}, answers={200: "in force", **refused},
        ),
        Room(
            method="POST", path="/rules/rollback", act=rules.roll_back, zh="退回旧版", en="publish an earlier version's text again",
            body={**who, "version": "v7, previous, or a fingerprint's beginning"}, answers={200: "in force", **refused},
        ),
    ]  # fmt: skip


def version_shape(one: Version) -> dict[str, object]:
    """A version as JSON."""
    return {
        "version": one.number, "fingerprint": one.fingerprint, "by": one.by, "why": one.why, "how": one.how.value,
        "at": one.at.isoformat(), "parent": one.parent,
    }  # fmt: skip


def trial_shape(one: ShadowLine) -> dict[str, object]:
    """A rule on trial as JSON, with the same keys as `waybill shadow report --json`."""
    judged = one.judged
    return {
        "kind": one.kind, "name": one.name, "label": one.label, "place": str(one.span), "fired": one.fired,
        "would": [{"how": how, "to": to, "number": number} for (how, to), number in one.would.items()],
        "begun": dict(one.begun), "cost": None if one.cost is None else str(one.cost),
        "hours": [{"to": to, "hour": hour, "number": number} for (to, hour), number in one.hours.items()],
        "days": {day.isoformat(): number for day, number in one.days.items()},
        "late": judged.late if judged else 0, "corrected": judged.corrected if judged else 0, "withdrawn": judged.withdrawn if judged else 0,
        "examples": [{"case": each.case, "at": each.at.isoformat(), "what": each.what} for each in one.examples],
    }  # fmt: skip


def proposal_shape(one: Proposal, current: int | None) -> dict[str, object]:
    """A proposal as JSON, without its files."""
    return {
        "proposal": one.number, "base": one.base, "stale": one.base != current, "fingerprint": one.fingerprint, "by": one.by,
        "why": one.why, "at": one.at.isoformat(),
    }  # fmt: skip


def _object(call: Call) -> Mapping[str, Tree]:
    said = events.json_body(call) if call.body else {}
    if not isinstance(said, dict):
        raise Refusal(400, "bad_json", "应是一个 JSON 对象", "a JSON object is expected")
    return said


def _number(value: Tree) -> int | None:
    """A whole number, as JSON or as text."""
    text = str(value)
    return int(text) if not isinstance(value, bool) and text.isascii() and text.isdigit() else None


def _by(call: Call, said: Mapping[str, Tree]) -> str:
    """The token's holder, if tokens are asked for: a second person is another holder, not another name."""
    by = call.who or said.get("by")
    if not isinstance(by, str) or not by.strip():
        raise Refusal(400, "missing", "缺少 by(谁决定的)", "by is missing: who decides it", field="by")
    return by.strip()


def _why(said: Mapping[str, Tree]) -> str:
    why = said.get("why")
    if not isinstance(why, str) or not why.strip() or len(why) > TEXT_CHARS_MAX:
        raise Refusal(400, "missing", "缺少 why(为什么)", "why is missing: the reason", field="why")
    return why.strip()
