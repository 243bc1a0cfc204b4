"""The options of commands that may fetch DID documents and status lists from the hosts that credentials name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from transire.credentials.did_web import WebReader

_ONLINE = click.option(
    "--online", is_flag=True, help="Fetch did:web documents and status lists over https; without it nothing is fetched."
)
_PLAIN = click.option(
    "--plain-host",
    "plain_hosts",
    multiple=True,
    metavar="HOST:PORT",
    help="With --online: reach this host by plain HTTP, for a try on one machine (repeat).",
)
_PRIVATE = click.option(
    "--private-host",
    "private_hosts",
    multiple=True,
    metavar="HOST:PORT",
    help="With --online: reach this host at a private address, in a network of your own (repeat).",
)


def online_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the three options to a command."""
    return _ONLINE(_PLAIN(_PRIVATE(command)))


def web_reader(online: bool, plain_hosts: tuple[str, ...], private_hosts: tuple[str, ...]) -> WebReader | None:
    """What may be fetched by; None where nothing may."""
    from transire.credentials.did_web import WebReader
    from transire.credentials.web import WebRules

    if not online:
        if plain_hosts or private_hosts:
            raise click.UsageError("--plain-host and --private-host need --online.")
        return None
    return WebReader(WebRules(plain_hosts=frozenset(plain_hosts), private_hosts=frozenset(private_hosts)))
