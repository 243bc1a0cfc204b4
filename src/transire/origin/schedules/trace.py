"""Tracing of imported materials into light-duty vehicles (NAFTA Regulations s.9).

The value of non-originating materials of a light-duty vehicle is the sum of its traced materials: those that were
imported from outside the territories under a tariff provision of Schedule IV, at whatever level they went in. What a
traced material counts for depends on who imported it, where title was taken, and what the supplier's statement says.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec

from transire.origin.amounts import shown
from transire.origin.automotive import automotive
from transire.origin.case import Amount, Asked, Code
from transire.origin.code import digits_of
from transire.origin.errors import FigureMissing, PartExceedsWhole
from transire.origin.reading import amount_at, percent_at

Title = Literal["before_receipt", "at_supplier", "in_transit"]
Statement = Literal["none", "customs_value", "purchase_value", "originating"]


class TracedMaterial(Asked, frozen=True, kw_only=True):
    """What is known of the imported material, and of what holds it now.

    `freight` is all of it, and contains `inland_freight_after_receipt`: the part after the first place at which the
    material was received in the territory. `inland_freight_before_title` is the part of the latter up to the place
    where title was taken. `sold_for` is what the vehicle producer pays, for the material or for what holds it.
    """

    customs_value: Amount | None = None
    freight: Amount = "0"
    inland_freight_after_receipt: Amount = "0"
    inland_freight_before_title: Amount | None = None
    duties: Amount = "0"
    sold_for: Amount | None = None
    delivery: Amount = "0"
    title_taken: Title = "before_receipt"
    imported_by: Literal["producer", "other"] = "other"


class Traced(Asked, frozen=True, kw_only=True):
    """A traced material, its tariff provision when it was imported, and the statement that the producer holds."""

    material: TracedMaterial
    tariff: Code
    statement: Statement = "none"
    statement_value: Amount | None = None
    regional_value_content: Amount | None = None
    required_value_content: Amount | None = None


class TracedValue(msgspec.Struct, frozen=True):
    """The value that counts as non-originating in the vehicle, and why."""

    value_traced: str
    citation: str
    reasons: tuple[str, ...]


def trace(asked: Traced) -> TracedValue:
    """The value that a material imported from outside the territories has in a light-duty vehicle.

    Example 9 to s.9: a hose of customs value 3 with duties of 1, bought for 5, in an assembly sold for 10.

    >>> hose = TracedMaterial(customs_value="3", duties="1", sold_for="10", delivery="2")
    >>> trace(Traced(material=hose, tariff="40.09", statement="customs_value")).value_traced
    '4'
    >>> trace(Traced(material=hose, tariff="40.09", statement="originating", regional_value_content="55")).value_traced
    '4.5'
    """
    digits = digits_of(asked.tariff, "/tariff")
    listed = automotive().is_traced(digits)
    if listed is None:
        expected = "a tariff item of eight digits: Schedule IV lists only some items of this number"
        raise FigureMissing(got=asked.tariff, expected=expected, where="/tariff")
    if not listed:
        reason = f"{asked.tariff} is not listed in Schedule IV: the value stays in net cost and is not traced."
        return TracedValue("0", "s.9(9)(b)", (reason,))
    if asked.material.imported_by == "producer":
        return _at_importation(asked, {"before_receipt": "s.9(2)(a)"}, "s.9(2)(b)")
    if asked.statement == "customs_value":
        return _at_importation(asked, {"before_receipt": "s.9(2)(c)"}, "s.9(2)(d)")
    if asked.statement == "purchase_value":
        value = _needed(asked.statement_value, "statement_value", "/statement_value")
        reasons = ["The statement gives the value of the material in an earlier sale."]
        if Fraction(amount_at(asked.material.delivery, "/material/delivery")):
            reasons.append("Delivery is identified apart and does not count.")
        return TracedValue(shown(value), "s.9(2)(e)", tuple(reasons))
    if asked.statement == "originating":
        return _of_originating(asked)
    value = _needed(asked.material.sold_for, "material.sold_for", "/material/sold_for")
    return TracedValue(shown(value), "s.9(2)(i)", ("Without a statement all that is paid for it counts.",))


def _at_importation(asked: Traced, with_title: dict[str, str], without: str) -> TracedValue:
    """Customs value, freight up to the place that matters, and duties (s.9(2)(a) to (d), s.9(4))."""
    material = asked.material
    value = _needed(material.customs_value, "material.customs_value", "/material/customs_value")
    freight, reason = _freight(material)
    duties = Fraction(amount_at(material.duties, "/material/duties"))
    reasons = (f"Customs value {shown(value)}, freight {shown(freight)}, duties and fees {shown(duties)}.", reason)
    return TracedValue(shown(value + freight + duties), with_title.get(material.title_taken, without), reasons)


def _freight(material: TracedMaterial) -> tuple[Fraction, str]:
    freight = Fraction(amount_at(material.freight, "/material/freight"))
    where = "/material/inland_freight_after_receipt"
    inland = Fraction(amount_at(material.inland_freight_after_receipt, where))
    if inland > freight:
        raise PartExceedsWhole(got=f"inland freight {shown(inland)}", expected=f"at most {shown(freight)}", where=where)
    if material.title_taken == "before_receipt":
        return freight - inland, "Freight counts up to the first place of receipt in the territory."
    if material.title_taken == "at_supplier":
        return freight, "Title was taken at the supplier in the territory: freight counts up to there."
    if material.inland_freight_before_title is None:
        return freight, "Title was taken on the way, and the freight up to there is not told apart: all of it counts."
    where = "/material/inland_freight_before_title"
    before = Fraction(amount_at(material.inland_freight_before_title, where))
    if before > inland:
        raise PartExceedsWhole(got=shown(before), expected=f"at most {shown(inland)}", where=where)
    return freight - inland + before, "Freight counts up to the place where title was taken."


def _of_originating(asked: Traced) -> TracedValue:
    """The acquired material originates: VM times what is not regional (s.9(2)(f), or (g) by the content required)."""
    value = _needed(asked.material.sold_for, "material.sold_for", "/material/sold_for")
    if asked.regional_value_content is not None:
        content, citation = percent_at(asked.regional_value_content, "/regional_value_content"), "s.9(2)(f)"
        reason = f"The statement gives a regional value content of {content} per cent."
    elif asked.required_value_content is not None:
        content, citation = percent_at(asked.required_value_content, "/required_value_content"), "s.9(2)(g)"
        reason = f"The statement gives no content: the {content} per cent that the rule requires are taken."
    else:
        expected = "regional_value_content, or the required_value_content of the acquired material"
        raise FigureMissing(expected=expected, where="/regional_value_content")
    return TracedValue(shown(value * (1 - Fraction(content) / 100)), citation, (reason,))


def _needed(text: str | None, name: str, where: str) -> Fraction:
    if text is None:
        raise FigureMissing(expected=name, where=where)
    return Fraction(amount_at(text, where))
