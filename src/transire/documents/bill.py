"""Bills of material of more than one level: what the lines of a table must be to one another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from transire.documents.csv_table import CellRefused, Problems, Row

if TYPE_CHECKING:
    from transire.documents.product import BillLine

_PART_UNKNOWN: Final = CellRefused(
    "table-part-unknown",
    "The product has no self-produced material of this number.",
    "Name a material of the same product whose origin is self_produced, or leave the cell empty.",
)
_PART_CYCLIC: Final = CellRefused(
    "table-part-cyclic", "This material is made from itself.", "Correct part_of: no material stands below itself."
)
_NO_PARTS: Final = CellRefused(
    "table-no-parts",
    "A self-produced material has no parts.",
    "Add its parts with its number in part_of, or state where it originates.",
)
_VALUE_COMPUTED: Final = CellRefused(
    "table-value-computed",
    "The value of a self-produced material is computed from its parts.",
    "Write 0, and what the producer adds to the parts into own_costs.",
)
_OWN_COSTS: Final = CellRefused(
    "table-own-costs", "Only a self-produced material has own costs.", "Leave the cell empty, or add it to the value."
)


def hold_bills_together(rows: Iterable[Row[BillLine]], problems: Problems) -> None:
    """Find parts without a whole, wholes without parts, and materials that are made from themselves."""
    bills: dict[str, list[Row[BillLine]]] = {}
    for row in rows:
        bills.setdefault(row.content.product_number, []).append(row)
    for bill in bills.values():
        _hold_together(bill, problems)


def _hold_together(bill: list[Row[BillLine]], problems: Problems) -> None:
    whole = {row.content.material_number: row.content for row in bill if row.content.origin == "self_produced"}
    with_parts = {row.content.part_of for row in bill}
    for row in bill:
        line = row.content
        if line.part_of is not None and line.part_of not in whole:
            problems.add(row.number, "part_of", _PART_UNKNOWN, line.part_of)
        elif _is_within_itself(line, whole):
            problems.add(row.number, "part_of", _PART_CYCLIC, line.part_of)
        if line.origin == "self_produced":
            if line.material_number not in with_parts:
                problems.add(row.number, "origin", _NO_PARTS, line.material_number)
            if line.value:
                problems.add(row.number, "value", _VALUE_COMPUTED, str(line.value))
        elif line.own_costs:
            problems.add(row.number, "own_costs", _OWN_COSTS, str(line.own_costs))


def _is_within_itself(line: BillLine, whole: dict[str, BillLine]) -> bool:
    seen: set[str] = set()
    above = line.part_of
    while above in whole and above not in seen:
        seen.add(above)
        above = whole[above].part_of
    return above in seen
