"""From a product on the desk to the question that the origin engine is asked.

The tables of an ERP say each value for one unit of the good; so the case has no quantity of the good, and one unit is
its scope. A product that was brought in as an origin case is asked as its producer wrote it. Pure but for the desk's
types; what the case does not say, the engine does not guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from transire.desk.products import Material, Product
from transire.documents.csv_cells import facts_of
from transire.documents.determination import Input
from transire.origin.agreements import Agreement, agreements
from transire.origin.case import Case
from transire.origin.reading import read_case

ORIGIN_CASE: Final = "origin_case"
"""The fact of a desk product that holds the case as it was brought in."""

HOME: Final = "US"
"""The agreements are those of the United States' tariff; an import into another party says so."""

ADJUSTMENTS: Final = ("freight", "duties", "waste", "originating_content", "processing", "assists")
_EXCLUDED: Final = {
    "promotion": "promotion_cost",
    "royalties": "royalty_cost",
    "shipping_packing": "shipping_packing_cost",
    "non_allowable_interest": "interest_cost",
}
_COSTS: Final = ("labour_cost", "overhead_cost", "period_cost", "other_cost")


def agreements_of(product: Product, on: date) -> tuple[Agreement, ...]:
    """The agreements under which the product could be claimed when imported on that day."""
    return tuple(law for law in agreements().values() if law.is_party(product.origin_country, on))


def case_of(product: Product, agreement_id: str, on: date) -> Case:
    """The case of a product under an agreement; refused in the engine's own words where a cell is no case."""
    brought_in = product.facts.get(ORIGIN_CASE)
    wire = _of_table(product) if brought_in is None else _brought_in(brought_in, agreement_id)
    wire |= {"case": product.number, "agreement": agreement_id, "import_date": on.isoformat()}
    return read_case(msgspec.json.encode(wire))


def inputs_of(product: Product, case: Case) -> tuple[Input, ...]:
    """Where the facts of a case came from: the master that was imported, the line of the bill, the supplier's paper."""
    master = f"product master, {product.number}, version {product.version}"
    found = [
        Input(place="/agreement", comes_from="asked for"),
        Input(place="/import_date", comes_from="the day of importation that was asked for"),
        Input(place="/good", comes_from=master),
    ]
    if case.importer_country is not None and not product.facts.get("destination_country"):
        found.append(Input(place="/importer_country", comes_from="the country of the agreement's tariff data"))
    if case.costs is not None:
        found.append(Input(place="/costs", comes_from=master))
    if ORIGIN_CASE in product.facts:
        return (*found, Input(place="/materials", comes_from=f"origin case of {product.number}, as brought in"))
    by_number = {material.number: (line, material) for line, material in enumerate(product.materials, start=1)}
    for place, number in _places(case.materials, "/materials"):
        line, material = by_number[number]
        bought_from = f", supplier {material.supplier}" if material.supplier else ""
        evidence = str(material.facts.get("origin_evidence", ""))
        stated = f", shown by {evidence}" if evidence else ""
        said = f"bill of material, line {line}{bought_from}{stated}"[:250]
        found.append(Input(place=place, comes_from=said, document=evidence if _is_identifier(evidence) else None))
    return tuple(found)


def _is_identifier(text: str) -> bool:
    return len(text) == 43 and all(letter.isalnum() or letter in "-_" for letter in text)


def _places(materials: Iterable[Any], base: str) -> Iterable[tuple[str, str]]:
    for at, material in enumerate(materials):
        yield f"{base}/{at}", material.id
        if material.self_produced is not None:
            yield from _places(material.self_produced.materials, f"{base}/{at}/self_produced/materials")


def _brought_in(case: Mapping[str, Any], agreement_id: str) -> dict[str, Any]:
    """The case as its producer wrote it; method and rule belong to the agreement that it was written for."""
    of_agreement = () if case.get("agreement") == agreement_id else ("method", "rule")
    return {name: value for name, value in case.items() if name not in of_agreement}


def _of_table(product: Product) -> dict[str, Any]:
    facts = product.facts
    value = _without_empty(
        {
            "transaction": facts.get("transaction_value"),
            "currency": facts.get("currency"),
            "international_shipment": facts.get("international_shipment"),
            "related_sale": _truth(facts.get("related_sale")),
        }
    )
    good = {
        "id": product.number,
        "description": product.description,
        "tariff": product.tariff_code,
        "unit": product.unit,
        "weight": facts.get("weight"),
        "value": value or None,
        "wholly_obtained": _truth(facts.get("wholly_obtained")),
        "produced_in": [product.origin_country] if product.origin_country else None,
        "facts": _facts(facts.get("origin_facts")),
    }
    return _without_empty(
        {
            "exporter_country": product.origin_country or None,
            "importer_country": facts.get("destination_country") or (HOME if product.origin_country != HOME else None),
            "good": _without_empty(good),
            "materials": _materials(product.materials, None),
            "costs": _costs(facts),
            "related_party_share": facts.get("related_party_share"),
        }
    )


def _costs(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """The producer's costs; None where the master holds none, which is not the same as none arising."""
    if not all(name in facts for name in _COSTS):
        return None
    return {
        "product": _sum(facts, ("labour_cost", "overhead_cost")),
        "period": str(facts["period_cost"]),
        "other": str(facts["other_cost"]),
        "excluded": {name: str(facts.get(column, "0")) for name, column in _EXCLUDED.items()},
    }


def _sum(facts: Mapping[str, Any], names: Sequence[str]) -> str:
    return format(sum((Decimal(str(facts[name])) for name in names), Decimal(0)), "f")


def _materials(lines: Sequence[Material], whole: str | None) -> list[dict[str, Any]]:
    """The materials that go into the good itself, or into one self-produced material."""
    return [_material(line, lines) for line in lines if (line.facts.get("part_of") or None) == whole]


def _material(line: Material, lines: Sequence[Material]) -> dict[str, Any]:
    facts = line.facts
    adjustments = _without_empty({name: facts.get(name) for name in ADJUSTMENTS})
    textile = _without_empty({"role": facts.get("textile_role"), "elastomeric": _truth(facts.get("elastomeric"))})
    material = {
        "id": line.number,
        "description": line.description,
        "tariff": line.tariff_code,
        "quantity": line.quantity or None,
        "unit": line.unit or None,
        "weight": facts.get("weight"),
        "country": line.origin_country or None,
        "use": facts.get("use"),
        "textile": textile or None,
        "facts": _facts(facts.get("origin_facts")),
        "adjustments": adjustments or None,
    }
    if line.originating == "self_produced":
        material["self_produced"] = {
            "designated": _truth(facts.get("designated")) or False,
            "materials": _materials(lines, line.number),
            "costs": {"product": str(facts.get("own_costs") or "0")},
        }
    else:
        material |= {
            "origin": line.originating,
            "value": line.value or None,
            "currency": (line.currency or None) if line.value else None,
        }
    return _without_empty(material)


def _facts(cell: Any) -> list[dict[str, Any]] | None:
    found = facts_of(str(cell)) if cell else []
    return [{"fact": name, "value": value == "yes"} for name, value in found] or None


def _truth(cell: Any) -> bool | None:
    return None if not cell else cell == "yes"


def _without_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
