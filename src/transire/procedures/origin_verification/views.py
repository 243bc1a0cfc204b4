"""What pages and the API show of verifications: one request whole, and an entry's claims with all their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.documents.evidence import Evidence, read_evidence
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement
from transire.procedures.clocks import Due, dates_of_entry
from transire.procedures.origin_verification import statements as s
from transire.procedures.origin_verification import tables as t
from transire.procedures.origin_verification.claiming import RefundOffer, refund_offers
from transire.procedures.origin_verification.errors import RequestUnknown
from transire.procedures.origin_verification.gathering import (
    ClaimOfLine,
    Opened,
    StandingEntry,
    body_of,
    case_of,
    claim_of_line,
    find_entry,
    ledger_time,
    opening_statement,
    standing_entry,
    steps_of,
)
from transire.procedures.origin_verification.questions import chosen
from transire.procedures.origin_verification.stages import Asked, ClaimCase, Step, asked_of_steps, days_left
from transire.procedures.papers import open_newest


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A last day by law, as a counter. `confirmed` is False where the text of the law was not read by us."""

    clock: str
    title: str
    due: date
    days_left: int
    citation: str
    confirmed: bool
    note: str


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its words, who gave it, whether it came in time by the ledger, and the documents that it names."""

    statement_id: str
    by: str
    by_name: str
    accepted_at: datetime
    late: bool
    said: str | None
    document_id: str | None
    evidence: Evidence | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that customs asked, with what became of it; `kind` is that of its statement."""

    statement_id: str
    kind: str
    entry: str
    line: int
    question: str
    questions: tuple[str, ...]
    basis: str
    due_by: date
    first_due_by: date
    days_left: int
    by: str
    by_name: str
    accepted_at: datetime
    overdue: bool
    answers: tuple[AnswerView, ...]
    outcome: str | None
    note: str
    certification: str | None
    place: str | None
    on: date | None


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """What customs decided of a claim, and the document that says why."""

    statement_id: str
    document_id: str
    outcome: str
    by_name: str
    accepted_at: datetime


class ClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with every step of its verification, where it stands, and what customs may do next."""

    line: int
    description: str
    tariff_number: str
    entered_value: str
    agreement: str
    certification: str | None
    certifier: str | None
    certified_by_other: bool
    after_import: bool
    stage: str
    requests: tuple[RequestView, ...]
    limit: Term | None
    deferred: bool
    decision: DecisionView | None
    acts: tuple[str, ...]


class VerificationPage(msgspec.Struct, frozen=True, kw_only=True):
    """The verification of an entry: its claims, the dates that the law sets for it, and what could be claimed yet."""

    entry: str
    version: str
    entry_number: str
    importer: str
    filer: str
    claims: tuple[ClaimView, ...]
    terms: tuple[Term, ...]
    refunds: tuple[RefundOffer, ...]


def term(clock: Due, now: datetime) -> Term:
    """A clock as a counter."""
    return Term(
        clock=clock.clock,
        title=clock.title,
        due=clock.due,
        days_left=clock.days_left(now),
        citation=clock.citation,
        confirmed=clock.confirmed,
        note=clock.note,
    )


# An entry.


def verification_page(tenant: Tenant, tx: sa.Connection, entry_id: str) -> VerificationPage:
    """The verification of an entry as it stands now."""
    entry = standing_entry(tenant, tx, entry_id)
    steps = steps_of(tx, entry_id)
    asked_about, opened = {step.line for step in steps}, Opened()
    claimed = [
        claim_of_line(tenant, tx, entry, line.line_number, needs_claim=False, opened=opened)
        for line in entry.content.lines
        if line.claim is not None or line.line_number in asked_about
    ]
    return VerificationPage(
        entry=entry_id,
        version=entry.version,
        entry_number=entry.content.entry_number,
        importer=entry.content.importer.name,
        filer=tenant.name_of(entry.filer),
        claims=tuple(_claim_view(tenant, tx, one, steps) for one in claimed),
        terms=entry_terms(entry, tenant.now()),
        refunds=refund_offers(tenant, tx, entry),
    )


def entry_terms(entry: StandingEntry, now: datetime) -> tuple[Term, ...]:
    """The dates that the law sets for an entry, the earliest first."""
    found = dates_of_entry(entry.content.entry_date, entry.content.import_date)
    return tuple(term(clock, now) for clock in found)


def _claim_view(tenant: Tenant, tx: sa.Connection, claimed: ClaimOfLine, steps: Sequence[Step]) -> ClaimView:
    case, now, held = case_of(tx, claimed, steps), tenant.now(), claimed.certified
    asked = sorted((*case.requests, *case.visits, *case.proposals), key=lambda one: one.step.accepted_at)
    limit = case.limit()
    return ClaimView(
        line=claimed.line.line_number,
        description=claimed.line.description,
        tariff_number=claimed.line.tariff_number,
        entered_value=format(claimed.line.entered_value, "f"),
        agreement=agreement(claimed.agreement).short if claimed.agreement else "",
        certification=None if claimed.claim is None else claimed.claim.certification,
        certifier=None if held is None else tenant.name_of(held.paper.issuer),
        certified_by_other=claimed.certified_by_other,
        after_import=claimed.claim is not None and claimed.line.claim is None,
        stage=case.stage(ledger_time(tenant)),
        requests=tuple(request_view(tenant, tx, one) for one in asked),
        limit=None if limit is None else term(limit, now),
        deferred=case.deferred is not None,
        decision=_decision(tenant, tx, case),
        acts=tuple(sorted(case.acts(ledger_time(tenant)))),
    )


def _decision(tenant: Tenant, tx: sa.Connection, case: ClaimCase) -> DecisionView | None:
    decided = case.decided
    if decided is None:
        return None
    return DecisionView(
        statement_id=decided.statement_id,
        document_id=_document_of(tx, decided.statement_id) or "",
        outcome=decided.outcome or "",
        by_name=tenant.name_of(decided.by),
        accepted_at=decided.accepted_at,
    )


# A request.


def find_request(tenant: Tenant, tx: sa.Connection, statement_id: str) -> RequestView:
    """A request, visit or notice with what became of it."""
    stated = opening_statement(tx, statement_id)
    asked = asked_of_steps(steps_of(tx, stated.statement.about[-1]), statement_id)
    if asked is None:
        raise RequestUnknown(got=statement_id)
    return request_view(tenant, tx, asked)


def request_view(tenant: Tenant, tx: sa.Connection, asked: Asked) -> RequestView:
    """The view of something asked."""
    step, body, now = asked.step, body_of(tx, asked.step.statement_id), tenant.now()
    closing = asked.closing
    assert step.line is not None  # every opening kind has one
    assert step.due_by is not None
    return RequestView(
        statement_id=step.statement_id,
        kind=step.kind,
        entry=step.entry,
        line=step.line,
        question=str(body.get("question") or body.get("reason") or ""),
        questions=tuple(question.code for question in chosen(body.get("questions", ()))),
        basis=str(body["basis"]),
        due_by=asked.due_by,
        first_due_by=step.due_by,
        days_left=days_left(asked.due_by, now),
        by=step.by,
        by_name=tenant.name_of(step.by),
        accepted_at=step.accepted_at,
        overdue=asked.is_overdue(ledger_time(tenant)),
        answers=tuple(_answer(tenant, tx, asked, one) for one in asked.answers),
        outcome=None if closing is None else closing.outcome,
        note="" if closing is None else str(body_of(tx, closing.statement_id)["note"]),
        certification=_document_of(tx, step.statement_id),
        place=body.get("place"),
        on=date.fromisoformat(body["on"]) if "on" in body else None,
    )


def _answer(tenant: Tenant, tx: sa.Connection, asked: Asked, step: Step) -> AnswerView:
    document = _document_of(tx, step.statement_id)
    paper = None if document is None else open_newest(tenant, tx, document)
    body: dict[str, Any] = {} if step.kind == s.ANSWERED.name else body_of(tx, step.statement_id)
    return AnswerView(
        statement_id=step.statement_id,
        by=step.by,
        by_name=tenant.name_of(step.by),
        accepted_at=step.accepted_at,
        late=asked.is_late(step),
        said=step.outcome if not body else str(body.get("words") or step.outcome),
        document_id=document,
        evidence=None if paper is None else read_evidence(paper.credential),
    )


def _document_of(tx: sa.Connection, statement_id: str) -> str | None:
    of = t.steps.c
    return tx.execute(sa.select(of.document).where(of.statement_id == statement_id)).scalar_one_or_none()


def requests_of(tenant: Tenant, tx: sa.Connection, entry_id: str, line: int) -> tuple[RequestView, ...]:
    """Everything that was asked about one line, in the order of the ledger."""
    steps = steps_of(tx, entry_id)
    found = (asked_of_steps(steps, step.statement_id) for step in steps if step.line == line)
    return tuple(request_view(tenant, tx, asked) for asked in found if asked is not None)


def decision_of(tenant: Tenant, tx: sa.Connection, entry: StandingEntry, line: int) -> DecisionView | None:
    """What customs decided of the claim of a line; None while it has not."""
    return _decision(tenant, tx, case_of(tx, claim_of_line(tenant, tx, entry, line, needs_claim=False)))


def entry_number_of(tenant: Tenant, tx: sa.Connection, entry_id: str) -> str | None:
    """The number of an entry, where this member holds it."""
    entry = find_entry(tenant, tx, entry_id)
    return None if entry is None else entry.content.entry_number
