"""Resolve did:key DIDs and dereference their URLs (did:key 0.9, sections 3.1 and 4; DID Resolution 0.3).

A did:key is its own document: nothing is looked up. The answer has the members of a resolution result, also for a
refusal; the errors are those that did:key names, by which test suites tell implementations apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from nacl import bindings

from transire.crypto.encoding import base58btc
from transire.crypto.errors import DidInvalid, KeyInvalid, KeyLengthWrong, KeyUnsupported
from transire.crypto.multikey import ED25519, X25519, PublicKey, as_jwk, read_multikey, write_multikey

RESULT_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_DID_CONTEXT: Final = "https://www.w3.org/ns/did/v1"
_NOT_FOUND: Final = 404
_REFUSED: Final = 400

# DID Core 3.1 and RFC 3986: what a DID is made of, and what may follow it in a DID URL.
_DID: Final = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})")
_AFTER: Final = re.compile(
    r"(?P<path>(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*)"
    r"(?:\?(?P<query>(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*))?"
    r"(?:#(?P<fragment>(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*))?"
)
_VERSION: Final = re.compile(r"[1-9][0-9]{0,3}(?:\.[0-9]{1,4})?")
MAX_DID: Final = 2_048

# Forms of a key by the kinds of key that they are for; the context that defines each. Those marked are experimental.
_FORMATS: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "Multikey": (frozenset({ED25519, X25519, "P-256", "P-384"}), "https://w3id.org/security/multikey/v1"),
    "JsonWebKey": (frozenset({ED25519, X25519, "P-256", "P-384"}), "https://w3id.org/security/jwk/v1"),
    "JsonWebKey2020": (frozenset({ED25519, X25519, "P-256", "P-384"}), "https://w3id.org/security/suites/jws-2020/v1"),
    "Ed25519VerificationKey2020": (frozenset({ED25519}), "https://w3id.org/security/suites/ed25519-2020/v1"),
    "X25519KeyAgreementKey2020": (frozenset({X25519}), "https://w3id.org/security/suites/x25519-2020/v1"),
    "Ed25519VerificationKey2018": (frozenset({ED25519}), "https://w3id.org/security/suites/ed25519-2018/v1"),
    "X25519KeyAgreementKey2019": (frozenset({X25519}), "https://w3id.org/security/suites/x25519-2019/v1"),
}
_EXPERIMENTAL: Final = frozenset({"Ed25519VerificationKey2018", "X25519KeyAgreementKey2019"})
_COMPANION: Final = {
    "Ed25519VerificationKey2020": "X25519KeyAgreementKey2020",
    "Ed25519VerificationKey2018": "X25519KeyAgreementKey2019",
}


class _Refusal(Exception):
    """A resolution error by the name that the specifications give it."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolution result: the HTTP status that it travels under, and its members."""

    status: int
    body: dict[str, Any]


def resolve_did(text: str, *, format: str = "Multikey", experimental: bool = False) -> Resolution:
    """The document of a did:key, or the verification method that a DID URL names.

    >>> found = resolve_did("did:key:zDnaepsL7AXenJkVYdkh5KuKsSU7Ykh7kyXaLLU7auN9FWSiZ")
    >>> found.status, found.body["didDocument"]["verificationMethod"][0]["type"]
    (200, 'Multikey')
    >>> resolve_did("did:example:a").body["didResolutionMetadata"]["error"]
    'methodNotSupported'
    """
    is_url = any(sign in text for sign in "/?#")
    try:
        found = _dereferenced(text, format, experimental) if is_url else did_document(text, format, experimental)
    except _Refusal as refusal:
        # An error too comes with a document that is there, though empty (did-key test suite).
        return resolution_of({}, is_url=is_url, error=str(refusal))
    return resolution_of(found, is_url=is_url)


def did_document(did: str, format: str = "Multikey", experimental: bool = False) -> dict[str, Any]:
    """The document of a did:key; raises a refusal for what is none."""
    key = _key_of(did)
    _check_format(key, format, experimental)
    return document_of(did, {_fragment(did): key}, format)


