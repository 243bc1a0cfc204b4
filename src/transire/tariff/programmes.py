"""Special programmes: under which indicator an agreement is claimed, and whether a tariff item is open to it.

The answer is three-valued. What the data does not hold (an item that is not listed, a day before the first edition)
is unknown, and never silently open or closed.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from functools import cache, lru_cache

import msgspec

from transire.tariff.errors import ProgrammeUnknown
from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import Listing, Shelf, at_hand
from transire.tariff.shipped_data import read_data
from transire.tariff.special_column import read_special


class Opening(Enum):
    """Whether a tariff item is open to a programme."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Programme(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "until"}):
    """One special programme indicator: the agreement, the country where it is bound to one, and its days.

    `parties` are the countries whose goods qualify, each from its day on; None where beneficiaries are named elsewhere.
    A blank `fee_citation`: the programme frees from no fee. What holds after `known_until` is not known here.
    """

    code: str
    agreement: str
    title: str
    citation: str
    fee_citation: str
    start: date
    country: str | None = None
    end: date | None = None
    parties: dict[str, date] | None = None
    known_until: date | None = None

    def is_in_force(self, on: date) -> bool:
        return self.start <= on and (self.end is None or on <= self.end)


class ProgrammeOpening(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, with the text of the schedule that it rests on and why; `rate` as the schedule prints it."""

    state: Opening
    why: str
    citation: str
    rate: str | None = None
    item: str | None = None


class _Programmes(msgspec.Struct, frozen=True):
    citation: str
    programmes: tuple[Programme, ...]


@cache
def programmes() -> dict[str, Programme]:
    """Every special programme indicator of the data, by code."""
    raw = read_data("programmes.json")
    listed = msgspec.json.decode(raw, type=_Programmes)
    return {programme.code: programme for programme in listed.programmes}


def programme(code: str) -> Programme:
    """One programme by its indicator.

    >>> programme("S").agreement
    'usmca'
    """
    try:
        return programmes()[code]
    except KeyError:
        raise ProgrammeUnknown(got=repr(code)[:20], expected=", ".join(programmes())) from None


@lru_cache(maxsize=256)
def programmes_of(agreement_id: str, *, country: str | None = None) -> tuple[str, ...]:
    """The indicators under which an agreement is claimed, the plain one first; for NAFTA that of the country.

    >>> programmes_of("cafta_dr"), programmes_of("nafta", country="MX")
    (('P', 'P+'), ('MX',))
    """
    return tuple(
        one.code
        for one in programmes().values()
        if one.agreement == agreement_id and (country is None or one.country in (None, country))
    )


def programme_open(code: str, programme_code: str, on: date, shelf: Shelf | None = None) -> ProgrammeOpening:
    """Whether the tariff item of this number is open to the programme on this day; `shelf` is what is at hand.

    >>> programme_open("8414.51.30.00", "S", date(2026, 11, 22)).state
    <Opening.OPEN: 'open'>
    >>> programme_open("8414.51.30.00", "MX", date(2026, 11, 22)).why
    'NAFTA, goods of Mexico: not in force on 2026-11-22.'
    """
    return _opening(shelf or at_hand(), code, programme_code, on)


@lru_cache(maxsize=8192)
def _opening(editions: Shelf, code: str, programme_code: str, on: date) -> ProgrammeOpening:
    """Remembered: every line of one good asks the same, several times."""
    asked = programme(programme_code)
    number = parse_tariff_number(code)
    if not asked.is_in_force(on):
        return ProgrammeOpening(
            state=Opening.CLOSED,
            why=f"{asked.title}: not in force on {on.isoformat()}.",
            citation=asked.citation,
            item=number.dotted,
        )
    book = editions.book_on(on)
    if book is None:
        return ProgrammeOpening(
            state=Opening.UNKNOWN,
            why=f"No edition of the tariff schedule that holds on {on.isoformat()} is at hand.",
            citation=asked.citation,
            item=number.dotted,
        )
    item = editions.find(number, on)
    if item is None:
        return ProgrammeOpening(
            state=Opening.UNKNOWN,
            why=f"Tariff item {number.dotted} is not among the lines that are at hand.",
            citation=book.source,
            item=number.dotted,
        )
    return _read_column(item, asked)


def _read_column(item: Listing, asked: Programme) -> ProgrammeOpening:
    """Read the special column of the item, as general note 3(a)(iii) explains it."""
    rates = special_rates(item.special)
    if asked.code in rates:
        return ProgrammeOpening(
            state=Opening.OPEN,
            why=f"The special column prints {rates[asked.code]} ({asked.code}).",
            citation=item.source,
            rate=rates[asked.code],
            item=item.item or item.number,
        )
    if item.general == "Free" and not item.special:
        return ProgrammeOpening(
            state=Opening.OPEN,
            why=f"The general rate is Free; {_freed(asked)}.",
            citation=item.source,
            rate="Free",
            item=item.item or item.number,
        )
    return ProgrammeOpening(
        state=Opening.CLOSED,
        why=f"The special column does not print {asked.code}.",
        citation=item.source,
        item=item.item or item.number,
    )


def _freed(asked: Programme) -> str:
    if not asked.fee_citation:
        return "the claim changes nothing"
    return f"the claim frees from the processing fee ({asked.fee_citation})"


def special_rates(text: str) -> dict[str, str]:
    """The rate or reference that the special column prints for each indicator.

    >>> special_rates("Free (A,S,SG) 2.8% (JP) See 9823.10.01-9823.10.45 (S+)")["S+"]
    'See 9823.10.01-9823.10.45'
    """
    return {code: str(one.rate) for one in read_special(text).rates for code in one.codes}
