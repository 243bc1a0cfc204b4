"""Non-allowable interest costs (NAFTA Regulations Schedule XI; USMCA Regulations Schedule 9).

Interest is compared with the yield of federal debt of the same maturity, interpolated where no debt has it. What lies
more than 700 basis points above that yield is left out of net cost.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import msgspec

from transire.origin.amounts import rounded, shown
from transire.origin.case import Amount, Asked
from transire.origin.errors import BaseIsZero, FigureMissing, ScheduleInvalid
from transire.origin.reading import amount_at

ALLOWED_ABOVE: Final = Fraction(7)
"""700 basis points, in per cent: definition of non-allowable interest costs, s.2(1) of the NAFTA Regulations."""

MATURITY_PLACES: Final = 1
"""The weighted average principal maturity is rounded to one decimal place, a midpoint upwards (Schedule XI s.1)."""


class Loan(Asked, frozen=True, kw_only=True):
    """A contract's figures; `weighted_payments`: the principal payments times their years, summed. Rates per cent."""

    principal: Amount
    rate: Amount
    weighted_payments: Amount
    yields: dict[str, Amount]
    interest_paid: Amount | None = None


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """The maturity in years, the yield at it in per cent, and the interest that net cost leaves out."""

    weighted_average_maturity: str
    yield_: str = msgspec.field(name="yield")
    non_allowable: str
    reasons: tuple[str, ...] = ()


def non_allowable_interest(asked: Loan) -> Interest:
    """The part of the interest that lies more than 700 basis points above the yield of comparable federal debt.

    >>> loan = Loan(principal="1000000", rate="6", weighted_payments="5977993.19", yields={"5": "4.7", "7": "5.0"})
    >>> found = non_allowable_interest(loan)
    >>> found.weighted_average_maturity, found.yield_, found.non_allowable
    ('6', '4.85', '0')
    """
    principal = Fraction(amount_at(asked.principal, "/principal"))
    if principal == 0:
        raise BaseIsZero(got="a principal of 0", where="/principal")
    rate = Fraction(amount_at(asked.rate, "/rate"))
    weighted = Fraction(amount_at(asked.weighted_payments, "/weighted_payments"))
    maturity = rounded(weighted / principal, MATURITY_PLACES)
    at_maturity, how = _yield_at(maturity, _yields(asked))
    above = rate - at_maturity - ALLOWED_ABOVE
    left_out = Fraction(0)
    if above > 0:
        left_out = _interest_paid(asked) * above / rate
    return Interest(
        weighted_average_maturity=shown(maturity),
        yield_=shown(at_maturity),
        non_allowable=shown(left_out),
        reasons=(how, _compared(rate, at_maturity, above)),
    )


def _interest_paid(asked: Loan) -> Fraction:
    if asked.interest_paid is None:
        raise FigureMissing(expected="interest_paid, for the rate is over the limit", where="/interest_paid")
    return Fraction(amount_at(asked.interest_paid, "/interest_paid"))


def _yields(asked: Loan) -> list[tuple[Fraction, Fraction]]:
    """Maturity in years and yield in per cent, the shortest first."""
    if not asked.yields:
        raise FigureMissing(expected="the yield of at least one maturity", where="/yields")
    listed: dict[Fraction, Fraction] = {}
    for years, text in asked.yields.items():
        maturity = Fraction(amount_at(years, f"/yields/{years}"))
        if maturity in listed:
            raise ScheduleInvalid(got=f"the maturity {years} twice", where=f"/yields/{years}")
        listed[maturity] = Fraction(amount_at(text, f"/yields/{years}"))
    return sorted(listed.items())


def _yield_at(maturity: Fraction, yields: list[tuple[Fraction, Fraction]]) -> tuple[Fraction, str]:
    shorter = [pair for pair in yields if pair[0] <= maturity]
    longer = [pair for pair in yields if pair[0] >= maturity]
    if not longer or not shorter:
        # Schedule XI s.2(c): beyond the maturities on offer, the closest one is taken.
        years, closest = yields[-1] if not longer else yields[0]
        return (
            closest,
            f"No debt matures on both sides of {shown(maturity)} years: the closest, {shown(years)}, is taken.",
        )
    (near, low), (far, high) = shorter[-1], longer[0]
    if near == far:
        return low, f"Debt of {shown(maturity)} years is on offer."
    between = low + (high - low) * (maturity - near) / (far - near)
    return between, f"Interpolated between {shown(near)} and {shown(far)} years (Schedule XI s.1)."


def _compared(rate: Fraction, at_maturity: Fraction, above: Fraction) -> str:
    limit = f"{shown(at_maturity)} + 7 = {shown(at_maturity + ALLOWED_ABOVE)} per cent"
    if above <= 0:
        return f"The rate of {shown(rate)} per cent is within 700 basis points of the yield ({limit})."
    return f"The rate of {shown(rate)} per cent is {shown(above)} above {limit}: that part of the interest is left out."
