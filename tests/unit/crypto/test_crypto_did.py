"""What the vectors do not say of DIDs: kinds of keys, and messages."""

from __future__ import annotations

import pytest

from transire.crypto.did import (
    agreement_multikey,
    check_did,
    did_key,
    multikey,
    public_of_agreement_multikey,
    public_of_did_key,
    public_of_multikey,
    verification_method,
)
from transire.crypto.errors import DidInvalid
from transire.crypto.keys import AgreementKey, SigningKey


def test_kinds_of_keys_are_not_confused() -> None:
    signing, agreement = SigningKey.generate().public, AgreementKey.generate().public
    assert multikey(signing).startswith("z6Mk")
    assert agreement_multikey(agreement).startswith("z6LS")
    assert public_of_agreement_multikey(agreement_multikey(agreement)) == agreement
    with pytest.raises(DidInvalid, match="of the right kind"):
        public_of_multikey(agreement_multikey(agreement))
    with pytest.raises(DidInvalid, match="of the right kind"):
        public_of_agreement_multikey(multikey(signing))


def test_the_verification_method_is_the_key_itself() -> None:
    did = did_key(SigningKey.from_seed(bytes(32)).public)
    assert verification_method(did) == f"{did}#{did.removeprefix('did:key:')}"
    with pytest.raises(DidInvalid):
        verification_method("did:web:producer.example")


def test_keys_of_other_lengths_have_no_did() -> None:
    with pytest.raises(DidInvalid, match="32 bytes"):
        did_key(bytes(31))


def test_broken_base58_is_named() -> None:
    with pytest.raises(DidInvalid, match="multibase base58btc"):
        public_of_did_key("did:key:z0OIl")


def test_long_dids_are_refused_and_not_repeated() -> None:
    with pytest.raises(DidInvalid, match="at most 255"):
        check_did("did:web:" + "a" * 300)
    with pytest.raises(DidInvalid) as refusal:
        public_of_did_key("x" * 5000)
    assert len(str(refusal.value)) < 400
