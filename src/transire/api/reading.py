"""What was sent: headers that the API knows, and a body as JSON, a form with files, or a file as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from transire.api.errors import BearerMissing, MediaTypeRefused, RequestInvalid
from transire.crypto.canonical import parse_json

MAX_JSON_BYTES = 4 * 1024 * 1024
"""What is larger is a file and is sent as one."""
JSON = "application/json"
FORM = "multipart/form-data"
MERGE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The request as bytes and words."""

    idempotency_key: str | None
    if_match: str | None
    media_type: str
    raw: bytes = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def body(self, taken: Mapping[str, Any]) -> Any:
        """The body as a value for the contract to check: a file in a form counts as text."""
        if self.media_type not in taken:
            raise MediaTypeRefused(got=self.media_type or "none", expected=", ".join(taken))
        if self.media_type == FORM:
            return {**self.fields, **dict.fromkeys(self.files, "")}
        if self.media_type in (JSON, MERGE):
            return parse_json(self.raw, limit=MAX_JSON_BYTES)
        return ""


async def read_request(request: Request) -> Sent:
    """Read headers and body once."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    raw = await request.body()
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    if media_type == FORM:
        fields, files = await _read_form(request)
    return Sent(
        idempotency_key=request.headers.get("idempotency-key"),
        if_match=_unquoted(request.headers.get("if-match")),
        media_type=media_type,
        raw=raw,
        fields=fields,
        files=files,
    )


async def _read_form(request: Request) -> tuple[dict[str, str], dict[str, bytes]]:
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    try:
        async with request.form(max_files=8, max_fields=100) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = await value.read()
                else:
                    fields[name] = value
    except (HTTPException, UnicodeDecodeError, ValueError) as error:
        raise RequestInvalid([("body", "the form cannot be read")]) from error
    return fields, files


def bearer_of(request: Request) -> str:
    """The token of `Authorization: Bearer ...` (RFC 6750 2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BearerMissing
    return token.strip()


def _unquoted(tag: str | None) -> str | None:
    return tag.strip().strip('"') if tag else None
