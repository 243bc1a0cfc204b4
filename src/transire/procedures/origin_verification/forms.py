"""Requests and notices on look-alikes of CBP Forms 28 and 29: what customs asked, what was answered, what was decided.

Form 28 is a request for information (19 USC 1509), Form 29 a notice of action, proposed or taken. The blocks bear their
names and not the forms' numbers. Whoever does not hold the entry, as a certifier, prints what it was asked and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.customs_determination import read_customs_determination
from transire.documents.entry import EntryLine, find_line
from transire.documents.parties import Party
from transire.node.tenant import Tenant
from transire.procedures.lookalike import Block, LookAlike, Proof, Section, address_text, look_alike_pdf
from transire.procedures.origin_verification.errors import ActionNotTaken, PdfUnavailable, RequestUnknown
from transire.procedures.origin_verification.gathering import StandingEntry, find_entry, standing_entry
from transire.procedures.origin_verification.questions import chosen
from transire.procedures.origin_verification.statements import PROPOSED, VISIT
from transire.procedures.origin_verification.views import (
    AnswerView,
    DecisionView,
    RequestView,
    decision_of,
    find_request,
    requests_of,
)
from transire.procedures.papers import open_newest

REQUEST: Final = "CBP Form 28"
NOTICE: Final = "CBP Form 29"
NOT_SHOWN: Final = "not shown to this member"


def request_form(tenant: Tenant, person: Person, statement_id: str, *, verify_at: str) -> LookAlike:
    """A request for information on Form 28, a proposed action on Form 29; what was answered stands on it."""
    require(person, "requests.read")
    with tenant.database.reading() as view:
        request = find_request(tenant, view, statement_id)
        if not has_form(request):
            raise RequestUnknown(got=statement_id, expected="a question or a notice; a visit is proposed by letter")
        entry = find_entry(tenant, view, request.entry)
        return _form(tenant, request, entry, verify_at)


def taken_form(tenant: Tenant, person: Person, entry_id: str, line: int, *, verify_at: str) -> LookAlike:
    """The denial of a line's claim on Form 29, action taken; refuse a line whose claim was not denied."""
    require(person, "requests.read")
    with tenant.database.reading() as view:
        entry = standing_entry(tenant, view, entry_id)
        decision = decision_of(tenant, view, entry, line)
        if decision is None or decision.outcome == "originating":
            raise ActionNotTaken(got=f"line {line}")
        sections = (
            Section(heading="Entry", blocks=tuple(_of_entry(entry, find_line(entry.content, line)))),
            Section(heading="Action Taken", text=tuple(_found(tenant, view, decision))),
            *_asked_before(tenant, view, entry_id, line),
            Section(heading="Protest", text=(_PROTEST,)),
        )
        number = f"{entry.content.entry_number}/{line}"
        return _paper(
            f"Notice of action taken {number}", NOTICE, number, sections, decision.statement_id,
            decision.accepted_at, verify_at
        )  # fmt: skip


def form_pdf(form: LookAlike) -> bytes:
    """The form as a tagged PDF; refused where the typesetter is not installed."""
    return look_alike_pdf(form, unavailable=PdfUnavailable)


