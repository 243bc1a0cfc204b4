"""The status list of one issuer: which credential has which place, and which of them are withdrawn; kept in one file.

Places are drawn at random, so that a place says nothing of when a credential was issued (Bitstring Status List 6.2).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

import msgspec

from transire.credentials.status import MINIMUM_ENTRIES, build_status_list, status_entry
from transire.vc_api.errors import CredentialUnknown, ListUnknown, RequestMalformed
from transire.vc_api.issuers import Issuer

PURPOSE: Final = "revocation"
LIST_NAME: Final = "1"


class _Book(msgspec.Struct, forbid_unknown_fields=True):
    """What the file holds: place by credential id, and the places whose bit is set."""

    places: dict[str, int] = {}
    ended: list[int] = []


class StatusBook:
    """The places and bits of one list. Without a file it lives as long as the process."""

    def __init__(self, issuer: Issuer, file: Path | None = None) -> None:
        self._issuer = issuer
        self._file = file
        self._lock = Lock()
        exists = file is not None and file.exists()
        self._book = msgspec.json.decode(file.read_bytes(), type=_Book) if file and exists else _Book()
        self._taken = set(self._book.places.values())

    def enter(self, credential_id: str | None, origin: str) -> dict[str, Any]:
        """A credentialStatus with a new place; a credential without an id gets one that can never be set."""
        with self._lock:
            if credential_id is not None and credential_id in self._book.places:
                raise RequestMalformed(expected="an id that was not used before", got=credential_id[:120], where="/id")
            place = self._free_place()
            self._taken.add(place)
            self._book.places[credential_id or f"#{place}"] = place
            self._write()
        return status_entry(f"{origin}/status/lists/{LIST_NAME}", place, purpose=PURPOSE)

    def set(self, credential_id: str, ended: bool) -> None:
        """Set or clear the bit of a credential; durable when this returns."""
        with self._lock:
            place = self._book.places.get(credential_id)
            if place is None or credential_id.startswith("#"):
                raise CredentialUnknown(got=credential_id[:120])
            self._book.ended = sorted({*self._book.ended, place} if ended else {*self._book.ended} - {place})
            self._write()

    def published(self, name: str, origin: str) -> Mapping[str, Any]:
        """The signed list as of now."""
        if name != LIST_NAME:
            raise ListUnknown(got=name[:60])
        with self._lock:
            ended = list(self._book.ended)
        return build_status_list(
            ended,
            list_url=f"{origin}/status/lists/{LIST_NAME}",
            issuer_did=self._issuer.did,
            key=self._issuer.key,
            valid_from=datetime.now(UTC),
            purpose=PURPOSE,
        )

    def _free_place(self) -> int:
        if len(self._taken) >= MINIMUM_ENTRIES:
            raise RequestMalformed(expected=f"at most {MINIMUM_ENTRIES} credentials in the list", got="one more")
        while True:
            place = secrets.randbelow(MINIMUM_ENTRIES)
            if place not in self._taken:
                return place

    def _write(self) -> None:
        if self._file is None:
            return
        beside = self._file.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(self._book))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
