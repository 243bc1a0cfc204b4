"""A document of the house as `application/vc+jwt` by ES384, for readers who take no other form (UNTP, trace-interop).

It is one more representation under the document's commitment, and says byte for byte what the credential says, so that
no reader outside can be shown another content than the members hold. Its key is told in the issuer's did:web document,
and by its own name, which is the key. That the key is the issuer's those outside learn from the document; the ledger
does not know it, and members need not: they hold the credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from transire.credentials.canonical import jcs
from transire.credentials.envelope import sign_envelope
from transire.credentials.errors import EnvelopeMalformed
from transire.credentials.jose import MAX_TEXT, read_jws
from transire.credentials.resolve import split_method, verification_method_of
from transire.credentials.structure import issuer_of
from transire.crypto.errors import DidInvalid, KeyInvalid
from transire.crypto.multikey import Signer, read_multikey

EXCHANGE: Final = "application/vc+jwt"
"""The media type of the representation."""


def exchange_token(credential: Mapping[str, Any], key: Signer) -> bytes | None:
    """The token of a signed credential, under its issuer's DID; None where it would be longer than readers take.

    >>> from transire.crypto.ecdsa import EcdsaKey, P384
    >>> said = {"type": "VerifiableCredential", "issuer": "did:web:producer.example", "proof": {}}
    >>> read_jws(exchange_token(said, EcdsaKey.from_number(P384, 7)).decode()).payload
    b'{"issuer":"did:web:producer.example","type":"VerifiableCredential"}'
    """
    token = sign_envelope(_bare(credential), key=key, kid=verification_method_of(issuer_of(credential), key))
    return token.encode() if len(token) <= MAX_TEXT else None


def compare_exchange(credential: Mapping[str, Any], token: bytes) -> None:
    """Refuse a token that says anything but what the credential says, that its own key did not sign, or another's."""
    read = read_jws(token.decode("ascii", "replace"))
    if read.payload != jcs(_bare(credential)):
        raise EnvelopeMalformed(expected="exactly what the credential says", got="something else")
    if read.header.get("typ") != EXCHANGE.removeprefix("application/") or read.header.get("alg") != "ES384":
        raise EnvelopeMalformed(expected="vc+jwt by ES384", got=repr(dict(read.header))[:120], where="/typ")
    controller, name = split_method(read.kid)
    if controller != issuer_of(credential):
        raise EnvelopeMalformed(expected=f"a key of {issuer_of(credential)}", got=controller[:120], where="/kid")
    try:
        read.verify(read_multikey(name))
    except (DidInvalid, KeyInvalid) as error:
        raise EnvelopeMalformed(expected="a key that is named by itself", got=name[:120], where="/kid") from error


def _bare(credential: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in credential.items() if name != "proof"}
