"""ECDSA over P-256 and P-384 (FIPS 186-5), for credentials that others issue or demand.

Signatures are the 64 or 96 bytes of r and s in a row (IEEE P1363; RFC 7518 3.4 and the ECDSA cryptosuites alike), over
SHA-256 for P-256 and SHA-384 for P-384. Nonces are deterministic (RFC 6979), so that a poor random source loses no
key. Public keys travel as compressed points (SEC 1 2.3.3). The ledger itself knows Ed25519 only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from transire.crypto.errors import KeyInvalid, SignatureInvalid
from transire.crypto.keys import Secret


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve with the hash that goes with it; sizes in bytes."""

    name: str
    size: int
    make: type[ec.EllipticCurve]
    digest: type[hashes.HashAlgorithm]


P256: Final = Curve("P-256", 32, ec.SECP256R1, hashes.SHA256)
P384: Final = Curve("P-384", 48, ec.SECP384R1, hashes.SHA384)
CURVES: Final = {curve.name: curve for curve in (P256, P384)}

# The order of each group (SEC 2 2.4.2 and 2.5.1): r and s lie below it.
_ORDERS: Final = {
    "P-256": int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16),
    "P-384": int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16),
}


class EcdsaKey(Secret):
    """An ECDSA private key.

    >>> key = EcdsaKey.from_number(P256, 1)
    >>> key.public.hex()[:10]
    '036b17d1f2'
    >>> verify_ecdsa(P256, key.public, b"message", key.sign(b"message"))
    >>> key
    <EcdsaKey public=036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296>
    """

    __slots__ = ("_private", "curve")

    def __init__(self, curve: Curve, private: ec.EllipticCurvePrivateKey) -> None:
        self.curve = curve
        self._private = private
        self.public = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    @property
    def kind(self) -> str:
        """The name of the curve, as `transire.crypto.multikey` names kinds of keys."""
        return self.curve.name

    @classmethod
    def generate(cls, curve: Curve) -> EcdsaKey:
        """A new key from the operating system's random source."""
        return cls(curve, ec.generate_private_key(curve.make()))

    @classmethod
    def from_number(cls, curve: Curve, number: int) -> EcdsaKey:
        """The key of a private number between 1 and the order of the group."""
        if not 0 < number < _ORDERS[curve.name]:
            raise KeyInvalid(expected=f"a private number of {curve.name}")
        return cls(curve, ec.derive_private_key(number, curve.make()))

    @classmethod
    def from_private(cls, curve: Curve, private: bytes) -> EcdsaKey:
        """The key of its private number in big-endian bytes, as many as the curve has."""
        if len(private) != curve.size:
            raise KeyInvalid(expected=f"{curve.size} bytes of private key", got=f"{len(private)} bytes")
        return cls.from_number(curve, int.from_bytes(private, "big"))

    @property
    def private(self) -> bytes:
        """The private number in big-endian bytes: for the key store alone."""
        return self._private.private_numbers().private_value.to_bytes(self.curve.size, "big")

    def sign(self, message: bytes) -> bytes:
        """r and s in a row; the same message always gives the same signature."""
        algorithm = ec.ECDSA(self.curve.digest(), deterministic_signing=True)
        r, s = decode_dss_signature(self._private.sign(message, algorithm))
        return r.to_bytes(self.curve.size, "big") + s.to_bytes(self.curve.size, "big")


def verify_ecdsa(curve: Curve, public: bytes, message: bytes, signature: bytes) -> None:
    """Refuse a signature that is not of this key over this message.

    >>> verify_ecdsa(P256, EcdsaKey.from_number(P256, 1).public, b"message", bytes(64))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.SignatureInvalid: The signature does not match the content and the key. ...
    """
    if len(signature) != 2 * curve.size:
        raise SignatureInvalid(expected=f"a signature of {2 * curve.size} bytes", got=f"{len(signature)} bytes")
    r, s = int.from_bytes(signature[: curve.size], "big"), int.from_bytes(signature[curve.size :], "big")
    # FIPS 186-5 6.4.2 step 1; without it, zero and numbers beyond the order would be left to the library.
    if not (0 < r < _ORDERS[curve.name] and 0 < s < _ORDERS[curve.name]):
        raise SignatureInvalid(expected="numbers below the order of the group")
    try:
        read_point(curve, public).verify(encode_dss_signature(r, s), message, ec.ECDSA(curve.digest()))
    except InvalidSignature:
        raise SignatureInvalid() from None


@lru_cache(maxsize=512)
def read_point(curve: Curve, public: bytes) -> ec.EllipticCurvePublicKey:
    """A compressed point as a key; a point that is not on the curve, or written otherwise, is refused."""
    if len(public) != curve.size + 1 or public[0] not in (2, 3):
        raise KeyInvalid(expected=f"a compressed point of {curve.name}", got=f"{len(public)} bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.make(), public)
    except ValueError as error:
        raise KeyInvalid(expected=f"a point on {curve.name}", got=public.hex()) from error


def hash_of(kind: str, data: bytes) -> bytes:
    """The digest that a cryptosuite uses beside a kind of key: SHA-384 with P-384, SHA-256 with all others.

    >>> len(hash_of("P-384", b"")), len(hash_of("Ed25519", b""))
    (48, 32)
    """
    return hashlib.sha384(data).digest() if kind == P384.name else hashlib.sha256(data).digest()
