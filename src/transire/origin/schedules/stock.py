"""Stocks of fungible units: in layers (first in, last in, by mark) or averaged. Exact, or rounded as a table does."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, Protocol

from transire.origin.amounts import rounded, shown
from transire.origin.errors import FigureMissing, InventoryShort

_NONE = Fraction(0)


class Lot(NamedTuple):
    """Units that came in together."""

    quantity: Fraction
    unit_value: Fraction
    originating: bool


class Part(NamedTuple):
    """A part of a stock: units by origin, and the value of those that do not originate."""

    originating: Fraction
    non_originating: Fraction
    value_non_originating: Fraction


class Rounding(NamedTuple):
    """To how many places ratios and values are rounded on the way; None: not at all."""

    ratio: int | None
    value: int | None


class Stock(Protocol):
    """What all policies have in common."""

    def receive(self, lot: Lot) -> None:
        """Put a lot into the stock."""

    def ship(self, quantity: Fraction, split: Part | None, where: str) -> Part:
        """Take so many units; `split` says of which origin where marks tell."""

    def left(self) -> Part | None:
        """What is in the stock; None where it was not told."""


class Layers:
    """A stock whose lots stay apart: taken first in first out, last in first out, or by the mark on each unit."""

    def __init__(self, lots: list[Lot], rounding: Rounding, *, last_first: bool, by_mark: bool) -> None:
        self.lots = list(lots)
        self.rounding = rounding
        self.last_first = last_first
        self.by_mark = by_mark

    def receive(self, lot: Lot) -> None:
        self.lots.append(lot)

    def ship(self, quantity: Fraction, split: Part | None, where: str) -> Part:
        if split is not None:
            own = self._take(split.originating, where, of=True)
            other = self._take(split.non_originating, where, of=False)
            return Part(own.originating, other.non_originating, other.value_non_originating)
        if self.by_mark and len({lot.originating for lot in self.lots if lot.quantity}) > 1:
            expected = "units by origin: physical segregation or an origin identifier tells them (Schedule X s.4)"
            raise FigureMissing(expected=expected, where=f"{where}/units")
        return self._take(quantity, where, of=None)

    def left(self) -> Part:
        own = sum((lot.quantity for lot in self.lots if lot.originating), _NONE)
        others = [lot for lot in self.lots if not lot.originating]
        value = sum((lot.quantity * lot.unit_value for lot in others), _NONE)
        return Part(own, sum((lot.quantity for lot in others), _NONE), rounded(value, self.rounding.value))

    def _take(self, quantity: Fraction, where: str, *, of: bool | None) -> Part:
        """Take units lot by lot, only of one origin where `of` says which."""
        places = [at for at, lot in enumerate(self.lots) if of is None or lot.originating == of]
        wanted, own, other, value = quantity, _NONE, _NONE, _NONE
        for at in reversed(places) if self.last_first else places:
            lot = self.lots[at]
            taken = min(wanted, lot.quantity)
            self.lots[at] = lot._replace(quantity=lot.quantity - taken)
            own, other = (own + taken, other) if lot.originating else (own, other + taken)
            value += _NONE if lot.originating else taken * lot.unit_value
            wanted -= taken
        if wanted > 0:
            raise InventoryShort(got=shown(quantity), expected=f"at most {shown(quantity - wanted)}", where=where)
        self.lots = [lot for lot in self.lots if lot.quantity]
        return Part(own, other, rounded(value, self.rounding.value))


class Averages:
    """A stock in which every unit is like the average of all of them.

    Rolling: ratio and average value are those before each shipment, and the ratio then says what is left. `fixed`: one
    ratio for all shipments, that of the period's own opening and receipts, or the one that is `told`.
    """

    def __init__(
        self, lots: list[Lot], rounding: Rounding, *, fixed: bool = False, told: Fraction | None = None
    ) -> None:
        self.rounding = rounding
        self.units = self.originating = self.value = _NONE
        for lot in lots:
            self.receive(lot)
        self.told = told is not None
        self.ratio = self._ratio() if fixed and told is None else told
        self.unit_value = self._average() if fixed else None

    def receive(self, lot: Lot) -> None:
        self.units += lot.quantity
        self.originating += lot.quantity if lot.originating else _NONE
        self.value += lot.quantity * lot.unit_value

    def ship(self, quantity: Fraction, split: Part | None, where: str) -> Part:
        if quantity > self.units and not self.told:
            raise InventoryShort(got=shown(quantity), expected=f"at most {shown(self.units)}", where=where)
        ratio = self._ratio() if self.ratio is None else rounded(self.ratio, self.rounding.ratio)
        average = self._average() if self.unit_value is None else self.unit_value
        self.units -= quantity
        self.value -= quantity * average
        # Schedule X s.8(2): the ratio is applied to what remains after the shipment.
        self.originating = self.units * ratio
        other = quantity * (1 - ratio)
        return Part(quantity * ratio, other, rounded(other * average, self.rounding.value))

    def left(self) -> Part | None:
        if self.units < 0:
            return None  # Only where the ratio was told: then receipts of the period need not be.
        average = self._average() if self.unit_value is None else self.unit_value
        ratio = self._closing_ratio()
        other = self.units * (1 - ratio)
        return Part(self.units * ratio, other, rounded(other * average, self.rounding.value))

    def _closing_ratio(self) -> Fraction:
        if self.ratio is not None:
            return rounded(self.ratio, self.rounding.ratio)
        return self.originating / self.units if self.units else _NONE

    def _ratio(self) -> Fraction:
        """The share of originating units. The complement of the rounded share is that of the others, as printed."""
        return rounded(self.originating / self.units, self.rounding.ratio) if self.units else _NONE

    def _average(self) -> Fraction:
        return rounded(self.value / self.units, self.rounding.value) if self.units else _NONE
