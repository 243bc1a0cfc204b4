"""One edition of the schedule in one file that is opened at once and read in place.

    "transire-tariff/1\\n"   18 bytes
    SHA-256                 32 bytes, of everything behind it
    three lengths           4 bytes each, big-endian: head, index, offsets
    head                    MessagePack: date, citation, scope, chapters, sources, anomalies
    index                   16 bytes a number, in order: 12 of digits (blanks behind), 4 of the row
    offsets                 4 bytes a row, and one for the end
    rows                    MessagePack, one array a row

A lookup is a bisection of the index and the decoding of a few rows: tens of microseconds, and nothing to set up. That
is why it is no database: the room is pure, and a file that is written once needs none.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from transire.tariff.anomalies import Anomaly
from transire.tariff.errors import EditionDamaged
from transire.tariff.number import TariffNumber
from transire.tariff.rows import ScheduleRow

MAGIC: Final = b"transire-tariff/1\n"
_DIGEST: Final = 32
_LENGTHS: Final = struct.Struct(">III")
_KEY: Final = 12
_ENTRY: Final = 16
_OFFSET: Final = struct.Struct(">I")
_DECODED: Final = 16_384
_row_decoder: Final = msgspec.msgpack.Decoder(ScheduleRow)


class Source(msgspec.Struct, frozen=True):
    """A file that an edition was made of: its name, digest and form."""

    name: str
    sha256: str
    form: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What an edition is. `chapters` are those that it holds whole; a number elsewhere is unknown, not absent."""

    edition: date
    citation: str
    scope: str
    chapters: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()


def encode_edition(head: Head, rows: Sequence[ScheduleRow]) -> bytes:
    """The bytes of the file. The first row of a number counts."""
    bodies = [msgspec.msgpack.encode(row) for row in rows]
    first: dict[str, int] = {}
    for at, row in enumerate(rows):
        if row.digits:
            first.setdefault(row.digits, at)
    index = b"".join(_key(digits) + _OFFSET.pack(at) for digits, at in sorted(first.items()))
    ends, at = [0], 0
    for body in bodies:
        at += len(body)
        ends.append(at)
    offsets = struct.pack(f">{len(ends)}I", *ends)
    packed = msgspec.msgpack.encode(head)
    behind = b"".join([_LENGTHS.pack(len(packed), len(index), len(offsets)), packed, index, offsets, *bodies])
    return MAGIC + hashlib.sha256(behind).digest() + behind


class EditionBook(Sequence[ScheduleRow]):
    """An edition that is open. Rows are decoded when they are asked for."""

    def __init__(self, raw: bytes, *, name: str = "an edition") -> None:
        """Open the bytes of a file; `name` is for the refusal when they are not as they were written."""
        self._raw = raw
        behind = memoryview(raw)[len(MAGIC) + _DIGEST :]
        digest = raw[len(MAGIC) : len(MAGIC) + _DIGEST]
        if not raw.startswith(MAGIC) or hashlib.sha256(behind).digest() != digest:
            raise EditionDamaged(got=name, expected="the digest that stands in the file")
        head, index, offsets = _LENGTHS.unpack_from(behind)
        start = len(MAGIC) + _DIGEST + _LENGTHS.size
        self.head = msgspec.msgpack.decode(raw[start : start + head], type=Head)
        self._index = start + head
        self._offsets = self._index + index
        self._rows = self._offsets + offsets
        self._numbers = _Keys(raw, self._index, int(index) // _ENTRY)
        self._count: int = offsets // _OFFSET.size - 1
        self._decode = lru_cache(maxsize=_DECODED)(self._decode_row)

    @property
    def edition(self) -> date:
        return self.head.edition

    @property
    def source(self) -> str:
        """How a figure from this edition is cited."""
        return f"{self.head.citation}, edition of {self.edition.isoformat()}"

    def holds(self, number: TariffNumber) -> bool:
        """Whether this edition can say that a number does not exist: it holds the number's whole chapter."""
        return number.chapter in self.head.chapters or next(self.places_below(number.digits), None) is not None

    def place_of(self, digits: str) -> int | None:
        """The row of a number, from 0."""
        key = _key(digits)
        at = bisect_left(self._numbers, key)
        return self._numbers.row(at) if at < len(self._numbers) and self._numbers[at] == key else None

    def places_below(self, digits: str) -> Iterator[int]:
        """The rows of every number that begins with these digits, in order of the numbers."""
        at = bisect_left(self._numbers, _key(digits))
        while at < len(self._numbers) and self._numbers[at].startswith(digits.encode()):
            yield self._numbers.row(at)
            at += 1

    def chain(self, place: int) -> Iterator[tuple[int, ScheduleRow]]:
        """The row at a place and the rows over it, up to the heading."""
        while place >= 0:
            row = self[place]
            yield place, row
            place = row.parent

    def fresh(self, place: int) -> ScheduleRow:
        """A row for one look, as a search takes at all of them: it is not remembered."""
        return self._decode_row(place)

    def _decode_row(self, place: int) -> ScheduleRow:
        first, end = struct.unpack_from(">II", self._raw, self._offsets + place * _OFFSET.size)
        return _row_decoder.decode(self._raw[self._rows + first : self._rows + end])

    def __getitem__(self, place: int) -> ScheduleRow:  # type: ignore[override]  # rows are asked for one by one
        if not 0 <= place < self._count:
            raise IndexError(place)
        return self._decode(place)

    def __len__(self) -> int:
        return self._count


class _Keys(Sequence[bytes]):
    """The index as a sorted sequence of keys, read in place."""

    def __init__(self, raw: bytes, start: int, count: int) -> None:
        self._raw, self._start, self._count = raw, start, count

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]  # numbers are asked for one by one
        place = self._start + at * _ENTRY
        return self._raw[place : place + _KEY]

    def __len__(self) -> int:
        return self._count

    def row(self, at: int) -> int:
        """The row of the key at this place."""
        place = self._start + at * _ENTRY + _KEY
        return int.from_bytes(self._raw[place : place + _OFFSET.size], "big")


def _key(digits: str) -> bytes:
    return digits.encode().ljust(_KEY)
