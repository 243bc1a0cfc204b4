"""The form of credentials and presentations: W3C Verifiable Credentials Data Model 2.0, sections 4 and 6.

Each check names the section it follows and says where, what was found and what was expected. Meaning of words is
`terms`, signatures are `proofs`; an input that has passed here may still be signed by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any, Final

from transire.credentials.contexts import V2, ContextRegistry, is_url
from transire.credentials.errors import (
    ContextMalformed,
    ContextOrder,
    CredentialMalformed,
    DateMalformed,
    IdNotUrl,
    RelatedResourceRefused,
    SubjectEmpty,
    TypeMissing,
    ValidityReversed,
)
from transire.crypto.encoding import b64url, base58btc, unb64url, unmultibase
from transire.crypto.errors import EncodingInvalid

# XML Schema 1.1 dateTimeStamp: the time zone is part of it, and lies within fourteen hours (part 2, 3.3.7). Fractions
# beyond microseconds are cut when compared.
_ZONE: Final = r"Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)"
_STAMP: Final = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})(\.[0-9]{{1,18}})?({_ZONE})"
)
_LANGUAGE_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

# 4.5: each of these has a type.
_TYPED_PARTS: Final = ("credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema", "proof")

Document = Mapping[str, Any]
_OBJECT: Final = (dict, Mapping)
"""What is an object; whether it is a `dict` is asked first, since that is quickly told."""


def check_credential(credential: Document, contexts: ContextRegistry) -> None:
    """Refuse what is not a credential by its form; `contexts` are for the digests of related resources."""
    if isinstance(credential, _OBJECT):
        _check_contexts(credential.get("@context"))
    check_parts(credential, contexts)
    _check_validity(credential)


def check_parts(credential: Document, contexts: ContextRegistry) -> None:
    """What the data models 1.1 and 2.0 demand alike: identifier, types, issuer, subjects, and types of the parts."""
    _check_opening(credential, "VerifiableCredential")
    _check_issuer(credential.get("issuer"))
    _check_subjects(credential.get("credentialSubject"))
    for name in ("name", "description"):
        _check_language_value(credential.get(name), f"/{name}")
    for name in [name for name in _TYPED_PARTS if name in credential]:
        for part, where in _objects(credential, name):
            _check_typed(part, where)
    for schema, where in _objects(credential, "credentialSchema"):
        # VCDM 2.0 4.11: the id of a schema is required.
        require_url(schema.get("id"), f"{where}/id")
    _check_related(credential, contexts)


def check_presentation(presentation: Document, contexts: ContextRegistry) -> None:
    """Refuse what is not a presentation by its form (VCDM 2.0 4.13); its credentials must have theirs."""
    if isinstance(presentation, Mapping):
        _check_contexts(presentation.get("@context"))
    _check_opening(presentation, "VerifiablePresentation")
    holder = presentation.get("holder")
    if holder is not None:
        require_url(holder.get("id") if isinstance(holder, dict) else holder, "/holder")
    for held, where in _objects(presentation, "verifiableCredential"):
        _check_held(held, where, contexts)


def read_stamp(value: object, where: str, *, utc: bool = False) -> datetime:
    """A dateTimeStamp as a moment; with `utc` one without a time zone is in UTC (VC Data Integrity 2.1).

    >>> read_stamp("2023-02-25T19:10:39-06:00", "/validFrom").isoformat()
    '2023-02-25T19:10:39-06:00'
    """
    match = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if match is None and utc and isinstance(value, str):
        match = _STAMP.fullmatch(f"{value}Z")
    if match is None:
        raise DateMalformed(expected="a date, time and time zone", got=repr(value)[:60], where=where)
    try:
        # Six digits of fraction are what Python keeps.
        moment = datetime.fromisoformat(match[1] + (match[2] or "")[:7] + match[3])
        if moment.year in (MINYEAR, MAXYEAR):
            moment.astimezone(UTC)  # the first and last hours of the calendar may lie outside of it in UTC
    except (ValueError, OverflowError) as error:
        raise DateMalformed(expected="a day of the calendar", got=repr(value)[:60], where=where) from error
    return moment


def issuer_of(credential: Document) -> str:
    """The issuer's identifier, whether it stands alone or in an object."""
    issuer = credential["issuer"]
    return issuer if isinstance(issuer, str) else str(issuer["id"] if isinstance(issuer, Mapping) else issuer)


