"""Currencies and their minor units, as ISO 4217 lists them. The amounts themselves are always exact decimals."""

from __future__ import annotations

from functools import cache

import msgspec

from transire.tariff.errors import CurrencyUnknown
from transire.tariff.shipped_data import read_data


class _Currencies(msgspec.Struct, frozen=True):
    citation: str
    edition: str
    by_minor_units: dict[str, list[str]]


@cache
def _minor_units() -> dict[str, int]:
    raw = read_data("currencies.json")
    listed = msgspec.json.decode(raw, type=_Currencies)
    return {code: int(places) for places, codes in listed.by_minor_units.items() for code in codes}


def is_currency(code: str) -> bool:
    """Whether ISO 4217 lists this code as active."""
    return code in _minor_units()


def minor_units(code: str) -> int:
    """How many decimal places the currency has.

    >>> minor_units("USD"), minor_units("CLP"), minor_units("BHD")
    (2, 0, 3)
    """
    try:
        return _minor_units()[code]
    except KeyError:
        raise CurrencyUnknown(got=repr(code)[:20]) from None
