"""The API operations of the work list, of deciding many claims, of notes to the filer, and of the refund finder."""

from __future__ import annotations

from typing import Any

from transire.api.operations import Answer, Call, Collection, Operations
from transire.procedures.entry_summary.deciding import TickedClaim, accept_claims
from transire.procedures.entry_summary.refunds import find_refunds
from transire.procedures.entry_summary.remarks import note_filer, remarks_on
from transire.procedures.entry_summary.versions import compare_versions
from transire.procedures.entry_summary.work_views import (
    NAMES,
    read_filter,
    remove_work_view,
    save_work_view,
    work_views,
)
from transire.procedures.entry_summary.worklist import WorkFilter, export_work, list_work

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/worklist", "listWork", scope="entries.read")
def show_work(call: Call) -> Any:
    """A page of the work list, with the count of every state under the same filter."""
    page = list_work(
        call.tenant, call.person, _filter(call.query), after=call.query.get("after"), limit=call.query["limit"]
    )
    return Collection(page.rows, page.next, {"counts": page.counts})


@OPERATIONS.op("GET", "/worklist.csv", "exportWork", scope="entries.read")
def export(call: Call) -> Any:
    """All that fits, as CSV."""
    text = "".join(export_work(call.tenant, call.person, _filter(call.query)))
    return Answer(raw=text.encode(), media_type="text/csv", file_name="worklist.csv")


@OPERATIONS.op("POST", "/worklist/accept", "acceptClaims", scope="claims.decide")
def accept(call: Call) -> Any:
    """Accept all of these claims, or none."""
    claims = [
        TickedClaim(entry=each["entry"], version=each["version"], line=each.get("line")) for each in call.body["claims"]
    ]
    stated = accept_claims(call.tenant, call.person, claims, note=call.body.get("note", ""))
    return Answer(value={"statement_ids": stated}, status=201)


@OPERATIONS.op("GET", "/worklist/views", "listWorkViews", scope="entries.read")
def show_views(call: Call) -> Any:
    views = work_views(call.tenant, call.person)
    return Collection([{"name": name, "filter": query} for name, query in views.items()])


@OPERATIONS.op("PUT", "/worklist/views", "saveWorkView", scope="views.save")
def save_view(call: Call) -> Any:
    """Keep a filter under a name; one of that name is replaced."""
    save_work_view(call.tenant, call.person, call.body["name"], _filter(call.body["filter"]))
    return Answer(status=204)


@OPERATIONS.op("DELETE", "/worklist/views", "removeWorkView", scope="views.save")
def remove_view(call: Call) -> Any:
    remove_work_view(call.tenant, call.person, call.query["name"])
    return Answer(status=204)


@OPERATIONS.op("GET", "/entries/{document_id}/changes", "showEntryChanges", scope="entries.read")
def show_changes(call: Call) -> Any:
    """What changed between two versions of an entry."""
    return compare_versions(
        call.tenant, call.person, call.path["document_id"], call.query.get("old"), call.query.get("new")
    )


@OPERATIONS.op("GET", "/entries/{document_id}/remarks", "listRemarks", scope="entries.read")
def show_remarks(call: Call) -> Any:
    return Collection(remarks_on(call.tenant, call.person, call.path["document_id"]))


@OPERATIONS.op("POST", "/entries/{document_id}/remarks", "noteFiler", scope="entries.note")
def send_note(call: Call) -> Any:
    """A note to the filer and the importer; it starts no clock."""
    document_id, body = call.path["document_id"], call.body
    stated = note_filer(call.tenant, call.person, document_id, body["note"], line=body.get("line"))
    return Answer(value={"statement_id": stated}, status=201)


@OPERATIONS.op("GET", "/refunds", "findRefunds", scope="entries.read")
def show_refunds(call: Call) -> Any:
    """The entries whose goods could still get a preference that was not claimed."""
    page = find_refunds(call.tenant, call.person, after=call.query.get("after"), limit=call.query["limit"])
    return Collection(page.rows, page.next, {"total": page.total, "law": page.law})


def _filter(words: Any) -> WorkFilter:
    return read_filter({name: str(words[name]) for name in NAMES if name in words})
