"""JCS (RFC 8785) over any JSON, as `eddsa-jcs-2022` demands of foreign credentials.

Our own documents stay within the ledger's profile, where a sorted orjson dump is RFC 8785 and far faster. What lies
outside it (fractions, keys beyond the Basic Multilingual Plane, more levels) goes to the slower general writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import rfc8785

from transire.credentials.errors import CredentialMalformed
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.errors import JsonRefused


def jcs(value: Mapping[str, Any]) -> bytes:
    """The canonical text of a document or of proof options.

    >>> jcs({"b": 1.50, "a": "x"})
    b'{"a":"x","b":1.5}'
    """
    try:
        return canonical_bytes(cast(Json, value))
    except JsonRefused:
        return _general(dict(value))


def jcs_any(value: Any) -> bytes:
    """The canonical text of any JSON value: what stands under a term of type `@json`.

    >>> jcs_any([1.0, None])
    b'[1,null]'
    """
    return _general(value)


def _general(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise CredentialMalformed(expected="JSON that RFC 8785 can write", got=str(error)[:120]) from error
