"""Two nodes that share one ledger and reach one another over real HTTP: a customs administration's and an importer's.

Both read the same embedded engine: what orders the ledger is no concern of the delivery between nodes. Everything
else each has for itself: settings, databases, keys, beat, and a web server of its own.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from msgspec.structs import replace

from transire.crypto.keystore import KeyStore
from transire.node.home import Home, read_secret
from transire.node.node import Node
from transire.node.settings import NodeSettings, read_settings, write_settings
from transire.portal.server import server_of

WITHIN_S = 20.0


class Borrowed:
    """An engine that another node opened and will close."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def start(self) -> None:
        """It runs."""

    def close(self) -> None:
        """Its owner does."""


@dataclass
class Served:
    """A running node with its web server, which can be stopped and started as after a failure."""

    node: Node
    server: uvicorn.Server
    thread: threading.Thread

    def stop_serving(self) -> None:
        self.server.should_exit = True
        self.thread.join(WITHIN_S)

    def serve_again(self) -> None:
        self.server = server_of(self.node)
        self.thread = _begin(self.server)


@dataclass
class TwoNodes:
    customs: Served
    importer: Served


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], within: float = WITHIN_S) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.02)


@contextmanager
def two_nodes(template: Path, folder: Path) -> Iterator[TwoNodes]:
    """`template` is a node with customs, producer and importer; the importer gets a node of its own."""
    first = Node.open(_part(template, folder / "customs", ("customs", "producer")))
    home = Home(_part(template, folder / "importer", ("importer",)))
    settings = read_settings(home.path)
    secret = read_secret(settings)
    keys = KeyStore.open(home.keys, secret)
    second = Node(home, settings, secret=secret, keys=keys, engine=Borrowed(first.engine))  # type: ignore[arg-type]
    with first, second:
        served = [serve(node) for node in (first, second)]
        for node in (first, second):
            for tenant in node.tenants.values():
                tenant.announce(node.settings.origin)
        try:
            yield TwoNodes(*served)
        finally:
            for one in served:
                one.stop_serving()


def _part(template: Path, folder: Path, slugs: tuple[str, ...]) -> Path:
    """A copy of the template's node that hosts only these members."""
    shutil.copytree(template, folder)
    settings: NodeSettings = read_settings(folder / "node")
    members = tuple(member for member in settings.member if member.slug in slugs)
    write_settings(
        folder / "node", replace(settings, port=free_port(), secret_file=str(folder / "secret"), member=members)
    )
    return folder / "node"


def serve(node: Node) -> Served:
    server = server_of(node)
    return Served(node, server, _begin(server))


def _begin(server: uvicorn.Server) -> threading.Thread:
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    return thread
