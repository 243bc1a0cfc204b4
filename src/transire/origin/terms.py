"""What an agreement says about determining origin, as data with citation: nothing here is a branch of code.

Criteria, methods of value content and when only one is open, what is added to the value of a material or let out of
it, the tolerance and what it does not cover, sets, transit, goods classified with their parts, remanufactured goods.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from transire.origin.answer import ToleranceBase
from transire.origin.case import AgreementId, FactName, Method
from transire.origin.ranges import Ranges

Treatment = Literal["add", "deduct", "keep"]
ValueBase = Literal["transaction_value", "adjusted_value", "net_cost"]
AdjustmentKind = Literal["freight", "duties", "waste", "originating_content", "processing", "assists"]
Topic = Literal[
    "wholly_obtained",
    "product_rule",
    "originating_materials",
    "alternatives",
    "self_produced",
    "accumulation",
    "indirect",
    "packaging",
    "packing",
    "accessories",
    "total_cost",
    "excluded_costs",
    "material_value",
    "intermediate",
    "unknown_origin",
    "currency",
]


class _Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts share; a member of the file that no part names is a slip."""


class MethodTerm(_Term, frozen=True, kw_only=True):
    """A method, the value it divides by, and the goods it is open to (None: all)."""

    method: Method
    base: ValueBase
    citation: str
    goods: Ranges | None = None


class NetCostOnly(_Term, frozen=True, kw_only=True):
    """Goods whose content is calculated by net cost alone."""

    goods: Ranges
    why: str
    citation: str


class RelatedSale(_Term, frozen=True, kw_only=True):
    """Above this share of sales to related persons a sale to one closes the transaction value method."""

    limit: Decimal
    citation: str


class AdjustmentTerm(_Term, frozen=True, kw_only=True):
    """What happens to a cost beside the price: added where not included, let out where included, or left alone.

    `in_total_cost`: what is let out of the value is let out of total cost as well. `content_only`: it is let out for a
    value content, and stays in the value that a tolerance or a set is measured by.
    """

    originating: Treatment
    non_originating: Treatment
    citation: str
    in_total_cost: bool = False
    content_only: bool = False


class NotTolerated(_Term, frozen=True, kw_only=True):
    """A material that the tolerance by value does not cover; None stands for every code.

    `ask`: where words narrow the codes, whether a fact that is not declared leaves it open (else it is taken as no).
    """

    citation: str
    material: Ranges | None = None
    used_in: Ranges | None = None
    material_words: str = ""
    good_words: str = ""
    same_subheading: bool = False
    ask: bool = True


class SpecialTolerance(_Term, frozen=True, kw_only=True):
    """Another percentage for some goods."""

    goods: Ranges
    percent: Decimal
    citation: str


class TextileTolerance(_Term, frozen=True, kw_only=True):
    """The tolerance by weight: of the whole good, or of the component that determines its classification.

    `fibres_only`: it is for fibres and yarns, and for no other material.
    """

    goods: Ranges
    percent: Decimal
    of: Literal["good", "component"]
    citation: str
    elastomeric: Decimal | None = None
    fibres_only: bool = False


class ToleranceTerm(_Term, frozen=True, kw_only=True):
    """De minimis. `choice`: the first base that the case has, or any of them."""

    percent: Decimal
    bases: tuple[ToleranceBase, ...]
    choice: Literal["first", "any"]
    citation: str
    special: tuple[SpecialTolerance, ...]
    waives_content: str | None
    excluded: tuple[NotTolerated, ...]
    textile: tuple[TextileTolerance, ...]


class ComponentTerm(_Term, frozen=True, kw_only=True):
    """Goods whose rule applies only to the component that determines their classification."""

    goods: Ranges
    citation: str


class SetTerm(_Term, frozen=True, kw_only=True):
    """Goods put up in sets: how much of the set's value may be of goods that do not originate."""

    percent: Decimal
    textile_percent: Decimal
    base: Literal["transaction_value", "adjusted_value"]
    citation: str


