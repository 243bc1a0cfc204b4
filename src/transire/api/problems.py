"""A refusal on the wire: problem details (RFC 9457) from the one catalogue of errors.

`type` is an address of this node that says what the code means; `title` is the sentence, `detail` the whole refusal.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from transire.errors import TransireError

MEDIA_TYPE = "application/problem+json"
_NEEDS_TOKEN = 401
_COME_BACK = {429: "30", 503: "2", 409: "1"}
"""Seconds after which it is worth trying again."""


def problem_response(
    error: TransireError, *, origin: str, headers: Mapping[str, str] | None = None, number: str | None = None
) -> Response:
    """The answer for a refusal. `number` finds an unexpected failure in the log."""
    members = error.as_problem()
    body = {
        "type": f"{origin}/v1/errors/{error.code}",
        "title": error.sentence,
        "status": error.status,
        "detail": error.explain(),
        **members,
    }
    if number is not None:
        body["number"] = number
    sent = dict(headers or {})
    if error.status == _NEEDS_TOKEN:
        sent["WWW-Authenticate"] = 'Bearer realm="transire"'
    if error.code == "api.still-under-way" or error.status in (429, 503):
        sent["Retry-After"] = _COME_BACK[error.status]
    return Response(msgspec.json.encode(body), error.status, sent, MEDIA_TYPE)
