"""What a case says beside what is computed with: countries, quantities, weights. None of it may be wrong in silence."""

from __future__ import annotations

from collections.abc import Sequence

from transire.origin.amounts import plain_amount
from transire.origin.case import Case, Material
from transire.origin.reading import amount_at, check_country, is_country


def check_details(case: Case) -> None:
    """Refuse countries and amounts that are not written as such, wherever they stand and whether they matter or not."""
    check_country(case.exporter_country, "/exporter_country")
    check_country(case.importer_country, "/importer_country")
    for at, country in enumerate(case.good.produced_in or ()):
        check_country(country, f"/good/produced_in/{at}")
    for at, movement in enumerate(case.movement):
        check_country(movement.country, f"/movement/{at}/country")
    for at, accumulated in enumerate(case.accumulation):
        check_country(accumulated.states.country, f"/accumulation/{at}/states/country")
    _check_amount(case.good.quantity, "/good/quantity")
    _check_amount(case.good.weight, "/good/weight")
    _check_materials(case.materials, "")


def _check_materials(materials: Sequence[Material], where: str) -> None:
    for at, material in enumerate(materials):
        if not is_plainly_described(material):
            place = f"{where}/materials/{at}"
            check_country(material.country, f"{place}/country")
            _check_amount(material.quantity, f"{place}/quantity")
            _check_amount(material.weight, f"{place}/weight")
        if material.self_produced is not None:
            _check_materials(material.self_produced.materials, f"{where}/materials/{at}/self_produced")


def is_plainly_described(material: Material) -> bool:
    """Whether country, quantity and weight of a material are either not stated or plain."""
    if material.country is not None and not is_country(material.country):
        return False
    if material.quantity is not None and plain_amount(material.quantity) is None:
        return False
    return material.weight is None or plain_amount(material.weight) is not None


def _check_amount(text: str | None, where: str) -> None:
    if text is not None:
        amount_at(text, where)
