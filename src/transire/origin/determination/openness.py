"""Which methods of value content are open to a good, which one is forced, and why (NAFTA Regulations s.6(1), (6))."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from transire.origin.case import AgreementId, Method
from transire.origin.determination.content import Openness
from transire.origin.determination.verdict import Need
from transire.origin.ranges import held
from transire.origin.terms import Terms, terms_of

OPEN = Openness(True)


def openness_of(
    terms: Terms,
    digits: str,
    *,
    accumulates: bool = False,
    related_sale: bool | None = None,
    related_share: Decimal | None = None,
    intermediate: bool = False,
    for_a_vehicle: bool = False,
) -> dict[Method, Openness]:
    """Every method that the agreement knows for the good, with what closes it.

    >>> from transire.origin.terms import terms_of
    >>> openness_of(terms_of("nafta"), "870323")["transaction_value"].why
    'the good is a motor vehicle'
    """
    opened = dict(_by_code(terms.agreement, digits))
    if for_a_vehicle and terms.parts_by_net_cost is not None and opened.get("transaction_value") is OPEN:
        why = "the good is for use in a motor vehicle"
        opened["transaction_value"] = Openness(False, why, terms.parts_by_net_cost)
    if opened.get("transaction_value") is OPEN:
        opened["transaction_value"] = _transaction_value(terms, accumulates, related_sale, related_share, intermediate)
    return opened


@lru_cache(maxsize=16_384)
def _by_code(agreement: AgreementId, digits: str) -> dict[Method, Openness]:
    """What the code of the good alone opens and closes."""
    terms = terms_of(agreement)
    opened = {term.method: OPEN for term in terms.methods if term.goods is None or held(digits, term.goods)}
    for goods in terms.net_cost_only:
        if held(digits, goods.goods):
            opened["transaction_value"] = Openness(False, goods.why, goods.citation)
    return opened


def _transaction_value(
    terms: Terms,
    accumulates: bool,
    related_sale: bool | None,
    related_share: Decimal | None,
    intermediate: bool,
) -> Openness:
    if accumulates and terms.accumulation_forces_net_cost is not None:
        return Openness(False, "production of others is accumulated", terms.accumulation_forces_net_cost)
    if intermediate and terms.intermediate_by_net_cost is not None:
        return Openness(False, "it is an intermediate material", terms.intermediate_by_net_cost)
    if terms.related_sale is None:
        return OPEN
    related = related_share is not None if related_sale is None else related_sale
    if not related:
        return OPEN
    limit, citation = terms.related_sale.limit, terms.related_sale.citation
    if related_share is None:
        why = f"above {limit} of the units sold to related persons only the net cost method is open"
        return Openness(None, why, citation, Need("related_party_share", why, citation))
    if related_share > limit:
        return Openness(
            False, f"{related_share} of the units, more than {limit}, are sold to related persons", citation
        )
    return OPEN
