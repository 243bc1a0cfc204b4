"""What a node does for origin certification: import products, draft, sign, replace, withdraw, share, show.

Each function is one act of one person for one member: it asks the permission first, and writes everything that
follows from it in one SQL transaction, the endings that it owes the ledger included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import structs

from transire.crypto.canonical import canonical_bytes
from transire.desk import products as desk
from transire.desk.drafts import Draft, Source, close_draft, create_draft, find_draft, list_drafts, set_draft_field
from transire.desk.particulars import read_particulars
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.desk.pointer import with_value
from transire.documents.catalogue import find_subject_problems
from transire.documents.certification import read_certification, read_certification_subject
from transire.documents.cost_sheet import SCHEMA_ID as COST_SHEET
from transire.documents.cost_sheet import cost_sheet_subject
from transire.documents.errors import Problem
from transire.documents.parties import Party
from transire.documents.product import read_product_master
from transire.node.own_rules import own_rules
from transire.node.tenant import Issued, Tenant
from transire.origin.agreements import Agreement
from transire.origin.agreements import agreement as agreement_of
from transire.procedures.catalogue import product_reactions
from transire.procedures.origin_certification.determined import determined_for
from transire.procedures.origin_certification.drafting import Wanted, draft_subject, suppliers_of
from transire.procedures.origin_certification.errors import (
    CertificationEnded,
    CertificationUnknown,
    ImporterMissing,
    NothingChanged,
    NotTheCertifier,
)
from transire.procedures.origin_certification.products import ImportReport, cost_sheet_of, put_master
from transire.procedures.origin_certification.statements import REPLACED, WITHDRAWN
from transire.procedures.origin_certification.views import (
    SCHEMAS,
    CertificationLine,
    CertificationPage,
    Status,
    certification_lines,
    certification_page,
    find_versions,
)
from transire.procedures.papers import customs_of, issue_paper, midnight, open_version
from transire.records.cursor import Page
from transire.records.documents import DocumentFilter, DocumentLine, deliveries_of, every_document

DRAFT_KIND = "certification"
CAPACITIES: tuple[Literal["producer", "exporter", "importer"], ...] = ("producer", "exporter", "importer")


# The product master.


def import_products(tenant: Tenant, person: Person, products_csv: bytes, materials_csv: bytes) -> ImportReport:
    """Take over a product master and its bills of material from the member's own system: all of it or nothing."""
    require(person, "products.import")
    master = read_product_master(products_csv, materials_csv)
    with tenant.transaction() as tx:
        report = put_master(tx, person, master, tenant.now())
        for react in product_reactions():
            react(tenant, tx, report.changed)
    return report


# Drafting and signing.


def draft_certification(
    tenant: Tenant,
    person: Person,
    *,
    agreement: str,
    importer_did: str,
    goods: Sequence[str],
    blanket: tuple[date, date],
    importer: Party | None = None,
    certified_on: date | None = None,
) -> str:
    """Draft a blanket certification of these products; returns the draft's id.

    `importer` need be given once: a later certification takes the party from an earlier one. `certified_on` is the
    day of signing, today unless a certification that was signed on paper before is brought in.
    """
    require(person, "certifications.draft")
    law = agreement_of(agreement)
    with tenant.transaction() as tx:
        party, source = _importer(tenant, tx, person, importer_did, importer)
        particulars = read_particulars(tx)
        wanted = Wanted(
            determined=determined_for(tenant, tx, goods, law),
            law=law,
            certifier=structs.replace(particulars.party, did=tenant.did),
            capacity=_capacity(tenant, law),
            importer=party,
            importer_source=source,
            period=blanket,
            certified_on=certified_on or tenant.now().date(),
            person_id=person.id,
            own=own_rules(tenant.origin_rules, law.id),
        )
        products = [desk.find_product(tx, number) for number in goods]
        drafted = draft_subject(structs.replace(wanted, suppliers=suppliers_of(products)), particulars, products)
        title = f"{law.short} {blanket[0].isoformat()} to {blanket[1].isoformat()}, {party.name}"
        draft = create_draft(
            tx,
            person,
            DRAFT_KIND,
            title=title,
            content=drafted.subject,
            sources=drafted.sources,
            now=tenant.now(),
        )
    return draft.id


def show_draft(tenant: Tenant, person: Person, draft_id: str) -> Draft:
    """The draft with the source of every field."""
    require(person, "certifications.draft")
    with tenant.database.reading() as view:
        return find_draft(view, draft_id, kind=DRAFT_KIND)


