"""Status lists: what the ledger ended is in the list, nothing else, and a hostile list cannot hurt."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transire.credentials.contexts import V2
from transire.credentials.errors import (
    IssuerNotKeyHolder,
    ProofInvalid,
    StatusDisagrees,
    StatusListMalformed,
    StatusNotCovered,
    StatusSet,
)
from transire.credentials.issue import issue_credential
from transire.credentials.status import (
    MAXIMUM_BYTES,
    MINIMUM_ENTRIES,
    build_status_list,
    check_status,
    compare_with_ledger,
    decode_bits,
    encode_bits,
    read_entry,
    status_entry,
    verify_status_list,
)
from transire.credentials.verify import VerifiedCredential, verify_credential
from transire.crypto.did import did_key
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey

KEY = SigningKey.from_seed(bytes([1]) * 32)
OTHER = SigningKey.from_seed(bytes([2]) * 32)
ISSUER = did_key(KEY.public)
URL = "https://producer.example/status/1"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def credential(index: int = 7, **changes: Any) -> VerifiedCredential:
    status = status_entry(URL, index) | changes
    issued = issue_credential(
        {"name": "x"}, types=[], issuer_did=ISSUER, key=KEY, valid_from=NOW, status=status, contexts=[V2]
    )
    return verify_credential(issued)


def status_list(ended: list[int], *, key: SigningKey = KEY, url: str = URL, **changes: Any) -> dict[str, Any]:
    did = did_key(key.public)
    return build_status_list(ended, list_url=url, issuer_did=did, key=key, valid_from=NOW, **changes)


def test_what_has_ended_is_refused_and_its_neighbours_are_not() -> None:
    published = status_list([6, 8])
    check_status(credential(7), published)
    for index in (6, 8):
        with pytest.raises(StatusSet):
            check_status(credential(index), published)


def test_the_first_bit_is_the_leftmost() -> None:
    assert decode_bits(encode_bits([0]))[0] == 0x80
    assert decode_bits(encode_bits([MINIMUM_ENTRIES - 1]))[-1] == 0x01


@settings(max_examples=30)
@given(st.sets(st.integers(0, MINIMUM_ENTRIES - 1), max_size=60))
def test_a_list_is_the_projection_of_what_ended(ended: set[int]) -> None:
    bits = verify_status_list(status_list(sorted(ended)))
    compare_with_ledger(bits, ended)
    changed = ended ^ {5}
    with pytest.raises(StatusDisagrees):
        compare_with_ledger(bits, changed)


def test_the_same_ended_set_gives_the_same_text() -> None:
    assert encode_bits([3, 1]) == encode_bits([1, 3])


def test_another_list_says_nothing() -> None:
    with pytest.raises(StatusNotCovered):
        check_status(credential(), status_list([], url="https://producer.example/status/2"))
    with pytest.raises(StatusNotCovered) as refused:
        check_status(credential(), status_list([], key=OTHER))
    assert refused.value.where == "/issuer"
    with pytest.raises(StatusNotCovered):
        check_status(credential(), status_list([], purpose="suspension"))
    with pytest.raises(StatusNotCovered):
        check_status(credential(MINIMUM_ENTRIES), status_list([]))
    with pytest.raises(StatusNotCovered):
        read_entry({})


def test_an_altered_list_is_refused() -> None:
    published = status_list([7])
    published["credentialSubject"]["encodedList"] = encode_bits([])
    with pytest.raises(ProofInvalid):
        check_status(credential(), published)


def test_a_list_signed_by_another_key_is_refused() -> None:
    forged = status_list([], key=OTHER)
    forged["issuer"] = ISSUER
    with pytest.raises((ProofInvalid, IssuerNotKeyHolder)):
        check_status(credential(), forged)


@pytest.mark.parametrize("index", ["-1", "07x", "", "\uff11", "9" * 13])
def test_an_index_is_written_in_digits(index: str) -> None:
    with pytest.raises(StatusListMalformed):
        read_entry({"credentialStatus": status_entry(URL, 0) | {"statusListIndex": index}})


@pytest.mark.parametrize(
    ("name", "value"), [("statusListCredential", "status/1"), ("statusListCredential", None), ("statusSize", 0)]
)
def test_an_entry_of_another_form_is_refused(name: str, value: object) -> None:
    with pytest.raises(StatusListMalformed) as refused:
        read_entry({"credentialStatus": status_entry(URL, 0) | {name: value}})
    assert refused.value.where == f"/credentialStatus/{name}"


@pytest.mark.parametrize(
    ("types", "kind"), [([], "BitstringStatusList"), (["BitstringStatusListCredential"], "BitstringStatusListEntry")]
)
def test_only_a_status_list_is_one(types: list[str], kind: str) -> None:
    subject = {"type": kind, "statusPurpose": "revocation"}
    other = issue_credential(subject, types=types, issuer_did=ISSUER, key=KEY, valid_from=NOW, contexts=[V2])
    with pytest.raises(StatusListMalformed) as refused:
        verify_status_list(other)
    assert refused.value.expected in ("a BitstringStatusListCredential", "BitstringStatusList")


def packed(bits: bytes) -> str:
    return "u" + b64url(gzip.compress(bits, mtime=0))


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        "",
        packed(bytes(16384))[1:],
        "u!!",
        "u" + b64url(b"not gzip"),
        packed(bytes(16383)),
        "u" + b64url(gzip.compress(bytes(16384), mtime=0)[:-4]),
        "u" + b64url(gzip.compress(bytes(16384), mtime=0) + b"\0"),
        packed(bytes(MAXIMUM_BYTES + 1)),
        packed(bytes(64 * MAXIMUM_BYTES)),
    ],
)
def test_a_hostile_list_is_refused_and_not_inflated(encoded: object) -> None:
    with pytest.raises(StatusListMalformed):
        decode_bits(encoded)


def test_indices_must_fit_the_list() -> None:
    for ended, entries in (([MINIMUM_ENTRIES], MINIMUM_ENTRIES), ([-1], MINIMUM_ENTRIES), ([], 8), ([], 131_073)):
        with pytest.raises(StatusListMalformed):
            encode_bits(ended, entries=entries)


def test_a_list_names_itself_one_of_several_entries() -> None:
    entries = [status_entry(URL + "/s", 3, purpose="suspension"), status_entry(URL, 4)]
    assert read_entry({"credentialStatus": entries}) == (URL, 4)
    assert read_entry({"credentialStatus": entries}, purpose="suspension") == (URL + "/s", 3)
