"""A product that comes as an origin case: what the desk keeps of it, and the case whole."""

from __future__ import annotations

import msgspec

from transire.desk.products import Material, Product
from transire.origin.case import Case
from transire.origin.case import Material as CaseMaterial
from transire.procedures.origin_determination.cases import ORIGIN_CASE
from transire.procedures.origin_determination.errors import CaseWithoutNumber
from transire.procedures.origin_determination.supposing import every_material
from transire.tariff.number import parse_tariff_number


def product_of(case: Case) -> Product:
    """The product that a case is about; lists and pages read its own fields, the engine is asked the case itself."""
    good = case.good
    if good.id is None or not good.description:
        raise CaseWithoutNumber(got=good.id or "nothing", expected="good.id and good.description")
    country = (good.produced_in or ("",))[0] or case.exporter_country or ""
    return Product(
        number=good.id,
        description=good.description,
        tariff_code=parse_tariff_number(good.tariff).dotted,
        unit=good.unit or "EA",
        origin_country=country,
        facts={ORIGIN_CASE: msgspec.json.decode(msgspec.json.encode(case))},
        materials=tuple(_on_desk(material, case) for material in every_material(case.materials)),
    )


def _on_desk(material: CaseMaterial, case: Case) -> Material:
    currency = case.good.value.currency if case.good.value is not None else None
    return Material(
        number=material.id,
        description=material.description or material.id,
        tariff_code=parse_tariff_number(material.tariff).dotted,
        origin_country=material.country or "",
        originating="self_produced" if material.self_produced is not None else material.origin or "unknown",
        quantity=material.quantity or "",
        unit=material.unit or "",
        value=material.value or "",
        currency=material.currency or currency or "",
    )
