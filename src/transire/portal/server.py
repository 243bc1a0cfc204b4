"""Serving the portal and the API over HTTP, in this process, until it is interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from transire.portal.app import create_app

if TYPE_CHECKING:
    from transire.node.node import Node

STOP_WITHIN_S = 5
"""Requests under way when the node is stopped get this long to finish."""


def serve(node: Node) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    server_of(node).run()


def server_of(node: Node) -> uvicorn.Server:
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
    return uvicorn.Server(config)
