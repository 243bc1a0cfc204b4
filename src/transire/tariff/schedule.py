"""Editions of the Harmonized Tariff Schedule of the United States, as far as they are at hand.

What is shipped is a subset with its edition date: enough for the example goods. Rates are kept as the schedule prints
them and are not computed here.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from transire.tariff.number import TariffNumber

_FILES: Final = ("schedule_2024-07.json",)


class StatisticalLine(msgspec.Struct, frozen=True):
    """A ten-digit number that entries report, with its units of quantity."""

    number: str
    description: str
    units: tuple[str, ...]


class TariffItem(msgspec.Struct, frozen=True):
    """An eight-digit item with its rates; `description` goes down from the heading to the item itself."""

    number: str
    description: tuple[str, ...]
    units: tuple[str, ...]
    general: str
    special: str
    statistical: tuple[StatisticalLine, ...]


class Edition(msgspec.Struct, frozen=True):
    """One edition of the schedule, from its date until the next one that is at hand."""

    edition: date
    citation: str
    scope: str
    items: tuple[TariffItem, ...]


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition at hand, the oldest first."""
    folder = files("transire.tariff") / "data"
    read = (msgspec.json.decode((folder / name).read_bytes(), type=Edition) for name in _FILES)
    return tuple(sorted(read, key=lambda edition: edition.edition))


def edition_on(day: date) -> Edition | None:
    """The latest edition that was published on or before this day."""
    return next((edition for edition in reversed(editions()) if edition.edition <= day), None)


def find_item(number: TariffNumber, day: date) -> TariffItem | None:
    """The tariff item under which this number of eight or ten digits falls.

    >>> from transire.tariff.number import parse_tariff_number
    >>> find_item(parse_tariff_number("8414.51.30.00"), date(2026, 11, 22)).general
    '4.7%'
    """
    edition = edition_on(day)
    if edition is None or number.level < 8:
        return None
    item = _by_number(edition.edition).get(number.item)
    if item is None or (number.level == 10 and find_statistical_line(item, number) is None):
        return None
    return item


def find_statistical_line(item: TariffItem, number: TariffNumber) -> StatisticalLine | None:
    """The ten-digit line of an item, if the schedule prints one."""
    return next((line for line in item.statistical if line.number == number.dotted), None)


@cache
def _by_number(edition_date: date) -> dict[str, TariffItem]:
    edition = next(edition for edition in editions() if edition.edition == edition_date)
    return {item.number.replace(".", ""): item for item in edition.items}
