"""From a value to an answer: JSON, an entity tag, and where the next rows are."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from transire.api.operations import Answer, Collection
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url

TAG_BYTES = 15
"""120 bits of the body's digest: a strong entity tag (RFC 9110 8.8.3)."""


def response_of(value: Any, request: Request) -> Response:
    """The answer for what an operation gave."""
    answer = value if isinstance(value, Answer) else Answer(value=value)
    if answer.status == 204:
        return Response(status_code=204)
    body = answer.raw if answer.raw is not None else msgspec.json.encode(_shown(answer.value))
    headers = {"ETag": f'"{answer.version or b64url(sha256(body)[:TAG_BYTES])}"'}
    if answer.location is not None:
        slug = request.path_params["slug"]
        headers["Location"] = f"/v1/m/{slug}{answer.location}"
    if answer.file_name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{answer.file_name}"'
    if isinstance(answer.value, Collection) and answer.value.next is not None:
        following = request.url.include_query_params(after=answer.value.next)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    if request.method in ("GET", "HEAD") and _knows(request, headers["ETag"]):
        return Response(status_code=304, headers={"ETag": headers["ETag"]})
    return Response(body, answer.status, headers, answer.media_type)


def _shown(value: Any) -> Any:
    if isinstance(value, Collection):
        return {"items": list(value.items), "next": value.next, **value.beside}
    return value


def _knows(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(","))
