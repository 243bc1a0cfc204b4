"""The documents that a member holds, of whatever procedure: listed, opened, and what was stated about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
import sqlalchemy as sa

from transire.api.errors import FormNotIssued
from transire.api.sharing import readers_to_tell
from transire.credentials.concealed import CONCEALED
from transire.credentials.exchange import EXCHANGE
from transire.desk import notes
from transire.desk.notes import Note
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.desk.persons import names_of
from transire.documents.catalogue import document_type
from transire.ledger.statement import parse_statement
from transire.records import tables as records
from transire.records.cursor import Page
from transire.records.documents import (
    Delivery,
    DocumentFilter,
    DocumentLine,
    count_documents,
    deliveries_of,
    ended_at,
    every_document,
    find_document,
    list_documents,
    places_of,
    versions_of,
)
from transire.records.errors import DocumentUnknown
from transire.records.export import export_csv
from transire.records.grants import grants_of
from transire.records.statements import StatementLine, statements_about
from transire.vault import tables as vault
from transire.vault.errors import DocumentErased, GrantEnded
from transire.vault.parts import SCHEMA_ID as PARTS
from transire.vault.parts import shown_parts
from transire.vault.statements import OPENED, named_body
from transire.vault.stored import OpenedDocument

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a document's story: what was stated about it, by whom, when."""

    statement_id: str
    kind: str
    by: str
    by_name: str
    accepted_at: datetime
    height: int


class WrittenNote(msgspec.Struct, frozen=True):
    """A note with the name of who wrote it."""

    id: str
    text: str
    by: str
    own: bool
    written_at: datetime


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document with everything that this member knows about it."""

    line: DocumentLine
    type_title: str
    issuer_name: str
    own: bool
    content: dict[str, Any] | None
    shown: dict[str, Any] | None
    """Of a document that shows parts of another: the credential of that one, with these parts alone."""
    versions: tuple[DocumentLine, ...]
    deliveries: tuple[Delivery, ...]
    names: dict[str, str]
    story: tuple[Told, ...]
    notes: tuple[WrittenNote, ...]


class Counts(msgspec.Struct, frozen=True):
    """How many documents stand in each bucket of the home page."""

    in_force: int
    refused: int
    ended: int


def browse_documents(
    tenant: Tenant, person: Person, wanted: DocumentFilter, *, after: str | None = None, limit: int = 50
) -> Page[DocumentLine]:
    """The documents that fit, the latest first."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        return list_documents(view, wanted, after=after, limit=limit)


def export_documents(tenant: Tenant, person: Person, wanted: DocumentFilter) -> Iterator[str]:
    """Exactly the documents that fit, as CSV."""
    require(person, "documents.read")  # asked now, not when the first line is read
    return _export(tenant, wanted)


def _export(tenant: Tenant, wanted: DocumentFilter) -> Iterator[str]:
    with tenant.database.reading() as view:
        yield from export_csv(every_document(view, wanted))


def count_buckets(tenant: Tenant, person: Person) -> Counts:
    """The numbers of the home page."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        return Counts(
            in_force=count_documents(view, DocumentFilter(status="current", latest_version=True)),
            refused=view.execute(sa.select(sa.func.count()).select_from(_refused().subquery())).scalar_one(),
            ended=count_documents(view, DocumentFilter(status="ended")),
        )


def list_refused(tenant: Tenant, person: Person, *, limit: int = 100) -> list[Delivery]:
    """What others refused to take, or we of theirs, the latest first."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        rows = view.execute(_refused().order_by(records.statements.c.log_index.desc()).limit(limit))
        return [Delivery(**row._mapping) for row in rows]


