"""The origin case: what a person, a file or another system asks the engine, in types.

The names are those of the interface (docs/reference/origin-case.md). Amounts, quantities and shares are decimal
strings; `*_share` members are fractions, value contents and rates per cent. Unknown members are refused. Costs and
material values are of one scope: the whole of `good.quantity`, or one unit where it is absent.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec


def _said(pattern: str, description: str) -> msgspec.Meta:
    """A pattern for the JSON Schema. The decoder does not run it: a million cases hold sixty million such texts, and
    whoever reads one (`transire.origin.check`) has to look at each anyway."""
    return msgspec.Meta(description=description, extra_json_schema={"pattern": pattern})


Amount = Annotated[str, _said(r"^[0-9]{1,24}(\.[0-9]{1,18})?$", "a decimal string")]
Share = Annotated[str, _said(r"^(0(\.[0-9]{1,18})?|1(\.0{1,18})?)$", "a fraction, 0 to 1")]
Country = Annotated[str, _said(r"^[A-Z]{2}$", "ISO 3166 alpha-2")]
Currency = Annotated[str, _said(r"^[A-Z]{3}$", "ISO 4217")]
Code = Annotated[str, _said(r"^[0-9]{2}(\.?[0-9]{2}){0,4}$", "a tariff code, with or without dots")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]

AgreementId = Literal["nafta", "usmca", "cafta_dr"]
Method = Literal["transaction_value", "net_cost", "build_up", "build_down"]
Origin = Literal["originating", "non_originating", "unknown"]
Use = Literal["material", "indirect", "packing_retail", "packing_shipping", "accessory", "set_component", "recovered"]
Role = Literal["determining", "visible_lining", "pocket_bag", "sewing_thread", "narrow_elastic", "trim"]
FactName = Literal[
    "cut_and_sewn",
    "simple_assembly",
    "gri_2a",
    "remanufactured",
    "chemical_reaction",
    "purification",
    "mixture",
    "particle_size",
    "isomer_separation",
    "biotechnology",
    "standard_material",
    "process",
    "principal_use",
    "parts_of_the_good",
    "description",
    "as_stated",
]


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of a case share: frozen, and closed to members that it does not name."""


class Description(Asked, frozen=True, kw_only=True):
    """Whether the good or the material is what these words of a rule name."""

    words: Words
    match: bool


class Fact(Asked, frozen=True, kw_only=True):
    """A declared fact that a rule asks for. Boolean, but for `process`, `principal_use` (text) and `description`."""

    fact: FactName
    value: bool | str | Description
    text: Words | None = None
    """The words of the rule that an `as_stated` fact answers."""
    evidence: Any = None


class RuleText(Asked, frozen=True, kw_only=True):
    """A rule in the treaties' language in place of the catalogue's; the notes of section and chapter still apply."""

    text: Words
    notes: bool = True


class Adjustment(Asked, frozen=True, kw_only=True):
    """A cost beside the price of a material: contained in its value, or still to be added."""

    amount: Amount
    included: bool


class Adjustments(Asked, frozen=True, kw_only=True):
    """What an agreement adds to a material's value or lets out of it; a bare amount is included, but for assists."""

    freight: Adjustment | Amount | None = None
    duties: Adjustment | Amount | None = None
    waste: Adjustment | Amount | None = None
    originating_content: Adjustment | Amount | None = None
    processing: Adjustment | Amount | None = None
    assists: Adjustment | Amount | None = None


class Excluded(Asked, frozen=True, kw_only=True):
    """The parts contained in product, period and other costs that net cost leaves out."""

    promotion: Amount = "0"
    royalties: Amount = "0"
    shipping_packing: Amount = "0"
    non_allowable_interest: Amount = "0"
    unspecified: Amount = "0"


NOTHING_EXCLUDED = Excluded()


class Exchange(Asked, frozen=True, kw_only=True):
    """Gains and losses of currency conversion that relate to the production of the good."""

    gain: Amount = "0"
    loss: Amount = "0"


NOTHING_EXCHANGED = Exchange()


class Costs(Asked, frozen=True, kw_only=True):
    """The producer's costs beside the materials: product (labour, overhead), period and other costs."""

    product: Amount = "0"
    period: Amount = "0"
    other: Amount = "0"
    excluded: Excluded = NOTHING_EXCLUDED
    currency: Exchange = NOTHING_EXCHANGED


class Textile(Asked, frozen=True, kw_only=True):
    """What a textile material is in the good."""

    role: Role | None = None
    elastomeric: bool = False
    fibre: bool | Name | None = None


class SelfProduced(Asked, frozen=True, kw_only=True):
    """A material that the producer of the good makes: from what, at which costs, designated as intermediate or not."""

    materials: tuple[Material, ...]
    designated: bool = False
    costs: Costs | None = None
    rule: RuleText | None = None


class Material(Asked, frozen=True, kw_only=True):
    """One material of the good; `value` is that of its whole quantity."""

    id: Name
    tariff: Code
    description: str | None = None
    quantity: Amount | None = None
    unit: Name | None = None
    weight: Amount | None = None
    value: Amount | None = None
    currency: Currency | None = None
    country: Country | None = None
    origin: Origin | None = None
    use: Use = "material"
    textile: Textile | None = None
    facts: tuple[Fact, ...] = ()
    adjustments: Adjustments | None = None
    self_produced: SelfProduced | None = None


class Value(Asked, frozen=True, kw_only=True):
    """What the good is sold for; `international_shipment` is contained in `transaction`."""

    transaction: Amount | None = None
    currency: Currency | None = None
    international_shipment: Amount | None = None
    adjusted: Amount | None = None
    related_sale: bool | None = None


class Good(Asked, frozen=True, kw_only=True):
    """The good whose origin is asked for."""

    tariff: Code
    id: Name | None = None
    description: str | None = None
    quantity: Amount | None = None
    unit: Name | None = None
    weight: Amount | None = None
    value: Value | None = None
    wholly_obtained: bool | None = None
    produced_in: tuple[Country, ...] | None = None
    set: Literal["gri3", "named"] | None = None
    facts: tuple[Fact, ...] = ()


class StatedInput(Asked, frozen=True, kw_only=True):
    """A material that went into an accumulated material."""

    tariff: Code
    origin: Origin
    value: Amount | None = None
    id: Name | None = None
    weight: Amount | None = None


class States(Asked, frozen=True, kw_only=True):
    """What the producer of a material states about it, for accumulation."""

    net_cost: Amount | None = None
    value_non_originating: Amount | None = None
    value_originating: Amount | None = None
    other_product_costs: Amount | None = None
    materials: tuple[StatedInput, ...] | None = None
    country: Country | None = None
    designated_inside: bool = False


class Accumulated(Asked, frozen=True, kw_only=True):
    """A statement of another producer about one material of the bill."""

    material: Name
    states: States


class Movement(Asked, frozen=True, kw_only=True):
    """What happened to the good after production, and where; `tariff` is its code afterwards where that matters."""

    country: Country
    operation: Name
    customs_control: bool | None = None
    tariff: Code | None = None


class Case(Asked, frozen=True, kw_only=True):
    """One question to the origin engine."""

    agreement: AgreementId
    import_date: date
    good: Good
    case: str | None = None
    exporter_country: Country | None = None
    importer_country: Country | None = None
    rule: RuleText | None = None
    method: Method | None = None
    materials: tuple[Material, ...] = ()
    costs: Costs | None = None
    accumulation: tuple[Accumulated, ...] = ()
    related_party_share: Share | None = None
    movement: tuple[Movement, ...] = ()
