"""Fetch one small document from a foreign host over https, within bounds, or refuse.

The address comes out of a credential that anybody may have written. So: https, a public name, an address that was
checked and no other, no redirect, no proxy and no cookie of ours, a time from the first question to the last byte, a
size, and a media type. Nothing is believed of what comes back; who asked for it checks that.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from typing import Final
from urllib.parse import quote, urlsplit

from transire.credentials.errors import WebRefused
from transire.credentials.hosts import NameUnknown, addresses_of, is_public
from transire.crypto.did import is_public_name

USER_AGENT: Final = "transire"
MOST_TRIED: Final = 3
"""Addresses of one name that are tried one after the other."""
_LONGEST_ADDRESS: Final = 2_048
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class WebRules:
    """The bounds of one fetch, and the hosts, each written `host:port`, that are let off a part of them.

    `plain_hosts` are reached by plain HTTP wherever they lie: for a try on one machine. `private_hosts` are reached by
    https at private addresses and under names of a network of one's own.
    """

    seconds: float = 8.0
    most_bytes: int = 512 * 1024
    plain_hosts: frozenset[str] = frozenset()
    private_hosts: frozenset[str] = frozenset()
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address that may be asked: how, whom, for what."""

    url: str
    plain: bool
    private: bool
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the header Host has them."""
        return self.host if self.port == (80 if self.plain else 443) else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a host answered: the media type without its parameters, and the bytes."""

    media_type: str
    body: bytes


def read_address(url: str, rules: WebRules) -> WebAddress:
    """An address, refused unless it is https to a public name or to a host that the rules let off.

    >>> read_address("https://producer.example/status/1?page=2", WebRules()).target
    '/status/1?page=2'
    >>> read_address("https://producer.example@10.0.0.1/", WebRules())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.credentials.errors.WebRefused: The document could not be fetched ... Expected https and a public name, ...
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise WebRefused(expected="https and a public name", got=url[:200]) from error
    authority = f"{host}:{port or 443}"
    plain = authority in rules.plain_hosts
    private = plain or authority in rules.private_hosts
    strange = not url.isascii() or not url.isprintable() or " " in url or len(url) > _LONGEST_ADDRESS
    if strange or parts.scheme != "https" or "@" in parts.netloc or parts.fragment:
        raise WebRefused(expected="https and a public name", got=url[:200])
    if not private and not is_public_name(host):
        raise WebRefused(expected="https and a public name", got=url[:200])
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (f"?{parts.query}" if parts.query else "")
    return WebAddress(url, plain, private, host, port or 443, target)


def fetch(url: str, *, media_types: frozenset[str], rules: WebRules) -> Fetched:
    """What stands at an address, of one of these media types."""
    address = read_address(url, rules)
    deadline = time.monotonic() + rules.seconds
    try:
        with _connected(address, rules, deadline) as connection:
            connection.putrequest("GET", address.target, skip_host=True, skip_accept_encoding=True)
            for name, value in _headers(address, media_types):
                connection.putheader(name, value)
            connection.endheaders()
            with connection.getresponse() as response:
                found = _read(response, url, media_types, rules)
            if time.monotonic() >= deadline:  # a connection that was cut looks like one that ended
                raise TimeoutError
            return found
    except NameUnknown as error:
        raise WebRefused(expected="a host that the DNS knows", got=address.host, where=url) from error
    except (OSError, HTTPException, ssl.SSLError) as error:
        late = time.monotonic() >= deadline
        reason = f"no answer within {rules.seconds:g} s" if late else f"{type(error).__name__}: {error}"[:160]
        raise WebRefused(expected="an answer by https", got=reason, where=url) from error


def _headers(address: WebAddress, media_types: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return (
        ("Host", address.authority),
        ("Accept", ", ".join(sorted(media_types))),
        ("Accept-Encoding", "identity"),
        ("User-Agent", USER_AGENT),
        ("Connection", "close"),
    )


def _read(response: HTTPResponse, url: str, media_types: frozenset[str], rules: WebRules) -> Fetched:
    if response.status != _OK:
        raise WebRefused(expected="status 200, without a redirect", got=f"status {response.status}", where=url)
    media_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise WebRefused(expected=" or ".join(sorted(media_types)), got=media_type[:80] or "no media type", where=url)
    if (response.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise WebRefused(expected="bytes as they are", got="a compressed answer", where=url)
    body = response.read(rules.most_bytes + 1)
    if len(body) > rules.most_bytes:
        raise WebRefused(expected=f"at most {rules.most_bytes} bytes", got="more", where=url)
    if response.length:  # the host closed before it had sent what it announced
        raise WebRefused(expected=f"{response.length} bytes more", got="the end of the connection", where=url)
    return Fetched(media_type, body)


@contextmanager
def _connected(address: WebAddress, rules: WebRules, deadline: float) -> Iterator[HTTPConnection]:
    """A connection to an address that was checked; it is cut when the time is up, whatever the host is doing."""
    connection = HTTPConnection(address.host, address.port)
    context = None if address.plain else _tls(rules)
    opened = _opened(address, _allowed(address, rules, deadline), deadline)
    secured = opened if context is None else _secured(opened, address, context)
    cut = Timer(max(0.0, deadline - time.monotonic()), _cut, (secured,))
    cut.daemon = True
    cut.start()
    try:
        if isinstance(secured, ssl.SSLSocket):
            secured.do_handshake()
        connection.sock = secured
        yield connection
    finally:
        cut.cancel()
        connection.close()
        secured.close()


def _allowed(address: WebAddress, rules: WebRules, deadline: float) -> list[str]:
    """The addresses of the host; one that lies where it may not refuses them all."""
    found = addresses_of(address.host, address.port, seconds=max(0.0, deadline - time.monotonic()))
    if not address.private and not all(is_public(each) for each in found):
        inside = next(each for each in found if not is_public(each))
        raise WebRefused(expected="an address of the public Internet", got=f"{address.host} at {inside}")
    return found


def _opened(address: WebAddress, addresses: list[str], deadline: float) -> socket.socket:
    failure: OSError = NameUnknown(address.host)
    for each in addresses[:MOST_TRIED]:
        try:
            return socket.create_connection((each, address.port), timeout=max(0.1, deadline - time.monotonic()))
        except OSError as error:
            failure = error
    raise failure


def _tls(rules: WebRules) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=rules.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _secured(opened: socket.socket, address: WebAddress, context: ssl.SSLContext) -> ssl.SSLSocket:
    """The same connection under TLS; a host that cut it meanwhile leaves no socket open here."""
    try:
        return context.wrap_socket(opened, server_hostname=address.host, do_handshake_on_connect=False)
    except BaseException:
        opened.close()
        raise


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        # Not the method of a TLS socket: that one takes away the state which another thread reads with.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
