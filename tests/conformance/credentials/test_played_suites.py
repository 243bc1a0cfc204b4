"""What the official HTTP suites of W3C ask of a server, asked of a real `transire vc-api` process: one test a demand.

The marker names the suite and the demand, in our words; `scripts/write_conformance.py` counts them. A suite says what
must be answered, not how: its code stays out of the project.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest

from credential_world import EXAMPLES, KEYS, VcApi, altered, did_of, issued, method_of, unsigned
from transire.credentials import cbor
from transire.credentials.contexts import V2, pinned_contexts
from transire.credentials.proofs import sign_document
from transire.credentials.selective import base_proof_of, derive
from transire.credentials.status import decode_bits
from transire.credentials.structure_v1 import DATA_INTEGRITY, V1
from transire.crypto.encoding import b64url, unb64url, unmultibase
from two_nodes import free_port

VCDM, EDDSA, ECDSA = "vc-data-model-2.0", "vc-di-eddsa", "vc-di-ecdsa"
BITSTRING, DID_KEY = "vc-bitstring-status-list", "did-key"
plays = pytest.mark.plays

EDDSA_ISSUERS = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
ECDSA_ISSUERS = ["ecdsa-rdfc-2019", "ecdsa-rdfc-2019-p384", "ecdsa-jcs-2019", "ecdsa-jcs-2019-p384"]
WHOLE = [*EDDSA_ISSUERS, *ECDSA_ISSUERS]
# How a client asks that parses an answer only if its media type says JSON.
JSON_ONLY = {"Accept": "application/ld+json, application/json"}


@pytest.fixture(scope="module")
def server() -> Iterator[VcApi]:
    """A process of its own, as a suite meets it: no options, keys made for the run, plain HTTP behind a proxy."""
    port = free_port()
    command = [sys.executable, "-m", "transire", "vc-api", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        _wait(client, process)
        yield VcApi(client)
    process.terminate()
    process.wait(timeout=30)


def _wait(client: httpx2.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, "the server ended before it listened"
        try:
            client.get("/issuers")
        except httpx2.TransportError:
            assert time.monotonic() < deadline, "the server never listened"
            time.sleep(0.05)
        else:
            return


def plain(server: VcApi, issuer: str, /, **changes: Any) -> dict[str, Any]:
    """The smallest credential that a suite sends: one context, an id, no date."""
    document = {
        "@context": [V2],
        "id": "urn:uuid:c1f1c0d6-3a1f-4f2c-9a51-4a2cf3c5e6f1",
        "type": ["VerifiableCredential"],
        "issuer": server.issuers[issuer],
        "credentialSubject": {"id": "did:example:alice", "name": "Alice"},
    }
    return {member: value for member, value in {**document, **changes}.items() if value is not None}


def plain_v1(server: VcApi, name: str) -> dict[str, Any]:
    """The same in the data model 1.1, its words in a context of its own."""
    words = {"@context": {"name": "https://schema.org/name"}}
    return plain(server, name, **{"@context": [V1, words], "issuanceDate": "2023-03-16T22:37:26.544Z"})


def issue(server: VcApi, document: dict[str, Any], name: str, **options: Any) -> dict[str, Any]:
    answer = server.issue(document, name, **options)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def verified(answer: Any) -> bool:
    """Whether a suite takes an answer for yes; anything that is neither a clear yes nor a clear no fails."""
    body = answer.json()
    if answer.status_code == 200:
        assert not body.get("errors")
        return True
    assert answer.status_code in (400, 422), answer.text
    assert "json" in answer.headers["content-type"]
    return False


def presented(presentation: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A presentation that somebody else signed, as a suite does by its own library."""
    key = KEYS["Ed25519"]
    return sign_document(
        presentation,
        key=key,
        verification_method=method_of(key),
        created=None,
        purpose="authentication",
        cryptosuite="eddsa-rdfc-2022",
        extra=options,
    )


def presentation(**changes: Any) -> dict[str, Any]:
    document = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": []}
    return {**document, **changes}