def file_name(form: LookAlike) -> str:
    """The name under which the form is kept: letters, digits and dashes."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in form.number)[:60]
    return f"{kept}.{form.form.rpartition(' ')[2]}.pdf"


def has_form(request: RequestView) -> bool:
    """Whether there is a form of it: a visit is proposed by letter."""
    return request.kind != VISIT.name


_PROTEST: Final = "A decision can be protested within 180 days of liquidation (19 USC 1514)."


def _form(tenant: Tenant, request: RequestView, entry: StandingEntry | None, verify_at: str) -> LookAlike:
    is_notice = request.kind == PROPOSED.name
    line = None if entry is None else find_line(entry.content, request.line)
    number = f"{entry.content.entry_number}/{request.line}" if entry is not None else request.statement_id[:12]
    sections = (
        Section(heading="Entry", blocks=tuple(_of_entry(entry, line))),
        Section(heading="Parties", blocks=_parties(request, entry), across=3),
        Section(
            heading="Action Proposed" if is_notice else "Information Asked For",
            blocks=(
                Block("", "Date", f"{request.accepted_at:%Y-%m-%d}"),
                Block("", "Answer Due By", request.due_by.isoformat()),
                Block("", "Basis", request.basis),
            ),
            across=3,
            text=tuple(_words(request)),
        ),
        *(_answered(one) for one in request.answers),
    )
    title = f"Notice of proposed action {number}" if is_notice else f"Request for information {number}"
    return _paper(
        title, NOTICE if is_notice else REQUEST, number, sections, request.statement_id, request.accepted_at, verify_at
    )


def _paper(
    title: str,
    form: str,
    number: str,
    sections: tuple[Section, ...],
    statement: str,
    at: datetime,
    verify_at: str,
) -> LookAlike:
    proof = Proof(page=verify_at, statement=statement, commitment="", accepted_at=at)
    return LookAlike(
        title=title,
        form=form,
        number=number,
        is_draft=False,
        note="U.S. Customs and Border Protection prints the official form; this paper says what the ledger holds.",
        sections=sections,
        proof=proof.blocks("Stated"),
        verify_at=proof.address,
        at=at,
    )


def _of_entry(entry: StandingEntry | None, line: EntryLine | None) -> Iterator[Block]:
    content = None if entry is None else entry.content
    if content is None:
        yield Block("", "Entry", NOT_SHOWN)
        return
    yield Block("", "Entry Number", content.entry_number)
    yield Block("", "Date of Entry", content.entry_date.isoformat())
    yield Block("", "Date of Importation", content.import_date.isoformat())
    yield Block("", "Port", content.port_of_entry)
    yield Block("", "Carrier", content.carrier or "")
    if line is not None:
        yield Block("", "Line", f"{line.line_number}")
        yield Block("", "Description of Merchandise", line.description)
        yield Block("", "HTSUS Item", line.tariff_number)
        yield Block("", "Country of Origin", line.country_of_origin)
        yield Block("", "Entered Value", f"$ {line.entered_value}")
        yield Block("", "Invoice Number", line.invoice.invoice_number)
        yield Block("", "Manufacturer", "" if line.producer is None else line.producer.name)


def _parties(request: RequestView, entry: StandingEntry | None) -> tuple[Block, ...]:
    if entry is None:
        return (Block("", "From", request.by_name), Block("", "To", "the certifier"))
    content = entry.content
    return (
        Block("", "From", request.by_name),
        Block("", "Importer of Record", _address(content.importer)),
        Block("", "Broker", "" if content.broker is None else _address(content.broker)),
    )


def _address(party: Party) -> str:
    place = party.address
    return address_text(party.name, place.street, place.city, place.region, place.postal_code, place.country)


def _words(request: RequestView) -> Iterator[str]:
    extra = request.question
    for at, question in enumerate(chosen(request.questions), start=1):
        yield f"{at}. {question.text} ({question.citation})"
        extra = extra.removeprefix(question.text).removeprefix("\n")
    if extra:
        yield extra


def _answered(answer: AnswerView) -> Section:
    late = ", after the last day" if answer.late else ""
    evidence = answer.evidence
    words = (evidence.answer,) if evidence is not None else ((answer.said,) if answer.said else ())
    sent = () if evidence is None else tuple(f"{one.title}: {one.document}" for one in evidence.attachments)
    return Section(heading=f"Answer of {answer.by_name}, {answer.accepted_at:%Y-%m-%d}{late}", text=(*words, *sent))


def _found(tenant: Tenant, tx: sa.Connection, decision: DecisionView) -> Iterator[str]:
    """What the determination says, where this member holds it."""
    yield f"The claim for preference is denied: {decision.by_name}, {decision.accepted_at:%Y-%m-%d}."
    paper = open_newest(tenant, tx, decision.document_id)
    if paper is not None:
        content = read_customs_determination(paper.credential)
        yield content.findings
        yield f"Legal basis: {content.legal_basis}"


def _asked_before(tenant: Tenant, tx: sa.Connection, entry_id: str, line: int) -> Iterator[Section]:
    asked = requests_of(tenant, tx, entry_id, line)
    if asked:
        rows = tuple((f"{one.accepted_at:%Y-%m-%d}", _NAMES[one.kind], f"{len(one.answers)}") for one in asked)
        yield Section(heading="What Went Before", columns=("Date", "What", "Answers"), rows=rows)


_NAMES: Final = {
    "request.made/1": "request for information (CBP Form 28)",
    "certifier.asked/1": "question to the certifier",
    "visit.proposed/1": "visit proposed",
    "action.proposed/1": "action proposed (CBP Form 29)",
}
