"""The interface of the origin engine as JSON Schema 2020-12: the case, the answer, and the schedules' calculations."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from transire.origin.answer import Answer
from transire.origin.case import Case
from transire.origin.schedules.allocate import Allocation, Allocations
from transire.origin.schedules.interest import Interest, Loan
from transire.origin.schedules.inventory import Inventory, InventoryTaken
from transire.origin.schedules.trace import Traced, TracedValue
from transire.origin.schedules.vehicle import VehicleFigures, VehicleRequirements

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

SCHEMAS: Final[dict[str, type[msgspec.Struct]]] = {
    "case": Case,
    "answer": Answer,
    "allocate": Allocation,
    "allocate-result": Allocations,
    "inventory": Inventory,
    "inventory-result": InventoryTaken,
    "trace": Traced,
    "trace-result": TracedValue,
    "interest": Loan,
    "interest-result": Interest,
    "vehicle": VehicleFigures,
    "vehicle-result": VehicleRequirements,
}
"""What a schema is called, and the type whose it is."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one part of the interface.

    >>> schema_of("case")["title"]
    'Origin case'
    """
    (found,), parts = msgspec.json.schema_components([SCHEMAS[name]], ref_template="#/$defs/{name}")
    title = f"Origin {name.replace('-', ' ')}"
    head = {"$schema": DIALECT, "$id": f"urn:transire:origin:{name}:1", "title": title}
    return {**head, **found, "$defs": parts}
