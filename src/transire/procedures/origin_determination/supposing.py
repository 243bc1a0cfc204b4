"""What if: another supplier, price or rate of exchange, asked of the engine and compared. Nothing is kept.

A rate of exchange is said as by how much materials of a country become dearer, in per cent: the bill of a product is in
one currency, and what a supplier's currency does to it is a change of its prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from transire.origin.case import Case, Material, Origin, Value
from transire.origin.reading import amount_at
from transire.procedures.origin_determination.errors import MaterialUnknown

HUNDRED = Decimal(100)


class MaterialChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What would be different of one material; what is None stays."""

    material: str
    value: str | None = None
    origin: Origin | None = None
    tariff: str | None = None
    country: str | None = None


class Supposed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What would be different. `dearer`: by how many per cent the materials of a country cost more (less: below 0)."""

    transaction_value: str | None = None
    materials: tuple[MaterialChange, ...] = ()
    dearer: dict[str, str] = {}

    @property
    def is_nothing(self) -> bool:
        return self == Supposed()


def suppose(case: Case, supposed: Supposed) -> Case:
    """The case with these changes; a material that the bill does not have is refused."""
    changes = {change.material: change for change in supposed.materials}
    unknown = changes.keys() - {material.id for material in every_material(case.materials)}
    if unknown:
        raise MaterialUnknown(got=", ".join(sorted(unknown)))
    rates = {country: _rate(country, percent) for country, percent in supposed.dearer.items()}
    materials = _each(case.materials, lambda material: _changed(material, changes, rates))
    good = case.good
    if supposed.transaction_value is not None:
        amount_at(supposed.transaction_value, "/transaction_value")
        value = msgspec.structs.replace(good.value or Value(), transaction=supposed.transaction_value)
        good = msgspec.structs.replace(good, value=value)
    return msgspec.structs.replace(case, good=good, materials=materials)


def every_material(materials: tuple[Material, ...]) -> tuple[Material, ...]:
    """All materials of a bill, those of self-produced ones behind their whole."""
    found: list[Material] = []
    for material in materials:
        found.append(material)
        if material.self_produced is not None:
            found.extend(every_material(material.self_produced.materials))
    return tuple(found)


def _rate(country: str, percent: str) -> Decimal:
    """What a price is multiplied by; a currency cannot lose more than all of its value."""
    fallen = percent.startswith("-")
    change = amount_at(percent.removeprefix("-").removeprefix("+"), f"/dearer/{country}")
    return max(Decimal(0), 1 + (-change if fallen else change) / HUNDRED)


def _each(materials: tuple[Material, ...], change: Callable[[Material], Material]) -> tuple[Material, ...]:
    changed = []
    for material in materials:
        made = material.self_produced
        if made is not None:
            made = msgspec.structs.replace(made, materials=_each(made.materials, change))
            material = msgspec.structs.replace(material, self_produced=made)
        changed.append(change(material))
    return tuple(changed)


def _changed(material: Material, changes: Mapping[str, MaterialChange], rates: Mapping[str, Decimal]) -> Material:
    change = changes.get(material.id)
    if change is not None:
        names = ("value", "origin", "tariff", "country")
        said = {name: getattr(change, name) for name in names if getattr(change, name) is not None}
        material = msgspec.structs.replace(material, **said)
    rate = rates.get(material.country or "")
    stated = change is not None and change.value is not None  # a price that was typed is the price
    if rate is None or material.value is None or stated:
        return material
    value = format(amount_at(material.value, f"/materials/{material.id}/value") * rate, "f")
    return msgspec.structs.replace(material, value=value)
