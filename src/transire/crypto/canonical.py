"""Canonical JSON: RFC 8785, restricted so that a sorted orjson dump is exactly it (LEDGER.md 2).

The profile: UTF-8; keys in the Basic Multilingual Plane; no floats; integers within 2^53-1; at most 16 levels;
no key twice. orjson sorts keys by code point, RFC 8785 by UTF-16 code unit: within the BMP that is one order.

Two readers. `parse_canonical` takes only the canonical bytes and is the fast one (signed things). `parse_json`
takes any formatting and is for text that other programs wrote. Normalisation (NFC) is not demanded of either:
bytes are kept as they were signed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, NoReturn, TypeAlias

import msgspec
import orjson

from transire.crypto.errors import DuplicateKey, JsonRefused, JsonTooLarge, NotCanonical

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 16
DEFAULT_LIMIT: Final = 65536
"""Bytes of one action at most (LEDGER.md 4)."""

# Without the PASSTHROUGH options orjson would write dates, dataclasses and subclasses in ways of its own.
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
# UTF-8 writes what lies beyond the BMP, and only that, with other bytes too; left out, they show at once whether any
# are there, where a pattern would be ten times as slow.
_WITHIN_BMP: Final = bytes(range(0xF0))
# No number above 2^53-1 has fewer digits; text that merely looks so costs a slower reading, no more. Made alike and
# searched, digits are found ten times as fast as by a pattern.
_DIGITS_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER: Final = b"0" * 16
# What stands in the deepest container that the profile allows has this before it where each level is set in by one
# space; a string has no line end in it. Found so, depth costs half of what it does to walk the value.
_DEEP: Final = tuple(b"\n" + b" " * (MAX_DEPTH - within) for within in range(MAX_DEPTH))


def _refuse_float(text: str) -> NoReturn:
    raise JsonRefused(expected="decimals as strings", got=text[:40])


# msgspec calls float_hook for every number with a fraction or exponent: floats are found without a walk.
_decode: Final[Callable[[bytes], Json]] = msgspec.json.Decoder(float_hook=_refuse_float).decode


def canonical_bytes(value: Json) -> bytes:
    """The one canonical text of a value of the profile.

    >>> canonical_bytes({"unit": "kg", "quantity": "12.50", "lines": [1, None, True]})
    b'{"lines":[1,null,true],"quantity":"12.50","unit":"kg"}'
    >>> canonical_bytes({"quantity": 12.5})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.JsonRefused: The JSON uses ... Expected decimals as strings, got 12.5. ...
    """
    try:
        raw = orjson.dumps(value, option=_OPTIONS)
        # orjson writes NaN as null and some Python types as strings: what comes back must be what was given.
        faithful = _decode(raw) == value
    except (TypeError, ValueError, RecursionError, JsonRefused) as error:
        _check_profile(value)
        raise JsonRefused(got=str(error)) from error
    if not faithful or _needs_walk(raw):
        _check_profile(value)
    return raw


def sorted_bytes(value: object) -> bytes | None:
    """The text of RFC 8785 of a value of any depth; None for what orjson may write in another way.

    For readers of foreign JSON, whom the levels of the profile do not bind.

    >>> sorted_bytes({"b": [1], "a": "x"}), sorted_bytes({"a": 1.0})
    (b'{"a":"x","b":[1]}', None)
    """
    try:
        raw = orjson.dumps(value, option=_OPTIONS)
        return raw if _decode(raw) == value and not has_text_beyond_bmp(raw) else None
    except (TypeError, ValueError, RecursionError, JsonRefused):
        return None


typed_bytes: Final[Callable[[object], bytes]] = msgspec.json.Encoder(order="sorted").encode
"""The canonical text of values whose types leave no room for anything outside the profile: structs of text, integers,
and lists of them, with ASCII names. A tenth of the time of `canonical_bytes`, which has to look."""


def parse_canonical(raw: bytes, *, limit: int = DEFAULT_LIMIT) -> Json:
    """Read canonical bytes; text whose re-serialisation differs in one byte is refused.

    A key twice, white space, a wrong order or a needless escape all change the re-serialisation.

    >>> parse_canonical(b'{"a":1,"b":"x"}')
    {'a': 1, 'b': 'x'}
    >>> parse_canonical(b'{"b":"x","a":1}')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.NotCanonical: The JSON text is not in canonical form ... At byte 2...
    """
    if len(raw) > limit:
        raise JsonTooLarge(expected=f"at most {limit} bytes", got=f"{len(raw)} bytes")
    try:
        value = _decode(raw)
        again = orjson.dumps(value, option=_OPTIONS)
    except (msgspec.DecodeError, TypeError, ValueError, RecursionError):
        parse_json(raw, limit=limit)
        raise JsonRefused(expected="canonical JSON") from None
    if again != raw:
        _explain_difference(raw, again, limit)
    if _needs_walk(raw):
        _check_profile(value)
    return value


def parse_json(raw: bytes, *, limit: int = DEFAULT_LIMIT) -> Json:
    """Read JSON of any formatting within the profile; a key twice is refused and named.

    >>> parse_json(b' { "b": "x", "a" : 1 } ')
    {'b': 'x', 'a': 1}
    >>> parse_json(b'{"a":1,"a":2}')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.DuplicateKey: A JSON object names the same member twice. Got 'a'. ...
    """
    if len(raw) > limit:
        raise JsonTooLarge(expected=f"at most {limit} bytes", got=f"{len(raw)} bytes")
    try:
        value: Json = _parse_strictly(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise JsonRefused(expected="UTF-8", where=f"byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise JsonRefused(expected="JSON", got=error.msg, where=f"character {error.pos}") from None
    except RecursionError:
        raise JsonRefused(expected=f"at most {MAX_DEPTH} levels") from None
    _check_profile(value)
    return value


def may_leave_profile(raw: bytes, *, within: int = 0) -> bool:
    """Whether sorted text may lie outside of the profile, so that `parse_json` has to judge it.

    For a reader that has found the text sorted and each name once, and is to stay fast. `within` is the number of
    levels around it where it is a part of other text.

    >>> may_leave_profile(b'{"a":1}'), may_leave_profile(b"[9007199254740993]")
    (False, True)
    """
    return _needs_walk(raw, within) or _LONG_NUMBER in raw.translate(_DIGITS_ALIKE)


def has_text_beyond_bmp(raw: bytes) -> bool:
    """Whether UTF-8 text has a character beyond the Basic Multilingual Plane, where two orders of keys differ.

    >>> has_text_beyond_bmp("Ulm, Zürich".encode()), has_text_beyond_bmp("\N{CLINKING BEER MUGS}".encode())
    (False, True)
    """
    return not raw.isascii() and bool(raw.translate(None, _WITHIN_BMP))


def object_of(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object whose members are all named once (the standard library would let the last one win)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise DuplicateKey(got=repr(next(name for name in names if names.count(name) > 1))[:80])
    return members


def _integer_of(text: str) -> int:
    """An integer of at most 16 digits, so that nobody makes us convert a number of 60,000 digits."""
    if len(text) > 17:
        raise JsonRefused(expected="integers within 2^53-1", got=text[:40])
    return int(text)


_parse_strictly: Final[Callable[[str], Json]] = json.JSONDecoder(
    object_pairs_hook=object_of,
    parse_float=_refuse_float,
    parse_int=_integer_of,
    parse_constant=_refuse_float,
).decode


def _needs_walk(raw: bytes, within: int = 0) -> bool:
    """Whether valid JSON text may be too deep or have keys beyond the BMP; hardly ever true."""
    brackets = raw.count(b"[") + raw.count(b"{")
    if brackets + within > MAX_DEPTH and _DEEP[within] in msgspec.json.format(raw, indent=1):
        return True
    return has_text_beyond_bmp(raw)


def _explain_difference(raw: bytes, again: bytes, limit: int) -> NoReturn:
    """Refuse with the most telling reason: a named defect if there is one, else the first differing byte."""
    parse_json(raw, limit=limit)
    first = next((i for i, (x, y) in enumerate(zip(raw, again, strict=False)) if x != y), min(len(raw), len(again)))
    raise NotCanonical(
        expected=repr(again[first : first + 20]), got=repr(raw[first : first + 20]), where=f"byte {first}"
    )


def _check_profile(value: object, where: str = "", depth: int = 0) -> None:
    """Walk a value and refuse the first thing outside the profile, with the JSON pointer (RFC 6901) to it."""
    if value is None or value is True or value is False:
        return
    if type(value) is str:
        _check_text(value, where)
    elif type(value) is int:
        if abs(value) > MAX_INTEGER:
            raise JsonRefused(expected="integers within 2^53-1", got=value, where=where or "/")
    elif isinstance(value, dict | list | tuple):
        _check_container(value, where, depth + 1)
    elif isinstance(value, float):
        raise JsonRefused(expected="decimals as strings", got=value, where=where or "/")
    else:
        raise JsonRefused(expected="a JSON value", got=type(value).__name__, where=where or "/")


def _check_container(value: object, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise JsonRefused(expected=f"at most {MAX_DEPTH} levels", where=where)
    if isinstance(value, dict):
        for key, member in value.items():
            _check_key(key, where)
            _check_profile(member, f"{where}/{key.replace('~', '~0').replace('/', '~1')}", depth)
    elif isinstance(value, list | tuple):
        for index, element in enumerate(value):
            _check_profile(element, f"{where}/{index}", depth)


def _check_key(key: object, where: str) -> None:
    if type(key) is not str:
        raise JsonRefused(expected="text as key", got=type(key).__name__, where=where or "/")
    _check_text(key, where)
    if key and max(key) > "\uffff":
        raise JsonRefused(expected="keys in the Basic Multilingual Plane", got=repr(key)[:60], where=where or "/")


def _check_text(text: str, where: str) -> None:
    """A lone surrogate cannot be written in UTF-8 (I-JSON, RFC 7493 2.1)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonRefused(expected="Unicode text", got="a lone surrogate", where=where or "/") from error
