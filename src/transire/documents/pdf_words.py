"""Words on the page of an invoice: cells with their columns, labels in English and Spanish, numbers, days, countries.

What may mean two things is not read: `1,250` is a thousand or one and a quarter, and 11/12 is in November or December.
The reading says why, and a person types it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Final, Literal, NamedTuple

from babel import Locale

from transire.documents.codes import countries
from transire.tariff.currencies import is_currency

Point = Literal[".", ","]


class Cell(NamedTuple):
    """Words that stand together, with the columns of the line in which they begin and end."""

    start: int
    end: int
    text: str

    def distance(self, other: Cell) -> int:
        """How many columns lie between two cells; less than 0 where they stand above each other."""
        return max(self.start, other.start) - min(self.end, other.end)


class Unclear(Exception):
    """What stands there cannot be read as what is wanted; the words say why."""


_CELL: Final = re.compile(r"\S+(?: \S+)*")


def cells_of(line: str) -> list[Cell]:
    """The cells of a line: two spaces or more part them.

    >>> [cell.text for cell in cells_of("Seller      Buyer of goods")]
    ['Seller', 'Buyer of goods']
    """
    return [Cell(found.start(), found.end(), found[0]) for found in _CELL.finditer(line)]


def folded(text: str) -> str:
    """A label without case, accents, signs and doubled spaces.

    >>> folded("Descripción:"), folded("Invoice No."), folded("Vendedor / Exportador")
    ('descripcion', 'invoice no', 'vendedor exportador')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", plain.encode("ascii", "ignore").decode()).split())


# Numbers.

_THOUSANDS_POINT: Final = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})"
)
_THOUSANDS_COMMA: Final = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})"
)
_NUMBER: Final = re.compile(r"[0-9][0-9.,']*")
_MONEY_SIGNS: Final = re.compile(r"^(?:US\$|[A-Z]{3}|[$€£])\s*|\s*(?:US\$|[A-Z]{3}|[$€£]|kg|KG|kgs)$")


def decimal_sign(texts: Iterable[str]) -> Point | None:
    """The sign before decimals in these amounts, where some of them leave no doubt and none says otherwise.

    >>> decimal_sign(["1,200", "112.50"]), decimal_sign(["1.500", "2,25"]), decimal_sign(["1,200"])
    ('.', ',', None)
    """
    found: set[Point] = set()
    for text in texts:
        number = _MONEY_SIGNS.sub("", text)
        if _THOUSANDS_POINT.fullmatch(number):
            found.add(".")
        if _THOUSANDS_COMMA.fullmatch(number):
            found.add(",")
    return found.pop() if len(found) == 1 else None


def read_number(text: str, sign: Point | None) -> str:
    """A number as the wire writes it.

    >>> read_number("1,200", "."), read_number("USD 3.375,00", ","), read_number("40", None)
    ('1200', '3375.00', '40')
    """
    number = _MONEY_SIGNS.sub("", _MONEY_SIGNS.sub("", text.strip()))
    if _NUMBER.fullmatch(number) is None:
        raise Unclear("This is no number.")
    if number.isdecimal():
        return number
    if sign is None:
        raise Unclear("It is not clear whether the point or the comma stands before the decimals.")
    thousands = "," if sign == "." else "."
    whole, _, rest = number.partition(sign)
    parts = whole.split(thousands)
    is_grouped = len(parts) == 1 or (1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:]))
    if not (is_grouped and all(part.isdecimal() for part in parts) and (rest.isdecimal() or not rest)):
        raise Unclear("This is no number as the other numbers of this file are written.")
    return "".join(parts) + (f".{rest}" if rest else "")


# Days.

_MONTHS_READ: Final = re.compile(
    r"([0-9]{1,2})[ .\-/]+(?:de )?([^\W\d_]{3,12})\.?[ .,\-/]+(?:de )?([0-9]{4})"
    r"|([^\W\d_]{3,12})\.? ([0-9]{1,2}),? ([0-9]{4})"
)
_FIGURES: Final = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")


def read_day(text: str) -> str:
    """A day as ISO 8601 writes it.

    >>> read_day("18 Nov 2026"), read_day("November 18, 2026"), read_day("18/11/2026"), read_day("2026-11-18")
    ('2026-11-18', '2026-11-18', '2026-11-18', '2026-11-18')
    """
    said = text.strip()
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        pass
    named = _MONTHS_READ.fullmatch(said)
    if named is not None:
        day, month, year = (named[1], named[2], named[3]) if named[1] else (named[5], named[4], named[6])
        return _day(int(year), _months().get(folded(month)[:3], 0), int(day))
    figures = _FIGURES.fullmatch(said)
    if figures is None:
        raise Unclear("This is no day that can be read.")
    first, second, year = int(figures[1]), int(figures[2]), int(figures[3])
    if first <= 12 and second <= 12 and first != second:
        raise Unclear("It is not clear which of these is the day and which the month.")
    return _day(year, min(first, second), max(first, second))


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Unclear("There is no such day.") from None


@cache
def _months() -> Mapping[str, int]:
    """The months by the first three letters of their names in English and Spanish."""
    names = ((name, at) for code in ("en", "es") for at, name in Locale(code).months["format"]["wide"].items())
    return {folded(name)[:3]: at for name, at in names}


# Countries and currencies.


@cache
def _country_names() -> Mapping[str, str]:
    known = {name: code for code in ("en", "es") for code, name in _territories(code)}
    return known | {"usa": "US", "u s a": "US", "eeuu": "US", "ee uu": "US", "united states of america": "US"}


def _territories(language: str) -> Iterable[tuple[str, str]]:
    return ((code, folded(name)) for code, name in Locale(language).territories.items() if code in countries())


def read_country(text: str) -> str:
    """A country by its name in English or Spanish, or by its two letters.

    >>> read_country("México"), read_country("MX"), read_country("United States")
    ('MX', 'MX', 'US')
    """
    said = text.strip().strip(".")
    if said in countries():
        return said
    found = _country_names().get(folded(said))
    if found is None:
        raise Unclear("This is no country that is known by this name.")
    return found


def read_currency(text: str) -> str:
    """A currency by its three letters; a sign alone is that of many.

    >>> read_currency("USD"), read_currency("US$")
    ('USD', 'USD')
    """
    said = text.strip()
    if said == "US$":
        return "USD"
    if not (said.isupper() and is_currency(said)):
        raise Unclear("This is no currency by its three letters.")
    return said
