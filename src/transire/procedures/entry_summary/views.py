"""What pages and the API show of one entry: the draft, and the page with every claim beside its proof.

A page opens the documents and runs the checks again, so that what it says of a certification that has ended since is
true now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from transire.documents.certification import Certification, CertifiedGood
from transire.documents.determination import SCHEMA_ID as DETERMINATION
from transire.documents.determination import read_determination
from transire.documents.entry import Claim, EntryLine, EntrySummary, Source, find_source
from transire.documents.evidence import Evidence, read_evidence
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.checks import CaseFile, run_checks
from transire.procedures.entry_summary.checks.case import Anchored, Ended, LineOfCase
from transire.procedures.entry_summary.errors import EntryUnknown
from transire.procedures.entry_summary.examination import case_of
from transire.procedures.entry_summary.filings import Filing, find_filing
from transire.procedures.entry_summary.lists import EntryRow, entry_rows
from transire.procedures.findings import Finding
from transire.procedures.papers import open_newest
from transire.records.documents import Delivery, deliveries_of
from transire.records.statements import StatementLine, statements_about
from transire.vault import journal


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """A field with its source: `origin` document, keyed or computed; the place in the document to look it up."""

    pointer: str
    value: Any
    origin: str
    detail: str
    document_id: str | None = None
    document_pointer: str | None = None


class ClaimView(msgspec.Struct, frozen=True, kw_only=True):
    """A claim beside the certification that it rests on, and the statements that prove issue and possession."""

    claim: Claim
    agreement: str
    certification: Certification | None
    certification_version: str | None
    good: CertifiedGood | None
    issued: Anchored | None
    delivered: Anchored | None
    ended: Ended | None
    determined: DeterminedView | None


class DeterminedView(msgspec.Struct, frozen=True, kw_only=True):
    """The determination behind a certified good, where this member was shown it: what it found, in figures.

    `number` counts its versions: a later one may say otherwise than that on which the good was certified.
    """

    document_id: str
    number: int
    issuer: str
    outcome: str
    criterion: str | None
    method: str | None
    value_content: str | None
    value_content_needed: str | None
    not_shifting: tuple[str, ...]
    tests_met: int
    tests: int


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its words, who gave it, and the documents that it names."""

    statement_id: str
    by: str
    by_name: str
    accepted_at: datetime
    document_id: str
    evidence: Evidence | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A question of customs, with what became of it."""

    statement_id: str
    line: int
    question: str
    basis: str
    due_by: date
    by: str
    by_name: str
    accepted_at: datetime
    overdue: bool
    answers: tuple[AnswerView, ...]
    outcome: str | None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """That customs accepted the claim of a line."""

    statement_id: str
    line: int
    by: str
    by_name: str
    accepted_at: datetime
    note: str


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an entry with everything that is known of it."""

    line: EntryLine
    fields: tuple[FieldView, ...]
    claim: ClaimView | None
    findings: tuple[Finding, ...]
    decision: Decision | None
    requests: tuple[RequestView, ...]


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands. `filed_statement` and `issued_statement` are the ids to ask receipts for."""

    row: EntryRow
    document_id: str
    version: str
    entry: EntrySummary
    fields: tuple[FieldView, ...]
    lines: tuple[LineView, ...]
    findings: tuple[Finding, ...]
    keyed: int
    filed_statement: str
    issued_statement: str
    statements: tuple[StatementLine, ...]
    deliveries: tuple[Delivery, ...]


# The officer's page.

_a, _r = t.acceptances.c, t.requests.c
_ACCEPTANCES = (
    sa.select(t.acceptances)
    .where(_a.entry == sa.bindparam("entry"), _a.version == sa.bindparam("version"))
    .order_by(_a.log_index, _a.position)
)
_REQUESTS = sa.select(t.requests).where(_r.entry == sa.bindparam("entry")).order_by(_r.log_index, _r.position)


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that was opened and checked, before anything of it is shown: once, however much is shown then."""

    filing: Filing
    case: CaseFile
    findings: tuple[Finding, ...]
    at_line: Mapping[int, Sequence[Finding]]
    decisions: Mapping[int, Decision]
    requests: Sequence[RequestView]


