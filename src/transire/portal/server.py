"""Serving the portal and the API over HTTP, in this process, until it is interrupted."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn

from transire.node.errors import AddressUnusable
from transire.node.memory import keep_for_good
from transire.portal.app import create_app

if TYPE_CHECKING:
    from transire.node.node import Node

STOP_WITHIN_S = 5
"""Requests under way when the node is stopped get this long to finish."""

INTERRUPT_AFTER_S = 4
"""So long of it they may wait for the ledger."""

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


def serve(node: Node, *, when_open: Callable[[], None] = lambda: None) -> None:
    """Serve until Ctrl-C or SIGTERM; `when_open` is called once connections are taken."""
    require_free(node.settings.host, node.settings.port)
    server = server_of(node, when_open=when_open)
    keep_for_good()
    server.run()


def require_free(host: str, port: int) -> None:
    """Refuse an address at which nothing can listen: said with the fix, and before work is done in vain."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will
                probe.bind(address)
    except OSError as error:
        # A family of addresses that this machine does not have is passed over by the server too.
        if isinstance(error, socket.gaierror) or error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise AddressUnusable(got=error.strerror, where=f"{host}:{port}") from error


def server_of(node: Node, *, when_open: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """The server, not yet running."""
    app = create_app(node)
    config = uvicorn.Config(
        app,
        host=node.settings.host,
        port=node.settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    return _Server(config, node, when_open)


class _Server(uvicorn.Server):
    """Stops on a signal and returns: uvicorn's own would then die of it, before the node has let go of its files."""

    def __init__(self, config: uvicorn.Config, node: Node, when_open: Callable[[], None]) -> None:
        super().__init__(config)
        self._node = node
        self._when_open = when_open

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, and say so."""
        await super().startup(sockets)
        if self.started:
            self._when_open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End requests; those that wait for a ledger which does not answer are told to wait no longer.

        A thread cannot be cancelled: without this, uvicorn's own time would be over and the request still wait.
        """
        hurry = threading.Timer(INTERRUPT_AFTER_S, self._node.engine.interrupt)
        hurry.daemon = True
        hurry.start()
        try:
            await super().shutdown(sockets)
        finally:
            hurry.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
