"""Units of quantity: how an entry reports what an invoice counts, in the units that the tariff schedule prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

# What invoices write for single pieces: the words of trade, and UN/ECE Recommendation 20 (EA, H87, C62, NMB).
PIECES: Final = frozenset({"EA", "PCS", "PC", "NO", "NO.", "NMB", "H87", "C62", "UNIT", "UNITS"})
KILOGRAMS: Final = frozenset({"KG", "KGM"})


class ReportedQuantity(NamedTuple):
    """A quantity in one unit of the schedule; `None` where the invoice does not tell it."""

    quantity: Decimal | None
    unit: str


def reported_quantities(
    units: Sequence[str], *, quantity: Decimal, unit: str, net_weight: Decimal | None
) -> tuple[ReportedQuantity, ...]:
    """The quantities that an entry line reports for units as the schedule prints them.

    Nothing is guessed: a unit that follows neither from the count of pieces nor from the weight stays open.

    >>> reported_quantities(["gross"], quantity=Decimal(7200), unit="EA", net_weight=None)
    (ReportedQuantity(quantity=Decimal('50'), unit='gross'),)
    >>> reported_quantities(["No. and kg"], quantity=Decimal(30), unit="EA", net_weight=Decimal("765"))[1]
    ReportedQuantity(quantity=Decimal('765'), unit='kg')
    """
    asked = [part.strip() for printed in units for part in printed.split(" and ")]
    pieces = quantity if unit.upper() in PIECES else None
    kilograms = quantity if unit.upper() in KILOGRAMS else net_weight
    return tuple(ReportedQuantity(_in_unit(name, quantity, unit, pieces, kilograms), name) for name in asked)


_PER_UNIT: Final = {"No.": 1, "doz.": 12, "gross": 144, "thousands": 1000}
_WEIGHTS: Final[dict[str, Callable[[Decimal], Decimal]]] = {
    "kg": lambda kilograms: kilograms,
    "g": lambda kilograms: kilograms * 1000,
    "t": lambda kilograms: kilograms / 1000,
}


def _in_unit(
    name: str, quantity: Decimal, unit: str, pieces: Decimal | None, kilograms: Decimal | None
) -> Decimal | None:
    if name in _PER_UNIT:
        return None if pieces is None else _exact(pieces / _PER_UNIT[name])
    if name in _WEIGHTS:
        return None if kilograms is None else _WEIGHTS[name](kilograms)
    return quantity if unit.casefold() == name.casefold() else None


def _exact(value: Decimal) -> Decimal:
    """Entries report two places at most (ACE CATAIR AE record 50: quantity in hundredths)."""
    return value if value == value.to_integral_value() else value.quantize(Decimal("0.01"))
