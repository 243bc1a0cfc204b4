"""One test a normative statement: VC Data Integrity 1.0, its EdDSA and ECDSA suites, RDFC-1.0, VC-JOSE-COSE, SD-JWT.

The marker names specification, section and the demand in our words; `scripts/write_conformance.py` lists them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from credential_world import KEYS, KIND_OF, altered, did_of, issued, method_of, unsigned
from transire.credentials import selective
from transire.credentials.canonical import jcs, read_object
from transire.credentials.cbor import decode, encode
from transire.credentials.contexts import V2, pinned_contexts
from transire.credentials.envelope import check_audience, open_envelope, open_jws, open_sd_jwt, sign_envelope
from transire.credentials.errors import (
    CredentialRefused,
    DataLoss,
    DisclosureRefused,
    EnvelopeMalformed,
    Expired,
    GraphTooComplex,
    JwsMalformed,
    KeyUnresolved,
    PointerUnmatched,
    ProofAudienceDiffers,
    ProofChainBroken,
    ProofContextDiffers,
    ProofExpired,
    ProofInvalid,
    ProofKeyUnfit,
    ProofMalformed,
    ProofMissing,
    ProofPurposeDiffers,
    ProofUnsupported,
    TermNotMapped,
)
from transire.credentials.jose import read_jws, sign_jws
from transire.credentials.proofs import Expectation, sign_document, verify_proofs
from transire.credentials.quads import Quad
from transire.credentials.rdf import to_quads
from transire.credentials.rdfc import canonical_lines
from transire.credentials.resolve import resolve_did_key
from transire.credentials.sd_jwt import issue_sd_jwt, read_sd_jwt, revealed_claims, show_sd_jwt
from transire.credentials.selective_values import BaseProof, DerivedProof
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url, unmultibase
from transire.crypto.errors import DuplicateKey, EncodingInvalid, JsonRefused

DI, EDDSA, ECDSA = "VC Data Integrity 1.0", "EdDSA Cryptosuites 1.0", "ECDSA Cryptosuites 1.0"
RDFC, JOSE, SD_JWT = "RDF Canonicalization 1.0", "VC-JOSE-COSE 1.0", "SD-JWT (RFC 9901)"
must = pytest.mark.must
WHOLE = ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"]
whole = pytest.mark.parametrize("suite", WHOLE)
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def proof(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed = {name: value for name, value in {**document["proof"], **changes}.items() if value is not ...}
    return {**document, "proof": changed}


def signed_with(suite: str, **extra: Any) -> dict[str, Any]:
    key = KEYS[KIND_OF[suite]]
    return sign_document(
        {"issuer": did_of(key), **unsigned()},
        key=key,
        verification_method=method_of(key),
        created="2026-11-01T00:00:00Z",
        cryptosuite=suite,
        extra=extra,
    )


@must(DI, "2.1", "what is secured has a proof; without one it is refused")
def test_proof_is_there() -> None:
    document = issued()
    del document["proof"]
    for given in (document, {**document, "proof": None}):
        with pytest.raises(ProofMissing):
            verify_proofs(given)


@must(DI, "2.1", "a proof is an object, or there are several")
def test_proof_is_an_object() -> None:
    for given in ("z58", [], ["z58"], 7):
        with pytest.raises(ProofMalformed):
            verify_proofs({**issued(), "proof": given})


@must(DI, "2.1", "the id of a proof is a URL")
def test_proof_id_is_a_url() -> None:
    with pytest.raises(ProofMalformed):
        verify_proofs(proof(issued(), id="first"))


@whole
@must(DI, "2.1", "type, verification method, purpose and value are there")
def test_mandatory_members(suite: str) -> None:
    for name in ("type", "verificationMethod", "proofPurpose", "proofValue", "cryptosuite"):
        with pytest.raises(CredentialRefused):
            verify_proofs(proof(issued(suite), **{name: ...}))


@must(DI, "2.1", "created and expires are dates; without a time zone they are in UTC")
def test_dates_of_a_proof() -> None:
    for name in ("created", "expires"):
        with pytest.raises(CredentialRefused):
            verify_proofs(proof(issued(), **{name: "invalidDate"}))
    made = signed_with("eddsa-rdfc-2022", expires="2027-01-01T00:00:00")
    assert verify_proofs(made, expect=Expectation(at=NOW))


@whole
@must(DI, "2.1", "an expired proof is refused")
def test_expired(suite: str) -> None:
    made = signed_with(suite, expires="2026-11-27T23:59:59Z")
    with pytest.raises(ProofExpired):
        verify_proofs(made, expect=Expectation(at=NOW))


@whole
@must(DI, "2.1", "domain and challenge are those that the verifier gave out")
def test_audience(suite: str) -> None:
    made = signed_with(suite, domain=["a.example", "b.example"], challenge="c1")
    verify_proofs(made, expect=Expectation(domain="b.example", challenge="c1"))
    for expect in (Expectation(domain="c.example"), Expectation(challenge="c2")):
        with pytest.raises(ProofAudienceDiffers):
            verify_proofs(made, expect=expect)


@must(DI, "2.1.2", "a proof that names a predecessor needs it, once, and unaltered")
def test_chains() -> None:
    first = signed_with("eddsa-rdfc-2022", id="urn:uuid:1")
    key = KEYS["P-256"]
    method = {"verification_method": method_of(key), "created": "2026-11-02T00:00:00Z"}
    for earlier in ("urn:uuid:1", ["urn:uuid:1"]):
        extra = {"previousProof": earlier}
        chain = sign_document(first, key=key, cryptosuite="ecdsa-rdfc-2019", extra=extra, **method)
        assert len(verify_proofs(chain)) == 2
        for broken in (altered(chain, lambda d: d["proof"].pop(0)), altered(chain, rename)):
            with pytest.raises((ProofChainBroken, ProofInvalid)):
                verify_proofs(broken)
    with pytest.raises(ProofChainBroken):
        verify_proofs(altered(chain, lambda d: d["proof"][1].update(previousProof=7)))


def rename(document: dict[str, Any]) -> None:
    document["proof"][0]["id"] = "urn:uuid:other"


@must(DI, "2.2", "another suite, and DataIntegrityProof without one, are refused by name")
def test_unknown_suite() -> None:
    for changes in ({"cryptosuite": "eddsa-2022"}, {"cryptosuite": ...}, {"type": "Ed25519Signature2020"}):
        with pytest.raises(ProofUnsupported):
            verify_proofs(proof(issued(), **changes))


@whole
@must(DI, "4.4", "the purpose is the one expected")
def test_purpose(suite: str) -> None:
    with pytest.raises(ProofPurposeDiffers):
        verify_proofs(issued(suite), expect=Expectation(purpose="authentication"))


@whole
@must(DI, "4.4", "the verification method resolves to a key of its controller")
def test_method_resolves(suite: str) -> None:
    for method in ("did:key:invalidVm", "did:key:z6Mk#z6Mk", "https://example.org/key", f"{did_of(KEYS['P-256'])}#x"):
        with pytest.raises(KeyUnresolved):
            verify_proofs(proof(issued(suite), verificationMethod=method))


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023"])
@must(DI, "5.2", "what RDF would lose is an error, at issue and at verification")
def test_data_loss(suite: str) -> None:
    key = KEYS[KIND_OF[suite]]
    document = {**unsigned(issuer=did_of(key)), "@context": ["https://www.w3.org/ns/credentials/v2"]}
    document |= {"type": ["VerifiableCredential"], "credentialSubject": {"name": "x", "dropped": "y"}}
    with pytest.raises(TermNotMapped):
        sign_document(document, key=key, verification_method=method_of(key), created=None, cryptosuite=suite)


@must(DI, "5.2", "a form that this reader does not turn into RDF is refused, never left out")
def test_forms_that_are_not_read() -> None:
    context = {"by": {"@id": "urn:w#by", "@container": "@index", "@index": "urn:w#k"}}
    with pytest.raises(DataLoss):
        to_quads({"@context": context, "by": {"a": {}}}, pinned_contexts())


@whole
@must(DI, "5.3", "a context put in before the signed ones is noticed")
def test_context_injection(suite: str) -> None:
    changed = altered(issued(suite), lambda d: d["@context"].insert(1, {"name": "https://example.org/#other"}))
    with pytest.raises(CredentialRefused):
        verify_proofs(changed)


@must(EDDSA, "3.3.1", "the proof repeats the contexts of the document")
def test_jcs_repeats_contexts() -> None:
    document = issued("eddsa-jcs-2022")
    assert document["proof"]["@context"] == document["@context"]
    with pytest.raises(ProofContextDiffers):
        verify_proofs({**document, "@context": document["@context"][:1]})


@whole
@must(EDDSA, "2.2.1", "a proof value is base58btc multibase of a signature of the right length")
def test_proof_value(suite: str) -> None:
    value = issued(suite)["proof"]["proofValue"]
    for other in (value[1:], f"u{value[1:]}", value[:-4], value + "11", "z", None, 7):
        with pytest.raises(ProofMalformed):
            verify_proofs(proof(issued(suite), proofValue=other))


@whole
@must(EDDSA, "2.1.1", "a key is a Multikey in base58btc, and no other encoding")
def test_keys_are_base58(suite: str) -> None:
    document = issued(suite)
    did = f"did:key:u{b64url(b'x' * 34)}"
    with pytest.raises(KeyUnresolved):
        verify_proofs(proof(document, verificationMethod=f"{did}#{did[8:]}"))


@must(ECDSA, "3", "a suite and a kind of key that do not go together are refused, whatever was signed")
def test_algorithm_confusion() -> None:
    for suite in WHOLE:
        other = KEYS["P-256" if suite.startswith("eddsa") else "Ed25519"]
        with pytest.raises(ProofKeyUnfit):
            sign_document(unsigned(), key=other, verification_method=method_of(other), created=None, cryptosuite=suite)
        with pytest.raises(ProofKeyUnfit):
            verify_proofs(proof(issued(suite), verificationMethod=method_of(other)))


@pytest.mark.parametrize(("kind", "size"), [("P-256", 64), ("P-384", 96)])
@must(ECDSA, "3", "a signature is r and s in a row (RFC 4754 section 7), over SHA-256 or SHA-384 by the curve")
def test_signature_form(kind: str, size: int) -> None:
    for suite in ("ecdsa-jcs-2019", "ecdsa-rdfc-2019"):
        document = issued(suite, kind)
        assert len(unmultibase(document["proof"]["proofValue"])) == size
        assert verify_proofs(document)


@must(ECDSA, "3.4.12", "a pointer that matches nothing is an error")
def test_pointers_match() -> None:
    for pointer in ("/credentialSubject/none", "issuer", "/credentialSubject/goods/0", "/~2", 7):
        with pytest.raises(PointerUnmatched):
            issue_selectively([pointer])


def issue_selectively(mandatory: list[Any]) -> dict[str, Any]:
    key = KEYS["P-256"]
    document = {"issuer": did_of(key), **unsigned()}
    suite = {"cryptosuite": "ecdsa-sd-2023", "mandatory": mandatory, "created": "2026-11-01T00:00:00Z"}
    return sign_document(document, key=key, verification_method=method_of(key), **suite)


def derived(*pointers: str) -> dict[str, Any]:
    document = issue_selectively(["/issuer"])
    return selective.derive(document, document["proof"], list(pointers), pinned_contexts())


@must(ECDSA, "3.4.11", "ids and types on the way to a part are always shown")
def test_ids_and_types_are_shown() -> None:
    shown = derived("/credentialSubject/goods/unit")
    assert shown["id"] == unsigned()["id"]
    assert shown["type"] == unsigned()["type"]
    assert shown["credentialSubject"] == {"id": "did:example:subject", "goods": {"unit": "kg"}}
    verify_proofs(shown)


@must(ECDSA, "3.5.2", "a base proof is header d95d00 and CBOR of five without tags")
def test_base_proof_form() -> None:
    value = issue_selectively(["/issuer"])["proof"]["proofValue"]
    raw = unb64url(value[1:])
    assert raw[:3] == b"\xd9\x5d\x00"
    signature, public, hmac_key, signatures, pointers = decode(raw[3:])  # type: ignore[misc]
    assert (len(signature), len(public), len(hmac_key), pointers) == (64, 35, 32, ["/issuer"])
    assert {len(each) for each in signatures} == {64}
    with pytest.raises(EncodingInvalid):
        decode(b"\xd8\x40" + raw[3:])


def refuse_derived(value: str) -> None:
    with pytest.raises(ProofMalformed):
        verify_proofs(proof(derived("/credentialSubject/name"), proofValue=value))


@must(ECDSA, "3.5.8", "a derived proof begins with u and header d95d01; a base proof is none")
def test_derived_proof_header() -> None:
    value = derived("/credentialSubject/name")["proof"]["proofValue"]
    for other in (value[1:], "a", f"z{value[1:]}", value[:1] + value[4:], value + "="):
        refuse_derived(other)
    refuse_derived(issue_selectively(["/issuer"])["proof"]["proofValue"])
    with pytest.raises(ProofMalformed):
        BaseProof.read(value)


@must(ECDSA, "3.5.8", "a derived proof has five parts of their kinds and lengths")
def test_derived_proof_parts() -> None:
    read = DerivedProof.read(derived("/credentialSubject/name")["proof"]["proofValue"])
    labels = {number: unb64url(label[3:]) for number, label in read.labels.items()}
    good: list[Any] = [read.signature, read.public, read.signatures, labels, read.mandatory]
    for place, other in (
        (0, b"x"),
        (1, b"x" * 36),
        (2, [b"x"]),
        (2, b"x"),
        (3, {0: b"x"}),
        (3, {0: b"x" * 32, 1: b"x" * 32}),
        (4, ["0"]),
        (4, [3, 1]),
        (4, [1, 1]),
    ):
        refuse_derived("u" + b64url(b"\xd9\x5d\x01" + encode([*good[:place], other, *good[place + 1 :]])))
    refuse_derived("u" + b64url(b"\xd9\x5d\x01" + encode(good[:4])))


@must(ECDSA, "3.6.8", "there is a signature for each statement that is not mandatory")
def test_signature_count() -> None:
    document = derived("/credentialSubject/name", "/validFrom")
    read = DerivedProof.read(document["proof"]["proofValue"])
    fewer = DerivedProof(read.signature, read.public, read.signatures[1:], read.labels, read.mandatory)
    with pytest.raises(ProofInvalid):
        verify_proofs(proof(document, proofValue=fewer.text))


@must(ECDSA, "3.6.8", "nothing that was not disclosed can be put back, and nothing disclosed be taken away")
def test_derived_documents_cannot_be_changed() -> None:
    document = derived("/credentialSubject/name", "/validFrom")
    for change in (
        lambda d: d.pop("validFrom"),
        lambda d: d["credentialSubject"].update(goods={"unit": "kg"}),
        lambda d: d["credentialSubject"].update(id="urn:invalid"),
    ):
        with pytest.raises(CredentialRefused):
            verify_proofs(altered(document, change))


@must(ECDSA, "3.6.7", "nothing undisclosed is found in what is derived")
def test_nothing_undisclosed_is_there() -> None:
    text = jcs(derived("/credentialSubject/name"))
    for hidden in (b"5.5", b'"kg"', b"2026-01-01T00:00:00Z"):
        assert hidden not in text
    assert "hmac" not in repr(selective.Secrets())


@must(RDFC, "4", "the same graph has the same text however it is written")
def test_canonical_text() -> None:
    one = [Quad("_:x", "<urn:p>", "_:y"), Quad("_:y", "<urn:q>", '"1"'), Quad("_:y", "<urn:q>", '"1"')]
    other = [Quad("_:b", "<urn:q>", '"1"'), Quad("_:a", "<urn:p>", "_:b")]
    assert canonical_lines(one) == canonical_lines(other)
    ring = [Quad(f"_:{i}", "<urn:p>", f"_:{(i + 1) % 3}") for i in range(3)]
    turned = [Quad(f"_:{'cab'[i]}", "<urn:p>", f"_:{'cab'[(i + 1) % 3]}") for i in (2, 0, 1)]
    assert canonical_lines(ring) == canonical_lines(turned)


@must(RDFC, "7.1", "a hostile graph is stopped by a budget")
def test_poison() -> None:
    clique = [Quad(f"_:{i}", "<urn:p>", f"_:{j}") for i in range(12) for j in range(12) if i != j]
    chain = [Quad(f"_:{side}{i}", "<urn:p>", f"_:{side}{i + 1}") for i in range(2_000) for side in "ab"]
    for quads in (clique, chain):
        with pytest.raises(GraphTooComplex):
            canonical_lines(quads)


CREDENTIAL = unsigned(issuer=did_of(KEYS["P-384"]))


def jwt(claims: dict[str, Any] | None = None, **header: Any) -> str:
    key = KEYS["P-384"]
    return sign_jws(jcs({**CREDENTIAL, **(claims or {})}), key, {"kid": method_of(key), "typ": "vc+jwt", **header})


@must(JOSE, "3.1.1", "the payload is the credential; claims vc and vp are refused")
def test_no_vc_claim() -> None:
    assert open_jws(jwt(), resolve_did_key).document == CREDENTIAL
    for claim in ("vc", "vp"):
        with pytest.raises(EnvelopeMalformed):
            open_jws(jwt({claim: CREDENTIAL}), resolve_did_key)


@must(JOSE, "3.1.2", "a token of before version 1.0 is read as one whatever the data: URL says, from vc or vp alone")
def test_tokens_of_the_old_kind() -> None:
    key = KEYS["P-256"]
    holder = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": did_of(key)}

    def envelope(media: str, payload: dict[str, Any], typ: str = "JWT") -> dict[str, Any]:
        made = sign_jws(jcs(payload), key, {"kid": method_of(key), "typ": typ})
        return {"@context": V2, "type": "EnvelopedVerifiablePresentation", "id": f"data:application/{media},{made}"}

    for media in ("jwt", "vp+jwt"):
        assert open_envelope(envelope(media, {"vp": holder}), resolve_did_key).document == holder
        with pytest.raises(EnvelopeMalformed):
            open_envelope(envelope(media, holder), resolve_did_key)
    with pytest.raises(EnvelopeMalformed):
        open_envelope(envelope("vp+jwt", {"vp": holder}, typ="vp+jwt"), resolve_did_key)


@must(JOSE, "3.1.2", "typ and kid say what it is and whose key signed")
def test_header() -> None:
    with pytest.raises(EnvelopeMalformed):
        open_jws(jwt(typ="kb+jwt"), resolve_did_key)
    for kid in (None, 7, "key-1", f"{did_of(KEYS['P-256'])}#x"):
        with pytest.raises(CredentialRefused):
            open_jws(jwt(kid=kid), resolve_did_key)


@must(JOSE, "3.1.3", "what stands twice says the same twice, and its times count")
def test_claims() -> None:
    for claims in ({"iss": "did:example:other"}, {"jti": "urn:uuid:other"}, {"exp": "soon"}, {"nbf": True}):
        with pytest.raises(EnvelopeMalformed):
            open_jws(jwt(claims), resolve_did_key)
    with pytest.raises(Expired):
        open_jws(jwt({"exp": 1}), resolve_did_key, at=NOW)


@must(JOSE, "3.1.3", "a presentation is for the audience and nonce that were asked for")
def test_audience_of_a_jwt() -> None:
    key = KEYS["P-384"]
    text = sign_envelope({"type": ["VerifiablePresentation"]}, key=key, kid=method_of(key), claims={"nonce": "n"})
    opened = open_jws(text, resolve_did_key, kind="EnvelopedVerifiablePresentation")
    check_audience(opened, domain=None, challenge="n")
    for domain, challenge in ((None, "m"), ("a.example", None)):
        with pytest.raises(ProofAudienceDiffers):
            check_audience(opened, domain=domain, challenge=challenge)


@must("RFC 8725", "3.1", "the algorithm is that of the key: none, a MAC and another curve are refused")
def test_jwt_algorithms() -> None:
    head, body, signature = jwt().split(".")
    for algorithm in ("none", "HS384", "ES256", "EdDSA", "es384", None):
        header = b64url(jcs({**read_jws(jwt()).header, "alg": algorithm}))
        with pytest.raises(ProofKeyUnfit):
            open_jws(f"{header}.{body}.{signature}", resolve_did_key)
    with pytest.raises(ProofInvalid):
        open_jws(f"{head}.{body}.{b64url(bytes(96))}", resolve_did_key)
    with pytest.raises(CredentialRefused):
        open_jws(f"{head}.{body}.", resolve_did_key)


@must("RFC 7515", "4.1.11", "critical extensions are refused, and so is anything but three parts")
def test_jws_form() -> None:
    for text in ("", "a.b", "a.b.c.d", jwt() + "=", jwt(crit=["exp"]), jwt(b64=False), None):
        with pytest.raises((JwsMalformed, CredentialRefused)):
            open_jws(text, resolve_did_key)


@must("RFC 8259", "4", "a member that stands twice is refused")
def test_members_twice() -> None:
    with pytest.raises(DuplicateKey):
        read_object(b'{"issuer":"a","issu\\u0065r":"b"}')


def test_deep_text_is_read_or_refused_by_name() -> None:
    """What is deeper than it is written fast is read slowly; a credential of that depth is refused by its form."""

    def nested(levels: int) -> bytes:
        return b'{"a":' + b"[" * levels + b"]" * levels + b"}"

    assert read_object(nested(300)) == json.loads(nested(300))
    with pytest.raises(JsonRefused):
        read_object(nested(100_000))


POINTERS = ["/credentialSubject/name", "/credentialSubject/goods/weight", "/credentialSubject/goods"]


def sd_jwt(**options: Any) -> str:
    key = KEYS["P-384"]
    return issue_sd_jwt(CREDENTIAL, key=key, kid=method_of(key), pointers=POINTERS, **options)


@must(SD_JWT, "7.1", "with every disclosure the document is whole, with fewer it lacks what was withheld")
def test_sd_jwt_reveals() -> None:
    assert open_sd_jwt(sd_jwt(), resolve_did_key).document == CREDENTIAL
    shown = show_sd_jwt(sd_jwt(), ["/credentialSubject/name"])
    assert open_sd_jwt(shown, resolve_did_key).document["credentialSubject"] == {
        "id": "did:example:subject",
        "name": "Nuez",
    }
    nested = show_sd_jwt(sd_jwt(), ["/credentialSubject/goods/weight"])
    assert open_sd_jwt(nested, resolve_did_key).document["credentialSubject"]["goods"] == {"unit": "kg", "weight": 5.5}


@must(SD_JWT, "7.1", "a disclosure that no digest stands for, one twice and one of another form are refused")
def test_sd_jwt_disclosures() -> None:
    issued_text, *disclosures, _ = sd_jwt().split("~")
    foreign = b64url(b'["salt","price","1"]')
    for listed in ([*disclosures, foreign], [*disclosures, disclosures[0]], [b64url(b'["salt"]')], ["!"]):
        with pytest.raises(DisclosureRefused):
            open_sd_jwt("~".join((issued_text, *listed, "")), resolve_did_key)


@must(SD_JWT, "7.1", "a name that is there, or a reserved one, cannot be disclosed over")
def test_sd_jwt_names() -> None:
    key = KEYS["P-384"]
    for parts in (b'["s","id","urn:other"]', b'["s","_sd",["x"]]', b'["s","...","x"]', b'["s",7,"x"]'):
        text = b64url(parts)
        payload = {"id": "urn:1", "_sd": [b64url(sha256(text.encode()))]}
        made = sign_jws(jcs(payload), key, {"kid": method_of(key), "typ": "vc+sd-jwt"})
        with pytest.raises(DisclosureRefused):
            revealed_claims(read_sd_jwt(f"{made}~{text}~"))


@must(SD_JWT, "4.1.1", "the digest function is the one named, and another is refused")
def test_sd_jwt_algorithm() -> None:
    key = KEYS["P-384"]
    made = sign_jws(jcs({"_sd_alg": "md5"}), key, {"kid": method_of(key), "typ": "vc+sd-jwt"})
    with pytest.raises(DisclosureRefused):
        revealed_claims(read_sd_jwt(f"{made}~"))


@must(SD_JWT, "7.3", "a binding is by the holder's key, over what is shown, for this audience and nonce")
def test_sd_jwt_binding() -> None:
    holder, bound = KEYS["P-256"], sd_jwt(holder=KEYS["P-256"])
    shown = show_sd_jwt(bound, ["/credentialSubject/name"], holder=holder, audience="customs.example", nonce="n1")
    asked = {"domain": "customs.example", "challenge": "n1"}
    assert open_sd_jwt(shown, resolve_did_key, **asked).document["credentialSubject"]["name"] == "Nuez"
    for other in ({"domain": "other.example"}, {"challenge": "n2"}):
        with pytest.raises(ProofAudienceDiffers):
            open_sd_jwt(shown, resolve_did_key, **{**asked, **other})
    for text in (bound, shown.rpartition("~")[0] + "~", shown.replace("~", f"~{bound.split('~')[1]}~", 1)):
        with pytest.raises(DisclosureRefused):
            open_sd_jwt(text, resolve_did_key, **asked)
    forged = show_sd_jwt(
        bound, ["/credentialSubject/name"], holder=KEYS["P-384"], audience="customs.example", nonce="n1"
    )
    with pytest.raises(CredentialRefused):
        open_sd_jwt(forged, resolve_did_key, **asked)


@must(SD_JWT, "9.7", "what tells which credential it is cannot be withheld")
def test_sd_jwt_never() -> None:
    key = KEYS["P-384"]
    for pointer in ("/issuer", "/type", "/@context", "/validFrom", "/id", ""):
        with pytest.raises(PointerUnmatched):
            issue_sd_jwt(CREDENTIAL, key=key, kid=method_of(key), pointers=[pointer])
