"""Destroying a document on this node, and destroying it again after a restore from an older backup.

Content key and salt lie in one sealed row and one sealed file: the key is erased, the file unlinked, the records are
built anew without the document. What was destroyed stands on the tombstone list, one line a version, beside the node's
databases and in no backup: a restored node that is given the list destroys again before it does anything else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from transire.desk import tables as desk
from transire.errors import TransireError
from transire.ledger.fields import Did, Digest, Moment
from transire.node.anchor import write_time
from transire.node.rebuilding import rebuild_records
from transire.records import project
from transire.records import tables as records
from transire.vault import outbox
from transire.vault.errors import DocumentErased
from transire.vault.stored import StoredDocument

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


class TombstonesDamaged(TransireError):
    code = "node.tombstones-damaged"
    sentence = "The list of what was destroyed cannot be read."
    fix = "Put a whole copy of the list in its place: without it the node would bring back what was destroyed."
    status = 500


class Tombstone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of the list: which member destroyed which version, when. Ids only, nothing of the document."""

    member: Did
    issuer: Did
    commitment: Digest
    at: Moment


def destroy_versions(tenant: Tenant, tx: sa.Connection, versions: Sequence[StoredDocument], now: datetime) -> None:
    """Erase keys, rows and what persons wrote beside the document; the list is on disk before the keys are gone."""
    append_tombstones(
        tenant.tombstones,
        [
            Tombstone(member=tenant.did, issuer=one.issuer, commitment=one.commitment, at=write_time(now))
            for one in versions
        ],
    )
    _overwrite_deleted(tx)
    for one in versions:
        tenant.vault.destroy(tx, one.commitment, issuer=one.issuer, now=now)
        _forget(tx, one.issuer, one.commitment)
    outbox.call_back_documents(tx, {one.commitment for one in versions}, code=DocumentErased.code)
    for document_id in {one.document_id for one in versions}:
        project.erase_inbox_of(tx, document_id)
        tx.execute(sa.delete(desk.notes).where(desk.notes.c.document_id == document_id))
        tx.execute(sa.delete(desk.drafts).where(desk.drafts.c.document_id == document_id))


def finish_destruction(tenant: Tenant) -> None:
    """After the transaction: unlink the sealed files, and build the records anew, which hold fields of documents."""
    with tenant.database.reading() as view:
        tenant.vault.sweep(view)
    rebuild_records(tenant)


def replay_tombstones(tenant: Tenant) -> int:
    """Destroy again whatever the list names and this database still holds; returns how many versions that were."""
    found = [each for each in read_tombstones(tenant.tombstones) if each.member == tenant.did]
    if not found:
        return 0
    with tenant.database.transaction() as tx:
        _overwrite_deleted(tx)
        again = [each for each in found if _destroy_again(tenant, tx, each)]
    if again:
        finish_destruction(tenant)
    return len(again)


def append_tombstones(path: Path, tombstones: Sequence[Tombstone]) -> None:
    """Add lines to the list, on disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(b"".join(msgspec.json.encode(each) + b"\n" for each in tombstones))
        file.flush()
        os.fsync(file.fileno())


def read_tombstones(path: Path) -> list[Tombstone]:
    """The list; a last line that was cut off by a crash was never followed by a destruction, and is left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    try:
        return [msgspec.json.decode(line, type=Tombstone) for line in lines[:-1] if line]
    except msgspec.DecodeError as error:
        raise TombstonesDamaged(got=str(error)[:120], where=str(path)) from error


def _destroy_again(tenant: Tenant, tx: sa.Connection, tombstone: Tombstone) -> bool:
    at = datetime.strptime(tombstone.at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    changed = tenant.vault.destroy(tx, tombstone.commitment, issuer=tombstone.issuer, now=at)
    return _forget(tx, tombstone.issuer, tombstone.commitment) or changed


def _forget(tx: sa.Connection, issuer: str, commitment: str) -> bool:
    """Take a version out of the records; whether it was in them."""
    of = records.documents.c
    known = tx.execute(sa.select(of.version).where(of.issuer == issuer, of.commitment == commitment)).first()
    project.erase_document(tx, issuer, commitment)
    return known is not None


def _overwrite_deleted(tx: sa.Connection) -> None:
    """SQLite leaves deleted bytes in its file until they are needed; here they are overwritten with zeros."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete=ON")
