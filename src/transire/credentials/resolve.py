"""From a verification method to a public key: did:key by itself, members of a network by their record at a height.

A verification method is written `<did>#<Multikey>` for every DID method, so that a credential says which key signed
it also after the member has rotated its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from transire.credentials.errors import KeyUnresolved
from transire.crypto.did import multikey, public_of_multikey
from transire.crypto.errors import DidInvalid, EncodingInvalid, KeyInvalid
from transire.crypto.multikey import (
    ED25519,
    SIGNATURE_SIZES,
    PublicKey,
    Signer,
    of_jwk,
    public_key_of,
    read_multikey,
    write_multikey,
)


class KeyResolver(Protocol):
    """Gives the public key of a DID and fragment, or raises `KeyUnresolved`."""

    def __call__(self, did: str, fragment: str, /) -> PublicKey: ...


def verification_method_of(did: str, key: Signer) -> str:
    """The verification method under which somebody signs with one of its keys.

    >>> from transire.crypto.keys import SigningKey
    >>> verification_method_of("did:web:producer.example", SigningKey.from_seed(bytes(32)))[:38]
    'did:web:producer.example#z6MkiTBz1ymue'
    """
    return f"{did}#{write_multikey(public_key_of(key))}"


def split_method(method: str) -> tuple[str, str]:
    """DID and fragment of a verification method; one of the two alone names no key."""
    did, hash_sign, fragment = method.partition("#")
    if not did.startswith("did:") or not hash_sign or not fragment or "#" in fragment:
        raise KeyUnresolved(expected="a DID, # and the name of a key", got=method[:200])
    return did, fragment


@lru_cache(maxsize=1024)
def resolve_did_key(did: str, fragment: str) -> PublicKey:
    """The key that a did:key is; its fragment repeats it (did:key 0.9, 3.1.2).

    >>> resolve_did_key("did:key:zDnaepsL7AXenJkVYdkh5KuKsSU7Ykh7kyXaLLU7auN9FWSiZ",
    ...                 "zDnaepsL7AXenJkVYdkh5KuKsSU7Ykh7kyXaLLU7auN9FWSiZ").kind
    'P-256'
    """
    text = did.removeprefix("did:key:")
    if text == did or fragment != text:
        raise KeyUnresolved(expected=f"did:key and the same key as fragment ({text[:120]})", got=fragment[:120])
    try:
        key = read_multikey(text)
    except (DidInvalid, KeyInvalid) as error:
        raise KeyUnresolved(expected="did:key with a key of a known kind", got=did[:120]) from error
    if key.kind not in SIGNATURE_SIZES:
        raise KeyUnresolved(expected="a key that signs", got=key.kind)
    return key


def document_resolver(documents: Iterable[Mapping[str, Any]]) -> KeyResolver:
    """A resolver over DID documents that are at hand, and did:key. Nothing is fetched.

    A key counts only under the DID of its own document, as `controller`, and for assertion or authentication.
    """
    known = {document.get("id"): document for document in documents}

    def resolve(did: str, fragment: str) -> PublicKey:
        if did.startswith("did:key:"):
            return resolve_did_key(did, fragment)
        if did not in known:
            raise KeyUnresolved(expected="the DID document of the signer, given beside", got=did[:120])
        return _key_in(known[did], did, fragment)

    return resolve


def _key_in(document: Mapping[str, Any], did: str, fragment: str) -> PublicKey:
    for method in document.get("verificationMethod", []):
        if method.get("id") not in (f"{did}#{fragment}", f"#{fragment}") or method.get("controller") != did:
            continue
        relations = [document.get(name, []) for name in ("assertionMethod", "authentication")]
        named = [item.get("id") if isinstance(item, Mapping) else item for listed in relations for item in listed]
        if method["id"] not in named:
            raise KeyUnresolved(expected="a key for assertions", got=fragment[:120], where=did)
        try:
            jwk = method.get("publicKeyJwk")
            return read_multikey(str(method.get("publicKeyMultibase"))) if jwk is None else of_jwk(jwk)
        except (DidInvalid, KeyInvalid, EncodingInvalid) as error:
            raise KeyUnresolved(expected="a key of a known kind", got=fragment[:120], where=did) from error
    raise KeyUnresolved(expected="a key of its DID document", got=fragment[:120], where=did)


def member_resolver(credential_keys: Callable[[str], Iterable[bytes]]) -> KeyResolver:
    """A resolver over members' records: `credential_keys(did)` gives the keys in force at the caller's height.

    A DID without a record is no member, so nothing it says is proven here, did:key or not.

    >>> from transire.crypto.keys import SigningKey
    >>> key = SigningKey.from_seed(bytes(32)).public
    >>> resolve = member_resolver({"did:web:producer.example": [key]}.__getitem__)
    >>> resolve("did:web:producer.example", multikey(key)).raw == key
    True
    """

    def resolve(did: str, fragment: str) -> PublicKey:
        known = list(credential_keys(did))
        try:
            public = public_of_multikey(fragment)
        except DidInvalid as error:
            raise KeyUnresolved(expected="a Multikey as fragment", got=fragment[:120]) from error
        if public not in known:
            listed = ", ".join(multikey(key) for key in known) or "no credential key"
            raise KeyUnresolved(expected=listed, got=fragment, where=did)
        return PublicKey(ED25519, public)

    return resolve
