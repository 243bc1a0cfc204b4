"""Duty on a line: which column, which rates, what each comes to.

The rate of the number in chapters 1 to 97 comes first. Numbers of chapters 98 and 99 change it as their columns say: a
percentage added to "the duty provided in the applicable subheading", a rate instead of it, a part of the value freed.
The duty on each tariff number is rounded to cents once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal

import msgspec

from transire.tariff.answer import Charge
from transire.tariff.case import AdditionalNumber, CaseLine, exact
from transire.tariff.charges import Goods, Worked, cents, charge, dollars, on_parts, text
from transire.tariff.errors import (
    ActionUnclear,
    NumberTooShort,
    NumberTwice,
    PartValueTooHigh,
    ProgrammeNotOpen,
    ProgrammeOtherCountry,
    RateNotComputable,
)
from transire.tariff.law import law
from transire.tariff.notices import Notice, notice
from transire.tariff.number import TariffNumber, parse_tariff_number
from transire.tariff.programmes import Opening, programme, programme_open
from transire.tariff.rate_reader import read_rate
from transire.tariff.rates import AdValorem, Applicable, Free, Rate, Seen, Sum, Unchanged, Unread, UponValue
from transire.tariff.schedule import Listing, Shelf
from transire.tariff.special_column import read_special

OLD_AFTER: Final = timedelta(days=183)

Column = Literal["general", "special", "column 2"]


class Assessed(msgspec.Struct, frozen=True, kw_only=True):
    """The duty on a line, number by number, with what has to be known beside it."""

    column: Column
    listing: Listing
    charges: tuple[Charge, ...]
    notices: tuple[Notice, ...]
    frees_from_fee: str


class _Addition(msgspec.Struct, frozen=True):
    """An additional number with its listing and the rate that counts for the line."""

    said: AdditionalNumber
    number: TariffNumber
    listing: Listing
    rate: Rate


def listed(shelf: Shelf, written: str, day: date) -> tuple[TariffNumber, Listing]:
    """A number and its listing; refuse what is no number, has no rate, or is not in the schedule of the day."""
    number = parse_tariff_number(written)
    if number.level < 8:
        raise NumberTooShort(got=number.dotted, expected="eight or ten digits")
    return number, shelf.look_up(number, day)


def assess(shelf: Shelf, line: CaseLine, goods: Goods, day: date) -> Assessed:
    """Work out the duty on one line; refuse with the reason what cannot be."""
    _, listing = listed(shelf, line.tariff_number, day)
    notices = list(_of_the_listing(line, listing, day))
    column = _column(line, day, notices)
    additions = [_addition(shelf, said, column, line, day, notices) for said in line.additional_numbers]
    _refuse_twice(additions)
    rate = _base_rate(shelf, listing, column, line, day, notices)
    charges = _Pile(listing, rate, goods, additions, notices).charges()
    freed = programme(line.programme).fee_citation if line.programme else ""
    return Assessed(
        column=column, listing=listing, charges=tuple(charges), notices=tuple(notices), frees_from_fee=freed
    )


def _of_the_listing(line: CaseLine, listing: Listing, day: date) -> Iterator[Notice]:
    if day - listing.edition > OLD_AFTER:
        yield notice("tariff.edition-old", f"edition of {listing.edition.isoformat()} for {day.isoformat()}")
    carried = {said.number.replace(".", "") for said in line.additional_numbers}
    for note in listing.footnotes:
        for named in _numbers_in(note.text):
            if named.replace(".", "") not in carried:
                yield notice("tariff.number-in-footnote", f"{named} ({note.text})")


def _numbers_in(note: str) -> Iterator[str]:
    words = (word.strip(".,;()") for word in note.split())
    return (
        word for word in words if word[:2] in ("98", "99") and len(word) == 10 and word.replace(".", "").isdecimal()
    )


def _column(line: CaseLine, day: date, notices: list[Notice]) -> Column:
    """Which column of the schedule applies (general note 3(a), (b), (c))."""
    if line.programme is not None:
        return "special"
    found = law().column_2_on(line.origin, day)
    if found is None:
        return "general"
    notices.append(notice("tariff.column-2", f"{line.origin} ({found.citation})"))
    return "column 2"


def _base_rate(
    shelf: Shelf, listing: Listing, column: Column, line: CaseLine, day: date, notices: list[Notice]
) -> Rate:
    """The rate of the number in chapters 1 to 97, in the column that applies."""
    if line.programme is not None:
        return _special_rate(shelf, line.programme, line, day, notices)
    if column == "column 2":
        return _rate_of(listing, listing.column_2, "Column 2")
    return _general(listing)


def _general(listing: Listing) -> Rate:
    if listing.doubt:
        raise RateNotComputable(got=f"{listing.general!r} in a file where it is in doubt: {listing.doubt}")
    return _rate_of(listing, listing.general, "General")


def _rate_of(listing: Listing, printed: str, column: str) -> Rate:
    rate = read_rate(printed)
    if isinstance(rate, Unread):
        raise RateNotComputable(got=f"{column} of {listing.number} prints {printed[:200]!r}: {rate.why}")
    return rate


def _special_rate(shelf: Shelf, code: str, line: CaseLine, day: date, notices: list[Notice]) -> Rate:
    """The rate under the programme that is claimed: open on the day, and for the country (general note 3(c))."""
    claimed = programme(code)
    if claimed.parties is None:
        notices.append(notice("tariff.country-not-checked", f"{line.origin}, {claimed.title}"))
    elif not (line.origin in claimed.parties and claimed.parties[line.origin] <= day):
        expected = ", ".join(f"{country} from {start.isoformat()}" for country, start in claimed.parties.items())
        raise ProgrammeOtherCountry(got=f"{line.origin} under {code}", expected=expected)
    if claimed.known_until is not None and claimed.known_until < day:
        notices.append(notice("tariff.programme-not-sure", f"{claimed.title}: known until {claimed.known_until}"))
    opening = programme_open(line.tariff_number, code, day, shelf)
    if opening.state is not Opening.OPEN or opening.rate is None:
        raise ProgrammeNotOpen(got=f"{code} on {line.tariff_number}: {opening.why}", expected=opening.citation)
    return read_rate(opening.rate)


def _addition(
    shelf: Shelf, said: AdditionalNumber, column: Column, line: CaseLine, day: date, notices: list[Notice]
) -> _Addition:
    """A number of chapter 98 or 99, with the rate of the column that applies to the line."""
    number, found = listed(shelf, said.number, day)
    if number.chapter not in ("98", "99"):
        raise RateNotComputable(
            got=f"{number.dotted} as an additional number", expected="a number of chapter 98 or 99; one line, one good"
        )
    special = read_special(found.special).rate_for(line.programme) if line.programme else None
    if column == "special" and special is not None:
        return _Addition(said, number, found, special)
    if column == "column 2":
        return _Addition(said, number, found, _rate_of(found, found.column_2, "Column 2"))
    if column == "special":
        notices.append(notice("tariff.general-applies", number.dotted))
    return _Addition(said, number, found, _general(found))


def _refuse_twice(additions: list[_Addition]) -> None:
    """A number that stands on the line twice would be charged twice."""
    numbers = [addition.number.digits for addition in additions]
    twice = sorted({TariffNumber(digits).dotted for digits in numbers if numbers.count(digits) > 1})
    if twice:
        raise NumberTwice(got=", ".join(twice))


class _Pile:
    """The rates of one line on one another, from the number in chapters 1 to 97 up."""

    def __init__(
        self, listing: Listing, rate: Rate, goods: Goods, additions: list[_Addition], notices: list[Notice]
    ) -> None:
        self.listing, self.rate, self.goods = listing, rate, goods
        self.additions, self.notices = additions, notices

    def charges(self) -> Iterator[Charge]:
        """The duty on each number of the line, rounded to cents."""
        instead = [addition for addition in self.additions if self._replaces(addition)]
        upon = [addition for addition in self.additions if isinstance(addition.rate, UponValue)]
        base = None if instead else self._base(upon)
        if base is not None:
            yield _charge(self.listing, self.rate, base)
        for addition in self.additions:
            yield _charge(addition.listing, addition.rate, self._of_addition(addition, instead, base))

    def _replaces(self, addition: _Addition) -> bool:
        """Whether a number's own rate stands instead of the rate in chapters 1 to 97."""
        if not isinstance(addition.rate, Free | Sum):
            return False
        if isinstance(self.rate, Seen) and _is_seen(self.rate, addition.number):
            return True
        law_says = law().replacing
        if addition.number.heading in law_says.headings or addition.number.chapter in law_says.chapters:
            return True
        if addition.said.acts is None:
            raise ActionUnclear(got=f"{addition.number.dotted}: {addition.rate}", expected="adds or replaces")
        return addition.said.acts == "replaces"

    def _base(self, upon: list[_Addition]) -> Worked:
        """The duty at the rate in chapters 1 to 97, on the value that chapter 98 leaves."""
        self._tell_condition(self.rate)
        if not upon:
            return charge(self.rate, self.goods)
        if not _is_percentage(self.rate):
            raise RateNotComputable(got=f"{self.rate} upon a part of the value", expected="a rate in percent alone")
        return charge(self.rate, msgspec.structs.replace(self.goods, value=value_left(self.goods, upon[0].rate)))

    def _of_addition(self, addition: _Addition, instead: list[_Addition], base: Worked | None) -> Worked:
        rate, goods = addition.rate, self._goods_of(addition)
        if isinstance(rate, Applicable):
            return self._change(rate, goods, base)
        if isinstance(rate, Unchanged | UponValue):
            return Worked(Fraction(0), str(rate))
        if addition in instead[1:]:
            raise RateNotComputable(got=f"{addition.number.dotted} beside {instead[0].number.dotted}",
                                    expected="one number with a rate instead of the other")  # fmt: skip
        self._tell_condition(rate)
        return charge(rate, goods)

    def _goods_of(self, addition: _Addition) -> Goods:
        if addition.said.value is None:
            return self.goods
        value = dollars(exact(addition.said.value))
        if value > self.goods.value:
            told = f"{addition.number.dotted} on {text(value)} US dollars"
            raise PartValueTooHigh(got=told, expected=f"at most {text(self.goods.value)}")
        return msgspec.structs.replace(self.goods, value=value)

    def _change(self, rate: Applicable, goods: Goods, base: Worked | None) -> Worked:
        """What is added to the duty provided in the applicable subheading, or taken off it, never below nothing."""
        if rate.change is None:
            return Worked(Fraction(0), str(rate))
        change = on_parts(rate.change, goods)
        if not rate.lowers:
            return change
        if base is None:
            raise RateNotComputable(got=f"{rate} beside a number whose rate stands instead of the other")
        return Worked(-min(change.amount, base.amount), f"-min({change.formula}, ${text(base.amount)})")

    def _tell_condition(self, rate: Rate) -> None:
        if isinstance(rate, Free) and rate.condition:
            self.notices.append(notice("tariff.under-condition", str(rate)))


def value_left(goods: Goods, rate: UponValue | Rate) -> Fraction:
    """The value on which duty is due under heading 9802: the named part, or all but it."""
    if not isinstance(rate, UponValue):
        return goods.value
    part = goods.part(rate.part)
    return goods.value - part if rate.less else part


def _is_percentage(rate: Rate) -> bool:
    return isinstance(rate, Free) or (
        isinstance(rate, Sum) and all(isinstance(term, AdValorem) and not term.parts for term in rate.terms)
    )


def _is_seen(rate: Seen, number: TariffNumber) -> bool:
    """Whether "See 9823.10.01-9823.10.45" names this number."""
    return any(first.replace(".", "") <= number.item <= last.replace(".", "") for first, last in rate.numbers)


def _charge(listing: Listing, rate: Rate, worked: Worked) -> Charge:
    return Charge(
        code=listing.number,
        title="duty",
        rate=str(rate),
        formula=worked.formula,
        exact=text(worked.amount),
        amount=cents(worked.amount),
        citation=listing.source,
        as_of=listing.edition,
    )
