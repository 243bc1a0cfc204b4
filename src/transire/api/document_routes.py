"""Operations on the documents that a member holds, its inbox and outbox, receipts, and its own particulars."""

from __future__ import annotations

from typing import Any

import msgspec

from transire.api import documents, envelopes, particulars, proofs
from transire.api.errors import AddressUnknown
from transire.api.operations import Answer, Call, Collection, Operations
from transire.desk.particulars import Particulars
from transire.records.documents import DocumentFilter, DocumentLine

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/particulars", "showParticulars", scope="particulars.read")
def show_particulars(call: Call) -> Any:
    found = particulars.show_particulars(call.tenant, call.person)
    if found is None:
        raise AddressUnknown(got="no particulars", expected="particulars that somebody has written")
    return found


@OPERATIONS.op("PUT", "/particulars", "changeParticulars", scope="particulars.write")
def change_particulars(call: Call) -> Any:
    particulars.change_particulars(call.tenant, call.person, call.into(Particulars))
    return Answer(status=204)


@OPERATIONS.op("GET", "/documents", "listDocuments", scope="documents.read")
def list_documents(call: Call) -> Any:
    wanted = DocumentFilter(
        words=call.query.get("words", ""),
        schema_ids=(call.query["schema"],) if "schema" in call.query else (),
        status=call.query["status"],
        latest_version=not call.query["earlier_versions"],
    )
    page = documents.browse_documents(
        call.tenant, call.person, wanted, after=call.query.get("after"), limit=call.query["limit"]
    )
    return Collection([_shown(line) for line in page.rows], page.next)


@OPERATIONS.op("GET", "/documents/{document_id}", "showDocument", scope="documents.read")
def show_document(call: Call) -> Any:
    """One version with everything that this member knows of it."""
    view = documents.show_document(
        call.tenant, call.person, call.path["document_id"], version=call.query.get("version")
    )
    shown = {name: value for name, value in msgspec.structs.asdict(view).items() if name != "names"}
    return shown | {"line": _shown(view.line), "versions": [_shown(line) for line in view.versions]}


@OPERATIONS.op("GET", "/documents/{document_id}/content", "readContent", scope="documents.read")
def read_content(call: Call) -> Any:
    """The signed bytes, as they were signed."""
    _, representations = documents.read_content(
        call.tenant, call.person, call.path["document_id"], version=call.query.get("version")
    )
    media_type, raw = documents.chosen_form(representations, call.query["form"])
    return Answer(raw=raw, media_type=media_type)


@OPERATIONS.op("POST", "/documents/{document_id}/notes", "writeNote", scope="notes.write")
def write_note(call: Call) -> Any:
    document_id = call.path["document_id"]
    note = documents.write_note(call.tenant, call.person, document_id, call.body["text"])
    return Answer(value=note, status=201, location=f"/documents/{document_id}")


@OPERATIONS.op("DELETE", "/documents/{document_id}/notes/{note_id}", "removeNote", scope="notes.write")
def remove_note(call: Call) -> Any:
    documents.remove_note(call.tenant, call.person, call.path["note_id"])
    return Answer(status=204)


@OPERATIONS.op("GET", "/inbox", "listInbox", scope="inbox.read")
def list_inbox(call: Call) -> Any:
    page = envelopes.show_inbox(
        call.tenant, call.person, state=call.query["state"], after=call.query.get("after"), limit=call.query["limit"]
    )
    return Collection(page.rows, page.next)


@OPERATIONS.op("GET", "/inbox/{item_id}", "openItem", scope="inbox.read")
def open_item(call: Call) -> Any:
    """One item, which counts as seen from now on."""
    return envelopes.open_item(call.tenant, call.person, call.path["item_id"])


@OPERATIONS.op("PUT", "/inbox/{item_id}/done", "finishItem", scope="inbox.work")
def finish_item(call: Call) -> Any:
    envelopes.finish_item(call.tenant, call.person, call.path["item_id"])
    return Answer(status=204)


@OPERATIONS.op("DELETE", "/inbox/{item_id}/done", "reopenItem", scope="inbox.work")
def reopen_item(call: Call) -> Any:
    envelopes.reopen_item(call.tenant, call.person, call.path["item_id"])
    return Answer(status=204)


@OPERATIONS.op("GET", "/under-way", "countUnderWay", own=True)
def count_under_way(call: Call) -> Any:
    """How much of what the member did has not arrived yet."""
    return envelopes.count_under_way(call.tenant)


@OPERATIONS.op("GET", "/outbox", "listOutbox", scope="documents.read")
def list_outbox(call: Call) -> Any:
    page = envelopes.show_outbox(call.tenant, call.person, before=call.number_after(), limit=call.query["limit"])
    return Collection(page.rows, page.next)


@OPERATIONS.op("GET", "/receipts/{statement_id}", "exportReceipt", scope="receipts.read")
def export_receipt(call: Call) -> Any:
    """The receipt as a file for `transire verify`."""
    raw = proofs.export_receipt(
        call.tenant,
        call.person,
        call.path["statement_id"],
        reveal=call.query["reveal"],
        status=call.query["status"],
    )
    return Answer(raw=raw)


@OPERATIONS.op("GET", "/receipts/{statement_id}/checks", "checkReceipt", scope="receipts.read")
def check_receipt(call: Call) -> Any:
    """The receipt verified here and now, check by check."""
    view = proofs.show_proof(call.tenant, call.person, call.path["statement_id"])
    shown = {name: value for name, value in msgspec.structs.asdict(view).items() if name != "receipt"}
    return shown | {"holds": view.holds}


def _shown(line: DocumentLine) -> dict[str, Any]:
    return msgspec.structs.asdict(line) | {"current": line.is_current}