# --- vc-data-model-2.0 ---


@plays(VCDM, "what is issued is secured, has the required members, and is verified; without its proof it is refused")
def test_issued_secured_and_verified(server: VcApi) -> None:
    secured = issue(server, plain(server, "eddsa-jcs-2022", id=None), "eddsa-jcs-2022")
    assert {"@context", "type", "issuer", "credentialSubject", "proof"} <= secured.keys()
    assert verified(server.verify(secured, checks=["proof"]))
    assert not verified(server.verify(plain(server, "eddsa-jcs-2022"), checks=["proof"]))


@plays(VCDM, "what conforms to nothing is refused by both verifiers")
@pytest.mark.parametrize("document", [{"type": ["NonconformingDocument"]}, "text", None, [], 7], ids=repr)
def test_what_conforms_to_nothing(server: VcApi, document: object) -> None:
    assert not verified(server.verify(document, checks=["proof"]))
    assert not verified(server.verify_presentation(document, checks=[]))


LANGUAGES = [{"@value": "Dog", "@language": "en"}, {"@value": "Perro", "@language": "es"}]
NAMES: dict[str, tuple[Any, bool]] = {
    "text": ("Dog", True),
    "absent": (None, True),
    "a language": (LANGUAGES[0], True),
    "a language and a direction": ({**LANGUAGES[0], "@direction": "ltr"}, True),
    "several languages": (LANGUAGES, True),
    "a member more": ({**LANGUAGES[0], "url": "did:example:credential"}, False),
}


@plays(VCDM, "name and description of credential and issuer are text or language values, and nothing more")
@pytest.mark.parametrize("member", ["name", "description"])
@pytest.mark.parametrize("form", NAMES)
def test_names_and_descriptions(server: VcApi, member: str, form: str) -> None:
    value, good = NAMES[form]
    own = {} if value is None else {member: value}
    # The suite sends the issuer's object without an id where the issuer is named by the path.
    for document in (plain(server, "eddsa-jcs-2022", **own), plain(server, "eddsa-jcs-2022", issuer=own)):
        assert (server.issue(document, "eddsa-jcs-2022").status_code < 300) is good


OTHER = "https://issuer.example/resource.json"
# SHA-256 of nothing: as a multihash, and as Subresource Integrity writes it.
MULTIHASH = "uEiDjsMRCmPwcFJr79MiZb7kkJ65B5GSbk0yklZkbeFK4VQ"
SRI = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
RESOURCES: dict[str, tuple[Any, bool]] = {
    "a multihash": ([{"id": OTHER, "digestMultibase": MULTIHASH}], True),
    "an integrity value": ([{"id": OTHER, "digestSRI": SRI}], True),
    "a media type": ([{"id": OTHER, "digestSRI": SRI, "mediaType": "application/json"}], True),
    "the digest of the context": ([{"id": V2, "digestSRI": ""}], True),
    "text": ([OTHER], False),
    "no id": ([{"digestSRI": SRI}], False),
    "twice": ([{"id": OTHER, "digestSRI": SRI}, {"id": OTHER, "digestSRI": SRI}], False),
    "no digest": ([{"id": OTHER, "mediaType": "application/json"}], False),
    "another digest": ([{"id": V2, "digestSRI": SRI}], False),
    "another multihash": ([{"id": V2, "digestMultibase": MULTIHASH}], False),
}


@plays(VCDM, "related resources have ids of their own and digests that are right")
@pytest.mark.parametrize("form", RESOURCES)
def test_related_resources(server: VcApi, form: str) -> None:
    value, good = copy.deepcopy(RESOURCES[form])
    if form == "the digest of the context":
        value[0]["digestSRI"] = _sri_of_v2()
    answer = server.issue(plain(server, "eddsa-jcs-2022", relatedResource=value), "eddsa-jcs-2022")
    assert (answer.status_code < 300) is good, answer.text


