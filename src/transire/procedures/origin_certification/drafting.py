"""Drafting a certification of origin: every field from what the member has said once, and where each is from.

What it is not: a determination. The criterion is the producer's own statement; the rule is looked up under the
product's tariff number and is left out where the catalogue of rules holds none, for a person to name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from transire.desk import products as desk
from transire.desk.drafts import Source
from transire.desk.particulars import Particulars
from transire.documents.certification import CertifiedGood, RuleOfOrigin
from transire.documents.parties import Party, SigningOfficial
from transire.documents.wire import as_wire
from transire.origin.agreements import Agreement
from transire.origin.catalogue import rules_for
from transire.procedures.origin_certification.errors import OfficialMissing
from transire.procedures.origin_certification.products import criterion_of

# The criterion under which each agreement asks for a product-specific rule; the others name a rule of the agreement.
PRODUCT_RULE = {"nafta": "B", "usmca": "B", "cafta_dr": "product_rule"}

Sources = dict[str, Source]


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """A credential subject in the making, and the source of each of its fields."""

    subject: dict[str, Any]
    sources: Sources


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the person chose: everything else is known already."""

    law: Agreement
    certifier: Party
    capacity: str
    importer: Party
    importer_source: Source
    period: tuple[date, date]
    certified_on: date
    person_id: str


def draft_subject(wanted: Wanted, particulars: Particulars, products: Sequence[desk.Product]) -> Drafted:
    """The certification as far as it can be filled in."""
    if particulars.official is None:
        raise OfficialMissing
    law, member = wanted.law, Source("member")
    typed = Source("keyed", person_id=wanted.person_id)
    subject: dict[str, Any] = {
        "agreement": law.id,
        "certifierCapacity": wanted.capacity,
        "certifier": as_wire(wanted.certifier),
        "signingOfficial": as_wire(_with_address(particulars.official, wanted.certifier)),
        "importers": [as_wire(wanted.importer)],
        "coverage": "blanket",
        "blanketPeriod": {"from": wanted.period[0].isoformat(), "until": wanted.period[1].isoformat()},
        "certificationDate": wanted.certified_on.isoformat(),
        "certificationStatement": law.statement,
        **_parties_by_law(wanted),
    }
    sources: Sources = {
        "/agreement": typed,
        "/certifierCapacity": Source("computed", detail="the member's role on the ledger"),
        "/certifier": member,
        "/signingOfficial": member,
        "/importers": wanted.importer_source,
        "/coverage": Source("computed", detail="a period was given"),
        "/blanketPeriod": typed,
        "/certificationDate": Source("computed", detail="the day of drafting"),
        "/certificationStatement": Source("computed", detail=law.statement_citation),
    }
    sources |= {f"/{name}": member for name in _parties_by_law(wanted)}
    goods = [_good(number, product, wanted) for number, product in enumerate(products, start=1)]
    for at, product in enumerate(products):
        sources |= _sources_of_good(at, product, goods[at])
    return Drafted(subject=subject | {"goods": [as_wire(good) for good in goods]}, sources=sources)


def _parties_by_law(wanted: Wanted) -> dict[str, Any]:
    """Who else is named where the certifier stands for itself: each agreement asks in its own way.

    USMCA names exporter and producer only where they differ from the certifier (19 CFR 182.12(a)(4)(iii)-(iv));
    CAFTA-DR names the producer always (10.584(a)(3)(i)); CBP Form 434 has exporter and producer in fields 1 and 3.
    """
    if wanted.law.id == "usmca":
        return {} if wanted.capacity == "producer" else {"producerStatement": _UPON_REQUEST}
    if wanted.law.id == "nafta":
        return {"exporter": as_wire(wanted.certifier), "producerStatement": "SAME"}
    return {"producers": [as_wire(wanted.certifier)]}


def _with_address(official: SigningOfficial, certifier: Party) -> SigningOfficial:
    """The official sits at the member's own address unless another is written down (19 CFR 182.12(a)(4)(ii))."""
    return official if official.address else msgspec.structs.replace(official, address=certifier.address)


_UPON_REQUEST = "Available upon request by the importing authorities"


def _good(number: int, product: desk.Product, wanted: Wanted) -> CertifiedGood:
    criterion = criterion_of(product, wanted.law.id)
    is_nafta = wanted.law.id == "nafta"
    return CertifiedGood(
        good_number=number,
        product_number=product.number,
        description=product.description,
        tariff_number=product.tariff_code,
        origin_criterion=criterion,
        rule_of_origin=rule_of(product.tariff_code, criterion, wanted.law, wanted.certified_on),
        country_of_origin=product.origin_country,
        producer_basis="YES" if is_nafta and wanted.capacity == "producer" else ("NO(1)" if is_nafta else None),
        net_cost_basis="NO" if is_nafta else None,
    )


def rule_of(tariff_number: str, criterion: str, law: Agreement, on: date) -> RuleOfOrigin | None:
    """The rule that a good of this number is certified under; None where the catalogue of rules holds none."""
    if criterion != PRODUCT_RULE[law.id]:
        return RuleOfOrigin(citation=law.criteria[criterion].citation, text=law.criteria[criterion].title)
    found = rules_for(law.id, tariff_number, on)
    if len(found) != 1:  # where several rules stand for one number, only a person can tell which one is met
        return None
    return RuleOfOrigin(citation=found[0].citation, scope=found[0].scope, text=found[0].text)


def _sources_of_good(at: int, product: desk.Product, good: CertifiedGood) -> Sources:
    base = f"/goods/{at}"
    known = {
        "productNumber": "product_number",
        "description": "description",
        "tariffNumber": "tariff_number",
        "originCriterion": "origin_criterion",
        "countryOfOrigin": "country_of_origin",
    }
    sources = {
        f"{base}/{field}": Source("product", pointer=f"/{column}", detail=product.number)
        for field, column in known.items()
    }
    if good.rule_of_origin is not None:
        detail = f"looked up under {product.tariff_code}: {good.rule_of_origin.citation}"
        sources[f"{base}/ruleOfOrigin"] = Source("computed", detail=detail)
    return sources | {f"{base}/goodNumber": Source("computed", detail="counted")}
