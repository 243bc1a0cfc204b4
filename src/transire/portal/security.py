"""What every answer carries so that a browser lets nothing foreign in, and how large a request may be.

The content security policy has no exception: no inline script, no inline style, no nonce, no frame, no other host.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transire.portal.errors import BodyTooLarge

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"
"""Two years, sent under the production profile alone: a demo speaks plain HTTP on the loopback."""

MAX_BODY_BYTES = 32 * 1024 * 1024 + 1
"""A product master of 100,000 rows is some 15 MB; an envelope of the largest size with its line end fits."""


class SecurityHeaders:
    """Sets the headers on every answer, and keeps pages out of shared and private caches unless they say otherwise."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self.app = app
        self._headers = dict(HEADERS)
        if production:
            self._headers["Strict-Transport-Security"] = STRICT_TRANSPORT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Refuses a body above the limit as soon as it is read: by its declared length, or when it has grown too large.

    It refuses inside of the reading, so that the application answers with a page or a problem like for any refusal.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared, received = _declared_length(scope), 0

        async def receive_within_limit() -> Message:
            nonlocal received
            self._require(declared)
            message = await receive()
            received += len(message.get("body", b""))
            self._require(received)
            return message

        await self.app(scope, receive_within_limit, send)

    def _require(self, size: int) -> None:
        if size > self._limit:
            raise BodyTooLarge(got=f"{size} bytes", expected=f"at most {self._limit} bytes")


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