def _sri_of_v2() -> str:
    digest = b64url(bytes.fromhex(pinned_contexts().digests[V2])).replace("-", "+").replace("_", "/")
    return f"sha256-{digest}="


@plays(VCDM, "a presentation with an empty list, further contexts and further types is verified")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id": "urn:uuid:9d8a1f6c-0a3b-4d5e-8f7a-1b2c3d4e5f60"},
        {"@context": [V2, EXAMPLES]},
        {
            "@context": [V2, {"Own": "https://example.org/#Own"}],
            "type": ["VerifiablePresentation", "Own"],
        },
    ],
    ids=["plain", "id", "two contexts", "a type of its own"],
)
def test_presentations_that_hold(server: VcApi, changes: dict[str, Any]) -> None:
    signed = presented(presentation(**changes), challenge="u8dQ")
    assert verified(server.verify_presentation(signed, checks=[]))
    assert verified(server.verify_presentation(signed, challenge="u8dQ"))
    assert not verified(server.verify_presentation(signed, challenge="another"))


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "no context": lambda vp: vp.pop("@context"),
    "contexts in another order": lambda vp: vp.update({"@context": [EXAMPLES, V2]}),
    "a context that is not the base": lambda vp: vp.update({"@context": [EXAMPLES]}),
    "a context nobody knows": lambda vp: vp.update({"@context": [V2, "https://example.com"]}),
    "a context that is no URL": lambda vp: vp.update({"@context": [V2, "https ://not-a-url/v1"]}),
    "a number for a context": lambda vp: vp.update({"@context": [V2, 123192875]}),
    "no type": lambda vp: vp.pop("type"),
    "another type": lambda vp: vp.update(type=["VerifiableCredential"]),
    "another proof value": lambda vp: vp["proof"].update(proofValue="z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"),
    "a holder that is no URL": lambda vp: vp.update(holder={"id": "z6MkpJySvETL"}),
    "credentials as text": lambda vp: vp.update(verifiableCredential=["text"]),
}


@plays(VCDM, "a presentation that was changed, or is none by its form, is refused")
@pytest.mark.parametrize("change", BROKEN)
def test_presentations_that_do_not_hold(server: VcApi, change: str) -> None:
    signed = presented(presentation())
    assert not verified(server.verify_presentation(altered(signed, BROKEN[change]), checks=[]))
    unsigned_one = altered({**presentation(), "proof": {}}, BROKEN[change])
    unsigned_one.pop("proof")
    assert not verified(server.verify_presentation(unsigned_one, checks=[]))


@plays(VCDM, "what a holder says of itself is believed of the holder alone")
def test_a_holder_speaks_of_itself(server: VcApi) -> None:
    own = did_of(KEYS["Ed25519"])
    said = plain(server, "eddsa-jcs-2022", issuer=own, id=None)
    for holder, issuer, good in (
        ({"holder": own}, own, True),
        ({"holder": {"id": own}}, own, True),
        ({}, own, False),
        ({"holder": "did:example:acme"}, own, False),
        ({"holder": own}, "did:example:acme", False),
    ):
        signed = presented(presentation(verifiableCredential=[{**said, "issuer": issuer}], **holder))
        assert verified(server.verify_presentation(signed, checks=[])) is good, (holder, issuer)


ENVELOPES: dict[str, dict[str, Any]] = {
    "no context": {"@context": []},
    "another context": {"@context": "https://www.w3.org/ns/credentials/examples/v2"},
    "no data URL": {"id": "eyJhbGciOiJFUzI1NiJ9.e30.AA"},
    "no type": {"type": None},
    "a plain type": {"type": "VerifiableCredential"},
}


