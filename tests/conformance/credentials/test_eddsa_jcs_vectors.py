"""The official vectors of Data Integrity EdDSA Cryptosuites 1.0, appendix B, as far as they are eddsa-jcs-2022.

The proof sets and chains of the appendix are all eddsa-rdfc-2022 (`test_rdf_suite_vectors.py`): here their documents
and keys are signed again with eddsa-jcs-2022.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from credential_vectors import altered, scalars
from transire.credentials.canonical import jcs
from transire.credentials.errors import (
    CredentialRefused,
    IssuerNotKeyHolder,
    ProofChainBroken,
    ProofInvalid,
    ProofMalformed,
    ProofUnsupported,
)
from transire.credentials.proofs import sign_document, verify_proofs
from transire.credentials.suites import signed_hash
from transire.credentials.verify import verify_credential
from transire.crypto.digests import sha256
from transire.crypto.encoding import unmultibase
from transire.crypto.keys import SigningKey


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Path:
    return shared_data / "vc" / "eddsa"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def key_of(pair: dict[str, str]) -> SigningKey:
    """`z3u2...` is the multicodec ed25519-priv (0x1300, written as the varint 80 26) and 32 bytes."""
    raw = unmultibase(pair["privateKeyMultibase"])
    assert raw[:2] == b"\x80\x26"
    return SigningKey.from_seed(raw[2:])


def method_of(pair: dict[str, str]) -> str:
    return f"did:key:{pair['publicKeyMultibase']}#{pair['publicKeyMultibase']}"


def test_every_intermediate_value(vectors: Path) -> None:
    folder = vectors / "eddsa-jcs-2022"
    document, options = read(vectors / "unsigned.json"), read(folder / "proofConfigJCS.json")
    assert jcs(document).decode() == (folder / "canonDocJCS.txt").read_text(encoding="utf-8")
    assert jcs(options).decode() == (folder / "proofCanonJCS.txt").read_text(encoding="utf-8")
    assert sha256(jcs(document)).hex() == (folder / "docHashJCS.txt").read_text(encoding="utf-8")
    assert sha256(jcs(options)).hex() == (folder / "proofHashJCS.txt").read_text(encoding="utf-8")
    combined = signed_hash(document, options)
    assert combined.hex() == (folder / "combinedHashJCS.txt").read_text(encoding="utf-8")
    signature = key_of(read(vectors / "keyPair.json")).sign(combined)
    assert signature.hex() == (folder / "sigHexJCS.txt").read_text(encoding="utf-8")


def test_our_signature_is_the_published_one(vectors: Path) -> None:
    expected = read(vectors / "eddsa-jcs-2022" / "signedJCS.json")
    pair = read(vectors / "keyPair.json")
    signed = sign_document(
        read(vectors / "unsigned.json"),
        key=key_of(pair),
        verification_method=method_of(pair),
        created=expected["proof"]["created"],
    )
    assert signed == expected


def test_the_published_document_verifies(vectors: Path) -> None:
    (proof,) = verify_proofs(read(vectors / "eddsa-jcs-2022" / "signedJCS.json"))
    assert proof.purpose == "assertionMethod"
    assert proof.controller == f"did:key:{read(vectors / 'keyPair.json')['publicKeyMultibase']}"


def test_the_key_of_the_published_document_is_not_its_issuers(vectors: Path) -> None:
    # Two named checks: the proof holds (above), and the issuer, an https URL, did not make it.
    with pytest.raises(IssuerNotKeyHolder) as refused:
        verify_credential(read(vectors / "eddsa-jcs-2022" / "signedJCS.json"))
    assert refused.value.where == "/issuer"


def test_every_altered_scalar_is_refused(vectors: Path) -> None:
    signed = read(vectors / "eddsa-jcs-2022" / "signedJCS.json")
    places = scalars(signed)
    assert len(places) == 19
    for path in places:
        with pytest.raises(CredentialRefused):
            verify_proofs(altered(signed, path))


def test_a_truncated_signature_is_malformed(vectors: Path) -> None:
    signed = read(vectors / "eddsa-jcs-2022" / "signedJCS.json")
    signed["proof"]["proofValue"] = signed["proof"]["proofValue"][:-4]
    with pytest.raises(ProofMalformed):
        verify_proofs(signed)


def test_the_suite_of_before_data_integrity_is_refused_by_name(vectors: Path) -> None:
    with pytest.raises(ProofUnsupported):
        verify_proofs(read(vectors / "Ed25519Signature2020" / "signedEdSig.json"))


def jcs_chain(vectors: Path) -> dict[str, Any]:
    """The appendix's set of two, then the third over both, then the fourth over the third, with our suite."""
    folder = vectors / "proof-set-chain"
    pairs = read(folder / "multiKeyPairs.json")
    signed: dict[str, Any] = read(folder / "unsigned.json")
    names = ("proofSetConfig1", "proofSetConfig2", "proofChainConfig1", "proofChainConfig2")
    for number, name in enumerate(names, start=1):
        config = read(folder / f"{name}.json")
        pair = pairs[f"keyPair{number}"]
        assert config["verificationMethod"] == method_of(pair)
        extra = {part: config[part] for part in ("id", "previousProof") if part in config}
        signed = sign_document(
            signed, key=key_of(pair), verification_method=method_of(pair), created=config["created"], extra=extra
        )
    return signed


def test_a_set_and_a_chain_hold(vectors: Path) -> None:
    signed = jcs_chain(vectors)
    theirs = read(vectors / "proof-set-chain" / "signedProofChain2.json")
    assert [proof.verification_method for proof in verify_proofs(signed)] == [
        proof["verificationMethod"] for proof in theirs["proof"]
    ]


def test_what_the_chain_signs_is_the_published_intermediate_document(vectors: Path) -> None:
    # proofChainTempDoc1 is the document with the two earlier proofs: the same member, order and form as ours.
    theirs = read(vectors / "proof-set-chain" / "proofChainTempDoc1.json")
    signed = jcs_chain(vectors)
    assert [proof["id"] for proof in theirs["proof"]] == signed["proof"][2]["previousProof"]
    options = {name: value for name, value in signed["proof"][2].items() if name != "proofValue"}
    bare = {**theirs, "proof": signed["proof"][:2]}
    pair = read(vectors / "proof-set-chain" / "multiKeyPairs.json")["keyPair3"]
    assert key_of(pair).sign(signed_hash(bare, options)) == unmultibase(signed["proof"][2]["proofValue"])


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_chain_without_a_predecessor_is_broken(vectors: Path, missing: int) -> None:
    signed = jcs_chain(vectors)
    del signed["proof"][missing]
    with pytest.raises(ProofChainBroken):
        verify_proofs(signed)


def test_a_chain_over_an_altered_predecessor_is_refused(vectors: Path) -> None:
    signed = jcs_chain(vectors)
    signed["proof"][0]["created"] = "2023-02-24T23:36:39Z"
    with pytest.raises(ProofInvalid):
        verify_proofs(signed)


def test_the_last_of_a_chain_may_be_taken_off(vectors: Path) -> None:
    signed = jcs_chain(vectors)
    del signed["proof"][3]
    assert len(verify_proofs(signed)) == 3
