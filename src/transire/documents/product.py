"""The product master and the bills of material, as a producer's own system exports them: keyed once, never again.

What it is not: a document that travels. A certification and a cost sheet are made from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal

import msgspec

from transire.documents.bill import hold_bills_together
from transire.documents.cost_sheet import (
    CostedGood,
    CostedMaterial,
    Costs,
    ExcludedCosts,
    costed_good,
)
from transire.documents.csv_table import CellRefused, Problems, Row, find_duplicates, read_rows
from transire.documents.errors import TableRefused
from transire.documents.product_columns import MATERIAL_COLUMNS, PRODUCT_COLUMNS
from transire.origin.agreements import agreement

AgreementId = Literal["nafta", "usmca", "cafta_dr"]
BillOrigin = Literal["originating", "non_originating", "unknown", "self_produced"]

ZERO: Final = Decimal(0)


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One good of the product master; value and costs are those of one unit.

    `agreement` and `origin_criterion` are what the producer is ready to certify; a good without them is not
    certified. `promotion_cost` and what follows are the parts of the costs that net cost leaves out.
    """

    product_number: str
    description: str
    tariff_number: str
    country_of_origin: str
    unit: str
    currency: str
    transaction_value: Decimal
    labour_cost: Decimal
    overhead_cost: Decimal
    period_cost: Decimal = ZERO
    other_cost: Decimal = ZERO
    promotion_cost: Decimal = ZERO
    royalty_cost: Decimal = ZERO
    shipping_packing_cost: Decimal = ZERO
    interest_cost: Decimal = ZERO
    agreement: AgreementId | None = None
    origin_criterion: str | None = None
    destination_country: str | None = None
    weight: str | None = None
    international_shipment: str | None = None
    related_sale: str | None = None
    related_party_share: str | None = None
    wholly_obtained: str | None = None
    origin_facts: str | None = None


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One material of one good: quantity and value are those that go into one unit of the good, however deep it lies.

    A self-produced material has no value of its own: its parts name it as what they are `part_of`.
    """

    product_number: str
    material_number: str
    description: str
    tariff_number: str
    origin: BillOrigin
    country_of_origin: str
    quantity: Decimal
    unit: str
    value: Decimal
    currency: str
    supplier: str | None = None
    part_of: str | None = None
    designated: str | None = None
    own_costs: Decimal = ZERO
    use: str | None = None
    weight: str | None = None
    textile_role: str | None = None
    elastomeric: str | None = None
    freight: str | None = None
    duties: str | None = None
    waste: str | None = None
    originating_content: str | None = None
    processing: str | None = None
    assists: str | None = None
    origin_facts: str | None = None
    origin_evidence: str | None = None


class ProductMaster(msgspec.Struct, frozen=True, kw_only=True):
    """Products and the materials that go into them, by product number."""

    products: tuple[Product, ...]
    bills: dict[str, tuple[BillLine, ...]]


def read_products_csv(raw: bytes) -> tuple[Product, ...]:
    """Read a product master; refuse all of it where one row is wrong."""
    problems = Problems("products")
    rows = _product_rows(raw, problems)
    problems.refuse_if_any()
    return tuple(row.content for row in rows)


def read_materials_csv(raw: bytes) -> tuple[BillLine, ...]:
    """Read bills of material; refuse all of them where one row is wrong."""
    problems = Problems("materials")
    rows = _material_rows(raw, problems)
    problems.refuse_if_any()
    return tuple(row.content for row in rows)


def read_product_master(products_csv: bytes, materials_csv: bytes) -> ProductMaster:
    """Read both tables and hold them against each other; the problems of both are told at once."""
    product_problems, material_problems = Problems("products"), Problems("materials")
    products = _product_rows(products_csv, product_problems)
    materials = _material_rows(materials_csv, material_problems)
    if not (product_problems.found or material_problems.found):
        _hold_together(products, materials, product_problems, material_problems)
    found = (*product_problems.found, *material_problems.found)
    if found:
        raise TableRefused(found)
    bills: dict[str, list[BillLine]] = {row.content.product_number: [] for row in products}
    for line in materials:
        bills[line.content.product_number].append(line.content)
    return ProductMaster(
        products=tuple(row.content for row in products),
        bills={number: tuple(lines) for number, lines in bills.items()},
    )


def costed_product(product: Product, bill: Iterable[BillLine]) -> CostedGood:
    """One unit of a product as a cost sheet lists it: what was bought as materials, the rest as costs."""
    lines = tuple(bill)
    own_costs = sum((line.own_costs for line in lines), ZERO)
    return costed_good(
        product_number=product.product_number,
        description=product.description,
        tariff_number=product.tariff_number,
        quantity=Decimal(1),
        unit=product.unit,
        materials=tuple(_costed_material(line) for line in lines if line.origin != "self_produced"),
        costs=Costs(
            product=product.labour_cost + product.overhead_cost + own_costs,
            period=product.period_cost,
            other=product.other_cost,
        ),
        excluded_costs=ExcludedCosts(
            promotion=product.promotion_cost,
            royalties=product.royalty_cost,
            shipping_packing=product.shipping_packing_cost,
            non_allowable_interest=product.interest_cost,
        ),
        transaction_value=product.transaction_value,
    )


def _product_rows(raw: bytes, problems: Problems) -> tuple[Row[Product], ...]:
    rows = read_rows(raw, PRODUCT_COLUMNS, Product, problems)
    find_duplicates(rows, lambda product: product.product_number, "product_number", problems)
    for row in rows:
        _check_criterion(row, problems)
        _check_excluded(row, problems)
    return rows


def _check_criterion(row: Row[Product], problems: Problems) -> None:
    product = row.content
    if product.agreement is None:
        if product.origin_criterion is not None:
            problems.add(row.number, "agreement", _CRITERION_ALONE, product.origin_criterion)
        return
    law = agreement(product.agreement)
    if product.origin_criterion not in law.criteria:
        refused = CellRefused(
            "table-criterion",
            f"{law.short} does not know this origin criterion.",
            f"Write {' or '.join(law.criteria)}, or leave agreement and criterion empty for a good not certified.",
        )
        problems.add(row.number, "origin_criterion", refused, product.origin_criterion)


_CRITERION_ALONE: Final = CellRefused(
    "table-criterion",
    "An origin criterion stands here without its agreement.",
    "Write the agreement, or leave both empty for a good not certified.",
)
_EXCLUDED: Final = CellRefused(
    "table-excluded-costs",
    "The costs that net cost leaves out are more than all costs of the product.",
    "Write only the parts that are contained in labour, overhead, period and other costs.",
)


def _check_excluded(row: Row[Product], problems: Problems) -> None:
    product = costed_product(row.content, ())
    if product.excluded_costs.total > product.costs.total:
        problems.add(row.number, None, _EXCLUDED, str(product.excluded_costs.total))


def _material_rows(raw: bytes, problems: Problems) -> tuple[Row[BillLine], ...]:
    rows = read_rows(raw, MATERIAL_COLUMNS, BillLine, problems)
    find_duplicates(rows, lambda line: (line.product_number, line.material_number), "material_number", problems)
    return rows


_UNKNOWN_PRODUCT: Final = CellRefused(
    "table-unknown-product", "The table of products does not have this product.", "Mend the number or add the product."
)
_OTHER_CURRENCY: Final = CellRefused(
    "table-other-currency",
    "The material is valued in another currency than its product.",
    "Value both in the currency of the product; the rate used is the producer's to document.",
)
_NO_MATERIALS: Final = CellRefused(
    "table-no-materials",
    "No materials are listed for this product, which is certified under a rule about its materials.",
    "Add its bill of material.",
)
# Goods that are wholly obtained may have no materials at all.
_WITHOUT_MATERIALS: Final = frozenset({None, "A", "wholly_obtained"})


def _hold_together(
    products: Iterable[Row[Product]],
    materials: Iterable[Row[BillLine]],
    product_problems: Problems,
    material_problems: Problems,
) -> None:
    known = {row.content.product_number: row.content for row in products}
    hold_bills_together(materials, material_problems)
    for line in materials:
        product = known.get(line.content.product_number)
        if product is None:
            material_problems.add(line.number, "product_number", _UNKNOWN_PRODUCT, line.content.product_number)
        elif product.currency != line.content.currency:
            material_problems.add(line.number, "currency", _OTHER_CURRENCY, line.content.currency)
    used = {line.content.product_number for line in materials}
    for row in products:
        if row.content.product_number not in used and row.content.origin_criterion not in _WITHOUT_MATERIALS:
            product_problems.add(row.number, "product_number", _NO_MATERIALS, row.content.product_number)


def _costed_material(line: BillLine) -> CostedMaterial:
    assert line.origin != "self_produced"  # its parts are listed in its place
    return CostedMaterial(
        material_number=line.material_number,
        description=line.description,
        tariff_number=line.tariff_number,
        origin=line.origin,
        country_of_origin=line.country_of_origin,
        quantity=line.quantity,
        unit=line.unit,
        value=line.value,
        supplier=line.supplier,
    )
