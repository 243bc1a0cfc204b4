"""Status lists (W3C Bitstring Status List 1.0), as a projection of what the ledger says has ended.

The ledger's `ended/<issuer>/<commitment>` decides. The list is for verifiers outside of the network; where the two
disagree, `compare_with_ledger` refuses by that name. A list is one bit a credential, at least 131,072 of them so
that asking for a list does not tell which credential is meant, and is inflated under a limit.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from transire.credentials.contexts import V2, is_url
from transire.credentials.errors import StatusDisagrees, StatusListMalformed, StatusNotCovered, StatusSet
from transire.credentials.issue import issue_credential
from transire.credentials.resolve import KeyResolver, resolve_did_key
from transire.credentials.verify import VerifiedCredential, verify_credential
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid
from transire.crypto.keys import SigningKey

MINIMUM_ENTRIES: Final = 131_072
"""16 kB of bits: the least that the standard allows (Bitstring Status List 6.1)."""
MAXIMUM_BYTES: Final = 4 * 1024 * 1024
"""Inflated size that is read: 33 million credentials in one list."""

_ENTRY: Final = "BitstringStatusListEntry"


def status_entry(list_url: str, index: int, *, purpose: str = "revocation") -> dict[str, Any]:
    """The member credentialStatus of a credential that stands at `index` of the list.

    >>> status_entry("https://producer.example/status/1", 7)["statusListIndex"]
    '7'
    """
    return {
        "type": _ENTRY,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def build_status_list(
    ended: Iterable[int],
    *,
    list_url: str,
    issuer_did: str,
    key: SigningKey,
    valid_from: datetime,
    valid_until: datetime | None = None,
    purpose: str = "revocation",
    entries: int = MINIMUM_ENTRIES,
    created: datetime | None = None,
) -> dict[str, Any]:
    """The signed list credential in which exactly the bits of `ended` are set."""
    subject = {
        "id": f"{list_url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": encode_bits(ended, entries=entries),
    }
    return issue_credential(
        subject,
        types=["BitstringStatusListCredential"],
        issuer_did=issuer_did,
        key=key,
        valid_from=valid_from,
        valid_until=valid_until,
        id=list_url,
        created=created,
        contexts=[V2],
    )


def encode_bits(ended: Iterable[int], *, entries: int = MINIMUM_ENTRIES) -> str:
    """Bits to text: index 0 is the leftmost bit of the first byte; GZIP; multibase base64url.

    >>> decode_bits(encode_bits([0, 9]))[:2].hex()
    '8040'
    """
    if entries % 8 or not MINIMUM_ENTRIES <= entries <= MAXIMUM_BYTES * 8:
        raise StatusListMalformed(expected=f"{MINIMUM_ENTRIES} entries or more, by eights", got=entries)
    bits = bytearray(entries // 8)
    for index in ended:
        if not 0 <= index < entries:
            raise StatusListMalformed(expected=f"an index below {entries}", got=index)
        bits[index >> 3] |= 0x80 >> (index & 7)
    # No time in the header: the same ended set gives the same bytes.
    return "u" + b64url(gzip.compress(bytes(bits), mtime=0))


def decode_bits(encoded: object) -> bytes:
    """Text to bits, never inflating more than `MAXIMUM_BYTES`."""
    if not isinstance(encoded, str) or not encoded.startswith("u"):
        raise StatusListMalformed(expected="multibase with prefix u", got=repr(encoded)[:40])
    try:
        packed = unb64url(encoded[1:])
    except EncodingInvalid as error:
        raise StatusListMalformed(expected="base64url without padding", got=error.got) from error
    bits = _inflate(packed)
    if len(bits) * 8 < MINIMUM_ENTRIES:
        raise StatusListMalformed(expected=f"at least {MINIMUM_ENTRIES} entries", got=len(bits) * 8)
    return bits


def _inflate(packed: bytes) -> bytes:
    """One whole GZIP member and nothing after it (RFC 1952)."""
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        bits = reader.decompress(packed, MAXIMUM_BYTES + 1)
    except zlib.error as error:
        raise StatusListMalformed(expected="GZIP", got=str(error)[:80]) from error
    if len(bits) > MAXIMUM_BYTES:
        raise StatusListMalformed(expected=f"at most {MAXIMUM_BYTES} bytes inflated", got="more")
    if not reader.eof or reader.unused_data:
        raise StatusListMalformed(expected="one whole GZIP member", got="a torn or longer one")
    return bits


def read_entry(credential: Mapping[str, Any], *, purpose: str = "revocation") -> tuple[str, int]:
    """The list and index that a credential names for a purpose."""
    given = credential.get("credentialStatus")
    for entry in given if isinstance(given, list) else [given]:
        if isinstance(entry, Mapping) and entry.get("type") == _ENTRY and entry.get("statusPurpose") == purpose:
            return _entry_place(entry)
    raise StatusNotCovered(expected=f"a {_ENTRY} for {purpose}", got=repr(given)[:120], where="/credentialStatus")


def _entry_place(entry: Mapping[str, Any]) -> tuple[str, int]:
    index, url = entry.get("statusListIndex"), entry.get("statusListCredential")
    if not isinstance(index, str) or not index.isascii() or not index.isdecimal() or len(index) > 12:
        raise StatusListMalformed(expected="digits", got=repr(index)[:40], where="/credentialStatus/statusListIndex")
    if not is_url(url):
        raise StatusListMalformed(expected="a URL", got=repr(url)[:120], where="/credentialStatus/statusListCredential")
    if entry.get("statusSize", 1) != 1:
        raise StatusListMalformed(
            expected="one bit", got=repr(entry["statusSize"])[:40], where="/credentialStatus/statusSize"
        )
    return str(url), int(index)


def verify_status_list(
    list_credential: Mapping[str, Any],
    *,
    at: datetime | None = None,
    resolve: KeyResolver = resolve_did_key,
    purpose: str = "revocation",
) -> bytes:
    """The bits of a list credential whose proof, dates and form hold."""
    verified = verify_credential(list_credential, at=at, resolve=resolve)
    subject = list_credential["credentialSubject"]
    if "BitstringStatusListCredential" not in verified.types or not isinstance(subject, Mapping):
        raise StatusListMalformed(expected="a BitstringStatusListCredential", got=", ".join(verified.types))
    if subject.get("type") != "BitstringStatusList":
        raise StatusListMalformed(expected="BitstringStatusList", got=repr(subject.get("type"))[:60])
    if subject.get("statusPurpose") != purpose:
        raise StatusNotCovered(expected=purpose, got=repr(subject.get("statusPurpose"))[:60])
    return decode_bits(subject.get("encodedList"))


def check_status(
    verified: VerifiedCredential,
    list_credential: Mapping[str, Any],
    *,
    at: datetime | None = None,
    resolve: KeyResolver = resolve_did_key,
    purpose: str = "revocation",
) -> None:
    """Refuse a credential whose bit is set, and a list that is another one, another issuer's, or does not hold."""
    url, index = read_entry(verified.credential, purpose=purpose)
    if list_credential.get("id") != url:
        raise StatusNotCovered(expected=url, got=repr(list_credential.get("id"))[:120], where="/id")
    if list_credential.get("issuer") != verified.issuer:
        raise StatusNotCovered(
            expected=f"the list of {verified.issuer}", got=repr(list_credential.get("issuer"))[:120], where="/issuer"
        )
    bits = verify_status_list(list_credential, at=at, resolve=resolve, purpose=purpose)
    if index >= len(bits) * 8:
        raise StatusNotCovered(expected=f"an index below {len(bits) * 8}", got=index)
    if bits[index >> 3] & (0x80 >> (index & 7)):
        raise StatusSet(expected=f"bit {index} clear", got=f"set for {purpose}", where=url)


def compare_with_ledger(bits: bytes, ended: Iterable[int]) -> None:
    """Refuse a list that is not the projection of what the ledger says has ended (LEDGER.md 8)."""
    listed = {index for index in range(len(bits) * 8) if bits[index >> 3] & (0x80 >> (index & 7))}
    on_ledger = set(ended)
    if listed != on_ledger:
        missing, extra = sorted(on_ledger - listed)[:5], sorted(listed - on_ledger)[:5]
        raise StatusDisagrees(expected=f"{len(on_ledger)} ended", got=f"missing {missing}, not ended {extra}")
