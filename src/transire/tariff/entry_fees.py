"""The fees of an entry: for processing (MPF), for harbors (HMF), and what the filer states of the others.

The processing fee of a formal entry is a percentage of the value of all lines that pay it, not below a minimum and not
above a maximum; that of an informal one is fixed. The harbor fee is a percentage of each line that came by vessel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import Final

import msgspec

from transire.tariff.answer import Charge
from transire.tariff.case import Case, CaseLine
from transire.tariff.charges import Goods, Worked, ad_valorem, cents, text
from transire.tariff.duty import Assessed, value_left
from transire.tariff.errors import FeeNotAtHand
from transire.tariff.law import Fee, FeeRow, fees
from transire.tariff.notices import Notice, notice
from transire.tariff.number import TariffNumber
from transire.tariff.rate_reader import read_rate

STATED_BY_FILER: Final = "stated by the filer"
"""The formula and citation of a fee that is taken over as the filer states it."""


class FeeBase(msgspec.Struct, frozen=True):
    """What a line pays the processing fee on, or why it does not."""

    value: Fraction
    exemption: str = ""


def processing_base(line: CaseLine, goods: Goods, assessed: Assessed, codes: Iterable[str]) -> FeeBase:
    """The value of a line that pays the processing fee (19 USC 58c(b)(8)(B), (D)); `codes` are its numbers."""
    if assessed.frees_from_fee:
        return FeeBase(Fraction(0), f"{line.programme} is claimed ({assessed.frees_from_fee})")
    for exempt in fees().mpf_exempt_countries:
        if line.origin in exempt.countries:
            return FeeBase(Fraction(0), f"product of {line.origin} ({exempt.citation})")
    rule = fees().mpf_chapter_98
    for digits in (code.replace(".", "") for code in codes):
        if digits[:8] in rule.but_not:
            return FeeBase(_foreign_part(goods, assessed, digits))
        if TariffNumber(digits).chapter == "98":
            return FeeBase(Fraction(0), f"entered under chapter 98 ({rule.citation})")
    return FeeBase(goods.value)


def _foreign_part(goods: Goods, assessed: Assessed, digits: str) -> Fraction:
    """Under 9802.00.60 and 9802.00.80 the fee is on the value on which the duty is."""
    rates = (read_rate(one.rate) for one in assessed.charges if one.code.replace(".", "")[:8] == digits[:8])
    return next((value_left(goods, rate) for rate in rates), goods.value)


def processing_fee(case: Case, bases: Iterable[FeeBase], notices: list[Notice]) -> Iterator[Charge]:
    """The fee for processing the entry, and the surcharge where it is filed on paper."""
    kinds, day = fees().entry_types, case.entry_date
    value = sum((base.value for base in bases), Fraction(0))
    if case.entry_type in kinds.formal:
        yield from _formal(value, day, notices)
    elif case.entry_type in kinds.informal:
        yield from _fixed(fees().mpf_informal, value, day, notices)
    elif case.entry_type in kinds.mail:
        yield from _fixed(fees().dutiable_mail, value, day, notices)
    else:
        known = ", ".join([*kinds.formal, *kinds.informal, *kinds.mail])
        raise FeeNotAtHand(got=f"merchandise processing fee of type {case.entry_type}", expected=f"type {known}")
    if case.filed == "manually" and value:
        yield from _fixed(fees().manual_surcharge, value, day, notices)


def _formal(value: Fraction, day: date, notices: list[Notice]) -> Iterator[Charge]:
    fee = fees().mpf_formal
    row = fee.on(day)
    if not value or row.percent is None or row.minimum is None or row.maximum is None:
        return
    worked = ad_valorem(row.percent, value)
    low, high = Fraction(row.minimum), Fraction(row.maximum)
    bounded = Worked(
        min(max(worked.amount, low), high), f"{worked.formula}, at least ${row.minimum}, at most ${row.maximum}"
    )
    yield _charge(fee, row, bounded, notices)


def _fixed(fee: Fee, value: Fraction, day: date, notices: list[Notice]) -> Iterator[Charge]:
    row = fee.on(day)
    if value and row.amount is not None:
        yield _charge(fee, row, Worked(Fraction(row.amount), f"${row.amount} an entry"), notices)


def harbor_fee(mode: str | None, day: date, goods: Goods, notices: list[Notice]) -> Iterator[Charge]:
    """The harbor maintenance fee of one line, if the goods came by vessel (19 CFR 24.24)."""
    if mode in fees().vessel_modes.modes:
        fee = fees().hmf
        row = fee.on(day)
        if row.percent is not None:
            yield _charge(fee, row, ad_valorem(row.percent, goods.value), notices)


def stated_fees(line: CaseLine, day: date) -> Iterator[Charge]:
    """The fees that the filer states: taken over as they are, and said to be so."""
    for stated in line.fees:
        worked = Worked(Fraction(stated.amount), STATED_BY_FILER)
        yield Charge(
            code=stated.class_code,
            title=next((one.title for one in fees().not_computed if one.has(stated.class_code)), "fee"),
            formula=worked.formula,
            exact=text(worked.amount),
            amount=cents(worked.amount),
            citation=STATED_BY_FILER,
            as_of=day,
        )


def not_computed(line: CaseLine, number: TariffNumber) -> Iterator[Notice]:
    """The fees and taxes that may be due on goods of this chapter and are not computed here."""
    for fee in fees().not_computed:
        if number.chapter in fee.chapters and not any(fee.has(one.class_code) for one in line.fees):
            yield notice("tariff.fee-not-computed", f"{fee.class_code} {fee.title} ({fee.citation})")


def _charge(fee: Fee, row: FeeRow, worked: Worked, notices: list[Notice]) -> Charge:
    if not row.confirmed:
        told = notice("tariff.fee-not-confirmed", f"{fee.title}: {row.citation}")
        if told not in notices:
            notices.append(told)
    return Charge(
        code=fee.class_code,
        title=fee.title,
        formula=worked.formula,
        exact=text(worked.amount),
        amount=cents(worked.amount),
        citation=f"{fee.law}; {row.citation}",
        as_of=row.start,
    )
