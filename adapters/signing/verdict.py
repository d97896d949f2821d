"""What does the neighbour's answer mean? Answer -> Receipt, by the connection's `ok_when` and `refused_when`; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from adapters.signing import json_tree
from adapters.signing.caller import FORBIDDEN, Answer, Reached
from adapters.signing.json_tree import Tree
from adapters.signing.paths import text_at
from engine.model.connection import Login, Outgoing
from engine.model.documents import xml_text
from engine.model.masks import mask_text
from engine.model.receipt import Receipt, Verdict

DETAIL_CHARS_MAX = 200
WAIT_DEFAULT = timedelta(seconds=60)
WAIT_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How answers of one connection are read."""

    refused: str
    """Reason of a plain no: `refused` for a command, `text_refused` for a message (it must not look like the person's refusal)."""
    final: bool = True
    """No receipt will follow: accepted is the best there is."""
    provider_id_at: str = ""
    """Path of the neighbour's own number for what we sent; empty: none."""
    hide: Collection[str] = ()
    """Secrets and addresses that must not stand in `detail`."""


def judge(answer: Answer, outgoing: Outgoing, reading: Reading, *, key: str, now: datetime) -> Receipt:
    """Say what became of it. What cannot be read for certain is UNKNOWN, never accepted and never repeated."""

    met = accident(answer, key=key, now=now, hide=reading.hide)
    if met is not None:
        return met
    blank = Receipt(verdict=Verdict.UNKNOWN, key=key, at=now, detail=detail_of(answer, reading.hide))
    tree = tree_of(answer)
    if answer.status < 500 and tree is not None and _all_match(tree, outgoing.refused_when):
        said = text_at(tree, outgoing.reason_at) if outgoing.reason_at else None
        return replace(blank, verdict=Verdict.REJECTED, reason=reading.refused, detail=_shown(said, reading.hide) if said else blank.detail)
    if not 200 <= answer.status < 300:
        verdict, reason = by_status(answer.status, reading.refused)
        return replace(blank, verdict=verdict, reason=reason)
    if not _is_ok(answer, tree, outgoing):
        return replace(blank, reason="garbled")
    at = outgoing.reference_at or reading.provider_id_at
    provider_id = (text_at(tree, at) or "") if at else ""
    # Nothing went wrong, so there is nothing to tell: a detail beside a success reads like an error.
    return replace(blank, verdict=Verdict.ACCEPTED, final=reading.final, provider_id=provider_id[:DETAIL_CHARS_MAX], detail="")


def judge_plainly(answer: Answer, outgoing: Outgoing, *, now: datetime) -> Receipt:
    """Was a question answered? For requests that carry nothing of a case."""
    return judge(answer, outgoing, Reading(refused="refused"), key="", now=now)


def says_no(answer: Answer, outgoing: Outgoing) -> bool:
    """Does the answer itself say no, in the words of `refused_when`? A missing page does not."""
    tree = tree_of(answer) if answer.reached is Reached.ANSWERED else None
    return tree is not None and _all_match(tree, outgoing.refused_when)


def accident(answer: Answer, *, key: str, now: datetime, hide: Collection[str] = ()) -> Receipt | None:
    """What went wrong before anybody could say yes or no: no connection, no whole answer, too often. None: there is an answer to read."""
    blank = Receipt(verdict=Verdict.UNKNOWN, key=key, at=now, detail=detail_of(answer, hide))
    if answer.trouble == FORBIDDEN:
        # The setting is wrong, not the hour: no later try will be allowed to go there.
        return replace(blank, verdict=Verdict.REJECTED, reason="account", detail="the address lies where requests may not go")
    if answer.reached is Reached.NOT_SENT:
        return replace(blank, verdict=Verdict.RETRY, reason="no_connection")
    if answer.reached is Reached.UNANSWERED:
        return replace(blank, reason="cut" if answer.trouble == "cut" else "no_answer")
    if answer.status == 429:
        return replace(blank, verdict=Verdict.RETRY, reason="limited", until=_until(answer.headers, now))
    return None


def by_status(status: int, refused: str) -> tuple[Verdict, str]:
    """What a status beside 2xx says by itself. `refused`: the reason of a plain no."""
    if status in (401, 402, 403, 407):
        # The account, not the text: the dispatcher stops sending here at once.
        return Verdict.REJECTED, "account"
    if status in (404, 405) and refused == "text_refused":
        # A message has one fixed address, so a missing one is a wrong setting; for a command it is the neighbour's "no such bill".
        return Verdict.REJECTED, "account"
    if 400 <= status < 500 and status not in (408, 409, 425):
        return Verdict.REJECTED, refused
    # 408, 409 (the same key is being worked on), 425, 5xx, and redirects, which are not followed: it may have happened.
    return Verdict.UNKNOWN, "no_answer" if status >= 500 else "garbled"


def _is_ok(answer: Answer, tree: Tree | None, outgoing: Outgoing) -> bool:
    if not outgoing.ok_when and not outgoing.refused_when:
        return True
    return tree is not None and (not outgoing.ok_when or _all_match(tree, outgoing.ok_when))


def _all_match(tree: Tree, expected: Mapping[str, str]) -> bool:
    return bool(expected) and all(_same(text_at(tree, path), text) for path, text in expected.items())


def _same(seen: str | None, expected: str) -> bool:
    # Operators write yes and no; JSON says true and false.
    return seen is not None and (seen == expected or (seen, expected.lower()) in (("true", "yes"), ("false", "no")))


def tree_of(answer: Answer) -> Tree | None:
    """The JSON or XML of a whole answer; None if it is anything else."""
    if not answer.whole:
        return None
    try:
        if answer.body.lstrip()[:1] == b"<":
            return xml_text.parse(answer.body.decode("utf-8"))
        return json_tree.parse(answer.body, numbers_as_text=True)
    except (json_tree.Unreadable, UnicodeDecodeError):
        return None


def _until(headers: Mapping[str, str], now: datetime) -> datetime:
    text = headers.get("retry-after", "").strip()
    wait = WAIT_DEFAULT
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text[:9]), WAIT_MAX.total_seconds()))
    elif text:
        try:
            at = parsedate_to_datetime(text)
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        except (ValueError, OverflowError):
            wait = WAIT_DEFAULT
    return now + min(max(wait, timedelta(seconds=1)), WAIT_MAX)


def detail_of(answer: Answer, hide: Collection[str]) -> str:
    """The neighbour's own words, at most DETAIL_CHARS_MAX, numbers and everything in `hide` masked."""
    if answer.reached is not Reached.ANSWERED:
        return answer.trouble
    return f"{answer.status} {_shown(answer.body[: DETAIL_CHARS_MAX * 8].decode('utf-8', 'replace'), hide)}"[:DETAIL_CHARS_MAX]


def _shown(text: str, hide: Collection[str]) -> str:
    for secret in sorted(filter(None, hide), key=len, reverse=True):
        text = text.replace(secret, "***")
    return "".join(letter if letter.isprintable() else " " for letter in mask_text(text))[:DETAIL_CHARS_MAX]


def token_of(answer: Answer, login: Login) -> str | None:
    """The session's token in the answer to a login; None: it was not opened."""
    if answer.reached is not Reached.ANSWERED or not 200 <= answer.status < 300:
        return None
    tree = tree_of(answer)
    token = text_at(tree, login.token_at) if tree is not None and _is_ok(answer, tree, login.request) else None
    # A token goes into a header, where a line end would begin another one.
    return token if token and token.isascii() and token.isprintable() else None