def document_of(did: str, keys: Mapping[str, PublicKey], format: str = "Multikey") -> dict[str, Any]:
    """A DID document that says of each key, by its fragment, that its owner may sign and sign in with it.

    An Ed25519 key brings an X25519 key for sealing (did:key 0.9, 3.1.3).
    """
    methods = [verification_method(did, fragment, key, format) for fragment, key in keys.items()]
    ids = [method["id"] for method in methods]
    agreement = [
        verification_method(did, write_multikey(_x25519_of(key)), _x25519_of(key), _COMPANION.get(format, format))
        for key in keys.values()
        if key.kind == ED25519
    ]
    contexts = [_FORMATS[name][1] for name in dict.fromkeys((format, _COMPANION.get(format, format)))]
    document: dict[str, Any] = {"@context": [_DID_CONTEXT, *contexts], "id": did, "verificationMethod": methods}
    for purpose in ("authentication", "assertionMethod", "capabilityDelegation", "capabilityInvocation"):
        document[purpose] = ids
    return document | ({"keyAgreement": agreement} if agreement else {})


def verification_method(did: str, fragment: str, key: PublicKey, format: str = "Multikey") -> dict[str, Any]:
    """A key as a member of a DID document, in one of the forms.

    >>> verification_method("did:example:a", "k", PublicKey("Ed25519", bytes(32)), "JsonWebKey")["publicKeyJwk"]["crv"]
    'Ed25519'
    """
    method: dict[str, Any] = {"id": f"{did}#{fragment}", "type": format, "controller": did}
    if format.startswith("JsonWebKey"):
        return method | {"publicKeyJwk": as_jwk(key)}
    if format in _EXPERIMENTAL:
        return method | {"publicKeyBase58": base58btc(key.raw)}
    return method | {"publicKeyMultibase": write_multikey(key)}


def _key_of(did: str) -> PublicKey:
    if len(did) > MAX_DID or not did.startswith("did:") or _DID.fullmatch(did) is None:
        raise _Refusal("invalidDid")
    _, method, rest = did.split(":", 2)
    if method != "key":
        raise _Refusal("methodNotSupported")
    version, colon, text = rest.rpartition(":")
    if colon and _VERSION.fullmatch(version) is None:
        raise _Refusal("invalidDid")
    try:
        return read_multikey(text)
    except KeyLengthWrong as error:
        raise _Refusal("invalidPublicKeyLength") from error
    except KeyUnsupported as error:
        raise _Refusal("unsupportedPublicKeyType") from error
    except KeyInvalid as error:
        raise _Refusal("invalidPublicKey") from error
    except DidInvalid as error:
        raise _Refusal("invalidDid") from error


def _check_format(key: PublicKey, format: str, experimental: bool) -> None:
    if format not in _FORMATS:
        raise _Refusal("unsupportedPublicKeyType")
    if format in _EXPERIMENTAL and not experimental:
        raise _Refusal("invalidPublicKeyType")
    if key.kind not in _FORMATS[format][0]:
        raise _Refusal("invalidPublicKeyType")


def _dereferenced(url: str, format: str, experimental: bool) -> dict[str, Any]:
    did = re.split(r"[/?#]", url, maxsplit=1)[0]
    key = _key_of(did)
    after = _AFTER.fullmatch(url[len(did) :])
    if after is None:
        raise _Refusal("invalidDidUrl")
    keys = {_fragment(did): key}
    if key.kind == ED25519:
        keys[write_multikey(_x25519_of(key))] = _x25519_of(key)
    if after["path"] or after["query"] or after["fragment"] not in keys:
        raise _Refusal("notFound")
    found = keys[after["fragment"]]
    _check_format(found, format, experimental)
    return {"@context": [_FORMATS[format][1]], **verification_method(did, after["fragment"], found, format)}


def _fragment(did: str) -> str:
    return did.rpartition(":")[2]


def _x25519_of(key: PublicKey) -> PublicKey:
    return PublicKey(X25519, bindings.crypto_sign_ed25519_pk_to_curve25519(key.raw))


def resolution_of(
    document: dict[str, Any], *, is_url: bool, error: str | None = None, message: str | None = None
) -> Resolution:
    """A resolution result, or what dereferencing a URL gave; `error` by the name that the specifications give it."""
    about = {"contentType": "application/did+ld+json"} if error is None else {"error": error}
    about |= {} if message is None else {"message": message}
    body = {
        "@context": RESULT_CONTEXT,
        "didDocument": document,
        "didDocumentMetadata": {},
        "didDereferencingMetadata" if is_url else "didResolutionMetadata": about,
    }
    return Resolution(200 if error is None else _NOT_FOUND if error == "notFound" else _REFUSED, body)
