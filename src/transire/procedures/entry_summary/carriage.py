"""Taking the facts of carriage and packing into a draft from signed documents that name its invoices.

A document counts where it can be meant: a packing list of whoever issued the invoice or of this member itself, and the
one bill of lading or air waybill that names it. Where two name it, a person has to say which, and nothing is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from transire.desk.drafts import Source
from transire.documents.carriage import BILL, PACKING, WAYBILL, Packed, carriage_facts, packed_weights
from transire.documents.entry import EntrySummary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.checks.case import HeldInvoice
from transire.procedures.papers import Paper, open_version
from transire.records.documents import DocumentFilter, every_document

NAMING = {BILL: ("invoiceNumbers",), WAYBILL: ("invoiceNumbers",), PACKING: ("invoiceNumber", "lines/invoiceNumber")}
"""The fields by which documents of carriage and packing name invoices."""

SUBJECT = "/credentialSubject"


def take_carriage(
    content: dict[str, Any],
    sources: dict[str, Source],
    tenant: Tenant,
    tx: sa.Connection,
    invoices: Sequence[HeldInvoice],
) -> None:
    """Fill in what the documents that name these invoices say; what a line's own invoice says of weight stands."""
    carried = list(_naming(tenant, tx, invoices, (BILL, WAYBILL)))
    if len(carried) == 1:
        for name, said in carriage_facts(carried[0].schema_id, carried[0].subject).items():
            content[name] = said.value
            sources[f"/{name}"] = _source(carried[0], said.pointer)
    weights = dict(_weights(tenant, tx, invoices))
    for at, line in enumerate(content["lines"]):
        invoice = line["invoice"]
        found = weights.get((invoice["document"], invoice["lineNumber"]))
        if found is not None and "grossWeight" not in line:
            paper, packed = found
            line["grossWeight"] = packed.gross_weight
            sources[f"/lines/{at}/grossWeight"] = _source(paper, packed.pointer)


def named_versions(tenant: Tenant, tx: sa.Connection, entry: EntrySummary) -> Iterator[str]:
    """The documents of carriage and packing from which fields of an entry were taken: customs is given them with it."""
    for document_id in dict.fromkeys(source.document for source in entry.sources if source.document):
        version = tenant.vault.newest(tx, document_id)
        paper = None if version is None else open_version(tenant, tx, version)
        if paper is not None and paper.schema_id in NAMING:
            yield paper.version


def _weights(
    tenant: Tenant, tx: sa.Connection, invoices: Sequence[HeldInvoice]
) -> Iterator[tuple[tuple[str, int], tuple[Paper, Packed]]]:
    """The packed weight of each line of the invoices; the latest packing list that says it counts."""
    for invoice in invoices:
        lists = [
            paper
            for paper in _naming(tenant, tx, [invoice], (PACKING,))
            if paper.issuer in (invoice.issuer, tenant.did)
        ]
        for paper in reversed(lists):
            for packed in packed_weights(paper.subject):
                if packed.invoice_number == invoice.content.invoice_number:
                    yield (invoice.document_id, packed.invoice_line), (paper, packed)


def _naming(
    tenant: Tenant, tx: sa.Connection, invoices: Sequence[HeldInvoice], schema_ids: Sequence[str]
) -> Iterator[Paper]:
    """The documents in force, of these types, that name one of the invoices by its number, the latest first."""
    seen: set[str] = set()
    for invoice in invoices:
        for schema_id in schema_ids:
            for field in NAMING[schema_id]:
                wanted = DocumentFilter(
                    schema_ids=(schema_id,),
                    fields={field: invoice.content.invoice_number},
                    status="current",
                    latest_version=True,
                )
                for line in every_document(tx, wanted):
                    paper = None if line.commitment in seen else open_version(tenant, tx, line.commitment)
                    seen.add(line.commitment)
                    if paper is not None:
                        yield paper


def _source(paper: Paper, pointer: str) -> Source:
    return Source("document", document_id=paper.document_id, pointer=f"{SUBJECT}{pointer}")
