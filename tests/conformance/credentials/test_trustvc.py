"""A certificate of origin by TrustVC, as it was signed and as its holder derived it: verified, and derived again here.

The file was made by their library, under a did:web and their own context, which is not pinned here; the words that it
uses of that context stand below, with their IRIs. What we issue their library verified too; it is too large to be
installed for each run of the tests.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from transire.credentials.contexts import ContextRegistry, pinned_contexts
from transire.credentials.examine import Verifier
from transire.credentials.resolve import document_resolver
from transire.credentials.selective import base_proof_of, derive

MADE: dict[str, Any] = json.loads(Path(__file__).with_name("trustvc.json").read_text(encoding="utf-8"))
CONTEXT = "https://trustvc.io/context/coo.json"
AT = datetime(2026, 11, 29, tzinfo=UTC)
WORDS = ("cooId", "issueDateTime", "exportCountryCode", "exporterName", "importerName")


def theirs() -> ContextRegistry:
    words = {word: {"@id": f"https://example.com/terms#{word}"} for word in WORDS}
    scope = {"@protected": True, **words}
    coo = {"@id": "https://example.com/terms#Coo", "@type": "@id", "@context": scope}
    context = {"@context": {"@version": 1.1, "@protected": True, "Coo": coo}}
    return pinned_contexts().extended({CONTEXT: json.dumps(context).encode()})


def outcomes(credential: dict[str, Any], contexts: ContextRegistry) -> dict[str, str]:
    verifier = Verifier(document_resolver([MADE["did_document"]]), contexts, AT)
    return {finding.name: finding.outcome for finding in verifier.credential(credential)}


def test_their_derived_certificate_holds_and_no_other() -> None:
    assert set(outcomes(MADE["derived"], theirs()).values()) == {"holds"}
    for change in ({"cooId": "SGCOO-2"}, {"exportCountryCode": "MY"}, {"exporterName": "Orchid Electronics"}):
        altered = copy.deepcopy(MADE["derived"])
        altered["credentialSubject"] |= change
        assert outcomes(altered, theirs())["proof"] == "fails"


def test_we_derive_from_their_base_proof_what_they_derive() -> None:
    shown = ["/credentialSubject/exportCountryCode"]
    assert derive(MADE["base"], base_proof_of(MADE["base"]), shown, theirs()) == MADE["derived"]


@pytest.mark.parametrize("name", ["terms", "proof"])
def test_without_their_context_it_is_said_what_cannot_be_shown(name: str) -> None:
    # A proof over the RDF graph needs the context as much as the words do.
    assert outcomes(MADE["derived"], pinned_contexts())[name] == "not shown"
