"""A version of a document as the vault hands it out: known, opened, or sealed for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from transire.crypto.canonical import Json, parse_canonical
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.documents.catalogue import MEDIA_TYPE
from transire.vault.sealing import MAX_DOCUMENT_BYTES, Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """One version of a document as the vault knows it. `ciphertext` is the digest that names the blob."""

    issuer: str
    commitment: str
    document_id: str
    version: int
    schema_id: str
    media_types: tuple[str, ...]
    previous: str | None
    ciphertext: str
    issued_by: str | None = None

    @property
    def identity(self) -> Identity:
        """What the seal is bound to."""
        return Identity(document_id=self.document_id, version=self.version, schema_id=self.schema_id)

    def issued_body(self) -> dict[str, Json]:
        """The body of the `document.issued/1` that states this version."""
        body: dict[str, Json] = {
            "ciphertext": self.ciphertext,
            "commitment": self.commitment,
            "id": self.document_id,
            "schema": self.schema_id,
            "version": self.version,
        }
        return body if self.previous is None else {**body, "previous": self.previous}


@dataclass(frozen=True, kw_only=True)
class OpenedDocument:
    """A document in clear: for the moment in which somebody entitled reads it, never to be stored."""

    stored: StoredDocument
    representations: Mapping[str, bytes] = field(repr=False)
    salt: bytes = field(repr=False)

    @cached_property
    def credential(self) -> dict[str, Json] | None:
        """The credential, to be read only; None for a file that has no structured form."""
        raw = self.representations.get(MEDIA_TYPE)
        if raw is None:
            return None
        return cast("dict[str, Json]", parse_canonical(raw, limit=MAX_DOCUMENT_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDocument:
    """What goes into an envelope: the ciphertext, and its key wrapped for one key of one recipient."""

    stored: StoredDocument
    ciphertext: bytes = field(repr=False)
    key_id: str
    purpose: str
    expires: str | None
    wrapped: bytes = field(repr=False)


def digest_of(ciphertext: bytes) -> str:
    """The digest that names a ciphertext, as `document.issued/1` states it."""
    return b64url(sha256(ciphertext))


def stored_of(row: Any) -> StoredDocument:
    """The version that a row of the vault is about."""
    return StoredDocument(
        issuer=row.issuer,
        commitment=row.commitment,
        document_id=row.document_id,
        version=row.version,
        schema_id=row.schema_id,
        media_types=tuple(row.media_types),
        previous=row.previous,
        ciphertext=row.ciphertext,
        issued_by=row.issued_by,
    )
