"""The official vectors of eddsa-rdfc-2022, ecdsa-rdfc-2019 and ecdsa-jcs-2019: every value and every signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from credential_vectors import altered, key_of, method_of, read, scalars, text, vector_contexts
from transire.credentials.errors import CredentialRefused, ProofChainBroken, ProofInvalid
from transire.credentials.proofs import sign_document, verify_proofs
from transire.credentials.suites import SUITES, signed_hash, with_contexts
from transire.crypto.ecdsa import hash_of
from transire.crypto.encoding import multibase
from transire.crypto.multikey import read_multikey, verify_with


class Vector(NamedTuple):
    """Where one vector lies and how its files end."""

    suite: str
    kind: str
    folder: str
    ending: str
    unsigned: str
    pair: str

    def __str__(self) -> str:
        return self.folder


_P256, _P384 = "ecdsa/ecdsa-rdfc-2019-p256", "ecdsa/ecdsa-rdfc-2019-p384"
VECTORS = [
    Vector("eddsa-rdfc-2022", "Ed25519", "eddsa/eddsa-rdfc-2022", "DataInt", "unsigned", "keyPair"),
    Vector("eddsa-rdfc-2022", "Ed25519", "eddsa/eddsa-rdfc-2022/employ", "DataInt", "employmentAuth", "keyPair"),
    Vector("ecdsa-rdfc-2019", "P-256", _P256, "ECDSAP256", "unsigned", "p256KeyPair"),
    Vector("ecdsa-rdfc-2019", "P-256", f"{_P256}/employ", "ECDSAP256", "employmentAuth", "p256KeyPair"),
    Vector("ecdsa-rdfc-2019", "P-384", _P384, "ECDSAP384", "unsigned", "p384KeyPair"),
    Vector("ecdsa-rdfc-2019", "P-384", f"{_P384}/employ", "ECDSAP384", "employmentAuth", "p384KeyPair"),
    Vector("ecdsa-jcs-2019", "P-256", "ecdsa/ecdsa-jcs-2019-p256", "JCSECDSAP256", "unsigned", "p256KeyPair"),
    Vector("ecdsa-jcs-2019", "P-384", "ecdsa/ecdsa-jcs-2019-p384", "JCSECDSAP384", "unsigned", "p384KeyPair"),
]
each = pytest.mark.parametrize("vector", VECTORS, ids=str)


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Path:
    return shared_data / "vc"


def parts(data: Path, vector: Vector) -> tuple[Path, dict[str, Any], dict[str, Any], dict[str, str]]:
    folder = data / vector.folder
    top = data / vector.folder.partition("/")[0]
    config = read(folder / f"proofConfig{vector.ending}.json")
    return folder, read(top / f"{vector.unsigned}.json"), config, read(top / f"{vector.pair}.json")


@each
def test_every_intermediate_value(data: Path, vector: Vector) -> None:
    folder, document, config, pair = parts(data, vector)
    suite, contexts = SUITES[vector.suite], vector_contexts()
    options = config if suite.repeats_contexts else with_contexts(config, document)
    canonical = suite.canonical(document, contexts, vector.kind)
    configuration = suite.canonical(options, contexts, vector.kind)
    assert canonical.decode() == text(folder / f"canonDoc{vector.ending}.txt")
    assert configuration.decode() == text(folder / f"proofCanon{vector.ending}.txt")
    assert hash_of(vector.kind, canonical).hex() == text(folder / f"docHash{vector.ending}.txt")
    assert hash_of(vector.kind, configuration).hex() == text(folder / f"proofHash{vector.ending}.txt")
    combined = signed_hash(document, config, suite=vector.suite, kind=vector.kind, contexts=contexts)
    assert combined.hex() == text(folder / f"combinedHash{vector.ending}.txt")
    signature = bytes.fromhex(text(folder / f"sigHex{vector.ending}.txt"))
    assert multibase(signature) == text(folder / f"sigBTC58{vector.ending}.txt")
    verify_with(read_multikey(pair["publicKeyMultibase"]), combined, signature)


@each
def test_our_signature_is_the_published_one_or_verifies_like_it(data: Path, vector: Vector) -> None:
    folder, document, config, pair = parts(data, vector)
    ours = sign_document(
        document,
        key=key_of(pair),
        verification_method=method_of(pair),
        created=config["created"],
        cryptosuite=vector.suite,
        contexts=vector_contexts(),
    )
    published = read(folder / f"signed{vector.ending}.json")
    assert {**ours, "proof": {**ours["proof"], "proofValue": ""}} == {
        **published,
        "proof": {**published["proof"], "proofValue": ""},
    }
    # Ed25519 and RFC 6979 alike are deterministic, and so are these vectors.
    assert ours["proof"]["proofValue"] == published["proof"]["proofValue"]
    verify_proofs(ours, contexts=vector_contexts())


@each
def test_the_published_document_verifies_and_no_altered_one(data: Path, vector: Vector) -> None:
    published = read(data / vector.folder / f"signed{vector.ending}.json")
    (proof,) = verify_proofs(published, contexts=vector_contexts())
    assert proof.cryptosuite == vector.suite
    for path in scalars(published):
        with pytest.raises(CredentialRefused):
            verify_proofs(altered(published, path), contexts=vector_contexts())


@pytest.mark.parametrize("name", ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"])
def test_published_sets_and_chains_verify(data: Path, name: str) -> None:
    signed = read(data / "eddsa" / "proof-set-chain" / f"{name}.json")
    count = len(signed["proof"]) if isinstance(signed["proof"], list) else 1
    assert len(verify_proofs(signed)) == count


def test_our_set_and_chain_are_the_published_ones(data: Path) -> None:
    folder = data / "eddsa" / "proof-set-chain"
    pairs, signed = read(folder / "multiKeyPairs.json"), read(folder / "unsigned.json")
    for number, name in enumerate(("proofSetConfig1", "proofSetConfig2", "proofChainConfig1", "proofChainConfig2"), 1):
        config, pair = read(folder / f"{name}.json"), pairs[f"keyPair{number}"]
        signed = sign_document(
            signed,
            key=key_of(pair),
            verification_method=method_of(pair),
            created=config["created"],
            cryptosuite="eddsa-rdfc-2022",
            extra={part: config[part] for part in ("id", "previousProof") if part in config},
        )
    assert signed == read(folder / "signedProofChain2.json")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_published_chain_without_a_predecessor_is_broken(data: Path, missing: int) -> None:
    signed = read(data / "eddsa" / "proof-set-chain" / "signedProofChain2.json")
    del signed["proof"][missing]
    with pytest.raises(ProofChainBroken):
        verify_proofs(signed)


def test_a_published_chain_over_an_altered_predecessor_is_refused(data: Path) -> None:
    signed = read(data / "eddsa" / "proof-set-chain" / "signedProofChain2.json")
    signed["proof"][0]["created"] = "2023-02-24T23:36:39Z"
    with pytest.raises(ProofInvalid):
        verify_proofs(signed)