def look_at(tenant: Tenant, tx: sa.Connection, document_id: str) -> Looked:
    """Open an entry and check it as of now; refuse one that is not held."""
    filing = find_filing(tx, document_id)
    case = None if filing is None else case_of(tenant, tx, filing.statement_id, filing.version)
    if filing is None or case is None:
        raise EntryUnknown(got=document_id)
    findings = tuple(run_checks(case))
    return Looked(
        filing=filing,
        case=case,
        findings=findings,
        at_line=by_line(findings),
        decisions=_decisions(tenant, tx, filing),
        requests=_requests(tenant, tx, document_id),
    )


def entry_page(tenant: Tenant, tx: sa.Connection, document_id: str) -> EntryPage:
    """The page of an entry with all its lines; its checks are run as of now."""
    looked = look_at(tenant, tx, document_id)
    return page_of(tenant, tx, looked, looked.case.lines())


def page_of(tenant: Tenant, tx: sa.Connection, looked: Looked, shown: Sequence[LineOfCase]) -> EntryPage:
    """The page of an entry with some of its lines."""
    filing, case = looked.filing, looked.case
    determined = _determined(tenant, tx, shown)
    return EntryPage(
        row=entry_rows(tenant, tx, [filing])[0],
        document_id=filing.entry,
        version=filing.version,
        entry=case.entry,
        fields=tuple(fields_of(subject_header(case.entry), case.sources, "")),
        lines=tuple(_line_view(looked, line, determined) for line in shown),
        findings=tuple(finding for finding in looked.findings if not finding.where.startswith("/lines/")),
        keyed=sum(1 for source in case.entry.sources if source.keyed_by is not None),
        filed_statement=filing.statement_id,
        issued_statement=tenant.vault.stored(tx, filing.version).issued_by or "",
        statements=tuple(statements_about(tx, filing.entry)),
        deliveries=tuple(deliveries_of(tx, filing.entry)),
    )


def _line_view(looked: Looked, line: LineOfCase, determined: Mapping[str, DeterminedView | None]) -> LineView:
    number = line.line.line_number
    return LineView(
        line=line.line,
        fields=tuple(fields_of(msgspec.to_builtins(line.line), looked.case.sources, line.where())),
        claim=_claim_view(looked.case, line, determined),
        findings=tuple(looked.at_line.get(line.at, ())),
        decision=looked.decisions.get(number),
        requests=tuple(request for request in looked.requests if request.line == number),
    )


def subject_header(entry: EntrySummary) -> dict[str, Any]:
    """The fields of the entry as a whole, as the wire writes them."""
    whole: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(entry, lines=(), sources=()))
    return {name: value for name, value in whole.items() if name not in ("lines", "sources")}


def _determined(tenant: Tenant, tx: sa.Connection, shown: Sequence[LineOfCase]) -> dict[str, DeterminedView | None]:
    """The determinations that the certified goods of these lines name, each opened once."""
    goods = {line.good.determination: line.good for line in shown if line.good and line.good.determination}
    return {name: determined_view(tenant, tx, good) for name, good in goods.items()}


def by_line(findings: Sequence[Finding]) -> dict[int, list[Finding]]:
    """What was found of each line, by its place from 0."""
    found: dict[int, list[Finding]] = {}
    for one in findings:
        parts = one.where.split("/")
        if len(parts) > 2 and parts[1] == "lines" and parts[2].isdecimal():
            found.setdefault(int(parts[2]), []).append(one)
    return found


def _claim_view(case: CaseFile, line: LineOfCase, determined: Mapping[str, DeterminedView | None]) -> ClaimView | None:
    claim, held = line.claim, line.certification
    if claim is None:
        return None
    return ClaimView(
        claim=claim,
        agreement=agreement(claim.agreement).short,
        certification=held.content if held else None,
        certification_version=held.version if held else None,
        good=line.good,
        issued=case.statements.get(claim.issued_statement or ""),
        delivered=case.statements.get(claim.delivered_statement or ""),
        ended=held.ended if held else None,
        determined=determined.get(line.good.determination or "") if line.good else None,
    )


