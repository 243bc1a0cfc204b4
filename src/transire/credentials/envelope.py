"""Credentials and presentations secured as a whole by a JSON Web Signature (Securing Verifiable Credentials using JOSE
and COSE 1.0): issue, wrap in a data: URL (VCDM 2.0, 4.12.1 and 4.13.2), verify.

The payload is the credential itself. Before version 1.0 it stood in a claim `vc`, which the standard now forbids; it is
read where envelope or token says that it is of the old kind (`application/jwt`, `typ` JWT), and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from transire.credentials.canonical import jcs, read_object
from transire.credentials.contexts import V2
from transire.credentials.errors import (
    EnvelopeMalformed,
    Expired,
    NotYetValid,
    ProofAudienceDiffers,
)
from transire.credentials.jose import read_jws, sign_jws
from transire.credentials.resolve import KeyResolver
from transire.credentials.structure import issuer_of
from transire.crypto.multikey import PublicKey, Signer

CREDENTIAL: Final = "EnvelopedVerifiableCredential"
PRESENTATION: Final = "EnvelopedVerifiablePresentation"

# Type of the envelope: media types that it may have, and the claim of before version 1.0.
_MEDIA: Final[Mapping[str, tuple[str, str]]] = {CREDENTIAL: ("vc+jwt", "vc"), PRESENTATION: ("vp+jwt", "vp")}
_OLD_MEDIA: Final = "application/jwt"
_SD_MEDIA: Final = "application/vc+sd-jwt"
_LAST_SECOND: Final = 253_402_300_799
"""The year 9999, beyond which no date can be written."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope holds, verified: the document, whose key signed, which key, and the claims beside it."""

    document: dict[str, Any]
    controller: str
    method: str
    key: PublicKey
    claims: Mapping[str, Any]


def sign_envelope(
    document: Mapping[str, Any], *, key: Signer, kid: str, claims: Mapping[str, Any] | None = None
) -> str:
    """A credential or presentation as compact JWS; `kid` is the verification method.

    >>> from transire.crypto.ecdsa import EcdsaKey, P384
    >>> key = EcdsaKey.from_number(P384, 7)
    >>> read_jws(sign_envelope({"type": "VerifiableCredential"}, key=key, kid="did:example:a#1")).header["typ"]
    'vc+jwt'
    """
    media = "vp+jwt" if "VerifiablePresentation" in _listed(document.get("type")) else "vc+jwt"
    header = {"kid": kid, "typ": media, "cty": media.removesuffix("+jwt")}
    return sign_jws(jcs({**document, **(claims or {})}), key, header)


def wrap(text: str, kind: str = CREDENTIAL) -> dict[str, Any]:
    """A compact JWS as an object that can stand where a credential stands."""
    return {"@context": V2, "id": f"data:application/{_MEDIA[kind][0]},{text}", "type": kind}


def wrap_sd_jwt(text: str) -> dict[str, Any]:
    """An SD-JWT as an object that can stand where a credential stands."""
    return {"@context": V2, "id": f"data:{_SD_MEDIA},{text}", "type": CREDENTIAL}


