"""The API operations of records for the customs system, of what it answers, and of the form of a cargo release."""

from __future__ import annotations

from typing import Any

from transire.api.operations import Answer, Call, Operations
from transire.portal.verifying import PATH as VERIFY_PATH
from transire.procedures.entry_summary import printing
from transire.procedures.entry_summary.catair.entry import Records
from transire.procedures.entry_summary.form3461 import release_file, release_pdf
from transire.procedures.entry_summary.form7501 import name_of_file
from transire.procedures.lookalike import LookAlike

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/entry-drafts/{draft_id}/3461.pdf", "printReleaseDraft", scope="entries.check")
def print_release_draft(call: Call) -> Any:
    """The draft on a look-alike of CBP Form 3461."""
    return _printed(printing.draft_release_form(call.tenant, call.person, call.path["draft_id"]))


@OPERATIONS.op("GET", "/entry-drafts/{draft_id}/release-records", "showReleaseRecords", scope="entries.check")
def show_release_records(call: Call) -> Any:
    """The cargo release of a draft as records SE, and what they do not say."""
    return printing.draft_release_records(call.tenant, call.person, call.path["draft_id"])


@OPERATIONS.op("GET", "/entry-drafts/{draft_id}/release-records.txt", "downloadReleaseRecords", scope="entries.check")
def download_release_records(call: Call) -> Any:
    records = printing.draft_release_records(call.tenant, call.person, call.path["draft_id"])
    return _file(records, call.path["draft_id"], is_draft=True)


@OPERATIONS.op("GET", "/entries/{document_id}/3461.pdf", "printRelease", scope="entries.read")
def print_release(call: Call) -> Any:
    """The entry on a look-alike of CBP Form 3461."""
    verify_at = f"{call.node.settings.origin}{VERIFY_PATH}"
    form = printing.entry_release_form(call.tenant, call.path["document_id"], call.person, verify_at=verify_at)
    return _printed(form)


@OPERATIONS.op("GET", "/entries/{document_id}/records", "showEntryRecords", scope="entries.read")
def show_records(call: Call) -> Any:
    """The entry as records AE, and what they do not say; not certified."""
    return printing.filed_records(call.tenant, call.path["document_id"], call.person)


@OPERATIONS.op("GET", "/entries/{document_id}/records.txt", "downloadEntryRecords", scope="entries.read")
def download_records(call: Call) -> Any:
    document_id = call.path["document_id"]
    return _file(printing.filed_records(call.tenant, document_id, call.person), document_id, is_draft=False)


@OPERATIONS.op("POST", "/entries/{document_id}/answers", "readEntryAnswer", scope="entries.read")
def read_answer(call: Call) -> Any:
    """What the customs system answered (AX), each condition at its line; nothing is kept."""
    return printing.read_answer(call.tenant, call.path["document_id"], call.person, call.file("answer"))


def _printed(form: LookAlike) -> Answer:
    return Answer(raw=release_pdf(form), media_type="application/pdf", file_name=release_file(form))


def _file(records: Records, name: str, *, is_draft: bool) -> Answer:
    told = name_of_file(name, f"{records.chapter}.not-certified", "txt", is_draft=is_draft)
    return Answer(raw=records.as_bytes(), media_type="text/plain", file_name=told)
