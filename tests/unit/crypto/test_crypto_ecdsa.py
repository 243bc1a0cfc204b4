"""ECDSA and the keys of several kinds: published signatures, and everything that is nearly one."""

from __future__ import annotations

import pytest

from transire.crypto.ecdsa import CURVES, P256, P384, Curve, EcdsaKey, verify_ecdsa
from transire.crypto.encoding import multibase
from transire.crypto.errors import DidInvalid, KeyInvalid, KeyLengthWrong, KeyUnsupported, SignatureInvalid
from transire.crypto.keys import SigningKey
from transire.crypto.multikey import (
    PublicKey,
    as_jwk,
    of_jwk,
    public_key_of,
    read_multikey,
    verify_with,
    write_multikey,
)

both = pytest.mark.parametrize("curve", [P256, P384], ids=lambda curve: curve.name)

# RFC 6979, A.2.5 and A.2.6: private key, and the signature over "sample" with the hash of the curve.
PUBLISHED = {
    "P-256": (
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    "P-384": (
        "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
        "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
        "81a648152e44acf96e36dd1e80fabe46"
        "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
        "a329c145786e679e7b82c71a38628ac8",
    ),
}


@both
def test_the_signature_of_rfc_6979(curve: Curve) -> None:
    private, signature = PUBLISHED[curve.name]
    key = EcdsaKey.from_private(curve, bytes.fromhex(private))
    assert key.sign(b"sample").hex() == signature
    verify_ecdsa(curve, key.public, b"sample", bytes.fromhex(signature))


@both
def test_what_is_nearly_a_signature_is_refused(curve: Curve) -> None:
    key = EcdsaKey.from_number(curve, 5)
    signature, size = key.sign(b"m"), curve.size
    other = bytes([signature[0] ^ 1]) + signature[1:]
    for wrong in (b"", signature[:-1], signature + b"\0", bytes(2 * size), b"\xff" * 2 * size, other):
        with pytest.raises(SignatureInvalid):
            verify_ecdsa(curve, key.public, b"m", wrong)
    with pytest.raises(SignatureInvalid):
        verify_ecdsa(curve, key.public, b"n", signature)


@both
def test_points_have_one_form(curve: Curve) -> None:
    key = EcdsaKey.from_number(curve, 5)
    public = key.public
    for wrong in (b"", public[1:], b"\x04" + public[1:], b"\x02" + b"\xff" * curve.size, public + b"\0"):
        with pytest.raises(KeyInvalid):
            verify_ecdsa(curve, wrong, b"m", key.sign(b"m"))


@both
def test_private_numbers_have_a_range(curve: Curve) -> None:
    for wrong in (0, -1, 1 << (8 * curve.size)):
        with pytest.raises(KeyInvalid):
            EcdsaKey.from_number(curve, wrong)
    with pytest.raises(KeyInvalid):
        EcdsaKey.from_private(curve, b"\1")
    key = EcdsaKey.generate(curve)
    assert EcdsaKey.from_private(curve, key.private).public == key.public
    assert key.private.hex() not in repr(key)
    with pytest.raises(TypeError):
        key.__reduce_ex__(2)


@pytest.mark.parametrize("kind", ["Ed25519", "P-256", "P-384"])
def test_multikey_and_jwk_there_and_back(kind: str) -> None:
    key = SigningKey.from_seed(b"m" * 32) if kind == "Ed25519" else EcdsaKey.from_number(CURVES[kind], 9)
    public = public_key_of(key)
    assert read_multikey(write_multikey(public)) == public
    assert of_jwk(as_jwk(public)) == public
    verify_with(public, b"m", key.sign(b"m"))
    for other in ("Ed25519", "P-256", "P-384"):
        if other != kind:
            with pytest.raises((SignatureInvalid, KeyInvalid)):
                verify_with(PublicKey(other, public.raw), b"m", key.sign(b"m"))


def test_what_is_no_multikey() -> None:
    with pytest.raises(DidInvalid):
        read_multikey("uAAAA")
    with pytest.raises(KeyUnsupported):
        read_multikey(multibase(b"\xe7\x01" + bytes(33)))
    with pytest.raises(KeyLengthWrong):
        read_multikey(multibase(b"\xed\x01" + bytes(31)))
    with pytest.raises(KeyInvalid):
        read_multikey(multibase(b"\xed\x01" + bytes(32)))


def test_what_is_no_public_jwk() -> None:
    good = as_jwk(public_key_of(EcdsaKey.from_number(P256, 9)))
    other = as_jwk(public_key_of(EcdsaKey.from_number(P256, 10)))
    with pytest.raises(KeyInvalid):
        of_jwk({**good, "d": "AAAA"})
    with pytest.raises(KeyUnsupported):
        of_jwk({**good, "crv": []})
    with pytest.raises(KeyInvalid):
        of_jwk({**good, "y": other["y"]})
    with pytest.raises(KeyUnsupported):
        of_jwk({**good, "kty": "OKP"})
    with pytest.raises(KeyUnsupported):
        of_jwk({"kty": "RSA"})
    with pytest.raises(KeyInvalid):
        verify_with(PublicKey("X25519", bytes(32)), b"", bytes(64))
