"""Units of quantity: the words for them, and exact conversion into the units that the schedule prints.

Factors are exact rationals: the international yard and pound of 1959 (0.9144 m; 0.45359237 kg), the US gallon of 231
cubic inches, the petroleum barrel of 42 gallons (Federal Register 24-5348, 1959-07-01; NIST Handbook 44, appendix C).
What is of another kind is not converted: kilograms of a cable are not kilograms of the copper in it, and liters of a
spirit are proof liters only by its strength.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Final

from transire.tariff.rates import Measure

# Of each kind: the unit in which it is counted, and how many of that one unit each makes.
_FACTORS: Final[dict[str, dict[str, str]]] = {
    "kg": {
        "kg": "1",
        "g": "1/1000",
        "t": "1000",
        "carat": "1/5000",
        "lb": "0.45359237",
        "oz": "0.028349523125",
        "short ton": "907.18474",
        "long ton": "1016.0469088",
        "troy oz": "0.0311034768",
    },
    "liters": {
        "liters": "1",
        "ml": "1/1000",
        "hl": "100",
        "gal": "3.785411784",
        "bbl": "158.987294928",
        "fl oz": "0.0295735295625",
    },
    "m": {"m": "1", "cm": "1/100", "mm": "1/1000", "km": "1000", "thousand m": "1000", "in": "0.0254", "ft": "0.3048",
          "yd": "0.9144", "lin. m": "1"},
    "m2": {"m2": "1", "cm2": "1/10000", "ft2": "0.09290304", "yd2": "0.83612736", "square": "9.290304"},
    "m3": {"m3": "1", "thousand m3": "1000", "ft3": "0.028316846592", "bd ft": "0.002359737216"},
    "No.": {"No.": "1", "pcs": "1", "doz.": "12", "Dz Pcs": "12", "gross": "144", "hundreds": "100",
            "thousands": "1000"},
    "prs.": {"prs.": "1", "doz. prs.": "12"},
    "W": {"W": "1", "kW": "1000"},
    "MWh": {"MWh": "1", "kWh": "1/1000"},
    "GBq": {"GBq": "1", "MBq": "1/1000"},
}  # fmt: skip
_EXACT: Final = {unit: (kind, Fraction(factor)) for kind, units in _FACTORS.items() for unit, factor in units.items()}

# The schedule's own abbreviations for a measure of something in the goods, as chapters 26 and 72 to 81 print them.
_OF: Final = {
    **{
        f"{symbol} {unit}": Measure(unit, f"{name} content")
        for symbol, name in (
            ("Pb", "lead"), ("Cu", "copper"), ("Zn", "zinc"), ("W", "tungsten"), ("Mo", "molybdenum"),
            ("Mn", "manganese"), ("Mg", "magnesium"), ("Si", "silicon"), ("Ag", "silver"), ("Au", "gold"),
            ("Ni", "nickel"), ("Co", "cobalt"), ("Sb", "antimony"), ("Sn", "tin"), ("Cr", "chromium"),
            ("V", "vanadium"), ("Pt", "platinum"), ("Pd", "palladium"), ("Rh", "rhodium"), ("Ir", "iridium"),
            ("Os", "osmium"), ("Ru", "ruthenium"),
        )
        for unit in ("kg", "g", "t")
    },
    "cy kg": Measure("kg", "clean yield"),
    "kg ttl sug": Measure("kg", "total sugars"),
    "kg amc": Measure("kg", "anhydrous morphine content"),
}  # fmt: skip

WORDS: Final = {
    word: printed
    for printed, written in {
        "No.": ("no", "pcs", "pc", "pce", "piece", "pieces", "ea", "each", "unit", "units", "number", "c62", "h87"),
        "kg": ("kg", "kgs", "kgm", "kilogram", "kilograms"),
        "g": ("g", "gr", "grm", "gram", "grams"),
        "t": ("t", "mt", "tne", "metric ton", "metric tons", "tonne", "tonnes"),
        "lb": ("lb", "lbs", "lbr", "pound", "pounds"),
        "oz": ("oz", "onz", "ounce", "ounces"),
        "doz.": ("doz", "dz", "dzn", "dozen"),
        "gross": ("gross", "gro"),
        "prs.": ("pr", "prs", "pair", "pairs", "npr"),
        "doz. prs.": ("doz. prs", "dpr", "dozen pairs"),
        "liters": ("l", "lt", "ltr", "liter", "liters", "litre", "litres"),
        "gal": ("gal", "gll", "gallon", "gallons"),
        "bbl": ("bbl", "bll", "barrel", "barrels"),
        "pf.liters": ("pf.liters", "pf.liter", "pfl", "proof liter", "proof liters"),
        "m": ("m", "mtr", "meter", "meters", "metre", "metres"),
        "m2": ("m2", "m²", "mtk", "sqm"),
        "m3": ("m3", "m³", "mtq", "cbm"),
        "ft": ("ft", "fot", "foot", "feet"),
        "yd": ("yd", "yrd", "yard", "yards"),
        "ft2": ("ft2", "ftk", "sqft"),
        "yd2": ("yd2", "ydk", "sqyd"),
        "Jwls.": ("jwls", "jewel", "jewels"),
    }.items()
    for word in written
}
"""The unit that the schedule prints, by the word in lower case; common words and codes of UNECE Recommendation 20."""


def printed_unit(unit: str) -> str:
    """The unit as the tariff schedule prints it, where the word for it is known; else the word itself.

    >>> printed_unit("PCS"), printed_unit("No."), printed_unit("carton")
    ('No.', 'No.', 'carton')
    """
    return WORDS.get(unit.casefold().strip().rstrip("."), unit)


@lru_cache(maxsize=1024)
def measure_of(unit: str, of: str | None = None) -> Measure:
    """The measure that a word means; the schedule's abbreviations say of what as well.

    >>> str(measure_of("Pb kg"))
    'kg of lead content'
    """
    known = _OF.get(unit)
    return known if known is not None and of is None else Measure(printed_unit(unit), of)


@lru_cache(maxsize=4096)
def factor(unit: str, into: str) -> Fraction | None:
    """How many of `into` one `unit` makes, exactly; None where they are not of one kind.

    >>> factor("lb", "kg"), factor("doz.", "No."), factor("kg", "liters")
    (Fraction(45359237, 100000000), Fraction(12, 1), None)
    """
    if unit == into:
        return Fraction(1)
    one, other = _EXACT.get(unit), _EXACT.get(into)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] / other[1]


def convert(quantity: Fraction, measure: Measure, into: Measure) -> Fraction | None:
    """The quantity in another measure of the same thing; None where there is no exact factor.

    >>> convert(Fraction(3), Measure("doz."), Measure("No."))
    Fraction(36, 1)
    """
    if measure == into:
        return quantity
    if measure.of != into.of:
        return None
    times = factor(measure.unit, into.unit)
    return None if times is None else quantity * times
