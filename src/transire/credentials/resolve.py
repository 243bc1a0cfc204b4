"""From a verification method to a public key: did:key by itself, members of a network by their record at a height,
any other DID by its document.

A verification method is written `<did>#<Multikey>` for every DID method, so that a credential says which key signed
it also after the member has rotated its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Protocol, cast

from transire.credentials.errors import DateMalformed, KeyUnresolved
from transire.credentials.structure import read_stamp
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

SIGNING: Final = ("assertionMethod", "authentication")
"""What the keys of a DID document may be listed for, so that something signed with them can be verified."""


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


def for_purpose(resolve: KeyResolver, purpose: str) -> KeyResolver:
    """A resolver for one purpose of signing: a DID document lists its keys by purpose, other methods do not."""
    narrowed = getattr(resolve, "for_purpose", None)
    return resolve if narrowed is None else cast(KeyResolver, narrowed(purpose))


class DocumentResolver:
    """Keys of DID documents that `find` gives, and of did:key.

    A key counts only under the DID of its own document, as `controller`, listed for the purpose, and not after the
    moment at which it expires or was revoked (Controlled Identifiers 1.0, 2.2 and 3.3). `is_kept` names the DIDs whose
    document `find` has although they are did:key: a did:key says nothing of keys that were exchanged or distrusted.
    """

    def __init__(
        self,
        find: Callable[[str], Mapping[str, Any]],
        purposes: Sequence[str] = SIGNING,
        *,
        is_kept: Callable[[str], bool] = lambda did: False,
    ) -> None:
        self._find = find
        self._purposes = tuple(purposes)
        self._is_kept = is_kept

    def __call__(self, did: str, fragment: str, /) -> PublicKey:
        if did.startswith("did:key:") and not self._is_kept(did):
            return resolve_did_key(did, fragment)
        return key_in(self._find(did), did, fragment, self._purposes)

    def for_purpose(self, purpose: str) -> DocumentResolver:
        """The same for keys that are listed for this purpose alone."""
        return DocumentResolver(self._find, (purpose,), is_kept=self._is_kept)


def document_resolver(documents: Iterable[Mapping[str, Any]]) -> DocumentResolver:
    """A resolver over DID documents that are at hand, and did:key. Nothing is fetched."""
    known = {document.get("id"): document for document in documents}

    def find(did: str) -> Mapping[str, Any]:
        if did not in known:
            raise KeyUnresolved(expected="the DID document of the signer, given beside", got=did[:120])
        return known[did]

    return DocumentResolver(find)


def methods_of(document: Mapping[str, Any], purposes: Sequence[str]) -> list[tuple[Mapping[str, Any], bool]]:
    """The verification methods of a DID document, each with whether it is listed for one of the purposes.

    A method may stand in the list of a purpose itself, instead of among all methods (DID Core 5.3).
    """
    listed = [item for name in purposes for item in _items(document, name)]
    inside = [item for item in listed if isinstance(item, Mapping)]
    common = [item for item in _items(document, "verificationMethod") if isinstance(item, Mapping)]
    did = document.get("id")
    told = {_absolute(did, item) for item in listed if isinstance(item, str)}
    return [(item, _absolute(did, item.get("id")) in told) for item in common] + [(item, True) for item in inside]


def _items(document: Mapping[str, Any], name: str) -> list[Any]:
    value = document.get(name, [])
    return value if isinstance(value, list) else [value]


def _absolute(did: object, name: object) -> str:
    """A method may be named relative to its document (DID Core 3.2.2)."""
    return f"{did}{name}" if str(name).startswith("#") else str(name)


def key_in(document: Mapping[str, Any], did: str, fragment: str, purposes: Sequence[str] = SIGNING) -> PublicKey:
    """The key of that name in a DID document, if it may be used for one of the purposes now."""
    for method, listed in methods_of(document, purposes):
        if _absolute(did, method.get("id")) != f"{did}#{fragment}" or method.get("controller") != did:
            continue
        if not listed:
            raise KeyUnresolved(expected=f"a key for {' or '.join(purposes)}", got=fragment[:120], where=did)
        _check_in_use(method, did)
        return key_of(method, did, fragment)
    raise KeyUnresolved(expected="a key of its DID document", got=fragment[:120], where=did)


def _check_in_use(method: Mapping[str, Any], did: str) -> None:
    for name in ("expires", "revoked"):
        try:
            over = name in method and read_stamp(method[name], name, utc=True) <= datetime.now(UTC)
        except DateMalformed:
            over = True
        if over:
            raise KeyUnresolved(expected="a key in use", got=f"{name} {method[name]}"[:120], where=did)


def key_of(method: Mapping[str, Any], did: str, fragment: str) -> PublicKey:
    """The key of a verification method, as JWK or Multikey."""
    jwk = method.get("publicKeyJwk")
    try:
        if isinstance(jwk, Mapping):
            return of_jwk(jwk)
        return read_multikey(str(method.get("publicKeyMultibase")))
    except (DidInvalid, KeyInvalid, EncodingInvalid) as error:
        raise KeyUnresolved(expected="a key of a known kind", got=fragment[:120], where=did) from error


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
