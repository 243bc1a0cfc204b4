"""The dialogue about an entry that is filed: customs accepts a claim, asks about a line, is answered, and closes.

A request's clock runs from its delivery (LEDGER.md 8); `due_by` is the day that customs names in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, cast

import sqlalchemy as sa

from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.entry import EntryLine, EntrySummary, find_line, read_entry_summary
from transire.documents.evidence import SCHEMA_ID as EVIDENCE
from transire.documents.evidence import Attachment, Evidence, evidence_subject
from transire.node.tenant import Issued, Tenant
from transire.procedures.entry_summary.errors import (
    AttachmentUnknown,
    DueDaysUnsuitable,
    EntryUnknown,
    LineUnknown,
    LineWithoutClaim,
    NotAskedHere,
    RequestUnknown,
)
from transire.procedures.entry_summary.filings import Filing, find_filing
from transire.procedures.entry_summary.statements import ACCEPTED, ANSWERED, ASKED, CLOSED
from transire.procedures.papers import Paper, issue_paper, open_newest, open_version, share_paper
from transire.vault import journal

ANSWER_DAYS = 30
"""Days to answer a request for information (19 USC 1509; CBP Form 28; 19 CFR 182.73(f)(1))."""
MOST_DAYS = 365
REQUEST_BASIS = "19 USC 1509; CBP Form 28"

Outcome = Literal["sufficient", "insufficient", "withdrawn"]


def accept_claim(tenant: Tenant, person: Person, entry_id: str, line: int, *, note: str = "") -> str:
    """Accept the claim of one line as it stands; returns the statement's id."""
    require(person, "claims.decide", authority_relation(tenant))
    with tenant.transaction() as tx:
        filing, entry, claimed = _line_of(tenant, tx, entry_id, line)
        if claimed.claim is None:
            raise LineWithoutClaim(got=line)
        body: dict[str, Any] = {"line": line, "version": filing.version} | ({"note": note} if note else {})
        recipients = parties_of(tenant, filing, entry)
        return tenant.state(tx, person, ACCEPTED.name, body, about=[entry_id], recipients=recipients)


def ask(
    tenant: Tenant,
    person: Person,
    entry_id: str,
    line: int,
    question: str,
    due_days: int = ANSWER_DAYS,
    *,
    basis: str = REQUEST_BASIS,
) -> str:
    """Ask about a line; returns the request's id. The days count from the day of asking."""
    require(person, "requests.ask", authority_relation(tenant))
    if not 1 <= due_days <= MOST_DAYS:
        raise DueDaysUnsuitable(got=due_days, expected=f"1 to {MOST_DAYS}")
    due_by = (tenant.now().date() + timedelta(days=due_days)).isoformat()
    with tenant.transaction() as tx:
        filing, entry, _ = _line_of(tenant, tx, entry_id, line)
        body: dict[str, Any] = {"line": line, "question": question, "due_by": due_by, "basis": basis}
        recipients = parties_of(tenant, filing, entry)
        return tenant.state(tx, person, ASKED.name, body, about=[entry_id], recipients=recipients)


def answer(tenant: Tenant, person: Person, request_id: str, text: str, documents: Sequence[str] = ()) -> Issued:
    """Answer a request with words and documents that are held; the answer is a document that this member signs."""
    with tenant.transaction() as tx:
        asked, filing, entry = _request(tenant, tx, request_id)
        is_filer = filing.by == tenant.did and entry.importer.did != tenant.did
        require(person, "requests.answer", Relation.AUTHORISED_BROKER if is_filer else Relation.OWN_MEMBER)
        if tenant.did not in (filing.by, entry.importer.did):
            raise NotAskedHere(got=request_id)
        papers = [_paper(tenant, tx, document) for document in documents]
        for paper in papers:
            share_paper(tenant, tx, person, paper.version, asked.statement.by, purpose="evidence")
        evidence = _evidence(tenant, request_id, filing.entry, asked, text, papers)
        issued = issue_paper(tenant, tx, person, evidence_subject(evidence), EVIDENCE, recipients=())
        recipients = [asked.statement.by, *parties_of(tenant, filing, entry)]
        tenant.state(
            tx,
            person,
            ANSWERED.name,
            {"answer": issued.document_id},
            about=[request_id, filing.entry],
            recipients=list(dict.fromkeys(recipients)),
            documents=[issued.commitment],
        )
    return issued


def close_request(tenant: Tenant, person: Person, request_id: str, outcome: Outcome, note: str) -> str:
    """Say that a request is settled, or that its answer does not suffice; returns the statement's id."""
    require(person, "requests.ask", authority_relation(tenant))
    with tenant.transaction() as tx:
        _, filing, entry = _request(tenant, tx, request_id)
        body: dict[str, Any] = {"outcome": outcome, "note": note}
        recipients = parties_of(tenant, filing, entry)
        return tenant.state(tx, person, CLOSED.name, body, about=[request_id, filing.entry], recipients=recipients)


def _evidence(
    tenant: Tenant, request_id: str, entry_id: str, asked: journal.Located, text: str, papers: Sequence[Paper]
) -> Evidence:
    return Evidence(
        request=request_id,
        entry=entry_id,
        line_number=cast("int", asked.statement.body["line"]),
        answer=text,
        answered_on=tenant.now().date(),
        attachments=tuple(
            Attachment(document=paper.document_id, title=paper.title, schema_id=paper.schema_id) for paper in papers
        ),
    )


def filed_entry(tenant: Tenant, tx: sa.Connection, entry_id: str) -> tuple[Filing, Paper]:
    filing = find_filing(tx, entry_id)
    paper = None if filing is None else open_version(tenant, tx, filing.version)
    if filing is None or paper is None:
        raise EntryUnknown(got=entry_id)
    return filing, paper


def authority_relation(tenant: Tenant) -> Relation:
    """Only a member that is an administration on the ledger stands in that relation to an entry."""
    return Relation.CUSTOMS if "customs" in tenant.roles else Relation.RECIPIENT


def _paper(tenant: Tenant, tx: sa.Connection, document: str) -> Paper:
    paper = open_newest(tenant, tx, document)
    if paper is None:
        raise AttachmentUnknown(got=document)
    return paper


def _line_of(tenant: Tenant, tx: sa.Connection, entry_id: str, number: int) -> tuple[Filing, EntrySummary, EntryLine]:
    filing, paper = filed_entry(tenant, tx, entry_id)
    entry = read_entry_summary(paper.credential)
    line = find_line(entry, number)
    if line is None:
        raise LineUnknown(got=number)
    return filing, entry, line


def _request(tenant: Tenant, tx: sa.Connection, request_id: str) -> tuple[journal.Located, Filing, EntrySummary]:
    asked = journal.locate(tx, request_id)
    if asked is None or asked.statement.kind != ASKED.name:
        raise RequestUnknown(got=request_id)
    filing, paper = filed_entry(tenant, tx, asked.statement.about[0])
    return asked, filing, read_entry_summary(paper.credential)


def parties_of(tenant: Tenant, filing: Filing, entry: EntrySummary) -> list[str]:
    """The filer and the importer, without this member itself."""
    importer = entry.importer.did
    return sorted({filing.by, *([importer] if importer else [])} - {tenant.did})