@plays(VCDM, "an enveloped credential has context, data URL and type, or is refused")
@pytest.mark.parametrize("name", ["vc-jwt-es256", "vc-jwt-es384", "vc-jwt-eddsa"])
def test_enveloped_credentials(server: VcApi, name: str) -> None:
    document = {"@context": [V2], "type": ["VerifiableCredential"], "credentialSubject": {"name": "Alice"}}
    envelope = issue(server, {**document, "issuer": server.issuers[name]}, name)
    assert envelope["@context"] == V2
    assert envelope["type"] == "EnvelopedVerifiableCredential"
    assert verified(server.verify(envelope, checks=["proof"]))
    for change in ENVELOPES.values():
        other = {member: value for member, value in {**envelope, **change}.items() if value is not None}
        assert not verified(server.verify(other, checks=["proof"])), change


@plays(VCDM, "an enveloped presentation is verified for its nonce, and refused in another form")
def test_enveloped_presentations(server: VcApi) -> None:
    held = issue(server, plain(server, "vc-jwt-es256"), "vc-jwt-es256")
    body = {"presentation": presentation(verifiableCredential=[held]), "options": {"challenge": "123456789"}}
    envelope = server.client.post("/enveloped/presentations/prove", json=body).json()
    assert envelope["type"] == "EnvelopedVerifiablePresentation"
    assert verified(server.verify_presentation(envelope, challenge="123456789"))
    assert not verified(server.verify_presentation(envelope, challenge="987654321"))
    for change in ({"@context": []}, {"@context": [EXAMPLES]}, {"type": ["VerifiablePresentation"]}):
        assert not verified(server.verify_presentation({**envelope, **change}, challenge="123456789")), change
    bare = {**envelope, "id": envelope["id"].split(",")[-1]}
    assert not verified(server.verify_presentation(bare, challenge="123456789"))


# --- vc-di-eddsa and vc-di-ecdsa ---


@plays(EDDSA, "both suites sign both data models, bare, by the did:key of their path, and verify it")
@plays(ECDSA, "both suites sign both data models with P-256 and P-384, bare, by the did:key of their path")
@pytest.mark.parametrize("name", WHOLE)
def test_round_trips(server: VcApi, name: str) -> None:
    for document in (plain(server, name), plain_v1(server, name), plain(server, name, id=None)):
        secured = issue(server, document, name)
        did, proof = server.issuers[name], secured["proof"]
        assert secured["issuer"] == did
        assert proof["verificationMethod"] == f"{did}#{did.removeprefix('did:key:')}"
        assert (proof["type"], proof["proofPurpose"]) == ("DataIntegrityProof", "assertionMethod")
        assert proof["cryptosuite"] == name.removesuffix("-p384")
        assert V2 in secured["@context"] or DATA_INTEGRITY in secured["@context"]
        assert verified(server.verify(secured, checks=["proof"]))
        assert verified(server.verify(secured))


REFUSED: dict[str, Callable[[dict[str, Any]], object]] = {
    "no proof": lambda vc: vc.pop("proof"),
    "no proof type": lambda vc: vc["proof"].pop("type"),
    "an empty proof type and suite": lambda vc: vc["proof"].update(type="", cryptosuite=""),
    "another proof type": lambda vc: vc["proof"].update(type="UnknownProofType"),
    "another cryptosuite": lambda vc: vc["proof"].update(cryptosuite="UnknownCryptosuite"),
    "a method that is none": lambda vc: vc["proof"].update(verificationMethod="did:key:invalidVm"),
    "no method": lambda vc: vc["proof"].pop("verificationMethod"),
    "another purpose": lambda vc: vc["proof"].update(proofPurpose="invalidPurpose"),
    "no purpose": lambda vc: vc["proof"].pop("proofPurpose"),
    "created is no date": lambda vc: vc["proof"].update(created="invalidDate"),
    "expires is no date": lambda vc: vc["proof"].update(expires="invalidDate"),
    "no value": lambda vc: vc["proof"].pop("proofValue"),
    "the value is null": lambda vc: vc["proof"].update(proofValue=None),
    "a value without header": lambda vc: vc["proof"].update(proofValue=vc["proof"]["proofValue"][1:]),
    "a value with a tail": lambda vc: vc["proof"].update(proofValue=vc["proof"]["proofValue"] + "1" * 32),
    "a word nobody knows": lambda vc: vc["credentialSubject"].update(undefinedTerm="IfDroppedWillVerify"),
    "a type nobody knows": lambda vc: vc["type"].append("UndefinedType"),
}


