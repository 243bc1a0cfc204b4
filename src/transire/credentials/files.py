"""A credential as people pass it on: one file, in whichever of the four forms it is secured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transire.credentials.canonical import DEFAULT_LIMIT, read_object
from transire.credentials.envelope import PRESENTATION, claims_of, kind_of_envelope, wrap, wrap_sd_jwt
from transire.credentials.errors import CredentialMalformed
from transire.credentials.jose import MAX_TEXT, read_jws
from transire.credentials.sd_jwt import read_sd_jwt


def read_credential_file(raw: bytes) -> dict[str, Any]:
    """The document in a file: JSON as it is, a compact signature (JWT, SD-JWT) in its envelope. Nothing is verified.

    >>> read_credential_file(b'{"type": "VerifiableCredential"}')
    {'type': 'VerifiableCredential'}
    >>> read_credential_file(b"a.b")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.credentials.errors.JwsMalformed: The signed text does not have the form of a JSON Web Signature. ...
    """
    if len(raw) > MAX_TEXT:
        raise CredentialMalformed(expected=f"at most {MAX_TEXT} bytes", got=f"{len(raw)} bytes")
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise CredentialMalformed(expected="text", got="other bytes") from None
    if text.startswith(("{", "[", '"')) or not text:
        return read_object(raw, limit=DEFAULT_LIMIT)
    if "~" in text:
        read_sd_jwt(text)
        return wrap_sd_jwt(text)
    kind = [PRESENTATION] if str(read_jws(text).header.get("typ")).endswith("vp+jwt") else []
    return wrap(text, *kind)


def is_presentation(document: Mapping[str, Any]) -> bool:
    """Whether it is a presentation of credentials, or the envelope of one."""
    types = document.get("type")
    return any("Presentation" in str(name) for name in (types if isinstance(types, list) else [types]))


def said_in(document: Mapping[str, Any]) -> dict[str, Any]:
    """What it says, an envelope opened and unverified."""
    return dict(document) if kind_of_envelope(document) is None else claims_of(document)
