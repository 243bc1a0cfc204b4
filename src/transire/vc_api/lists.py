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
    """What the file holds: places by credential id (issued again, it has several), and the places whose bit is set."""

    places: dict[str, list[int]] = {}
    ended: list[int] = []


class StatusBook:
    """The places and bits of one list. Without a file it lives as long as the process."""

    def __init__(self, issuer: Issuer, file: Path | None = None) -> None:
        self._issuer = issuer
        self._file = file
        self._lock = Lock()
        exists = file is not None and file.exists()
        self._book = msgspec.json.decode(file.read_bytes(), type=_Book) if file and exists else _Book()
        self._taken = {place for places in self._book.places.values() for place in places}
        self._addresses: set[str] = set()

    def enter(self, credential_id: str | None, origin: str) -> dict[str, Any]:
        """A credentialStatus with a new place; a credential without an id gets one that can never be set."""
        with self._lock:
            place = self._free_place()
            self._taken.add(place)
            self._book.places.setdefault(credential_id or f"#{place}", []).append(place)
            self._write()
            address = _address(origin)
            self._addresses.add(address)
        return status_entry(address, place, purpose=PURPOSE)

    def is_own(self, address: str) -> bool:
        """Whether a list at this address was named in a credential of this process, whatever the origin then was."""
        return address in self._addresses

    def set(self, credential_id: str, ended: bool) -> None:
        """Set or clear the bit of a credential; durable when this returns."""
        with self._lock:
            places = self._book.places.get(credential_id, [])
            if not places or credential_id.startswith("#"):
                raise CredentialUnknown(got=credential_id[:120])
            before = set(self._book.ended)
            self._book.ended = sorted(before.union(places) if ended else before.difference(places))
            self._write()

    def published(self, name: str, origin: str) -> Mapping[str, Any]:
        """The signed list as of now."""
        if name != LIST_NAME:
            raise ListUnknown(got=name[:60])
        with self._lock:
            ended = list(self._book.ended)
        return build_status_list(
            ended,
            list_url=_address(origin),
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


def _address(origin: str) -> str:
    return f"{origin}/status/lists/{LIST_NAME}"
