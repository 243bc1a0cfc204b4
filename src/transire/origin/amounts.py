"""Amounts, quantities and shares of the origin engine: exact, read from decimal strings, printed without loss.

Sums and products are `Decimal` in a context that refuses to round; a quotient is a `Fraction`. Nothing is rounded
before it is compared: a content of 49.99999 per cent never becomes 50.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from typing import Final

_WRITTEN: Final = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,18})?", re.ASCII)

_ALL_PLAIN: Final = re.compile(r"[0-9][0-9.]{0,23}(?:\n[0-9][0-9.]{0,23})*", re.ASCII)
"""Texts of digits and points that begin with a digit; that they are numbers, and end in one, is seen behind it."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)

EXACT: Final = Context(prec=400, Emax=9999, Emin=-9999, traps=[Inexact, Overflow, InvalidOperation])
"""Wide enough for every sum and product of the engine; a result that would not fit raises instead of being rounded."""

_CUT: Final = Context(prec=60, rounding=ROUND_DOWN, Emax=9999, Emin=-9999, traps=[InvalidOperation, Overflow])
"""For what is shown of a quotient, never for what is compared."""

SHOWN_DIGITS: Final = 12
"""Significant digits of a quotient that does not end; the interface asks for at least ten."""

SHOWN_PLACES: Final = 10
"""And at least so many decimal places."""


def read_decimal(text: object) -> Decimal | None:
    """The number that a decimal string says; None for anything else: an exponent, a sign alone, a JSON number.

    >>> read_decimal("12.50"), read_decimal("1e3"), read_decimal(12)
    (Decimal('12.50'), None, None)
    """
    if not isinstance(text, str) or _WRITTEN.fullmatch(text) is None:
        return None
    return Decimal(text)


def plain_amount(text: str) -> Decimal | None:
    """The amount of most texts, quickly: ASCII digits and at most one point; None where a longer look is needed.

    >>> plain_amount("12.50"), plain_amount("-1"), plain_amount("1e3")
    (Decimal('12.50'), None, None)
    """
    if len(text) < 24 and text.isascii() and text.replace(".", "", 1).isdigit() and text[0] != "." != text[-1]:
        return Decimal(text)
    return None


def plain_amounts(texts: Sequence[str]) -> list[Decimal] | None:
    """The amounts of many texts, looked at all at once; None where one of them needs a longer look.

    >>> plain_amounts(["12.50", "7"]), plain_amounts(["12.50", "1e3"]), plain_amounts(["1\\n2"])
    ([Decimal('12.50'), Decimal('7')], None, None)
    """
    joined = "\n".join(texts)
    if texts and (_ALL_PLAIN.fullmatch(joined) is None or ".\n" in joined or joined[-1] == "."):
        return None
    try:
        return list(map(Decimal, texts))
    except InvalidOperation:  # two points, or a line end inside a text
        return None


def shown(value: Decimal | Fraction) -> str:
    """The number as a decimal string: whole where it ends, else cut off, never rounded up to a threshold.

    >>> shown(Decimal("88.00")), shown(Fraction(48 * 100, 88)), shown(Fraction(9, 20))
    ('88.00', '54.5454545454', '0.45')
    """
    if isinstance(value, Decimal):
        text = str(value)
        return format(value, "f") if "E" in text else text
    if (places := _places(value.denominator)) is None:
        return _cut(value)
    return _with_places(value.numerator * 10**places // value.denominator, places)


def plain(value: Decimal) -> str:
    """A decimal string without zeros that say nothing.

    >>> plain(Decimal("4998000.000")), plain(Decimal("0.10"))
    ('4998000', '0.1')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_quotient(part: Decimal, whole: Decimal) -> str:
    """Part divided by whole as a decimal string: whole where it ends, else cut off, as `shown` does.

    >>> shown_quotient(Decimal(4800), Decimal(88)), shown_quotient(Decimal("7.0"), Decimal(100))
    ('54.5454545454', '0.07')
    """
    _CUT.clear_flags()
    quotient = _CUT.divide(part, whole)
    if not _CUT.flags[Inexact]:
        return plain(quotient)
    places = max(SHOWN_PLACES, SHOWN_DIGITS - 1 - quotient.adjusted())
    return format(quotient.quantize(Decimal((0, (1,), -places)), ROUND_DOWN, _CUT), "f")


def ratio(part: Decimal, whole: Decimal) -> Fraction:
    """Part of whole as an exact fraction. The whole must not be zero.

    >>> ratio(Decimal("1.5"), Decimal("4.5"))
    Fraction(1, 3)
    """
    return Fraction(part) / Fraction(whole)


def rounded(value: Fraction, places: int | None) -> Fraction:
    """Rounded half away from zero to so many places, as the published tables do; None leaves it exact.

    >>> rounded(Fraction(5, 6), 3), rounded(Fraction(25, 2), 0), rounded(Fraction(1, 3), None)
    (Fraction(833, 1000), Fraction(13, 1), Fraction(1, 3))
    """
    if places is None:
        return value
    scale = Fraction(10) ** places
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole) / scale


def _cut(value: Fraction) -> str:
    places = SHOWN_PLACES
    size = abs(value)
    while size * 10**places < 10 ** (SHOWN_DIGITS - 1):
        places += 1
    cut = size.numerator * 10**places // size.denominator
    return _with_places(cut if value > 0 else -cut, places)


def _with_places(scaled: int, places: int) -> str:
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _places(denominator: int) -> int | None:
    """How many decimal places a fraction with this denominator needs; None where it does not end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None
