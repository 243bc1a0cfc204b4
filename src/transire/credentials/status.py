"""Status lists (W3C Bitstring Status List 1.0), as a projection of what the ledger says has ended.

The ledger's `ended/<issuer>/<commitment>` decides. The list is for verifiers outside of the network; where the two
disagree, `compare_with_ledger` refuses by that name. A list is one bit a credential, at least 131,072 of them so
that asking for a list does not tell which credential is meant, and is inflated under a limit.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from transire.credentials.contexts import V2, is_url, pinned_contexts
from transire.credentials.envelope import kind_of_envelope, open_envelope
from transire.credentials.errors import (
    CredentialRefused,
    IssuerNotKeyHolder,
    StatusDisagrees,
    StatusListMalformed,
    StatusListTooShort,
    StatusListUnproved,
    StatusNotCovered,
    StatusOutOfRange,
    StatusRefused,
    StatusSet,
)
from transire.credentials.issue import issue_credential
from transire.credentials.resolve import KeyResolver, resolve_did_key
from transire.credentials.structure import check_credential, issuer_of, types_of
from transire.credentials.terms import check_terms
from transire.credentials.verify import VerifiedCredential, check_validity, verify_credential
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid
from transire.crypto.multikey import Signer

MINIMUM_ENTRIES: Final = 131_072
"""16 kB of bits: the least that the standard allows (Bitstring Status List 6.1)."""
MAXIMUM_BYTES: Final = 4 * 1024 * 1024
"""Inflated size that is read: 33 million credentials in one list."""

MOST_LISTS: Final = 64
"""Lists that one verifier keeps verified."""

_ENTRY: Final = "BitstringStatusListEntry"
_MOST_BITS: Final = 8


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
    key: Signer,
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
        raise StatusListTooShort(expected=f"at least {MINIMUM_ENTRIES} entries", got=len(bits) * 8)
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


def entries_of(credential: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    """The bitstring entries of a credential, each with its pointer; of another kind of status nothing is known here."""
    given = credential.get("credentialStatus", [])
    several = isinstance(given, list)
    return [
        (entry, f"/credentialStatus/{index}" if several else "/credentialStatus")
        for index, entry in enumerate(given if several else [given])
        if isinstance(entry, Mapping) and entry.get("type") == _ENTRY
    ]


def read_entry(credential: Mapping[str, Any], *, purpose: str = "revocation") -> tuple[str, int]:
    """The list and index that a credential names for a purpose."""
    for entry, where in entries_of(credential):
        if entry.get("statusPurpose") == purpose:
            url, index, _ = _entry_place(entry, where)
            return url, index
    found = repr(credential.get("credentialStatus"))[:120]
    raise StatusNotCovered(expected=f"a {_ENTRY} for {purpose}", got=found, where="/credentialStatus")


class VerifiedLists:
    """The lists that one verifier was given, each fetched, verified and inflated once, however many places it has."""

    def __init__(
        self,
        find: Callable[[str], Mapping[str, Any]],
        *,
        resolve: KeyResolver = resolve_did_key,
        at: datetime | None = None,
    ) -> None:
        self._find = find
        self._resolve = resolve
        self._at = at
        self._known: dict[tuple[str, str, str], bytes] = {}

    def check(self, entry: Mapping[str, Any], issuer: str, where: str = "/credentialStatus") -> None:
        """Refuse a credential of which this entry says that it was withdrawn or suspended (3.2, validate algorithm).

        An entry of another purpose, such as a message, is told and no reason to refuse.
        """
        url, index, size = _entry_place(entry, where)
        purpose = str(entry.get("statusPurpose"))
        value = _value_at(self._bits(url, issuer, purpose), index, size)
        if value and purpose in ("revocation", "suspension"):
            raise StatusSet(expected=f"status {index} clear", got=f"{value} for {purpose}", where=where)

    def _bits(self, url: str, issuer: str, purpose: str) -> bytes:
        found = self._known.get((url, issuer, purpose))
        if found is None:
            found = self._proved_bits(url, issuer, purpose)
            if len(self._known) >= MOST_LISTS:
                self._known.clear()
            self._known[(url, issuer, purpose)] = found
        return found

    def _proved_bits(self, url: str, issuer: str, purpose: str) -> bytes:
        """The list's bits; what is wrong with the list is said of the list, and not of the credential (3.2 step 4)."""
        given = self._find(url)
        try:
            return _list_of(given, url, issuer, purpose, self._resolve, self._at)
        except StatusRefused:
            raise
        except CredentialRefused as error:
            raise StatusListUnproved(expected=error.sentence, got=error.got, where=url[:200]) from error


def check_entry(
    entry: Mapping[str, Any],
    issuer: str,
    lists: Callable[[str], Mapping[str, Any]],
    *,
    resolve: KeyResolver = resolve_did_key,
    at: datetime | None = None,
    where: str = "/credentialStatus",
) -> None:
    """Refuse a credential of which one entry says that it was withdrawn or suspended; for several see VerifiedLists."""
    VerifiedLists(lists, resolve=resolve, at=at).check(entry, issuer, where)


