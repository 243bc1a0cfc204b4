"""The small codes of trade documents: decimals, countries, entry numbers, importer numbers, filer codes.

Tariff numbers and currencies live in `transire.tariff`, which prints them as the schedule does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from transire.documents.errors import (
    DecimalMalformed,
    EntryNumberMalformed,
    ImporterNumberMalformed,
    InBondNumberMalformed,
)
from transire.documents.in_bond import check_in_bond_number
from transire.tariff.currencies import is_currency
from transire.tariff.errors import TariffNumberMalformed
from transire.tariff.number import TariffNumber, parse_tariff_number

# 15 digits before and 12 after the point hold every amount, quantity and exchange rate of a trade document; longer
# numbers are typing errors or attacks on the arithmetic.
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?", re.ASCII)
_FILER: Final = re.compile(r"(?!000)[0-9]{3}|(?=.*[A-Z])[A-Z0-9]{3}", re.ASCII)
_ENTRY: Final = re.compile(r"([A-Z0-9]{3})-([0-9]{7})-([0-9])", re.ASCII)
_IMPORTER: Final = re.compile(
    r"[0-9]{2}-[0-9]{7}[0-9A-Z]{2}"  # employer identification number with suffix, 00 where there is none
    r"|[0-9]{3}-[0-9]{2}-[0-9]{4}"  # social security number
    r"|[0-9]{6}-[0-9]{5}",  # assigned by CBP: YYDDPP-NNNNN
    re.ASCII,
)


class _Countries(msgspec.Struct, frozen=True):
    citation: str
    edition: str
    codes: frozenset[str]


@cache
def countries() -> frozenset[str]:
    """The alpha-2 codes of ISO 3166-1."""
    raw = (files("transire.documents") / "data" / "countries.json").read_bytes()
    return msgspec.json.decode(raw, type=_Countries).codes


def parse_decimal(text: str) -> Decimal:
    """Read an exact decimal as the wire writes it.

    >>> parse_decimal("1250.50")
    Decimal('1250.50')
    """
    if _DECIMAL.fullmatch(text) is None:
        raise DecimalMalformed(got=repr(text)[:40])
    return Decimal(text)


def decimal_text(value: Decimal) -> str:
    """Write an exact decimal for the wire: no exponent, no minus zero, the places kept as given.

    >>> decimal_text(Decimal("1E+3")), decimal_text(Decimal("12.50"))
    ('1000', '12.50')
    """
    text = format(value, "f")
    if _DECIMAL.fullmatch(text) is None:
        raise DecimalMalformed(got=text[:40])
    return text.removeprefix("-") if not value else text


def entry_check_digit(filer: str, sequence: str) -> str:
    """The check digit of 19 CFR 142.3a as the ACE specification computes it.

    Letters count A-I 1-9, J-R 1-9, S-Z 2-9; every second of the ten characters is doubled, and both digits of
    what comes out are added up.

    >>> entry_check_digit("ABC", "1234567"), entry_check_digit("B76", "0324527")
    ('6', '8')
    """
    total = 0
    for position, character in enumerate(filer + sequence):
        value = int(character) if character.isdigit() else _letter_value(character)
        doubled = value * 2 if position % 2 else value
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def _letter_value(letter: str) -> int:
    at = ord(letter) - ord("A")
    return at % 9 + 1 if at < 18 else at - 16


def check_entry_number(text: str) -> None:
    """Refuse an entry number whose form or check digit is wrong.

    >>> check_entry_number("B76-0324527-8")
    """
    matched = _ENTRY.fullmatch(text)
    if matched is None or not is_filer_code(matched[1]):
        raise EntryNumberMalformed(got=repr(text)[:40], expected="the form XXX-NNNNNNN-C")
    digit = entry_check_digit(matched[1], matched[2])
    if digit != matched[3]:
        raise EntryNumberMalformed(got=f"check digit {matched[3]} in {text}", expected=f"check digit {digit}")


def entry_number(filer: str, sequence: int) -> str:
    """Make the entry number of a filer's next sequence number.

    >>> entry_number("300", 1)
    '300-0000001-5'
    """
    if not is_filer_code(filer) or not 0 <= sequence <= 9_999_999:
        raise EntryNumberMalformed(got=f"{filer!r} {sequence}", expected="a filer code and seven digits")
    digits = f"{sequence:07}"
    return f"{filer}-{digits}-{entry_check_digit(filer, digits)}"


def is_filer_code(text: str) -> bool:
    """Whether customs could have assigned this filer code: 001 to 999, or three characters with a letter."""
    return _FILER.fullmatch(text) is not None


def check_importer_number(text: str) -> None:
    """Refuse a number that is in none of the forms of 19 CFR 24.5 and CBP Form 5106.

    >>> check_importer_number("12-345678900")
    """
    if _IMPORTER.fullmatch(text) is None:
        raise ImporterNumberMalformed(got=repr(text)[:40])


def _holds(check: Callable[[str], None]) -> Callable[[object], bool]:
    def holds(value: object) -> bool:
        try:
            check(value)  # type: ignore[arg-type]  # the schema has already asked for a string
        except (EntryNumberMalformed, ImporterNumberMalformed, InBondNumberMalformed, TariffNumberMalformed):
            return False
        return True

    return holds


def _check_tariff_number(text: str) -> None:
    number: TariffNumber = parse_tariff_number(text)
    if number.dotted != text:
        raise TariffNumberMalformed(got=text, expected=number.dotted)


# The formats that the JSON Schemas of this room name beside those of JSON Schema itself. Another validator ignores
# them and still checks the pattern that stands beside each.
FORMATS: Final[dict[str, Callable[[object], bool]]] = {
    "iso-country": lambda value: value in countries(),
    "iso-currency": lambda value: isinstance(value, str) and is_currency(value),
    "tariff-number": _holds(_check_tariff_number),
    "entry-number": _holds(check_entry_number),
    "importer-number": _holds(check_importer_number),
    "in-bond-number": _holds(check_in_bond_number),
    "filer-code": lambda value: isinstance(value, str) and is_filer_code(value),
}
