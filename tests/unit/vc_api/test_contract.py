"""The contract of the VC API as the official HTTP suites use it: what they send, what they look for in answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from credential_world import EXAMPLES, KEYS, VcApi, altered, did_of, issued, method_of, unsigned, vc_api  # noqa: F401
from transire.credentials.contexts import V2
from transire.credentials.proofs import sign_document
from transire.credentials.status import decode_bits
from transire.crypto.ecdsa import P384, EcdsaKey
from transire.vc_api.issuers import PLANS

ISSUERS = [plan.name for plan in PLANS]
WHOLE = ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"]
PREFIXES = {"Ed25519": "z6Mk", "P-256": "zDna", "P-384": "z82L"}
V1 = "https://www.w3.org/2018/credentials/v1"


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_every_issuer_has_a_key_of_its_own_kind(vc_api: VcApi, plan: Any) -> None:  # noqa: F811
    did = vc_api.issuers[plan.name]
    assert did.removeprefix("did:key:").startswith(PREFIXES[plan.kind])
    assert len(set(vc_api.issuers.values())) == len(PLANS)


@pytest.mark.parametrize("name", ISSUERS)
def test_what_an_issuer_issues_verifies(vc_api: VcApi, name: str) -> None:  # noqa: F811
    secured = vc_api.issued(name)
    assert "verifiableCredential" not in secured  # bare, not wrapped
    if name == "ecdsa-sd-2023":
        body = {"verifiableCredential": secured, "options": {"selectivePointers": ["/credentialSubject/goods"]}}
        answer = vc_api.client.post("/credentials/derive", json=body)
        assert answer.status_code == 201
        secured = answer.json()
    answer = vc_api.verify(secured, checks=["proof"])
    assert answer.status_code == 200, answer.text
    assert not answer.json().get("errors")
    assert answer.json()["verified"] is True


@pytest.mark.parametrize("name", WHOLE)
def test_the_proof_has_the_members_that_the_suites_look_for(vc_api: VcApi, name: str) -> None:  # noqa: F811
    secured = vc_api.issued(name)
    proof = secured["proof"]
    did = vc_api.issuers[name]
    assert proof["type"] == "DataIntegrityProof"
    assert proof["cryptosuite"] == name
    assert proof["verificationMethod"] == f"{did}#{did.removeprefix('did:key:')}"
    assert proof["proofPurpose"] == "assertionMethod"
    assert proof["proofValue"].startswith("z")
    assert ("@context" in proof) is ("jcs" in name)
    if "jcs" in name:
        assert proof["@context"] == secured["@context"]


def test_the_base_proof_of_selective_disclosure(vc_api: VcApi) -> None:  # noqa: F811
    assert vc_api.issued("ecdsa-sd-2023")["proof"]["proofValue"].startswith("u2V0A")
    missing = vc_api.issue(unsigned(), "ecdsa-sd-2023", mandatoryPointers=["/non/existent/path"])
    assert missing.status_code == 400
    assert missing.json()["code"] == "credentials.pointer-unmatched"
    chosen = vc_api.issue(unsigned(), "ecdsa-sd-2023", mandatoryPointers=["/issuer", "/credentialSubject/goods/unit"])
    assert chosen.status_code == 201


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023", "eddsa-jcs-2022"])
def test_only_what_securing_needs_is_added(vc_api: VcApi, name: str) -> None:  # noqa: F811
    document = unsigned(id=None, validFrom=None, issuer={"id": vc_api.issuers[name], "name": "Taller"})
    secured = vc_api.issue(document, name).json()
    assert {member: value for member, value in secured.items() if member != "proof"} == document


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023"])
def test_a_credential_of_1_1_gets_the_context_of_its_proof(vc_api: VcApi, name: str) -> None:  # noqa: F811
    inline = {"@context": {"name": "https://schema.org/name"}}
    document = {
        "@context": [V1, inline],
        "type": ["VerifiableCredential"],
        "issuer": vc_api.issuers[name],
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:subject", "name": "Nuez"},
    }
    secured = vc_api.issue(document, name).json()
    assert secured["@context"] == [V1, inline, "https://w3id.org/security/data-integrity/v2"]
    if name != "ecdsa-sd-2023":
        assert vc_api.verify(secured).status_code == 200


@pytest.mark.parametrize("path", ["ecdsa-rdfc-2019-p384", "ecdsa-rdfc-2019/P-384", "ecdsa-rdfc-2019/p384"])
def test_a_key_type_can_be_part_of_the_path(vc_api: VcApi, path: str) -> None:  # noqa: F811
    secured = vc_api.issue(unsigned(), path).json()
    assert secured["issuer"] == vc_api.issuers["ecdsa-rdfc-2019-p384"]


def test_a_key_type_can_be_an_option(vc_api: VcApi) -> None:  # noqa: F811
    secured = vc_api.issue(unsigned(), cryptosuite="ecdsa-jcs-2019", keyType="P-384").json()
    assert secured["issuer"] == vc_api.issuers["ecdsa-jcs-2019-p384"]


@pytest.mark.parametrize("name", ["vc-jwt-es256", "enveloped", "vc+jwt"])
def test_an_enveloped_credential(vc_api: VcApi, name: str) -> None:  # noqa: F811
    envelope = vc_api.issue(unsigned(), name).json()
    assert envelope["@context"] == V2
    assert envelope["type"] == "EnvelopedVerifiableCredential"
    assert envelope["id"].startswith("data:application/vc+jwt,")
    assert vc_api.verify(envelope).status_code == 200
    for change in (
        {"@context": []},
        {"@context": EXAMPLES},
        {"id": envelope["id"].split(",")[1]},
        {"type": "VerifiableCredential"},
        {"type": None},
    ):
        refused = vc_api.verify({k: v for k, v in {**envelope, **change}.items() if v is not None})
        assert refused.status_code == 400, change


def test_the_status_issuer_and_its_list(vc_api: VcApi) -> None:  # noqa: F811
    secured = vc_api.issued("status", id="urn:uuid:5f1c3f0a-9d6a-4e4c-9a39-2f6d3f0c6b55")
    entry = secured["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]
    assert entry["statusListCredential"].startswith("https://credentials.example/status/lists/")
    assert set(entry) == {"type", "statusPurpose", "statusListIndex", "statusListCredential"}
    published = vc_api.client.get(entry["statusListCredential"]).json()
    assert published["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert isinstance(published["issuer"], str)
    assert published["credentialSubject"]["type"] == "BitstringStatusList"
    assert len(decode_bits(published["credentialSubject"]["encodedList"])) >= 16 * 1024
    assert vc_api.verify(published).status_code == 200
    assert vc_api.verify(secured, checks=["proof", "credentialStatus"]).status_code == 200
    body = {"credentialId": secured["id"], "credentialStatus": {"type": entry["type"], "statusPurpose": "revocation"}}
    assert vc_api.client.post("/credentials/status", json=body).status_code == 200
    for options in ({"checks": ["proof", "credentialStatus"]}, {}):
        refused = vc_api.verify(secured, **options)
        assert refused.status_code == 400
        assert refused.json()["code"] == "credentials.status-set"
    assert vc_api.verify(secured, checks=["proof"]).status_code == 200
    vc_api.client.post("/credentials/status", json={**body, "status": False})
    assert vc_api.verify(secured).status_code == 200


def test_a_credential_that_is_issued_again_has_another_place(vc_api: VcApi) -> None:  # noqa: F811
    identifier = "urn:uuid:0a0c4d63-2b0b-4d7a-8f0f-53cf0c6f4c55"
    both = [vc_api.issued("status", id=identifier) for _ in range(2)]
    assert len({each["credentialStatus"]["statusListIndex"] for each in both}) == 2
    vc_api.client.post("/credentials/status", json={"credentialId": identifier, "credentialStatus": {}})
    assert [vc_api.verify(each).status_code for each in both] == [400, 400]


def test_its_own_list_is_known_under_the_origin_that_it_was_named_by(vc_api: VcApi) -> None:  # noqa: F811
    secured = vc_api.issued("status", id="urn:uuid:9c3c8f2e-7f0e-4f04-9a28-4d3b1a7c2f10")
    body = {"verifiableCredential": secured, "options": {"checks": ["proof", "credentialStatus"]}}
    answer = vc_api.client.post("https://another-origin.example/credentials/verify", json=body)
    assert answer.status_code == 200
    foreign = {**secured["credentialStatus"], "statusListCredential": "https://other.example/status/lists/1"}
    other = vc_api.issued("eddsa-jcs-2022", credentialStatus=foreign)
    assert vc_api.verify(other).status_code == 200  # said not to be shown, and not asked for
    refused = vc_api.verify(other, checks=["proof", "credentialStatus"])
    assert (refused.status_code, refused.json()["code"]) == (400, "credentials.status-not-retrieved")


def test_a_stray_member_is_refused_by_the_status_issuer_too(vc_api: VcApi) -> None:  # noqa: F811
    stray = {"type": "BitstringStatusListEntry", "statusListIndex": True, "statusListCredential": "https://example.com"}
    document = unsigned(**{"@context": [V2], "type": ["VerifiableCredential"], "statusEntry": stray})
    document["credentialSubject"] = {"id": "did:example:subject"}
    refused = vc_api.issue(document, "status")
    assert (refused.status_code, refused.json()["code"]) == (400, "credentials.term-not-mapped")


def test_the_list_is_known_by_its_public_origin(vc_api: VcApi) -> None:  # noqa: F811
    headers = {"X-Forwarded-Host": "vc.partner.example", "X-Forwarded-Proto": "https"}
    body = {"credential": unsigned(id="urn:uuid:1b0a3c7e-38b1-46ab-9d9c-6f2cb54c0a11")}
    # The test client is no trusted proxy: its word does not count.
    answer = vc_api.client.post("/status/credentials/issue", json=body, headers=headers).json()
    assert answer["credentialStatus"]["statusListCredential"].startswith("https://credentials.example/")


NOT_CREDENTIALS: list[object] = ["a string", None, 7, [], {}, True, {"type": ["NonconformingDocument"]}]


@pytest.mark.parametrize("document", NOT_CREDENTIALS, ids=repr)
def test_what_is_no_credential_is_refused_with_a_body(vc_api: VcApi, document: object) -> None:  # noqa: F811
    for refused in (vc_api.verify(document), vc_api.verify_presentation(document)):
        assert refused.status_code in (400, 422)
        assert refused.json()["code"]


CHANGES: dict[str, Any] = {
    "no proof": lambda vc: vc.pop("proof"),
    "proof null": lambda vc: vc.update(proof=None),
    "no type": lambda vc: vc["proof"].pop("type"),
    "another type": lambda vc: vc["proof"].update(type="UnknownProofType"),
    "no method": lambda vc: vc["proof"].pop("verificationMethod"),
    "another method": lambda vc: vc["proof"].update(verificationMethod="did:key:invalidVm"),
    "no purpose": lambda vc: vc["proof"].pop("proofPurpose"),
    "another purpose": lambda vc: vc["proof"].update(proofPurpose="invalidPurpose"),
    "no value": lambda vc: vc["proof"].pop("proofValue"),
    "value null": lambda vc: vc["proof"].update(proofValue=None),
    "value without header": lambda vc: vc["proof"].update(proofValue=vc["proof"]["proofValue"][1:]),
    "value truncated": lambda vc: vc["proof"].update(proofValue=vc["proof"]["proofValue"][:-6]),
    "another suite": lambda vc: vc["proof"].update(cryptosuite="UnknownCryptosuite"),
    "no suite": lambda vc: vc["proof"].pop("cryptosuite"),
    "created no date": lambda vc: vc["proof"].update(created="invalidDate"),
    "undefined term": lambda vc: vc["credentialSubject"].update({"@x": "IfDroppedWillVerify"}),
    "undefined type": lambda vc: vc.update(type=[*vc["type"], "no such:type"]),
    "context added before": lambda vc: vc.update({"@context": [V2, {"name": "urn:other"}, EXAMPLES]}),
    "subject changed": lambda vc: vc["credentialSubject"].update(name="Almendra"),
}


@pytest.mark.parametrize("suite", WHOLE)
@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_refused(vc_api: VcApi, suite: str, change: str) -> None:  # noqa: F811
    refused = vc_api.verify(altered(issued(suite), CHANGES[change]), checks=["proof"])
    assert refused.status_code in (400, 422), refused.text
    problem = refused.json()
    assert problem["type"].startswith("https://")
    assert problem["check"] in ("form", "terms", "proof")
    assert problem["where"].startswith("/verifiableCredential")


@pytest.mark.parametrize("suite", WHOLE)
def test_another_purpose_can_be_asked_for(vc_api: VcApi, suite: str) -> None:  # noqa: F811
    assert vc_api.verify(issued(suite), expectedProofPurpose="authentication").status_code == 400
    assert vc_api.verify(issued(suite), expectedProofPurpose="assertionMethod").status_code == 200
    assert vc_api.verify(issued(suite), domain="domain.example").status_code == 400
    assert vc_api.verify(issued(suite), challenge="1235abcd6789").status_code == 400


@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "vc-jwt-es384"])
def test_presentations(vc_api: VcApi, name: str) -> None:  # noqa: F811
    held = [vc_api.issued("eddsa-rdfc-2022"), vc_api.issued("vc-jwt-es256")]
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": held}
    audience = {"domain": "customs.example", "challenge": "u8dQ"}
    body = {"presentation": presentation, "options": audience}
    signed = vc_api.client.post(f"/{name}/presentations/prove", json=body).json()
    assert vc_api.verify_presentation(signed, **audience).status_code == 200
    assert vc_api.verify_presentation(signed, challenge="u8dQ").status_code == 200
    refused = vc_api.verify_presentation(signed, domain="customs.example", challenge="another")
    assert (refused.status_code, refused.json()["code"]) == (400, "credentials.proof-audience")
    for changed in (
        {**signed, "type": "VerifiablePresentation2"},
        {**signed, "@context": ["https ://not-a-url/contexts/example/v1"]},
    ):
        assert vc_api.verify_presentation(changed).status_code == 400


@pytest.mark.parametrize(
    ("holder", "issuer", "status"),
    [
        ("own", "own", 200),
        ("own as an object", "own", 200),
        (None, "own", 400),
        ("own", "did:example:alice", 400),
        ("did:example:acme", "own", 400),
        ("did:example:acme", "did:example:acme", 400),
    ],
)
def test_a_holder_may_say_of_itself_what_only_the_presentation_secures(
    vc_api: VcApi,  # noqa: F811
    holder: str | None,
    issuer: str,
    status: int,
) -> None:
    key = KEYS["Ed25519"]
    own = did_of(key)
    parties = {"own": own, "own as an object": {"id": own}}
    held = unsigned(issuer=parties.get(issuer, issuer))
    presentation = {"@context": [V2, EXAMPLES], "type": ["VerifiablePresentation"], "verifiableCredential": [held]}
    presentation |= {} if holder is None else {"holder": parties.get(holder, holder)}
    made = sign_document(
        presentation, key=key, verification_method=method_of(key), created=None, purpose="authentication"
    )
    assert vc_api.verify_presentation(made).status_code == status


def test_a_presentation_with_an_altered_credential_is_refused(vc_api: VcApi) -> None:  # noqa: F811
    held = altered(issued("eddsa-rdfc-2022"), CHANGES["subject changed"])
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [held]}
    signed = vc_api.client.post("/eddsa-rdfc-2022/presentations/prove", json={"presentation": presentation}).json()
    refused = vc_api.verify_presentation(signed)
    assert refused.json()["where"].startswith("/verifiablePresentation/verifiableCredential/0")


DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
KEY = DID.removeprefix("did:key:")
P384_DID = did_of(EcdsaKey.from_number(P384, 3))
DIDS = [
    (f"notDid:key:{KEY}", "invalidDid"),
    (f"key:{KEY}", "invalidDid"),
    (f"did:experimental:{KEY}", "methodNotSupported"),
    (f"did:key:-4:{KEY}", "invalidDid"),
    (f"did:key:{KEY[1:]}", "invalidDid"),
    ("did:key:@", "invalidDid"),
    ("did:key:", "invalidDid"),
    ("did:key:zTjsVPtY", "invalidPublicKeyLength"),
    ("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "unsupportedPublicKeyType"),
]


def resolve(vc_api: VcApi, did: str, query: str = "") -> Any:  # noqa: F811
    return vc_api.client.get(f"/1.0/identifiers/{quote(did, safe='')}{query}")


@pytest.mark.parametrize(("did", "error"), DIDS)
def test_what_is_no_did_key_is_refused_by_name(vc_api: VcApi, did: str, error: str) -> None:  # noqa: F811
    refused = resolve(vc_api, did)
    body = refused.json()
    assert 400 <= refused.status_code < 500
    assert set(body) == {"@context", "didDocument", "didDocumentMetadata", "didResolutionMetadata"}
    assert body["didResolutionMetadata"]["error"] == error
    assert body["didDocument"] is not None


@pytest.mark.parametrize("did", [DID, f"did:key:1:{KEY}", f"did:key:1.1:{KEY}", P384_DID])
def test_a_did_key_is_its_own_document(vc_api: VcApi, did: str) -> None:  # noqa: F811
    answer = resolve(vc_api, did)
    document = answer.json()["didDocument"]
    assert answer.status_code == 200
    assert document["id"] == did
    (method,) = document["verificationMethod"]
    assert method["controller"] == did
    assert method["publicKeyMultibase"] == did.rpartition(":")[2]
    assert document["assertionMethod"] == document["authentication"] == [method["id"]]
    assert ("keyAgreement" in document) is (did != P384_DID)


URLS = [
    (f"{DID}/^bar^/?query=`#{KEY}", "", "invalidDidUrl"),
    (f"{DID}#{KEY}", "?publicKeyFormat=Ed25519VerificationKey2018", "invalidPublicKeyType"),
    (f"{DID}#other", "", "notFound"),
    (f"{DID}?versionId=1#{KEY}", "", "notFound"),
    (f"did:web:producer.example#{KEY}", "", "methodNotSupported"),
]


@pytest.mark.parametrize(("url", "query", "error"), URLS)
def test_what_is_no_url_of_a_key_is_refused_by_name(vc_api: VcApi, url: str, query: str, error: str) -> None:  # noqa: F811
    refused = resolve(vc_api, url, f"{query}&enableExperimentalPublicKeyTypes=false" if query else "")
    assert 400 <= refused.status_code < 500
    assert refused.json()["didDereferencingMetadata"]["error"] == error


def test_a_url_gives_the_key_with_its_controller(vc_api: VcApi) -> None:  # noqa: F811
    found = resolve(vc_api, f"{DID}#{KEY}").json()
    assert found["didDocument"]["controller"] == DID
    assert found["didDereferencingMetadata"] == {"contentType": "application/did+ld+json"}
    agreement = resolve(vc_api, DID).json()["didDocument"]["keyAgreement"][0]["id"]
    query = "?publicKeyFormat=Ed25519VerificationKey2018&enableExperimentalPublicKeyTypes=false"
    assert resolve(vc_api, agreement, query).json()["didDereferencingMetadata"]["error"] == "invalidPublicKeyType"


@pytest.mark.parametrize(
    ("format", "experimental", "member"),
    [
        ("JsonWebKey2020", "false", "publicKeyJwk"),
        ("Ed25519VerificationKey2020", "false", "publicKeyMultibase"),
        ("Ed25519VerificationKey2018", "true", "publicKeyBase58"),
    ],
)
def test_a_key_in_other_forms(vc_api: VcApi, format: str, experimental: str, member: str) -> None:  # noqa: F811
    query = f"?publicKeyFormat={format}&enableExperimentalPublicKeyTypes={experimental}"
    assert member in resolve(vc_api, DID, query).json()["didDocument"]["verificationMethod"][0]
    unknown = resolve(vc_api, DID, "?publicKeyFormat=unknown").json()
    assert unknown["didResolutionMetadata"]["error"] == "unsupportedPublicKeyType"