def list_certification_drafts(tenant: Tenant, person: Person) -> Sequence[Draft]:
    """The drafts that wait for a signature."""
    require(person, "certifications.draft")
    with tenant.database.reading() as view:
        return list_drafts(view, kind=DRAFT_KIND)


def set_field(
    tenant: Tenant, person: Person, draft_id: str, pointer: str, value: Any, *, expected_version: int | None = None
) -> Draft:
    """Set one field of a draft by hand; the field then counts as keyed."""
    require(person, "certifications.draft")
    canonical_bytes(value)  # what cannot stand in a document is refused here, with its own words
    with tenant.transaction() as tx:
        find_draft(tx, draft_id, kind=DRAFT_KIND)
        return set_draft_field(
            tx, person, draft_id, pointer, value, now=tenant.now(), expected_version=expected_version
        )


def check_draft(tenant: Tenant, draft_id: str) -> tuple[Problem, ...]:
    """What the law or the form still asks for before the draft can be signed."""
    with tenant.database.reading() as view:
        draft = find_draft(view, draft_id, kind=DRAFT_KIND)
    return find_subject_problems(agreement_of(str(draft.content.get("agreement"))).schema_id, draft.content)


def sign_certification(tenant: Tenant, person: Person, draft_id: str) -> Issued:
    """Sign a draft: the certification goes to importer and customs, the cost sheet behind it to customs alone."""
    require(person, "certifications.sign")
    with tenant.transaction() as tx:
        draft = find_draft(tx, draft_id, kind=DRAFT_KIND)
        subject = _signed_by(person, draft.content)
        customs = customs_of(tenant, tx)
        importers = [party["id"] for party in subject.get("importers", ()) if "id" in party]
        issued = _issue(tenant, tx, person, subject, recipients=[*importers, customs])
        _issue_cost_sheet(tenant, tx, person, subject, issued.document_id, customs)
        close_draft(tx, person, draft_id, document_id=issued.document_id, now=tenant.now())
    return issued


def bring_in_certification(tenant: Tenant, person: Person, subject: Mapping[str, Any], *, importer_did: str) -> Issued:
    """Issue a certification that was signed on paper before, word for word, for importer and customs to audit.

    Its date stays the old one; the ledger shows when it was brought in, and proves nothing about the time before.
    """
    require(person, "certifications.sign")
    with tenant.transaction() as tx:
        return _issue(tenant, tx, person, dict(subject), recipients=[importer_did, customs_of(tenant, tx)])


# Replacing and withdrawing.


def replace_certification(
    tenant: Tenant, person: Person, document_id: str, changes: Mapping[str, Any], *, reason: str = "Corrected"
) -> Issued:
    """Issue a new version with these fields changed (by JSON pointer), end the old one, and tell every holder."""
    require(person, "certifications.replace", Relation.ISSUER)
    with tenant.transaction() as tx:
        old = _own_version(tenant, tx, document_id)
        if not old.is_current:
            raise CertificationEnded(got=document_id)
        subject = _changed(tenant, tx, old, changes, person)
        holders = _holders(tenant, tx, old)
        issued = _issue(tenant, tx, person, subject, recipients=holders, previous=old.commitment)
        body: dict[str, Any] = {"version": old.commitment, "successor": issued.commitment, "reason": reason}
        tenant.state(
            tx,
            person,
            REPLACED.name,
            body,
            about=[document_id],
            recipients=holders,
            attach=[issued.statement_id, old.issued_statement],
        )
        if not tenant.end(tx, old.commitment, issued.commitment):
            raise CertificationEnded(got=document_id)
    return issued


def withdraw_certification(tenant: Tenant, person: Person, document_id: str, reason: str) -> str:
    """Withdraw a certification for good, and tell every holder why; returns the id of the statement that tells."""
    require(person, "certifications.withdraw", Relation.ISSUER)
    with tenant.transaction() as tx:
        old = _own_version(tenant, tx, document_id)
        statement_id = tenant.state(
            tx,
            person,
            WITHDRAWN.name,
            {"version": old.commitment, "reason": reason},
            about=[document_id],
            recipients=_holders(tenant, tx, old),
            attach=[old.issued_statement],
        )
        tenant.end(tx, old.commitment)
    return statement_id


# Showing.


def list_certifications(
    tenant: Tenant,
    person: Person | None = None,
    *,
    words: str = "",
    status: Status = "any",
    after: str | None = None,
    limit: int = 50,
) -> Page[CertificationLine]:
    """The certifications that this member holds. A door passes the person; `None` is the member's own program."""
    if person is not None:
        require(person, "certifications.read")
    with tenant.database.reading() as view:
        return certification_lines(tenant, view, words=words, status=status, after=after, limit=limit)


