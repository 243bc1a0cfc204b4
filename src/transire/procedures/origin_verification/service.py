"""What a node does for the verification of origin: ask, answer, decide, show.

Each function is one act of one person for one member. The permission is asked first; what follows from the act is
written in one SQL transaction, and goes to the ledger and to the others after it.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.certification import find_good, is_certification, read_certification
from transire.documents.entry import find_line
from transire.node.tenant import Tenant
from transire.procedures.origin_verification.answering import answer, answer_visit
from transire.procedures.origin_verification.asking import (
    ClaimQuestions,
    ask_certifier,
    ask_claims,
    close_request,
    extend_request,
    propose_visit,
)
from transire.procedures.origin_verification.claiming import claim_after_import
from transire.procedures.origin_verification.deciding import defer_determination, determine, propose_action
from transire.procedures.origin_verification.gathering import find_entry, opening_statement
from transire.procedures.origin_verification.lists import VerificationList, verification_list
from transire.procedures.origin_verification.views import (
    RequestView,
    VerificationPage,
    find_request,
    verification_page,
)
from transire.procedures.papers import Paper, open_newest

__all__ = [
    "BackUp",
    "ClaimQuestions",
    "RequestView",
    "VerificationList",
    "VerificationPage",
    "answer",
    "answer_visit",
    "ask",
    "ask_certifier",
    "ask_claims",
    "backup_documents",
    "claim_after_import",
    "close_request",
    "defer_determination",
    "determine",
    "extend_request",
    "list_verifications",
    "propose_action",
    "propose_visit",
    "show_request",
    "show_verification",
]


def ask(
    tenant: Tenant,
    person: Person,
    entry_id: str,
    line: int,
    question: str,
    due_days: int | None = None,
    *,
    basis: str | None = None,
) -> str:
    """Ask about one line in words; returns the request's id."""
    asked = ClaimQuestions(line=line, words=question)
    return ask_claims(tenant, person, entry_id, [asked], due_days=due_days, basis=basis)[0]


def list_verifications(tenant: Tenant, person: Person) -> VerificationList:
    """Everything that waits, the first last day first."""
    require(person, "requests.read")
    with tenant.database.reading() as view:
        return verification_list(tenant, view)


def show_verification(tenant: Tenant, person: Person, entry_id: str) -> VerificationPage:
    """The claims of an entry with every step of their verification."""
    require(person, "requests.read")
    with tenant.database.reading() as view:
        return verification_page(tenant, view, entry_id)


def show_request(tenant: Tenant, person: Person, statement_id: str) -> RequestView:
    """A request, visit or notice, with what became of it."""
    require(person, "requests.read")
    with tenant.database.reading() as view:
        return find_request(tenant, view, statement_id)


class BackUp(msgspec.Struct, frozen=True, kw_only=True):
    """A document that bears a claim out and that this member holds: one click sends it along."""

    document_id: str
    title: str
    schema_id: str


def backup_documents(tenant: Tenant, person: Person, statement_id: str) -> tuple[BackUp, ...]:
    """The documents behind the claim that a request is about, as far as this member holds them.

    Certification and invoice for whoever filed; certification, determination and cost sheet for whoever certified.
    """
    require(person, "requests.read")
    with tenant.database.reading() as view:
        stated = opening_statement(view, statement_id)
        named = _named(tenant, view, stated.statement.about, int(str(stated.statement.body["line"])))
        papers = [paper for document in dict.fromkeys(named) if (paper := open_newest(tenant, view, document))]
    return tuple(
        BackUp(document_id=paper.document_id, title=paper.title, schema_id=paper.schema_id) for paper in papers
    )


def _named(tenant: Tenant, tx: sa.Connection, about: tuple[str, ...], number: int) -> list[str]:
    entry = find_entry(tenant, tx, about[-1])
    line = None if entry is None else find_line(entry.content, number)
    if line is None:
        return _behind(open_newest(tenant, tx, about[0]), None) if len(about) > 1 else []
    claim = line.claim
    certification = None if claim is None or claim.certification is None else claim.certification
    found = [line.invoice.document]
    if certification is not None and claim is not None:
        found += _behind(open_newest(tenant, tx, certification), claim.certification_good)
    return found


def _behind(paper: Paper | None, good_number: int | None) -> list[str]:
    """A certification, and the determinations that its goods (or the one that is meant) were certified on."""
    if paper is None or not is_certification(paper.credential):
        return []
    content = read_certification(paper.credential)
    named = None if good_number is None else find_good(content, good_number)
    goods = content.goods if named is None else (named,)
    return [paper.document_id, *(good.determination for good in goods if good.determination is not None)]