def types_of(document: Document) -> tuple[str, ...]:
    """The types of a document that has passed the check of form."""
    found = document["type"]
    return (found,) if isinstance(found, str) else tuple(found)


def require_url(value: object, where: str) -> None:
    """Refuse anything but one absolute URL."""
    if not is_url(value):
        raise IdNotUrl(expected="one absolute URL", got=repr(value)[:120], where=where)


def _check_opening(document: Document, kind: str) -> None:
    """Identifier (4.4) and types (4.5)."""
    if not isinstance(document, _OBJECT):
        raise CredentialMalformed(expected="a JSON object", got=type(document).__name__)
    if "id" in document:
        require_url(document["id"], "/id")
    _check_typed(document, "")
    if kind not in types_of(document):
        raise TypeMissing(expected=kind, got=", ".join(types_of(document)), where="/type")


def _check_contexts(contexts: Any) -> None:
    if not isinstance(contexts, list) or not contexts:
        raise ContextOrder(expected=f"a list that begins with {V2}", got=repr(contexts)[:120], where="/@context")
    if contexts[0] != V2:
        raise ContextOrder(expected=V2, got=repr(contexts[0])[:120], where="/@context/0")
    for index, item in enumerate(contexts):
        if not isinstance(item, str | dict):
            raise ContextMalformed(expected="a URL or an object", got=repr(item)[:60], where=f"/@context/{index}")


def _check_typed(part: Document, where: str) -> None:
    listed = part.get("type")
    listed = [listed] if isinstance(listed, str) else listed
    if not isinstance(listed, list) or not listed:
        raise TypeMissing(expected="at least one type", got=repr(part.get("type"))[:60], where=f"{where}/type")
    for name in listed:
        if not isinstance(name, str) or not name:
            raise TypeMissing(expected="types as text", got=repr(listed)[:60], where=f"{where}/type")


def _check_issuer(issuer: Any) -> None:
    """4.7: a URL, or an object with one as its id."""
    if isinstance(issuer, dict):
        require_url(issuer.get("id"), "/issuer/id")
        for name in ("name", "description"):
            _check_language_value(issuer.get(name), f"/issuer/{name}")
    else:
        require_url(issuer, "/issuer")


def _check_subjects(subjects: Any) -> None:
    """4.8: at least one subject, none of them empty."""
    listed = subjects if isinstance(subjects, list) else [subjects]
    if not listed:
        raise SubjectEmpty(where="/credentialSubject")
    for index, subject in enumerate(listed):
        where = f"/credentialSubject/{index}" if isinstance(subjects, list) else "/credentialSubject"
        if not isinstance(subject, dict) or not subject:
            raise SubjectEmpty(expected="an object with claims", got=repr(subject)[:60], where=where)
        if "id" in subject:
            require_url(subject["id"], f"{where}/id")


def _check_validity(credential: Document) -> None:
    """4.9: each bound is a dateTimeStamp, and they are in order."""
    bounds = {
        name: read_stamp(credential[name], f"/{name}") for name in ("validFrom", "validUntil") if name in credential
    }
    if len(bounds) == 2 and bounds["validUntil"] < bounds["validFrom"]:
        raise ValidityReversed(
            expected=f"no earlier than {credential['validFrom']}", got=credential["validUntil"], where="/validUntil"
        )


def _check_language_value(value: Any, where: str) -> None:
    """4.6 and 11.1: text, or text with its language and direction, once or in several languages."""
    for item in value if isinstance(value, list) else [value]:
        if item is None or isinstance(item, str):
            continue
        if not isinstance(item, dict) or not isinstance(item.get("@value"), str) or item.keys() - _LANGUAGE_MEMBERS:
            raise CredentialMalformed(expected="text or a language value object", got=repr(item)[:80], where=where)
        language, direction = item.get("@language", "en"), item.get("@direction", "ltr")
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise CredentialMalformed(expected="a BCP 47 language", got=repr(language)[:40], where=f"{where}/@language")
        if direction not in ("ltr", "rtl"):
            raise CredentialMalformed(expected="ltr or rtl", got=repr(direction)[:40], where=f"{where}/@direction")