class FurtherProduction(_Term, frozen=True, kw_only=True):
    """Goods that may be worked on outside the territory as long as their number stays where it is."""

    goods: Ranges
    change_to: Literal["any_other_subheading", "subheading_outside_group"]
    citation: str


class TransitTerm(_Term, frozen=True, kw_only=True):
    """What may be done to a good outside the territory, under customs control."""

    allowed: frozenset[str]
    citation: str
    further_production: tuple[FurtherProduction, ...]


class PartsTerm(_Term, frozen=True, kw_only=True):
    """Unassembled goods and goods classified with their parts: the content that stands for the change."""

    percent: dict[Method, Decimal]
    not_of: Ranges
    unassembled: str
    classified_together: str


class RemanufacturedTerm(_Term, frozen=True, kw_only=True, rename={"apart": "except"}):
    """Which goods can be remanufactured goods, whose recovered materials originate."""

    goods: Ranges
    apart: Ranges
    citation: str


class FormedHere(_Term, frozen=True, kw_only=True):
    """Thread, elastics and pocket bags that must be formed and finished in the territory, from a day on.

    `component` limits it to goods whose determining component is of these codes, `other_component` to all others.
    """

    goods: Ranges
    use: Literal["sewing_thread", "narrow_elastic", "pocket_bag"]
    start: date
    citation: str
    materials: Ranges | None = None
    apart: Ranges = ()
    component: Ranges | None = None
    other_component: Ranges | None = None


class ElastomericTerm(_Term, frozen=True, kw_only=True):
    """Goods whose elastomeric yarns must be formed in the territory, whatever else they meet."""

    goods: Ranges
    whole_good: Ranges
    """Of these all fibres count; of the others those of the component that determines the classification."""
    citation: str


class ListedTerm(_Term, frozen=True, kw_only=True):
    """Goods that originate where they are imported from the territory of a party, whatever went into them."""

    goods: Ranges
    citation: str
    words: str = ""


class ProcessTerm(_Term, frozen=True, kw_only=True):
    """A process of the chemical industry that makes a good of these codes originate, where it is declared."""

    goods: Ranges
    apart: Ranges
    fact: FactName
    citation: str


class Terms(_Term, frozen=True, kw_only=True):
    """One agreement's terms."""

    agreement: AgreementId
    territory: str
    criteria: dict[Literal["wholly_obtained", "product_rule", "originating_materials", "parts", "listed"], str]
    citations: dict[Topic, str]
    methods: tuple[MethodTerm, ...]
    net_cost_only: tuple[NetCostOnly, ...]
    related_sale: RelatedSale | None
    accumulation_by: Literal["net_cost", "either"]
    accumulation_forces_net_cost: str | None
    intermediate_by_net_cost: str | None
    adjustments: dict[AdjustmentKind, AdjustmentTerm]
    tolerance: ToleranceTerm
    component_decides: tuple[ComponentTerm, ...]
    sets: SetTerm | None
    transit: TransitTerm
    parts: PartsTerm | None
    remanufactured: RemanufacturedTerm | None
    formed_here: tuple[FormedHere, ...]
    processes: tuple[ProcessTerm, ...]
    light_duty_tracing: str | None = None
    parts_by_net_cost: str | None = None
    """Where it stands that parts for motor vehicles have their content by net cost alone."""
    elastomeric: ElastomericTerm | None = None
    listed: tuple[ListedTerm, ...] = ()


class _File(msgspec.Struct, frozen=True):
    agreements: tuple[Terms, ...]


@cache
def terms_of(agreement_id: AgreementId) -> Terms:
    """The terms of an agreement.

    >>> terms_of("nafta").tolerance.percent
    Decimal('7')
    """
    raw = (files("transire.origin") / "data" / "terms.json").read_bytes()
    listed = msgspec.json.decode(raw, type=_File).agreements
    return next(terms for terms in listed if terms.agreement == agreement_id)
