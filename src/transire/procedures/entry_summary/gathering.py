"""Putting the case of an entry together, from the documents and statements that this member holds itself.

The filer does it before filing and customs on receipt, each for itself: nobody checks with what another says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from transire.documents.authority import SCHEMA_ID as AUTHORITY
from transire.documents.authority import read_power_of_attorney
from transire.documents.certification import is_certification, read_certification
from transire.documents.customs_determination import SCHEMA_ID as DETERMINED
from transire.documents.customs_determination import read_customs_determination
from transire.documents.entry import SCHEMA_ID as ENTRY
from transire.documents.entry import EntrySummary, read_entry_summary
from transire.documents.invoice import SCHEMA_ID as INVOICE
from transire.documents.invoice import read_invoice
from transire.node.tenant import Tenant
from transire.procedures.bodies import claimed_lines
from transire.procedures.entry_summary.checks.case import (
    Anchored,
    CaseFile,
    Declared,
    DeterminedByCustoms,
    Ended,
    HeldAuthority,
    HeldCertification,
    HeldInvoice,
    StatedClaim,
)
from transire.procedures.papers import Paper, open_version
from transire.records import tables as records
from transire.records.documents import VersionPlace, find_holding, places_of
from transire.vault import journal

_of = records.endings.c
_ENDING = sa.select(records.endings).where(
    _of.issuer == sa.bindparam("issuer"), _of.commitment == sa.bindparam("commitment")
)


def gather_draft(tenant: Tenant, tx: sa.Connection, entry: EntrySummary, *, corrects: str | None = None) -> CaseFile:
    """The case of an entry that this member is about to file, or to correct (`corrects` is its id)."""
    return _gather(tenant, tx, entry, CaseFile(entry=entry, filer=tenant.did, now=tenant.now()), corrects)


def gather_filed(tenant: Tenant, tx: sa.Connection, paper: Paper, filed: journal.Accepted) -> CaseFile:
    """The case of an entry as it was filed: judged at the filing's place in the log."""
    entry = paper.read_as(read_entry_summary)
    body = cast("dict[str, Any]", filed.statement.body)
    begun = CaseFile(
        entry=entry,
        filer=filed.statement.by,
        now=filed.place.accepted_at,
        filed=_anchored(filed),
        stated_claims=tuple(
            msgspec.convert({**claim, "line": line}, StatedClaim)
            for claim in body["claims"]
            for line in claimed_lines(claim)
        ),
    )
    return _gather(tenant, tx, entry, begun, paper.document_id)


def _gather(tenant: Tenant, tx: sa.Connection, entry: EntrySummary, begun: CaseFile, own_id: str | None) -> CaseFile:
    claims = [line.claim for line in entry.lines if line.claim is not None]
    named = {
        name for claim in claims for name in (claim.issued_statement, claim.delivered_statement) if name is not None
    }
    statements = {name: found for name in sorted(named) if (found := _find_statement(tx, name)) is not None}
    documents = {claim.certification for claim in claims if claim.certification is not None}
    versions = {statement.version for statement in statements.values() if statement.version}
    before = None if begun.filed is None else begun.filed.log_index
    certifications = tuple(_certifications(tenant, tx, sorted(documents), sorted(versions), before))
    return msgspec.structs.replace(
        begun,
        statements=statements,
        certifications=certifications,
        determined=tuple(_determined(tenant, tx, {one.issuer for one in certifications}, before)),
        invoices=find_invoices(tenant, tx, entry.invoices, before=before),
        authorities=_authorities(tenant, tx, entry.power_of_attorney, before),
        declared=tuple(_declared(tenant, tx, entry, own_id, before)),
        entry_numbers_used=_numbers_used(tx, entry.entry_number, own_id, before),
    )


def _find_statement(tx: sa.Connection, statement_id: str) -> Anchored | None:
    """A statement with its place; one of this member's own that is not accepted yet has none."""
    located = journal.find_accepted(tx, statement_id)
    if located is not None:
        return _anchored(located)
    if journal.read_raw(tx, statement_id) is None:
        return None
    return Anchored(statement=statement_id, kind="", by="")


def _anchored(located: journal.Accepted) -> Anchored:
    statement, place = located.statement, located.place
    return Anchored(
        statement=located.id,
        kind=statement.kind,
        by=statement.by,
        version=str(statement.body.get("commitment", "")),
        log_index=place.log_index,
        accepted_at=place.accepted_at,
    )


def _certifications(
    tenant: Tenant, tx: sa.Connection, documents: Iterable[str], versions: Iterable[str], before: int | None
) -> Iterator[HeldCertification]:
    """The versions that the claims' statements speak of, and after them the one of each document that stood."""
    stood = [_stood(tenant, tx, document, before) for document in documents]
    for version in dict.fromkeys([*versions, *(found for found in stood if found is not None)]):
        paper = open_version(tenant, tx, version)
        if paper is not None and is_certification(paper.credential):
            content = paper.read_as(read_certification)
            yield HeldCertification(content=content, **held_particulars(tenant, tx, paper))


