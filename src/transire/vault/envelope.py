"""The envelope: what one member's node brings to another's (`spec/envelope.md`).

Canonical JSON with the statement that is delivered, the statements that go along as evidence, each with path, opening
and action, and the sealed documents. It is not signed: everything in it is proven by the ledger or by a seal, and
what it claims beyond that (who sent it) is checked against the first statement. Writing and reading only: whether
to believe it is decided in `delivery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, cast

import msgspec
import sqlalchemy as sa
from msgspec import Meta

from transire.crypto.canonical import Json, canonical_bytes, parse_canonical
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid, JsonRefused, JsonTooLarge
from transire.documents.commitment import MAX_REPRESENTATIONS
from transire.ledger.fields import Did, Digest, Moment, PublicKey
from transire.vault import journal
from transire.vault.errors import ActionNotAccepted, EnvelopeMalformed, EnvelopeTooLarge
from transire.vault.grants import terms_of
from transire.vault.outbox import OutboxRow
from transire.vault.statements import GRANT
from transire.vault.stored import SealedDocument
from transire.vault.vault import Vault

TYPE: Final = "envelope/1"
MAX_ENVELOPE_BYTES: Final = 32 * 1024 * 1024
"""One document of the largest size fits, in base64url and padded."""
MAX_STATEMENTS: Final = 256
MAX_DOCUMENTS: Final = 32

_MediaType = Annotated[str, Meta(max_length=130)]
_PATH_LIMIT: Final = 20
"""Digests of a path into the largest pool (a million statements)."""


class StatementItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A statement with what proves it: its place in the pool, the opening of P, the action that witnessed P."""

    action: dict[str, Any]
    index: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    opening: dict[str, Any]
    path: Annotated[tuple[Digest, ...], Meta(max_length=_PATH_LIMIT)]
    statement: dict[str, Any]

    @property
    def raw(self) -> bytes:
        """The statement's bytes: the envelope is canonical, so these are the ones that were hashed."""
        return canonical_bytes(cast("Json", self.statement))

    @property
    def action_raw(self) -> bytes:
        """The action's bytes, whose SHA-256 is its id on the ledger."""
        return canonical_bytes(cast("Json", self.action))


