"""What a material is worth under an agreement, and the producer's costs beside the materials."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from transire.origin.amounts import ZERO, plain_amount
from transire.origin.case import NOTHING_EXCLUDED, Adjustment, Adjustments, Costs
from transire.origin.errors import PartExceedsWhole
from transire.origin.reading import amount_at
from transire.origin.terms import Terms


class Worth(NamedTuple):
    """What counts in a content by value, in one by net cost, and in total cost. None: not stated."""

    value: Decimal | None
    by_net_cost: Decimal | None
    cost: Decimal | None


def worth_of(value: Decimal, adjustments: Adjustments, terms: Terms, originating: bool, where: str) -> Worth:
    """The value of a material after what the agreement adds to it or lets out of it.

    NAFTA adds freight, duties and waste that are not included; USMCA and CAFTA-DR let them out of the value of a
    non-originating material where they are (NAFTA Regulations s.7(1); USMCA Regulations s.8(2); 19 USC 4033(d)(2)).
    """
    counted = cost = value
    contained = ZERO
    for kind, term in terms.adjustments.items():
        stated = getattr(adjustments, kind)
        if stated is None:
            continue
        amount, included = _amount(stated, kind, f"{where}/adjustments/{kind}")
        contained += amount if included else ZERO
        treatment = term.originating if originating else term.non_originating
        if treatment == "add" and not included:
            counted += amount
            cost += amount
        elif treatment == "deduct" and included:
            counted -= amount
            cost -= amount if term.in_total_cost else ZERO
    if contained > value:
        raise PartExceedsWhole(
            got=f"{contained} of adjustments included", expected=f"at most {value}", where=f"{where}/adjustments"
        )
    return Worth(counted, counted, cost)


def beside(adjustments: Adjustments | None, where: str) -> Decimal:
    """Freight and duties that are not included: an accumulated net cost takes them up (s.14(2)(a)(i))."""
    total = ZERO
    if adjustments is None:
        return total
    for kind in ("freight", "duties"):
        stated = getattr(adjustments, kind)
        if stated is not None:
            amount, included = _amount(stated, kind, f"{where}/adjustments/{kind}")
            total += ZERO if included else amount
    return total


def costs_beside(costs: Costs, where: str) -> Decimal:
    """Product, period and other costs, with gains and losses of currency conversion netted (s.2(6)(d))."""
    return (
        _contained(costs, where)
        - _sum((("gain", costs.currency.gain),), f"{where}/currency")
        + _sum((("loss", costs.currency.loss),), f"{where}/currency")
    )


def excluded_costs(costs: Costs, where: str) -> Decimal:
    """What net cost leaves out of these costs; it is contained in them."""
    excluded = costs.excluded
    if excluded is NOTHING_EXCLUDED:
        return ZERO
    named = (
        ("promotion", excluded.promotion),
        ("royalties", excluded.royalties),
        ("shipping_packing", excluded.shipping_packing),
        ("non_allowable_interest", excluded.non_allowable_interest),
        ("unspecified", excluded.unspecified),
    )
    total, own = _sum(named, f"{where}/excluded"), _contained(costs, where)
    if total > own:
        raise PartExceedsWhole(
            got=f"excluded costs of {total}", expected=f"at most the costs of {own}", where=f"{where}/excluded"
        )
    return total


def _contained(costs: Costs, where: str) -> Decimal:
    return _sum((("product", costs.product), ("period", costs.period), ("other", costs.other)), where)


def _sum(named: Iterable[tuple[str, str]], where: str) -> Decimal:
    """The sum of members; what is left out of a case is 0 and is not read."""
    total = ZERO
    for name, text in named:
        if text != "0":
            amount = plain_amount(text)
            total += amount_at(text, f"{where}/{name}") if amount is None else amount
    return total


def _amount(stated: Adjustment | str, kind: str, where: str) -> tuple[Decimal, bool]:
    """An adjustment's amount, and whether the value contains it. A bare amount is contained, but for assists."""
    if isinstance(stated, Adjustment):
        return amount_at(stated.amount, f"{where}/amount"), stated.included
    return amount_at(stated, where), kind != "assists"