@plays(EDDSA, "a proof that lacks a part, or has one of another form, is refused, and so is what RDF would lose")
@plays(ECDSA, "a proof that lacks a part, or has one of another form, is refused, and so is what RDF would lose")
@pytest.mark.parametrize("name", WHOLE)
def test_proofs_that_do_not_hold(server: VcApi, name: str) -> None:
    secured = issue(server, plain(server, name), name)
    for change, change_it in REFUSED.items():
        assert not verified(server.verify(altered(secured, change_it), checks=["proof"])), change
    assert not verified(server.verify(secured, checks=["proof"], expectedProofPurpose="authentication"))
    assert not verified(server.verify(secured, checks=["proof"], domain="domain.example", challenge="1235abcd6789"))


def remade(name: str, **proof: Any) -> dict[str, Any]:
    """A credential whose issuer signed these members of its proof: the signature is good, the proof is not."""
    kind = "P-384" if name.endswith("-p384") else "P-256" if name.startswith("ecdsa") else "Ed25519"
    key = KEYS[kind]
    document = {**unsigned(), "issuer": did_of(key)}
    suite = name.removesuffix("-p384")
    return sign_document(
        document, key=key, verification_method=method_of(key), created=None, cryptosuite=suite, extra=proof
    )


@plays(EDDSA, "what was signed is refused all the same when it is of another form")
@plays(ECDSA, "what was signed is refused all the same when it is of another form")
@pytest.mark.parametrize("name", WHOLE)
def test_signed_and_still_refused(server: VcApi, name: str) -> None:
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert verified(server.verify(remade(name, created=hour_ago), checks=["proof"]))  # without a zone: in UTC
    assert verified(server.verify(remade(name), checks=["proof"]))  # without created
    assert not verified(server.verify(remade(name, created="invalidDate"), checks=["proof"]))
    assert not verified(server.verify(remade(name, expires="invalidDate"), checks=["proof"]))
    assert not verified(server.verify(remade(name, expires=hour_ago), checks=["proof"]))
    if "jcs" in name:  # over RDF a name that is no URL is refused before it is signed
        assert not verified(server.verify(remade(name, id="456321"), checks=["proof"]))
        assert not verified(server.verify(remade(name, proofPurpose="invalidPurpose"), checks=["proof"]))


@plays(EDDSA, "sets and chains of proofs are verified; a predecessor that is missing, no name or broken is refused")
@plays(ECDSA, "sets and chains of proofs are verified; a predecessor that is missing, no name or broken is refused")
@pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_sets_and_chains(server: VcApi, name: str) -> None:
    first = remade(name, id="urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544")
    key = KEYS["P-384" if name.startswith("ecdsa") else "Ed25519"]
    earlier = first["proof"]["id"]

    def again(**extra: Any) -> dict[str, Any]:
        return sign_document(
            first, key=key, verification_method=method_of(key), created=None, cryptosuite=name, extra=extra
        )

    for extra in ({}, {"previousProof": earlier}, {"previousProof": [earlier]}):
        assert verified(server.verify(again(**extra), checks=["proof"])), extra
    chain = again(previousProof=earlier)
    for change in (
        lambda vc: vc["proof"].pop(0),
        lambda vc: vc["proof"][0].update(proofValue="invalidProofValue"),
        lambda vc: vc["proof"][0].update(id="urn:uuid:00000000-bec9-4b2e-88cb-a7c7d9dc4544"),
        lambda vc: vc["proof"][1].update(id="urn:uuid:00000000-bec9-4b2e-88cb-a7c7d9dc4544"),
        lambda vc: vc["proof"][1].update(previousProof=["urn:uuid:38329423-2179-4b2e-88cb-a7c7d9dc4544"]),
        lambda vc: vc["proof"][1].update(previousProof=456321),
    ):
        assert not verified(server.verify(altered(chain, change), checks=["proof"]))


