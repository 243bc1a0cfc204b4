"""The official vectors of ecdsa-sd-2023: base proof, derived proof, and every value between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from credential_vectors import key_of, method_of, read, text, vector_contexts
from transire.credentials import selective
from transire.credentials.errors import CredentialRefused, ProofMalformed
from transire.credentials.proofs import verify_proofs
from transire.credentials.quads import is_blank
from transire.credentials.rdf import to_quads
from transire.credentials.rdfc import canonical_lines
from transire.credentials.selective_values import BaseProof, DerivedProof
from transire.credentials.suites import with_contexts
from transire.crypto.digests import sha256
from transire.crypto.ecdsa import P256, EcdsaKey
from transire.crypto.multikey import public_key_of, write_multikey


class Case(NamedTuple):
    """One of the two published documents."""

    folder: str
    document: str
    pointers: str

    def __str__(self) -> str:
        return self.folder


CASES = [Case("prc", "prCredUnsigned", "prCred"), Case("employ", "employmentAuth", "employ")]
each = pytest.mark.parametrize("case", CASES, ids=str)


class Vector:
    """The files of one case."""

    def __init__(self, data: Path, case: Case) -> None:
        self.folder = data / "ecdsa-sd-2023" / case.folder
        material = read(data / "ecdsa-sd-2023" / "SDKeyMaterial.json")
        self.pair = material["baseKeyPair"]
        statement_key = key_of(material["proofKeyPair"])
        assert isinstance(statement_key, EcdsaKey)
        self.secrets = selective.Secrets(bytes.fromhex(material["hmacKeyString"]), statement_key)
        self.mandatory = read(data / f"{case.pointers}Mandatory.json")
        self.selective = read(data / f"{case.pointers}Selective.json")
        # The published base document says more in its description than the unsigned one: the signed one counts.
        self.signed = read(self.folder / "addSignedSDBase.json")
        self.document = {name: value for name, value in self.signed.items() if name != "proof"}
        self.config = read(self.folder / "addProofConfig.json")

    def json(self, name: str) -> Any:
        return read(self.folder / f"{name}.json")


@pytest.fixture(params=CASES, ids=str)
def vector(shared_data: Path, request: pytest.FixtureRequest) -> Vector:
    return Vector(shared_data / "vc" / "ecdsa", request.param)


def test_canonical_form_and_proof_options(vector: Vector) -> None:
    contexts = vector_contexts()
    assert canonical_lines(to_quads(vector.document, contexts)) == vector.json("addBaseDocCanon")
    options = with_contexts(vector.config, vector.document)
    canonical = "".join(canonical_lines(to_quads(options, contexts)))
    assert canonical == text(vector.folder / "addProofConfigCanon.txt")
    assert sha256(canonical.encode()).hex() == vector.json("addHashData")["proofHash"]


def test_labels_and_groups_of_the_base_proof(vector: Vector) -> None:
    grouped = selective._group(vector.document, vector.secrets.hmac_key, [vector.mandatory], vector_contexts())
    assert grouped.lines == vector.json("addBaseDocHMACCanon")
    shown, _ = grouped.chosen[0]
    transformed = vector.json("addBaseTransform")
    assert {i: grouped.lines[i] for i in sorted(shown)} == dict(transformed["mandatory"]["value"])
    others = {i: line for i, line in enumerate(grouped.lines) if i not in shown}
    assert others == dict(transformed["nonMandatory"]["value"])
    mandatory = "".join(grouped.lines[i] for i in sorted(shown))
    assert sha256(mandatory.encode()).hex() == vector.json("addHashData")["mandatoryHash"]


def test_our_base_proof_is_the_published_one(vector: Vector) -> None:
    options = {name: value for name, value in vector.signed["proof"].items() if name != "proofValue"}
    ours = selective.sign_base(
        vector.document,
        options,
        key=key_of(vector.pair),
        mandatory=vector.mandatory,
        contexts=vector_contexts(),
        secrets=vector.secrets,
    )
    raw = vector.json("addRawBaseSignatureInfo")
    read_back = BaseProof.read(ours)
    assert read_back.signature.hex() == raw["baseSignature"]
    assert [signature.hex() for signature in read_back.signatures] == raw["signatures"]
    assert write_multikey(public_key_of(vector.secrets.statement_key)) == raw["publicKey"]
    assert ours == vector.signed["proof"]["proofValue"]
    assert options["verificationMethod"] == method_of(vector.pair)


def test_our_derived_document_is_the_published_one(vector: Vector) -> None:
    derived = selective.derive(vector.document, vector.signed["proof"], vector.selective, vector_contexts())
    assert derived == vector.json("derivedRevealDocument")


def test_the_published_derived_document_verifies_and_no_altered_one(vector: Vector) -> None:
    published = vector.json("derivedRevealDocument")
    (proof,) = verify_proofs(published, contexts=vector_contexts())
    assert proof.verification_method == method_of(vector.pair)
    subject = published["credentialSubject"]
    more = {**subject, "gender": "Female"}
    less = {name: value for name, value in published.items() if name != "validUntil"}
    for changed in (
        {**published, "credentialSubject": more},
        less,
        {**published, "validUntil": "2030-01-01T00:00:00Z"},
    ):
        with pytest.raises(CredentialRefused):
            verify_proofs(changed, contexts=vector_contexts())


def test_the_base_proof_is_for_the_holder_alone(vector: Vector) -> None:
    with pytest.raises(ProofMalformed) as refused:
        verify_proofs(vector.signed, contexts=vector_contexts())
    assert "derived proof" in str(refused.value.expected)


def test_derived_values_are_as_published(vector: Vector) -> None:
    published = vector.json("derivedDisclosureData")
    derived = DerivedProof.read(vector.json("derivedRevealDocument")["proof"]["proofValue"])
    assert derived.signature.hex() == published["baseSignature"]
    assert [signature.hex() for signature in derived.signatures] == published["signatures"]
    assert derived.mandatory == published["mandatoryIndexes"]
    labels = {f"c14n{number}": label.removeprefix("_:") for number, label in derived.labels.items()}
    assert labels == dict(published["labelMap"]["value"])
    assert derived.text == vector.json("derivedRevealDocument")["proof"]["proofValue"]


def test_no_label_of_the_derived_document_tells_how_many_there_were(vector: Vector) -> None:
    quads = to_quads(vector.json("derivedRevealDocument"), vector_contexts())
    assert all(not quad.subject.startswith("_:c14n") for quad in quads if is_blank(quad.subject))
    assert P256.name == public_key_of(vector.secrets.statement_key).kind
