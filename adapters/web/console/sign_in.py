"""Who is it? Passwords, the token of a browser, how long it holds, and how often one may try."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.ports.staff import Session, Staff, User
from engine.ports.trail import Trail

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
MARK_EVERY = timedelta(minutes=1)
"""So often at most a session's last use is written down."""
TRY_WITHIN = timedelta(minutes=15)
TRIES_MAX, TRIES_OF_ADDRESS_MAX, TRIES_AT_NAME_MAX = 5, 30, 50
"""Wrong passwords within TRY_WITHIN: for one name from one address, from one address, for one name."""
PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX = 10, 200
FAILED = "login.failed"
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Entered:
    """Signed in: the token for the browser, and whose it is."""

    token: str
    user: User


def password_hash(password: str) -> str:
    """argon2id, with its salt and cost."""
    return _HASHER.hash(password)


def password_problem(password: str, name: str) -> tuple[str, str] | None:
    """Why this password will not do, in both languages; None: it will."""
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        return (
            f"密码要 {PASSWORD_CHARS_MIN} 到 {PASSWORD_CHARS_MAX} 个字符",
            f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters",
        )
    if name.lower() in password.lower() or len(set(password)) < 5:
        return ("密码太好猜:不能含工号,至少 5 种不同字符", "too easy to guess: not the user name, at least 5 different characters")
    return None


def token_digest(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(f"session:{token}".encode()).hexdigest()


def csrf_of(token: str) -> str:
    """What every form of this browser carries: it follows from the cookie, which no other site can read."""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()[:32]


def too_many(trail: Trail, name: str, address: str, now: datetime) -> bool:
    """Whether to stop trying for a while."""
    since = now - TRY_WITHIN
    return (
        trail.count(what=FAILED, since=since, who=name, address=address) >= TRIES_MAX
        or trail.count(what=FAILED, since=since, address=address) >= TRIES_OF_ADDRESS_MAX
        or trail.count(what=FAILED, since=since, who=name) >= TRIES_AT_NAME_MAX
    )


def proven(staff: Staff, name: str, password: str) -> User | None:
    """The user whose password this is; as slow for a name nobody bears."""
    user = staff.user(name)
    written = user.password if user is not None and user.password else _nobodys()
    try:
        _HASHER.verify(written, password[:PASSWORD_CHARS_MAX])
    except (VerificationError, InvalidHashError):
        return None
    if user is None or not user.password or user.disabled:
        return None
    if _HASHER.check_needs_rehash(written):
        staff.change(replace(user, password=password_hash(password)))
    return user


def begin(staff: Staff, user: User, token: str, now: datetime, address: str, browser: str) -> None:
    """A new session under a token nobody has seen before; sessions that are long over go."""
    staff.end(seen_before=now - LONGEST)
    staff.begin(Session(digest=token_digest(token), user=user.name, began_at=now, seen_at=now, address=address, browser=browser[:120]))


def holder_of(staff: Staff, token: str, now: datetime, *, uses: bool = True) -> tuple[User, Session] | None:
    """Who holds the token; None: nobody, or it is over. `uses` False: a page that only listens keeps no session alive."""
    digest = token_digest(token)
    session = staff.seen(digest)
    if session is None:
        return None
    if now - session.seen_at > IDLE or now - session.began_at > LONGEST:
        staff.end(digest=digest)
        return None
    user = staff.user(session.user)
    if user is None or user.disabled:
        return None
    if uses and now - session.seen_at >= MARK_EVERY:
        session = staff.seen(digest, now) or session
    return user, session


@cache
def _nobodys() -> str:
    return password_hash("the password of nobody")
