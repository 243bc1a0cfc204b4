"""Making a determination: the answer of the engine as a document that the member signs and shows to customs alone."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from transire import __version__
from transire.desk.particulars import read_particulars
from transire.desk.person import Person
from transire.documents.certification import RuleOfOrigin
from transire.documents.determination import (
    SCHEMA_ID,
    Determination,
    determination_subject,
    json_text,
    read_determination,
)
from transire.node.tenant import Issued, Tenant
from transire.origin.answer import RuleUsed
from transire.procedures.origin_determination.asking import Asked
from transire.procedures.origin_determination.cases import inputs_of
from transire.procedures.origin_determination.statements import DETERMINED, TURNED
from transire.procedures.papers import customs_of, find_own, issue_paper, open_version
from transire.records.documents import DocumentFilter, DocumentLine, deliveries_of, every_document


def held_determination(tx: sa.Connection, tenant: Tenant, number: str, agreement_id: str) -> DocumentLine | None:
    """The determination of a product that stands now, of this member's own."""
    return find_own(tenant, tx, SCHEMA_ID, productNumber=number, agreement=agreement_id)


def content_of(tenant: Tenant, tx: sa.Connection, held: DocumentLine) -> Determination | None:
    """What a held version says; None where it was erased."""
    paper = open_version(tenant, tx, held.commitment)
    return None if paper is None else read_determination(paper.credential)


def is_same_question(asked: Asked, before: Determination) -> bool:
    """Whether it was asked the same then, but for the day, and answered the same."""
    day = before.determined_for
    same_case = msgspec.structs.replace(asked.case, import_date=day) == before.case
    return same_case and asked.answer == before.answer


def issue_determination(tenant: Tenant, tx: sa.Connection, person: Person, asked: Asked) -> Issued | None:
    """Issue a first determination or the next version; None where the one that stands says the same.

    Holders of certifications that rest on it are told when its outcome is another one.
    """
    held = held_determination(tx, tenant, asked.product.number, asked.law.id)
    before = None if held is None else content_of(tenant, tx, held)
    if before is not None and is_same_question(asked, before):
        return None
    customs = customs_of(tenant, tx)
    issued = issue_paper(
        tenant,
        tx,
        person,
        determination_subject(_content(tenant, tx, asked)),
        SCHEMA_ID,
        recipients=[customs],
        previous=None if held is None else held.commitment,
    )
    tenant.state(
        tx,
        person,
        DETERMINED.name,
        {"version": issued.commitment, "outcome": asked.answer.outcome},
        about=[issued.document_id],
        recipients=[did for did in (customs,) if did != tenant.did],
        attach=[issued.statement_id],
    )
    if held is not None:
        tenant.end(tx, held.commitment, issued.commitment)
    if before is not None and before.outcome != asked.answer.outcome:
        _tell_holders(tenant, tx, person, issued.document_id, asked, customs)
    return issued


def _content(tenant: Tenant, tx: sa.Connection, asked: Asked) -> Determination:
    answer, product = asked.answer, asked.product
    rule = answer.rule
    return Determination(
        agreement=asked.case.agreement,
        producer=msgspec.structs.replace(read_particulars(tx).party, did=tenant.did),
        product_number=product.number,
        description=product.description,
        tariff_number=product.tariff_code,
        determined_for=asked.on,
        outcome=answer.outcome,
        origin_criterion=answer.criterion,
        rule_of_origin=None if rule is None else _named(rule),
        origin_case=json_text(asked.case),
        origin_answer=json_text(answer),
        inputs=inputs_of(product, asked.case),
        determined_by=f"transire {__version__}",
    )


def _named(rule: RuleUsed) -> RuleOfOrigin:
    """The rule as certifications name it; a scope of many numbers is cut to what a line holds."""
    return RuleOfOrigin(citation=rule.citation, scope=rule.scope[:250], text=rule.text[:20_000])


def _tell_holders(
    tenant: Tenant, tx: sa.Connection, person: Person, determination: str, asked: Asked, customs: str
) -> None:
    """State to every holder of a certification in force that the determination behind one of its goods has turned."""
    wanted = DocumentFilter(
        schema_ids=(asked.law.schema_id,),
        issuers=(tenant.did,),
        fields={"goods/determination": determination},
        status="current",
        latest_version=True,
    )
    for line in every_document(tx, wanted):
        paper = open_version(tenant, tx, line.commitment)
        goods: list[dict[str, Any]] = [] if paper is None else paper.subject["goods"]
        delivered = [one.member for one in deliveries_of(tx, line.document_id) if one.event == "delivered"]
        named = [did for did in line.fields.get("importers/id", ()) if did]
        for good in goods:
            if good.get("determination") == determination:
                tenant.state(
                    tx,
                    person,
                    TURNED.name,
                    {"version": line.commitment, "good": good["goodNumber"], "outcome": asked.answer.outcome},
                    about=[line.document_id],
                    recipients=sorted({*delivered, *named, customs} - {tenant.did}),
                    attach=[line.issued_statement],
                )