@plays(EDDSA, "the key of an issuer dereferences to a Multikey in base58btc that its controller lists for the purpose")
@plays(ECDSA, "the key of an issuer dereferences to a Multikey in base58btc that its controller lists for the purpose")
@pytest.mark.parametrize(
    ("name", "size"), [("eddsa-rdfc-2022", 34), ("ecdsa-rdfc-2019", 35), ("ecdsa-jcs-2019-p384", 51)]
)
def test_the_key_of_an_issuer(server: VcApi, name: str, size: int) -> None:
    method = issue(server, plain(server, name), name)["proof"]["verificationMethod"]
    found = server.client.get(f"/1.0/identifiers/{quote(method, safe='')}").json()["didDocument"]
    assert found["type"] == "Multikey"
    assert len(unmultibase(found["publicKeyMultibase"])) == size
    controller = server.client.get(f"/1.0/identifiers/{quote(found['controller'], safe='')}").json()["didDocument"]
    assert method in controller["assertionMethod"]


GOODS = {
    "@context": [
        V2,
        {
            "@protected": True,
            "Shipment": {
                "@id": "urn:example:Shipment",
                "@context": {
                    "@protected": True,
                    "type": "@type",
                    "boxes": {
                        "@id": "urn:example:boxes",
                        "@context": {"mark": "urn:example:mark", "weight": "urn:example:weight"},
                    },
                },
            },
            "shipments": {"@id": "urn:example:shipments", "@type": "@id"},
        },
    ],
    "credentialSubject": {
        "name": "Taller",
        "shipments": [
            {"type": "Shipment", "boxes": [{"mark": f"{ship}{box}", "weight": box + 0.5} for box in range(4)]}
            for ship in "AB"
        ],
    },
}


@plays(ECDSA, "a base proof is for the holder; what is derived from it is verified, with arrays whole or in part")
@pytest.mark.parametrize("version", ["2.0", "1.1"])
def test_what_is_derived(server: VcApi, version: str) -> None:
    document = plain(server, "ecdsa-sd-2023", id=None, **copy.deepcopy(GOODS))
    if version == "1.1":
        own = {"name": "https://schema.org/name", **document["@context"][1]}
        document |= {"@context": [V1, own], "issuanceDate": "2026-01-01T00:00:00Z"}
    secured = issue(server, document, "ecdsa-sd-2023")
    assert secured["proof"]["proofValue"].startswith("u2V0A")
    assert not verified(server.verify(secured, checks=["proof"]))
    whole = [f"/credentialSubject/shipments/{ship}/boxes/{box}" for ship in (0, 1) for box in range(4)]
    for chosen in (["/credentialSubject/name"], whole, whole[2:-2], whole[5:], [f"{whole[6]}/weight"]):
        body = {"verifiableCredential": secured, "options": {"selectivePointers": chosen}}
        derived = server.client.post("/credentials/derive", json=body).json()
        assert derived["proof"]["proofValue"].startswith("u2V0B")
        assert verified(server.verify(derived, checks=["proof"])), chosen
        assert verified(server.verify(derived)), chosen
        changed = altered(derived, lambda vc: vc["credentialSubject"].update(id="urn:invalid"))
        assert not verified(server.verify(changed, checks=["proof"])), chosen


@plays(ECDSA, "a pointer that matches nothing and a value that is no base proof are refused by issuer and holder")
def test_pointers_and_values_that_match_nothing(server: VcApi) -> None:
    document = plain(server, "ecdsa-sd-2023")
    for pointer in ("/non/existent/path", "/credentialSubject/invalidPointer"):
        assert server.issue(document, "ecdsa-sd-2023", mandatoryPointers=[pointer]).status_code == 400
    secured = issue(server, document, "ecdsa-sd-2023", mandatoryPointers=["/issuer"])
    value = secured["proof"]["proofValue"]
    for other in (value[1:], value[:1] + value[4:], "u", None):
        spoiled = altered(secured, lambda vc, other=other: vc["proof"].update(proofValue=other))
        body = {"verifiableCredential": spoiled, "options": {"selectivePointers": ["/credentialSubject/id"]}}
        assert server.client.post("/credentials/derive", json=body).status_code == 400


