"""What the trade does: it answers a question, a visit or a notice, with the documents that bear it out.

An answer is a document that its author signs. Whoever was asked past the importer answers customs alone: neither the
answer nor its documents are sent to anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.evidence import SCHEMA_ID as EVIDENCE
from transire.documents.evidence import Attachment, Evidence, evidence_subject
from transire.node.tenant import Issued, Tenant
from transire.procedures.clocks import due, postpone
from transire.procedures.origin_verification.asking import open_request
from transire.procedures.origin_verification.errors import (
    AlreadyAnswered,
    AttachmentUnknown,
    NotAskedHere,
    RequestUnknown,
)
from transire.procedures.origin_verification.gathering import find_entry, ledger_time, parties_of
from transire.procedures.origin_verification.statements import ANSWERED, ASKED, PROPOSED, VISIT, VISIT_ANSWERED
from transire.procedures.papers import Paper, issue_paper, open_newest, share_paper

VisitAnswer = Literal["consented", "refused", "postponed"]
VISIT_ANSWERS: tuple[VisitAnswer, ...] = ("consented", "refused", "postponed")


def answer(tenant: Tenant, person: Person, request_id: str, text: str, documents: Sequence[str] = ()) -> Issued:
    """Answer a request or a proposed action with words and documents that are held; returns the answer, signed.

    Documents of others go to customs as grants of this member, with the proof of its own possession.
    """
    with tenant.transaction() as tx:
        stated, _ = open_request(tx, request_id)
        if stated.statement.kind == VISIT.name:
            raise RequestUnknown(got=request_id, expected="a question or a notice")
        others = _others_told(tenant, tx, person, stated)
        customs = stated.statement.by
        papers = [_paper(tenant, tx, document) for document in dict.fromkeys(documents)]
        for paper in papers:
            share_paper(tenant, tx, person, paper.version, customs, purpose="evidence")
        issued = issue_paper(tenant, tx, person, _subject(tenant, stated, text, papers), EVIDENCE, recipients=())
        tenant.state(
            tx,
            person,
            ANSWERED.name,
            {"answer": issued.document_id},
            about=[request_id, *stated.statement.about],
            recipients=list(dict.fromkeys([customs, *others])),
            documents=[issued.commitment],
        )
    return issued


def answer_visit(
    tenant: Tenant, person: Person, visit_id: str, said: VisitAnswer, *, words: str = "", days: int | None = None
) -> str:
    """Consent to a visit, refuse it, or ask that it be put off (once, within 15 days: 19 CFR 182.74)."""
    with tenant.transaction() as tx:
        stated, asked = open_request(tx, visit_id)
        if stated.statement.kind != VISIT.name:
            raise RequestUnknown(got=visit_id, expected="a visit")
        require(person, "requests.answer", Relation.ISSUER)
        _require_certifier(tenant, tx, stated)
        body: dict[str, Any] = {"answer": said} | ({"words": words} if words else {})
        if said == "postponed":
            if asked.due_by != asked.step.due_by:
                raise AlreadyAnswered(got="put off already", expected="once (19 CFR 182.74)")
            # Refused here, where a person can still ask for less, as it would count for nothing there.
            postpone(due("visit-consent", asked.step.accepted_at), days or 0, ledger_time(tenant))
            body["days"] = days
        about = [visit_id, *stated.statement.about]
        return tenant.state(tx, person, VISIT_ANSWERED.name, body, about=about, recipients=[stated.statement.by])


def _others_told(tenant: Tenant, tx: sa.Connection, person: Person, stated: Any) -> list[str]:
    """Who beside customs gets the answer; refuse a member that was not asked."""
    if stated.statement.kind not in (ASKED.name, PROPOSED.name):
        require(person, "requests.answer", Relation.ISSUER)
        _require_certifier(tenant, tx, stated)
        return []
    entry = find_entry(tenant, tx, stated.statement.about[-1])
    if entry is None:
        raise RequestUnknown(got=stated.statement.id)
    is_filer = entry.filer == tenant.did and entry.importer != tenant.did
    require(person, "requests.answer", Relation.AUTHORISED_BROKER if is_filer else Relation.OWN_MEMBER)
    if tenant.did not in (entry.filer, entry.importer):
        raise NotAskedHere(got=stated.statement.id)
    return parties_of(tenant, entry)


def _require_certifier(tenant: Tenant, tx: sa.Connection, stated: Any) -> None:
    """Refuse a member that has not signed the certification that a request is about."""
    version = tenant.vault.newest(tx, stated.statement.about[0])
    if version is None or tenant.vault.stored(tx, version).issuer != tenant.did:
        raise NotAskedHere(got=stated.statement.id)


def _subject(tenant: Tenant, stated: Any, text: str, papers: Sequence[Paper]) -> dict[str, Any]:
    is_of_entry = stated.statement.kind in (ASKED.name, PROPOSED.name)
    return evidence_subject(
        Evidence(
            request=stated.statement.id,
            entry=stated.statement.about[-1] if is_of_entry else None,
            line_number=int(stated.statement.body["line"]) if is_of_entry else None,
            answer=text,
            answered_on=tenant.now().date(),
            attachments=tuple(
                Attachment(document=paper.document_id, title=paper.title, schema_id=paper.schema_id) for paper in papers
            ),
        )
    )


def _paper(tenant: Tenant, tx: sa.Connection, document: str) -> Paper:
    paper = open_newest(tenant, tx, document)
    if paper is None:
        raise AttachmentUnknown(got=document)
    return paper
