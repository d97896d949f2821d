"""Who may use the console? Accounts and login sessions."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, Column, ColumnElement, Index, RowMapping, Table, Text, delete, or_, select, update

from adapters.sql.codec import Instant, dumps
from adapters.sql.database import Database, Row, insert_new
from adapters.sql.tables import METADATA, vshard
from engine.ports.staff import Access, Session, User

DESK_USER = Table(
    "desk_user", METADATA,
    Column("name", Text, primary_key=True), Column("label", Text, nullable=False), Column("access", Text, nullable=False),
    Column("areas", Text, nullable=False), Column("roles", Text, nullable=False), Column("password", Text, nullable=False),
    Column("disabled", Boolean, nullable=False), Column("created_at", Instant, nullable=False), vshard(),
    Column("subject", Text, nullable=False, server_default=""),
)  # fmt: skip

DESK_SESSION = Table(
    "desk_session", METADATA,
    Column("digest", Text, primary_key=True), Column("user_name", Text, nullable=False), Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False), Column("address", Text, nullable=False), Column("browser", Text, nullable=False), vshard(),
    Index("desk_session_user", "user_name"),
)  # fmt: skip


class SqlStaff:
    """See Staff."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user: User) -> bool:
        """See Staff.add."""
        with self._database.write() as connection:
            return insert_new(connection, DESK_USER, [_row(user) | {"name": user.name, "created_at": user.created_at}]) == 1

    def change(self, user: User) -> bool:
        """See Staff.change."""
        with self._database.write() as connection:
            return connection.execute(update(DESK_USER).where(DESK_USER.c.name == user.name).values(_row(user))).rowcount == 1

    def user(self, name: str) -> User | None:
        """See Staff.user."""
        with self._database.read() as connection:
            row = connection.execute(select(DESK_USER).where(DESK_USER.c.name == name)).mappings().first()
        return _user(row) if row is not None else None

    def users(self) -> Sequence[User]:
        """See Staff.users."""
        with self._database.read() as connection:
            return [_user(row) for row in connection.execute(select(DESK_USER).order_by(DESK_USER.c.name)).mappings()]

    def begin(self, session: Session) -> None:
        """See Staff.begin."""
        row: Row = {
            "digest": session.digest, "user_name": session.user, "began_at": session.began_at, "seen_at": session.seen_at,
            "address": session.address, "browser": session.browser,
        }  # fmt: skip
        with self._database.write() as connection:
            insert_new(connection, DESK_SESSION, [row])

    def seen(self, digest: str, at: datetime | None = None) -> Session | None:
        """See Staff.seen."""
        found = select(DESK_SESSION).where(DESK_SESSION.c.digest == digest)
        if at is None:
            with self._database.read() as connection:
                row = connection.execute(found).mappings().first()
        else:
            with self._database.write() as connection:
                connection.execute(update(DESK_SESSION).where(DESK_SESSION.c.digest == digest).values(seen_at=at))
                row = connection.execute(found).mappings().first()
        return _session(row) if row is not None else None

    def end(self, *, digest: str | None = None, user: str | None = None, seen_before: datetime | None = None) -> int:
        """See Staff.end."""
        gone: list[ColumnElement[bool]] = []
        if digest is not None:
            gone.append(DESK_SESSION.c.digest == digest)
        if user is not None:
            gone.append(DESK_SESSION.c.user_name == user)
        if seen_before is not None:
            gone.append(DESK_SESSION.c.seen_at < seen_before)
        if not gone:
            return 0
        with self._database.write() as connection:
            return connection.execute(delete(DESK_SESSION).where(or_(*gone))).rowcount

    def sessions(self) -> Sequence[Session]:
        """See Staff.sessions."""
        rows = select(DESK_SESSION).order_by(DESK_SESSION.c.seen_at.desc(), DESK_SESSION.c.digest.desc())
        with self._database.read() as connection:
            return [_session(row) for row in connection.execute(rows).mappings()]


def _row(user: User) -> Row:
    """What may change."""
    return {
        "label": user.label, "access": user.access.value, "areas": dumps(list(user.areas)), "roles": dumps(list(user.roles)),
        "password": user.password, "disabled": user.disabled, "subject": user.subject,
    }  # fmt: skip


def _user(row: RowMapping) -> User:
    return User(
        name=row["name"], label=row["label"], access=Access(row["access"]), areas=tuple(json.loads(row["areas"])),
        roles=tuple(json.loads(row["roles"])), password=row["password"], disabled=row["disabled"], subject=row["subject"],
        created_at=row["created_at"],
    )  # fmt: skip


def _session(row: RowMapping) -> Session:
    return Session(
        digest=row["digest"], user=row["user_name"], began_at=row["began_at"], seen_at=row["seen_at"], address=row["address"],
        browser=row["browser"],
    )  # fmt: skip
