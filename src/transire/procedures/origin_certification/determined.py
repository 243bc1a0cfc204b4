"""The determinations of origin that certifications are drafted from: documents of the member's own, read as such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from transire.desk.products import Product
from transire.documents.determination import SCHEMA_ID, read_determination
from transire.node.tenant import Tenant
from transire.origin.agreements import Agreement
from transire.procedures.origin_certification.drafting import Determined
from transire.procedures.papers import find_own, open_version
from transire.records.documents import DocumentFilter, every_document


def determined_for(tenant: Tenant, tx: sa.Connection, numbers: Sequence[str], law: Agreement) -> dict[str, Determined]:
    """What was determined of these products under an agreement, by product number; none where nothing stands."""
    found = {}
    for number in numbers:
        line = find_own(tenant, tx, SCHEMA_ID, productNumber=number, agreement=law.id)
        paper = None if line is None else open_version(tenant, tx, line.commitment)
        if paper is not None:
            found[number] = Determined(paper.document_id, paper.read_as(read_determination))
    return found


@dataclass(frozen=True, slots=True)
class Certifiable:
    """A product that can be certified, by which criterion, and whether that was determined."""

    product: Product
    criterion: str
    determined: bool


def certifiable(
    tenant: Tenant, tx: sa.Connection, products: Sequence[Product], law: Agreement
) -> tuple[Certifiable, ...]:
    """The products that can be certified under an agreement; told from the fields of the index, nothing is opened."""
    wanted = DocumentFilter(
        schema_ids=(SCHEMA_ID,),
        issuers=(tenant.did,),
        fields={"agreement": law.id},
        status="current",
        latest_version=True,
    )
    fields = {line.fields["productNumber"][0]: line.fields for line in every_document(tx, wanted)}
    found = []
    for product in products:
        said = fields.get(product.number, {})
        outcome = said.get("outcome", ("undetermined",))[0]
        if outcome == "originating":
            found.append(Certifiable(product, said["originCriterion"][0], determined=True))
        elif outcome == "undetermined" and law.id in product.agreements:
            found.append(Certifiable(product, str(product.agreements[law.id]["criterion"]), determined=False))
    return tuple(found)
