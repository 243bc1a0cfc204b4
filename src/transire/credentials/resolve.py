"""From a verification method to a public key: did:key by itself, members of a network by their record at a height.

A verification method is written `<did>#<Multikey>` for every DID method, so that a credential says which key signed
it also after the member has rotated its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from transire.credentials.errors import KeyUnresolved
from transire.crypto.did import multikey, public_of_did_key, public_of_multikey
from transire.crypto.errors import DidInvalid
from transire.crypto.keys import check_public_key


class KeyResolver(Protocol):
    """Gives the Ed25519 key of a DID and fragment, or raises `KeyUnresolved`."""

    def __call__(self, did: str, fragment: str, /) -> bytes: ...


def verification_method_of(did: str, public: bytes) -> str:
    """The verification method under which a member signs with one of its credential keys.

    >>> from transire.crypto.keys import SigningKey
    >>> verification_method_of("did:web:producer.example", SigningKey.from_seed(bytes(32)).public)[:38]
    'did:web:producer.example#z6MkiTBz1ymue'
    """
    return f"{did}#{multikey(public)}"


def split_method(method: str) -> tuple[str, str]:
    """DID and fragment of a verification method; one of the two alone names no key."""
    did, hash_sign, fragment = method.partition("#")
    if not did.startswith("did:") or not hash_sign or not fragment or "#" in fragment:
        raise KeyUnresolved(expected="a DID, # and the name of a key", got=method[:200])
    return did, fragment


def resolve_did_key(did: str, fragment: str) -> bytes:
    """The key that a did:key is; its fragment repeats it (did:key 0.9, 3.1.2)."""
    try:
        public = public_of_did_key(did)
    except DidInvalid as error:
        raise KeyUnresolved(expected="did:key with an Ed25519 key", got=did[:120]) from error
    if fragment != multikey(public):
        raise KeyUnresolved(expected=multikey(public), got=fragment[:120])
    check_public_key(public)
    return public


def member_resolver(credential_keys: Callable[[str], Iterable[bytes]]) -> KeyResolver:
    """A resolver over members' records: `credential_keys(did)` gives the keys in force at the caller's height.

    A DID without a record is no member, so nothing it says is proven here, did:key or not.

    >>> from transire.crypto.keys import SigningKey
    >>> key = SigningKey.from_seed(bytes(32)).public
    >>> resolve = member_resolver({"did:web:producer.example": [key]}.__getitem__)
    >>> resolve("did:web:producer.example", multikey(key)) == key
    True
    """

    def resolve(did: str, fragment: str) -> bytes:
        known = list(credential_keys(did))
        try:
            public = public_of_multikey(fragment)
        except DidInvalid as error:
            raise KeyUnresolved(expected="a Multikey as fragment", got=fragment[:120]) from error
        if public not in known:
            listed = ", ".join(multikey(key) for key in known) or "no credential key"
            raise KeyUnresolved(expected=listed, got=fragment, where=did)
        return public

    return resolve
