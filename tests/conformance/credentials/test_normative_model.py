"""One test a normative statement: Verifiable Credentials Data Model 2.0, Bitstring Status List 1.0, did:key 0.9.

The marker names specification, section and the demand in our words; `scripts/write_conformance.py` lists them.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from credential_world import EXAMPLES, KEYS, did_of, issued, unsigned
from transire.credentials.contexts import V2, pinned_contexts
from transire.credentials.did_key import resolve_did
from transire.credentials.envelope import open_envelope, sign_envelope, wrap
from transire.credentials.errors import (
    ContextMalformed,
    ContextOrder,
    CredentialMalformed,
    DateMalformed,
    EnvelopeMalformed,
    Expired,
    IdNotUrl,
    NotYetValid,
    RelatedResourceRefused,
    StatusListMalformed,
    StatusNotCovered,
    StatusOutOfRange,
    StatusRefused,
    StatusSet,
    SubjectEmpty,
    TermNotMapped,
    TermRedefined,
    TypeMissing,
    TypeNotMapped,
    ValidityReversed,
)
from transire.credentials.examine import Verifier
from transire.credentials.issue import check_unsigned, secure_credential
from transire.credentials.resolve import resolve_did_key
from transire.credentials.status import build_status_list, check_entry, decode_bits, encode_bits, status_entry
from transire.credentials.structure import check_presentation
from transire.credentials.verify import verify_credential
from transire.crypto.encoding import b64url, multibase
from transire.errors import TransireError
from transire.vc_api.problems import problem_of

VCDM, STATUS, DID_KEY = "VC Data Model 2.0", "Bitstring Status List 1.0", "did:key 0.9"
must = pytest.mark.must
ISSUER = did_of(KEYS["Ed25519"])
NOW = datetime(2026, 11, 28, tzinfo=UTC)
LIST = "https://issuer.example/status/1"


def refused(kind: type[TransireError], where: str, **changes: Any) -> None:
    with pytest.raises(kind) as found:
        check_unsigned(unsigned(**{"issuer": ISSUER, **changes}))
    assert found.value.where == where


def accepted(**changes: Any) -> None:
    check_unsigned(unsigned(**{"issuer": ISSUER, **changes}))


@must(VCDM, "4.3", "a credential has @context")
def test_context_is_there() -> None:
    refused(ContextOrder, "/@context", **{"@context": None})


@must(VCDM, "4.3", "the first context is that of the data model, and contexts are a list in order")
def test_context_is_first() -> None:
    refused(ContextOrder, "/@context/0", **{"@context": [EXAMPLES, V2]})
    refused(ContextOrder, "/@context", **{"@context": V2})


@must(VCDM, "4.3", "further contexts are URLs or objects")
def test_contexts_are_urls_or_objects() -> None:
    refused(ContextMalformed, "/@context/1", **{"@context": [V2, 7]})
    accepted(**{"@context": [V2, EXAMPLES, {"w": "urn:w#"}]})


@must(VCDM, "4.4", "an id is one URL")
def test_id_is_one_url() -> None:
    refused(IdNotUrl, "/id", id="not a url")
    refused(IdNotUrl, "/id", id=["urn:uuid:1", "urn:uuid:2"])
    refused(IdNotUrl, "/credentialSubject/id", credentialSubject={"id": ["urn:a:1", "urn:a:2"], "name": "x"})


@must(VCDM, "4.5", "a credential has types, one of them VerifiableCredential")
def test_type_is_there() -> None:
    refused(TypeMissing, "/type", type=None)
    refused(TypeMissing, "/type", type=["ExampleCredential"])


@must(VCDM, "4.5", "a type is a term that a context maps, or a URL")
def test_types_are_mapped() -> None:
    refused(TypeNotMapped, "/type", **{"@context": [V2], "type": ["VerifiableCredential", "Unmapped"]})
    accepted(type=["VerifiableCredential", "https://example.org/#Relation"])


@pytest.mark.parametrize("part", ["credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema"])
@must(VCDM, "4.5", "status, terms of use, evidence, refresh service and schema have a type")
def test_parts_have_types(part: str) -> None:
    refused(TypeMissing, f"/{part}/type", **{part: {"id": "https://example.org/part"}})


@must(VCDM, "4.6", "name and description are text, or text with language and direction and nothing else")
def test_names_are_language_values() -> None:
    accepted(name={"@value": "Certificado", "@language": "es", "@direction": "ltr"})
    accepted(description=[{"@value": "a", "@language": "en"}, {"@value": "b", "@language": "es"}])
    refused(CredentialMalformed, "/name", name={"@value": "a", "url": "x"})
    refused(CredentialMalformed, "/issuer/name", issuer={"id": ISSUER, "name": {"@value": "a", "other": 1}})


@must(VCDM, "4.7", "a credential has an issuer: a URL, or an object whose id is one")
def test_issuer_is_a_url() -> None:
    refused(IdNotUrl, "/issuer", issuer=None)
    refused(IdNotUrl, "/issuer", issuer="producer")
    refused(IdNotUrl, "/issuer/id", issuer={"id": None})
    accepted(issuer={"id": ISSUER, "name": "Taller"})


@must(VCDM, "4.8", "a credential says something about a subject, and about none nothing")
def test_subjects_are_not_empty() -> None:
    refused(SubjectEmpty, "/credentialSubject", credentialSubject={})
    refused(SubjectEmpty, "/credentialSubject/1", credentialSubject=[{"name": "x"}, {}])
    refused(SubjectEmpty, "/credentialSubject", credentialSubject=[])


@must(VCDM, "4.9", "validFrom and validUntil are dates with time and time zone")
def test_dates_have_a_time_zone() -> None:
    refused(DateMalformed, "/validFrom", validFrom="2026-01-01")
    refused(DateMalformed, "/validUntil", validUntil="2026-01-01T00:00:00")
    accepted(validFrom="2026-01-01T00:00:00.123-06:00")


@must(VCDM, "4.9", "validUntil is not before validFrom")
def test_dates_are_in_order() -> None:
    refused(ValidityReversed, "/validUntil", validUntil="2025-12-31T23:59:59Z")


@must(VCDM, "4.9", "outside of its period a credential is not valid")
def test_period_counts() -> None:
    with pytest.raises(NotYetValid):
        verify_credential(issued(validFrom="2027-01-01T00:00:00Z"), at=NOW)
    with pytest.raises(Expired):
        verify_credential(issued(validUntil="2026-11-27T00:00:00Z"), at=NOW)


@must(VCDM, "4.11", "a schema has an id that is a URL")
def test_schema_has_a_url() -> None:
    refused(IdNotUrl, "/credentialSchema/id", credentialSchema={"type": "JsonSchema"})
    refused(IdNotUrl, "/credentialSchema/id", credentialSchema={"type": "JsonSchema", "id": "schema"})


@must(VCDM, "4.12", "a credential is secured by a mechanism, and a verifier checks it")
def test_a_credential_is_secured() -> None:
    bare = {name: value for name, value in issued().items() if name != "proof"}
    findings = {finding.name: finding.outcome for finding in Verifier().credential(bare)}
    assert findings["proof"] == "fails"
    assert findings["issuer"] == "not shown"


@must(VCDM, "4.12.1", "an enveloped credential has a context that defines its words")
def test_envelope_has_its_context() -> None:
    refuse_envelope("/@context", **{"@context": []})


@must(VCDM, "4.12.1", "the id of an enveloped credential is a data: URL with the secured credential")
def test_envelope_is_a_data_url() -> None:
    refuse_envelope("/id", id="https://example.org/credential.jwt")


@must(VCDM, "4.12.1", "the type of an enveloped credential is EnvelopedVerifiableCredential")
def test_envelope_has_its_type() -> None:
    refuse_envelope("/type", type=["EnvelopedVerifiableCredential", "VerifiableCredential"])


def refuse_envelope(where: str, **changes: Any) -> None:
    key = KEYS["P-384"]
    text = sign_envelope(unsigned(issuer=did_of(key)), key=key, kid=f"{did_of(key)}#{did_of(key)[8:]}")
    assert open_envelope(wrap(text), resolve_did_key).controller == did_of(key)
    with pytest.raises(EnvelopeMalformed) as found:
        open_envelope({**wrap(text), **changes}, resolve_did_key)
    assert found.value.where == where


PRESENTATION: dict[str, Any] = {"@context": [V2], "type": ["VerifiablePresentation"]}


@must(VCDM, "4.13", "a presentation has contexts and types as a credential, one of them VerifiablePresentation")
def test_presentation_has_its_type() -> None:
    check_presentation(PRESENTATION, pinned_contexts())
    with pytest.raises(TypeMissing):
        check_presentation({**PRESENTATION, "type": ["VerifiableCredential"]}, pinned_contexts())
    with pytest.raises(ContextOrder):
        check_presentation({**PRESENTATION, "@context": [EXAMPLES]}, pinned_contexts())


@must(VCDM, "4.13", "what a presentation holds are credentials or envelopes, never text or numbers")
def test_presentation_holds_objects() -> None:
    for held in ("a.b.c", 7, [["x"]]):
        with pytest.raises(CredentialMalformed):
            check_presentation({**PRESENTATION, "verifiableCredential": held}, pinned_contexts())


@must(VCDM, "4.13", "a holder is a URL or an object with one as id")
def test_holder_is_a_url() -> None:
    for holder in ("somebody", {"name": "x"}):
        with pytest.raises(IdNotUrl):
            check_presentation({**PRESENTATION, "holder": holder}, pinned_contexts())


@must(VCDM, "5.2.1", "a protected word keeps its meaning")
def test_protected_words() -> None:
    refused(
        TermRedefined,
        "/@context/VerifiableCredential",
        **{"@context": [V2, {"VerifiableCredential": "https://example.org/#Other"}]},
    )


@must(VCDM, "5.3", "a related resource has a URL of its own, once")
def test_related_resources_are_named_once() -> None:
    resource = {"id": "https://example.org/a", "digestSRI": "sha256-YQ=="}
    refused(RelatedResourceRefused, "/relatedResource/1/id", relatedResource=[resource, resource])
    refused(IdNotUrl, "/relatedResource/id", relatedResource={"digestSRI": "sha256-YQ=="})
    refused(CredentialMalformed, "/relatedResource/0", relatedResource=["https://example.org/a"])


@must(VCDM, "5.3", "a related resource has a digest")
def test_related_resources_have_a_digest() -> None:
    refused(RelatedResourceRefused, "/relatedResource", relatedResource={"id": "https://example.org/a"})


# The Recommendation's file, and the draft of 2024-07-03 whose digest the official fixture carries.
RIGHT = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
DRAFT = "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"


@must(VCDM, "5.3", "a digest that is not that of the resource is refused")
def test_the_digest_of_a_pinned_context_is_the_pinned_one() -> None:
    accepted(relatedResource={"id": V2, "digestSRI": RIGHT})
    refused(RelatedResourceRefused, "/relatedResource/digestSRI", relatedResource={"id": V2, "digestSRI": DRAFT})


@must(VCDM, "5.3", "digestMultibase is a multihash; a bare SHA-256 is judged where the file is known, and nowhere else")
def test_a_digest_without_its_function() -> None:
    bare, draft = "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ", "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"
    accepted(relatedResource={"id": V2, "digestMultibase": bare})
    for url, digest in ((V2, draft), ("https://a.example/file.json", bare)):
        resource = {"id": url, "digestMultibase": digest}
        refused(RelatedResourceRefused, "/relatedResource/digestMultibase", relatedResource=resource)
    multihash = b"\x12\x20" + bytes.fromhex(pinned_contexts().digests[V2])
    accepted(relatedResource={"id": V2, "digestMultibase": "u" + b64url(multihash)})


@must(VCDM, "5.8", "no word is used that no context defines")
def test_unknown_words() -> None:
    bare = {"@context": [V2], "type": ["VerifiableCredential"], "credentialSubject": {"name": "x"}}
    refused(TermNotMapped, "/colour", **bare, colour="red")
    refused(TermNotMapped, "/credentialSubject/n\u0430me", **{**bare, "credentialSubject": {"n\u0430me": "look-alike"}})


@must(VCDM, "7.1", "a verifier refuses what is no conforming document")
def test_what_is_no_credential() -> None:
    for document in (None, "x", [], {"type": ["NonconformingDocument"]}):
        assert Verifier().credential(document)[0].outcome == "fails"


def entry(**changes: Any) -> dict[str, Any]:
    return {**status_entry(LIST, 7), **changes}


def published(*ended: int, **options: Any) -> dict[str, Any]:
    return build_status_list(
        ended,
        list_url=LIST,
        issuer_did=ISSUER,
        key=KEYS["Ed25519"],
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        **options,
    )


@must(STATUS, "2.1", "an index is a whole number in base 10, as text")
def test_index_is_digits() -> None:
    for index in (7, "-1", "07x", "", None):
        with pytest.raises(StatusListMalformed):
            check_entry(entry(statusListIndex=index), ISSUER, lambda url: published())


@must(STATUS, "2.1", "statusListCredential is a URL")
def test_list_is_a_url() -> None:
    with pytest.raises(StatusListMalformed):
        check_entry(entry(statusListCredential="list"), ISSUER, lambda url: published())


@must(STATUS, "2.1", "a size is a whole number above 0, and beyond 1 each value has a message")
def test_size_has_its_messages() -> None:
    for changes in ({"statusSize": 0}, {"statusSize": "1"}, {"statusSize": 2}, {"statusSize": 2, "statusMessage": []}):
        with pytest.raises(StatusListMalformed):
            check_entry(entry(**changes), ISSUER, lambda url: published())


@must(STATUS, "2.1", "the purpose of an entry is text, and the list has it too")
def test_purpose_is_the_lists() -> None:
    with pytest.raises(StatusListMalformed):
        check_entry(entry(statusPurpose=["revocation"]), ISSUER, lambda url: published())
    with pytest.raises(StatusNotCovered):
        check_entry(entry(statusPurpose="suspension"), ISSUER, lambda url: published())


@must(STATUS, "2.2", "a list is a credential of its type, with a proof that holds")
def test_list_is_a_credential() -> None:
    other = {**published(), "type": ["VerifiableCredential"]}
    with pytest.raises(TransireError):
        check_entry(entry(), ISSUER, lambda url: other)


@must(STATUS, "2.2", "the list is multibase base64url of GZIP of at least 131,072 bits")
def test_list_is_long_enough() -> None:
    assert len(decode_bits(encode_bits([]))) == 16 * 1024
    for encoded in ("z" + encode_bits([])[1:], encode_bits([])[1:], "uH4sIAAAAAAAAAwMAAAAAAAAAAAA"):
        with pytest.raises(StatusListMalformed):
            decode_bits(encoded)


@must(STATUS, "3.5", "errors have the types of the specification: of a list too short, and of one that is not proved")
def test_types_of_errors() -> None:
    few = "u" + b64url(gzip.compress(bytes(1024)))
    short = {**published(), "credentialSubject": {**published()["credentialSubject"], "encodedList": few}}
    short = secure_credential({k: v for k, v in short.items() if k != "proof"}, key=KEYS["Ed25519"])
    forged = {**published(), "validFrom": "2026-01-02T00:00:00Z"}
    kinds = {"STATUS_LIST_LENGTH_ERROR": short, "STATUS_VERIFICATION_ERROR": forged}
    for kind, listed in kinds.items():
        with pytest.raises(StatusRefused) as refused:
            check_entry(entry(), ISSUER, lambda url, listed=listed: listed)  # type: ignore[misc]
        said = json.loads(problem_of(refused.value).body)
        assert said["type"] == f"https://www.w3.org/ns/credentials/status-list#{kind}"
        assert said["check"] == "status"


@must(STATUS, "3.2", "a set bit is found, the leftmost one first")
def test_set_bit_is_found() -> None:
    check_entry(entry(), ISSUER, lambda url: published(6, 8))
    with pytest.raises(StatusSet):
        check_entry(entry(), ISSUER, lambda url: published(7))


@must(STATUS, "3.2", "an index beyond the end is a range error")
def test_index_beyond_the_end() -> None:
    with pytest.raises(StatusOutOfRange):
        check_entry(entry(statusListIndex="131072"), ISSUER, lambda url: published())


@must(STATUS, "3.2", "without its list a status is not known; that is said, and never taken for good")
def test_missing_list_is_told() -> None:
    findings = {finding.name: finding for finding in Verifier().credential(issued(credentialStatus=entry()))}
    assert findings["status"].outcome == "not shown"
    assert findings["status"].error is not None
    assert findings["status"].error.code == "credentials.status-not-retrieved"


DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"


def error_of(text: str, **options: Any) -> str:
    body = resolve_did(text, **options).body
    metadata = body.get("didResolutionMetadata") or body["didDereferencingMetadata"]
    return str(metadata["error"])


@must(DID_KEY, "3.1.1", "scheme, version and multibase value have their form, or invalidDid")
def test_did_syntax() -> None:
    for text in (DID.replace("did:", "dod:", 1), "did:key:-1:" + DID[8:], "did:key:" + DID[9:], "did:key:@"):
        assert error_of(text) == "invalidDid"


@must(DID_KEY, "3.1.1", "another method is not resolved here")
def test_did_method() -> None:
    assert error_of("did:web:producer.example") == "methodNotSupported"


@must(DID_KEY, "3.1.2", "a key has the length of its kind, or invalidPublicKeyLength")
def test_did_key_length() -> None:
    assert error_of("did:key:zTjsVPtY") == "invalidPublicKeyLength"


@must(DID_KEY, "3.1.2", "a key is a point of its curve, or invalidPublicKey")
def test_did_key_is_a_point() -> None:
    assert error_of("did:key:" + multibase(b"\x80\x24\x02" + b"\xff" * 32)) == "invalidPublicKey"
    assert error_of("did:key:" + multibase(b"\xed\x01" + bytes(32))) == "invalidPublicKey"


@must(DID_KEY, "3.1.2", "a URL has the syntax of a DID URL, or invalidDidUrl")
def test_did_url_syntax() -> None:
    assert error_of(f"{DID}/^bar^/?query=`#{DID[8:]}") == "invalidDidUrl"


@must(DID_KEY, "3.1.2", "a form of key that is not known is unsupportedPublicKeyType")
def test_did_format_unknown() -> None:
    assert error_of(DID, format="unknown") == "unsupportedPublicKeyType"


@must(DID_KEY, "3.1.2", "an experimental form is invalidPublicKeyType unless it is asked for")
def test_did_format_experimental() -> None:
    assert error_of(DID, format="Ed25519VerificationKey2018") == "invalidPublicKeyType"
    assert resolve_did(DID, format="Ed25519VerificationKey2018", experimental=True).status == 200
