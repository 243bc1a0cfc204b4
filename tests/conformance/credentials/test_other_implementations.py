"""Credentials exchanged both ways with independent implementations: Digital Bazaar's libraries, jose, @sd-jwt/core.

What they issue we verify, what we issue they verify, and what either alters the other refuses. Their JSON-LD processor
is also the judge of our canonical form, over documents that nobody thought of.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npm_world import Partner, others  # noqa: F401 - a fixture
from transire.credentials.contexts import OWN_CONTEXT, V2, pinned_contexts
from transire.credentials.envelope import open_jws, open_sd_jwt, sign_envelope
from transire.credentials.errors import CredentialRefused
from transire.credentials.examine import Verifier, require
from transire.credentials.issue import secure_credential
from transire.credentials.jwe import Recipient, open_letter, seal
from transire.credentials.proofs import sign_document, verify_proofs
from transire.credentials.rdf import to_quads
from transire.credentials.rdfc import canonical_lines
from transire.credentials.resolve import document_resolver, verification_method_of
from transire.credentials.sd_jwt import issue_sd_jwt, show_sd_jwt
from transire.credentials.selective import base_proof_of, derive
from transire.credentials.structure_v1 import V1, with_proof_context
from transire.crypto.ecdh import KINDS, EcdhKey
from transire.crypto.ecdsa import P256, P384, EcdsaKey
from transire.crypto.keys import SigningKey
from transire.crypto.multikey import Signer, as_jwk, of_jwk, public_key_of, write_multikey

KEYS: dict[str, Signer] = {
    "Ed25519": SigningKey.from_seed(b"i" * 32),
    "P-256": EcdsaKey.from_number(P256, 20261128),
    "P-384": EcdsaKey.from_number(P384, 20261128),
}
SUITES = [
    ("eddsa-rdfc-2022", "Ed25519"),
    ("ecdsa-rdfc-2019", "P-256"),
    ("ecdsa-rdfc-2019", "P-384"),
    ("eddsa-jcs-2022", "Ed25519"),
    ("ecdsa-jcs-2019", "P-256"),
    ("ecdsa-jcs-2019", "P-384"),
]
suites = pytest.mark.parametrize(("suite", "kind"), SUITES)

TRADE: dict[str, Any] = {
    "@context": [V2, OWN_CONTEXT],
    "id": "urn:uuid:6f1b36d2-2bd1-4d0f-a9c9-0d3dff1e7b52",
    "type": ["VerifiableCredential", "CommercialInvoice"],
    "validFrom": "2026-11-28T00:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:0d1e0b6f-7c5c-4f65-a1c5-1a5d2d5ab0f1",
        "name": 'Factura «42»\n\twith "quotes" and \\ and ñ',
        "buyer": {"name": "Importadora del Norte", "country": "US"},
        "currency": "USD",
        "amount": "1250.50",
    },
}
OLD: dict[str, Any] = {
    "@context": [V1, {"name": "https://schema.org/name", "size": "urn:example:size"}],
    "type": ["VerifiableCredential"],
    "issuanceDate": "2026-11-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:subject", "name": "Nuez", "size": 5.5},
}
each_model = pytest.mark.parametrize("document", [TRADE, OLD], ids=["2.0", "1.1"])


@pytest.fixture(scope="module", autouse=True)
def pinned(others: Partner, shared_data: Path) -> None:  # noqa: F811
    """They get the contexts that they do not bring along, from the files as published."""
    own = json.loads(files("transire").joinpath("documents/context.jsonld").read_text(encoding="utf-8"))
    names = {
        "https://w3id.org/security/multikey/v1": "w3id-org-security-multikey-v1.jsonld",
        "https://www.w3.org/ns/did/v1": "www-w3-org-ns-did-v1.jsonld",
        "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
    }
    documents = {url: json.loads((shared_data / "contexts" / name).read_text()) for url, name in names.items()}
    others.ask("contexts", documents={OWN_CONTEXT: own, **documents})


def did_of(kind: str) -> str:
    return f"did:key:{write_multikey(public_key_of(KEYS[kind]))}"


def ours(document: dict[str, Any], suite: str, kind: str, **options: Any) -> dict[str, Any]:
    issued = {**document, "issuer": did_of(kind)}
    if "issuanceDate" in issued:
        issued = with_proof_context(issued)
    return secure_credential(issued, key=KEYS[kind], cryptosuite=suite, **options)


def changed(document: dict[str, Any]) -> dict[str, Any]:
    again = copy.deepcopy(document)
    again["credentialSubject"]["name"] = "somebody else"
    return again


@each_model
@suites
def test_they_verify_what_we_issue(others: Partner, document: dict[str, Any], suite: str, kind: str) -> None:  # noqa: F811
    if "jcs" in suite and document is OLD:
        # Their suites over JSON compare contexts by identity, so that one written in place is never the same to them.
        document = {**OLD, "@context": [V1], "credentialSubject": {"id": "did:example:subject"}}
    signed = ours(document, suite, kind)
    assert others.ask("verify", document=signed) == {"verified": True}
    assert others.ask("verify", document=changed(signed))["verified"] is False


@each_model
@suites
def test_we_verify_what_they_issue(others: Partner, document: dict[str, Any], suite: str, kind: str) -> None:  # noqa: F811
    given_document = with_proof_context(document) if "issuanceDate" in document else document
    signed = others.ask("issue", credential=given_document, suite=suite, kind=kind)["document"]
    require(Verifier(at=datetime.now(UTC)).credential(signed), ["form", "terms", "proof", "issuer", "validity"])
    with pytest.raises(CredentialRefused):
        verify_proofs(changed(signed))


MANDATORY = ["/issuer", "/validFrom"]
SHOWN = ["/credentialSubject/buyer/country", "/credentialSubject/currency"]


def test_they_verify_what_we_derive(others: Partner) -> None:  # noqa: F811
    signed = ours(TRADE, "ecdsa-sd-2023", "P-256", mandatory=MANDATORY)
    derived = derive(signed, base_proof_of(signed), SHOWN, pinned_contexts())
    assert "name" not in derived["credentialSubject"]
    assert others.ask("verify", document=derived) == {"verified": True}
    assert others.ask("verify", document=changed(derived))["verified"] is False


def test_they_derive_from_our_base_proof(others: Partner) -> None:  # noqa: F811
    signed = ours(TRADE, "ecdsa-sd-2023", "P-256", mandatory=MANDATORY)
    derived = others.ask("derive", document=signed, selectivePointers=SHOWN)["document"]
    assert verify_proofs(derived)[0].controller == did_of("P-256")
    # Byte for byte what we derive: labels, order and places are all determined.
    assert derived == derive(signed, base_proof_of(signed), SHOWN, pinned_contexts())


def test_we_derive_from_their_base_proof_and_both_verify(others: Partner) -> None:  # noqa: F811
    request = {"credential": TRADE, "suite": "ecdsa-sd-2023", "kind": "P-256", "mandatoryPointers": MANDATORY}
    signed = others.ask("issue", **request)["document"]
    derived = derive(signed, base_proof_of(signed), SHOWN, pinned_contexts())
    verify_proofs(derived)
    assert others.ask("verify", document=derived) == {"verified": True}
    assert derived["credentialSubject"]["buyer"] == {"country": "US"}


def test_we_verify_their_set_of_proofs(others: Partner) -> None:  # noqa: F811
    signed = others.ask("chain", credential=TRADE)["document"]
    assert len(verify_proofs(signed)) == 2


def test_they_verify_our_set_of_proofs(others: Partner) -> None:  # noqa: F811
    once = ours(TRADE, "eddsa-rdfc-2022", "Ed25519")
    method = verification_method_of(did_of("P-256"), KEYS["P-256"])
    both = sign_document(
        once,
        key=KEYS["P-256"],
        verification_method=method,
        created="2026-11-28T10:00:00Z",
        cryptosuite="ecdsa-rdfc-2019",
    )
    answer = others.ask("verify", document=both)
    # They ask of every proof that its controller be the issuer; ours is a co-signature, and they say so of that one.
    assert answer["verified"] is False or answer == {"verified": True}
    assert len(verify_proofs(both)) == 2


def test_presentations_both_ways(others: Partner) -> None:  # noqa: F811
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"]}
    held = {**presentation, "verifiableCredential": [ours(TRADE, "eddsa-rdfc-2022", "Ed25519")]}
    audience = {"domain": "customs.example", "challenge": "1f44d55f"}
    theirs = others.ask("present", presentation=held, **audience)["document"]
    verifier = Verifier(at=datetime.now(UTC), purpose="authentication", **audience)
    require(verifier.presentation(theirs), ["form", "terms", "proof", "holder", "credentials"])
    signed = sign_document(
        held,
        key=KEYS["Ed25519"],
        verification_method=verification_method_of(did_of("Ed25519"), KEYS["Ed25519"]),
        created="2026-11-28T10:00:00Z",
        purpose="authentication",
        cryptosuite="eddsa-rdfc-2022",
        extra=audience,
    )
    assert others.ask("verifyPresentation", document=signed, **audience)["verified"] is True
    other = {**audience, "challenge": "another"}
    assert others.ask("verifyPresentation", document=signed, **other)["verified"] is False


@pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519"])
def test_jwt_credentials_both_ways(others: Partner, kind: str) -> None:  # noqa: F811
    method = verification_method_of(did_of(kind), KEYS[kind])
    document = {**TRADE, "issuer": did_of(kind)}
    text = sign_envelope(document, key=KEYS[kind], kid=method)
    algorithm = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}[kind]
    jwk = {**as_jwk(public_key_of(KEYS[kind])), "alg": algorithm}
    read = others.ask("verifyJws", text=text, jwk=jwk)
    assert read["payload"] == document
    assert read["header"] == {"alg": algorithm, "kid": method, "typ": "vc+jwt", "cty": "vc"}
    head, body, signature = text.split(".")
    assert "failed" in others.try_to("verifyJws", text=f"{head}.{body}A.{signature}", jwk=jwk)


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "EdDSA"])
def test_we_verify_jwt_credentials_of_theirs_under_did_web(others: Partner, algorithm: str) -> None:  # noqa: F811
    did, kid = "did:web:partner.example", "did:web:partner.example#key-1"
    document = {**TRADE, "issuer": did}
    made = others.ask("signJws", payload=document, header={"alg": algorithm, "kid": kid, "typ": "vc+jwt"})
    method = {"id": kid, "type": "JsonWebKey", "controller": did, "publicKeyJwk": made["jwk"]}
    resolve = document_resolver([{"id": did, "verificationMethod": [method], "assertionMethod": [kid]}])
    assert open_jws(made["text"], resolve).document == document


def test_sd_jwt_both_ways(others: Partner) -> None:  # noqa: F811
    kind = "P-384"
    method = verification_method_of(did_of(kind), KEYS[kind])
    document = {**TRADE, "issuer": did_of(kind)}
    pointers = ["/credentialSubject/amount", "/credentialSubject/buyer/name", "/credentialSubject/buyer"]
    text = issue_sd_jwt(document, key=KEYS[kind], kid=method, pointers=pointers)
    jwk = as_jwk(public_key_of(KEYS[kind]))
    assert (
        others.ask("verifySdJwt", text=text, jwk=jwk)["payload"]["credentialSubject"] == document["credentialSubject"]
    )
    shown = show_sd_jwt(text, ["/credentialSubject/amount"])
    subject = others.ask("verifySdJwt", text=shown, jwk=jwk)["payload"]["credentialSubject"]
    assert subject["amount"] == "1250.50"
    assert "buyer" not in subject
    did, kid = "did:web:partner.example", "did:web:partner.example#key-1"
    frame = {"credentialSubject": {"_sd": ["amount", "buyer"]}}
    made = others.ask(
        "issueSdJwt", payload={**TRADE, "issuer": did}, frame=frame, header={"typ": "vc+sd-jwt", "kid": kid}
    )
    method_of_theirs = {"id": kid, "type": "JsonWebKey", "controller": did, "publicKeyJwk": made["jwk"]}
    resolve = document_resolver([{"id": did, "verificationMethod": [method_of_theirs], "assertionMethod": [kid]}])
    assert of_jwk(made["jwk"]).kind == "P-384"
    assert open_sd_jwt(made["text"], resolve).document == {**TRADE, "issuer": did}
    partly = open_sd_jwt(show_sd_jwt(made["text"], ["/credentialSubject/buyer"]), resolve).document
    assert "amount" not in partly["credentialSubject"]


@pytest.mark.parametrize("kind", KINDS)
def test_letters_both_ways(others: Partner, kind: str) -> None:  # noqa: F811
    mine, other = EcdhKey.generate(kind), EcdhKey.generate("P-256")
    text = '{"price":"12.50 \u00f1"}'
    letter = seal(text.encode(), [Recipient(mine.public_key, "did:web:a.example#1")], cty="application/vc")
    opened = others.ask("openJwe", text=letter, jwk=mine.private_jwk())
    assert (opened["text"], opened["header"]["cty"]) == (text, "application/vc")
    several = seal(text.encode(), [Recipient(other.public_key), Recipient(mine.public_key)])
    assert others.ask("openJwe", text=several, jwk=mine.private_jwk())["text"] == text
    assert "failed" in others.try_to("openJwe", text=letter, jwk=EcdhKey.generate(kind).private_jwk())
    for algorithm, content in (("ECDH-ES", "A128GCM"), ("ECDH-ES+A128KW", "A256GCM"), ("ECDH-ES+A256KW", "A192GCM")):
        header = {"alg": algorithm, "enc": content, "apu": "QWxpY2U", "apv": "Qm9i"}
        made = others.ask("sealJwe", text=text, jwks=[as_jwk(mine.public_key)], header=header)["text"]
        assert open_letter(made, [other, mine]).plaintext.decode() == text
    both = [as_jwk(other.public_key), as_jwk(mine.public_key)]
    made = others.ask("sealJwe", text=text, jwks=both, header={"alg": "ECDH-ES+A256KW", "enc": "A256GCM"})["text"]
    assert open_letter(made, [mine]).plaintext.decode() == text


words = st.sampled_from(["name", "description"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
numbers = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    # Of the smallest numbers, those with fewer digits than others, their processor makes 0.
    st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False, width=64),
)
# A direction goes with a language here: their processor takes two texts that differ in direction alone for one, and
# loses the second.
tagged = st.builds(
    lambda text, tag: {"@value": text, **tag},
    texts,
    st.sampled_from(
        [
            {"@language": "en"},
            {"@language": "es-MX"},
            {"@language": "ar", "@direction": "rtl"},
            {"@language": "he", "@direction": "ltr"},
        ]
    ),
)
identifiers = st.sampled_from(["urn:example:1", "did:example:2", "https://example.org/3"])
VOCABULARY = {
    "part": {"@id": "urn:w#part", "@type": "@id"},
    "in": {"@id": "urn:w#in", "@container": "@language"},
    "steps": {"@id": "urn:w#steps", "@container": "@list"},
    "size": "urn:w#size",
    "on": {"@id": "urn:w#on", "@type": "http://www.w3.org/2001/XMLSchema#date"},
    "raw": {"@id": "urn:w#raw", "@type": "@json"},
    "Thing": {"@id": "urn:w#Thing", "@context": {"inner": {"@id": "urn:w#inner", "@type": "@id"}}},
    "w": "urn:w#",
}


def things(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    value = st.one_of(texts, numbers, st.booleans(), tagged)
    members: dict[str, Any] = {
        "id": identifiers,
        "type": st.sampled_from(["Thing", "w:Other", ["Thing", "urn:w#Third"]]),
        "name": st.one_of(texts, tagged, st.lists(tagged, max_size=2)),
        "size": st.one_of(value, st.lists(value, max_size=3)),
        "part": st.one_of(identifiers, children, st.lists(children, max_size=3)),
        "steps": st.lists(st.one_of(texts, numbers), max_size=3),
        "in": st.dictionaries(st.sampled_from(["en", "es"]), texts, max_size=2),
        "on": st.just("2026-11-28"),
        # Not any text as a name: JavaScript loses a member called __proto__, and with it the libraries that judge here.
        "raw": st.dictionaries(st.sampled_from(["a", "ñ", "\u20ac"]), numbers, max_size=2),
        "w:more": texts,
    }
    return st.fixed_dictionaries({}, optional=members)


documents = st.recursive(st.fixed_dictionaries({"name": texts}), things, max_leaves=8)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(subject=documents)
def test_our_canonical_form_is_that_of_their_processor(others: Partner, subject: dict[str, Any]) -> None:  # noqa: F811
    document = {"@context": [V2, VOCABULARY], "type": ["VerifiableCredential"], "credentialSubject": subject}
    theirs = others.ask("canonize", document=document)
    lines = canonical_lines(to_quads(document, pinned_contexts()))
    # A dataset is a set; their processor leaves a statement with a JSON literal twice when one node is written twice.
    assert lines == sorted({f"{line}\n" for line in theirs["text"].split("\n") if line})
