"""Selective disclosure for JWTs (RFC 9901) around a credential: application/vc+sd-jwt (VC-JOSE-COSE 1.0, 3.2).

The issuer signs digests in the place of the parts that may be withheld; each part travels beside as a disclosure with a
salt, so that a digest does not tell a part that could be guessed. The holder passes on the disclosures it chooses, and
may bind the presentation to its key, an audience and a nonce (section 4.3).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from transire.credentials.canonical import jcs, jcs_any, read_any, read_object
from transire.credentials.errors import DisclosureRefused, NothingDisclosed, PointerUnmatched, ProofAudienceDiffers
from transire.credentials.jose import MAX_TEXT, Jws, read_jws, sign_jws
from transire.credentials.pointers import path_of
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid
from transire.crypto.multikey import Signer, as_jwk, of_jwk, public_key_of

MEDIA: Final = "vc+sd-jwt"
_TYPES: Final = frozenset({MEDIA, f"application/{MEDIA}"})
_BINDING: Final = "kb+jwt"
_ALGORITHM: Final = "sha-256"
MAX_DISCLOSURES: Final = 1_024
_SALT_SIZE: Final = 16
_MAX_LEVELS: Final = 32

# What tells a verifier which credential this is and whether it still holds is always shown (VC-JOSE-COSE 3.2.1).
_NEVER: Final = frozenset(
    {"@context", "id", "type", "issuer", "validFrom", "validUntil", "credentialStatus", "credentialSchema", "cnf"}
)

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SdJwt:
    """An SD-JWT taken apart: the issuer's signature, the disclosures as text, the holder's binding."""

    issued: Jws
    issued_text: str
    disclosures: tuple[str, ...]
    binding: str | None

    @property
    def bound_text(self) -> str:
        """What the holder's binding covers: everything before it (4.3.1)."""
        return "~".join((self.issued_text, *self.disclosures, ""))


def disclosable_of(credential: Mapping[str, Any]) -> list[str]:
    """The parts that may be withheld unless the issuer says otherwise: each claim about the subject.

    >>> disclosable_of({"credentialSubject": {"id": "did:example:a", "price": "12.50"}})
    ['/credentialSubject/price']
    """
    subject = credential.get("credentialSubject")
    several = isinstance(subject, list)
    found = []
    for index, one in enumerate(subject if isinstance(subject, list) else [subject]):
        prefix = f"/credentialSubject/{index}" if several else "/credentialSubject"
        names = (name for name in one or () if name not in ("id", "type"))
        found += [f"{prefix}/{name.replace('~', '~0').replace('/', '~1')}" for name in names]
    return found


def issue_sd_jwt(
    credential: Mapping[str, Any],
    *,
    key: Signer,
    kid: str,
    pointers: Sequence[object],
    holder: Signer | None = None,
) -> str:
    """A credential as SD-JWT with all of its disclosures, for the holder. `holder` is whose key must present it.

    >>> from transire.crypto.ecdsa import EcdsaKey, P384
    >>> key = EcdsaKey.from_number(P384, 7)
    >>> text = issue_sd_jwt({"credentialSubject": {"price": "1"}}, key=key, kid="did:example:a#1",
    ...                     pointers=["/credentialSubject/price"])
    >>> "price" in str(read_jws(text.split("~")[0]).payload), len(text.split("~"))
    (False, 3)
    """
    wanted = {_checked(credential, pointer) for pointer in pointers}
    concealed = _Concealment(wanted)
    payload = concealed.of(dict(credential), ())
    payload["_sd_alg"] = _ALGORITHM
    if holder is not None:
        payload["cnf"] = {"jwk": as_jwk(public_key_of(holder))}
    text = sign_jws(jcs(payload), key, {"kid": kid, "typ": MEDIA, "cty": "vc"})
    return "~".join((text, *concealed.disclosures, ""))


def conceal(
    credential: Mapping[str, Any], places: set[_Path], salt_of: Callable[[_Path], str]
) -> tuple[bytes, dict[_Path, str]]:
    """The payload with digests in the place of these parts, and the disclosure of each. Equal salts give the same."""
    concealed = _Concealment(places, salt_of)
    payload = concealed.of(dict(credential), ()) | {"_sd_alg": _ALGORITHM}
    return jcs(payload), concealed.places


def sign_concealed(payload: bytes, *, key: Signer, kid: str) -> str:
    """The issuer's signature over such a payload: an SD-JWT without its disclosures."""
    return sign_jws(payload, key, {"kid": kid, "typ": MEDIA, "cty": "vc"})


