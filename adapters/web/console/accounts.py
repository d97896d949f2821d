"""What must hold of accounts, whoever changes them? Names, and that somebody stays administrator."""

from collections.abc import Sequence

from engine.model.plain import plain
from engine.ports.staff import Access, Staff, User

NAME_CHARS_MAX, LABEL_CHARS_MAX = 60, 40


def clean_name(text: str) -> str:
    """The user name; empty if it cannot be one."""
    name = plain(text).strip()
    return name if name and len(name) <= NAME_CHARS_MAX and not any(sign.isspace() or sign in "/?#%" for sign in name) else ""


def last_admin_goes(staff: Staff, changed: User) -> bool:
    """Whether nobody would be administrator any more."""
    admins = {one.name for one in staff.users() if one.access is Access.ADMIN and not one.disabled}
    return admins == {changed.name} and (changed.access is not Access.ADMIN or changed.disabled)


def differences(before: User, after: User) -> str:
    """For the audit: what changed, from what to what; of a password only that it did."""
    told = [f"{name}: {_told(getattr(before, name))} -> {_told(getattr(after, name))}"
            for name in ("label", "access", "areas", "roles", "disabled") if getattr(before, name) != getattr(after, name)]  # fmt: skip
    return "; ".join([*told, "password"] if before.password != after.password else told)


def _told(value: object) -> str:
    return ("+".join(map(str, value)) or "all") if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
