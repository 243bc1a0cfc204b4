"""Notes that persons of a member write beside a document. They are the member's own and are delivered to nobody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.errors import NoteUnknown
from transire.desk.person import Person
from transire.desk.text import tidy_page


class Note(msgspec.Struct, frozen=True):
    """One note."""

    id: str
    document_id: str
    text: str
    person_id: str
    written_at: datetime


def write_note(tx: Connection, person: Person, document_id: str, text: str, *, now: datetime) -> Note:
    """Write a note beside a document."""
    note = Note(b64url(secrets.token_bytes(12)), document_id, tidy_page(text, "note"), person.id, now)
    tx.execute(sa.insert(t.notes).values(msgspec.structs.asdict(note)))
    return note


def notes_on(tx: Connection, document_id: str) -> Sequence[Note]:
    """The notes beside a document, the oldest first."""
    row = t.notes.c
    wanted = sa.select(t.notes).where(row.document_id == document_id).order_by(row.written_at, row.id)
    return [Note(**found._mapping) for found in tx.execute(wanted)]


def remove_note(tx: Connection, person: Person, note_id: str) -> None:
    """Remove a note; only who wrote it may."""
    row = t.notes.c
    if tx.execute(sa.delete(t.notes).where(row.id == note_id, row.person_id == person.id)).rowcount != 1:
        raise NoteUnknown(got=note_id)
