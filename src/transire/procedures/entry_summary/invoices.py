"""Commercial invoices: issued by the seller from its own system's table, listed by whoever holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import msgspec
import sqlalchemy as sa
from msgspec import structs

from transire.desk.particulars import read_particulars
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.invoice import SCHEMA_ID, Invoice, invoice_subject, read_invoice
from transire.documents.parties import is_same_party
from transire.documents.x12_invoice import read_invoice_file
from transire.node.tenant import Issued, Tenant
from transire.procedures.entry_summary.errors import InvoiceUnknown
from transire.procedures.papers import issue_paper, open_version
from transire.records.cursor import Page
from transire.records.documents import DocumentFilter, DocumentLine, every_document, list_documents, versions_of
from transire.records.errors import DocumentUnknown

NOTHING_STATED: Final[Mapping[str, str | None]] = MappingProxyType({})


class InvoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice as a list shows it; `entries` are the numbers of the entries that declare it."""

    document_id: str
    version: str
    number: str
    invoice_date: str
    seller: str
    seller_did: str
    buyer: str
    buyer_did: str
    currency: str
    total: str
    current: bool
    ours: bool
    issued_statement: str
    accepted_at: datetime | None
    entries: tuple[str, ...]


class InvoicePage(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice, opened."""

    row: InvoiceRow
    invoice: Invoice
    versions: tuple[InvoiceRow, ...]


def issue_invoice(
    tenant: Tenant,
    person: Person,
    invoice: bytes,
    *,
    importer_did: str,
    stated: Mapping[str, str | None] = NOTHING_STATED,
) -> Issued:
    """Issue the invoice of a file to its importer; a second one of the same number replaces the first.

    The file is a table (CSV) or an X12 810; `stated` are columns that the latter has no place for.
    """
    require(person, "invoices.issue")
    read = read_invoice_file(invoice, stated)
    with tenant.transaction() as tx:
        return issue_read(tenant, tx, person, read, importer_did=importer_did)


def issue_read(tenant: Tenant, tx: sa.Connection, person: Person, read: Invoice, *, importer_did: str) -> Issued:
    """The same for an invoice that was read, within a transaction that does more."""
    own = read_particulars(tx).party
    seller = structs.replace(read.seller, did=tenant.did) if is_same_party(read.seller, own) else read.seller
    content = structs.replace(read, seller=seller, buyer=structs.replace(read.buyer, did=importer_did))
    before = _standing(tenant, tx, content.invoice_number)
    issued = issue_paper(
        tenant,
        tx,
        person,
        invoice_subject(content),
        SCHEMA_ID,
        recipients=[importer_did],
        previous=before[0].commitment if before else None,
    )
    for version in before:
        tenant.end(tx, version.commitment, issued.commitment)
    return issued


def list_invoices(
    tenant: Tenant, person: Person | None = None, *, words: str = "", after: str | None = None, limit: int = 50
) -> Page[InvoiceRow]:
    """The newest version of each invoice that this member holds, the latest first."""
    if person is not None:
        require(person, "invoices.read")
    with tenant.database.reading() as view:
        wanted = DocumentFilter(schema_ids=(SCHEMA_ID,), words=words, latest_version=True)
        page = list_documents(view, wanted, after=after, limit=limit)
        return Page(tuple(_row(tenant, view, line) for line in page.rows), page.next)


def show_invoice(tenant: Tenant, document_id: str, person: Person | None = None) -> InvoicePage:
    """One invoice with its versions."""
    if person is not None:
        require(person, "invoices.read")
    with tenant.database.reading() as view:
        try:
            versions = versions_of(view, document_id)
        except DocumentUnknown:
            versions = ()
        paper = open_version(tenant, view, versions[0].commitment) if versions else None
        if paper is None or paper.schema_id != SCHEMA_ID:
            raise InvoiceUnknown(got=document_id)
        rows = tuple(_row(tenant, view, version) for version in versions)
        return InvoicePage(row=rows[0], invoice=read_invoice(paper.credential), versions=rows)


def _standing(tenant: Tenant, tx: sa.Connection, number: str) -> list[DocumentLine]:
    """The versions of this member's invoice of that number that have not ended, the newest first."""
    wanted = DocumentFilter(
        schema_ids=(SCHEMA_ID,), issuers=(tenant.did,), fields={"invoiceNumber": number}, status="current"
    )
    return list(every_document(tx, wanted))


def _row(tenant: Tenant, tx: sa.Connection, line: DocumentLine) -> InvoiceRow:
    fields = {name: values[0] for name, values in line.fields.items()}
    number = fields.get("invoiceNumber", "")
    declaring = DocumentFilter(
        schema_ids=("entry-summary/1",), fields={"lines/invoice/invoiceNumber": number}, latest_version=True
    )
    entries = sorted({found.fields["entryNumber"][0] for found in every_document(tx, declaring)})
    return InvoiceRow(
        document_id=line.document_id,
        version=line.commitment,
        number=number,
        invoice_date=fields.get("invoiceDate", ""),
        seller=fields.get("seller/name", ""),
        seller_did=fields.get("seller/id", ""),
        buyer=fields.get("buyer/name", ""),
        buyer_did=fields.get("buyer/id", ""),
        currency=fields.get("currency", ""),
        total=fields.get("total", ""),
        current=line.is_current,
        ours=line.issuer == tenant.did,
        issued_statement=line.issued_statement,
        accepted_at=line.accepted_at,
        entries=tuple(entries),
    )
