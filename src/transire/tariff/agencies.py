"""Partner agencies of customs by the tariff number of a good: dated rows of law, each with its citation. Pure.

What is not here: what such an agency asks for, and whether a good that bears the number is really of its kind.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import msgspec

from transire.tariff.shipped_data import read_data


class AgencyProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement of one agency. `tariff` are the beginnings of the tariff numbers to which it attaches."""

    id: str
    agency: str
    title: str
    tariff: tuple[str, ...]
    begins: date = msgspec.field(name="from")
    ends: date | None = msgspec.field(name="until")
    citation: str
    confirmed: bool
    """Whether the text of the provision was read; if not, the tariff numbers are common professional knowledge."""

    def attaches_to(self, number: str, day: date) -> bool:
        """Whether a good of this tariff number is concerned on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends) and number.startswith(self.tariff)


class _Table(msgspec.Struct, frozen=True):
    programmes: tuple[AgencyProgramme, ...]


@cache
def agency_programmes() -> tuple[AgencyProgramme, ...]:
    """Every row of the table."""
    raw = read_data("agencies.json")
    return msgspec.json.decode(raw, type=_Table).programmes


def agencies_of(number: str, day: date) -> tuple[AgencyProgramme, ...]:
    """The requirements that attach to a good of this tariff number, dotted as the HTSUS prints it, on a day.

    >>> [found.agency for found in agencies_of("1604.14.22.51", date(2026, 11, 22))]
    ['NMFS']
    >>> agencies_of("1604.13.20.00", date(2026, 11, 22))
    ()
    """
    return tuple(found for found in agency_programmes() if found.attaches_to(number, day))
