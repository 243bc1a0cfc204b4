"""The input documents of the W3C test suite for the data model 2.0: what must be accepted and what must be refused.

The inputs are unsigned and most name no issuer, which an issuing service adds; so does this test. A refusal must come
from the check of form or of terms, with a code of this room.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from transire.credentials.contexts import pinned_contexts
from transire.credentials.errors import CredentialRefused
from transire.credentials.issue import secure_credential
from transire.credentials.structure import check_presentation
from transire.credentials.terms import check_terms
from transire.crypto.keys import SigningKey

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "vc" / "data-model"
NAMES = sorted(path.name for path in FOLDER.glob("*.json")) or ["absent"]

# Inputs whose name gives no verdict, or another one than ours, and why.
EXCEPTIONS: dict[str, tuple[str, str]] = {
    "credential-missing-base-context-fail-or-inject.json": (
        "credentials.context-order",
        "the suite leaves open whether the context is added; nothing is added to what an issuer signs",
    ),
    "presentation-self-asserted-vc-issuer-mismatch.json": (
        "ok",
        "no verdict in the name: the form is right; who signed what is a check of verification, not of form",
    ),
}

# What each refusal must be about: a refusal for another reason would hide that the check is missing.
REFUSALS: dict[str, tuple[str, str]] = {
    "credential-context-combo4-fail.json": ("credentials.context-malformed", "/@context/1"),
    "credential-id-multi-fail.json": ("credentials.id-not-url", "/id"),
    "credential-id-not-url-fail.json": ("credentials.id-not-url", "/id"),
    "credential-id-subject-multi-fail.json": ("credentials.id-not-url", "/credentialSubject/id"),
    "credential-issuer-no-url-fail.json": ("credentials.id-not-url", "/issuer"),
    "credential-issuer-null-fail.json": ("credentials.id-not-url", "/issuer"),
    "credential-issuer-object-id-no-url-fail.json": ("credentials.id-not-url", "/issuer/id"),
    "credential-missing-base-context-fail-or-inject.json": ("credentials.context-order", "/@context/0"),
    "credential-no-type-fail.json": ("credentials.type-missing", "/type"),
    "credential-proof-missing-type-fail.json": ("credentials.type-missing", "/proof/type"),
    "credential-redef-type2-fail.json": (
        "credentials.protected-term-redefined",
        "/@context/ExampleVerifiableCredential",
    ),
    "credential-refresh-no-type-fail.json": ("credentials.type-missing", "/refreshService/type"),
    "credential-schema-no-type-fail.json": ("credentials.type-missing", "/credentialSchema/type"),
    "credential-schema-non-url-id-fail.json": ("credentials.id-not-url", "/credentialSchema/id"),
    "credential-status-missing-type-fail.json": ("credentials.type-missing", "/credentialStatus/type"),
    "credential-status-multiple-id-fail.json": ("credentials.id-not-url", "/credentialStatus/id"),
    "credential-status-nonurl-id-fail.json": ("credentials.id-not-url", "/credentialStatus/id"),
    "credential-subject-no-claims-fail.json": ("credentials.subject-empty", "/credentialSubject"),
    "credential-termsofuse-missing-type-fail.json": ("credentials.type-missing", "/termsOfUse/type"),
    "credential-type-mapped-nonurl-fail.json": ("credentials.type-not-mapped", "/type"),
    "credential-validfrom-invalid-fail.json": ("credentials.date-malformed", "/validFrom"),
    "credential-validuntil-invalid-fail.json": ("credentials.date-malformed", "/validUntil"),
    "presentation-context-order-fail.json": ("credentials.context-order", "/@context/0"),
    "presentation-holder-name-fail.json": ("credentials.id-not-url", "/holder"),
    "presentation-holder-object-fail.json": ("credentials.id-not-url", "/holder"),
    "presentation-missing-base-context-fail.json": ("credentials.context-order", "/@context/0"),
    "presentation-vc-as-string-fail.json": ("credentials.malformed", "/verifiableCredential/0"),
    "presentation-vc-missing-required-type-fail.json": ("credentials.type-missing", "/verifiableCredential/0/type"),
}


def judge(document: dict[str, Any]) -> None:
    """What an issuer or a holder does before signing; a proof that is there already is not signed over."""
    if "VerifiablePresentation" in document.get("type", []):
        check_presentation(document, pinned_contexts())
        check_terms(document, pinned_contexts())
    else:
        signed = secure_credential(document, key=SigningKey.from_seed(bytes(32)))
        assert signed["proof"]


def prepared(name: str) -> dict[str, Any]:
    """The input with an issuer where it has none, and with dates where the suite writes them in at run time."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    text = text.replace("PAST DATE", "2020-01-01T00:00:00Z").replace("FUTURE DATE", "2099-01-01T00:00:00Z")
    document: dict[str, Any] = json.loads(text)
    if name.startswith("credential-"):
        document.setdefault("issuer", "did:example:issuer")
    return document


@pytest.mark.parametrize("name", NAMES)
def test_input(shared_data: Path, name: str) -> None:
    document = prepared(name)
    before = copy.deepcopy(document)
    verdict = EXCEPTIONS[name][0] if name in EXCEPTIONS else "ok" if name.endswith("-ok.json") else "fail"
    if verdict == "ok":
        judge(document)
    else:
        with pytest.raises(CredentialRefused) as refused:
            judge(document)
        assert (refused.value.code, refused.value.where) == REFUSALS[name]
    assert document == before


def test_the_whole_selection_is_there(shared_data: Path) -> None:
    assert len(NAMES) == 53
    assert {name for name in NAMES if "-fail" in name} == set(REFUSALS)
    assert set(EXCEPTIONS) <= set(NAMES)
