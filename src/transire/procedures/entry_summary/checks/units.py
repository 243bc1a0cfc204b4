"""What invoices write for the units that the tariff schedule prints."""

from __future__ import annotations

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
