"""Tariff numbers of the Harmonized System and of the Harmonized Tariff Schedule of the United States (HTSUS).

A number means what it says at its own level: `8413` is the heading, `8413.70` the subheading, `8413.70.20` the
tariff item on which the rate stands, `8413.70.20.04` the statistical number that an entry reports.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from transire.tariff.errors import TariffNumberMalformed

_WRITTEN: Final = re.compile(r"[0-9]{2}(?:\.?[0-9]{2}){1,4}", re.ASCII)
# Chapter 77 is reserved by the Harmonized System; 98 and 99 are the special chapters of the HTSUS.
_CHAPTERS: Final = frozenset(f"{chapter:02}" for chapter in range(1, 100)) - {"77"}


class TariffNumber(msgspec.Struct, frozen=True, order=True):
    """One tariff number, at the level at which it was written."""

    digits: str

    @property
    def level(self) -> int:
        """4 heading, 6 subheading, 8 tariff item, 10 statistical number."""
        return len(self.digits)

    @property
    def chapter(self) -> str:
        return self.digits[:2]

    @property
    def heading(self) -> str:
        return self.digits[:4]

    @property
    def subheading(self) -> str:
        """The six digits that all members of the Harmonized System share; shorter where the number is."""
        return self.digits[:6]

    @property
    def item(self) -> str:
        """The eight digits on which the HTSUS prints the rate; shorter where the number is."""
        return self.digits[:8]

    @property
    def dotted(self) -> str:
        """The number as the schedule prints it.

        >>> parse_tariff_number("8413702004").dotted
        '8413.70.20.04'
        """
        rest = self.digits[4:]
        return ".".join([self.digits[:4], *(rest[at : at + 2] for at in range(0, len(rest), 2))])

    def covers(self, other: TariffNumber) -> bool:
        """Whether `other` lies at or below this number in the schedule.

        >>> parse_tariff_number("8413.70").covers(parse_tariff_number("8413.70.20.04"))
        True
        """
        return other.digits.startswith(self.digits)


def parse_tariff_number(text: str) -> TariffNumber:
    """Read a tariff number written with or without dots.

    >>> parse_tariff_number("84.14").heading
    '8414'
    """
    if not isinstance(text, str) or _WRITTEN.fullmatch(text) is None or text[:2] not in _CHAPTERS:
        raise TariffNumberMalformed(got=repr(text)[:60])
    return TariffNumber(digits=text.replace(".", ""))


def same_subheading(one: str, other: str) -> bool:
    """Whether two numbers agree on the six digits of the Harmonized System.

    >>> same_subheading("8413.70.20.04", "841370")
    True
    """
    first, second = parse_tariff_number(one), parse_tariff_number(other)
    return first.level >= 6 and second.level >= 6 and first.subheading == second.subheading
