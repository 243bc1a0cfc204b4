"""What a material is worth under an agreement, and the producer's costs beside the materials."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from transire.origin.amounts import ZERO, plain_amounts
from transire.origin.case import NOTHING_EXCHANGED, NOTHING_EXCLUDED, Adjustment, Adjustments, Costs
from transire.origin.errors import PartExceedsWhole
from transire.origin.reading import amount_at
from transire.origin.terms import Terms


class Worth(NamedTuple):
    """What counts in a content by value, in one by net cost, and in total cost. None: not stated."""

    value: Decimal | None
    by_net_cost: Decimal | None
    cost: Decimal | None
    let_out: Decimal = ZERO
    """What a value content alone lets out of the value (19 USC 4531(d)(4)(B)): a tolerance counts it (s.5(5))."""


def worth_of(value: Decimal, adjustments: Adjustments, terms: Terms, originating: bool, where: str) -> Worth:
    """The value of a material after what the agreement adds to it or lets out of it.

    NAFTA adds freight, duties and waste that are not included; USMCA and CAFTA-DR let them out of the value of a
    non-originating material where they are (NAFTA Regulations s.7(1); USMCA Regulations s.8(2); 19 USC 4033(d)(2)).
    """
    counted = cost = value
    contained = let_out = ZERO
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
            let_out += amount if term.content_only else ZERO
            cost -= amount if term.in_total_cost else ZERO
    if contained > value:
        raise PartExceedsWhole(
            got=f"{contained} of adjustments included", expected=f"at most {value}", where=f"{where}/adjustments"
        )
    return Worth(counted, counted, cost, let_out)


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


def costs_of(costs: Costs, where: str) -> tuple[Decimal, Decimal]:
    """The producer's costs beside the materials, and what of them net cost leaves out.

    Product, period and other costs, with gains and losses of currency conversion netted (s.2(6)(d)); the excluded
    costs are contained in them.
    """
    own = _sum((costs.product, costs.period, costs.other), _COSTS, where)
    excluded = ZERO
    if (left_out := costs.excluded) is not NOTHING_EXCLUDED:
        named = (left_out.promotion, left_out.royalties, left_out.shipping_packing)
        more = (left_out.non_allowable_interest, left_out.unspecified)
        excluded = _sum(named + more, _EXCLUDED, f"{where}/excluded")
    if excluded > own:
        raise PartExceedsWhole(
            got=f"excluded costs of {excluded}", expected=f"at most the costs of {own}", where=f"{where}/excluded"
        )
    if (exchange := costs.currency) is not NOTHING_EXCHANGED:
        own += _sum((exchange.loss,), ("loss",), f"{where}/currency")
        own -= _sum((exchange.gain,), ("gain",), f"{where}/currency")
    return own, excluded


_COSTS: Final = ("product", "period", "other")
_EXCLUDED: Final = ("promotion", "royalties", "shipping_packing", "non_allowable_interest", "unspecified")


def _sum(texts: Sequence[str], names: Sequence[str], where: str) -> Decimal:
    """The sum of members of these names; most are left out of a case, which makes them 0."""
    stated = [text for text in texts if text != "0"]
    amounts = plain_amounts(stated)
    if amounts is None:
        amounts = [amount_at(text, f"{where}/{name}") for text, name in zip(texts, names, strict=True)]
    return sum(amounts, ZERO)


def _amount(stated: Adjustment | str, kind: str, where: str) -> tuple[Decimal, bool]:
    """An adjustment's amount, and whether the value contains it. A bare amount is contained, but for assists."""
    if isinstance(stated, Adjustment):
        return amount_at(stated.amount, f"{where}/amount"), stated.included
    return amount_at(stated, where), kind != "assists"