class DocumentMeta(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which version of which document is sealed; everything here is repeated by its `document.issued/1`."""

    commitment: Digest
    document: Digest
    issuer: Did
    media_types: Annotated[tuple[_MediaType, ...], Meta(min_length=1, max_length=MAX_REPRESENTATIONS)]
    schema: Annotated[str, Meta(min_length=1, max_length=80)]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]


class WrappedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content key for one key of the recipient, with what HPKE bound to it. `key_id` names that key."""

    expires: Moment | None
    key: Annotated[str, Meta(max_length=1600)]
    key_id: PublicKey
    purpose: Annotated[str, Meta(min_length=1, max_length=40)]


class DocumentItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sealed document."""

    ciphertext: str
    meta: DocumentMeta
    wrapped: WrappedKey


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    documents: Annotated[tuple[DocumentItem, ...], Meta(max_length=MAX_DOCUMENTS)]
    sender: Did = msgspec.field(name="from")
    statements: Annotated[tuple[StatementItem, ...], Meta(min_length=1, max_length=MAX_STATEMENTS)]
    recipient: Did = msgspec.field(name="to")
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An envelope as it was read: its form is right, nothing of it is proven. The first statement is delivered."""

    sender: str
    recipient: str
    statements: tuple[StatementItem, ...]
    documents: tuple[DocumentItem, ...]
    raw: bytes = field(repr=False)


def build_envelope(
    tx: sa.Connection, vault: Vault, row: OutboxRow, *, sender: str, recipient_public: bytes, expires: str | None = None
) -> bytes:
    """The bytes that deliver an outbox row, whose statements are all accepted.

    A document's `document.issued/1` goes along whether or not it was named: without it nobody may believe the
    document. Called again after a crash it says the same, with keys wrapped anew.
    """
    found = _located(tx, [row.statement, *row.attached])
    expires = expires or _expiry_of(found[0])
    sealed = [
        vault.seal_for(tx, name, recipient_public=recipient_public, purpose=row.purpose, expires=expires)
        for name in row.documents
    ]
    named = {statement.id for statement in found}
    issued = [document.stored.issued_by for document in sealed if document.stored.issued_by]
    found += _located(tx, [name for name in issued if name not in named])
    return write_envelope(sender=sender, recipient=row.recipient, statements=found, documents=sealed)


def write_envelope(
    *,
    sender: str,
    recipient: str,
    statements: Sequence[journal.Located],
    documents: Sequence[SealedDocument] = (),
) -> bytes:
    """The canonical bytes of an envelope; the first statement is the one that is delivered."""
    if len(statements) > MAX_STATEMENTS or len(documents) > MAX_DOCUMENTS:
        raise EnvelopeTooLarge(
            expected=f"at most {MAX_STATEMENTS} statements and {MAX_DOCUMENTS} documents",
            got=f"{len(statements)} and {len(documents)}",
        )
    raw = canonical_bytes(
        {
            "documents": [_document_item(document) for document in documents],
            "from": sender,
            "statements": [_statement_item(found) for found in statements],
            "to": recipient,
            "type": TYPE,
        }
    )
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise EnvelopeTooLarge(expected=f"at most {MAX_ENVELOPE_BYTES} bytes", got=len(raw))
    return raw


def parse_envelope(raw: bytes) -> Envelope:
    """Read an envelope; any byte out of its form is refused before anything is decoded or decrypted."""
    try:
        wire = msgspec.convert(parse_canonical(raw, limit=MAX_ENVELOPE_BYTES), _Wire)
    except JsonTooLarge as error:
        raise EnvelopeTooLarge(expected=error.expected, got=error.got) from error
    except (JsonRefused, msgspec.ValidationError) as error:
        raise EnvelopeMalformed(got=str(error)[:300]) from error
    if wire.type != TYPE:
        raise EnvelopeMalformed(expected=TYPE, got=wire.type[:40], where="/type")
    return Envelope(
        sender=wire.sender, recipient=wire.recipient, statements=wire.statements, documents=wire.documents, raw=raw
    )


def read_bytes(text: str, where: str) -> bytes:
    """Base64url of an envelope as bytes."""
    try:
        return unb64url(text)
    except EncodingInvalid as error:
        raise EnvelopeMalformed(expected="base64url without padding", got=str(error.got)[:80], where=where) from error


def _expiry_of(delivered: journal.Located) -> str | None:
    """Until when the statement gives the right to read: bound into the wrapped key, where it is a grant."""
    said = delivered.statement
    return terms_of(said).expires if said.kind == GRANT.name else None


def _located(tx: sa.Connection, names: Sequence[str]) -> list[journal.Located]:
    """The statements, each once and in that order; all of them are accepted before an envelope is built."""
    if not names:
        return []
    found = {one.id: one for one in journal.locate_all(tx, names)}
    for name in names:
        if name not in found:
            raise ActionNotAccepted(got=f"statement {name}")
    return [found[name] for name in dict.fromkeys(names)]


def _statement_item(found: journal.Located) -> dict[str, Json]:
    return {
        "action": parse_canonical(found.action),
        "index": found.index,
        "opening": found.opening,
        "path": [*found.path],
        "statement": parse_canonical(found.raw),
    }


def _document_item(sealed: SealedDocument) -> dict[str, Json]:
    stored = sealed.stored
    return {
        "ciphertext": b64url(sealed.ciphertext),
        "meta": {
            "commitment": stored.commitment,
            "document": stored.document_id,
            "issuer": stored.issuer,
            "media_types": [*stored.media_types],
            "schema": stored.schema_id,
            "version": stored.version,
        },
        "wrapped": {
            "expires": sealed.expires,
            "key": b64url(sealed.wrapped),
            "key_id": sealed.key_id,
            "purpose": sealed.purpose,
        },
    }
