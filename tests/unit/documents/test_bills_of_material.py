"""Bills of material of several levels, and the columns that only the origin engine reads."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sample_tables import MATERIAL, PRODUCT, table

from transire.documents.errors import TableRefused
from transire.documents.product import costed_product, read_product_master, read_products_csv

BOUGHT = {**MATERIAL, "part_of": "", "own_costs": ""}
WHOLE = {**BOUGHT, "material_number": "SUB-1", "origin": "self_produced", "value": "0", "own_costs": "7.50"}
PART = {**BOUGHT, "material_number": "P-1", "part_of": "SUB-1", "origin": "non_originating", "value": "12"}


def problems(*rows: dict[str, str]) -> list[tuple[int, str | None, str]]:
    with pytest.raises(TableRefused) as refused:
        read_product_master(table(PRODUCT), table(*rows))
    return [(found.row, found.column, found.code.removeprefix("documents.table-")) for found in refused.value.problems]


def test_a_bill_of_two_levels_is_read() -> None:
    master = read_product_master(table(PRODUCT), table(WHOLE, PART))
    (bill,) = master.bills.values()
    assert [(line.material_number, line.part_of) for line in bill] == [("SUB-1", None), ("P-1", "SUB-1")]


def test_a_cost_sheet_lists_what_was_bought_and_adds_what_was_added() -> None:
    master = read_product_master(table(PRODUCT), table(WHOLE, PART))
    product = master.products[0]
    costed = costed_product(product, master.bills[product.product_number])
    assert [material.material_number for material in costed.materials] == ["P-1"]
    assert costed.costs.product == product.labour_cost + product.overhead_cost + Decimal("7.50")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([BOUGHT, {**PART, "part_of": "NOWHERE"}], (3, "part_of", "part-unknown")),
        ([BOUGHT, {**PART, "part_of": MATERIAL["material_number"]}], (3, "part_of", "part-unknown")),
        ([WHOLE, {**PART, "part_of": ""}], (2, "origin", "no-parts")),
        ([{**WHOLE, "value": "3"}, PART], (2, "value", "value-computed")),
        ([WHOLE, {**PART, "own_costs": "1"}], (3, "own_costs", "own-costs")),
    ],
)
def test_a_bill_that_does_not_hold_together(rows: list[dict[str, str]], found: tuple[int, str, str]) -> None:
    assert problems(*rows) == [found]


def test_a_material_that_is_made_from_itself() -> None:
    first, second = {**WHOLE, "part_of": "SUB-2"}, {**WHOLE, "material_number": "SUB-2", "part_of": "SUB-1"}
    assert problems(first, second) == [(2, "part_of", "part-cyclic"), (3, "part_of", "part-cyclic")]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("related_sale", "true", "yes-no"),
        ("related_party_share", "1.01", "share"),
        ("related_party_share", "85%", "decimal"),
        ("origin_facts", "sewn", "origin-fact"),
        ("origin_facts", "mixture=maybe", "origin-fact"),
        ("weight", "0", "not-positive"),
        ("destination_country", "usa", "country"),
    ],
)
def test_cells_of_the_engine_are_read_as_strictly_as_the_others(column: str, cell: str, code: str) -> None:
    with pytest.raises(TableRefused) as refused:
        read_products_csv(table({**PRODUCT, column: cell}))
    assert [(found.column, found.code) for found in refused.value.problems] == [(column, f"documents.table-{code}")]
