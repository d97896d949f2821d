"""Who may use the console? People with an account, what each may do, and where they are signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Access(StrEnum):
    """What a user may do. Not a role: a role is whom the rules name."""

    VIEWER = "viewer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    RULE_EDITOR = "rule_editor"
    ADMIN = "admin"

    def covers(self, least: "Access") -> bool:
        """Whether this is enough where `least` is asked for."""
        return least in _COVERS[self]


_COVERS = {
    Access.VIEWER: {Access.VIEWER},
    Access.AGENT: {Access.VIEWER, Access.AGENT},
    Access.SUPERVISOR: {Access.VIEWER, Access.AGENT, Access.SUPERVISOR},
    Access.RULE_EDITOR: {Access.VIEWER, Access.RULE_EDITOR},
    Access.ADMIN: set(Access),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an account."""

    name: str
    """Unique; what the person types, and what the books say of who did it (8011, wang.li)."""
    label: str = ""
    """As colleagues call this person; empty: the name."""
    access: Access
    areas: tuple[str, ...] = ()
    """Only cases of these areas; empty: all."""
    roles: tuple[str, ...] = ()
    """Roles of the rulebook whose tasks this person works on; empty: all."""
    password: str = ""
    """As argon2id wrote it; empty: no password signs in."""
    subject: str = ""
    """Who this is to the company's identity provider, which signs this person in; empty: nobody there."""
    disabled: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in."""

    digest: str
    """SHA-256 of the token; the token itself is nowhere but in the browser."""
    user: str
    began_at: datetime
    seen_at: datetime
    address: str = ""
    browser: str = ""


class Staff(Protocol):
    """Accounts and login sessions."""

    def add(self, user: User) -> bool:
        """A new account; False: the name is taken, and nothing was written."""
        ...

    def change(self, user: User) -> bool:
        """Replace what is known of this name; False: nobody bears it."""
        ...

    def user(self, name: str) -> User | None: ...

    def users(self) -> Sequence[User]:
        """All, in order of name."""
        ...

    def begin(self, session: Session) -> None: ...

    def seen(self, digest: str, at: datetime | None = None) -> Session | None:
        """The session; with `at`, marked as in use then. None: unknown, or ended."""
        ...

    def end(self, *, digest: str | None = None, user: str | None = None, seen_before: datetime | None = None) -> int:
        """End this one, all of a user, or all not used since. Answers how many; with nothing given, none."""
        ...

    def sessions(self) -> Sequence[Session]:
        """Those not ended, used last first."""
        ...
