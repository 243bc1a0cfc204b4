"""Sealed letters for parties outside of the network: JSON Web Encryption (RFC 7516) by ECDH-ES and AES-GCM.

Members seal for one another with HPKE (spec/sealing.md). A bank or a buyer that runs no node has a tool that reads JWE,
so this is what it gets: ECDH-ES (RFC 7518 4.6) over X25519 (RFC 8037 3.2), P-256 or P-384, with AES key wrap unless the
other side asked for less, and AES-GCM. The primitives are those of `cryptography`, which the house has for HPKE and
ECDSA anyway; of a JOSE library nine tenths would have to be switched off again (RSA, passwords, compression).

Not read, on purpose: `zip` (a few bytes that swell to gigabytes), RSA and passwords, CBC, anything critical.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from transire.credentials.canonical import jcs, read_object
from transire.credentials.errors import JweMalformed, JweRecipientUnfit, JweUnopened, KeyUnresolved
from transire.credentials.resolve import key_of, methods_of
from transire.crypto.digests import sha256
from transire.crypto.ecdh import KINDS, EcdhKey
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import DidInvalid, EncodingInvalid, KeyInvalid
from transire.crypto.multikey import PublicKey, as_jwk, of_jwk

MAX_PLAINTEXT: Final = 4 * 1024 * 1024
MAX_TEXT: Final = 8 * 1024 * 1024
MAX_RECIPIENTS: Final = 64
MAX_HEADER: Final = 8_192

_SEALED_BY: Final = "ECDH-ES+A256KW"
_CONTENT: Final = "A256GCM"
_WRAPS: Final = {"ECDH-ES": 0, "ECDH-ES+A128KW": 16, "ECDH-ES+A192KW": 24, "ECDH-ES+A256KW": 32}
_CONTENTS: Final = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32}
_NONCE: Final = 12
_TAG: Final = 16


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom something is sealed: a public key, and the name by which its owner knows it."""

    key: PublicKey
    kid: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What was in it, and what its header says: `cty` is its media type. Who sealed it is not told by anything."""

    plaintext: bytes
    header: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A JWE taken apart, for one of its recipients."""

    header: Mapping[str, Any]
    wrapped: bytes
    nonce: bytes
    ciphertext: bytes
    aad: bytes


def seal(plaintext: bytes, recipients: Sequence[Recipient], *, cty: str | None = None) -> str:
    """Seal for one recipient as compact text, for several as JSON with a wrapped key for each.

    >>> mine = EcdhKey.generate("X25519")
    >>> letter = seal(b"price: 12.50", [Recipient(mine.public_key, "did:web:buyer.example#k1")], cty="text/plain")
    >>> open_letter(letter, [mine]).plaintext
    b'price: 12.50'
    """
    if not 0 < len(recipients) <= MAX_RECIPIENTS:
        raise JweRecipientUnfit(expected=f"1 to {MAX_RECIPIENTS} recipients", got=len(recipients))
    if len(plaintext) > MAX_PLAINTEXT:
        raise JweMalformed(expected=f"at most {MAX_PLAINTEXT} bytes", got=len(plaintext))
    content_key, nonce = os.urandom(_CONTENTS[_CONTENT]), os.urandom(_NONCE)
    common = {"enc": _CONTENT, **({} if cty is None else {"cty": cty})}
    wrapped = [_wrap(content_key, recipient) for recipient in recipients]
    protected = {**common, **wrapped[0][0]} if len(wrapped) == 1 else common
    first = b64url(jcs(protected))
    sealed = AESGCM(content_key).encrypt(nonce, plaintext, first.encode())
    parts = [b64url(part) for part in (nonce, sealed[:-_TAG], sealed[-_TAG:])]
    if len(wrapped) == 1:
        return ".".join((first, b64url(wrapped[0][1]), *parts))
    listed = [{"header": header, "encrypted_key": b64url(key)} for header, key in wrapped]
    body = {"protected": first, "recipients": listed, **dict(zip(("iv", "ciphertext", "tag"), parts, strict=True))}
    return jcs(body).decode()


