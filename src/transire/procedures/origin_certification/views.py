"""What pages and the API show of certifications; read from the records, the documents opened only on their own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from transire.documents.certification import Certification, read_certification
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement, agreements
from transire.procedures.origin_certification import tables as t
from transire.procedures.origin_certification.errors import CertificationUnknown
from transire.procedures.papers import open_version
from transire.records.cursor import Page
from transire.records.documents import (
    Delivery,
    DocumentFilter,
    DocumentLine,
    deliveries_of,
    list_documents,
    versions_of,
)
from transire.records.errors import DocumentUnknown
from transire.records.statements import StatementLine, statements_about
from transire.vault import journal

SCHEMAS = tuple(law.schema_id for law in agreements().values())

State = Literal["current", "replaced", "withdrawn"]
Status = Literal["any", "current", "ended"]


class CertificationLine(msgspec.Struct, frozen=True, kw_only=True):
    """A certification as a list shows it."""

    document_id: str
    version: str
    number: int
    agreement: str
    agreement_title: str
    certifier: str
    importers: tuple[str, ...]
    goods: tuple[str, ...]
    certified_on: str
    valid_from: str
    valid_until: str
    state: State
    ended_at: datetime | None
    successor: str | None
    ours: bool
    issued_statement: str
    accepted_at: datetime | None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Why a version was withdrawn or replaced, in the certifier's words."""

    statement_id: str
    version: str
    successor: str | None
    reason: str
    accepted_at: datetime


class CertificationPage(msgspec.Struct, frozen=True, kw_only=True):
    """One certification with everything that is known of it here."""

    line: CertificationLine
    certification: Certification
    credential: dict[str, Any]
    versions: tuple[CertificationLine, ...]
    notices: tuple[Notice, ...]
    deliveries: tuple[Delivery, ...]
    statements: tuple[StatementLine, ...]


def certification_lines(
    tenant: Tenant, tx: sa.Connection, *, words: str, status: Status, after: str | None, limit: int
) -> Page[CertificationLine]:
    """The newest version of each certification that this member holds, the latest first."""
    wanted = DocumentFilter(schema_ids=SCHEMAS, words=words, status=status, latest_version=True)
    page = list_documents(tx, wanted, after=after, limit=limit)
    return Page(tuple(line_of(found, tenant.did) for found in page.rows), page.next)


def certification_page(tenant: Tenant, tx: sa.Connection, document_id: str) -> CertificationPage:
    """The page of a certification: its newest version that is held, opened."""
    found = find_versions(tx, document_id)
    paper = open_version(tenant, tx, found[0].commitment)
    if paper is None:
        raise CertificationUnknown(got=document_id)
    return CertificationPage(
        line=line_of(found[0], tenant.did),
        certification=read_certification(paper.credential),
        credential=paper.credential,
        versions=tuple(line_of(version, tenant.did) for version in found),
        notices=tuple(notices_of(tx, document_id)),
        deliveries=tuple(deliveries_of(tx, document_id)),
        statements=tuple(statements_about(tx, document_id)),
    )


def find_versions(tx: sa.Connection, document_id: str) -> tuple[DocumentLine, ...]:
    """The versions of a certification that are held, the newest first; refused where there is none."""
    try:
        found = versions_of(tx, document_id)
    except DocumentUnknown:
        found = ()
    if not found or found[0].schema_id not in SCHEMAS:
        raise CertificationUnknown(got=document_id)
    return found


def line_of(found: DocumentLine, own_did: str) -> CertificationLine:
    """The row of a list, of the fields that the records may hold."""
    fields = found.fields
    law = agreement(_first(fields, "agreement"))
    return CertificationLine(
        document_id=found.document_id,
        version=found.commitment,
        number=found.version,
        agreement=law.id,
        agreement_title=law.short,
        certifier=_first(fields, "certifier/name"),
        importers=fields.get("importers/name", ()),
        goods=fields.get("goods/description", ()),
        certified_on=_first(fields, "certificationDate"),
        valid_from=_first(fields, "blanketPeriod/from"),
        valid_until=_first(fields, "blanketPeriod/until"),
        state="current" if found.is_current else "replaced" if found.successor else "withdrawn",
        ended_at=found.ended_at,
        successor=found.successor,
        ours=found.issuer == own_did,
        issued_statement=found.issued_statement,
        accepted_at=found.accepted_at,
    )


def notices_of(tx: sa.Connection, document_id: str) -> Sequence[Notice]:
    """The notices about a certification by its own issuer, in the order of the ledger."""
    of = t.notices.c
    rows = tx.execute(sa.select(t.notices).where(of.certification == document_id).order_by(of.log_index, of.position))
    found = []
    for row in rows:
        located = journal.find_accepted(tx, row.statement_id)
        assert located is not None  # the row was made of it
        found.append(
            Notice(
                statement_id=row.statement_id,
                version=row.version,
                successor=row.successor,
                reason=str(located.statement.body["reason"]),
                accepted_at=row.accepted_at,
            )
        )
    return found


def _first(fields: dict[str, tuple[str, ...]], name: str) -> str:
    return fields.get(name, ("",))[0]
