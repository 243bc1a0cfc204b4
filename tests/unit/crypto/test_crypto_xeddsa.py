"""Possession of an X25519 key, shown by an Ed25519 signature that any Ed25519 verifies."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from transire.crypto.errors import SignatureInvalid
from transire.crypto.keys import AgreementKey
from transire.crypto.xeddsa import edwards_of, sign_with_agreement_key, verify_with_agreement_key


def test_openssl_accepts_the_signature_under_the_edwards_form() -> None:
    for _ in range(16):
        key = AgreementKey.generate()
        signature = sign_with_agreement_key(key, b"mine")
        Ed25519PublicKey.from_public_bytes(edwards_of(key.public)).verify(signature, b"mine")


def test_signatures_differ_and_are_bound_to_key_and_message() -> None:
    key, other = AgreementKey.generate(), AgreementKey.generate()
    first, second = sign_with_agreement_key(key, b"mine"), sign_with_agreement_key(key, b"mine")
    assert first != second
    assert sign_with_agreement_key(key, b"mine", randomness=bytes(64)) == sign_with_agreement_key(
        key, b"mine", randomness=bytes(64)
    )
    for public, message in ((other.public, b"mine"), (key.public, b"yours")):
        with pytest.raises(SignatureInvalid):
            verify_with_agreement_key(public, message, first)


@pytest.mark.parametrize("number", [2**255 - 20, 2**255 - 19, 2**255 - 1, 2**255 + 9])
def test_public_keys_without_an_edwards_form_are_refused(number: int) -> None:
    with pytest.raises(SignatureInvalid, match="only encoding"):
        edwards_of(number.to_bytes(32, "little"))


def test_small_order_keys_prove_nothing() -> None:
    for number in (0, 1):
        with pytest.raises(SignatureInvalid):
            verify_with_agreement_key(number.to_bytes(32, "little"), b"mine", bytes(64))


def test_other_lengths_are_refused() -> None:
    with pytest.raises(SignatureInvalid):
        edwards_of(bytes(31))