def recipient_of(document: Mapping[str, Any]) -> Recipient:
    """For whom a public JWK or a DID document lets others seal: the first key of keyAgreement that is known here.

    >>> recipient_of({"kty": "OKP", "crv": "X25519", "x": "A" * 43, "kid": "k1"}).kid
    'k1'
    """
    if "kty" in document:
        kid = document.get("kid")
        return Recipient(_known(document), kid if isinstance(kid, str) else None)
    for method, listed in methods_of(document, ("keyAgreement",)):
        if not listed:
            continue
        try:
            key = key_of(method, str(document.get("id")), str(method.get("id"))[:120])
        except KeyUnresolved:
            continue
        if key.kind in KINDS:
            return Recipient(key, str(method.get("id")))
    raise JweRecipientUnfit(expected="a public JWK, or a DID document with keyAgreement", got=", ".join(document)[:120])


def thumbprint(key: PublicKey) -> str:
    """The name of a key by what it is (RFC 7638).

    >>> thumbprint(PublicKey("X25519", bytes(32)))[:8]
    'pQ_Ju9rG'
    """
    return b64url(sha256(jcs(as_jwk(key))))


def _known(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        key = of_jwk(jwk)
    except (KeyInvalid, DidInvalid, EncodingInvalid) as error:
        raise JweRecipientUnfit(expected=error.expected, got=error.got) from error
    if key.kind not in KINDS:
        raise JweRecipientUnfit(expected=" or ".join(KINDS), got=key.kind)
    return key


def open_letter(text: str, keys: Sequence[EcdhKey]) -> Letter:
    """Open a letter with the one of these keys that it was sealed for."""
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise JweMalformed(expected=f"at most {MAX_TEXT} characters", got=repr(text)[:60])
    text = text.strip()
    for sealed in _of_json(text) if text.startswith("{") else [_of_compact(text)]:
        for key in keys:
            content_key = _unwrap(sealed, key)
            if content_key is not None:
                try:
                    plain = AESGCM(content_key).decrypt(sealed.nonce, sealed.ciphertext, sealed.aad)
                except InvalidTag:
                    continue
                return Letter(plain, sealed.header)
    raise JweUnopened(expected="a key that it was sealed for", got=", ".join(str(key.public_key.kind) for key in keys))


def _wrap(content_key: bytes, recipient: Recipient) -> tuple[dict[str, Any], bytes]:
    """The header of one recipient, and the content key wrapped for it under a key of this letter alone."""
    try:
        own = EcdhKey.generate(recipient.key.kind)
        shared = own.shared_with(recipient.key)
    except KeyInvalid as error:
        raise JweRecipientUnfit(expected=error.expected, got=error.got) from error
    header: dict[str, Any] = {"alg": _SEALED_BY, "epk": as_jwk(own.public_key)}
    if recipient.kid is not None:
        header["kid"] = recipient.kid
    return header, aes_key_wrap(_derived(shared, header, _SEALED_BY, _WRAPS[_SEALED_BY]), content_key)


def _unwrap(sealed: _Sealed, key: EcdhKey) -> bytes | None:
    """The content key, if the letter was sealed for this key; None else."""
    algorithm, content = sealed.header["alg"], sealed.header["enc"]
    try:
        epk = of_jwk(sealed.header["epk"])
        shared = key.shared_with(epk) if epk.kind == key.public_key.kind else None
    except (KeyInvalid, DidInvalid, EncodingInvalid) as error:
        raise JweMalformed(expected="a public key of this letter", got=str(error)[:120], where="/epk") from error
    if shared is None:
        return None
    if not _WRAPS[algorithm]:
        return None if sealed.wrapped else _derived(shared, sealed.header, content, _CONTENTS[content])
    try:
        found = aes_key_unwrap(_derived(shared, sealed.header, algorithm, _WRAPS[algorithm]), sealed.wrapped)
    except (InvalidUnwrap, ValueError):
        return None
    return found if len(found) == _CONTENTS[content] else None


def _derived(shared: bytes, header: Mapping[str, Any], algorithm: str, size: int) -> bytes:
    """Concat KDF with the names of both parties, as far as the header tells them (RFC 7518 4.6.2)."""
    parts = [algorithm.encode(), *(_bytes(header.get(name, ""), f"/{name}") for name in ("apu", "apv"))]
    about = b"".join(len(part).to_bytes(4, "big") + part for part in parts) + (8 * size).to_bytes(4, "big")
    return ConcatKDFHash(hashes.SHA256(), size, about).derive(shared)


def _of_compact(text: str) -> _Sealed:
    if text.count(".") != 4:
        raise JweMalformed(expected="five parts with full stops between them", got=repr(text)[:60])
    first, wrapped, *rest = text.split(".")
    return _sealed(_header(first), wrapped, rest, first.encode())


def _of_json(text: str) -> list[_Sealed]:
    """The general and the flattened form (RFC 7516 7.2), once for each recipient."""
    body = read_object(text.encode(), limit=MAX_TEXT)
    recipients = body.get("recipients", [{name: body[name] for name in ("header", "encrypted_key") if name in body}])
    if not isinstance(recipients, list) or not 0 < len(recipients) <= MAX_RECIPIENTS:
        raise JweMalformed(expected=f"1 to {MAX_RECIPIENTS} recipients", got=repr(recipients)[:60], where="/recipients")
    protected = str(body.get("protected", ""))
    aad = protected.encode() + (b"." + str(body["aad"]).encode() if "aad" in body else b"")
    rest = [body.get(name) for name in ("iv", "ciphertext", "tag")]
    bound = _header(protected)
    if "enc" not in bound:
        raise JweMalformed(expected="enc in the protected header", got=", ".join(bound)[:80], where="/protected")
    common = _joined(bound, body.get("unprotected", {}), "/unprotected")
    found, refused = [], []
    for index, each in enumerate(recipients):
        try:
            found.append(_for_one(common, each, rest, aad, f"/recipients/{index}"))
        except JweMalformed as error:  # perhaps sealed for somebody else in a way that is not opened here
            refused.append(error)
    if not found:
        raise refused[0]
    return found


def _for_one(common: Mapping[str, Any], each: object, rest: Sequence[object], aad: bytes, where: str) -> _Sealed:
    if not isinstance(each, Mapping):
        raise JweMalformed(expected="an object", got=repr(each)[:60], where=where)
    header = _joined(common, each.get("header", {}), f"{where}/header")
    return _sealed(header, each.get("encrypted_key", ""), rest, aad)


def _joined(first: Mapping[str, Any], second: object, where: str) -> dict[str, Any]:
    """Two headers of one letter; no name stands in both (RFC 7516 7.2.1)."""
    if not isinstance(second, Mapping) or first.keys() & second.keys():
        raise JweMalformed(expected="a header with names of its own", got=repr(second)[:80], where=where)
    return {**first, **second}


def _header(text: str) -> dict[str, Any]:
    return read_object(_bytes(text, "/protected"), limit=MAX_HEADER)


def _sealed(header: Mapping[str, Any], wrapped: object, rest: Sequence[object], aad: bytes) -> _Sealed:
    _check_header(header)
    nonce, ciphertext, tag = (
        _bytes(value, where) for value, where in zip(rest, ("/iv", "/ciphertext", "/tag"), strict=True)
    )
    if len(nonce) != _NONCE or len(tag) != _TAG:
        raise JweMalformed(expected="12 bytes of iv and 16 of tag", got=f"{len(nonce)} and {len(tag)}")
    return _Sealed(header, _bytes(wrapped, "/encrypted_key"), nonce, ciphertext + tag, aad)


def _check_header(header: Mapping[str, Any]) -> None:
    for name, known in (("alg", _WRAPS), ("enc", _CONTENTS)):
        found = header.get(name)
        if not isinstance(found, str) or found not in known:
            raise JweMalformed(expected=" or ".join(known), got=repr(found)[:60], where=f"/{name}")
    if "zip" in header or "crit" in header:
        raise JweMalformed(expected="neither compression nor critical extensions", got=repr(dict(header))[:120])
    if not isinstance(header.get("epk"), Mapping):
        raise JweMalformed(expected="epk", got=repr(header.get("epk"))[:60], where="/epk")


def _bytes(value: object, where: str) -> bytes:
    if not isinstance(value, str):
        raise JweMalformed(expected="base64url", got=repr(value)[:60], where=where)
    try:
        return unb64url(value)
    except EncodingInvalid as error:
        raise JweMalformed(expected="base64url without padding", got=error.got, where=where) from error
