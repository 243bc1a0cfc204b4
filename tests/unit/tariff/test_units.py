"""Quantities are converted exactly or not at all."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from transire.tariff.rates import Measure
from transire.tariff.units import _EXACT, convert, factor, measure_of, printed_unit


@pytest.mark.parametrize(
    ("unit", "into", "expected"),
    [
        ("lb", "kg", "0.45359237"),
        ("oz", "g", "28.349523125"),
        ("short ton", "t", "0.90718474"),
        ("long ton", "kg", "1016.0469088"),
        ("troy oz", "g", "31.1034768"),
        ("carat", "g", "0.2"),
        ("gal", "liters", "3.785411784"),
        ("bbl", "gal", "42"),
        ("gal", "fl oz", "128"),
        ("yd", "m", "0.9144"),
        ("ft2", "in", None),
        ("yd2", "ft2", "9"),
        ("square", "ft2", "100"),
        ("ft3", "bd ft", "12"),
        ("gross", "doz.", "12"),
        ("doz. prs.", "prs.", "12"),
        ("thousands", "hundreds", "10"),
        ("kg", "liters", None),
        ("liters", "pf.liters", None),
        ("carton", "No.", None),
        ("prs.", "No.", None),  # a pair of gloves is no two articles
    ],
)
def test_factors_of_the_law(unit: str, into: str, expected: str | None) -> None:
    assert factor(unit, into) == (None if expected is None else Fraction(expected))


def test_there_and_back_is_the_same() -> None:
    for one, other in product(_EXACT, _EXACT):
        there, back = factor(one, other), factor(other, one)
        assert (there is None) == (back is None)
        if there is not None and back is not None:
            assert there * back == 1


def test_of_what_it_is_stays() -> None:
    lead = measure_of("Pb kg")
    assert convert(Fraction(1), Measure("t", "lead content"), lead) == 1000
    assert convert(Fraction(1), Measure("kg"), lead) is None
    assert convert(Fraction(1), lead, Measure("kg")) is None


@pytest.mark.parametrize(
    ("word", "printed"), [("PCS", "No."), ("KGM", "kg"), ("m²", "m2"), ("Box", "Box"), ("ea.", "No.")]
)
def test_words_for_units(word: str, printed: str) -> None:
    assert printed_unit(word) == printed
