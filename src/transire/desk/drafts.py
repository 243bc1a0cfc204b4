"""Drafts: what persons prepare before a member signs it. Every field knows where it came from.

Saving names the version it started from; when another was saved meanwhile it is refused and handed the present one,
so that two people at one draft lose nothing. What it is not: a draft says nothing to anybody outside the member.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.errors import DraftChanged, DraftClosed, DraftUnknown
from transire.desk.person import Person
from transire.desk.pointer import with_value
from transire.desk.text import tidy_line

Origin = Literal["keyed", "document", "product", "computed", "member", "imported"]
"""Where a field came from; only `keyed` cost a person the typing."""


_FIND = sa.select(t.drafts).where(t.drafts.c.id == sa.bindparam("of"))
_STORE = sa.update(t.drafts).where(t.drafts.c.id == sa.bindparam("of"), t.drafts.c.version == sa.bindparam("present"))


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one field came from: the kind of origin, and the document, statement or person behind it."""

    origin: Origin
    document_id: str | None = None
    pointer: str | None = None
    person_id: str | None = None
    detail: str | None = None


class Draft(msgspec.Struct, frozen=True):
    """A draft as it stands. `sources` has a JSON pointer into `content` for each field whose source is known."""

    id: str
    kind: str
    title: str
    content: dict[str, Any]
    sources: dict[str, Source]
    version: int
    state: Literal["open", "issued", "discarded"]
    document_id: str | None
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime

    def keyed_fields(self) -> list[str]:
        """The pointers of the fields that a person typed."""
        return sorted(where for where, source in self.sources.items() if source.origin == "keyed")


def create_draft(
    tx: Connection,
    person: Person,
    kind: str,
    *,
    title: str,
    content: Mapping[str, Any],
    sources: Mapping[str, Source],
    now: datetime,
) -> Draft:
    """Begin a draft at version 1."""
    draft = Draft(
        id=b64url(secrets.token_bytes(12)),
        kind=kind,
        title=tidy_line(title, "title"),
        content=dict(content),
        sources=dict(sources),
        version=1,
        state="open",
        document_id=None,
        created_by=person.id,
        created_at=now,
        updated_by=person.id,
        updated_at=now,
    )
    tx.execute(sa.insert(t.drafts).values(_values(draft)))
    return draft


def find_draft(tx: Connection, draft_id: str, *, kind: str | None = None) -> Draft:
    """The draft; of another kind than asked for it counts as unknown."""
    row = tx.execute(_FIND, {"of": draft_id}).first()
    if row is None or (kind is not None and row.kind != kind):
        raise DraftUnknown(got=draft_id)
    return _draft(row)


def find_draft_of(tx: Connection, document_id: str, *, kind: str) -> Draft | None:
    """The draft of this kind that became a document, the latest of several; None where none of this member did."""
    row = t.drafts.c
    wanted = sa.select(t.drafts).where(row.document_id == document_id, row.kind == kind)
    found = tx.execute(wanted.order_by(row.updated_at.desc(), row.id).limit(1)).first()
    return None if found is None else _draft(found)


def list_drafts(tx: Connection, *, kind: str | None = None, state: str = "open") -> Sequence[Draft]:
    """The drafts in a state, the latest change first."""
    row = t.drafts.c
    wanted = sa.select(t.drafts).where(row.state == state)
    if kind is not None:
        wanted = wanted.where(row.kind == kind)
    return [_draft(found) for found in tx.execute(wanted.order_by(row.updated_at.desc(), row.id))]


def save_draft(
    tx: Connection,
    person: Person,
    draft_id: str,
    *,
    expected_version: int,
    content: Mapping[str, Any],
    sources: Mapping[str, Source],
    now: datetime,
    title: str | None = None,
) -> Draft:
    """Save over the version that the person started from; DraftChanged when it is no longer the present one."""
    present = _open_draft(tx, draft_id)
    if present.version != expected_version:
        raise DraftChanged(present, expected=expected_version)
    saved = msgspec.structs.replace(
        present,
        content=dict(content),
        sources=dict(sources),
        title=present.title if title is None else tidy_line(title, "title"),
    )
    return _store(tx, person, saved, now)


def set_draft_field(
    tx: Connection,
    person: Person,
    draft_id: str,
    pointer: str,
    value: Any,
    *,
    now: datetime,
    source: Source | None = None,
    expected_version: int | None = None,
) -> Draft:
    """Set one field by its JSON pointer, as keyed by this person unless another source is named."""
    present = _open_draft(tx, draft_id)
    if expected_version is not None and present.version != expected_version:
        raise DraftChanged(present, expected=expected_version)
    named = source or Source("keyed", person_id=person.id)
    # What was said of the sources of a whole branch does not hold for the branch that replaces it.
    kept = {where: known for where, known in present.sources.items() if not where.startswith(pointer + "/")}
    saved = msgspec.structs.replace(
        present, content=with_value(present.content, pointer, value), sources=kept | {pointer: named}
    )
    return _store(tx, person, saved, now)


def close_draft(tx: Connection, person: Person, draft_id: str, *, document_id: str | None, now: datetime) -> Draft:
    """The draft became a document, or (None) is given up; it stays readable and can be changed no more."""
    present = _open_draft(tx, draft_id)
    state: Literal["issued", "discarded"] = "issued" if document_id else "discarded"
    return _store(tx, person, msgspec.structs.replace(present, state=state, document_id=document_id), now)


def _open_draft(tx: Connection, draft_id: str) -> Draft:
    draft = find_draft(tx, draft_id)
    if draft.state != "open":
        raise DraftClosed(got=draft.state)
    return draft


def _store(tx: Connection, person: Person, draft: Draft, now: datetime) -> Draft:
    stored = msgspec.structs.replace(draft, version=draft.version + 1, updated_by=person.id, updated_at=now)
    # The version stands in the condition too: the promise holds even for a caller that read in another transaction.
    changed = tx.execute(_STORE, _values(stored) | {"of": draft.id, "present": draft.version}).rowcount
    if changed != 1:
        raise DraftChanged(find_draft(tx, draft.id), expected=draft.version)
    return stored


def _values(draft: Draft) -> dict[str, Any]:
    return msgspec.structs.asdict(draft) | {"sources": msgspec.to_builtins(draft.sources)}


def _draft(row: sa.Row[tuple[object, ...]]) -> Draft:
    values = dict(row._mapping)
    values["sources"] = msgspec.convert(values["sources"], dict[str, Source])
    return Draft(**values)
