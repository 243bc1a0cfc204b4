"""Drafting a certification of origin: every field from what the member has said once, and where each is from.

Criterion and rule come from the determination of origin that stands for the product. Without one the criterion is the
producer's own statement, and the rule is looked up under the product's tariff number; it is left out where the
catalogue of rules holds none, for a person to name it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from transire.desk import products as desk
from transire.desk.drafts import Source
from transire.desk.particulars import Particulars
from transire.documents.certification import CertifiedGood, RuleOfOrigin
from transire.documents.determination import Determination
from transire.documents.parties import Party, SigningOfficial
from transire.documents.wire import as_wire
from transire.origin.agreements import Agreement
from transire.origin.catalogue import rules_for
from transire.origin.determination.finding import OwnRules
from transire.procedures.origin_certification.errors import DeterminedOtherwise, OfficialMissing
from transire.procedures.origin_certification.products import criterion_of

# The criterion under which each agreement asks for a product-specific rule; the others name a rule of the agreement.
PRODUCT_RULE = {"nafta": "B", "usmca": "B", "cafta_dr": "product_rule"}

Sources = dict[str, Source]


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """A credential subject in the making, and the source of each of its fields."""

    subject: dict[str, Any]
    sources: Sources


class Determined(msgspec.Struct, frozen=True):
    """The determination that stands for a product, and the document that it is."""

    document_id: str
    content: Determination

    @property
    def originates(self) -> bool:
        return self.content.outcome == "originating"


class Supplier(msgspec.Struct, frozen=True):
    """Who the products come from, where an importer certifies what another made, and whether that one made them."""

    party: Party
    is_producer: bool


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
    suppliers: tuple[Supplier, ...] = ()
    determined: Mapping[str, Determined] = {}
    own: OwnRules | None = None
    """The rules that the operator of the node imported."""


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
    party_source = Source("product", detail="supplier") if wanted.suppliers else member
    sources |= {f"/{name}": party_source for name in _parties_by_law(wanted)}
    goods = [_good(number, product, wanted) for number, product in enumerate(products, start=1)]
    for at, product in enumerate(products):
        sources |= _sources_of_good(at, product, goods[at])
        sources |= _sources_of_determination(at, wanted.determined.get(product.number), goods[at])
    return Drafted(subject=subject | {"goods": [as_wire(good) for good in goods]}, sources=sources)


def suppliers_of(products: Sequence[desk.Product]) -> tuple[Supplier, ...]:
    """The suppliers that the product master names, each once."""
    found = {
        product.facts["supplier"]["name"]: Supplier(
            msgspec.convert(product.facts["supplier"], Party), product.facts.get("supplier_role") == "producer"
        )
        for product in products
        if product.facts.get("supplier")
    }
    return tuple(found.values())


def _parties_by_law(wanted: Wanted) -> dict[str, Any]:
    """Who else is named beside the certifier: each agreement asks in its own way.

    USMCA names exporter and producer only where they differ from the certifier (19 CFR 182.12(a)(4)(iii)-(iv));
    CAFTA-DR names the producer always (10.584(a)(3)(i)); CBP Form 434 has exporter and producer in fields 1 and 3.
    """
    if wanted.capacity == "importer" and wanted.suppliers:
        return _parties_of_importer(wanted)
    if wanted.law.id == "usmca":
        return {} if wanted.capacity == "producer" else {"producerStatement": _UPON_REQUEST}
    if wanted.law.id == "nafta":
        return {"exporter": as_wire(wanted.certifier), "producerStatement": "SAME"}
    return {"producers": [as_wire(wanted.certifier)]}


def _parties_of_importer(wanted: Wanted) -> dict[str, Any]:
    """An importer that certifies names who made the goods, and who exports them where that is one supplier."""
    producers = [as_wire(supplier.party) for supplier in wanted.suppliers if supplier.is_producer]
    parties: dict[str, Any] = {"producers": producers} if producers else {}
    if len(wanted.suppliers) == 1:
        parties["exporter"] = as_wire(wanted.suppliers[0].party)
    if not producers and wanted.law.id == "usmca":
        parties["producerStatement"] = _UPON_REQUEST
    return parties


def _with_address(official: SigningOfficial, certifier: Party) -> SigningOfficial:
    """The official sits at the member's own address unless another is written down (19 CFR 182.12(a)(4)(ii))."""
    return official if official.address else msgspec.structs.replace(official, address=certifier.address)


_UPON_REQUEST = "Available upon request by the importing authorities"


def _good(number: int, product: desk.Product, wanted: Wanted) -> CertifiedGood:
    determined = determined_of(product, wanted)
    criterion = criterion_by(product, wanted.law.id, determined)
    is_nafta = wanted.law.id == "nafta"
    return CertifiedGood(
        good_number=number,
        product_number=product.number,
        description=product.description,
        tariff_number=product.tariff_code,
        origin_criterion=criterion,
        rule_of_origin=(determined and determined.content.rule_of_origin)
        or rule_of(product.tariff_code, criterion, wanted.law, wanted.certified_on, wanted.own),
        country_of_origin=product.origin_country,
        producer_basis="YES" if is_nafta and wanted.capacity == "producer" else ("NO(1)" if is_nafta else None),
        net_cost_basis=_net_cost_basis(determined) if is_nafta else None,
        determination=None if determined is None else determined.document_id,
    )


def _net_cost_basis(determined: Determined | None) -> Literal["NC", "NO"]:
    """CBP Form 434, field 9: NC where the value content was calculated by the net cost method."""
    by_net_cost = determined is not None and determined.content.answer.method == "net_cost"
    return "NC" if by_net_cost else "NO"


def determined_of(product: desk.Product, wanted: Wanted) -> Determined | None:
    """The determination by which the product originates; refused where it says that the product does not.

    Where it is open, what the producer itself states counts: the engine knows less than the producer may.
    """
    found = wanted.determined.get(product.number)
    if found is None or found.originates:
        return found
    if found.content.outcome == "not_originating":
        raise DeterminedOtherwise(got=found.content.outcome, expected="originating", where=product.number)
    return None


def criterion_by(product: desk.Product, agreement_id: str, determined: Determined | None) -> str:
    """The criterion as it was determined, else as the producer says it."""
    if determined is not None and determined.content.origin_criterion is not None:
        return determined.content.origin_criterion
    return criterion_of(product, agreement_id)


def rule_of(
    tariff_number: str, criterion: str, law: Agreement, on: date, own: OwnRules | None = None
) -> RuleOfOrigin | None:
    """The rule that a good of this number is certified under; None where the catalogue of rules holds none."""
    if criterion != PRODUCT_RULE[law.id]:
        return RuleOfOrigin(citation=law.criteria[criterion].citation, text=law.criteria[criterion].title)
    found = rules_for(law.id, tariff_number, on, own=None if own is None else own.catalogue)
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


def _sources_of_determination(at: int, determined: Determined | None, good: CertifiedGood) -> Sources:
    """What was taken from the determination, each field with its place there."""
    if determined is None or good.determination is None:
        return {}
    taken = {"originCriterion": "/originCriterion", "ruleOfOrigin": "/ruleOfOrigin", "determination": ""}
    if good.rule_of_origin != determined.content.rule_of_origin:
        del taken["ruleOfOrigin"]
    return {
        f"/goods/{at}/{field}": Source(
            "document", document_id=determined.document_id, pointer=f"/credentialSubject{pointer}"
        )
        for field, pointer in taken.items()
    }
