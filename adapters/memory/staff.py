"""Who may use the console, and who did what, without a disk?"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.ports.staff import Session, User
from engine.ports.trail import Deed, Entry, digest_after


@dataclass(slots=True)
class MemoryStaff:
    """See Staff."""

    known: dict[str, User] = field(default_factory=dict)
    signed_in: dict[str, Session] = field(default_factory=dict)

    def add(self, user: User) -> bool:
        """See Staff.add."""
        return self.known.setdefault(user.name, user) is user

    def change(self, user: User) -> bool:
        """See Staff.change."""
        if user.name not in self.known:
            return False
        self.known[user.name] = replace(user, created_at=self.known[user.name].created_at)
        return True

    def user(self, name: str) -> User | None:
        """See Staff.user."""
        return self.known.get(name)

    def users(self) -> Sequence[User]:
        """See Staff.users."""
        return [self.known[name] for name in sorted(self.known)]

    def begin(self, session: Session) -> None:
        """See Staff.begin."""
        self.signed_in[session.digest] = session

    def seen(self, digest: str, at: datetime | None = None) -> Session | None:
        """See Staff.seen."""
        session = self.signed_in.get(digest)
        if session is not None and at is not None:
            session = self.signed_in[digest] = replace(session, seen_at=at)
        return session

    def end(self, *, digest: str | None = None, user: str | None = None, seen_before: datetime | None = None) -> int:
        """See Staff.end."""
        gone = [
            one.digest
            for one in self.signed_in.values()
            if one.digest == digest or one.user == user or (seen_before is not None and one.seen_at < seen_before)
        ]
        for one in gone:
            del self.signed_in[one]
        return len(gone)

    def sessions(self) -> Sequence[Session]:
        """See Staff.sessions."""
        return sorted(self.signed_in.values(), key=lambda one: (one.seen_at, one.digest), reverse=True)


@dataclass(slots=True)
class MemoryTrail:
    """See Trail."""

    entries: list[Entry] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def write(self, deed: Deed) -> Entry:
        """See Trail.write."""
        with self._turn:
            entry = Entry(len(self.entries) + 1, deed, digest_after(self.entries[-1].digest if self.entries else "", deed))
            self.entries.append(entry)
        return entry

    def search(
        self, *, who: str = "", what: str = "", about: str = "", address: str = "", since: datetime | None = None,
        until: datetime | None = None, before: int | None = None, limit: int = 100,
    ) -> Sequence[Entry]:  # fmt: skip
        """See Trail.search."""
        found = [
            entry
            for entry in reversed(self.entries)
            if who in ("", entry.deed.who)
            and about in ("", entry.deed.about)
            and address in ("", entry.deed.address)
            and entry.deed.what.startswith(what)
            and (since is None or entry.deed.at >= since)
            and (until is None or entry.deed.at < until)
            and (before is None or entry.number < before)
        ]
        return found[:limit]

    def count(self, *, what: str, since: datetime, who: str = "", address: str = "") -> int:
        """See Trail.count."""
        found = self.search(who=who, what=what, address=address, since=since, limit=len(self.entries))
        return sum(entry.deed.what == what for entry in found)

    def from_first(self, after: int, limit: int) -> Sequence[Entry]:
        """See Trail.from_first."""
        return self.entries[after : after + limit]
