"""Quantities of an invoice in the units that the tariff schedule asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from transire.documents.codes import decimal_text
from transire.documents.invoice import InvoiceLine
from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import at_hand, find_item, find_statistical_line
from transire.tariff.units import factor, printed_unit


def quantities_in(said: InvoiceLine, tariff_number: str | None, day: date) -> list[dict[str, str]]:
    """The quantities of an invoice line in the units that the schedule asks for, as far as the line gives them.

    Where the schedule is not at hand, or asks for what the line does not say, the invoice's own quantity stands.
    """
    found = []
    for unit in _units_of(tariff_number, day):
        quantity = _quantity_in(said, unit)
        if quantity is not None:
            found.append({"quantity": decimal_text(quantity), "unit": unit})
    return found or [{"quantity": decimal_text(said.quantity), "unit": printed_unit(said.unit)}]


def _units_of(tariff_number: str | None, day: date) -> tuple[str, ...]:
    if tariff_number is None:
        return ()
    number = parse_tariff_number(tariff_number)
    item = find_item(number, day) or find_item(number, at_hand().books[0].edition)
    line = None if item is None else find_statistical_line(item, number)
    return line.units if line is not None else () if item is None else item.units


def _quantity_in(said: InvoiceLine, unit: str) -> Decimal | None:
    if printed_unit(said.unit) == unit:
        return said.quantity
    times = factor(printed_unit(said.unit), unit)
    if times is not None:
        return _in_hundredths(Fraction(said.quantity) * times)
    return said.net_weight if unit == "kg" else None


def _in_hundredths(quantity: Fraction) -> Decimal | None:
    """The quantity as entries report it; None where it does not end within hundredths: a person rounds, not a draft."""
    hundredths = quantity * 100
    return Decimal(hundredths.numerator).scaleb(-2).normalize() if hundredths.denominator == 1 else None
