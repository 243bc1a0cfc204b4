"""Operations on documents of the trade that are issued by their form: their types, issuing, withdrawing, mapping."""

from __future__ import annotations

from typing import Any

import msgspec

from transire.api import documents, issuing
from transire.api.errors import RequestInvalid
from transire.api.operations import Answer, Call, Collection, Operations
from transire.documents.catalogue import find_subject_problems
from transire.documents.traceability import from_traceability, to_traceability

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/document-types", "listDocumentTypes", scope="documents.read")
def list_document_types(call: Call) -> Any:
    """The types that this member may issue."""
    return Collection(issuing.list_free_types(call.tenant, call.person))


@OPERATIONS.op("POST", "/documents", "issueDocument", scope="documents.issue")
def issue_document(call: Call) -> Any:
    """Sign a document and give it to its recipients."""
    return _made(call, call.into(issuing.NewDocument))


@OPERATIONS.op("POST", "/document-tables/{table}", "issueDocumentOfTable", scope="documents.issue")
def issue_document_of_table(call: Call) -> Any:
    """The same with one list of the document from a CSV file."""
    try:
        new = msgspec.json.decode(call.file("document"), type=issuing.NewDocument)
    except msgspec.DecodeError as error:
        raise RequestInvalid([("body/document", str(error)[:200])]) from error
    subject = issuing.with_tables(new.schema, new.subject, {call.path["table"]: call.file("table")})
    return _made(call, msgspec.structs.replace(new, subject=subject))


@OPERATIONS.op("POST", "/documents/{document_id}/withdrawal", "withdrawDocument", scope="documents.withdraw")
def withdraw_document(call: Call) -> Any:
    """End it, and say why."""
    stated = issuing.withdraw_document(call.tenant, call.person, call.path["document_id"], call.body["reason"])
    return {"statement_id": stated}


@OPERATIONS.op("POST", "/document-readings", "readForeignDocument", scope="documents.read")
def read_foreign_document(call: Call) -> Any:
    """What a document in the words of the traceability vocabulary says in ours; nothing is kept."""
    found = from_traceability(call.body["subject"])
    problems = find_subject_problems(found.type, found.subject)
    return {
        "schema": found.type,
        "subject": found.subject,
        "left_out": found.left_out,
        "problems": msgspec.to_builtins(problems),
    }


@OPERATIONS.op("GET", "/documents/{document_id}/traceability", "writeForeignDocument", scope="documents.read")
def write_foreign_document(call: Call) -> Any:
    """What a document says, in the words of the traceability vocabulary, unsigned."""
    view = documents.show_document(call.tenant, call.person, call.path["document_id"])
    found = to_traceability(view.line.schema_id, documents.subject_of(view))
    return {"type": found.type, "subject": found.subject, "left_out": found.left_out}


def _made(call: Call, new: issuing.NewDocument) -> Answer:
    issued = issuing.issue_document(call.tenant, call.person, new)
    return Answer(value=issued, status=201, location=f"/documents/{issued.document_id}")
