"""Inventories of fungible materials and goods (NAFTA Regulations Schedules IX and X; USMCA Regulations 7 and 8).

The policy says which units of the inventory a shipment takes, and so how many of them originate and what the
non-originating ones are worth. Averages follow the published tables: a ratio of units, an average value of all units,
and after each shipment of a rolling average the ratio applied to what is left (Schedule X s.8(2)).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final, Literal

import msgspec

from transire.origin.amounts import shown
from transire.origin.case import Amount, Asked
from transire.origin.errors import FigureMissing, ScheduleInvalid
from transire.origin.reading import amount_at, share_at
from transire.origin.schedules.stock import Averages, Layers, Lot, Part, Rounding, Stock

Policy = Literal["fifo", "lifo", "average_rolling", "average_period", "average_preceding_period", "specific"]
LotOrigin = Literal["originating", "non_originating"]

_AVERAGES_OF_PERIODS: Final = ("average_period", "average_preceding_period")


class StatedLot(Asked, frozen=True, kw_only=True):
    """Units that came in together; without `unit_value` only units are counted."""

    quantity: Amount
    origin: LotOrigin
    unit_value: Amount | None = None
    date: date | None = None


class Split(Asked, frozen=True, kw_only=True):
    """How many units of each origin a shipment takes; for `specific`, where the mark on the units says so."""

    originating: Amount
    non_originating: Amount


class Moved(Asked, frozen=True, kw_only=True):
    """One receipt or one shipment, in the order in which they happened."""

    date: date | None = None
    receipt: StatedLot | None = None
    shipment: Amount | None = None
    units: Split | None = None


class Inventory(Asked, frozen=True, kw_only=True):
    """An inventory: what lay in it, what came and went, and by which policy."""

    policy: Policy
    movements: tuple[Moved, ...]
    opening: tuple[StatedLot, ...] = ()
    ratio_places: int | None = None
    value_places: int | None = None
    preceding_ratio: Amount | None = None
    """The share of originating units of the preceding period, a fraction; for `average_preceding_period`."""


class Units(msgspec.Struct, frozen=True):
    """Units by origin."""

    originating: str
    non_originating: str


class Shipped(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one shipment took; the value only where every lot has one."""

    units: Units
    value_non_originating: str | None = None
    date: date | None = None


class Closing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is left."""

    units: Units
    value_non_originating: str | None = None


class InventoryTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every shipment, and what is left; `closing` is absent where receipts that were not told must have come in."""

    shipments: tuple[Shipped, ...]
    closing: Closing | None = None


def take_from_inventory(asked: Inventory) -> InventoryTaken:
    """Follow an inventory through its movements.

    >>> lots = (StatedLot(quantity="10", origin="originating", unit_value="1"),
    ...         StatedLot(quantity="10", origin="non_originating", unit_value="2"))
    >>> taken = take_from_inventory(Inventory(policy="fifo", opening=lots, movements=(Moved(shipment="15"),)))
    >>> taken.shipments[0].units.non_originating, taken.shipments[0].value_non_originating
    ('5', '10')
    """
    _check_order(asked.movements)
    opening = [_lot(lot, f"/opening/{at}") for at, lot in enumerate(asked.opening)]
    valued = all(lot.unit_value is not None for lot in _every_lot(asked))
    stock = _stock(asked, opening)
    shipments = []
    for at, moved in enumerate(asked.movements):
        where = f"/movements/{at}"
        if moved.receipt is not None:
            if asked.policy not in _AVERAGES_OF_PERIODS:
                stock.receive(_lot(moved.receipt, f"{where}/receipt"))
            continue
        assert moved.shipment is not None  # _check_order has seen that it is one or the other
        part = stock.ship(Fraction(amount_at(moved.shipment, f"{where}/shipment")), _split(asked, moved, where), where)
        shipments.append(Shipped(_units(part), _value(part, valued), moved.date))
    left = stock.left()
    return InventoryTaken(tuple(shipments), None if left is None else Closing(_units(left), _value(left, valued)))


def _stock(asked: Inventory, opening: list[Lot]) -> Stock:
    rounding = Rounding(asked.ratio_places, asked.value_places)
    if asked.policy in ("fifo", "lifo", "specific"):
        return Layers(opening, rounding, last_first=asked.policy == "lifo", by_mark=asked.policy == "specific")
    if asked.policy == "average_rolling":
        return Averages(opening, rounding)
    received = [
        _lot(moved.receipt, f"/movements/{at}/receipt")
        for at, moved in enumerate(asked.movements)
        if moved.receipt is not None
    ]
    if asked.policy == "average_period":
        # Schedule X s.7: opening inventory and receipts of the period itself give its ratio.
        return Averages(opening + received, rounding, fixed=True)
    if asked.preceding_ratio is None:
        raise FigureMissing(expected="preceding_ratio, the share of originating units before", where="/preceding_ratio")
    ratio = Fraction(share_at(asked.preceding_ratio, "/preceding_ratio"))
    return Averages(opening + received, rounding, fixed=True, told=ratio)


def _check_order(movements: tuple[Moved, ...]) -> None:
    last: date | None = None
    for at, moved in enumerate(movements):
        if (moved.receipt is None) == (moved.shipment is None):
            raise ScheduleInvalid(got="neither or both", expected="a receipt or a shipment", where=f"/movements/{at}")
        if last is not None and moved.date is not None and moved.date < last:
            raise ScheduleInvalid(got=moved.date, expected=f"a day not before {last}", where=f"/movements/{at}/date")
        last = moved.date or last


def _every_lot(asked: Inventory) -> list[StatedLot]:
    return [*asked.opening, *(moved.receipt for moved in asked.movements if moved.receipt is not None)]


def _lot(lot: StatedLot, where: str) -> Lot:
    unit_value = Fraction(0) if lot.unit_value is None else Fraction(amount_at(lot.unit_value, f"{where}/unit_value"))
    return Lot(Fraction(amount_at(lot.quantity, f"{where}/quantity")), unit_value, lot.origin == "originating")


def _split(asked: Inventory, moved: Moved, where: str) -> Part | None:
    if moved.units is None:
        return None
    if asked.policy != "specific":
        raise ScheduleInvalid(got="units", expected="no units: the policy tells them", where=f"{where}/units")
    originating = Fraction(amount_at(moved.units.originating, f"{where}/units/originating"))
    other = Fraction(amount_at(moved.units.non_originating, f"{where}/units/non_originating"))
    if moved.shipment is not None and originating + other != Fraction(amount_at(moved.shipment, f"{where}/shipment")):
        raise ScheduleInvalid(got=shown(originating + other), expected=moved.shipment, where=f"{where}/units")
    return Part(originating, other, Fraction(0))


def _units(part: Part) -> Units:
    return Units(shown(part.originating), shown(part.non_originating))


def _value(part: Part, valued: bool) -> str | None:
    return shown(part.value_non_originating) if valued else None
