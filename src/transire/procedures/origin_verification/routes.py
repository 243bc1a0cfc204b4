"""The API operations of the verification of origin."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from transire.api.operations import Answer, Call, Collection, Operations
from transire.procedures.line_number import read_line_number
from transire.procedures.origin_verification import service
from transire.procedures.origin_verification.questions import questions
from transire.procedures.origin_verification.service import ClaimQuestions

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/verification-questions", "listQuestions", scope="requests.read")
def list_questions(call: Call) -> Any:
    """The catalogue of questions that a request can be made of."""
    return Collection(questions())


@OPERATIONS.op("GET", "/verifications", "listVerifications", scope="requests.read")
def list_verifications(call: Call) -> Any:
    """Everything that waits, the first last day first, with the counters."""
    listed = service.list_verifications(call.tenant, call.person)
    return Collection(listed.rows, None, {"counts": listed.counts})


@OPERATIONS.op("GET", "/entries/{document_id}/verification", "showVerification", scope="requests.read")
def show_verification(call: Call) -> Any:
    """The claims of an entry with every step of their verification, and the dates that the law sets for it."""
    return service.show_verification(call.tenant, call.person, call.path["document_id"])


@OPERATIONS.op("POST", "/entries/{document_id}/verification", "askAboutClaims", scope="requests.ask")
def ask_claims(call: Call) -> Any:
    """Ask importer and filer about claims (CBP Form 28), one request a claim."""
    stated = service.ask_claims(
        call.tenant,
        call.person,
        call.path["document_id"],
        msgspec.convert(call.body["claims"], list[ClaimQuestions]),
        due_days=call.body.get("due_days"),
    )
    return Answer(value={"statement_ids": stated}, status=201)


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/requests", "askAboutLine", scope="requests.ask")
def ask(call: Call) -> Any:
    """Ask about a line in words; without days the law's own clock runs."""
    body = call.body
    stated = service.ask(
        call.tenant,
        call.person,
        call.path["document_id"],
        _line(call),
        body["question"],
        body.get("due_days"),
        basis=body.get("basis"),
    )
    return _stated(stated, f"/requests/{stated}")


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/certifier-requests", "askCertifier", scope="requests.ask")
def ask_certifier(call: Call) -> Any:
    """Ask the exporter or producer who certified, past the importer."""
    body = call.body
    asked = ClaimQuestions(line=_line(call), questions=tuple(body.get("questions", ())), words=body.get("words", ""))
    stated = service.ask_certifier(
        call.tenant, call.person, call.path["document_id"], asked, due_days=body.get("due_days")
    )
    return _stated(stated, f"/requests/{stated}")


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/visits", "proposeVisit", scope="requests.ask")
def propose_visit(call: Call) -> Any:
    """Ask the certifier to consent to a visit of its premises."""
    stated = service.propose_visit(
        call.tenant,
        call.person,
        call.path["document_id"],
        _line(call),
        place=call.body["place"],
        on=date.fromisoformat(call.body["on"]),
    )
    return _stated(stated, f"/requests/{stated}")


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/notices", "proposeAction", scope="claims.decide")
def propose_action(call: Call) -> Any:
    """Propose to deny the claim (CBP Form 29)."""
    stated = service.propose_action(
        call.tenant, call.person, call.path["document_id"], _line(call), call.body["reason"]
    )
    return _stated(stated, f"/requests/{stated}")


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/deferral", "deferDetermination", scope="claims.decide")
def defer_determination(call: Call) -> Any:
    """Give notice that the longer limit runs."""
    stated = service.defer_determination(
        call.tenant, call.person, call.path["document_id"], _line(call), call.body["reason"]
    )
    return _stated(stated, None)


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/determination", "determineClaim", scope="claims.decide")
def determine(call: Call) -> Any:
    """Decide the claim: a signed determination for importer, filer and certifier."""
    body = call.body
    issued = service.determine(
        call.tenant,
        call.person,
        call.path["document_id"],
        _line(call),
        body["outcome"],
        findings=body["findings"],
        legal_basis=body["legal_basis"],
        unsupported=body.get("unsupported", False),
    )
    return Answer(value=issued, status=201, location=f"/documents/{issued.document_id}")


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/refund-claim", "claimAfterImport", scope="entries.file")
def claim_after_import(call: Call) -> Any:
    """Claim preference within a year of importation (19 USC 1520(d))."""
    body = call.body
    stated = service.claim_after_import(
        call.tenant,
        call.person,
        call.path["document_id"],
        _line(call),
        body["certification"],
        declaration=body["declaration"],
        informed=body["informed"],
        protested=body["protested"],
    )
    return _stated(stated, None)


@OPERATIONS.op("GET", "/requests/{request_id}", "showRequest", scope="requests.read")
def show_request(call: Call) -> Any:
    """A question, visit or notice, and what became of it."""
    return service.show_request(call.tenant, call.person, call.path["request_id"])


@OPERATIONS.op("GET", "/requests/{request_id}/back-up", "listBackUp", scope="requests.read")
def list_backup(call: Call) -> Any:
    """The documents behind the claim that this member holds and can send along."""
    return Collection(service.backup_documents(call.tenant, call.person, call.path["request_id"]))


@OPERATIONS.op("POST", "/requests/{request_id}/answers", "answerRequest", scope="requests.answer")
def answer(call: Call) -> Any:
    issued = service.answer(
        call.tenant,
        call.person,
        call.path["request_id"],
        call.body["text"],
        call.body.get("documents", []),
    )
    return Answer(value=issued, status=201, location=f"/documents/{issued.document_id}")


@OPERATIONS.op("POST", "/requests/{request_id}/visit-answer", "answerVisit", scope="requests.answer")
def answer_visit(call: Call) -> Any:
    """Consent to a visit, refuse it, or ask that it be put off."""
    stated = service.answer_visit(
        call.tenant,
        call.person,
        call.path["request_id"],
        call.body["answer"],
        words=call.body.get("words", ""),
        days=call.body.get("days"),
    )
    return _stated(stated, None)


@OPERATIONS.op("POST", "/requests/{request_id}/extension", "extendRequest", scope="requests.ask")
def extend_request(call: Call) -> Any:
    """Give more time for an answer."""
    stated = service.extend_request(
        call.tenant,
        call.person,
        call.path["request_id"],
        date.fromisoformat(call.body["due_by"]),
        call.body["reason"],
    )
    return _stated(stated, None)


@OPERATIONS.op("POST", "/requests/{request_id}/close", "closeRequest", scope="requests.ask")
def close_request(call: Call) -> Any:
    stated = service.close_request(
        call.tenant, call.person, call.path["request_id"], call.body["outcome"], call.body["note"]
    )
    return {"statement_id": stated}


def _stated(statement_id: str, location: str | None) -> Answer:
    return Answer(value={"statement_id": statement_id}, status=201, location=location)


def _line(call: Call) -> int:
    return read_line_number(call.path["line"])
