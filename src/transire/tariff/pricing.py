"""Prices a case: duty and fees of every line and of the entry. A line that cannot be priced does not stop the others,
and a total of which a part is not known is not known either: it is never the sum of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import msgspec

from transire.errors import TransireError
from transire.tariff.answer import CaseAnswer, Charge, LineAnswer, Problem, Totals, problem_of
from transire.tariff.case import Case, CaseLine, exact
from transire.tariff.charges import Goods, dollars, hundredths, text, wanted
from transire.tariff.currencies import minor_units
from transire.tariff.duty import Assessed, assess
from transire.tariff.entry_fees import FeeBase, harbor_fee, not_computed, processing_base, processing_fee, stated_fees
from transire.tariff.errors import ExchangeRateMissing, PartValueTooHigh, ValueZero
from transire.tariff.law import fees
from transire.tariff.notices import Notice, notice
from transire.tariff.number import parse_tariff_number
from transire.tariff.rate_reader import read_rate
from transire.tariff.rates import Measure
from transire.tariff.schedule import Listing, Shelf, at_hand
from transire.tariff.units import convert, measure_of


class _Priced(msgspec.Struct, frozen=True):
    """A line with what the entry needs of it; `base` is None where the line could not be priced."""

    answer: LineAnswer
    base: FeeBase | None
    value: Fraction | None


class _Terms(msgspec.Struct, frozen=True):
    """What of the entry as a whole the price of a line follows from."""

    entry_date: date
    mode: str | None
    exchange: tuple[tuple[str, str], ...]


def price(case: Case, shelf: Shelf | None = None) -> CaseAnswer:
    """Work out duty and fees of a case with the editions of the shelf, or with those at hand.

    >>> from transire.tariff.case import read_case
    >>> asked = read_case(b'''{"entry_date": "2026-11-02", "mode": "11", "lines": [{"line": 1,
    ...     "tariff_number": "8414.51.30.00", "origin": "MY", "value": "10000",
    ...     "quantities": [{"quantity": "400", "unit": "No."}]}]}''')
    >>> answer = price(asked)
    >>> str(answer.totals.duty), [f"{fee.code} {fee.amount}" for fee in answer.fees]
    ('470.00', ['499 34.64', '501 12.50'])
    """
    editions = shelf or at_hand()
    terms = _Terms(case.entry_date, case.mode, tuple(case.exchange.items()))
    priced = [price_line(terms, line, at, editions) for at, line in enumerate(case.lines)]
    notices: list[Notice] = []
    problems: list[Problem] = []
    charged = _entry_fees(case, priced, notices, problems)
    if case.mode is None:
        notices.append(notice("tariff.no-mode", where="$.mode"))
    value = _sum(one.value for one in priced)
    _tell_informal(case, value, notices)
    return CaseAnswer(
        entry_date=case.entry_date,
        reference=case.reference,
        lines=tuple(one.answer for one in priced),
        fees=tuple(charged or ()),
        totals=_totals(priced, value, charged),
        notices=tuple(notices),
        problems=tuple(problems),
    )


@lru_cache(maxsize=4096)
def price_line(terms: _Terms, line: CaseLine, at: int, shelf: Shelf) -> _Priced:
    """Remembered: of an entry that is looked at again, or of which one line was changed, the other lines are the same.

    Nothing but these arguments and the law, which is data of the program, has a part in it.
    """
    where = f"$.lines[{at}]"
    notices: list[Notice] = []
    value: Fraction | None = None
    try:
        value = _value(terms, line, notices)
        goods = _goods(line, value)
        assessed = assess(shelf, line, goods, terms.entry_date)
        base = processing_base(
            line, goods, assessed, [line.tariff_number, *(one.number for one in line.additional_numbers)]
        )
        charged = (
            *harbor_fee(terms.mode, terms.entry_date, goods, notices),
            *stated_fees(line, terms.entry_date),
        )
    except TransireError as refusal:
        problems = (problem_of(refusal, where),)
        return _Priced(_answer(line, value, notices=tuple(notices), problems=problems), None, value)
    notices += [*assessed.notices, *not_computed(line, parse_tariff_number(line.tariff_number))]
    asked = tuple(_asked_quantities(assessed.listing, goods, notices))
    _tell_unused(assessed, goods, notices)
    answer = _answer(
        line,
        value,
        duty=sum((charge.amount for charge in assessed.charges), Decimal("0.00")),
        column=assessed.column,
        description=assessed.listing.description,
        charges=assessed.charges,
        fees=charged,
        exemption=base.exemption,
        quantities=asked,
        notices=tuple(msgspec.structs.replace(one, where=one.where or where) for one in notices),
    )
    return _Priced(answer, base, value)


def _answer(line: CaseLine, value: Fraction | None, *, duty: Decimal | None = None, **rest: object) -> LineAnswer:
    entered = None if value is None else Decimal(int(value))
    return LineAnswer(line=line.line, tariff_number=line.tariff_number, entered_value=entered, duty=duty, **rest)  # type: ignore[arg-type]


def _value(terms: _Terms, line: CaseLine, notices: list[Notice]) -> Fraction:
    """The entered value in whole US dollars (CBP Form 7501, block 32)."""
    minor_units(line.currency)  # refuses what is no currency
    given = exact(line.value)
    if line.currency != "USD":
        exchange = dict(terms.exchange)
        if line.currency not in exchange:
            raise ExchangeRateMissing(got=line.currency, expected=", ".join(exchange) or "a rate in `exchange`")
        given *= exact(exchange[line.currency])
    value = dollars(given)
    if not value:
        raise ValueZero(got=f"{line.value} {line.currency}", expected="more than 0")
    if value != given:
        notices.append(notice("tariff.value-rounded", f"{text(given)} to {text(value)} US dollars"))
    return value


def _goods(line: CaseLine, value: Fraction) -> Goods:
    quantities = tuple((measure_of(said.unit, said.of), exact(said.quantity)) for said in line.quantities)
    parts = {said.part: exact(said.value) for said in line.parts}
    within = sum(parts.values(), Fraction(0))
    if within > value and "fair retail value" not in parts:
        raise PartValueTooHigh(got=f"{text(within)} US dollars", expected=f"at most {text(value)}")
    return Goods(value, parts, quantities)


@lru_cache(maxsize=4096)
def _measures(units: tuple[str, ...]) -> tuple[Measure, ...]:
    return tuple(measure_of(unit) for unit in units)


def _asked_quantities(listing: Listing, goods: Goods, notices: list[Notice]) -> Iterator[str]:
    """The quantities in the units that the schedule asks entries for, in its order (block 31)."""
    for unit, measure in zip(listing.units, _measures(listing.units), strict=True):
        for given, quantity in goods.quantities:
            found = convert(quantity, given, measure)
            if found is not None:
                if given != measure:
                    notices.append(notice("tariff.quantity-converted", f"{text(quantity)} {given} to {unit}"))
                rounded = hundredths(found)
                if rounded != found:
                    notices.append(notice("tariff.quantity-rounded", f"{text(found)} to {text(rounded)} {unit}"))
                yield f"{text(rounded)} {unit}"
                break
        else:
            if unit != "X":  # X: the schedule asks for no quantity
                notices.append(notice("tariff.unit-not-given", unit))


@lru_cache(maxsize=4096)
def _wanted(rate: str) -> tuple[frozenset[Measure], frozenset[str]]:
    return wanted(read_rate(rate))


def _tell_unused(assessed: Assessed, goods: Goods, notices: list[Notice]) -> None:
    """Quantities in units that nothing asks for, and parts whose value no rate is on: often the wrong unit or name."""
    rates = [_wanted(charge.rate) for charge in assessed.charges]
    asked = {*_measures(assessed.listing.units), *(measure for measures, _ in rates for measure in measures)}
    used = {part for _, parts in rates for part in parts}
    for given, quantity in goods.quantities:
        if given not in asked and all(convert(quantity, given, measure) is None for measure in asked):
            expected = " and ".join(sorted(map(str, asked))) or "no quantity"
            notices.append(notice("tariff.unit-not-asked", f"{text(quantity)} {given}; asked for: {expected}"))
    for part in goods.parts:
        if part not in used:
            notices.append(notice("tariff.part-not-used", f"{part}; rates are on: {', '.join(sorted(used)) or 'none'}"))


def _entry_fees(
    case: Case, priced: list[_Priced], notices: list[Notice], problems: list[Problem]
) -> list[Charge] | None:
    """The fees of the entry by class; None where one is not known."""
    bases = [one.base for one in priced if one.base is not None]
    if len(bases) < len(priced):
        return None
    try:
        charged = list(processing_fee(case, bases, notices))
    except TransireError as refusal:
        problems.append(problem_of(refusal, "$"))
        return None
    by_class: dict[str, list[Charge]] = {}
    for one in priced:
        for charge in one.answer.fees:
            by_class.setdefault(charge.code, []).append(charge)
    return [*charged, *(_together(charges) for _, charges in sorted(by_class.items()))]


def _together(charges: list[Charge]) -> Charge:
    """The fees of one class of all lines: each line in cents, added up."""
    if len(charges) == 1:
        return charges[0]
    amount = sum((charge.amount for charge in charges), Decimal("0.00"))
    return msgspec.structs.replace(
        charges[0], amount=amount, exact=str(amount), formula=f"the sum of {len(charges)} lines"
    )


def _totals(priced: list[_Priced], value: Fraction | None, charged: list[Charge] | None) -> Totals:
    known = [one.answer.duty for one in priced]
    duty = (
        None if any(one is None for one in known) else sum((one for one in known if one is not None), Decimal("0.00"))
    )
    fee = None if charged is None else sum((charge.amount for charge in charged), Decimal("0.00"))
    total = None if duty is None or fee is None else duty + fee
    return Totals(None if value is None else Decimal(int(value)), duty, fee, total)


def _sum(values: Iterable[Fraction | None]) -> Fraction | None:
    total = Fraction(0)
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _tell_informal(case: Case, value: Fraction | None, notices: list[Notice]) -> None:
    limit = fees().informal_limit
    if case.entry_type in fees().entry_types.informal and value is not None and value > exact(limit.amount):
        notices.append(notice("tariff.value-above-informal", f"{text(value)} above {limit.amount} ({limit.citation})"))
