"""The official vectors of the Data Integrity cryptosuites, read from the data folder, and what their tests share.

Some vectors name `https://w3id.org/citizenship/v4rc1`, a context that is not pinned by the product. What they need of
it is a table of the words that they use, with the IRIs that stand in their own canonical forms.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from transire.credentials.contexts import ContextRegistry, pinned_contexts
from transire.crypto.ecdsa import CURVES, EcdsaKey
from transire.crypto.encoding import unmultibase
from transire.crypto.keys import SigningKey
from transire.crypto.multikey import Signer

CITIZENSHIP = "https://w3id.org/citizenship/v4rc1"
_SCHEMA = "https://schema.org/"
_OWN = "https://w3id.org/citizenship#"
_DATE = {"type": "http://www.w3.org/2001/XMLSchema#dateTime"}
_OWN_WORDS = [
    "PermanentResidentCardCredential",
    "EmploymentAuthorizationDocumentCredential",
    "PermanentResident",
    "EmployablePerson",
    "PermanentResidentCard",
    "EmploymentAuthorizationDocument",
    "birthCountry",
    "commuterClassification",
    "permanentResidentCard",
    "employmentAuthorizationDocument",
    "lprCategory",
    "lprNumber",
]
_SCHEMA_WORDS = ["Person", "givenName", "familyName", "additionalName", "gender", "identifier"]

# Multicodec private keys: ed25519-priv 0x1300, p256-priv 0x1306, p384-priv 0x1307, as varints.
_ED25519, _P256, _P384 = b"\x80\x26", b"\x86\x26", b"\x87\x26"


def vector_contexts() -> ContextRegistry:
    """The pinned contexts, and of the citizenship context the words that the vectors use."""
    terms: dict[str, Any] = {word: _OWN + word for word in _OWN_WORDS}
    terms |= {word: _SCHEMA + word for word in _SCHEMA_WORDS}
    terms["image"] = {"iri": f"{_SCHEMA}image", "type": "@id"}
    terms["birthDate"] = {"iri": f"{_SCHEMA}birthDate", **_DATE}
    terms["residentSince"] = {"iri": f"{_OWN}residentSince", **_DATE}
    known = pinned_contexts()
    tables = {url: known.table(url) for url in known.digests}
    return ContextRegistry({**tables, CITIZENSHIP: {"terms": terms}}, {**known.digests, CITIZENSHIP: "00" * 32})


def read(path: Path) -> Any:
    """A vector in JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def text(path: Path) -> str:
    """A vector as text."""
    return path.read_text(encoding="utf-8")


def key_of(pair: dict[str, str]) -> Signer:
    """The private key of a published pair."""
    raw = unmultibase(pair.get("secretKeyMultibase") or pair["privateKeyMultibase"])
    if raw[:2] == _ED25519:
        return SigningKey.from_seed(raw[2:])
    return EcdsaKey.from_private(CURVES[{_P256: "P-256", _P384: "P-384"}[raw[:2]]], raw[2:])


def method_of(pair: dict[str, str]) -> str:
    """The verification method of a published pair."""
    return f"did:key:{pair['publicKeyMultibase']}#{pair['publicKeyMultibase']}"


def scalars(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every scalar of a document."""
    if isinstance(value, dict):
        return [found for name in value for found in scalars(value[name], (*path, name))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in scalars(item, (*path, index))]
    return [path]


def altered(document: Any, path: tuple[Any, ...]) -> Any:
    """A copy in which the text at a path ends otherwise."""
    changed = copy.deepcopy(document)
    part = changed
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = part[path[-1]][:-1] + ("1" if part[path[-1]][-1] != "1" else "2")
    return changed