def show_document(tenant: Tenant, person: Person, document_id: str, *, version: int | None = None) -> DocumentView:
    """A document, opened. The first time that a person looks into one that came from elsewhere, that is stated."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        versions = versions_of(view, document_id)  # read once: a document of many lines has many fields
        wanted = (each for each in versions if version is None or each.version == version)
        line = next(wanted, None) or _find(tenant, view, document_id, version)
        opened = tenant.vault.find(view, line.commitment, issuer=line.issuer)
        found = DocumentView(
            line=line,
            type_title=document_type(line.schema_id).title,
            issuer_name=tenant.name_of(line.issuer),
            own=line.issuer == tenant.did,
            content=None if opened is None else opened.credential,
            shown=_shown_parts(opened),
            versions=versions,
            deliveries=tuple(deliveries_of(view, document_id)),
            names={},
            story=tuple(_told(tenant, each) for each in statements_about(view, document_id)),
            notes=_notes(view, person, document_id),
        )
    if found.content is not None:
        _note_opening(tenant, person, line)
    return msgspec.structs.replace(found, names=_names(tenant, found))


def read_content(
    tenant: Tenant, person: Person, document_id: str, *, version: int | None = None
) -> tuple[DocumentLine, Mapping[str, bytes]]:
    """The representations of a version as they were signed, by media type. Taking them out is opening them."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        line = _find(tenant, view, document_id, version)
        opened = tenant.vault.open(view, line.commitment, issuer=line.issuer)
    _note_opening(tenant, person, line)
    return line, opened.representations


def chosen_form(representations: Mapping[str, bytes], form: str) -> tuple[str, bytes]:
    """The representation that a form stands for: what decides, or the same as a JWT for readers outside."""
    if form != "jwt":
        return next(iter(representations.items()))
    if EXCHANGE not in representations:
        raise FormNotIssued(expected=EXCHANGE, got=", ".join(sorted(representations)))
    return EXCHANGE, representations[EXCHANGE]


def find_line(tenant: Tenant, person: Person, document_id: str, *, version: int | None = None) -> DocumentLine:
    """What the records say of a version, which is not opened."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        return _find(tenant, view, document_id, version)


def may_be_disclosed(tenant: Tenant, line: DocumentLine) -> bool:
    """Whether single parts of a version can be shown: it was issued in that form, and can be opened here."""
    return _is_there(tenant, line, CONCEALED)


def may_be_exchanged(tenant: Tenant, line: DocumentLine) -> bool:
    """Whether a version can be taken out as a JWT for readers outside; under a did:key it cannot."""
    return line.issuer.startswith("did:web:") and _is_there(tenant, line, EXCHANGE)


def _is_there(tenant: Tenant, line: DocumentLine, media_type: str) -> bool:
    with tenant.database.reading() as view:
        opened = tenant.vault.find(view, line.commitment, issuer=line.issuer)
    return opened is not None and media_type in opened.representations


def _shown_parts(opened: OpenedDocument | None) -> dict[str, Any] | None:
    if opened is None or opened.credential is None or opened.stored.schema_id != PARTS:
        return None
    return shown_parts(cast("dict[str, Any]", opened.credential["credentialSubject"]))


class SourceOfParts(msgspec.Struct, frozen=True, kw_only=True):
    """Of which type the document is whose parts are shown, whether this member holds it, and when it ended."""

    title: str
    held: bool
    ended_at: datetime | None


def source_of(tenant: Tenant, found: DocumentView) -> SourceOfParts | None:
    """The document of which this one shows parts, as the ledger has it; None for a document that shows itself."""
    if found.shown is None or found.content is None:
        return None
    subject = found.content["credentialSubject"]
    with tenant.database.reading() as view:
        ended = ended_at(view, found.line.issuer, subject["disclosedVersion"])
        held = bool(places_of(view, subject["document"]))
    return SourceOfParts(title=document_type(subject["schemaId"]).title, held=held, ended_at=ended)


def subject_of(found: DocumentView) -> dict[str, Any]:
    """What the credential says, or the parts of another that it shows; empty where there is none to be read."""
    return dict((found.shown or found.content or {}).get("credentialSubject", {}))


def labels(tenant: Tenant, document_ids: Iterable[str | None]) -> dict[str, str]:
    """What a page calls these documents: their type, and the number where they bear one."""
    named = {}
    with tenant.database.reading() as view:
        for document_id in {each for each in document_ids if each is not None}:
            try:
                named[document_id] = label_of(find_document(view, document_id))
            except DocumentUnknown:
                continue
    return named


def label_of(line: DocumentLine) -> str:
    """Type and number of a document."""
    return f"{line.title} {line.number}" if line.number else line.title


def write_note(tenant: Tenant, person: Person, document_id: str, text: str) -> Note:
    """Write a note beside a document; the member's own, delivered to nobody."""
    require(person, "notes.write")
    with tenant.transaction() as tx:
        find_document(tx, document_id)
        return notes.write_note(tx, person, document_id, text, now=tenant.now())


