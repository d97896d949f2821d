"""Which rules does somebody mean by `my-rules`, `v7`, `p3`, `previous` or the beginning of a fingerprint?"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from adapters.cli.desk import address_of
from adapters.cli.rules import folder_of, load
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.sql.sqlite import file_of
from adapters.sql.stores import open_stores
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.diagnostic import Severity
from engine.model.rulebook import Rulebook
from engine.ports.store import RulebookShelf, StoreUnavailable
from engine.service.publish import version_named


def the_rulebook(reference: str | None, options: argparse.Namespace, speech: Speech) -> tuple[Rulebook, Mapping[str, str]]:
    """The rulebook of a folder, or of a version in the database given by `--db`, and its files.

    `reference`: a folder; or `v7`, `7`, `p3` (a proposal), `current`, `previous`, at least six characters of a fingerprint; None: the folder every
    command means. A folder of that name comes first. Raises WrongUse: neither; NotFine: its rules have errors (they are shown).
    """
    folder = folder_of(getattr(options, "rules", None)) if reference is None else Path(reference)
    if reference is None or folder.is_dir():
        loaded = load(str(folder), speech)
        return loaded.rulebook, loaded.files
    files = _files_of(reference, options)
    compiled = compile_rulebook(files)
    if compiled.rulebook is None:
        errors = [one for one in compiled.diagnostics if one.severity is Severity.ERROR]
        shown = render(errors, files, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine(f"版本 {reference} 的规则现在读不了", f"version {reference} cannot be read any more")
    return compiled.rulebook, files


def _files_of(reference: str, options: argparse.Namespace) -> Mapping[str, str]:
    address = address_of(getattr(options, "db", None))
    file = file_of(address) if "://" in address else None
    if file is not None and not file.is_file():
        raise WrongUse(
            f"“{reference}”不是文件夹,也没有数据库 {file} 可找版本",
            f"{reference!r} is no folder, and there is no database {file} with versions",
        )
    try:
        stores = open_stores(address, check=False)
    except StoreUnavailable as problem:
        raise NotFine(f"数据库现在用不了:{problem}", f"the database cannot be used now: {problem}") from None
    try:
        return _on_shelf(reference, stores.shelf)
    finally:
        stores.close()


def _on_shelf(reference: str, shelf: RulebookShelf) -> Mapping[str, str]:
    proposed = next((one for one in shelf.proposals() if f"p{one.number}" == reference.strip().lower()), None)
    if proposed is not None:
        return proposed.files
    versions = shelf.versions()
    found = version_named(versions, reference)
    files = shelf.files(found.fingerprint) if found is not None else None
    if files is None:
        known = "、".join(f"v{one.number}" for one in versions[-5:]) or "—"
        raise WrongUse(
            f"“{reference}”不是文件夹,也不是版本或提案(最近的版本:{known})",
            f"{reference!r} is no folder, no version and no proposal (the latest version: {known})",
        )
    return files
