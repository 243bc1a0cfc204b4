"""A version of a document as the vault hands it out: known, opened, or sealed for somebody."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, cast

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
    readings: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What readers made of it, by the reader: kept as long as the document is open, and no longer."""

    @property
    def size(self) -> int:
        """Bytes of all representations."""
        return sum(map(len, self.representations.values()))

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


class OpenedLately:
    """The documents that were opened in the last moment. Bounded in number, bytes and time; safe between threads.

    Time is up for them even if nothing is opened after them: a timer runs while something is kept.
    """

    SECONDS: Final = 10.0
    MOST: Final = 256
    MOST_BYTES: Final = 16 << 20

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._is_timed = False
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[float, OpenedDocument]] = OrderedDict()
        self._bytes = 0

    def find(self, name: tuple[str, ...]) -> OpenedDocument | None:
        """The document, if it was opened a moment ago."""
        with self._lock:
            self._forget()
            found = self._kept.get(name)
        return None if found is None else found[1]

    def keep(self, name: tuple[str, ...], opened: OpenedDocument) -> OpenedDocument:
        """Keep it for a moment; returns the one that is kept."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = (self._clock() + self._seconds, opened)
                self._bytes += opened.size
            self._forget()
            self._set_timer()
        return opened

    def forget_all(self) -> None:
        """Nothing is kept any more: a document was destroyed."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _set_timer(self) -> None:
        if self._kept and not self._is_timed:
            self._is_timed = True
            timer = threading.Timer(self._seconds, self._time_is_up)
            timer.daemon = True
            timer.start()

    def _time_is_up(self) -> None:
        with self._lock:
            self._is_timed = False
            self._forget()
            self._set_timer()

    def _forget(self) -> None:
        """Whatever is too old, and the oldest of too many. They lie in the order in which they were opened."""
        now = self._clock()
        while self._kept:
            until, oldest = next(iter(self._kept.values()))
            if until > now and len(self._kept) <= self.MOST and self._bytes <= self.MOST_BYTES:
                return
            self._kept.popitem(last=False)
            self._bytes -= oldest.size


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
