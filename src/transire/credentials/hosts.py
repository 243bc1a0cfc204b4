"""Which hosts of the Internet a program of ours may be led to by a document that somebody else wrote.

An address in a foreign document is an invitation to connect. It must not lead into our own network, to a machine's own
services or to the metadata service of a cloud. A name is asked for once, every answer is judged, and the address that
was judged is the one to connect to: a second answer of the DNS changes nothing.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Final

MOST_ADDRESSES: Final = 16
"""Answers for one name that are read; more is no host but a trick."""

# RFC 6052 2.1 and RFC 8215: addresses behind which a translator puts an IPv4 address, in the last four bytes.
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
# RFC 4291 2.5.5.1, deprecated and still routed to by some systems.
_COMPATIBLE: Final = IPv6Network("::/96")
# Public by its number, and yet the host of a virtual machine in a large cloud, which hands out that machine's secrets.
_PLATFORM: Final = frozenset({IPv4Address("168.63.129.16")})


class NameUnknown(OSError):
    """The name has no address, or none was told in time."""


def is_public(text: str) -> bool:
    """Whether an address belongs to the public Internet: global, no group of hosts, nothing private inside of it.

    >>> [is_public(text) for text in ("93.184.215.14", "10.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254")]
    [True, False, False, False, False]
    >>> [is_public(text) for text in ("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1")]
    [False, False, False, False]
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_unspecified or address in _PLATFORM:
        return False
    return all(is_public(str(inner)) for inner in _carried(address))


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, compatible, 6to4, Teredo, translated."""
    if isinstance(address, IPv4Address):
        return []
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    found += [last for network in (*_TRANSLATED, _COMPATIBLE) if address in network]
    return [inner for inner in found if inner is not None]


def addresses_of(host: str, port: int, *, seconds: float) -> list[str]:
    """Every address that a name has now, at most so long waited for: the system's own question has no bound."""
    found: list[str] = []
    failure: list[Exception] = []

    def ask() -> None:
        try:
            found.extend(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    asking = Thread(target=ask, name="dns", daemon=True)
    asking.start()
    asking.join(seconds)
    if failure or asking.is_alive() or not 0 < len(found) <= MOST_ADDRESSES:
        raise NameUnknown(host)
    return list(dict.fromkeys(found))
