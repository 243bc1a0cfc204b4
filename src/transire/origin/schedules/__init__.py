"""The arithmetic of the regulations' schedules: allocation of costs, inventories, traced materials, interest, vehicles.

Each calculation takes the figures of one file and gives the figures that the published examples give: NAFTA Rules of
Origin Regulations, Schedules VII, IX, X, XI and section 9; USMCA Rules of Origin Regulations, Schedules 5, 7, 8 and 9
and sections 14 to 19.
All of it is exact; where the published tables round on the way, `ratio_places` and `value_places` do so too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

import msgspec

from transire.origin.reading import read_schedule
from transire.origin.schedules.allocate import Allocation, allocate
from transire.origin.schedules.interest import Loan, non_allowable_interest
from transire.origin.schedules.inventory import Inventory, take_from_inventory
from transire.origin.schedules.trace import Traced, trace
from transire.origin.schedules.vehicle import VehicleFigures, vehicle_requirements

Kind = Literal["allocate", "inventory", "trace", "interest", "vehicle"]


class _Calculation(NamedTuple):
    asked: type[msgspec.Struct]
    calculate: Callable[[Any], msgspec.Struct]


_KINDS: Final[dict[Kind, _Calculation]] = {
    "allocate": _Calculation(Allocation, allocate),
    "inventory": _Calculation(Inventory, take_from_inventory),
    "trace": _Calculation(Traced, trace),
    "interest": _Calculation(Loan, non_allowable_interest),
    "vehicle": _Calculation(VehicleFigures, vehicle_requirements),
}


def calculate(kind: Kind, raw: bytes | str) -> msgspec.Struct:
    """Read the input of a calculation and do it.

    >>> raw = '{"method": "units", "amount": "90", "products": [{"id": "A", "base": "1"}, {"id": "B", "base": "2"}]}'
    >>> [product.amount for product in calculate("allocate", raw).products]
    ['30', '60']
    """
    asked, calculated = _KINDS[kind]
    return calculated(read_schedule(raw, asked))
