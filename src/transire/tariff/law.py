"""The law beside the rates, as dated rows: fees, the countries of column 2, what chapters 98 and 99 do."""

from __future__ import annotations

from datetime import date
from functools import cache

import msgspec

from transire.tariff.errors import FeeNotAtHand
from transire.tariff.shipped_data import read_data


class FeeRow(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "until"}):
    """A fee from one day until another; `percent` of the value with bounds, or a fixed `amount` in US dollars."""

    start: date
    end: date | None
    citation: str
    confirmed: bool
    percent: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    amount: str | None = None


class Fee(msgspec.Struct, frozen=True, rename={"class_code": "class"}):
    """A fee: the class code under which it is paid, the law, and its figures by date."""

    class_code: str
    title: str
    law: str
    rows: tuple[FeeRow, ...]

    def on(self, day: date) -> FeeRow:
        """The figure of a day; refuse a day for which none is at hand (`tariff.fee-not-at-hand`).

        >>> fees().mpf_formal.on(date(2026, 10, 1)).maximum
        '670.86'
        """
        for row in self.rows:
            if row.start <= day and (row.end is None or day <= row.end):
                return row
        last = f"{self.rows[-1].start.isoformat()} to {(self.rows[0].end or date.max).isoformat()}"
        raise FeeNotAtHand(got=f"{self.title} on {day.isoformat()}", expected=f"a day from {last}")


class EntryTypes(msgspec.Struct, frozen=True):
    """Which fee for processing an entry of a type pays."""

    citation: str
    formal: tuple[str, ...]
    informal: tuple[str, ...]
    mail: tuple[str, ...]


class VesselModes(msgspec.Struct, frozen=True):
    """The modes of transport that are vessels."""

    citation: str
    modes: tuple[str, ...]


class ExemptCountries(msgspec.Struct, frozen=True):
    """Countries whose products pay no processing fee."""

    citation: str
    confirmed: bool
    countries: tuple[str, ...]


class Chapter98(msgspec.Struct, frozen=True):
    """Chapter 98 pays no processing fee, but for these numbers, which pay it on a part of the value."""

    citation: str
    but_not: tuple[str, ...]
    base_citation: str


class Limit(msgspec.Struct, frozen=True):
    """A limit in US dollars."""

    amount: str
    citation: str
    confirmed: bool


class NotComputed(msgspec.Struct, frozen=True, rename={"class_code": "class"}):
    """A fee or tax that is not computed here, and the chapters of goods on which it may be due.

    `class_code` is one code, or the first and the last of several: `016-018`. `is_tax` says that it is an internal
    revenue tax, which an entry totals by itself (CBP Form 7501 block 38).
    """

    class_code: str
    title: str
    citation: str
    chapters: tuple[str, ...]
    is_tax: bool = False

    def has(self, code: str) -> bool:
        """Whether this is the fee of a class code.

        >>> [fee.title for fee in fees().not_computed if fee.has("017")]
        ['internal revenue tax on spirits, wine, beer and tobacco']
        """
        first, _, last = self.class_code.partition("-")
        return first <= code <= (last or first)


class Fees(msgspec.Struct, frozen=True):
    """Everything of `data/fees.json`."""

    note: str
    mpf_formal: Fee
    mpf_informal: Fee
    manual_surcharge: Fee
    dutiable_mail: Fee
    hmf: Fee
    entry_types: EntryTypes
    vessel_modes: VesselModes
    mpf_exempt_countries: tuple[ExemptCountries, ...]
    mpf_chapter_98: Chapter98
    informal_limit: Limit
    not_computed: tuple[NotComputed, ...]


class Column2Country(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """A country to which column 2 applies from a day on."""

    country: str
    start: date
    citation: str


class Column2(msgspec.Struct, frozen=True):
    """The countries of column 2."""

    citation: str
    confirmed: bool
    countries: tuple[Column2Country, ...]


class Rounding(msgspec.Struct, frozen=True):
    """How values, quantities and money are rounded, each with its source."""

    value: str
    quantity: str
    money: str


class Replacing(msgspec.Struct, frozen=True):
    """The numbers of chapters 98 and 99 whose own rates stand instead of the rate in chapters 1 to 97."""

    citation: str
    headings: tuple[str, ...]
    chapters: tuple[str, ...]


class Law(msgspec.Struct, frozen=True):
    """Everything of `data/law.json`."""

    column_2: Column2
    rounding: Rounding
    replacing: Replacing

    def column_2_on(self, country: str, day: date) -> Column2Country | None:
        """Why column 2 applies to a country on a day; None where it does not.

        >>> law().column_2_on("RU", date(2022, 4, 8)) is None
        True
        """
        return next((one for one in self.column_2.countries if one.country == country and one.start <= day), None)


def is_tax(code: str) -> bool:
    """Whether a class code is one of internal revenue tax (CBP Form 7501 blocks 33 and 38)."""
    return any(fee.is_tax and fee.has(code) for fee in fees().not_computed)


@cache
def fees() -> Fees:
    """The fees of customs."""
    return msgspec.json.decode(read_data("fees.json"), type=Fees)


@cache
def law() -> Law:
    """The rest of the law."""
    return msgspec.json.decode(read_data("law.json"), type=Law)
