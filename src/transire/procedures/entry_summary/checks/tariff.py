"""Does the schedule of the day of entry list the number, and does the line give the quantities that it asks for?

A schedule that was published long before the day of entry says nothing for certain of a number that it does not list:
numbers are added and ended twice a year and more. That is then told as not known, and not as an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Final

import msgspec

from transire.procedures.entry_summary.checks.case import CaseFile, LineOfCase
from transire.procedures.entry_summary.checks.check import Hit, check
from transire.tariff.charges import wanted
from transire.tariff.duty import OLD_AFTER
from transire.tariff.number import TariffNumber, parse_tariff_number
from transire.tariff.rate_reader import read_rate
from transire.tariff.rates import Measure
from transire.tariff.schedule import Listing, Shelf, at_hand, listing
from transire.tariff.units import convert, measure_of

NO_QUANTITY = "X"
"""What the schedule prints where it asks for no quantity."""


@check(
    "entry.tariff-number-unknown",
    sentence="The tariff schedule of the day of entry does not list this tariff number.",
    fix="Look the goods up in the tariff schedule of that day, and enter the number that it lists.",
    law="19 USC 1484(f); HTSUS General Statistical Note 1",
)
def tariff_number_unknown(case: CaseFile) -> Iterator[Hit]:
    for where, found in _numbers(case):
        if found.is_absent and not found.is_old and not found.elsewhere:
            yield Hit(where=where, got=found.number.dotted, expected=found.asked)


@check(
    "entry.tariff-number-expired",
    sentence="This tariff number stands in another edition of the schedule and not in that of the day of entry: it has "
    "expired, or has not begun.",
    fix="Find the number that took its place in the schedule of the day of entry.",
    law="19 USC 1484(f); 19 USC 3005",
)
def tariff_number_expired(case: CaseFile) -> Iterator[Hit]:
    for where, found in _numbers(case):
        if found.is_absent and not found.is_old and found.elsewhere:
            got = f"{found.number.dotted}, which stands in the edition of {' and '.join(found.elsewhere)}"
            yield Hit(where=where, got=got, expected=found.asked)


@check(
    "entry.tariff-number-not-known",
    severity="warning",
    sentence="It cannot be told here whether this tariff number holds on the day of entry.",
    fix="Look the number up in the tariff schedule of that day, or have that edition imported here.",
    law="19 USC 1484(f)",
)
def tariff_number_not_known(case: CaseFile) -> Iterator[Hit]:
    for where, found in _numbers(case):
        if not found.is_answered or (found.is_absent and found.is_old):
            yield Hit(where=where, got=f"{found.number.dotted}: {found.why}", expected=found.asked)


@check(
    "entry.unit-missing",
    sentence="The tariff schedule asks for a quantity in this unit, and the line gives none that converts into it.",
    fix="Add the net quantity in this unit.",
    law="19 USC 1484(f); CBP Form 7501 block 31",
)
def unit_missing(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        found = _lookup(line.line.tariff_number, case.entry.entry_date).listing
        for unit in () if found is None else found.units:
            if unit != NO_QUANTITY and all(_into(given, measure_of(unit)) is None for given in _given(line)):
                told = " and ".join(f"{one.quantity} {one.unit}" for one in line.line.quantities)
                yield Hit(where=line.where("quantities"), got=told, expected=f"a quantity in {unit}")


@check(
    "entry.unit-not-asked",
    severity="warning",
    sentence="The tariff schedule asks for no quantity in this unit.",
    fix="Enter the quantity in the units that the schedule prints beside the number.",
    law="19 USC 1484(f); CBP Form 7501 block 31",
)
def unit_not_asked(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        found = _lookup(line.line.tariff_number, case.entry.entry_date).listing
        if found is None:
            continue
        asked = _asked(found)
        for at, given in enumerate(_given(line)):
            if all(_into(given, measure) is None for measure in asked):
                yield Hit(
                    where=line.where(f"quantities/{at}/unit"),
                    got=line.line.quantities[at].unit,
                    expected=" and ".join(sorted(map(str, asked))) or "no quantity",
                )


@check(
    "entry.value-zero",
    sentence="The line has no value; goods that are given away have one too.",
    fix="Enter the transaction value, or that of identical goods.",
    law="19 USC 1401a; 19 CFR 141.86(a)(6)",
)
def value_zero(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        if not line.line.entered_value:
            yield Hit(where=line.where("enteredValue"), got="0", expected="more than 0")


@check(
    "entry.total-differs",
    sentence="The total entered value is not the sum of the lines.",
    fix="Add the entered values of the lines up again.",
    law="CBP Form 7501 block 35",
)
def total_differs(case: CaseFile) -> Iterator[Hit]:
    total = sum(line.entered_value for line in case.entry.lines)
    if total != case.entry.total_entered_value:
        yield Hit(where="/totalEnteredValue", got=f"{case.entry.total_entered_value}", expected=f"{total}")


@check(
    "entry.duty-not-computable",
    severity="warning",
    sentence="The duty on this line cannot be worked out here, so that the duty of the entry is not known.",
    fix="See the duty sheet for what is missing; work the rate out from the schedule and its notes.",
    law="19 USC 1484(a)(1); 19 CFR 141.90",
)
def duty_not_computable(case: CaseFile) -> Iterator[Hit]:
    for line, answer in zip(case.lines(), case.duty.lines, strict=True):
        for refusal in answer.problems:
            if refusal.code not in _TOLD:
                got = refusal.got or refusal.sentence
                yield Hit(where=line.where("tariffNumber"), got=got, expected=refusal.expected or "")


_TOLD: Final = frozenset(
    {
        "tariff.number-not-at-hand",
        "tariff.number-not-listed",
        "tariff.programme-not-open",
        "tariff.programme-other-country",
        "tariff.quantity-missing",
        "tariff.value-zero",
    }
)
"""Refusals of the computation that other checks tell at their place."""


class _Lookup(msgspec.Struct, frozen=True):
    """What the schedule at hand says of the number of a line on the day of entry.

    `is_answered`: an edition of the day can speak of the number. `is_old`: it is too old to be relied on for what it
    does not list. `elsewhere`: the other editions that list it.
    """

    number: TariffNumber
    asked: str
    is_answered: bool
    is_old: bool = False
    listing: Listing | None = None
    elsewhere: tuple[str, ...] = ()
    why: str = ""

    @property
    def is_absent(self) -> bool:
        """Whether an edition of the day was asked and does not list the number."""
        return self.is_answered and self.listing is None


def _numbers(case: CaseFile) -> Iterator[tuple[str, _Lookup]]:
    """Every number of every line, with its place: that of the goods, and those of chapters 98 and 99."""
    day = case.entry.entry_date
    for line in case.lines():
        yield line.where("tariffNumber"), _lookup(line.line.tariff_number, day)
        for at, said in enumerate(line.line.additional_numbers):
            yield line.where(f"additionalNumbers/{at}/tariffNumber"), _lookup(said.tariff_number, day)


def _lookup(written: str, day: date) -> _Lookup:
    return _looked_up(at_hand(), written, day)


@lru_cache(maxsize=65_536)
def _looked_up(shelf: Shelf, written: str, day: date) -> _Lookup:
    """Remembered: the lines of an entry ask for the same numbers again and again, and a shelf does not change."""
    number = parse_tariff_number(written)
    book = shelf.book_for(number, day)
    if book is None:
        asked = f"an edition of {day} that holds chapter {number.chapter}"
        return _Lookup(number, asked, False, why="no edition of that day with this number is at hand")
    asked = f"a number of the edition of {book.edition}"
    found = listing(book, number.digits)
    if found is not None:
        return _Lookup(number, asked, True, listing=found)
    others = {one.edition.isoformat() for one in shelf.books if listing(one, number.digits) is not None}
    return _Lookup(
        number,
        asked,
        True,
        is_old=day - book.edition > OLD_AFTER,
        elsewhere=tuple(sorted(others)),
        why=f"the edition at hand is of {book.edition} and does not list it",
    )


def _given(line: LineOfCase) -> Iterator[Measure]:
    return (measure_of(one.unit) for one in line.line.quantities)


def _into(given: Measure, asked: Measure) -> Fraction | None:
    return convert(Fraction(1), given, asked)


def _asked(found: Listing) -> set[Measure]:
    """The units that entries report, and those that the general rate is computed on."""
    by_rate, _ = wanted(read_rate(found.general)) if found.general else (frozenset(), frozenset())
    return {*(measure_of(unit) for unit in found.units if unit != NO_QUANTITY), *by_rate}
