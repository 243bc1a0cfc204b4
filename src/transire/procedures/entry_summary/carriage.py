"""Taking the facts of carriage and packing into a draft from signed documents that name its invoices.

A document counts where it can be meant. Sellers number their invoices as they like, so a number alone means nothing: a
bill of lading or air waybill has to name a party of the sale too, and a packing list has to be of whoever issued the
invoice, or of this member and name its seller. Where two bills are left, a person has to say which: nothing is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from transire.desk.drafts import Source
from transire.documents.carriage import BILL, PACKING, WAYBILL, Packed, carriage_facts, packed_weights
from transire.documents.entry import EntrySummary
from transire.documents.invoice import Invoice
from transire.documents.parties import is_called
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.checks.case import HeldInvoice
from transire.procedures.papers import Paper, open_version
from transire.records.documents import DocumentFilter, DocumentLine, every_document

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
    carried = list(_bills(tenant, tx, invoices))
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


def _bills(tenant: Tenant, tx: sa.Connection, invoices: Sequence[HeldInvoice]) -> list[Paper]:
    """The bills of lading and air waybills of these invoices, each once."""
    found = {
        paper.version: paper
        for invoice in invoices
        for paper in _naming(tenant, tx, invoice, (BILL, WAYBILL))
        if _names_party(paper.subject, _CARRIED, invoice.content)
    }
    return list(found.values())


def _weights(
    tenant: Tenant, tx: sa.Connection, invoices: Sequence[HeldInvoice]
) -> Iterator[tuple[tuple[str, int], tuple[Paper, Packed]]]:
    """The packed weight of each line of the invoices; what a later packing list says comes later, and so counts."""
    for invoice in invoices:
        for paper in _naming(tenant, tx, invoice, (PACKING,)):
            is_own = paper.issuer == tenant.did and _names_party(paper.subject, _PACKED, invoice.content)
            if not (is_own or paper.issuer == invoice.issuer):
                continue
            for packed in packed_weights(paper.subject):
                if packed.invoice_number == invoice.content.invoice_number:
                    yield (invoice.document_id, packed.invoice_line), (paper, packed)


_CARRIED, _PACKED = ("shipper", "consignee", "notifyParties"), ("seller",)
"""The members in which documents of carriage and packing name the parties of a sale."""


def _names_party(subject: Mapping[str, Any], members: Sequence[str], sale: Invoice) -> bool:
    """Whether a document names a party of the sale: by DID where both give one, else by name."""
    parties = [one for one in (sale.seller, sale.buyer, sale.shipper, sale.consignee) if one is not None]
    named = [one for member in members for one in _listed(subject.get(member))]
    return any(is_called(party, str(one.get("name", "")), one.get("id")) for one in named for party in parties)


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _naming(tenant: Tenant, tx: sa.Connection, invoice: HeldInvoice, schema_ids: Sequence[str]) -> list[Paper]:
    """The documents in force, of these types, that name the invoice by its number, in the order of the ledger."""
    found: dict[str, DocumentLine] = {}
    for schema_id in schema_ids:
        for field in NAMING[schema_id]:
            wanted = DocumentFilter(
                schema_ids=(schema_id,),
                fields={field: invoice.content.invoice_number},
                status="current",
                latest_version=True,
            )
            found |= {line.commitment: line for line in every_document(tx, wanted)}
    in_order = sorted(found.values(), key=lambda line: (line.log_index, line.position))
    return [paper for line in in_order if (paper := open_version(tenant, tx, line.commitment)) is not None]


def _source(paper: Paper, pointer: str) -> Source:
    return Source("document", document_id=paper.document_id, pointer=f"{SUBJECT}{pointer}")
