"""What invoices write for the units that the tariff schedule prints, and quantities in these."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from transire.documents.codes import decimal_text
from transire.documents.invoice import InvoiceLine
from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import at_hand, find_item, find_statistical_line

PIECES = {"doz.": 12, "gross": 144}
"""How many of `No.` make one of the unit."""

UNITS = {
    unit: printed
    for printed, written in {
        "No.": ("no", "pcs", "pc", "pce", "piece", "pieces", "ea", "each", "unit", "units", "number", "c62", "h87"),
        "kg": ("kg", "kgs", "kgm", "kilogram", "kilograms"),
        "doz.": ("doz", "dz", "dzn", "dozen"),
        "prs.": ("pr", "prs", "pair", "pairs", "npr"),
        "liters": ("l", "lt", "ltr", "liter", "liters", "litre", "litres"),
        "m": ("m", "mtr", "meter", "meters", "metre", "metres"),
        "m2": ("m2", "mtk", "sqm"),
        "m3": ("m3", "mtq", "cbm"),
    }.items()
    for unit in written
}
"""By the word in lower case; common words and the codes of UNECE Recommendation 20."""


def printed_unit(unit: str) -> str:
    """The unit as the tariff schedule prints it, where the word for it is known; else the word itself.

    >>> printed_unit("PCS"), printed_unit("No."), printed_unit("carton")
    ('No.', 'No.', 'carton')
    """
    return UNITS.get(unit.casefold().strip().rstrip("."), unit)


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
    if unit == "kg":
        return said.net_weight
    pieces = PIECES.get(unit)
    if pieces is not None and printed_unit(said.unit) == "No." and said.quantity % pieces == 0:
        return said.quantity / pieces
    return None
