"""Where another node may be reached: its endpoint comes from a record that its member wrote, and is not trusted.

An endpoint may name no service inside of our own network (unless the settings say that the nodes live in one), carries
no user, query or fragment, and is https under the production profile. A name is resolved once and the checked address
is the one that is connected to: a second answer of the DNS changes nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from transire.credentials.hosts import is_public
from transire.node.errors import EndpointUnfit, RecipientUnreachable

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as it is written, and where a connection to it goes."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the header Host has them: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    def at(self, address: str, path: str) -> str:
        """The address to connect to, with a path below the endpoint's own."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}{path}"


def read_endpoint(url: str, *, plain_http: bool) -> Endpoint:
    """An endpoint of a member's record, refused where nothing may be sent to it.

    >>> read_endpoint("https://node.example:8400/", plain_http=False).authority
    'node.example:8400'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EndpointUnfit(got=url[:200], where=str(error)) from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise EndpointUnfit(got=url[:200], expected="https://host")
    if parts.scheme == "http" and not plain_http:
        raise EndpointUnfit(got=url[:200], expected="https under the production profile")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise EndpointUnfit(got=url[:200], expected="no user, query or fragment")
    return Endpoint(url.rstrip("/"), parts.scheme, parts.hostname, port or PORTS[parts.scheme], parts.path.rstrip("/"))


def resolve(endpoint: Endpoint, *, private: bool) -> str:
    """The address of the endpoint's host; refused if any that the name has lies where it may not."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RecipientUnreachable(got=endpoint.host, where="its name is not known") from error
    addresses = [str(each[4][0]) for each in found]
    for address in addresses:
        if not private and not is_public(address):
            raise EndpointUnfit(got=f"{endpoint.host} at {address}", expected="an address of the public Internet")
    return addresses[0]