@plays(ECDSA, "a derived proof of other parts is refused: headers, lengths, kinds, tags and their number")
def test_derived_values_of_other_parts(server: VcApi) -> None:
    secured = issued("ecdsa-sd-2023")
    derived = derive(secured, base_proof_of(secured), ["/credentialSubject/name"], pinned_contexts())
    assert verified(server.verify(derived, checks=["proof"]))
    value = derived["proof"]["proofValue"]
    raw = unb64url(value[1:])
    parts = cbor.decode(raw[3:])
    spoiled = [
        [parts[0][:63], *parts[1:]],
        [parts[0], parts[1][:34], *parts[2:]],
        [*parts[:2], [], *parts[3:]],
        [*parts[:2], [b"short"], *parts[3:]],
        [*parts[:3], {0: b"not 32 bytes"}, parts[4]],
        [*parts[:4], ["0", *parts[4][1:]]],
        parts[:4],
    ]
    values = [f"u{b64url(raw[:3] + cbor.encode(each))}" for each in spoiled]
    values += ["a", value[1:], value[:1] + value[4:], f"u{b64url(bytes([0xD9, 0x5D, 0x00]) + raw[3:])}"]
    tagged = raw[:4] + b"\xc2" + raw[4:]
    for other in [*values, f"u{b64url(tagged)}"]:
        changed = altered(derived, lambda vc, other=other: vc["proof"].update(proofValue=other))
        assert not verified(server.verify(changed, checks=["proof"])), other[:12]


# --- vc-bitstring-status-list ---


def entry_and_list(server: VcApi, headers: dict[str, str]) -> tuple[dict[str, Any], httpx2.Response]:
    """The entry of a credential and the list behind it, as a suite finds them: through a proxy."""
    body = {"credential": plain(server, "status")}
    proxied = {"X-Forwarded-Host": "vc.partner.example", "X-Forwarded-Proto": "https"}
    secured = server.client.post("/status/credentials/issue", json=body, headers=proxied).json()
    entry = secured["credentialStatus"]
    address = urlsplit(entry["statusListCredential"])
    assert (address.scheme, address.netloc) == ("https", "vc.partner.example")
    return entry, server.client.get(address.path, headers={**proxied, **headers})


@plays(BITSTRING, "an entry has type, purpose, an index in base 10 as text, and the address of its list")
def test_the_entry(server: VcApi) -> None:
    entry, _ = entry_and_list(server, JSON_ONLY)
    assert entry["type"] == "BitstringStatusListEntry"
    assert isinstance(entry["statusPurpose"], str)
    assert entry["statusListIndex"] == str(int(entry["statusListIndex"]))


