"""Which rules were in force, and which are proposed? The shelf of rulebooks; its rows are only ever added."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql.codec import dumps, texts
from adapters.sql.database import Database, insert_new
from adapters.sql.tables import META, PROPOSAL, VERSION
from engine.model.version import Edition, How, Proposal, Renames, Version
from engine.ports.store import Conflict

VERSIONS = select(*(column for column in VERSION.c if column.name != "files")).order_by(VERSION.c.number)
NEWEST = select(func.max(VERSION.c.number))
MARK = "rules_"
"""What stands before the names of our notes in `meta`."""


class SqlShelf:
    """See RulebookShelf."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(self, edition: Edition, *, base: int | None, proposal: int | None = None) -> Version:
        """See RulebookShelf.publish. Raises Conflict."""
        row = {
            "number": (base or 0) + 1, "fingerprint": edition.fingerprint, "at": edition.at, "author": edition.by, "why": edition.why,
            "how": edition.how.value, "parent": base, "files": dumps(dict(edition.files)), "renames": _renames_text(edition.renames),
        }  # fmt: skip
        try:
            with self._database.write() as connection:
                if connection.scalar(NEWEST) != base:
                    raise Conflict(f"version {base} is not in force any more")
                connection.execute(insert(VERSION), row)
                settled = update(PROPOSAL).where(PROPOSAL.c.number == proposal, PROPOSAL.c.status == "open")
                if proposal is not None and connection.execute(settled.values(status="published")).rowcount != 1:
                    raise Conflict(f"proposal {proposal} is not open any more")
                written = connection.execute(VERSIONS.where(VERSION.c.number == row["number"])).mappings().one()
        except IntegrityError as error:
            raise Conflict(f"version {base} is not in force any more: {error.orig}") from error
        return _version(written)

    def versions(self) -> Sequence[Version]:
        """Oldest first."""
        with self._database.read() as connection:
            return [_version(row) for row in connection.execute(VERSIONS).mappings()]

    def current(self) -> Version | None:
        """The newest one."""
        with self._database.read() as connection:
            row = connection.execute(VERSIONS.where(VERSION.c.number == NEWEST.scalar_subquery())).mappings().one_or_none()
        return _version(row) if row is not None else None

    def files(self, fingerprint: str) -> dict[str, str] | None:
        """The texts of one rulebook."""
        newest = select(VERSION.c.files).where(VERSION.c.fingerprint == fingerprint).order_by(VERSION.c.number.desc()).limit(1)
        with self._database.read() as connection:
            kept = connection.scalar(newest)
        return texts(kept) if kept is not None else None

    def propose(self, edition: Edition, *, base: int | None) -> Proposal:
        """See RulebookShelf.propose."""
        with self._database.write() as connection:
            own = update(PROPOSAL).where(PROPOSAL.c.author == edition.by, PROPOSAL.c.status == "open")
            connection.execute(own.values(status="withdrawn"))
            number = _next_number(connection)
            row = {
                "number": number, "base": base, "fingerprint": edition.fingerprint, "at": edition.at, "author": edition.by,
                "why": edition.why, "files": dumps(dict(edition.files)), "status": "open",
            }  # fmt: skip
            connection.execute(insert(PROPOSAL), row)
            return _proposal(connection.execute(select(PROPOSAL).where(PROPOSAL.c.number == number)).mappings().one())

    def proposals(self) -> Sequence[Proposal]:
        """Oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(PROPOSAL).where(PROPOSAL.c.status == "open").order_by(PROPOSAL.c.number))
            return [_proposal(row) for row in rows.mappings()]

    def mark(self, name: str) -> str:
        """See RulebookShelf.mark."""
        with self._database.read() as connection:
            return connection.scalar(select(META.c.value).where(META.c.key == f"{MARK}{name}")) or ""

    def note(self, name: str, text: str) -> None:
        """See RulebookShelf.note."""
        with self._database.write() as connection:
            if not insert_new(connection, META, [{"key": f"{MARK}{name}", "value": text}]):
                connection.execute(update(META).where(META.c.key == f"{MARK}{name}").values(value=text))


def _next_number(connection: Connection) -> int:
    newest: int | None = connection.scalar(select(func.max(PROPOSAL.c.number)))
    return (newest or 0) + 1


def _renames_text(renames: Renames) -> str:
    return dumps({kind: dict(names) for kind, names in renames.items()})


def _version(row: RowMapping) -> Version:
    renames: Mapping[str, Mapping[str, str]] = json.loads(row["renames"])
    return Version(
        number=row["number"], fingerprint=row["fingerprint"], by=row["author"], why=row["why"], how=How(row["how"]), at=row["at"],
        parent=row["parent"], renames=renames,
    )  # fmt: skip


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(
        number=row["number"], base=row["base"], fingerprint=row["fingerprint"], by=row["author"], why=row["why"], at=row["at"],
        files=texts(row["files"]),
    )  # fmt: skip
