"""XEdDSA: proof of possession by a key that can otherwise only agree."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from transire.crypto.errors import SignatureInvalid
from transire.crypto.keys import AgreementKey
from transire.crypto.xeddsa import edwards_of, sign_with_agreement_key, verify_with_agreement_key

KEY = AgreementKey.from_private(b"\x07" * 32)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100))
def test_what_an_agreement_key_signs_is_accepted_by_two_libraries(private: bytes, message: bytes) -> None:
    key = AgreementKey.from_private(private)
    signature = sign_with_agreement_key(key, message)
    verify_with_agreement_key(key.public, message, signature)
    Ed25519PublicKey.from_public_bytes(edwards_of(key.public)).verify(signature, message)


def test_another_message_or_key_is_refused() -> None:
    signature = sign_with_agreement_key(KEY, b"mine")
    with pytest.raises(SignatureInvalid):
        verify_with_agreement_key(KEY.public, b"yours", signature)
    with pytest.raises(SignatureInvalid):
        verify_with_agreement_key(AgreementKey.from_private(b"\x08" * 32).public, b"mine", signature)


def test_the_randomness_decides_the_signature() -> None:
    first = sign_with_agreement_key(KEY, b"mine", randomness=bytes(64))
    assert first == sign_with_agreement_key(KEY, b"mine", randomness=bytes(64))
    assert first != sign_with_agreement_key(KEY, b"mine", randomness=b"\x01" * 64)


@pytest.mark.parametrize(
    "public",
    [
        bytes(31),
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 18).to_bytes(32, "little"),
        (2**255 - 20).to_bytes(32, "little"),
        b"\xff" * 32,
    ],
)
def test_keys_without_an_edwards_form_or_in_another_spelling_are_refused(public: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        verify_with_agreement_key(public, b"", bytes(64))


@pytest.mark.parametrize("u", [0, 1])
def test_small_order_keys_prove_nothing(u: int) -> None:
    with pytest.raises(SignatureInvalid):
        verify_with_agreement_key(u.to_bytes(32, "little"), b"", bytes(64))
