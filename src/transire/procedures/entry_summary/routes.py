"""The API operations of entry summaries."""

from __future__ import annotations

from typing import Any

import msgspec

from transire.api.operations import Answer, Call, Collection, Operations
from transire.desk.permissions import require_some
from transire.documents.x12_invoice import STATED
from transire.portal.verifying import PATH as VERIFY_PATH
from transire.procedures.entry_summary import pdf_invoices, service
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.form7501 import Form7501, file_name, form_pdf
from transire.procedures.line_number import read_line_number

OPERATIONS = Operations()


# Invoices.


@OPERATIONS.op("GET", "/invoices", "listInvoices", scope="invoices.read")
def list_invoices(call: Call) -> Any:
    page = service.list_invoices(
        call.tenant,
        call.person,
        words=call.query.get("words", ""),
        after=call.query.get("after"),
        limit=call.query["limit"],
    )
    return Collection(page.rows, page.next)


@OPERATIONS.op("POST", "/invoices", "issueInvoice", scope="invoices.issue")
def issue_invoice(call: Call) -> Any:
    """Issue the invoice of a file; a second one of the same number replaces the first."""
    stated = {name: call.body.get(name) for name in STATED}
    issued = service.issue_invoice(
        call.tenant, call.person, call.file("invoice"), importer_did=call.body["importer"], stated=stated
    )
    return Answer(value=issued, status=201, location=f"/invoices/{issued.document_id}")


@OPERATIONS.op("POST", "/invoice-readings", "readInvoice", scope="invoices.issue")
def read_invoice(call: Call) -> Any:
    """What can be read of an invoice out of a PDF; nothing is kept."""
    return pdf_invoices.read_invoice(call.person, call.file("invoice"))


@OPERATIONS.op("GET", "/invoices/{document_id}", "showInvoice", scope="invoices.read")
def show_invoice(call: Call) -> Any:
    return service.show_invoice(call.tenant, call.path["document_id"], call.person)


# Drafts.


@OPERATIONS.op("GET", "/entry-drafts", "listEntryDrafts", scope="entries.check")
def list_drafts(call: Call) -> Any:
    drafts = service.list_drafts(call.tenant, call.person)
    return Collection(
        [
            {
                "id": draft.id,
                "title": draft.title,
                "version": draft.version,
                "state": draft.state,
                "created_at": draft.created_at,
                "updated_at": draft.updated_at,
            }
            for draft in drafts
        ]
    )


@OPERATIONS.op("POST", "/entry-drafts", "draftEntry", scope="entries.draft")
def draft_entry(call: Call) -> Any:
    """Draft an entry of these invoices from the documents that are held."""
    _require_shown(call)
    draft_id = service.draft_entry(
        call.tenant, call.person, importer_did=call.body["importer"], invoices=call.body["invoices"]
    )
    return _draft(call, draft_id, status=201)


@OPERATIONS.op("GET", "/entry-drafts/{draft_id}", "showEntryDraft", scope="entries.check")
def show_draft(call: Call) -> Any:
    """A draft with the source of each field and what the checks say."""
    return _draft(call, call.path["draft_id"])


@OPERATIONS.op("GET", "/entry-drafts/{draft_id}/duty", "showEntryDraftDuty", scope="entries.check")
def show_draft_duty(call: Call) -> Any:
    """Duty and fees of a draft as far as it goes; a total of which a part is not known is null."""
    return service.price_draft(call.tenant, call.person, call.path["draft_id"])


@OPERATIONS.op("GET", "/entry-drafts/{draft_id}/7501.pdf", "printEntryDraft", scope="entries.check")
def print_draft(call: Call) -> Any:
    """The draft on a look-alike of CBP Form 7501."""
    return _printed(service.draft_form(call.tenant, call.person, call.path["draft_id"]))


@OPERATIONS.op("PATCH", "/entry-drafts/{draft_id}", "setEntryField", scope="entries.draft")
def set_field(call: Call) -> Any:
    _require_shown(call)
    service.set_field(
        call.tenant,
        call.person,
        call.path["draft_id"],
        call.body["pointer"],
        call.body["value"],
        expected_version=call.expected_version(),
    )
    return _draft(call, call.path["draft_id"])


@OPERATIONS.op("POST", "/entry-drafts/{draft_id}/refresh", "refreshEntryDraft", scope="entries.draft")
def refresh_draft(call: Call) -> Any:
    """Take everything from the documents again; what was keyed stands."""
    _require_shown(call)
    service.refresh_draft(call.tenant, call.person, call.path["draft_id"])
    return _draft(call, call.path["draft_id"])


