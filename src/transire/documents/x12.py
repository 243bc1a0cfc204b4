"""Interchanges of ASC X12, read into segments: delimiters of the ISA, envelopes that are counted, everything bounded.

An interchange here holds one functional group with one transaction set: a file is one document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from transire.documents.errors import InterchangeUnreadable

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_SEGMENTS: Final = 100_000
LONGEST: Final = 1_000
"""Characters of one element."""
_WIDTHS: Final = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
"""The elements of an ISA: it is the one segment of a fixed form, since the delimiters are read from it."""
_ISA: Final = 3 + sum(_WIDTHS) + len(_WIDTHS)


class Segment(NamedTuple):
    """One segment with its place in the file, from 1."""

    number: int
    name: str
    elements: tuple[str, ...]

    def at(self, place: int) -> str:
        """The element at a place from 1, as the standard counts them; empty where there is none."""
        return self.elements[place - 1] if 0 < place <= len(self.elements) else ""

    @property
    def where(self) -> str:
        """The place in words."""
        return f"segment {self.number} ({self.name})"


def looks_like_x12(raw: bytes) -> bool:
    """Whether a file begins as an interchange does.

    >>> looks_like_x12(b"ISA*00*"), looks_like_x12(b"invoice_number,line")
    (True, False)
    """
    return raw[:3] == b"ISA" and not raw[3:4].isalnum()


def read_transaction(raw: bytes, group: str, kind: str) -> tuple[Segment, ...]:
    """The segments between ST and SE of the one transaction set of a kind; refuse everything else.

    Raises `InterchangeUnreadable`: no interchange, another kind, several documents, counts or control numbers that do
    not agree, a test.
    """
    segments = tuple(_segments(raw))
    names = [segment.name for segment in segments]
    if names[:3] != ["ISA", "GS", "ST"] or names[-3:] != ["SE", "GE", "IEA"] or names.count("ST") != 1:
        got = f"{names.count('ST')} transaction sets" if "ST" in names else ", ".join(names[:4])
        raise InterchangeUnreadable(got=got, expected="one transaction set in one group in one interchange")
    isa, gs, st, se, ge, iea = (*segments[:3], *segments[-3:])
    for place, said, expected in (
        (isa, isa.at(15), "P"),  # T: a test, which is no document
        (gs, gs.at(1), group),
        (st, st.at(1), kind),
        (se, se.at(1), str(len(segments) - 4)),
        (se, se.at(2), st.at(2)),
        (ge, ge.at(1), "1"),
        (ge, ge.at(2), gs.at(6)),
        (iea, iea.at(1), "1"),
        (iea, iea.at(2), isa.at(13)),
    ):
        if said.lstrip("0") != expected.lstrip("0"):
            raise InterchangeUnreadable(got=repr(said), expected=repr(expected), where=place.where)
    return segments[3:-3]


def _segments(raw: bytes) -> Iterator[Segment]:
    if len(raw) > MOST_BYTES:
        raise InterchangeUnreadable(got=f"{len(raw):,} bytes", expected=f"at most {MOST_BYTES:,}")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InterchangeUnreadable(got=f"byte {raw[error.start]:#04x} at {error.start}", expected="UTF-8") from None
    between, within, end = _delimiters(text)
    parts = text.split(end)
    if parts.pop().strip():
        raise InterchangeUnreadable(got="a segment without its end", expected=f"{end!r} after each segment")
    if len(parts) > MOST_SEGMENTS:
        raise InterchangeUnreadable(got=f"{len(parts):,} segments", expected=f"at most {MOST_SEGMENTS:,}")
    for number, part in enumerate(parts, start=1):
        name, *elements = part.strip("\r\n").split(between)
        _check(number, name, elements, "" if name == "ISA" else within)
        yield Segment(number, name, tuple(element.strip() for element in elements))


def _delimiters(text: str) -> tuple[str, str, str]:
    """What stands between elements, within one, and after a segment."""
    head = text[:_ISA]
    between = head[3:4]
    widths = tuple(map(len, head.split(between)[1:])) if between else ()
    within, end = head[-1:], text[_ISA : _ISA + 1]
    found = (between, within, end)
    if not head.startswith("ISA") or widths != _WIDTHS or len(set(found)) < 3 or any(one.isalnum() for one in found):
        raise InterchangeUnreadable(got=repr(head[:20]), expected="an ISA of 16 elements of fixed length")
    return found


def _check(number: int, name: str, elements: Sequence[str], within: str) -> None:
    where = f"segment {number} ({name[:3]})"
    if not (2 <= len(name) <= 3 and name.isascii() and name.isalnum() and name.isupper()):
        raise InterchangeUnreadable(got=repr(name[:20]), expected="the name of a segment", where=where)
    for element in elements:
        if len(element) > LONGEST or not element.isprintable():
            raise InterchangeUnreadable(
                got=repr(element[:40]), expected=f"at most {LONGEST} printable signs", where=where
            )
        if within and within in element:
            raise InterchangeUnreadable(got=repr(element[:40]), expected="an element without parts", where=where)
