"""How does a newcomer get into the console of the demonstration? One account, with a password of this start only."""

from dataclasses import replace
from datetime import datetime

from adapters.web.console.sign_in import password_hash
from engine.ports.staff import Access, Staff, User
from engine.ports.trail import Deed, Trail

NAME = "demo"
GROUPS = 3
"""Of four hex digits: 48 bits, for some hours, behind five tries in a quarter of an hour."""


def welcome(staff: Staff, trail: Trail, nonce: str, now: datetime) -> str:
    """The password of `demo`, said once and kept nowhere; that of the start before holds no more. `nonce`: see fresh_nonce."""
    password = "-".join(nonce[place : place + 4] for place in range(0, 4 * GROUPS, 4))
    guest = User(name=NAME, label="来客", access=Access.ADMIN, password=password_hash(password), created_at=now)
    if not staff.add(guest):
        known = staff.user(NAME)
        staff.change(replace(known or guest, password=guest.password, access=Access.ADMIN, disabled=False))
        staff.end(user=NAME)
    trail.write(Deed(at=now, who=NAME, what="user.password", about=NAME, why="demo", address="cli"))
    return password