def _determined(
    tenant: Tenant, tx: sa.Connection, certifiers: Iterable[str], before: int | None
) -> Iterator[DeterminedByCustoms]:
    """What customs had determined of goods of these certifiers, as far as this member was told; the latest last."""
    found = [one for certifier in certifiers for one in find_holding(tx, DETERMINED, "certifier/id", certifier)]
    for place in sorted(found, key=lambda one: (one.log_index, one.document_id)):
        paper = None if before is not None and place.log_index >= before else open_version(tenant, tx, place.commitment)
        if paper is not None and "customs" in held_particulars(tenant, tx, paper)["issuer_roles"]:
            content = paper.read_as(read_customs_determination)
            yield DeterminedByCustoms(document_id=paper.document_id, log_index=place.log_index, content=content)


def find_invoices(
    tenant: Tenant, tx: sa.Connection, documents: Iterable[str], *, before: int | None = None
) -> Mapping[str, HeldInvoice]:
    """The invoices as they stood when the entry was filed; before filing, as they stand now."""
    found = {}
    for document in documents:
        version = _version_before(tx, document, before)
        paper = None if version is None else open_version(tenant, tx, version.commitment)
        if paper is not None and paper.schema_id == INVOICE:
            found[document] = HeldInvoice(content=paper.read_as(read_invoice), **held_particulars(tenant, tx, paper))
    return found


def _version_before(tx: sa.Connection, document: str, before: int | None) -> VersionPlace | None:
    """The version that stood at a place of the log. What came later was not there, whatever is held by now."""
    earlier = (version for version in places_of(tx, document) if before is None or version.log_index < before)
    return next(earlier, None)


def _stood(tenant: Tenant, tx: sa.Connection, document: str, before: int | None) -> str | None:
    """The version that stood at a place of the log; before filing the newest held one, on the ledger or not."""
    if before is None:
        return tenant.vault.newest(tx, document)
    found = _version_before(tx, document, before)
    return None if found is None else found.commitment


def _authorities(
    tenant: Tenant, tx: sa.Connection, document: str | None, before: int | None
) -> Mapping[str, HeldAuthority]:
    stood = None if document is None else _stood(tenant, tx, document, before)
    paper = None if stood is None else open_version(tenant, tx, stood)
    if paper is None or paper.schema_id != AUTHORITY:
        return {}
    content = paper.read_as(read_power_of_attorney)
    return {paper.document_id: HeldAuthority(content=content, **held_particulars(tenant, tx, paper))}


def held_particulars(tenant: Tenant, tx: sa.Connection, paper: Paper) -> dict[str, Any]:
    """What every held document has: whose it is, what was committed to, whether it has ended."""
    issued = journal.find_accepted(tx, paper.issued_by)
    record = tenant.engine.member(paper.issuer)
    roles = record.roles_at(issued.place.height) if record is not None and issued is not None else ()
    return {
        "document_id": paper.document_id,
        "version": paper.version,
        "issuer": paper.issuer,
        "issued_by": paper.issued_by,
        "issuer_roles": frozenset(roles),
        "stated": str(issued.statement.body.get("commitment", "")) if issued else "no statement of issue",
        "computed": paper.version,
        "ended": find_ending(tx, paper.issuer, paper.version),
    }


def find_ending(tx: sa.Connection, issuer: str, version: str) -> Ended | None:
    """Whether the ledger has ended this version, and where."""
    row = tx.execute(_ENDING, {"issuer": issuer, "commitment": version}).first()
    if row is None:
        return None
    return Ended(log_index=row.log_index, at=row.accepted_at, successor=row.successor)


def _declared(
    tenant: Tenant, tx: sa.Connection, entry: EntrySummary, own_id: str | None, before: int | None
) -> Iterator[Declared]:
    """The lines of earlier entries that declare the same invoices."""
    numbers = sorted({line.invoice.invoice_number for line in entry.lines})
    holding = [found for number in numbers for found in find_holding(tx, ENTRY, "lines/invoice/invoiceNumber", number)]
    declaring = _others(holding, own_id, before)
    versions = {found.commitment for found in declaring}
    for document in dict.fromkeys(found.document_id for found in declaring):
        stood = _version_before(tx, document, before)
        if stood is not None and stood.commitment in versions:
            yield from _lines_of(tenant, tx, stood.commitment)


def _lines_of(tenant: Tenant, tx: sa.Connection, version: str) -> Iterator[Declared]:
    paper = open_version(tenant, tx, version)
    if paper is None:
        return
    other = paper.read_as(read_entry_summary)
    for line in other.lines:
        yield Declared(
            entry_number=other.entry_number,
            invoice=line.invoice.document,
            line_number=line.invoice.line_number,
            entered_value=line.entered_value,
        )


def _numbers_used(tx: sa.Connection, number: str, own_id: str | None, before: int | None) -> frozenset[str]:
    others = _others(find_holding(tx, ENTRY, "entryNumber", number), own_id, before)
    return frozenset({number} if others else ())


def _others(found: Iterable[VersionPlace], own_id: str | None, before: int | None) -> list[VersionPlace]:
    """The versions of other documents, as far as they stood before."""
    return [one for one in found if one.document_id != own_id and (before is None or one.log_index < before)]
