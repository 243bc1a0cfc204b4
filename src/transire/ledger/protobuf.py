"""The few protobuf encodings that CometBFT hashes and signs, written by hand: proto3, fields in ascending order.

It is not a protobuf library: nothing is decoded, and only the wire types that `ledger.chain` needs are here. The rules
are those of gogoproto's generated code, which CometBFT v0.38 calls canonical: a scalar of value zero and an empty
byte string are left out, a message marked `nullable = false` is always written, even when it is empty.

>>> number(1, 300).hex()
'08ac02'
>>> octets(2, b"ab").hex()
'12026162'
"""

from __future__ import annotations

from typing import Final

_VARINT: Final = 0
_FIXED64: Final = 1
_LENGTH: Final = 2
_UINT64: Final = (1 << 64) - 1


def varint(value: int) -> bytes:
    """Base-128 groups, least significant first; a negative int64 takes ten bytes (two's complement)."""
    rest = value & _UINT64
    groups = bytearray()
    while rest > 0x7F:
        groups.append(rest & 0x7F | 0x80)
        rest >>= 7
    groups.append(rest)
    return bytes(groups)


def number(field: int, value: int) -> bytes:
    """An int64, uint64, int32, uint32 or enumeration; zero is left out."""
    return b"" if value == 0 else _tag(field, _VARINT) + varint(value)


def fixed64(field: int, value: int) -> bytes:
    """An sfixed64; zero is left out."""
    return b"" if value == 0 else _tag(field, _FIXED64) + value.to_bytes(8, "little", signed=True)


def octets(field: int, value: bytes) -> bytes:
    """A bytes or string field; an empty one is left out."""
    return b"" if not value else message(field, value)


def message(field: int, body: bytes) -> bytes:
    """An embedded message, or one element of a repeated field: written even when it is empty."""
    return _tag(field, _LENGTH) + delimited(body)


def delimited(body: bytes) -> bytes:
    """A body preceded by its length, as CometBFT frames what is signed (`protoio.MarshalDelimited`)."""
    return varint(len(body)) + body


def _tag(field: int, wire_type: int) -> bytes:
    return varint(field << 3 | wire_type)
