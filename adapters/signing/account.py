"""Where does a provider stand, and who are we there? What a connection file says of an account, references looked up anew each time."""

import urllib.parse
from collections.abc import Callable

from engine.model.connection import Connection

REFERENCES = ("env:", "file:")
SETTING_PROBLEMS = (LookupError, OSError, ValueError)
"""What a missing or wrong setting raises: the connection's fault, never the message's."""


class Account:
    """Options of one connection."""

    def __init__(self, connection: Connection, resolve: Callable[[str], str], *, url: str) -> None:
        """`url`: the provider's own address, empty for a machine of the house; `url:` of the file wins."""
        self._options = connection.options
        self._resolve = resolve
        self._url = url

    def option(self, name: str, default: str = "") -> str:
        """As written, or what its reference names. Raises one of SETTING_PROBLEMS."""
        written = self._options.get(name, default)
        return self._resolve(written) if written.startswith(REFERENCES) else written

    @property
    def url(self) -> str:
        """Scheme and host. Raises one of SETTING_PROBLEMS."""
        url = self.option("url", self._url)
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("url is not an http(s) address")
        return url.rstrip("/")

    @property
    def private(self) -> bool:
        """May it lie in the house's own network? An address that stands in the rules must be a public one."""
        referred = self._options.get("url", "").startswith(REFERENCES)
        return not self._url or referred or self._options.get("private_network") == "yes"
