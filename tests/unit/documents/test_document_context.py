"""The house's own JSON-LD context: pinned, without @vocab, and with a meaning for every member and type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from sample_documents import SUBJECTS

from transire.credentials.contexts import OWN_CONTEXT, V2, pinned_contexts
from transire.credentials.issue import issue_credential
from transire.credentials.verify import verify_credential
from transire.crypto.did import did_key
from transire.crypto.digests import sha256
from transire.crypto.keys import SigningKey
from transire.documents.catalogue import document_type, schema_bytes, schema_ids

# Documents that are signed name this context by its URL, so a term in it is never changed and never removed. Whoever
# adds one changes this digest, and that of credentials/terms.json, in the same commit.
PINNED = "cc4c1820b81d2785566f004d2da4bc8a2330489db41d8fe11aec24a639ce5099"


def _raw() -> bytes:
    return (files("transire.documents") / "context.jsonld").read_bytes()


def _context() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_raw())["@context"]
    return found


def test_the_context_is_the_pinned_one() -> None:
    assert sha256(_raw()).hex() == PINNED
    assert pinned_contexts().digests[OWN_CONTEXT] == PINNED


def test_the_context_is_protected_and_has_no_vocab() -> None:
    context = _context()
    assert context["@protected"] is True
    assert "@vocab" not in context
    assert "@base" not in context
    for name, term in context.items():
        if not name.startswith("@"):
            iri = term if isinstance(term, str) else term["@id"]
            assert iri == f"https://w3id.org/transire/v1#{name}"


def test_no_term_of_the_credentials_context_is_defined_again() -> None:
    w3c = pinned_contexts().table(V2)["terms"]
    scoped = {
        name
        for term in ("VerifiableCredential", "VerifiablePresentation", "DataIntegrityProof")
        for table in w3c[term]["scope"]
        for name in table["terms"]
    }
    assert not (set(w3c) | scoped) & set(_context())


def _members(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from _members(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _members(part)


def test_every_member_and_type_of_every_schema_has_a_meaning() -> None:
    known = set(_context()) | set(pinned_contexts().table(V2)["terms"])
    common = json.loads((files("transire.documents") / "schemas" / "common.1.json").read_bytes())
    members = {name for part in common["$defs"].values() for name in _members(part)}
    for schema_id in schema_ids():
        schema = json.loads(schema_bytes(schema_id))
        members |= set(_members(schema["properties"]["credentialSubject"]))
        members.add(document_type(schema_id).type_name)
    assert members <= known
    # ... and nothing lies in the context that no document uses.
    assert {name for name in _context() if not name.startswith("@")} <= members


@pytest.mark.parametrize("schema_id", SUBJECTS)
def test_a_document_of_every_type_is_signed_and_verified(schema_id: str) -> None:
    key = SigningKey.from_seed(bytes(32))
    issued = issue_credential(
        SUBJECTS[schema_id](),
        types=[document_type(schema_id).type_name],
        issuer_did=did_key(key.public),
        key=key,
        valid_from=datetime(2026, 1, 2, tzinfo=UTC),
        schema_id=schema_id,
    )
    assert verify_credential(issued).issuer == did_key(key.public)