def read_sd_jwt(text: object) -> SdJwt:
    """Take an SD-JWT apart; nothing of it is believed yet."""
    if not isinstance(text, str) or len(text) > MAX_TEXT or "~" not in text:
        raise DisclosureRefused(expected="a signature and disclosures with ~ between them", got=repr(text)[:60])
    issued, *disclosures, binding = text.split("~")
    if len(disclosures) > MAX_DISCLOSURES:
        raise DisclosureRefused(expected=f"at most {MAX_DISCLOSURES} disclosures", got=len(disclosures))
    return SdJwt(read_jws(issued), issued, tuple(disclosures), binding or None)


def show_sd_jwt(
    text: str,
    pointers: Sequence[object],
    *,
    holder: Signer | None = None,
    audience: str | None = None,
    nonce: str | None = None,
    at: datetime | None = None,
) -> str:
    """A presentation with the disclosures that these pointers need, bound to the holder's key where one is given."""
    read = read_sd_jwt(text)
    revealed = _Revelation(read.disclosures)
    document = revealed.of(read_object(read.issued.payload))
    needed: set[str] = set()
    for pointer in pointers:
        path = path_of(document, pointer)
        needed |= {
            text for place, text in revealed.places.items() if place == path[: len(place)] or path == place[: len(path)]
        }
    if not needed:
        raise NothingDisclosed(expected="a part that can be shown or withheld", got=repr(list(pointers))[:120])
    shown = "~".join((read.issued_text, *(one for one in read.disclosures if one in needed), ""))
    if holder is None:
        return shown
    claims = {
        "aud": audience,
        "iat": int((at or datetime.now(UTC)).timestamp()),
        "nonce": nonce,
        "sd_hash": b64url(sha256(shown.encode())),
    }
    return shown + sign_jws(jcs(claims), holder, {"typ": _BINDING})


def revealed_claims(read: SdJwt, *, audience: str | None = None, nonce: str | None = None) -> dict[str, Any]:
    """The claims with what was disclosed in its place; the issuer's signature is the caller's business.

    A holder's binding is verified when it is there, and demanded when a nonce was given out.
    """
    if read.issued.header.get("typ") not in _TYPES:
        raise DisclosureRefused(expected=MEDIA, got=repr(read.issued.header.get("typ"))[:60], where="/typ")
    claims = read_object(read.issued.payload)
    if claims.get("_sd_alg", _ALGORITHM) != _ALGORITHM:
        raise DisclosureRefused(expected=_ALGORITHM, got=repr(claims["_sd_alg"])[:40], where="/_sd_alg")
    revelation = _Revelation(read.disclosures)
    document = revelation.of(claims)
    revelation.check_all_used()
    if read.binding is not None or nonce is not None or audience is not None:
        _check_binding(read, document.get("cnf"), audience, nonce)
    return document


def _check_binding(read: SdJwt, cnf: object, audience: str | None, nonce: str | None) -> None:
    """7.3: the holder's key, over exactly these disclosures, for this audience and nonce."""
    jwk = cnf.get("jwk") if isinstance(cnf, Mapping) else None
    if read.binding is None or not isinstance(jwk, Mapping):
        raise DisclosureRefused(expected="a binding by the holder's key", got="none", where="/cnf")
    binding = read_jws(read.binding)
    if binding.header.get("typ") != _BINDING:
        raise DisclosureRefused(expected=_BINDING, got=repr(binding.header.get("typ"))[:40], where="/typ")
    binding.verify(of_jwk(jwk))
    claims = read_object(binding.payload)
    if claims.get("sd_hash") != b64url(sha256(read.bound_text.encode())):
        raise DisclosureRefused(expected="the digest of what is presented", got="another", where="/sd_hash")
    for name, wanted in (("aud", audience), ("nonce", nonce)):
        if wanted is not None and claims.get(name) != wanted:
            raise ProofAudienceDiffers(expected=wanted, got=repr(claims.get(name))[:120], where=f"/{name}")


