"""Public keys of several kinds as Multikey and JWK text, and the one place where a signature meets its kind of key.

Controlled Identifiers 1.0 section 2.2.2 (Multikey) and RFC 7517/8037 (JWK). A kind of key has one signature algorithm,
so nothing that a document says of itself can choose another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

from transire.crypto.ecdsa import CURVES, read_point, verify_ecdsa
from transire.crypto.encoding import b64url, multibase, unb64url, unmultibase
from transire.crypto.errors import DidInvalid, EncodingInvalid, KeyInvalid, KeyLengthWrong, KeyUnsupported
from transire.crypto.keys import check_public_key, verify_signature

ED25519: Final = "Ed25519"
X25519: Final = "X25519"

# The multicodec table, each code as an unsigned varint: 0xed, 0xec, 0x1200, 0x1201.
_CODECS: Final = {ED25519: b"\xed\x01", X25519: b"\xec\x01", "P-256": b"\x80\x24", "P-384": b"\x81\x24"}
_KINDS: Final = {codec: kind for kind, codec in _CODECS.items()}
_SIZES: Final = {ED25519: 32, X25519: 32, "P-256": 33, "P-384": 49}
SIGNATURE_SIZES: Final = {ED25519: 64, "P-256": 64, "P-384": 96}
"""Bytes of a signature by each kind of key that signs."""


class PublicKey(NamedTuple):
    """A public key: its kind, and 32 bytes (Ed25519, X25519) or a compressed point (P-256, P-384)."""

    kind: str
    raw: bytes


class Signer(Protocol):
    """A private key that signs; `SigningKey` and `EcdsaKey` are ones."""

    @property
    def kind(self) -> str: ...

    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes, /) -> bytes: ...


def public_key_of(signer: Signer) -> PublicKey:
    """The public half of a signer."""
    return PublicKey(signer.kind, signer.public)


def write_multikey(key: PublicKey) -> str:
    """A public key as Multikey text.

    >>> from transire.crypto.ecdsa import EcdsaKey, P256
    >>> write_multikey(public_key_of(EcdsaKey.from_number(P256, 1)))
    'zDnaepsL7AXenJkVYdkh5KuKsSU7Ykh7kyXaLLU7auN9FWSiZ'
    """
    return multibase(_CODECS[key.kind] + key.raw)


def read_multikey(text: str) -> PublicKey:
    """The public key of Multikey text; an unknown kind, a wrong length and a point off the curve have their own errors.

    >>> read_multikey("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169").kind
    'P-256'
    """
    try:
        data = unmultibase(text)
    except EncodingInvalid as error:
        raise DidInvalid(expected="multibase base58btc", got=repr(text)[:80]) from error
    kind = _KINDS.get(data[:2])
    if kind is None:
        raise KeyUnsupported(expected=", ".join(_CODECS), got=f"multicodec {data[:2].hex()}")
    key = PublicKey(kind, data[2:])
    if len(key.raw) != _SIZES[kind]:
        raise KeyLengthWrong(expected=f"{_SIZES[kind]} bytes for {kind}", got=f"{len(key.raw)} bytes")
    _check_point(key)
    return key


def _check_point(key: PublicKey) -> None:
    if key.kind == ED25519:
        check_public_key(key.raw)
    elif key.kind in CURVES:
        read_point(CURVES[key.kind], key.raw)


def verify_with(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Refuse a signature that is not by this key, with the algorithm of its kind and no other."""
    if key.kind == ED25519:
        verify_signature(key.raw, message, signature)
    elif key.kind in CURVES:
        verify_ecdsa(CURVES[key.kind], key.raw, message, signature)
    else:
        raise KeyInvalid(expected="a key that signs", got=key.kind)


def as_jwk(key: PublicKey) -> dict[str, str]:
    """A public key as JWK (RFC 7518 6.2, RFC 8037 2).

    >>> as_jwk(PublicKey("Ed25519", bytes(32)))["crv"]
    'Ed25519'
    """
    if key.kind not in CURVES:
        return {"kty": "OKP", "crv": key.kind, "x": b64url(key.raw)}
    numbers = read_point(CURVES[key.kind], key.raw).public_numbers()
    size = CURVES[key.kind].size
    x, y = numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")
    return {"kty": "EC", "crv": key.kind, "x": b64url(x), "y": b64url(y)}


def of_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """The public key of a JWK; a private one is refused, since it should not be here.

    >>> of_jwk(as_jwk(PublicKey("X25519", bytes(32)))).kind
    'X25519'
    """
    kind = jwk.get("crv")
    if "d" in jwk:
        raise KeyInvalid(expected="a public JWK", got="one with the private key in it")
    if not isinstance(kind, str) or kind not in _CODECS or jwk.get("kty") != ("EC" if kind in CURVES else "OKP"):
        raise KeyUnsupported(expected=", ".join(_CODECS), got=f"{jwk.get('kty')} {kind}"[:60])
    size = CURVES[kind].size if kind in CURVES else _SIZES[kind]
    x = unb64url(jwk.get("x", ""), length=size)
    if kind not in CURVES:
        key = PublicKey(kind, x)
    else:
        y = unb64url(jwk.get("y", ""), length=size)
        key = PublicKey(kind, bytes([2 + (y[-1] & 1)]) + x)
    _check_point(key)
    if as_jwk(key) != {name: jwk[name] for name in as_jwk(key)}:
        raise KeyInvalid(expected=f"a point on {kind}", got="another y")
    return key