def _entry_place(entry: Mapping[str, Any], where: str) -> tuple[str, int, int]:
    """URL, index and bits of an entry (2.1); a size beyond one bit needs its messages."""
    index, url, size = entry.get("statusListIndex"), entry.get("statusListCredential"), entry.get("statusSize", 1)
    if not isinstance(index, str) or not index.isascii() or not index.isdecimal() or len(index) > 12:
        raise StatusListMalformed(expected="digits", got=repr(index)[:40], where=f"{where}/statusListIndex")
    if not is_url(url):
        raise StatusListMalformed(expected="a URL", got=repr(url)[:120], where=f"{where}/statusListCredential")
    if not isinstance(entry.get("statusPurpose"), str):
        found = repr(entry.get("statusPurpose"))[:60]
        raise StatusListMalformed(expected="text", got=found, where=f"{where}/statusPurpose")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= _MOST_BITS:
        raise StatusListMalformed(expected=f"1 to {_MOST_BITS} bits", got=repr(size)[:40], where=f"{where}/statusSize")
    messages = entry.get("statusMessage")
    if (messages is not None or size > 1) and (not isinstance(messages, list) or len(messages) != 2**size):
        given = str(len(messages)) if isinstance(messages, list) else repr(messages)[:40]
        raise StatusListMalformed(expected=f"{2**size} messages", got=given, where=f"{where}/statusMessage")
    return str(url), int(index), size


def _list_of(
    list_credential: Mapping[str, Any],
    url: str,
    issuer: str,
    purpose: str,
    resolve: KeyResolver,
    at: datetime | None,
) -> bytes:
    opened = _opened(list_credential, resolve, at)
    if opened.get("id", url) != url:
        raise StatusNotCovered(expected=url, got=repr(opened.get("id"))[:120], where="/id")
    named = opened.get("issuer")
    if (named.get("id") if isinstance(named, Mapping) else named) != issuer:
        raise StatusNotCovered(expected=f"the list of {issuer}", got=repr(named)[:120], where="/issuer")
    if opened is list_credential:
        verify_credential(list_credential, at=at, resolve=resolve)
    return _bits_for(opened, purpose)


def _opened(given: Mapping[str, Any], resolve: KeyResolver, at: datetime | None) -> Mapping[str, Any]:
    """What an enveloped list says, its signature verified; a list with a proof of its own as it is."""
    if kind_of_envelope(given) is None:
        return given
    opened = open_envelope(given, resolve, at=at)
    check_credential(opened.document, pinned_contexts())
    check_terms(opened.document, pinned_contexts())
    if opened.controller != issuer_of(opened.document):
        raise IssuerNotKeyHolder(expected=f"a signature by {issuer_of(opened.document)}", got=opened.controller)
    check_validity(opened.document, at)
    return opened.document


def _value_at(bits: bytes, index: int, size: int) -> int:
    """The bits of one entry, the first one leftmost (3.2 step 9)."""
    first, last = index * size, (index + 1) * size
    if last > len(bits) * 8:
        raise StatusOutOfRange(expected=f"an index below {len(bits) * 8 // size}", got=index)
    whole = int.from_bytes(bits[first >> 3 : (last + 7) >> 3], "big")
    return whole >> (-last % 8) & ((1 << size) - 1)


def verify_status_list(
    list_credential: Mapping[str, Any],
    *,
    at: datetime | None = None,
    resolve: KeyResolver = resolve_did_key,
    purpose: str = "revocation",
) -> bytes:
    """The bits of a list credential whose proof, dates and form hold."""
    opened = _opened(list_credential, resolve, at)
    if opened is list_credential:
        verify_credential(list_credential, at=at, resolve=resolve)
    return _bits_for(opened, purpose)


def _bits_for(opened: Mapping[str, Any], purpose: str) -> bytes:
    subject, types = opened["credentialSubject"], types_of(opened)
    if "BitstringStatusListCredential" not in types or not isinstance(subject, Mapping):
        raise StatusListMalformed(expected="a BitstringStatusListCredential", got=", ".join(types))
    if subject.get("type") != "BitstringStatusList":
        raise StatusListMalformed(expected="BitstringStatusList", got=repr(subject.get("type"))[:60])
    purposes = subject.get("statusPurpose")
    if purpose not in (purposes if isinstance(purposes, list) else [purposes]):
        raise StatusNotCovered(expected=purpose, got=repr(purposes)[:60])
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
    bits = _list_of(list_credential, url, verified.issuer, purpose, resolve, at)
    if _value_at(bits, index, 1):
        raise StatusSet(expected=f"bit {index} clear", got=f"set for {purpose}", where=url)


def compare_with_ledger(bits: bytes, ended: Iterable[int]) -> None:
    """Refuse a list that is not the projection of what the ledger says has ended (LEDGER.md 8)."""
    listed = {index for index in range(len(bits) * 8) if bits[index >> 3] & (0x80 >> (index & 7))}
    on_ledger = set(ended)
    if listed != on_ledger:
        missing, extra = sorted(on_ledger - listed)[:5], sorted(listed - on_ledger)[:5]
        raise StatusDisagrees(expected=f"{len(on_ledger)} ended", got=f"missing {missing}, not ended {extra}")
