"""Records of eighty columns: written field by field, and read back, by the layout of `layout.json`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from transire.procedures.entry_summary.errors import RecordFieldUnsuitable

WIDTH: Final = 80

_CLASSES: Final = {
    "A": re.compile(r"[A-Z]+", re.ASCII),
    "N": re.compile(r"[0-9]+", re.ASCII),
    "AN": re.compile(r"[A-Z0-9]+", re.ASCII),
    "X": re.compile(r"[\x20-\x7e]+", re.ASCII),
    "D": re.compile(r"[0-9]{6}", re.ASCII),
    "SN": re.compile(r"[0-9]+", re.ASCII),
}
_BLANKS: Final = re.compile(" +")
_TO_THE_RIGHT: Final = ("N", "SN")
# Letters that are no letter with a mark, and are written with others where there is only ASCII.
_SPELLED: Final = str.maketrans(
    {"ß": "SS", "Æ": "AE", "æ": "AE", "Ø": "O", "ø": "O", "Œ": "OE", "œ": "OE", "Ł": "L", "ł": "L", "Đ": "D", "đ": "D"}
    | {"\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "}
)


class Field(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """One field: its columns from 1, and what may stand in them."""

    name: str
    first: int
    last: int
    kind: str

    @property
    def width(self) -> int:
        return self.last - self.first + 1


class Layout(msgspec.Struct, frozen=True):
    """The fields of one record, in the order of their columns."""

    title: str
    fields: tuple[Field, ...]


class RecordSet(msgspec.Struct, frozen=True):
    """The records of one chapter, by the letters and digits that each begins with."""

    name: str
    title: str
    edition: str
    citation: str
    records: Mapping[str, Layout]


class Layouts(msgspec.Struct, frozen=True):
    """Everything of `layout.json`. `units`: the codes of units of quantity that are known here."""

    note: str
    certified: bool
    sets: tuple[RecordSet, ...]
    units: Mapping[str, str]
    parties: Mapping[str, str]

    def named(self, name: str) -> RecordSet:
        """The records of a chapter."""
        return next(one for one in self.sets if one.name == name)


@cache
def layouts() -> Layouts:
    """The layouts at hand.

    >>> [field.first for field in layouts().named("AE").records["50"].fields][:3]
    [3, 14, 25]
    """
    raw = (files("transire.procedures.entry_summary.catair") / "layout.json").read_bytes()
    return msgspec.json.decode(raw, type=Layouts)


def write_record(of: RecordSet, name: str, values: Mapping[str, object]) -> str:
    """One record; a field without a value is blank. Refuse what does not fit (`entry.record-field`).

    >>> write_record(layouts().named("AE"), "90", {"duty": 34100, "fees": 4714, "tax": 0}).rstrip()
    '90      34100        4714           0'
    """
    signs = list(name.ljust(WIDTH))
    known = {field.name: field for field in of.records[name].fields}
    for label, value in values.items():
        if value is None or value == "":
            continue
        field = known[label]
        signs[field.first - 1 : field.last] = _written(f"{of.name} {name} {label}", field, value)
    return "".join(signs)


def read_record(of: RecordSet, line: str) -> tuple[str, dict[str, str]]:
    """The name of a record and its fields, blanks taken off; a record of another kind has no fields.

    >>> read_record(layouts().named("AE"), "E1 F368   TARIFF NUMBER UNKNOWN")[1]["code"]
    '368'
    """
    for name, layout in of.records.items():
        if line.startswith(name):
            padded = line.ljust(WIDTH)
            return name, {one.name: padded[one.first - 1 : one.last].strip() for one in layout.fields}
    return line[:2], {}


def plain(text: str) -> str:
    """Text in the capitals and signs of ASCII that records take, marks taken off letters, blanks drawn together.

    >>> plain("Bombas  de México, S.A.")
    'BOMBAS DE MEXICO, S.A.'
    """
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", text.translate(_SPELLED)) if not unicodedata.combining(sign)
    )
    return _BLANKS.sub(" ", bare.upper()).strip(" ")


def _written(where: str, field: Field, value: object) -> str:
    text = f"{value:%m%d%y}" if isinstance(value, date) else str(value)
    if field.kind == "X":
        text = plain(text)
    if not _CLASSES[field.kind].fullmatch(text):
        raise RecordFieldUnsuitable(got=repr(text)[:90], expected=_EXPECTED[field.kind], where=where)
    if len(text) > field.width:
        raise RecordFieldUnsuitable(
            got=f"{len(text)} signs: {text[:60]!r}", expected=f"at most {field.width} signs", where=where
        )
    return text.rjust(field.width) if field.kind in _TO_THE_RIGHT else text.ljust(field.width)


_EXPECTED: Final = {
    "A": "capital letters",
    "N": "digits",
    "AN": "capital letters and digits",
    "X": "signs of ASCII that can be printed",
    "D": "a day",
    "SN": "a whole number that is not negative",
}