def remove_note(tenant: Tenant, person: Person, note_id: str) -> None:
    """Take a note of one's own away."""
    require(person, "notes.write")
    with tenant.transaction() as tx:
        notes.remove_note(tx, person, note_id)


def _find(tenant: Tenant, view: sa.Connection, document_id: str, version: int | None) -> DocumentLine:
    """The version that was asked for; where the right to read it has ended, that is what is said."""
    try:
        return find_document(view, document_id, version=version)
    except DocumentUnknown:
        ended = [
            each
            for each in grants_of(view, document_id, tenant.now())
            if each.recipient == tenant.did and each.ended_at is not None
        ]
        if tenant.vault.is_erased(view, document_id):
            raise DocumentErased(got=document_id) from None
        if not ended:
            raise
        last = ended[-1]
        raise GrantEnded(got=f"{last.standing} at {last.ended_at:%Y-%m-%dT%H:%M:%SZ}", where=document_id) from None


def _note_opening(tenant: Tenant, person: Person, line: DocumentLine) -> None:
    """State, the first time, that a person looked into a version that came from elsewhere."""
    if line.issuer == tenant.did:
        return
    # The statement waits a random while for the ledger, and is not in the records before: the journal is asked.
    with tenant.database.reading() as view:
        if _has_stated_opening(view, tenant, line):
            return
    body = named_body(line.document_id, line.commitment, line.issuer)
    with tenant.transaction() as tx:
        if not _has_stated_opening(tx, tenant, line):
            told = readers_to_tell(tenant, tx, line)
            tenant.state(tx, person, OPENED.name, body, about=[line.document_id], recipients=told)


def _has_stated_opening(tx: sa.Connection, tenant: Tenant, line: DocumentLine) -> bool:
    said, about = vault.statements.c, vault.about.c
    query = (
        sa.select(said.raw)
        .join(vault.about, about.statement == said.id)
        .where(about.subject == line.document_id, said.kind == OPENED.name, said.by == tenant.did)
    )
    return any(parse_statement(bytes(raw)).body["commitment"] == line.commitment for raw in tx.execute(query).scalars())


def _told(tenant: Tenant, line: StatementLine) -> Told:
    return Told(
        statement_id=line.id,
        kind=line.kind,
        by=line.by,
        by_name=tenant.name_of(line.by),
        accepted_at=line.accepted_at,
        height=line.height,
    )


def _names(tenant: Tenant, found: DocumentView) -> dict[str, str]:
    dids = {found.line.issuer, *(each.member for each in found.deliveries)}
    return {did: tenant.name_of(did) for did in dids}


def _notes(view: sa.Connection, person: Person, document_id: str) -> tuple[WrittenNote, ...]:
    found: Sequence[Note] = notes.notes_on(view, document_id)
    names = names_of(view, {note.person_id for note in found})
    return tuple(
        WrittenNote(note.id, note.text, names[note.person_id], note.person_id == person.id, note.written_at)
        for note in found
    )


def _refused() -> sa.Select[Any]:
    of, stated = records.deliveries.c, records.statements.c
    return (
        sa.select(
            of.member,
            of.event,
            of.code,
            of.commitment,
            of.statement_id,
            stated.height,
            stated.log_index,
            stated.accepted_at,
        )
        .join(records.statements, stated.id == of.statement_id)
        .where(of.event == "refused")
    )
