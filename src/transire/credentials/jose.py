"""JSON Web Signatures (RFC 7515), compact form, by the three algorithms that go with our kinds of keys.

The algorithm follows from the kind of key that the resolver gives; what the header says must agree with it. So neither
`none`, nor a MAC under a public key, nor another curve can be talked into (RFC 8725 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from transire.credentials.canonical import jcs, read_object
from transire.credentials.errors import JwsMalformed, ProofInvalid, ProofKeyUnfit
from transire.credentials.resolve import KeyResolver, split_method
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid, SignatureInvalid
from transire.crypto.multikey import ED25519, PublicKey, Signer, verify_with

ALGORITHMS: Final[Mapping[str, str]] = {ED25519: "EdDSA", "P-256": "ES256", "P-384": "ES384"}
"""RFC 8037 3.1 and RFC 7518 3.4; a kind of key has one."""
_ACCEPTED: Final = {ED25519: ("EdDSA", "Ed25519"), "P-256": ("ES256",), "P-384": ("ES384",)}
# RFC 9864 gives EdDSA with Ed25519 a name of its own; both are read.

MAX_HEADER: Final = 8_192
MAX_TEXT: Final = 1_500_000
"""Characters of one signature in compact form."""


@dataclass(frozen=True, slots=True)
class Jws:
    """A signature in compact form, read and not yet verified."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def kid(self) -> str:
        """The verification method that the header names."""
        kid = self.header.get("kid")
        if not isinstance(kid, str):
            raise JwsMalformed(expected="kid with a DID, # and the name of a key", got=repr(kid)[:80], where="/kid")
        return kid

    def verify(self, key: PublicKey) -> None:
        """Refuse a signature that is not by this key with the algorithm of its kind."""
        found = self.header.get("alg")
        if found not in _ACCEPTED.get(key.kind, ()):
            expected = f"{' or '.join(_ACCEPTED.get(key.kind, ('no algorithm',)))} for a key of {key.kind}"
            raise ProofKeyUnfit(expected=expected, got=repr(found)[:40], where="/alg")
        try:
            verify_with(key, self.signed, self.signature)
        except SignatureInvalid as error:
            raise ProofInvalid(expected="a signature by the key of the header", where="/signature") from error

    def verified_by(self, resolve: KeyResolver) -> tuple[str, PublicKey]:
        """Verify with the key that `kid` names; its controller and the key."""
        controller, fragment = split_method(self.kid)
        key = resolve(controller, fragment)
        self.verify(key)
        return controller, key


def sign_jws(payload: bytes, key: Signer, header: Mapping[str, Any]) -> str:
    """A signature in compact form; `alg` is added to the header.

    >>> from transire.crypto.keys import SigningKey
    >>> key = SigningKey.from_seed(bytes(32))
    >>> read_jws(sign_jws(b"{}", key, {"typ": "JWT"})).header["alg"]
    'EdDSA'
    """
    first = b64url(jcs({"alg": ALGORITHMS[key.kind], **header}))
    signed = f"{first}.{b64url(payload)}"
    return f"{signed}.{b64url(key.sign(signed.encode()))}"


def read_jws(text: object) -> Jws:
    """Read a compact signature; nothing of it is believed yet."""
    if not isinstance(text, str) or len(text) > MAX_TEXT or text.count(".") != 2:
        raise JwsMalformed(expected="three parts with full stops between them", got=repr(text)[:60])
    first, second, third = text.split(".")
    try:
        raw, payload, signature = unb64url(first), unb64url(second), unb64url(third)
    except EncodingInvalid as error:
        raise JwsMalformed(expected="base64url without padding", got=error.got) from error
    header = read_object(raw, limit=MAX_HEADER)
    if "crit" in header or header.get("b64") is False:
        # RFC 7515 4.1.11: an extension that is not understood must be refused.
        raise JwsMalformed(expected="no critical extension", got=repr(header.get("crit"))[:60], where="/crit")
    return Jws(header, payload, f"{first}.{second}".encode(), signature)
