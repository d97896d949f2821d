"""May these tests speak with other people's programs? Only alone: in a network of their own, where nothing but `lo` exists."""

import shutil
import socket

import pytest

KANNEL_FOLDERS = "/usr/sbin:/usr/lib/kannel/test"
"""Debian puts bearerbox and smsbox where an ordinary user's PATH does not look."""


def needs(*programs: str) -> list[pytest.MarkDecorator]:
    """Marks of a module: it runs where these programs are, and no network; elsewhere it is skipped with one clear reason."""
    missing = [one for one in programs if program(one) is None]
    why = f"{', '.join(missing)} not installed" if missing else "" if alone() else "not in a network of its own"
    return [pytest.mark.peers, pytest.mark.skipif(bool(why), reason=f"{why}: make test-peers")]


def program(name: str) -> str | None:
    """Where it is installed."""
    return shutil.which(name) or shutil.which(name, path=KANNEL_FOLDERS)


def alone() -> bool:
    """Is there no network but our own? Nothing can leave, no door clashes with another's."""
    return [name for _, name in socket.if_nameindex()] == ["lo"]
