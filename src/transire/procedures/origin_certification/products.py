"""The product master on the desk: between the tables of an ERP and the goods of certifications and cost sheets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk import products as desk
from transire.desk.person import Person
from transire.documents.codes import decimal_text
from transire.documents.cost_sheet import CostSheet
from transire.documents.parties import Party, Period
from transire.documents.product import BillLine, Product, ProductMaster, costed_product
from transire.procedures.origin_certification.errors import ProductNotCertifiable

COST_FIELDS = (
    "transaction_value",
    "labour_cost",
    "overhead_cost",
    "period_cost",
    "other_cost",
    "promotion_cost",
    "royalty_cost",
    "shipping_packing_cost",
    "interest_cost",
)


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did: product numbers by what became of them, and how many materials they have together."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    materials: int


def put_master(tx: sa.Connection, person: Person, master: ProductMaster, now: Any) -> ImportReport:
    """Keep a product master that was read whole; products that it does not name stay as they are."""
    became: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
    for product in master.products:
        bill = master.bills[product.product_number]
        became[desk.put_product(tx, person, _on_desk(product, bill), now=now)].append(product.product_number)
    return ImportReport(
        added=tuple(became["added"]),
        changed=tuple(became["changed"]),
        unchanged=tuple(became["unchanged"]),
        materials=sum(len(bill) for bill in master.bills.values()),
    )


def criterion_of(product: desk.Product, agreement_id: str) -> str:
    """The criterion by which the product originates, as its producer says; refused where it does not."""
    said: dict[str, str] = product.agreements.get(agreement_id, {})
    if "criterion" not in said:
        expected = f"a criterion under {agreement_id}"
        raise ProductNotCertifiable(
            got=", ".join(product.agreements) or "no agreement", expected=expected, where=product.number
        )
    return said["criterion"]


def cost_sheet_of(
    products: Sequence[desk.Product], producer: Party, period: Period | None, certification: str
) -> CostSheet | None:
    """The costs behind certified goods; None where the product master holds no costs."""
    priced = [product for product in products if "transaction_value" in product.facts]
    if not priced:
        return None
    return CostSheet(
        producer=producer,
        currency=str(priced[0].facts["currency"]),
        period=period,
        certification=certification,
        goods=tuple(costed_product(*_in_document(product)) for product in priced),
    )


ORIGIN_FACTS = (
    "destination_country",
    "weight",
    "international_shipment",
    "related_sale",
    "related_party_share",
    "wholly_obtained",
    "origin_facts",
)
MATERIAL_FACTS = (
    "part_of",
    "designated",
    "use",
    "weight",
    "textile_role",
    "elastomeric",
    "freight",
    "duties",
    "waste",
    "originating_content",
    "processing",
    "assists",
    "origin_facts",
    "origin_evidence",
)
"""Columns that only the origin engine reads, kept as the table says them; an empty cell is not kept."""


def _said(row: Product | BillLine, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}


def _on_desk(product: Product, bill: Sequence[BillLine]) -> desk.Product:
    costs = {name: decimal_text(getattr(product, name)) for name in COST_FIELDS}
    agreements: dict[str, Any] = (
        {product.agreement: {"criterion": product.origin_criterion}} if product.agreement else {}
    )
    return desk.Product(
        number=product.product_number,
        description=product.description,
        tariff_code=product.tariff_number,
        unit=product.unit,
        origin_country=product.country_of_origin,
        agreements=agreements,
        facts={"currency": product.currency, **costs, **_said(product, ORIGIN_FACTS)},
        materials=tuple(_material_on_desk(line) for line in bill),
    )


def _material_on_desk(line: BillLine) -> desk.Material:
    return desk.Material(
        number=line.material_number,
        description=line.description,
        tariff_code=line.tariff_number,
        origin_country=line.country_of_origin,
        originating=line.origin,
        quantity=decimal_text(line.quantity),
        unit=line.unit,
        value=decimal_text(line.value),
        currency=line.currency,
        supplier=line.supplier or "",
        facts=_said(line, MATERIAL_FACTS) | ({"own_costs": decimal_text(line.own_costs)} if line.own_costs else {}),
    )


def _in_document(product: desk.Product) -> tuple[Product, tuple[BillLine, ...]]:
    costs: dict[str, Any] = {name: Decimal(product.facts[name]) for name in COST_FIELDS}
    back = Product(
        product_number=product.number,
        description=product.description,
        tariff_number=product.tariff_code,
        country_of_origin=product.origin_country,
        unit=product.unit,
        currency=str(product.facts["currency"]),
        **costs,
    )
    return back, tuple(_bill_line(product, material) for material in product.materials)


def _bill_line(product: desk.Product, material: desk.Material) -> BillLine:
    return BillLine(
        product_number=product.number,
        material_number=material.number,
        description=material.description,
        tariff_number=material.tariff_code,
        origin=material.originating,
        country_of_origin=material.origin_country,
        quantity=Decimal(material.quantity),
        unit=material.unit,
        value=Decimal(material.value),
        currency=material.currency,
        supplier=material.supplier or None,
        own_costs=Decimal(material.facts.get("own_costs", "0")),
    )