def show_certification(tenant: Tenant, document_id: str, person: Person | None = None) -> CertificationPage:
    """One certification with its versions, notices and deliveries."""
    if person is not None:
        require(person, "certifications.read")
    with tenant.database.reading() as view:
        return certification_page(tenant, view, document_id)


def _capacity(tenant: Tenant, law: Agreement) -> str:
    """In which role the member certifies: the first of producer, exporter, importer that it has and the law allows."""
    for capacity in CAPACITIES:
        if capacity in tenant.roles and capacity in law.certifiers:
            return capacity
    raise NotTheCertifier(got=", ".join(tenant.roles), expected=" or ".join(law.certifiers))


def _importer(tenant: Tenant, tx: sa.Connection, person: Person, did: str, given: Party | None) -> tuple[Party, Source]:
    """The importer as given, this member itself, or as an earlier certification of this member names it."""
    if given is not None:
        return structs.replace(given, did=did), Source("keyed", person_id=person.id)
    if did == tenant.did:
        return structs.replace(read_particulars(tx).party, did=did), Source("member")
    for line in every_document(
        tx, DocumentFilter(schema_ids=SCHEMAS, issuers=(tenant.did,), fields={"importers/id": did})
    ):
        paper = open_version(tenant, tx, line.commitment)
        for at, party in enumerate(read_certification(paper.credential).importers if paper else ()):
            if party.did == did:
                pointer = f"/credentialSubject/importers/{at}"
                return party, Source("document", document_id=line.document_id, pointer=pointer)
    raise ImporterMissing(got=tenant.name_of(did))


def _signed_by(person: Person, subject: Mapping[str, Any]) -> dict[str, Any]:
    """The subject as this person signs it: the official that it names is who signs."""
    return {**subject, "signingOfficial": {**subject.get("signingOfficial", {}), "name": person.name}}


def _issue(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    subject: dict[str, Any],
    *,
    recipients: Sequence[str],
    previous: str | None = None,
) -> Issued:
    certification = read_certification_subject(subject)  # refuses what the law asks for and is not there
    signed_on = midnight(certification.certification_date)
    return issue_paper(
        tenant,
        tx,
        person,
        subject,
        certification.schema_id,
        recipients=recipients,
        previous=previous,
        valid_from=min(signed_on, tenant.now()),
        valid_until=_last_moment(certification.law.validity_end(certification.certification_date)),
    )


def _last_moment(day: date) -> datetime:
    return midnight(day).replace(hour=23, minute=59, second=59)


def _issue_cost_sheet(
    tenant: Tenant, tx: sa.Connection, person: Person, subject: Mapping[str, Any], certification: str, customs: str
) -> None:
    numbers = [good["productNumber"] for good in subject["goods"] if "productNumber" in good]
    products = [desk.find_product(tx, number) for number in numbers]
    content = read_certification_subject(subject)
    sheet = cost_sheet_of(products, content.certifier, content.blanket_period, certification)
    if sheet is not None:
        issue_paper(tenant, tx, person, cost_sheet_subject(sheet), COST_SHEET, recipients=[customs])


def _changed(
    tenant: Tenant, tx: sa.Connection, old: DocumentLine, changes: Mapping[str, Any], person: Person
) -> dict[str, Any]:
    paper = open_version(tenant, tx, old.commitment)
    if paper is None:
        raise CertificationUnknown(got=old.document_id)
    subject = paper.subject
    for pointer, value in changes.items():
        subject = with_value(subject, pointer, value)
    if subject == paper.subject:
        raise NothingChanged(got=old.document_id)
    today = tenant.now().date().isoformat()
    return _signed_by(person, {**subject, "certificationDate": changes.get("/certificationDate", today)})


def _own_version(tenant: Tenant, tx: sa.Connection, document_id: str) -> DocumentLine:
    newest = find_versions(tx, document_id)[0]
    if newest.issuer != tenant.did:
        raise NotTheCertifier(got=tenant.name, expected=tenant.name_of(newest.issuer))
    return newest


def _holders(tenant: Tenant, tx: sa.Connection, held: DocumentLine) -> list[str]:
    """Whoever has taken delivery of it, and those to whom every certification goes anyhow."""
    delivered = [one.member for one in deliveries_of(tx, held.document_id) if one.event == "delivered"]
    named = [did for did in held.fields.get("importers/id", ()) if did]
    return sorted({*delivered, *named, customs_of(tenant, tx)} - {tenant.did})
