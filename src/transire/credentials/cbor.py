"""The part of CBOR (RFC 8949) of which selective disclosure proofs are made, in its one preferred form.

Integers, byte strings, text, arrays, and maps from integers; definite lengths; no tag, since ecdsa-sd-2023 forbids it.
Anything else, anything twice and anything left over is refused: two spellings of one proof would be two proofs.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from transire.crypto.errors import EncodingInvalid

Cbor: TypeAlias = "int | bytes | str | list[Any] | dict[int, Any]"

MAX_ITEMS: Final = 65_536
"""Elements of one array or map."""
_MAX_LEVELS: Final = 4
_INTEGER, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5


def encode(value: Cbor) -> bytes:
    """A value in preferred serialisation (4.1).

    >>> encode([1, b"ab", "c", {500: b""}]).hex()
    '84014261626163a11901f440'
    """
    if isinstance(value, bool) or not isinstance(value, int | bytes | str | list | dict):
        raise EncodingInvalid(expected="an integer, bytes, text, an array or a map", got=type(value).__name__)
    if isinstance(value, int):
        return _head(_INTEGER, value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        data = value.encode()
        return _head(_TEXT, len(data)) + data
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
    return _head(_MAP, len(value)) + b"".join(encode(key) + encode(value[key]) for key in sorted(value))


def decode(data: bytes) -> Cbor:
    """The one value that these bytes are.

    >>> decode(bytes.fromhex("84014261626163a11901f440"))
    [1, b'ab', 'c', {500: b''}]
    >>> decode(bytes.fromhex("c101"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.EncodingInvalid: A value is not written ... Expected CBOR without tags..., got type 6. ...
    """
    reader = _Reader(data)
    value = reader.value(0)
    if reader.place != len(data):
        raise EncodingInvalid(expected="one CBOR value", got=f"{len(data) - reader.place} bytes more")
    return value


def _head(kind: int, count: int) -> bytes:
    if not 0 <= count < 2**32:
        raise EncodingInvalid(expected="a number from 0 to 2^32-1", got=count)
    if count < 24:
        return bytes([kind << 5 | count])
    size = 1 if count < 2**8 else 2 if count < 2**16 else 4
    return bytes([kind << 5 | 23 + size.bit_length()]) + count.to_bytes(size, "big")


class _Reader:
    """Reads forward and never beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def value(self, level: int) -> Cbor:
        kind, count = self._read_head()
        if kind == _INTEGER:
            return count
        if kind in (_BYTES, _TEXT):
            return self._text(self._take(count)) if kind == _TEXT else self._take(count)
        if kind not in (_ARRAY, _MAP):
            raise EncodingInvalid(expected="CBOR without tags, floats and negative numbers", got=f"type {kind}")
        if count > MAX_ITEMS or level >= _MAX_LEVELS:
            raise EncodingInvalid(expected=f"at most {MAX_ITEMS} items and {_MAX_LEVELS} levels", got=count)
        if kind == _ARRAY:
            return [self.value(level + 1) for _ in range(count)]
        return self._map(count, level)

    def _map(self, count: int, level: int) -> dict[int, Any]:
        members: dict[int, Any] = {}
        last = -1
        for _ in range(count):
            key = self.value(_MAX_LEVELS)
            if not isinstance(key, int) or key <= last:
                raise EncodingInvalid(expected="integers as keys, each once and in order", got=repr(key)[:40])
            last = key
            members[key] = self.value(level + 1)
        return members

    def _read_head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        kind, count = first >> 5, first & 31
        if count < 24:
            return kind, count
        if count > 26:
            raise EncodingInvalid(expected="a definite length below 2^32", got=f"additional information {count}")
        size = 1 << (count - 24)
        number = int.from_bytes(self._take(size), "big")
        # The shortest head is the only one (4.1); a longer one would give the same proof another text.
        if number < (24, 2**8, 2**16)[count - 24]:
            raise EncodingInvalid(expected="the shortest length", got=f"{number} in {size} bytes")
        return kind, number

    def _take(self, count: int) -> bytes:
        found = self._data[self.place : self.place + count]
        if len(found) != count:
            raise EncodingInvalid(expected=f"{count} bytes more", got=f"{len(found)}")
        self.place += count
        return found

    def _text(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise EncodingInvalid(expected="UTF-8", got=data[:20].hex()) from error
