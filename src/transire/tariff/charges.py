"""What a rate comes to on goods: exact arithmetic over the tree, with the formula in words. Nothing is rounded here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import Final

import msgspec

from transire.tariff.errors import PartValueMissing, QuantityMissing, RateNotComputable
from transire.tariff.rates import (
    AdValorem,
    Applicable,
    Capped,
    Elsewhere,
    Free,
    Measure,
    Rate,
    Seen,
    SlidingScale,
    Specific,
    Sum,
    Term,
    Unread,
    UponValue,
    figure,
)
from transire.tariff.units import convert

CENT: Final = Decimal("0.01")
_JEWELS: Final = Measure("Jwls.")
_PIECES: Final = Measure("No.")
_DEGREES: Final = Measure("degrees")


class Goods(msgspec.Struct, frozen=True):
    """What a rate is computed on: whole US dollars, the value of parts, and quantities by their measure."""

    value: Fraction
    parts: Mapping[str, Fraction] = {}
    quantities: tuple[tuple[Measure, Fraction], ...] = ()

    def quantity(self, measure: Measure) -> Fraction:
        """The quantity in this measure, in hundredths as it is entered (ACE CATAIR, entry summary, record 50).

        Refuse what the line does not give (`tariff.quantity-missing`).
        """
        for given, quantity in self.quantities:
            found = convert(quantity, given, measure)
            if found is not None:
                return found if measure == _DEGREES else hundredths(found)
        told = ", ".join(f"{text(quantity)} {given}" for given, quantity in self.quantities) or "no quantity"
        raise QuantityMissing(got=told, expected=f"a quantity in {measure}")

    def part(self, name: str) -> Fraction:
        """The value of a part; refuse what the line does not give (`tariff.part-value-missing`)."""
        if name not in self.parts:
            raise PartValueMissing(got=", ".join(self.parts) or "no part", expected=f"the value of: {name}")
        return self.parts[name]


class Worked(msgspec.Struct, frozen=True):
    """An amount in US dollars, exact, and how it came about."""

    amount: Fraction
    formula: str


def charge(rate: Rate, goods: Goods) -> Worked:
    """Work out a rate that stands by itself; refuse with the reason what needs another rate or a person.

    >>> from transire.tariff.rate_reader import read_rate
    >>> goods = Goods(Fraction(10_000), quantities=((Measure("kg"), Fraction(250)),))
    >>> charge(read_rate("4.9¢/kg + 3%"), goods)
    Worked(amount=Fraction(1249, 4), formula='250 kg x $0.049 + $10000 x 3%')
    """
    if isinstance(rate, Free):
        return Worked(Fraction(0), str(rate))
    if isinstance(rate, Sum):
        return added(_term(term, goods) for term in rate.terms)
    if isinstance(rate, SlidingScale):
        return _sugar(rate, goods)
    raise _refusal(rate)


def added(terms: Iterable[Worked]) -> Worked:
    """Amounts added up, with their formulas in a row."""
    listed = list(terms)
    if len(listed) == 1:
        return listed[0]
    return Worked(sum((term.amount for term in listed), Fraction(0)), " + ".join(term.formula for term in listed))


def ad_valorem(percent: str, value: Fraction, of: str = "") -> Worked:
    """A percentage of a value."""
    named = f" ({of})" if of else ""
    return Worked(value * _hundredth(percent), f"${text(value)}{named} x {percent}%")


@lru_cache(maxsize=4096)
def _hundredth(percent: str) -> Fraction:
    return figure(percent) / 100


def _term(term: Term, goods: Goods) -> Worked:
    if isinstance(term, AdValorem):
        return on_parts(term, goods)
    if term.above:
        return _jewels(term, goods)
    quantity = goods.quantity(msgspec.structs.replace(term.measure, count=1))
    return Worked(quantity * term.dollars, f"{text(quantity)} {term.measure} x ${text(term.dollars)}")


def on_parts(term: AdValorem, goods: Goods) -> Worked:
    """A percentage of the value, or of the parts that it names."""
    if not term.parts:
        return ad_valorem(term.percent, goods.value)
    return ad_valorem(
        term.percent, sum((goods.part(name) for name in term.parts), Fraction(0)), " and ".join(term.parts)
    )


def _jewels(term: Specific, goods: Goods) -> Worked:
    """So much for each jewel over a number: of each piece, and all pieces of a line have the same number."""
    jewels, pieces = goods.quantity(_JEWELS), goods.quantity(_PIECES)
    over = max(jewels - pieces * term.above, Fraction(0))
    formula = f"({text(jewels)} jewels - {term.above} x {text(pieces)}) x ${text(term.dollars)}"
    return Worked(over * term.dollars, formula)


def _sugar(rate: SlidingScale, goods: Goods) -> Worked:
    """Raw sugar by its polarization: fractions of a degree in proportion, and never below the floor."""
    weight, degrees = goods.quantity(rate.base.measure), goods.quantity(_DEGREES)
    under = max(figure(rate.degrees) - degrees, Fraction(0))
    each = max(rate.base.dollars - under * rate.step.dollars, rate.floor.dollars)
    formula = (
        f"{text(weight)} {rate.base.measure} x max(${text(rate.base.dollars)} - "
        f"{text(under)} degrees x ${text(rate.step.dollars)}, ${text(rate.floor.dollars)})"
    )
    return Worked(weight * each, formula)


def _refusal(rate: Rate) -> RateNotComputable:
    why = {
        Capped: "the duty has a cap, which is the duty on another article",
        Unread: "the text is not read as a rate",
        Seen: "the rate stands in a note, or under a number that the line does not carry",
    }
    said = (
        f"it is the rate of {rate.of}" if isinstance(rate, Elsewhere) else why.get(type(rate), "it needs another rate")
    )
    return RateNotComputable(got=f"{str(rate)[:200]!r}: {said}")


def wanted(rate: Rate) -> tuple[frozenset[Measure], frozenset[str]]:
    """The measures and the parts of the value that a rate is computed on.

    >>> from transire.tariff.rate_reader import read_rate
    >>> wanted(read_rate("51¢ each + 5.3% on the battery"))
    (frozenset({Measure(unit='No.', of=None, count=1)}), frozenset({'battery'}))
    """
    if isinstance(rate, SlidingScale):
        return frozenset({rate.base.measure, _DEGREES}), frozenset()
    if isinstance(rate, UponValue):
        return frozenset(), frozenset({rate.part})
    terms: tuple[Term, ...] = rate.terms if isinstance(rate, Sum) else ()
    if isinstance(rate, Applicable) and rate.change is not None:
        terms = (rate.change,)
    measures = {msgspec.structs.replace(term.measure, count=1) for term in terms if isinstance(term, Specific)}
    if any(isinstance(term, Specific) and term.above for term in terms):
        measures.add(_PIECES)
    return frozenset(measures), frozenset(part for term in terms if isinstance(term, AdValorem) for part in term.parts)


def cents(amount: Fraction) -> Decimal:
    """The amount in whole cents; half a cent counts as a cent.

    >>> cents(Fraction(1, 200)), cents(Fraction(-1, 200))
    (Decimal('0.01'), Decimal('-0.01'))
    """
    whole = _whole(abs(amount.numerator) * 100, amount.denominator)
    return Decimal(whole if amount.numerator >= 0 else -whole).scaleb(-2)


def hundredths(quantity: Fraction) -> Fraction:
    """The quantity in whole hundredths; half of one counts as one."""
    if 100 % quantity.denominator == 0:
        return quantity
    return Fraction(_whole(quantity.numerator * 100, quantity.denominator), 100)


def dollars(amount: Fraction) -> Fraction:
    """The amount in whole dollars; half a dollar counts as a dollar."""
    return amount if amount.denominator == 1 else Fraction(_whole(amount.numerator, amount.denominator))


def _whole(numerator: int, denominator: int) -> int:
    """floor(x + 1/2), which rounds a half up; in whole numbers, since large entries are rounded thousands of times."""
    return (2 * numerator + denominator) // (2 * denominator)


def text(amount: Fraction) -> str:
    """A rational for a reader: exact where it has an end, with a fraction bar where it has none.

    >>> text(Fraction(5, 4)), text(Fraction(1000)), text(Fraction(1, 3))
    ('1.25', '1000', '1/3')
    """
    if amount.denominator == 1:
        return str(amount.numerator)
    rest = amount.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{amount.numerator}/{amount.denominator}"
    with localcontext() as context:
        context.prec = 60
        return format(Decimal(amount.numerator) / Decimal(amount.denominator), "f")


def rounded_text(amount: Decimal) -> str:
    """An amount of cents as it is written: two decimal places."""
    return format(amount.quantize(CENT, ROUND_HALF_UP), "f")
