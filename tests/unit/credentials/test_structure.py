"""The form of credentials: each rule of the data model with its code and place, beside the official inputs."""

from __future__ import annotations

from typing import Any

import pytest

from transire.credentials.contexts import V2, pinned_contexts
from transire.credentials.errors import (
    CredentialMalformed,
    IdNotUrl,
    RelatedResourceRefused,
    SubjectEmpty,
    TypeMissing,
)
from transire.credentials.structure import check_credential, check_presentation
from transire.crypto.encoding import multibase

GOOD: dict[str, Any] = {
    "@context": [V2],
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:web:producer.example", "name": {"@value": "Taller Norte", "@language": "es-MX"}},
    "name": [{"@value": "Certification", "@language": "en", "@direction": "ltr"}, {"@value": "Certificación"}],
    "credentialSubject": [{"id": "did:web:a.example"}, {"name": "b"}],
    "credentialSchema": [{"id": "https://example.org/schema", "type": "JsonSchema"}],
}
PINNED = bytes.fromhex(pinned_contexts().digests[V2])


def test_the_good_one_is_good() -> None:
    check_credential(GOOD, pinned_contexts())


@pytest.mark.parametrize(
    ("changes", "error", "where"),
    [
        ({"type": "AlumniCredential"}, TypeMissing, "/type"),
        ({"type": [""]}, TypeMissing, "/type"),
        ({"type": [7]}, TypeMissing, "/type"),
        ({"credentialSubject": []}, SubjectEmpty, "/credentialSubject"),
        ({"credentialSubject": None}, SubjectEmpty, "/credentialSubject"),
        ({"credentialSubject": "did:web:a.example"}, SubjectEmpty, "/credentialSubject"),
        ({"credentialSubject": [{"name": "a"}, {}]}, SubjectEmpty, "/credentialSubject/1"),
        ({"credentialSubject": [{"name": "a"}, {"id": "a"}]}, IdNotUrl, "/credentialSubject/1/id"),
        ({"issuer": {"name": "Taller Norte"}}, IdNotUrl, "/issuer/id"),
        ({"issuer": {"id": "did:web:a.example", "name": 7}}, CredentialMalformed, "/issuer/name"),
        ({"name": {"@language": "en"}}, CredentialMalformed, "/name"),
        ({"name": {"@value": "x", "colour": "red"}}, CredentialMalformed, "/name"),
        ({"name": {"@value": "x", "@language": "not a language"}}, CredentialMalformed, "/name/@language"),
        ({"name": {"@value": "x", "@language": 7}}, CredentialMalformed, "/name/@language"),
        ({"description": {"@value": "x", "@direction": "up"}}, CredentialMalformed, "/description/@direction"),
        ({"evidence": ["x"]}, CredentialMalformed, "/evidence/0"),
        ({"credentialSchema": [{"type": "JsonSchema"}]}, IdNotUrl, "/credentialSchema/0/id"),
        ({"relatedResource": {"id": "https://a.example"}}, RelatedResourceRefused, "/relatedResource"),
        ({"relatedResource": [{"digestSRI": "x"}]}, IdNotUrl, "/relatedResource/0/id"),
        (
            {"relatedResource": [{"id": V2, "digestMultibase": multibase(bytes(34))}]},
            RelatedResourceRefused,
            "/relatedResource/0/digestMultibase",
        ),
        # A bare digest without the multihash header, as an official fixture has it, is not accepted either.
        (
            {"relatedResource": [{"id": V2, "digestMultibase": multibase(PINNED[::-1])}]},
            RelatedResourceRefused,
            "/relatedResource/0/digestMultibase",
        ),
        (
            {"relatedResource": [{"id": "https://a.example", "digestSRI": 7}]},
            RelatedResourceRefused,
            "/relatedResource/0",
        ),
    ],
)
def test_each_defect_has_its_code_and_place(
    changes: dict[str, Any], error: type[CredentialMalformed], where: str
) -> None:
    with pytest.raises(CredentialMalformed) as refused:
        check_credential({**GOOD, **changes}, pinned_contexts())
    assert (type(refused.value), refused.value.where) == (error, where)


@pytest.mark.parametrize("value", [None, "x", [GOOD], 7])
def test_a_credential_is_an_object(value: Any) -> None:
    with pytest.raises(CredentialMalformed):
        check_credential(value, pinned_contexts())


def test_what_a_presentation_holds_is_named_by_its_place() -> None:
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [GOOD, GOOD]}
    check_presentation(presentation, pinned_contexts())
    held = [GOOD, {**GOOD, "issuer": "producer"}]
    with pytest.raises(IdNotUrl) as refused:
        check_presentation({**presentation, "verifiableCredential": held}, pinned_contexts())
    assert refused.value.where == "/verifiableCredential/1/issuer"
    enveloped = {"type": "EnvelopedVerifiableCredential", "id": "https://a.example/vc"}
    with pytest.raises(IdNotUrl):
        check_presentation({**presentation, "verifiableCredential": enveloped}, pinned_contexts())
