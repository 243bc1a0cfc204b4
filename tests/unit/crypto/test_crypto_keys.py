"""Keys that cannot be printed by accident, and signatures of which every bit counts."""

from __future__ import annotations

import copy
import pickle

import pytest

from transire.crypto.digests import hkdf_sha256
from transire.crypto.errors import KeyInvalid, SignatureInvalid
from transire.crypto.keys import AgreementKey, SigningKey, check_public_key, verify_signature
from transire.crypto.zip215 import L, P, decode_point, verify_zip215


@pytest.mark.parametrize("kind", [SigningKey, AgreementKey])
def test_no_private_byte_is_shown_pickled_or_copied(kind: type[SigningKey] | type[AgreementKey]) -> None:
    key = kind(bytes(range(32)))
    shown = repr(key) + str(key) + f"{key}" + repr([key])
    assert bytes(range(32)).hex() not in shown
    assert repr(bytes(range(32))) not in shown
    for spread in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never serialised"):
            spread(key)


def test_generated_keys_differ() -> None:
    assert SigningKey.generate().public != SigningKey.generate().public
    assert AgreementKey.generate().private != AgreementKey.generate().private


def test_rfc7748_public_keys() -> None:
    """RFC 7748 6.1, Alice."""
    alice = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    public = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    assert AgreementKey.from_private(alice).public.hex() == public


@pytest.mark.parametrize("kind", [SigningKey, AgreementKey])
@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_keys_of_other_lengths_are_refused(kind: type[SigningKey] | type[AgreementKey], length: int) -> None:
    with pytest.raises(KeyInvalid, match="Expected 32 bytes"):
        kind(bytes(length))


@pytest.mark.parametrize("verify", [verify_signature, verify_zip215])
def test_any_changed_bit_of_key_or_signature_is_refused(verify: object) -> None:
    key = SigningKey.from_seed(bytes(32))
    signature = key.sign(b"message")
    for position in range(0, 512, 7):
        changed = bytearray(signature)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SignatureInvalid):
            verify(key.public, b"message", bytes(changed))  # type: ignore[operator]
    for position in range(0, 256, 11):
        public = bytearray(key.public)
        public[position // 8] ^= 1 << position % 8
        with pytest.raises(SignatureInvalid):
            verify(bytes(public), b"message", signature)  # type: ignore[operator]
    with pytest.raises(SignatureInvalid):
        verify(key.public, b"massage", signature)  # type: ignore[operator]


@pytest.mark.parametrize("verify", [verify_signature, verify_zip215])
@pytest.mark.parametrize(("public", "signature"), [(31, 64), (33, 64), (32, 63), (32, 65), (32, 0), (0, 64)])
def test_wrong_lengths_are_refused_before_any_arithmetic(verify: object, public: int, signature: int) -> None:
    with pytest.raises(SignatureInvalid, match="Expected"):
        verify(bytes(public), b"", bytes(signature))  # type: ignore[operator]


@pytest.mark.parametrize("verify", [verify_signature, verify_zip215])
def test_a_second_form_of_s_is_refused(verify: object) -> None:
    """S + L satisfies the equation too; accepting it would give one action two ids."""
    key = SigningKey.from_seed(bytes(32))
    signature = key.sign(b"message")
    scalar = int.from_bytes(signature[32:], "little") + L
    with pytest.raises(SignatureInvalid):
        verify(key.public, b"message", signature[:32] + scalar.to_bytes(32, "little"))  # type: ignore[operator]


def test_zip215_refuses_what_is_no_point() -> None:
    with pytest.raises(SignatureInvalid, match="a point of the curve"):
        decode_point((2).to_bytes(32, "little"))


def test_check_public_key_refuses_mixed_order_and_other_encodings() -> None:
    mixed = bytes.fromhex("cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d")
    not_on_curve = (2).to_bytes(32, "little")
    beyond_field = (P + 3).to_bytes(32, "little")
    for public in (mixed, not_on_curve, beyond_field):
        with pytest.raises(KeyInvalid, match="prime order"):
            check_public_key(public)
    with pytest.raises(KeyInvalid, match="32 bytes"):
        check_public_key(bytes(31))
    check_public_key(SigningKey.generate().public)


@pytest.mark.parametrize("length", [0, 255 * 32 + 1])
def test_hkdf_length_is_bounded(length: int) -> None:
    with pytest.raises(ValueError, match="yields 1 to 8160 bytes"):
        hkdf_sha256(b"secret", salt=b"", info=b"", length=length)
