"""Which rules were in force, who put them there, and what waits for a second person?"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from adapters.cli.desk import address_of
from adapters.cli.options import add_db_option
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.sql.sqlite import file_of
from adapters.sql.stores import SqlStores, open_stores
from engine.language.show import render
from engine.model.version import How, Proposal, Version
from engine.ports.store import RulebookShelf, StoreUnavailable
from engine.service.folder import FolderNote, folder_note, passed_over
from engine.service.library import shelved_library
from engine.service.publish import Press, Publication, Told

HOW = {How.FOLDER: ("文件夹", "folder"), How.PUBLISH: ("发布", "published"), How.ROLLBACK: ("退回", "rolled back")}
ZONE = "Asia/Shanghai"
FINGERPRINT_CHARS = 10


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`versions`."""
    add_db_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """List them, newest last; 1 while newer files are refused."""
    with the_stores(options) as stores:
        versions, proposals = stores.shelf.versions(), stores.shelf.proposals()
        note, over = folder_note(stores.shelf), passed_over(stores.shelf)
    speech.table(
        [speech.of("版本", "version"), speech.of("时间", "when"), speech.of("谁", "who"), speech.of("怎么来的", "how"),
         speech.of("指纹", "fingerprint"), speech.of("为什么", "why")],
        [_line(one, one is versions[-1], ZONE, speech) for one in versions],
    )  # fmt: skip
    if not versions:
        speech.say("还没有版本:服务第一次启动时收下规则文件夹", "no versions yet: the service takes its folder when it first starts")
    _tell_proposals(proposals, versions, speech)
    _tell_folder(note, over, speech)
    speech.data(shelf_data(versions, proposals, note, over))
    return 1 if note.problems else 0