def determined_view(tenant: Tenant, tx: sa.Connection, good: CertifiedGood | None) -> DeterminedView | None:
    """The determination that a certified good names, in its newest version; None where this member does not hold it."""
    paper = None if good is None or good.determination is None else open_newest(tenant, tx, good.determination)
    if paper is None or paper.schema_id != DETERMINATION:
        return None
    content = paper.read_as(read_determination)
    answer = content.answer
    return DeterminedView(
        document_id=paper.document_id,
        number=paper.number,
        issuer=paper.issuer,
        outcome=answer.outcome,
        criterion=answer.criterion,
        method=answer.method,
        value_content=answer.figures.regional_value_content,
        value_content_needed=answer.figures.regional_value_content_needed,
        not_shifting=answer.figures.materials_not_shifting,
        tests_met=sum(1 for test in answer.tests if test.met),
        tests=len(answer.tests),
    )


def fields_of(content: Mapping[str, Any], sources: Mapping[str, Source], base: str) -> list[FieldView]:
    """Every field of a part of an entry with its source; `base` is the pointer of that part."""
    return [_field(f"{base}/{name}", value, find_source(sources, f"{base}/{name}")) for name, value in content.items()]


def _field(pointer: str, value: Any, source: Source | None) -> FieldView:
    if source is None:
        return FieldView(pointer=pointer, value=value, origin="computed", detail="")
    origin = "document" if source.document else "keyed" if source.keyed_by else "computed"
    return FieldView(
        pointer=pointer,
        value=value,
        origin=origin,
        detail=source.keyed_by or source.computed or "",
        document_id=source.document,
        document_pointer=source.pointer,
    )


def _decisions(tenant: Tenant, tx: sa.Connection, filing: Filing) -> dict[int, Decision]:
    """The acceptances of this version, by line; of several the first."""
    found: dict[int, Decision] = {}
    for row in tx.execute(_ACCEPTANCES, {"entry": filing.entry, "version": filing.version}):
        body = _body(tx, row.statement_id)
        decision = Decision(
            statement_id=row.statement_id,
            line=row.line,
            by=row.by,
            by_name=tenant.name_of(row.by),
            accepted_at=row.accepted_at,
            note=str(body.get("note", "")),
        )
        found.setdefault(row.line, decision)
    return found


def _requests(tenant: Tenant, tx: sa.Connection, entry: str) -> list[RequestView]:
    return [_request_view(tenant, tx, row) for row in tx.execute(_REQUESTS, {"entry": entry})]


def _request_view(tenant: Tenant, tx: sa.Connection, row: sa.Row[Any]) -> RequestView:
    body, due_by = _body(tx, row.statement_id), date.fromisoformat(row.due_by)
    answers = _answers(tenant, tx, row.statement_id)
    closing = t.closings.c
    outcomes = tx.execute(sa.select(closing.outcome).where(closing.request == row.statement_id)).scalars().all()
    return RequestView(
        statement_id=row.statement_id,
        line=row.line,
        question=str(body["question"]),
        basis=str(body["basis"]),
        due_by=due_by,
        by=row.by,
        by_name=tenant.name_of(row.by),
        accepted_at=row.accepted_at,
        overdue=not answers and not outcomes and tenant.now().date() > due_by,
        answers=answers,
        outcome=outcomes[-1] if outcomes else None,
    )


def _answers(tenant: Tenant, tx: sa.Connection, request: str) -> tuple[AnswerView, ...]:
    of = t.answers.c
    query = sa.select(t.answers).where(of.request == request).order_by(of.log_index, of.position)
    return tuple(_answer_view(tenant, tx, row) for row in tx.execute(query))


def _answer_view(tenant: Tenant, tx: sa.Connection, row: sa.Row[Any]) -> AnswerView:
    document_id = str(_body(tx, row.statement_id)["answer"])
    paper = open_newest(tenant, tx, document_id)
    return AnswerView(
        statement_id=row.statement_id,
        by=row.by,
        by_name=tenant.name_of(row.by),
        accepted_at=row.accepted_at,
        document_id=document_id,
        evidence=None if paper is None else read_evidence(paper.credential),
    )


def _body(tx: sa.Connection, statement_id: str) -> dict[str, Any]:
    located = journal.find_accepted(tx, statement_id)
    assert located is not None  # the row was made of this statement
    return cast("dict[str, Any]", located.statement.body)
