"""How does a command reach the database? A desk over it, beside a running daemon or without one."""

import argparse
import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.cli.rules import folder_of
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.settings import read_settings
from adapters.sql.sqlite import file_of
from adapters.wiring.opening import MEMORY, Opened, RulesRefused, open_desk
from engine.language.show import render
from engine.model.diagnostic import Severity
from engine.ports.directory import CaseRow
from engine.ports.store import StoreUnavailable
from engine.service.desk import Answer


def why_of(options: argparse.Namespace, asked: str = "为什么") -> str:
    """The reason, as it is kept. Raises WrongUse: it is blank."""
    why = (options.why or "").strip()
    if not why:
        raise WrongUse(f"写上 --why:{asked}", "say --why")
    return str(why)


def address_of(given: str | None) -> str:
    """SQLAlchemy's address; a bare file name means SQLite."""
    told = given or read_settings().database
    return told if "://" in told or told == MEMORY else f"sqlite:///{told}"


@contextmanager
def opened(options: argparse.Namespace, speech: Speech, *, must_exist: bool = True) -> Iterator[Opened]:
    """The desk. `must_exist`: a mistyped file name is an error, not a new and empty database."""
    address = address_of(options.db)
    file = None if address == MEMORY else file_of(address)
    if must_exist and file is not None and not file.is_file():
        raise WrongUse(f"没有这个数据库:{file}", f"no such database: {file}")
    try:
        with open_desk(address, str(folder_of(options.rules)), speech.lang) as desk:
            yield desk
    except RulesRefused as refused:
        shown = render([one for one in refused.diagnostics if one.severity is Severity.ERROR], refused.files, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine("规则有错,先改好再来", "the rules have errors; mend them first") from None
    except StoreUnavailable as problem:
        raise NotFine(f"数据库现在用不了:{problem}", f"the database cannot be used now: {problem}") from None


def who(options: argparse.Namespace) -> str:
    """Who answers for it: `--by`, else the login name."""
    if options.by:
        return str(options.by)
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container without a user of that number.
        return "cli"


def the_case(desk: Opened, text: str) -> CaseRow:
    """The one case of this id or name. Raises NotFine: none; WrongUse: several."""
    found = desk.stores.directory.find(text)
    if not found:
        raise NotFine(f"找不到单“{text}”", f"no such case: {text}")
    if len(found) > 1:
        ids = "、".join(row.id for row in found)
        raise WrongUse(f"“{text}”有几张单,请写全:{ids}", f"{text!r} is several cases, say which: {ids}")
    return found[0]


def answer_shape(answer: Answer, speech: Speech) -> dict[str, object]:
    """An answer as JSON."""
    return {
        "said": answer.said.value,
        "case": answer.case_id,
        "event_id": answer.event_id,
        "opened": answer.opened,
        "problems": [{"field": one.field, "message": speech.of(one.zh, one.en)} for one in answer.problems],
    }