class _Concealment:
    """Puts digests in the place of chosen parts, the inner ones first (4.2)."""

    def __init__(self, wanted: set[_Path], salt_of: Callable[[_Path], str] | None = None) -> None:
        self._wanted = wanted
        self._salt_of = salt_of or (lambda _: _salt())
        self.places: dict[_Path, str] = {}

    @property
    def disclosures(self) -> list[str]:
        return list(self.places.values())

    def of(self, value: Any, path: _Path) -> Any:
        if isinstance(value, list):
            return [self._element(item, (*path, index)) for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        shown, digests = {}, []
        for name, member in value.items():
            inner = self.of(member, (*path, name))
            if (*path, name) in self._wanted:
                place = (*path, name)
                digests.append(self._disclose(place, [self._salt_of(place), name, inner]))
            else:
                shown[name] = inner
        # Sorted, so that the order does not tell which name a digest hides (4.2.4.1).
        return {**shown, "_sd": sorted(digests)} if digests else shown

    def _element(self, item: Any, path: _Path) -> Any:
        inner = self.of(item, path)
        return {"...": self._disclose(path, [self._salt_of(path), inner])} if path in self._wanted else inner

    def _disclose(self, path: _Path, parts: list[Any]) -> str:
        text = self.places[path] = b64url(jcs_any(parts))
        return _digest(text)


class _Revelation:
    """Puts disclosed parts back in the place of their digests (7.1), each once."""

    def __init__(self, disclosures: Sequence[str]) -> None:
        self._by_digest = {_digest(text): text for text in disclosures}
        if len(self._by_digest) != len(disclosures):
            raise DisclosureRefused(expected="each disclosure once", got="one twice")
        self._seen: set[str] = set()
        self._used: set[str] = set()
        self.places: dict[_Path, str] = {}

    def of(self, claims: dict[str, Any]) -> dict[str, Any]:
        """The claims as a reader sees them."""
        document: dict[str, Any] = self._value({k: v for k, v in claims.items() if k != "_sd_alg"}, (), 0)
        return document

    def check_all_used(self) -> None:
        """Refuse a disclosure that no digest stands for (7.1 step 5)."""
        unused = set(self._by_digest) - self._used
        if unused:
            raise DisclosureRefused(expected="disclosures of what the issuer signed", got=f"{len(unused)} others")

    def _value(self, value: Any, path: _Path, level: int) -> Any:
        if level > _MAX_LEVELS:
            raise DisclosureRefused(expected=f"at most {_MAX_LEVELS} levels", got="more")
        if isinstance(value, list):
            return self._elements(value, path, level)
        if not isinstance(value, dict):
            return value
        if "..." in value:
            raise DisclosureRefused(expected="a digest in an array", got="one in an object")
        # Text and numbers are most of a document, and conceal nothing.
        found = {
            k: self._value(v, (*path, k), level + 1) if v.__class__ is dict or v.__class__ is list else v
            for k, v in value.items()
            if k != "_sd"
        }
        for digest in self._digests(value.get("_sd", [])):
            text = self._take(digest)
            if text is not None:
                name, inner = _member_of(text)
                if name in found:
                    raise DisclosureRefused(expected="a name that is not there", got=name[:60])
                self.places[(*path, name)] = text
                found[name] = self._value(inner, (*path, name), level + 1)
        return found

    def _elements(self, value: list[Any], path: _Path, level: int) -> list[Any]:
        found: list[Any] = []
        for item in value:
            place = (*path, len(found))
            if not (isinstance(item, dict) and "..." in item):
                found.append(self._value(item, place, level + 1))
                continue
            if len(item) != 1:
                raise DisclosureRefused(expected="a digest alone", got=", ".join(sorted(item))[:60])
            text = self._take(*self._digests([item["..."]]))
            if text is not None:
                self.places[place] = text
                found.append(self._value(_element_of(text), place, level + 1))
        return found

    def _digests(self, listed: Any) -> list[str]:
        if not isinstance(listed, list) or not all(isinstance(digest, str) for digest in listed):
            raise DisclosureRefused(expected="digests as text", got=repr(listed)[:60])
        for digest in listed:
            if digest in self._seen:
                raise DisclosureRefused(expected="each digest once", got=digest[:60])
            self._seen.add(digest)
        return listed

    def _take(self, digest: str) -> str | None:
        text = self._by_digest.get(digest)
        if text is not None:
            self._used.add(digest)
        return text


def _member_of(text: str) -> tuple[str, Any]:
    parts = _parts(text, 3)
    name = parts[1]
    if not isinstance(name, str) or name in ("_sd", "..."):
        raise DisclosureRefused(expected="the name of a member", got=repr(name)[:60])
    return name, parts[2]


def _element_of(text: str) -> Any:
    return _parts(text, 2)[1]


def _parts(text: str, count: int) -> list[Any]:
    try:
        parts = read_any(unb64url(text))
    except EncodingInvalid as error:
        raise DisclosureRefused(expected="base64url without padding", got=error.got) from error
    if not isinstance(parts, list) or len(parts) != count or not isinstance(parts[0], str):
        raise DisclosureRefused(expected=f"an array of {count} that begins with a salt", got=repr(parts)[:60])
    return parts


def _checked(credential: Mapping[str, Any], pointer: object) -> _Path:
    path = path_of(credential, pointer)
    if not path or path[0] in _NEVER or any(step in ("@context", "_sd", "...") for step in path):
        raise PointerUnmatched(expected="a part that may be withheld", got=repr(pointer)[:120])
    return path


def _digest(text: str) -> str:
    return b64url(sha256(text.encode()))


def _salt() -> str:
    return b64url(os.urandom(_SALT_SIZE))
