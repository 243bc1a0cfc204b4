"""The documents that a member holds: a list that can be searched and exported, and a page for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, cast

from starlette.responses import Response, StreamingResponse

from transire.api import documents, issuing, sharing
from transire.documents.catalogue import document_type, schema_ids
from transire.portal.errors import FieldUnsuitable
from transire.portal.registry import N_, Pages, Place
from transire.portal.sharing import PURPOSE_WORDS
from transire.portal.visit import Visit
from transire.records.documents import DocumentFilter, DocumentLine

PAGES = Pages(
    Place("/documents", N_("All documents"), N_("Documents"), "documents.read", apart=("/documents/new",)),
    told={
        "note-written": N_("The note was written. Only your organisation sees it."),
        "note-removed": N_("The note was removed."),
    },
    kinds={
        "document.issued/1": N_("issued it"),
        "document.granted/1": N_("gave it to a further member"),
        "document.delivered/1": N_("received it"),
        "document.refused/1": N_("refused it"),
        "document.opened/1": N_("opened it"),
        "document.held/1": N_("keeps it for a member that could not be reached"),
    },
)

STATUSES = ("any", "current", "ended")


@PAGES.get("/documents", operation="documents.read")
def show_documents(visit: Visit) -> Response:
    """The list, filtered by words, type and status."""
    page = documents.browse_documents(visit.tenant, visit.actor, _wanted(visit), after=visit.asked("after") or None)
    names = {line.issuer: visit.tenant.name_of(line.issuer) for line in page.rows}
    types = [(schema_id, document_type(schema_id).title) for schema_id in schema_ids()]
    return visit.show("documents.html", page=page, names=names, types=types, asked=visit.asked, here=_here(visit))


@PAGES.get("/documents.csv", operation="documents.read")
def export_documents(visit: Visit) -> Response:
    """Exactly what is filtered, as a file for a spreadsheet."""
    rows = documents.export_documents(visit.tenant, visit.actor, _wanted(visit))
    headers = {"Content-Disposition": 'attachment; filename="documents.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


@PAGES.get("/documents/{document_id}", operation="documents.read")
def show_document(visit: Visit) -> Response:
    """One document: what it says, its versions, who has it, its story."""
    tenant, document_id, at = visit.tenant, visit.named("document_id"), _moment(visit)
    view = documents.show_document(tenant, visit.actor, document_id, version=_version(visit))
    readers = sharing.show_sharing(tenant, visit.actor, document_id, at=at)
    return visit.show(
        "document.html",
        view=view,
        readers=readers,
        exchanged=documents.may_be_exchanged(tenant, view.line),
        purposes=PURPOSE_WORDS,
        at_moment=at,
        state=_state_at(view.line, at or tenant.now()),
        source=documents.source_of(tenant, view),
        changeable=issuing.may_be_withdrawn(tenant, view.line),
        slug=view.line.schema_id.rsplit("/", 1)[0],
    )


@PAGES.get("/documents/{document_id}/content", operation="documents.read")
def download_content(visit: Visit) -> Response:
    """The signed bytes."""
    line, representations = documents.read_content(
        visit.tenant, visit.actor, visit.named("document_id"), version=_version(visit)
    )
    form = visit.asked("form")
    media_type, content = documents.chosen_form(representations, form)
    name = f"{line.schema_id.split('/')[0]}-{line.commitment[:12]}.{'jwt' if form == 'jwt' else 'json'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


@PAGES.post("/documents/{document_id}/notes", operation="notes.write", again=show_document)
def write_note(visit: Visit) -> Response:
    """A note beside the document."""
    documents.write_note(visit.tenant, visit.actor, visit.named("document_id"), visit.form.text("note"))
    return visit.go(f"/documents/{visit.named('document_id')}", told="note-written")


@PAGES.post("/documents/{document_id}/notes/{note_id}/remove", operation="notes.write", again=show_document)
def remove_note(visit: Visit) -> Response:
    """Take a note of one's own away."""
    documents.remove_note(visit.tenant, visit.actor, visit.named("note_id"))
    return visit.go(f"/documents/{visit.named('document_id')}", told="note-removed")


def _wanted(visit: Visit) -> DocumentFilter:
    status, schema_id = visit.asked("status", "any"), visit.asked("type")
    return DocumentFilter(
        words=visit.asked("words")[:200],
        schema_ids=(schema_id,) if schema_id in schema_ids() else (),
        status=cast("Literal['any', 'current', 'ended']", status if status in STATUSES else "any"),
        latest_version=visit.asked("all") != "yes",
    )


def _here(visit: Visit) -> dict[str, str]:
    """The filter as words of an address, without the cursor."""
    return {name: visit.asked(name) for name in ("words", "type", "status", "all") if visit.asked(name)}


def _moment(visit: Visit) -> datetime | None:
    """The moment at which a page shall look, as a browser sends it: UTC, to the minute."""
    text = visit.asked("at")
    if not text:
        return None
    try:
        return datetime.strptime(text[:40], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise FieldUnsuitable(got=text[:40], expected="a time such as 2026-11-28T10:15", where="at") from error


def _state_at(line: DocumentLine, moment: datetime) -> str:
    """How a version stood at a moment, as the ledger tells its times."""
    if line.accepted_at is None or line.accepted_at > moment:
        return "later"
    if line.ended_at is None or line.ended_at > moment:
        return "in_force"
    return "replaced" if line.successor else "withdrawn"


def _version(visit: Visit) -> int | None:
    text = visit.asked("version")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise FieldUnsuitable(got=text, expected="a whole number", where="version")
    return int(text)
