"""The pages of the verification of origin: the list of last days, the claims of an entry, one request."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from transire.api import documents
from transire.documents.customs_determination import SCHEMA_ID as DETERMINATION
from transire.documents.customs_determination import CustomsOutcome
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement, await_version
from transire.procedures.line_number import NO_LINE, read_line_number
from transire.procedures.origin_verification import service
from transire.procedures.origin_verification.answering import VISIT_ANSWERS, VisitAnswer
from transire.procedures.origin_verification.asking import MOST_DAYS, Outcome
from transire.procedures.origin_verification.forms import has_form
from transire.procedures.origin_verification.questions import questions, questions_for
from transire.procedures.origin_verification.service import ClaimQuestions
from transire.procedures.origin_verification.statements import ASKED, CERTIFIER_ASKED, PROPOSED, VISIT
from transire.procedures.origin_verification.views import RequestView
from transire.procedures.typesetting import can_typeset
from transire.records.documents import DocumentFilter

TRADERS = frozenset({"producer", "exporter", "importer", "broker", "customs"})
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
DECISIONS: tuple[CustomsOutcome, ...] = get_args(CustomsOutcome)

PAGES = Pages(
    Place("/verifications", N_("Verifications"), N_("Entry"), "requests.read", TRADERS, also=("/requests",)),
    told={
        "asked": N_("The question is on its way. Its last day is the one that stands on it."),
        "certifier-asked": N_("The certifier is asked. Nobody else is told."),
        "visit-proposed": N_("The visit is proposed. The certifier has thirty days to consent."),
        "visit-answered": N_("Customs is told."),
        "action-proposed": N_("The proposed action is on its way to filer and importer."),
        "refund-claimed": N_("The claim is on its way to customs. The entry stays as it was filed."),
        "deferred": N_("The longer limit runs, and filer and importer are told."),
        "decided": N_("The determination is signed, and is on its way to importer, filer and certifier."),
        "extended": N_("More time is given, and whoever was asked is told."),
        "answered": N_("The answer and its evidence are on their way to customs."),
        "request-closed": N_("The request is closed, and whoever was asked is told."),
    },
    kinds={
        "request.made/1": N_("asked about a line"),
        "certifier.asked/1": N_("asked the certifier"),
        "visit.proposed/1": N_("proposed a visit"),
        "visit.answered/1": N_("answered about a visit"),
        "action.proposed/1": N_("proposed an action"),
        "request.extended/1": N_("gave more time"),
        "request.answered/1": N_("answered a question"),
        "request.closed/1": N_("closed a question"),
        "determination.deferred/1": N_("took the longer limit"),
        "origin.decided/1": N_("decided a claim"),
        "refund.claimed/1": N_("claimed preference after importation"),
    },
    items={
        "request.made": Item(N_("Customs asks about line %(line)s"), "/requests/{statement_id}"),
        "certifier.asked": Item(N_("Customs asks about a good that you certified"), "/requests/{statement_id}"),
        "visit.proposed": Item(N_("Customs wants to visit your premises"), "/requests/{statement_id}"),
        "visit.answered": Item(N_("A visit was answered"), "/entries/{document_id}/verification"),
        "action.proposed": Item(N_("Customs proposes to deny the claim of line %(line)s"), "/requests/{statement_id}"),
        "request.extended": Item(N_("More time is given, until %(due_by)s"), "/verifications"),
        "request.answered": Item(N_("A question was answered"), "/entries/{document_id}/verification"),
        "request.closed": Item(N_("A question was closed"), "/verifications"),
        "request.due": Item(N_("An answer to customs is due by %(due_by)s"), "/requests/{statement_id}"),
        "request.overdue": Item(N_("No answer came by %(due_by)s"), "/requests/{statement_id}"),
        "determination.deferred": Item(
            N_("Customs takes longer for the claim of line %(line)s"), "/entries/{document_id}/verification"
        ),
        "refund.claimed": Item(
            N_("Preference is claimed after importation, line %(line)s"), "/entries/{document_id}/verification"
        ),
        "origin.decided": Item(N_("Customs has decided a claim"), "/documents/{document_id}"),
    },
    documents={DETERMINATION: "/documents/{document_id}"},
)


@PAGES.get("/verifications", operation="requests.read")
def show_verifications(visit: Visit) -> Response:
    """Everything that waits, the first last day first."""
    listed = service.list_verifications(visit.tenant, visit.actor)
    return visit.show("origin_verification/verifications.html", listed=listed)


@PAGES.get("/entries/{document_id}/verification", operation="requests.read")
def show_verification(visit: Visit) -> Response:
    """The claims of an entry, each with its steps, its clocks, and what customs may do next."""
    page = service.show_verification(visit.tenant, visit.actor, visit.named("document_id"))
    customs = "customs" in visit.tenant.roles
    return visit.show(
        "origin_verification/verification.html",
        page=page,
        extra_of=_extra,
        can_typeset=can_typeset(),
        asks=customs and visit.may("requests.ask", "customs"),
        decides=customs and visit.may("claims.decide", "customs"),
        questions=questions_for("importer"),
        certifier_questions=[question for question in questions() if {"exporter", "producer"} & set(question.asks)],
        wordings=_wordings(),
        chosen_line=visit.asked("line"),
        claims_refunds=any(visit.may("entries.file", relation) for relation in ("own_member", "authorised_broker")),
    )


@PAGES.post("/entries/{document_id}/verification", operation="requests.ask", again=show_verification)
def ask_claims(visit: Visit) -> Response:
    """Ask about the claims that are ticked, each with the same questions."""
    document_id = visit.named("document_id")
    words = visit.form.optional("words") or ""
    codes = tuple(visit.form.all("questions"))
    asked = [ClaimQuestions(line=line, questions=codes, words=words) for line in _lines(visit)]
    stated = service.ask_claims(visit.tenant, visit.actor, document_id, asked, due_days=_days(visit))
    await_statement(visit.tenant, stated[-1])
    return visit.go(f"/entries/{document_id}/verification", told="asked")


@PAGES.post("/entries/{document_id}/lines/{line}/ask", operation="requests.ask", again=show_verification)
def ask(visit: Visit) -> Response:
    """Ask about a line in words, from the page of the entry."""
    document_id, line = visit.named("document_id"), _line(visit)
    stated = service.ask(visit.tenant, visit.actor, document_id, line, visit.form.text("question"), _days(visit))
    await_statement(visit.tenant, stated)
    return visit.go(f"/entries/{document_id}", told="asked", anchor=f"line-{line}", query={"line": str(line)})


@PAGES.post("/entries/{document_id}/lines/{line}/certifier", operation="requests.ask", again=show_verification)
def ask_certifier(visit: Visit) -> Response:
    """Ask the certifier, past the importer."""
    asked = ClaimQuestions(
        line=_line(visit), questions=tuple(visit.form.all("questions")), words=visit.form.optional("words") or ""
    )
    stated = service.ask_certifier(visit.tenant, visit.actor, visit.named("document_id"), asked, due_days=_days(visit))
    return _back(visit, stated, "certifier-asked")


@PAGES.post("/entries/{document_id}/lines/{line}/visit", operation="requests.ask", again=show_verification)
def propose_visit(visit: Visit) -> Response:
    """Propose a visit."""
    stated = service.propose_visit(
        visit.tenant,
        visit.actor,
        visit.named("document_id"),
        _line(visit),
        place=visit.form.text("place"),
        on=visit.form.date("on"),
    )
    return _back(visit, stated, "visit-proposed")


@PAGES.post("/entries/{document_id}/lines/{line}/propose", operation="claims.decide", again=show_verification)
def propose_action(visit: Visit) -> Response:
    """Propose to deny the claim."""
    stated = service.propose_action(
        visit.tenant, visit.actor, visit.named("document_id"), _line(visit), visit.form.text("reason")
    )
    return _back(visit, stated, "action-proposed")


@PAGES.post("/entries/{document_id}/lines/{line}/defer", operation="claims.decide", again=show_verification)
def defer_determination(visit: Visit) -> Response:
    """Give notice that the longer limit runs."""
    stated = service.defer_determination(
        visit.tenant, visit.actor, visit.named("document_id"), _line(visit), visit.form.text("reason")
    )
    return _back(visit, stated, "deferred")


@PAGES.post("/entries/{document_id}/lines/{line}/determine", operation="claims.decide", again=show_verification)
def determine(visit: Visit) -> Response:
    """Decide the claim."""
    said = visit.form.one_of("outcome", DECISIONS)
    outcome: CustomsOutcome = next(each for each in DECISIONS if each == said)
    issued = service.determine(
        visit.tenant,
        visit.actor,
        visit.named("document_id"),
        _line(visit),
        outcome,
        findings=visit.form.text("findings"),
        legal_basis=visit.form.text("legal_basis"),
        unsupported=visit.form.optional("unsupported") is not None,
    )
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/entries/{visit.named('document_id')}/verification", told="decided", anchor=_anchor(visit))


@PAGES.post("/entries/{document_id}/lines/{line}/refund", operation="entries.file", again=show_verification)
def claim_after_import(visit: Visit) -> Response:
    """Claim preference within a year of importation."""
    stated = service.claim_after_import(
        visit.tenant,
        visit.actor,
        visit.named("document_id"),
        _line(visit),
        visit.form.text("certification"),
        declaration=visit.form.text("declaration"),
        informed=visit.form.optional("informed") is not None,
        protested=visit.form.optional("protested") is not None,
    )
    return _back(visit, stated, "refund-claimed")


@PAGES.get("/requests/{request_id}", operation="requests.read")
def show_request(visit: Visit) -> Response:
    """A question, visit or notice, what was answered, and the form to answer it with evidence."""
    request = service.show_request(visit.tenant, visit.actor, visit.named("request_id"))
    backup = service.backup_documents(visit.tenant, visit.actor, request.statement_id)
    customs = request.by == visit.tenant.did
    may_answer = any(
        visit.may("requests.answer", relation) for relation in ("own_member", "authorised_broker", "issuer")
    )
    held = documents.browse_documents(
        visit.tenant, visit.actor, DocumentFilter(status="current", latest_version=True), limit=100
    )
    offered = {one.document_id for one in backup}
    waits = not customs and may_answer and request.outcome is None
    return visit.show(
        "origin_verification/request.html",
        request=request,
        wordings=_wordings(),
        extra=_extra(request),
        backup=backup,
        held=[line for line in held.rows if line.document_id not in offered],
        answers=waits and request.kind != VISIT.name,
        consents=waits and request.kind == VISIT.name and not request.answers,
        closes=customs and request.outcome is None and request.kind in (ASKED.name, CERTIFIER_ASKED.name),
        extends=customs and request.outcome is None and not request.answers,
        can_typeset=can_typeset(),
        has_form=has_form(request),
        is_notice=request.kind == PROPOSED.name,
        is_visit=request.kind == VISIT.name,
        is_direct=request.kind == CERTIFIER_ASKED.name,
        of_entry=request.kind in (ASKED.name, PROPOSED.name) or customs,
    )


@PAGES.post("/requests/{request_id}/answer", operation="requests.answer", again=show_request)
def answer(visit: Visit) -> Response:
    """Answer it."""
    request_id = visit.named("request_id")
    issued = service.answer(visit.tenant, visit.actor, request_id, visit.form.text("text"), visit.form.all("documents"))
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/requests/{request_id}", told="answered")


@PAGES.post("/requests/{request_id}/visit-answer", operation="requests.answer", again=show_request)
def answer_visit(visit: Visit) -> Response:
    """Consent to a visit, refuse it, or ask that it be put off."""
    request_id, said = visit.named("request_id"), visit.form.one_of("answer", VISIT_ANSWERS)
    how: VisitAnswer = next(each for each in VISIT_ANSWERS if each == said)
    days = visit.form.whole("days", least=1, most=MOST_DAYS) if how == "postponed" else None
    words = visit.form.optional("words") or ""
    stated = service.answer_visit(visit.tenant, visit.actor, request_id, how, words=words, days=days)
    await_statement(visit.tenant, stated)
    return visit.go(f"/requests/{request_id}", told="visit-answered")


@PAGES.post("/requests/{request_id}/extend", operation="requests.ask", again=show_request)
def extend_request(visit: Visit) -> Response:
    """Give more time."""
    request_id = visit.named("request_id")
    stated = service.extend_request(
        visit.tenant, visit.actor, request_id, visit.form.date("due_by"), visit.form.text("reason")
    )
    await_statement(visit.tenant, stated)
    return visit.go(f"/requests/{request_id}", told="extended")


@PAGES.post("/requests/{request_id}/close", operation="requests.ask", again=show_request)
def close_request(visit: Visit) -> Response:
    """Say that it is settled, or that the answer does not suffice."""
    request_id, said = visit.named("request_id"), visit.form.one_of("outcome", OUTCOMES)
    outcome: Outcome = next(each for each in OUTCOMES if each == said)
    stated = service.close_request(visit.tenant, visit.actor, request_id, outcome, visit.form.text("note"))
    await_statement(visit.tenant, stated)
    return visit.go(f"/requests/{request_id}", told="request-closed")


def _wordings() -> dict[str, str]:
    """The words of each question by its code: said in the language of whoever reads."""
    return {question.code: question.text for question in questions()}


def _extra(request: RequestView) -> str:
    """What is asked beside the questions of the catalogue."""
    words = request.question
    for code in request.questions:
        words = words.removeprefix(_wordings()[code]).removeprefix("\n")
    return words


def _back(visit: Visit, stated: str, told: str) -> Response:
    await_statement(visit.tenant, stated)
    return visit.go(f"/entries/{visit.named('document_id')}/verification", told=told, anchor=_anchor(visit))


def _anchor(visit: Visit) -> str:
    return f"line-{_line(visit)}"


def _lines(visit: Visit) -> list[int]:
    return [line for text in visit.form.some("lines") if (line := read_line_number(text)) != NO_LINE]


def _days(visit: Visit) -> int | None:
    """The days to answer; None, where they are left empty, lets the law's own clock run."""
    if visit.form.optional("due_days") is None:
        return None
    return visit.form.whole("due_days", least=1, most=MOST_DAYS)


def _line(visit: Visit) -> int:
    return read_line_number(visit.named("line"))