@OPERATIONS.op("POST", "/entry-drafts/{draft_id}/transport", "stateEntryTransport", scope="entries.draft")
def state_transport(call: Call) -> Any:
    """Take a table of the bill of lading and packing list into the draft; its fields are marked as stated."""
    _require_shown(call)
    service.state_transport(call.tenant, call.person, call.path["draft_id"], call.file("transport"))
    return _draft(call, call.path["draft_id"])


@OPERATIONS.op("DELETE", "/entry-drafts/{draft_id}", "discardEntryDraft", scope="entries.draft")
def discard_draft(call: Call) -> Any:
    service.discard_draft(call.tenant, call.person, call.path["draft_id"])
    return Answer(status=204)


@OPERATIONS.op("POST", "/entry-drafts/{draft_id}/file", "fileEntry", scope="entries.file")
def file_entry(call: Call) -> Any:
    """File it; refused with all findings while there are errors."""
    issued = service.file_entry(call.tenant, call.person, call.path["draft_id"])
    return Answer(value=issued, status=201, location=f"/entries/{issued.document_id}")


# Entries.


@OPERATIONS.op("GET", "/entries", "listEntries", scope="entries.read")
def list_entries(call: Call) -> Any:
    """A page of a view, with the count of every view."""
    listed = service.list_entries(
        call.tenant,
        call.query["view"],
        person=call.person,
        after=call.query.get("after"),
        limit=call.query["limit"],
    )
    return Collection(listed.rows, listed.next, {"counts": listed.counts})


@OPERATIONS.op("GET", "/entries/{document_id}", "showEntry", scope="entries.read")
def show_entry(call: Call) -> Any:
    """An entry with its lines, each claim beside its certification, the checks, and what was said since."""
    return service.show_entry(call.tenant, call.path["document_id"], call.person)


@OPERATIONS.op("GET", "/entries/{document_id}/duty", "showEntryDuty", scope="entries.read")
def show_entry_duty(call: Call) -> Any:
    """Duty and fees of an entry, each figure with its formula, citation and date."""
    return duty_of(service.show_entry(call.tenant, call.path["document_id"], call.person).entry)


@OPERATIONS.op("GET", "/entries/{document_id}/7501.pdf", "printEntry", scope="entries.read")
def print_entry(call: Call) -> Any:
    """The entry on a look-alike of CBP Form 7501."""
    verify_at = f"{call.node.settings.origin}{VERIFY_PATH}"
    return _printed(service.entry_form(call.tenant, call.path["document_id"], call.person, verify_at=verify_at))


@OPERATIONS.op("POST", "/entries/{document_id}/corrections", "draftCorrection", scope="entries.draft")
def draft_correction(call: Call) -> Any:
    _require_shown(call)
    return _draft(call, service.draft_correction(call.tenant, call.person, call.path["document_id"]), status=201)


@OPERATIONS.op("POST", "/entries/{document_id}/withdrawals", "withdrawClaims", scope="entries.draft")
def withdraw_claims(call: Call) -> Any:
    """Draft a correction without the claims of these lines, with what is owed before and after."""
    withdrawal = service.withdraw_claims(call.tenant, call.person, call.path["document_id"], call.body["lines"])
    value = {**msgspec.structs.asdict(withdrawal), "difference": withdrawal.difference}
    return Answer(value=value, status=201, location=f"/entry-drafts/{withdrawal.draft_id}")


@OPERATIONS.op("POST", "/entries/{document_id}/lines/{line}/accept", "acceptClaim", scope="claims.decide")
def accept_claim(call: Call) -> Any:
    note = (call.body or {}).get("note", "")
    stated = service.accept_claim(call.tenant, call.person, call.path["document_id"], _line(call), note=note)
    return Answer(value={"statement_id": stated}, status=201)


def _printed(form: Form7501) -> Answer:
    return Answer(raw=form_pdf(form), media_type="application/pdf", file_name=file_name(form))


def _require_shown(call: Call) -> None:
    """Raise before anything is done when the answer, the draft as it is checked, may not be shown."""
    require_some(call.person, "entries.check")


def _draft(call: Call, draft_id: str, *, status: int = 200) -> Answer:
    page = service.show_draft(call.tenant, call.person, draft_id)
    location = f"/entry-drafts/{draft_id}" if status == 201 else None
    return Answer(value=page, status=status, location=location, version=str(page.version))


def _line(call: Call) -> int:
    return read_line_number(call.path["line"])