@plays(BITSTRING, "the list is read by a client that parses JSON alone, and is application/vc for whoever knows it")
@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (JSON_ONLY["Accept"], "application/json"),
        ("application/json", "application/json"),
        ("application/json;q=0.5, */*", "application/json"),
        ("application/vc, application/json", "application/vc"),
        ("*/*", "application/vc"),
    ],
)
def test_the_media_type_of_the_list(server: VcApi, accept: str, media: str) -> None:
    _, answer = entry_and_list(server, {"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media
    assert answer.headers["vary"] == "accept"


@plays(BITSTRING, "the list is a credential of its types with a purpose and at least 16 KB of GZIP in base64url")
def test_the_list(server: VcApi) -> None:
    entry, answer = entry_and_list(server, JSON_ONLY)
    published = answer.json()
    assert isinstance(published["issuer"], str)
    assert {"VerifiableCredential", "BitstringStatusListCredential"} <= set(published["type"])
    subject = published["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", entry["statusPurpose"])
    assert subject["encodedList"].startswith("u")
    assert len(decode_bits(subject["encodedList"])) >= 16 * 1024
    assert verified(server.verify(published, checks=["proof"]))


@plays(BITSTRING, "a credential with a status is verified; a malformed entry under another name is not issued")
def test_malformed_entries(server: VcApi) -> None:
    secured = issue(server, plain(server, "status"), "status")
    assert verified(server.verify(secured))
    stray = {"type": "BitstringStatusListEntry", "statusListIndex": True, "statusListCredential": "https://example.com"}
    assert server.issue(plain(server, "status", statusEntry=stray), "status").status_code == 400


# --- did-key ---

DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
KEY = DID.removeprefix("did:key:")
DIDS = [
    (f"notDid:key:{KEY}", "invalidDid"),
    (f"did:experimental:{KEY}", "methodNotSupported"),
    (f"did:key:-4:{KEY}", "invalidDid"),
    (f"did:key:{KEY[1:]}", "invalidDid"),
    ("did:key:@", "invalidDid"),
    ("did:key:zTjsVPtY", "invalidPublicKeyLength"),
]


def resolve(server: VcApi, did: str, query: str = "") -> httpx2.Response:
    return server.client.get(f"/1.0/identifiers/{quote(did, safe='')}{query}", headers=JSON_ONLY)


@plays(DID_KEY, "what is no did:key is refused by name, with a whole answer")
@pytest.mark.parametrize(("did", "error"), DIDS)
def test_dids_that_are_none(server: VcApi, did: str, error: str) -> None:
    answer = resolve(server, did)
    body = answer.json()
    assert answer.status_code >= 400
    assert "json" in answer.headers["content-type"]
    assert {"@context", "didDocument", "didDocumentMetadata", "didResolutionMetadata"} <= body.keys()
    assert body["didDocument"] is not None
    assert body["didResolutionMetadata"]["error"] == error


@plays(DID_KEY, "a URL that is none, and forms of keys that are unknown or experimental, are refused by name")
def test_urls_and_forms_that_are_refused(server: VcApi) -> None:
    agreement = resolve(server, DID).json()["didDocument"]["keyAgreement"][0]["id"]
    old = "?publicKeyFormat=Ed25519VerificationKey2018&enableExperimentalPublicKeyTypes=false"
    unknown = resolve(server, DID, "?publicKeyFormat=unknown")
    assert unknown.json()["didResolutionMetadata"]["error"] == "unsupportedPublicKeyType"
    for url, query, error in (
        (f"{DID}/^bar^/?query=`#{KEY}", "", "invalidDidUrl"),
        (f"{DID}#{KEY}", old, "invalidPublicKeyType"),
        (agreement, old, "invalidPublicKeyType"),
    ):
        answer = resolve(server, url, query)
        assert answer.status_code >= 400
        assert answer.json()["didDereferencingMetadata"]["error"] == error


@plays(DID_KEY, "a did:key and the URL of its key are answered with what they stand for")
def test_a_did_and_its_url(server: VcApi) -> None:
    assert resolve(server, DID).json()["didDocument"]["id"] == DID
    found = resolve(server, f"{DID}#{KEY}").json()
    assert found["didDocument"]["controller"] == DID
    assert "error" not in found["didDereferencingMetadata"]


@plays(VCDM, "every input document of the suite is issued or refused as its name says")
def test_the_inputs_over_http(server: VcApi, shared_data: Path) -> None:
    folder = shared_data / "vc" / "data-model"
    for path in sorted(folder.glob("credential-*.json")):
        text = path.read_text("utf-8")
        text = text.replace("PAST DATE", "2020-01-01T00:00:00Z").replace("FUTURE DATE", "2099-01-01T00:00:00Z")
        document = json.loads(text)
        document.setdefault("issuer", server.issuers["eddsa-jcs-2022"])
        answer = server.issue(document, "eddsa-jcs-2022")
        assert (answer.status_code < 300) is path.name.endswith("-ok.json"), (path.name, answer.text)
