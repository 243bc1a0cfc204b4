"""JCS (RFC 8785) over any JSON, as `eddsa-jcs-2022` demands of foreign credentials.

Our own documents stay within the ledger's profile, where a sorted orjson dump is RFC 8785 and far faster. What lies
outside it (fractions, keys beyond the Basic Multilingual Plane, more levels) goes to the slower general writer.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, cast

import orjson
import rfc8785

from transire.credentials.errors import CredentialMalformed
from transire.crypto.canonical import Json, canonical_bytes, object_of, sorted_bytes
from transire.crypto.errors import JsonRefused, JsonTooLarge

DEFAULT_LIMIT: Final = 1024 * 1024
"""Bytes of a credential from outside; one of ours is some kilobytes."""
_LEVELS: Final = 64
"""Deeper text is read slowly; a credential of more than 32 levels is refused later."""
# 2^53 has sixteen digits: text with as many in a row may hold a number that no double can. Made alike and searched.
_DIGITS_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER: Final = b"0" * 16
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def jcs(value: Mapping[str, Any]) -> bytes:
    """The canonical text of a document or of proof options.

    >>> jcs({"b": 1.50, "a": "x"})
    b'{"a":"x","b":1.5}'
    """
    return jcs_any(value if isinstance(value, dict) else dict(value))


def jcs_any(value: Any) -> bytes:
    """The canonical text of any JSON value: what stands under a term of type `@json`.

    >>> jcs_any([1.0, None])
    b'[1,null]'
    """
    raw = sorted_bytes(value)
    if raw is not None:
        return raw
    try:
        return canonical_bytes(cast(Json, value))
    except JsonRefused:
        return _general(value)


def read_object(raw: bytes, *, limit: int = DEFAULT_LIMIT) -> dict[str, Any]:
    """Read foreign JSON, fractions allowed: one object, no member twice, no number that is none.

    >>> read_object(b'{"size": 5.5}')
    {'size': 5.5}
    >>> read_object(b'{"issuer": "a", "issuer": "b"}')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.DuplicateKey: A JSON object names the same member twice. Got 'issuer'. ...
    """
    value = read_any(raw, limit=limit)
    if not isinstance(value, dict):
        raise JsonRefused(expected="a JSON object", got=type(value).__name__)
    return value


def read_any(raw: bytes, *, limit: int = DEFAULT_LIMIT) -> Any:
    """Read any foreign JSON as `read_object` does."""
    if len(raw) > limit:
        raise JsonTooLarge(expected=f"at most {limit} bytes", got=f"{len(raw)} bytes")
    value = _read_plainly(raw)
    return _read_strictly(raw) if value is None else value


def _read_plainly(raw: bytes) -> Any:
    """The value of text that is written without anything to spare, as most programs do; None to look more closely.

    If writing it again gives the same bytes, then no member stood twice and no number lost a digit: either would have
    changed them. It is ten times as fast as to look at each member.
    """
    try:
        value = orjson.loads(raw)
        again = orjson.dumps(value)  # refuses what is nested deeper than it writes, which it reads all the same
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    if again != raw or _LONG_NUMBER in raw.translate(_DIGITS_ALIKE) or _is_deep(raw, value):
        return None
    return value


def _is_deep(raw: bytes, value: Any) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= _LEVELS:
        return False
    level = [value]
    for _ in range(_LEVELS):
        inner = [each.values() if type(each) is dict else each for each in level if type(each) in (dict, list)]
        level = [member for members in inner for member in members if type(member) in (dict, list)]
        if not level:
            return False
    return True


def _read_strictly(raw: bytes) -> Any:
    try:
        value = _decode(raw.decode("utf-8"))
        if _SURROGATE.search(raw):
            orjson.dumps(value)
    except orjson.JSONEncodeError:
        # An escape of half a character: no UTF-8 text can hold it (I-JSON, RFC 7493 2.1).
        raise JsonRefused(expected="Unicode text", got="a lone surrogate") from None
    except UnicodeDecodeError as error:
        raise JsonRefused(expected="UTF-8", where=f"byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise JsonRefused(expected="JSON", got=error.msg, where=f"character {error.pos}") from None
    except RecursionError:
        raise JsonRefused(expected="fewer levels", got="too many") from None
    return value


def _integer_of(text: str) -> int:
    # RFC 8785 3.2.2.3: numbers are IEEE 754 doubles; beyond 2^53 two texts would be one number.
    if len(text) > 17 or abs(int(text)) > 2**53 - 1:
        raise JsonRefused(expected="integers within 2^53-1", got=text[:40])
    return int(text)


def _fraction_of(text: str) -> float:
    value = float(text) if len(text) <= 64 else math.nan
    if not math.isfinite(value):
        raise JsonRefused(expected="a number that a double can hold", got=text[:40])
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise JsonRefused(expected="JSON", got=text)


_decode: Final[Callable[[str], Any]] = json.JSONDecoder(
    object_pairs_hook=object_of,
    parse_float=_fraction_of,
    parse_int=_integer_of,
    parse_constant=_refuse_constant,
).decode


def _general(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise CredentialMalformed(expected="JSON that RFC 8785 can write", got=str(error)[:120]) from error