def _objects(document: Document, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects of a member that holds one or several, each with its pointer."""
    if name not in document:
        return
    given = document[name]
    for index, part in enumerate(given if isinstance(given, list) else [given]):
        where = f"/{name}/{index}" if isinstance(given, list) else f"/{name}"
        if not isinstance(part, dict):
            raise CredentialMalformed(expected="an object", got=repr(part)[:60], where=where)
        if "id" in part:
            require_url(part["id"], f"{where}/id")
        yield part, where


def _check_held(held: Document, where: str, contexts: ContextRegistry) -> None:
    listed = held.get("type")
    if listed == "EnvelopedVerifiableCredential" or listed == ["EnvelopedVerifiableCredential"]:
        if not str(held.get("id", "")).startswith("data:"):
            raise IdNotUrl(expected="a data: URL", got=repr(held.get("id"))[:60], where=f"{where}/id")
        return
    try:
        check_credential(held, contexts)
    except CredentialMalformed as error:
        raise type(error)(got=error.got, expected=error.expected, where=where + (error.where or "")) from error


def _check_related(credential: Document, contexts: ContextRegistry) -> None:
    """5.3: each resource once, with a digest; the digest of a pinned context must be the pinned one."""
    seen: set[str] = set()
    for resource, where in _objects(credential, "relatedResource"):
        require_url(resource.get("id"), f"{where}/id")
        if resource["id"] in seen:
            raise RelatedResourceRefused(expected="one entry", got=resource["id"], where=f"{where}/id")
        seen.add(resource["id"])
        digests = [resource[name] for name in ("digestSRI", "digestMultibase") if name in resource]
        if not digests or not all(isinstance(digest, str) and digest for digest in digests):
            raise RelatedResourceRefused(expected="digestSRI or digestMultibase", where=where)
        if resource["id"] in contexts.digests:
            _check_pinned_digest(resource, contexts.known_digests(resource["id"]), where)
        elif "digestMultibase" in resource:
            _check_multihash(resource["digestMultibase"], f"{where}/digestMultibase")


# Multihash codes with the length of the digest: of the functions that are compared here, and of others in use.
_MULTIHASH: Final = {"sha256": b"\x12\x20", "sha384": b"\x20\x30"}
_OTHER_HASHES: Final = (b"\x13\x40", b"\x14\x40", b"\x15\x30", b"\x16\x20")


def _check_multihash(text: str, where: str) -> None:
    """VC Data Integrity 2.6: multibase of a multihash, which says which function made it."""
    try:
        data = unb64url(text[1:]) if text.startswith("u") else unmultibase(text)
    except EncodingInvalid as error:
        raise RelatedResourceRefused(expected="multibase", got=text[:80], where=where) from error
    if data[:2] not in (*_MULTIHASH.values(), *_OTHER_HASHES) or len(data) != 2 + data[1]:
        raise RelatedResourceRefused(expected="a multihash, with the code of its function", got=text[:80], where=where)


def _check_pinned_digest(resource: Document, known: Mapping[str, bytes], where: str) -> None:
    """The digest of a pinned context is the pinned one; a digest by a function not known here is left open.

    The official fixture of VCDM 2.0 writes SHA-256 without its code. Of a file that is known here that can be judged:
    it is the right digest or it is not.
    """
    hashes = [_MULTIHASH[name] + digest for name, digest in known.items()]
    allowed = {text for each in (*hashes, known["sha256"]) for text in ("u" + b64url(each), "z" + base58btc(each))}
    written = resource.get("digestMultibase")
    if written is not None and written not in allowed:
        raise RelatedResourceRefused(expected="u" + b64url(hashes[0]), got=written, where=f"{where}/digestMultibase")
    written = resource.get("digestSRI")
    expected = {name: _sri(name, digest) for name, digest in known.items()}.get(str(written).partition("-")[0])
    if expected is not None and written != expected:
        raise RelatedResourceRefused(expected=expected, got=written, where=f"{where}/digestSRI")


def _sri(name: str, digest: bytes) -> str:
    """Subresource Integrity writes plain base64 with padding (SRI 3.1)."""
    plain = b64url(digest).replace("-", "+").replace("_", "/")
    return f"{name}-{plain}{'=' * (-len(plain) % 4)}"
