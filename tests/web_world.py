"""A host of the Internet on this machine: it answers by what a test put under each path, in the worst ways too."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote

Answer = Callable[[BaseHTTPRequestHandler], None]


class LocalHost:
    """The host; `asked` are the paths that were asked for, in order."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def authority(self) -> str:
        return f"localhost:{self._server.server_address[1]}"

    def did(self, *folders: str) -> str:
        """The did:web of this host, or of a folder on it."""
        return ":".join((f"did:web:{quote(self.authority, safe='')}", *folders))

    def url(self, path: str) -> str:
        return f"https://{self.authority}{path}"

    def serve(self, path: str, document: Any, media: str = "application/json", **headers: str) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.answers[path] = lambda request: answer(request, body, media, headers=headers)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def answer(
    request: BaseHTTPRequestHandler,
    body: bytes,
    media: str = "application/json",
    *,
    status: int = 200,
    length: int | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    request.send_response(status)
    request.send_header("Content-Type", media)
    request.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in (headers or {}).items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def trickled(request: BaseHTTPRequestHandler) -> None:
    """A header line that never ends: each byte comes in time, the answer never."""
    with suppress(OSError):
        request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nX: ")
        for _ in range(200):
            request.wfile.write(b"a")
            request.wfile.flush()
            time.sleep(0.02)


def _handler(host: LocalHost) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            found = host.answers.get(self.path)
            if found is None:
                answer(self, b"{}", status=404)
            else:
                found(self)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    return Answering
