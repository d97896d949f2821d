"""How do the commands that keep a store reach it? By its address, read only; a file they write is never written over."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.cli.desk import address_of
from adapters.cli.speech import NotFine, WrongUse
from adapters.sql.database import is_postgres
from adapters.sql.reading import Reading, open_reading
from adapters.sql.sqlite import file_of
from adapters.wiring.opening import MEMORY
from engine.ports.store import StoreError


def the_database(options: argparse.Namespace) -> str:
    """The address of a database that is there. Raises WrongUse."""
    address = address_of(options.db)
    file = None if address == MEMORY else file_of(address)
    if address == MEMORY or (file is not None and not file.is_file()):
        raise WrongUse(f"没有这个数据库:{file or address}", f"no such database: {file or address}")
    return address


def the_file(options: argparse.Namespace, zh: str, en: str) -> Path:
    """The SQLite file behind the address; of a server, what to use instead is told. Raises WrongUse."""
    address = address_of(options.db)
    file = None if address == MEMORY else file_of(address)
    if file is None:
        raise WrongUse(zh, en) if is_postgres(address) else WrongUse("内存里的库没有文件", "a database in memory has no file")
    return file


@contextmanager
def kept(options: argparse.Namespace) -> Iterator[Reading]:
    """The store, for reading. Raises WrongUse, NotFine."""
    address = the_database(options)
    try:
        store = open_reading(address)
        try:
            yield store
        finally:
            store.close()
    except StoreError as problem:
        raise not_done("数据库现在用不了", "the database cannot be used now", problem) from None


def not_done(zh: str, en: str, problem: StoreError) -> NotFine:
    """What was not done, and why, each in its own language: a store says both, with a stroke between."""
    why_zh, _, why_en = str(problem).partition(" / ")
    return NotFine(f"{zh}:{why_zh}", f"{en}: {why_en or why_zh}")


def fresh(name: str) -> Path:
    """A file that is not there yet; its folder is made. Raises WrongUse."""
    path = Path(name)
    if path.exists():
        raise WrongUse(f"已经有这个文件了,不会覆盖:{path}", f"this file is there already and is not written over: {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
