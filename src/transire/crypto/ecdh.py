"""Private keys with which two parties agree on a secret: X25519 (RFC 7748) and ECDH over P-256 and P-384 (SP 800-56A).

For letters to and from parties outside of the network. Members of a network have `AgreementKey`, and HPKE.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from transire.crypto.ecdsa import CURVES, read_point
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid, KeyInvalid
from transire.crypto.keys import Secret
from transire.crypto.multikey import X25519, PublicKey, as_jwk

KINDS: Final = (X25519, *CURVES)
_X25519_SIZE: Final = 32


class EcdhKey(Secret):
    """A private key for agreement.

    >>> one, other = EcdhKey.generate("P-256"), EcdhKey.generate("P-256")
    >>> one.shared_with(other.public_key) == other.shared_with(one.public_key)
    True
    >>> EcdhKey.of_jwk(one.private_jwk()).public_key == one.public_key
    True
    """

    __slots__ = ("_private", "public_key")

    def __init__(self, private: X25519PrivateKey | ec.EllipticCurvePrivateKey, kind: str) -> None:
        self._private = private
        public = private.public_key()
        if isinstance(public, X25519PublicKey):
            self.public = public.public_bytes_raw()
        else:
            self.public = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.public_key = PublicKey(kind, self.public)

    @classmethod
    def generate(cls, kind: str) -> EcdhKey:
        """A new key of a kind: X25519, P-256 or P-384."""
        if kind == X25519:
            return cls(X25519PrivateKey.generate(), kind)
        if kind not in CURVES:
            raise KeyInvalid(expected=" or ".join(KINDS), got=kind)
        return cls(ec.generate_private_key(CURVES[kind].make()), kind)

    @classmethod
    def of_x25519(cls, private: bytes) -> EcdhKey:
        """The key of 32 private bytes."""
        return cls(X25519PrivateKey.from_private_bytes(private), X25519)

    @classmethod
    def of_jwk(cls, jwk: Mapping[str, Any]) -> EcdhKey:
        """The key of a private JWK (RFC 7518 6.2.2, RFC 8037 2); its public half must be that of its private one."""
        kind = jwk.get("crv")
        if kind not in KINDS or not isinstance(jwk.get("d"), str):
            raise KeyInvalid(expected=f"a private JWK for {' or '.join(KINDS)}", got=f"{jwk.get('kty')} {kind}"[:60])
        try:
            private = unb64url(jwk["d"], length=_X25519_SIZE if kind == X25519 else CURVES[kind].size)
        except EncodingInvalid as error:
            raise KeyInvalid(expected="a private key in base64url", got=error.expected) from None
        made = cls.of_x25519(private) if kind == X25519 else cls(_ec_private(kind, private), kind)
        if any(jwk.get(name) != value for name, value in as_jwk(made.public_key).items()):
            raise KeyInvalid(expected="the public half of the private key", got="another")
        return made

    def private_jwk(self) -> dict[str, str]:
        """The key as a private JWK: for a file of its owner alone."""
        if isinstance(self._private, X25519PrivateKey):
            private = self._private.private_bytes_raw()
        else:
            size = CURVES[self.public_key.kind].size
            private = self._private.private_numbers().private_value.to_bytes(size, "big")
        return {**as_jwk(self.public_key), "d": b64url(private)}

    def shared_with(self, other: PublicKey) -> bytes:
        """The secret that both halves give; refused where the kinds differ, or where it would be zero with any key."""
        if other.kind != self.public_key.kind:
            raise KeyInvalid(expected=self.public_key.kind, got=other.kind)
        if isinstance(self._private, X25519PrivateKey):
            try:
                return self._private.exchange(X25519PublicKey.from_public_bytes(other.raw))
            except ValueError as error:
                # RFC 7748 6.1: a point of small order, with which every key agrees on zero.
                raise KeyInvalid(expected="a public key of X25519", got="a point of small order") from error
        return self._private.exchange(ec.ECDH(), read_point(CURVES[other.kind], other.raw))


def _ec_private(kind: str, private: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(private, "big"), CURVES[kind].make())
    except ValueError:
        raise KeyInvalid(expected=f"a private number of {kind}") from None
