"""A member's documents: sealed once, their keys wrapped for the member itself, shared by wrapping them anew.

The ciphertext lies in the blob store under its digest and is on disk before the row that names it, so a crash leaves
at most a blob that nothing names (`unnamed_blobs`). The database holds no content and no open key: the content key
is wrapped for the member's own agree key by HPKE, like any recipient's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import structlog

from transire.crypto.encoding import b64url, unb64url
from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey
from transire.crypto.keystore import KeyStore
from transire.crypto.sealing import key_id_of, unwrap_key, wrap_key
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import SALT_SIZE, commitment_of, verify_commitment
from transire.storage.blobs import BlobStore
from transire.storage.errors import BlobAltered, BlobMissing
from transire.vault.errors import DocumentErased, DocumentUnknown, GrantEnded, PreviousUnknown, VersionContradicted
from transire.vault.journal import insert_or_ignore
from transire.vault.own_keys import Names, OwnKeys
from transire.vault.sealing import Identity, Package, seal, unseal
from transire.vault.stored import OpenedDocument, OpenedLately, SealedDocument, StoredDocument, stored_of
from transire.vault.tables import documents, tombstones

log = structlog.get_logger(__name__)

OWN_PURPOSE: Final = "own"
"""The purpose under which a member wraps a content key for itself."""

# Built once: building a statement costs several times what running it does.
_IS_OF = documents.c.issuer == sa.bindparam("issuer")
_ROW = (
    sa.select(documents)
    .where(documents.c.commitment == sa.bindparam("commitment"))
    .order_by(documents.c.erased_at.is_not(None), documents.c.stored_at)
    .limit(1)
)
_ROW_OF = _ROW.where(_IS_OF)
_NEWEST = (
    sa.select(documents.c.commitment)
    .where(documents.c.document_id == sa.bindparam("document"), documents.c.erased_at.is_(None))
    .order_by(documents.c.version.desc(), documents.c.stored_at)
    .limit(1)
)
_NEWEST_OF = _NEWEST.where(_IS_OF)
_DESTROYED = sa.select(tombstones.c.commitment).where(
    tombstones.c.issuer == sa.bindparam("issuer"), tombstones.c.commitment == sa.bindparam("commitment")
)
_HELD_BY_GRANT = sa.select(documents.c.issuer, documents.c.commitment).where(
    documents.c.by_grant, documents.c.wrapped_key.is_not(None)
)
_MARK_ISSUED = (
    documents.update()
    .where(documents.c.commitment == sa.bindparam("of"), documents.c.issued_by.is_(None))
    .values(issued_by=sa.bindparam("statement"))
)


class Vault:
    """One member's vault. `agree_names` and `hybrid_names` tell its keys in the key store (`OwnKeys`)."""

    def __init__(
        self,
        blobs: BlobStore,
        keys: KeyStore,
        agree_names: Names = lambda: ("agree-1",),
        hybrid_names: Names = lambda: (),
    ) -> None:
        self._blobs = blobs
        self._keys = OwnKeys(keys, agree_names, hybrid_names)
        # What was opened is known as long as the transaction that asked for it, and for the moment after it.
        self._opened: WeakKeyDictionary[sa.Connection, dict[tuple[str, str], OpenedDocument]] = WeakKeyDictionary()
        self._lately = OpenedLately()

    @property
    def agree_public(self) -> bytes:
        """The public half of the present agree key."""
        return self._keys.agreement(self._keys.present_name).public

    def agreement_keys(self) -> list[AgreementKey | HybridKey]:
        """All keys for which others seal, or sealed."""
        return self._keys.openers()

    def put(
        self,
        tx: sa.Connection,
        content: bytes | Mapping[str, bytes] | Callable[[bytes], Mapping[str, bytes]],
        *,
        issuer: str,
        schema_id: str,
        now: datetime,
        previous: str | None = None,
    ) -> StoredDocument:
        """Seal and keep a document that this member issues.

        `content` is the credential, or all representations, or what makes them of the document's salt.
        """
        salt = secrets.token_bytes(SALT_SIZE)
        made = content(salt) if callable(content) else content
        package = Package(representations={MEDIA_TYPE: made} if isinstance(made, bytes) else dict(made), salt=salt)
        commitment = b64url(commitment_of(package.representations, package.salt))
        document_id, version = self._next_version(tx, issuer, previous) if previous else (commitment, 1)
        identity = Identity(document_id=document_id, version=version, schema_id=schema_id)
        sealed = seal(package, identity)
        stored = StoredDocument(
            issuer=issuer,
            commitment=commitment,
            document_id=document_id,
            version=version,
            schema_id=schema_id,
            media_types=tuple(sorted(package.representations)),
            previous=previous,
            ciphertext=b64url(self._blobs.put(sealed.ciphertext)),
        )
        self._insert(tx, stored, sealed.key, now)
        return stored

    def keep(
        self,
        tx: sa.Connection,
        stored: StoredDocument,
        *,
        ciphertext: bytes,
        content_key: bytes,
        now: datetime,
        by_grant: bool = False,
    ) -> bool:
        """Keep a document that arrived and was checked; False when it was here already, erased or not.

        `by_grant`: it came under a grant, so that it is here as long as one lives, unless it comes in another way too.
        `VersionContradicted` when the issuer has stated something else before; then nothing may be written of the
        delivery that brought it.
        """
        if self._is_destroyed(tx, stored.issuer, stored.commitment):
            return False
        row = self._row(tx, stored.commitment, stored.issuer)
        if row is not None:
            return self._keep_again(tx, row, ciphertext, content_key, by_grant=by_grant)
        self._check_previous(tx, stored)
        self._blobs.put(ciphertext)
        self._insert(tx, stored, content_key, now, by_grant=by_grant)
        return True

    def mark_issued(self, tx: sa.Connection, commitment: str, statement_id: str) -> None:
        """Note the statement that says that the document was issued; it goes along whenever the document does."""
        tx.execute(_MARK_ISSUED, {"of": commitment, "statement": statement_id})

    def has(self, tx: sa.Connection, commitment: str, *, issuer: str | None = None) -> bool:
        """Whether this member holds the version and can open it."""
        row = self._row(tx, commitment, issuer)
        return row is not None and row.wrapped_key is not None

    def stored(self, tx: sa.Connection, commitment: str, *, issuer: str | None = None) -> StoredDocument:
        """What is known of a version without opening it."""
        return stored_of(self._require(tx, commitment, issuer))

    def open(self, tx: sa.Connection, commitment: str, *, issuer: str | None = None) -> OpenedDocument:
        """Decrypt a version and check it against its commitment, once in each transaction."""
        return self._open(tx, self._require(tx, commitment, issuer))

    def find(self, tx: sa.Connection, commitment: str, *, issuer: str | None = None) -> OpenedDocument | None:
        """The opened version; None when this member does not hold it, or its bytes were lost, which `doctor` names.

        What was opened a moment ago is not decrypted again: taking delivery of an entry, examining it and showing it
        open the same dozen documents.
        """
        row = self._row(tx, commitment, issuer)
        if row is None or row.wrapped_key is None:
            return None
        name = (row.issuer, row.commitment, row.issued_by)
        known = self._lately.find(name)
        if known is not None:
            return known
        try:
            return self._lately.keep(name, self._open(tx, row))
        except (BlobMissing, BlobAltered) as error:
            log.error("document lost", commitment=commitment, code=error.code)
            return None

    def newest(self, tx: sa.Connection, document_id: str, *, issuer: str | None = None) -> str | None:
        """The commitment of the newest version of a document that this member holds."""
        query = _NEWEST if issuer is None else _NEWEST_OF
        return cast("str | None", tx.execute(query, {"document": document_id, "issuer": issuer}).scalar_one_or_none())

    def seal_for(
        self,
        tx: sa.Connection,
        commitment: str,
        *,
        recipient_public: bytes,
        purpose: str,
        expires: str | None = None,
        issuer: str | None = None,
    ) -> SealedDocument:
        """The same ciphertext with its key wrapped for a recipient's agree or hybrid key; nothing is written."""
        row = self._require(tx, commitment, issuer)
        stored, key_id = stored_of(row), key_id_of(recipient_public)
        info = stored.identity.grant_info(key_id, purpose, expires)
        return SealedDocument(
            stored=stored,
            ciphertext=self._ciphertext(stored),
            key_id=key_id,
            purpose=purpose,
            expires=expires,
            wrapped=wrap_key(self._content_key(row), recipient_public=recipient_public, info=info),
        )

    def rewrap(self, tx: sa.Connection) -> int:
        """Wrap every content key for the present agree key; returns how many were under an older one."""
        current = self._keys.present_name
        query = sa.select(documents).where(documents.c.key_name != current, documents.c.wrapped_key.is_not(None))
        rows = tx.execute(query).all()
        for row in rows:
            wrapped = self._wrap_own(stored_of(row), self._content_key(row))
            mine = (documents.c.issuer == row.issuer, documents.c.commitment == row.commitment)
            tx.execute(documents.update().where(*mine).values(wrapped_key=wrapped, key_name=current))
        return len(rows)

    def erase(self, tx: sa.Connection, commitment: str, *, issuer: str, now: datetime) -> None:
        """Destroy the key of a version, and with it the salt; doing it again changes nothing.

        The blob goes with `sweep` after the transaction: a rolled-back erasure must leave the document whole.
        """
        mine = (documents.c.issuer == issuer, documents.c.commitment == commitment, documents.c.erased_at.is_(None))
        tx.execute(documents.update().where(*mine).values(wrapped_key=None, erased_at=now))
        self._lately.forget_all()

    def destroy(self, tx: sa.Connection, commitment: str, *, issuer: str, now: datetime) -> bool:
        """Erase a version for good: it is never taken in again, whoever brings it. False when it was done before."""
        known = insert_or_ignore(tx, tombstones, issuer=issuer, commitment=commitment, destroyed_at=now)
        held = self.has(tx, commitment, issuer=issuer)
        self.erase(tx, commitment, issuer=issuer, now=now)
        return known or held

    def lapse(self, tx: sa.Connection, commitment: str, *, issuer: str, now: datetime) -> None:
        """Destroy the key of a version that was here by grants alone. A new grant brings it again."""
        mine = (documents.c.issuer == issuer, documents.c.commitment == commitment, documents.c.by_grant)
        tx.execute(documents.update().where(*mine).values(wrapped_key=None, lapsed_at=now))
        self._lately.forget_all()

    def is_erased(self, tx: sa.Connection, document_id: str) -> bool:
        """Whether this member had versions of a document and destroyed all of them."""
        query = sa.select(documents.c.erased_at).where(documents.c.document_id == document_id)
        found = tx.execute(query).scalars().all()
        return bool(found) and all(found)

    def sweep(self, tx: sa.Connection) -> int:
        """Delete the blobs of erased documents that no other row names; returns how many."""
        erased = sa.select(documents.c.ciphertext).where(documents.c.wrapped_key.is_(None))
        needed = sa.select(documents.c.ciphertext).where(documents.c.wrapped_key.is_not(None))
        gone = [unb64url(name) for name in tx.execute(erased.except_(needed)).scalars()]
        present = [digest for digest in gone if self._blobs.has(digest)]
        for digest in present:
            self._blobs.delete(digest)
        return len(present)

    def unnamed_blobs(self, tx: sa.Connection) -> Iterator[bytes]:
        """Digests of blobs that no document names: left by a crash between blob and row, or by another member."""
        named = {unb64url(name) for name in tx.execute(sa.select(documents.c.ciphertext)).scalars()}
        return (digest for digest in self._blobs.digests() if digest not in named)

    def all_stored(self, tx: sa.Connection) -> list[StoredDocument]:
        """Every version that can be opened, oldest first: for `doctor`, backups and re-delivery."""
        query = sa.select(documents).where(documents.c.wrapped_key.is_not(None))
        return [stored_of(row) for row in tx.execute(query.order_by(documents.c.stored_at, documents.c.commitment))]

    def _next_version(self, tx: sa.Connection, issuer: str, previous: str) -> tuple[str, int]:
        row = self._row(tx, previous, issuer)
        if row is None:
            raise PreviousUnknown(got=previous, where=issuer)
        return str(row.document_id), int(row.version) + 1

    def _check_previous(self, tx: sa.Connection, stored: StoredDocument) -> None:
        """The version before, where it is held, must be of the same document and one lower."""
        row = None if stored.previous is None else self._row(tx, stored.previous, stored.issuer)
        if row is not None and (row.document_id, row.version + 1) != (stored.document_id, stored.version):
            expected = f"version {row.version + 1} of {row.document_id}"
            raise VersionContradicted(expected=expected, got=f"version {stored.version} of {stored.document_id}")

    def _is_destroyed(self, tx: sa.Connection, issuer: str, commitment: str) -> bool:
        return tx.execute(_DESTROYED, {"issuer": issuer, "commitment": commitment}).first() is not None

    def _keep_again(
        self, tx: sa.Connection, row: Any, ciphertext: bytes, content_key: bytes, *, by_grant: bool
    ) -> bool:
        """What is here already stays as it is, unless its key went with a grant or it no longer hangs on one."""
        has_lapsed = row.wrapped_key is None and row.lapsed_at is not None and row.erased_at is None
        values: dict[str, Any] = {} if by_grant or not row.by_grant else {"by_grant": False}
        if has_lapsed:
            self._blobs.put(ciphertext)
            wrapped = self._wrap_own(stored_of(row), content_key)
            values |= {"wrapped_key": wrapped, "key_name": self._keys.present_name, "lapsed_at": None}
        if values:
            mine = (documents.c.issuer == row.issuer, documents.c.commitment == row.commitment)
            tx.execute(documents.update().where(*mine).values(**values))
        return has_lapsed

    def _insert(
        self, tx: sa.Connection, stored: StoredDocument, content_key: bytes, now: datetime, *, by_grant: bool = False
    ) -> None:
        inserted = insert_or_ignore(
            tx,
            documents,
            issuer=stored.issuer,
            commitment=stored.commitment,
            document_id=stored.document_id,
            version=stored.version,
            schema_id=stored.schema_id,
            media_types=list(stored.media_types),
            previous=stored.previous,
            ciphertext=stored.ciphertext,
            wrapped_key=self._wrap_own(stored, content_key),
            key_name=self._keys.present_name,
            issued_by=stored.issued_by,
            stored_at=now,
            by_grant=by_grant,
        )
        if not inserted:
            other = self._commitment_of_version(tx, stored)
            raise VersionContradicted(expected=other, got=stored.commitment, where=f"version {stored.version}")

    def _commitment_of_version(self, tx: sa.Connection, stored: StoredDocument) -> str:
        query = sa.select(documents.c.commitment).where(
            documents.c.issuer == stored.issuer,
            documents.c.document_id == stored.document_id,
            documents.c.version == stored.version,
        )
        return str(tx.execute(query).scalar_one())

    def _open(self, tx: sa.Connection, row: Any) -> OpenedDocument:
        """The row was read in this transaction: one that was erased in it is not opened from memory."""
        opened = self._opened.setdefault(tx, {})
        known = opened.get((row.issuer, row.commitment))
        if known is not None:
            return known
        stored = stored_of(row)
        package = unseal(self._ciphertext(stored), self._content_key(row), stored.identity)
        verify_commitment(unb64url(stored.commitment, length=32), package.representations, package.salt)
        found = OpenedDocument(stored=stored, representations=package.representations, salt=package.salt)
        opened[row.issuer, row.commitment] = found
        return found

    def _wrap_own(self, stored: StoredDocument, content_key: bytes) -> bytes:
        public = self.agree_public
        info = stored.identity.grant_info(b64url(public), OWN_PURPOSE, None)
        return wrap_key(content_key, recipient_public=public, info=info)

    def _content_key(self, row: Any) -> bytes:
        own = self._keys.agreement(row.key_name)
        info = stored_of(row).identity.grant_info(b64url(own.public), OWN_PURPOSE, None)
        return unwrap_key(row.wrapped_key, recipient=own, info=info)

    def _ciphertext(self, stored: StoredDocument) -> bytes:
        return self._blobs.get(unb64url(stored.ciphertext, length=32))

    def _require(self, tx: sa.Connection, commitment: str, issuer: str | None) -> Any:
        row = self._row(tx, commitment, issuer)
        if row is None:
            raise DocumentUnknown(got=commitment)
        if row.wrapped_key is None:
            ended = row.lapsed_at is not None and row.erased_at is None
            raise GrantEnded(got=commitment) if ended else DocumentErased(got=commitment)
        return row

    def _row(self, tx: sa.Connection, commitment: str, issuer: str | None) -> Any:
        """The row of a version; without an issuer the first that came, which has the same content by its commitment."""
        query = _ROW if issuer is None else _ROW_OF
        return tx.execute(query, {"commitment": commitment, "issuer": issuer}).first()


def held_by_grant(tx: sa.Connection) -> list[tuple[str, str]]:
    """Issuer and commitment of each version that can be opened and is here by grants alone."""
    return [(row.issuer, row.commitment) for row in tx.execute(_HELD_BY_GRANT)]


def held_versions(tx: sa.Connection, commitments: Collection[str]) -> set[str]:
    """Which of these commitments this member holds and can open."""
    query = sa.select(documents.c.commitment).where(
        documents.c.commitment.in_(list(commitments)), documents.c.wrapped_key.is_not(None)
    )
    return set(tx.execute(query).scalars())
