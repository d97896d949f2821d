"""Where may a request go? A host name looked up once; only addresses that are allowed are answered, and the request is pinned to them.

Forbidden    every address of the name lies where this connection may not go; says which
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str, int], Sequence[str]]
"""Host and port -> addresses as text; raises OSError or UnicodeError if the name leads nowhere."""
ADDRESSES_MAX = 4

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = (ipaddress.ip_address("100.100.100.200"), ipaddress.ip_address("fd00:ec2::254"))
"""Clouds hand out a machine's own credentials here; those at link-local addresses are refused as such."""


class Forbidden(Exception):
    """The name leads only to addresses the connection may not go to."""


def by_name(host: str, port: int) -> Sequence[str]:
    """Ask the system's name service."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def addresses_of(host: str, port: int, *, private: bool, look_up: LookUp = by_name) -> Sequence[str]:
    """The allowed addresses of a host, in the order of the name service, at most four. Raises OSError, Forbidden.

    `private`: the house's own network is allowed. Link-local, multicast and unspecified addresses never are.
    """
    try:
        found = look_up(host, port)
    except UnicodeError as problem:
        raise OSError("not a host name") from problem
    allowed = [text for text in found if is_allowed(text, private=private)]
    if found and not allowed:
        raise Forbidden(f"{len(found)} addresses, none may be gone to")
    if not allowed:
        raise OSError("the name has no address")
    return allowed[:ADDRESSES_MAX]


def is_allowed(text: str, *, private: bool) -> bool:
    """May a request go to this address?"""
    try:
        outer = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_allowed(one, private) for one in (outer, *_inside(outer)))


def _allowed(address: Address, private: bool) -> bool:
    if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return private or address.is_global or bool(_inside(address))


def _inside(address: Address) -> tuple[Address, ...]:
    """The IPv4 addresses an IPv6 one stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found: list[Address] = [one for one in (address.ipv4_mapped, address.sixtofour) if one is not None]
    found += list(address.teredo or ())
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return tuple(found)
