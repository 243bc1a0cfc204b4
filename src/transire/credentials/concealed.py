"""A credential as an SD-JWT whose disclosures nobody has to keep: they follow from credential and document salt.

The issuer signs once, beside the credential, a payload in which every part of the subject is a digest, the inner ones
inside the outer ones, so that not even how many goods there are is told. The salt of a part is derived from the salt of
the document and the part's place; a disclosure tells its own salt and no other. This token is one more representation
under the document's commitment: whoever holds the document works the disclosures out, compares the token with the
credential, and hands on the parts it chooses. When the document's salt is destroyed, all of them are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from transire.credentials.errors import DisclosureRefused, NothingDisclosed, PointerUnmatched
from transire.credentials.jose import MAX_TEXT
from transire.credentials.pointers import path_of
from transire.credentials.resolve import KeyResolver
from transire.credentials.sd_jwt import MAX_DISCLOSURES, conceal, read_sd_jwt, sign_concealed
from transire.crypto.digests import hkdf_sha256
from transire.crypto.encoding import b64url
from transire.crypto.multikey import Signer

CONCEALED: Final = "application/vc+sd-jwt"
"""The media type of the representation: the token alone, without any disclosure."""
DISCLOSABLE: Final = (
    "certification-of-origin/",
    "commercial-invoice/",
    "packing-list/",
    "bill-of-lading/",
    "air-waybill/",
    "purchase-order/",
    "mill-test-report/",
    "phytosanitary-certificate/",
)
"""Beginnings of the schema ids whose documents are issued with it: what travels to those who may not see all of it."""

_INFO: Final = b"transire/disclosure/v1"
_SALT_SIZE: Final = 16
_SUBJECT: Final = "credentialSubject"

_Path = tuple[str | int, ...]


def conceal_credential(credential: Mapping[str, Any], *, salt: bytes, key: Signer) -> bytes | None:
    """The token of a signed credential; None where it has more parts than a reader would take.

    Its `kid` is the method of the credential's own proof: both are signed by one key.
    """
    if len(_places(credential)) > MAX_DISCLOSURES:
        return None
    payload, _ = _concealed(credential, salt)
    token = sign_concealed(payload, key=key, kid=credential["proof"]["verificationMethod"])
    return token.encode() if len(token) <= MAX_TEXT else None


def compare_concealed(credential: Mapping[str, Any], token: bytes, *, salt: bytes, resolve: KeyResolver) -> None:
    """Refuse a token that says anything but what the credential says, or that its issuer did not sign."""
    read = read_sd_jwt(f"{token.decode('ascii', 'replace')}~")
    payload, _ = _concealed(credential, salt)
    if read.issued.payload != payload:
        raise DisclosureRefused(expected="the digests of what the credential says", got="others")
    controller, _ = read.issued.verified_by(resolve)
    if controller != issuer_of(credential):
        raise DisclosureRefused(expected=issuer_of(credential), got=controller, where="/kid")


def disclose(credential: Mapping[str, Any], token: bytes, *, salt: bytes, pointers: Sequence[str]) -> str:
    """A presentation that shows the parts of the subject that these pointers name, and nothing else of it."""
    subject = credential[_SUBJECT]
    chosen = [(_SUBJECT, *path_of(subject, pointer)) for pointer in dict.fromkeys(pointers)]
    if not chosen:
        raise NothingDisclosed(expected="a part of the document", got="none")
    if any(len(path) < 2 for path in chosen):
        raise PointerUnmatched(expected="a part of the document", got="all of it")
    _, places = _concealed(credential, salt)
    shown = [text for place, text in places.items() if any(_belongs(place, path) for path in chosen)]
    return "~".join((token.decode("ascii"), *shown, ""))


def shown_pointers(credential: Mapping[str, Any], presentation: str, *, salt: bytes) -> list[str]:
    """Which single fields of the subject a presentation of this credential shows, as pointers into the subject."""
    _, places = _concealed(credential, salt)
    shown = set(presentation.split("~")[1:])
    return [
        _pointer(place[1:])
        for place, text in places.items()
        if text in shown and not isinstance(_value_at(credential, place), Mapping | list)
    ]


def issuer_of(credential: Mapping[str, Any]) -> str:
    """The issuer's DID, named alone or with its particulars."""
    issuer = credential["issuer"]
    return str(issuer["id"] if isinstance(issuer, Mapping) else issuer)


def _belongs(place: _Path, path: _Path) -> bool:
    """Whether a part lies in the chosen one, or on the way to it."""
    shorter = min(len(place), len(path))
    return place[:shorter] == path[:shorter]


def _concealed(credential: Mapping[str, Any], salt: bytes) -> tuple[bytes, dict[_Path, str]]:
    bare = {name: value for name, value in credential.items() if name != "proof"}
    return conceal(bare, _places(credential), lambda path: _salt_of(salt, path))


def _salt_of(salt: bytes, path: _Path) -> str:
    """Of the place as it is spelt in a JSON pointer: numbers and names are told apart by what they stand in."""
    return b64url(hkdf_sha256(salt, salt=b"", info=_INFO + _pointer(path).encode(), length=_SALT_SIZE))


def _pointer(path: _Path) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def _value_at(value: Any, path: _Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _places(credential: Mapping[str, Any]) -> set[_Path]:
    """Every part of the subject. Its type is that of the credential, which is always shown."""
    subject = credential[_SUBJECT]
    return {path for path in _walk(subject, (_SUBJECT,)) if path != (_SUBJECT, "type")}


def _walk(value: Any, path: _Path) -> Iterator[_Path]:
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*path, step)
        yield from _walk(inner, (*path, step))