def add_press_options(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`--by`, `--why`, `--db`: nobody changes the rules of a running service namelessly, so no login name stands in."""
    parser.add_argument("--by", metavar="NAME", required=True, help=speech.of("谁决定的", "who decides it"))
    parser.add_argument("--why", metavar="TEXT", required=True, help=speech.of("为什么", "why"))
    add_db_option(parser, speech)


@contextmanager
def the_stores(options: argparse.Namespace) -> Iterator[SqlStores]:
    """The database, beside a running service or without one. Raises WrongUse: there is none; NotFine: it cannot be used."""
    address = address_of(options.db)
    file = file_of(address) if "://" in address else None
    if file is not None and not file.is_file():
        raise WrongUse(f"没有这个数据库:{file}", f"no such database: {file}")
    try:
        stores = open_stores(address, check=False)
        try:
            yield stores
        finally:
            stores.close()
    except StoreUnavailable as problem:
        raise NotFine(f"数据库现在用不了:{problem}", f"the database cannot be used now: {problem}") from None


def press_of(stores: SqlStores) -> Press:
    """Whoever wants rules in force goes through here. Raises NotFine where nothing was ever published."""
    library = shelved_library(stores.shelf)
    if library is None:
        raise NotFine("还没有版本:服务先要启动一次", "there is no version yet: the service has to start once")
    return Press(stores.shelf, stores.directory, library.rulebook, library.steps())


def tell(found: Publication, speech: Speech) -> int:
    """Say what became of it; 0 if the rules are in force now, or were."""
    version, proposal = found.version, found.proposal
    match found.told:
        case Told.PUBLISHED if version is not None:
            speech.say(
                f"v{version.number} 生效:运行中的服务几秒内换上",
                f"v{version.number} is in force: a running service takes it within seconds",
            )
        case Told.UNCHANGED if version is not None:
            speech.say(f"与现行的 v{version.number} 意思相同,没有换", f"means the same as v{version.number}, which stays in force")
        case Told.PROPOSED if proposal is not None:
            speech.say(f"提案 p{proposal.number} 等另一个人同意", f"proposal p{proposal.number} waits for somebody else")
        case Told.SAME_PERSON if proposal is not None:
            speech.warn(
                f"p{proposal.number} 是 {proposal.by} 自己提的,要另一个人发布",
                f"{proposal.by} made p{proposal.number}; somebody else must publish it",
            )
        case Told.STALE:
            now = f"v{version.number}" if version else "—"
            base = f"v{proposal.base}" if proposal and proposal.base else "—"
            speech.warn(
                f"提案依据的是 {base},现行的已是 {now}:请在新版上重提", f"made from {base}, but {now} is in force by now: propose it anew"
            )
        case Told.REFUSED:
            shown = render(found.diagnostics, found.files, speech.lang, "full")
            speech.warn(shown, shown)
            speech.warn("没有换,现行规则照旧", "nothing was changed; the rules in force stay")
        case _:
            speech.warn("没有这个版本或提案", "no such version or proposal")
    speech.data({"told": found.told.value, "version": version_data(version) if version else None})
    return 0 if found.told in (Told.PUBLISHED, Told.UNCHANGED, Told.PROPOSED) else 1


def tell_broken_folder(shelf: RulebookShelf, speech: Speech) -> None:
    """In red, where a person looks: newer files are refused, and since when."""
    note = folder_note(shelf)
    if note.problems:
        _tell_folder(note, False, speech)


def version_data(one: Version) -> dict[str, object]:
    """A version for programs."""
    return {
        "version": one.number, "fingerprint": one.fingerprint, "by": one.by, "why": one.why, "how": one.how.value,
        "at": one.at.isoformat(), "parent": one.parent,
    }  # fmt: skip


def shelf_data(versions: Sequence[Version], proposals: Sequence[Proposal], note: FolderNote, over: bool) -> dict[str, object]:
    """Everything for programs."""
    return {
        "versions": [version_data(one) for one in versions],
        "proposals": [
            {
                "proposal": one.number,
                "base": one.base,
                "fingerprint": one.fingerprint,
                "by": one.by,
                "why": one.why,
                "at": one.at.isoformat(),
            }
            for one in proposals
        ],
        "folder": {"told": note.told, "since": note.since, "problems": list(note.problems), "passed_over": over},
    }


def _line(one: Version, newest: bool, zone: str, speech: Speech) -> list[str]:
    mark = speech.of("(现行)", " (in force)") if newest else ""
    how = speech.of(*HOW[one.how])
    when = speech.time(one.at.replace(microsecond=0), zone)
    return [f"v{one.number}{mark}", when, one.by or "—", how, one.fingerprint[:FINGERPRINT_CHARS], one.why or "—"]


def _tell_proposals(proposals: Sequence[Proposal], versions: Sequence[Version], speech: Speech) -> None:
    current = versions[-1].number if versions else None
    for one in proposals:
        stale = speech.of("(已过时)", " (stale)") if one.base != current else ""
        speech.say(
            f"提案 p{one.number}{stale}:{one.by} 提,依据 v{one.base},{one.why or '没写为什么'}\n"
            f"  看改了什么:waybill diff current p{one.number}\n"
            f"  同意:waybill publish p{one.number} --by 名字 --why 理由",
            f"proposal p{one.number}{stale}: by {one.by}, made from v{one.base}, {one.why or 'no reason given'}\n"
            f"  what it changes: waybill diff current p{one.number}\n"
            f"  agree: waybill publish p{one.number} --by NAME --why TEXT",
        )


def _tell_folder(note: FolderNote, over: bool, speech: Speech) -> None:
    if over:
        speech.say(
            "规则文件夹与现行版本不同:有人发布或退回了别的规则;改动文件之前不会再自动发布它",
            "the rule folder differs from the rules in force: other rules were published or rolled back to; "
            "it is not published again before its files change",
        )
    if note.problems:
        speech.say(
            _red(f"规则文件夹有错(从 {note.since[:19]} 起),现行规则照旧:"),
            _red(f"the rule folder is refused (since {note.since[:19]}); the rules in force stay:"),
        )
    for one in note.problems:
        speech.say(_red(f"  {one['place']} {one['code']} {one['zh']}"), _red(f"  {one['place']} {one['code']} {one['en']}"))


def _red(text: str) -> str:
    return f"\x1b[31m{text}\x1b[0m" if sys.stdout.isatty() else text
