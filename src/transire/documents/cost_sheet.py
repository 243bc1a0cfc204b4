"""Cost sheets: the bill of material and the costs behind certified goods, which customs alone is shown.

The words are those of the origin case: `origin` of a material, product, period and other costs, and the parts
contained in them that net cost leaves out (19 USC 4531(d)(3)).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from transire.documents.parties import Party, Period
from transire.documents.wire import make_subject, read_document

SCHEMA_ID = "cost-sheet/1"

MaterialOrigin = Literal["originating", "non_originating", "unknown"]


class CostedMaterial(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One material of a good; quantity and value are those that go into the quantity of the good."""

    material_number: str
    description: str
    tariff_number: str
    origin: MaterialOrigin
    quantity: Decimal
    unit: str
    value: Decimal
    country_of_origin: str | None = None
    supplier: str | None = None


class Costs(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"product": "productCosts", "period": "periodCosts", "other": "otherCosts"},
):
    """The producer's own costs beside the materials: product costs (labour, overhead), period costs, other costs."""

    product: Decimal
    period: Decimal
    other: Decimal

    @property
    def total(self) -> Decimal:
        return self.product + self.period + self.other


class ExcludedCosts(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The parts contained in the costs that net cost leaves out."""

    promotion: Decimal = Decimal(0)
    royalties: Decimal = Decimal(0)
    shipping_packing: Decimal = Decimal(0)
    non_allowable_interest: Decimal = Decimal(0)
    unspecified: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.promotion + self.royalties + self.shipping_packing + self.non_allowable_interest + self.unspecified


class CostedGood(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One good with its materials and costs, all for `quantity` of it."""

    product_number: str
    description: str
    tariff_number: str
    quantity: Decimal
    unit: str
    materials: tuple[CostedMaterial, ...] = msgspec.field()
    costs: Costs
    net_cost: Decimal
    transaction_value: Decimal | None = None
    excluded_costs: ExcludedCosts = ExcludedCosts()

    @property
    def value_of_materials(self) -> Decimal:
        return sum((material.value for material in self.materials), Decimal(0))

    @property
    def value_non_originating(self) -> Decimal:
        """Materials of unknown origin count as non-originating."""
        return sum((material.value for material in self.materials if material.origin != "originating"), Decimal(0))

    @property
    def total_cost(self) -> Decimal:
        return self.value_of_materials + self.costs.total


class CostSheet(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The costs of a producer's certified goods, in one currency."""

    producer: Party
    currency: str
    goods: tuple[CostedGood, ...]
    period: Period | None = None
    certification: str | None = None


def costed_good(
    *,
    product_number: str,
    description: str,
    tariff_number: str,
    quantity: Decimal,
    unit: str,
    materials: tuple[CostedMaterial, ...],
    costs: Costs,
    excluded_costs: ExcludedCosts,
    transaction_value: Decimal | None,
) -> CostedGood:
    """A costed good whose net cost is worked out: total cost less the costs that are left out."""
    total = sum((material.value for material in materials), Decimal(0)) + costs.total
    return CostedGood(
        product_number=product_number,
        description=description,
        tariff_number=tariff_number,
        quantity=quantity,
        unit=unit,
        materials=materials,
        costs=costs,
        excluded_costs=excluded_costs,
        net_cost=total - excluded_costs.total,
        transaction_value=transaction_value,
    )


def read_cost_sheet(document: Mapping[str, Any]) -> CostSheet:
    """Read a credential that must be a cost sheet, checking all of it first."""
    return read_document(SCHEMA_ID, document, CostSheet)


def cost_sheet_subject(sheet: CostSheet) -> dict[str, Any]:
    """The credential subject of a cost sheet, checked against its schema."""
    return make_subject(SCHEMA_ID, sheet)