def claims_of(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """What an envelope says, with what was disclosed in its place; nothing of it is verified."""
    from transire.credentials.sd_jwt import read_sd_jwt, revealed_claims

    media, text = _data_of(envelope.get("id"), kind_of_envelope(envelope) or CREDENTIAL)
    return revealed_claims(read_sd_jwt(text)) if media == _SD_MEDIA else read_object(read_jws(text).payload)


def kind_of_envelope(document: Mapping[str, Any]) -> str | None:
    """Whether a document is an envelope, and of what."""
    return next((kind for kind in _MEDIA if kind in _listed(document.get("type"))), None)


def open_envelope(envelope: Mapping[str, Any], resolve: KeyResolver, *, at: datetime | None = None) -> Opened:
    """The document inside of an envelope whose form and signature hold."""
    kind = kind_of_envelope(envelope)
    if kind is None or _listed(envelope.get("type")) != [kind]:
        raise EnvelopeMalformed(expected=" or ".join(_MEDIA), got=repr(envelope.get("type"))[:80], where="/type")
    if V2 not in _listed(envelope.get("@context")):
        found = repr(envelope.get("@context"))[:120]
        raise EnvelopeMalformed(expected=V2, got=found, where="/@context")
    media, text = _data_of(envelope.get("id"), kind)
    if media == _SD_MEDIA:
        return open_sd_jwt(text, resolve, at=at)
    # The media type is not signed, and the token's own type is: a token of the old kind is one under either name.
    old = media == _OLD_MEDIA or read_jws(text).header.get("typ") == "JWT"
    return open_jws(text, resolve, kind=kind, old=old, at=at)


def open_jws(
    text: object, resolve: KeyResolver, *, kind: str = CREDENTIAL, old: bool = False, at: datetime | None = None
) -> Opened:
    """The document inside of a compact JWS whose signature holds; `at` asks for validity at that moment."""
    jws = read_jws(text)
    media, claim = _MEDIA[kind]
    allowed = (media, f"application/{media}", "JWT", None) if old else (media, f"application/{media}", None)
    if jws.header.get("typ") not in allowed:
        raise EnvelopeMalformed(expected=media, got=repr(jws.header.get("typ"))[:60], where="/typ")
    controller, key = jws.verified_by(resolve)
    claims = read_object(jws.payload)
    if not old and ("vc" in claims or "vp" in claims):
        # VC-JOSE-COSE 3.1.3: a credential beside the credential; which of the two is meant?
        raise EnvelopeMalformed(expected="the credential itself as payload", got="a claim vc or vp", where="/vc")
    document = claims.get(claim) if old else claims
    if not isinstance(document, dict):
        raise EnvelopeMalformed(expected=f"an object in the claim {claim}", got=repr(document)[:60], where=f"/{claim}")
    if not old:
        document = {name: value for name, value in claims.items() if name not in _REGISTERED}
    _check_claims(claims, document, at)
    return Opened(document, controller, jws.kid, key, claims)


def open_sd_jwt(
    text: object,
    resolve: KeyResolver,
    *,
    at: datetime | None = None,
    domain: str | None = None,
    challenge: str | None = None,
) -> Opened:
    """The credential inside of an SD-JWT, as far as it was disclosed; a challenge demands the holder's binding."""
    from transire.credentials.sd_jwt import read_sd_jwt, revealed_claims

    read = read_sd_jwt(text)
    controller, key = read.issued.verified_by(resolve)
    claims = revealed_claims(read, audience=domain, nonce=challenge)
    document = {name: value for name, value in claims.items() if name not in _REGISTERED}
    _check_claims(claims, document, at)
    return Opened(document, controller, read.issued.kid, key, claims)


# RFC 7519 4.1 and, for key confirmation, RFC 7800: about the token, not about the subject of the credential.
_REGISTERED: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf"})


def check_audience(opened: Opened, *, domain: str | None, challenge: str | None) -> None:
    """Refuse a presentation made for somebody else (`aud`) or for another challenge (`nonce`)."""
    audience = _listed(opened.claims.get("aud"))
    if domain is not None and domain not in audience:
        raise ProofAudienceDiffers(expected=domain, got=repr(opened.claims.get("aud"))[:120], where="/aud")
    if challenge is not None and opened.claims.get("nonce") != challenge:
        raise ProofAudienceDiffers(expected=challenge, got=repr(opened.claims.get("nonce"))[:120], where="/nonce")


def _data_of(value: object, kind: str) -> tuple[str, str]:
    """Media type and text of a data: URL (RFC 2397)."""
    if not isinstance(value, str) or not value.startswith("data:") or "," not in value:
        raise EnvelopeMalformed(expected="a data: URL", got=repr(value)[:60], where="/id")
    media, _, text = value.removeprefix("data:").partition(",")
    expected = f"application/{_MEDIA[kind][0]}"
    also = (_OLD_MEDIA, _SD_MEDIA) if kind == CREDENTIAL else (_OLD_MEDIA,)
    if media not in (expected, *also):
        raise EnvelopeMalformed(expected=expected, got=media[:60], where="/id")
    return media, text


def _check_claims(claims: Mapping[str, Any], document: Mapping[str, Any], at: datetime | None) -> None:
    """VC-JOSE-COSE 3.1.3: what stands twice says the same twice; RFC 7519 4.1.4 and 4.1.5."""
    party = document.get("holder") if "VerifiablePresentation" in _listed(document.get("type")) else None
    named = issuer_of(document) if document.get("issuer") else party
    named = named.get("id") if isinstance(named, Mapping) else named
    for name, stands in (("iss", named), ("jti", document.get("id"))):
        if name in claims and stands is not None and claims[name] != stands:
            raise EnvelopeMalformed(expected=repr(stands)[:120], got=repr(claims[name])[:120], where=f"/{name}")
    not_before, until = _moment(claims, "nbf"), _moment(claims, "exp")
    if at is not None and not_before is not None and at < not_before:
        raise NotYetValid(expected=f"from {not_before.isoformat()}", got=at.isoformat(), where="/nbf")
    if at is not None and until is not None and at >= until:
        raise Expired(expected=f"until {until.isoformat()}", got=at.isoformat(), where="/exp")


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        raise EnvelopeMalformed(expected="seconds since 1970", got=repr(value)[:40], where=f"/{name}")
    return datetime.fromtimestamp(value, UTC)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
