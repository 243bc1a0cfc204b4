"""vectors/credential: read by the product, and the accepted ones by an independent dozen of lines."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from transire.credentials.verify import verify_credential
from transire.errors import TransireError

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "credential"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def base58(text: str) -> bytes:
    number = 0
    for character in text:
        number = number * 58 + ALPHABET.index(character)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


@pytest.mark.parametrize("vector", read("accepted.json"), ids=lambda vector: vector["name"])
def test_accepted(vector: dict[str, Any]) -> None:
    verify_credential(vector["credential"])


@pytest.mark.parametrize("vector", read("accepted.json"), ids=lambda vector: vector["name"])
def test_accepted_by_a_second_implementation(vector: dict[str, Any]) -> None:
    credential = dict(vector["credential"])
    proofs = credential.pop("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs]
    for index, proof in enumerate(proofs):
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        earlier = [other for other in proofs if "id" in other and other["id"] == proof.get("previousProof")]
        bare = {**credential, "proof": earlier} if earlier else credential
        message = hashlib.sha256(rfc8785.dumps(options)).digest() + hashlib.sha256(rfc8785.dumps(bare)).digest()
        if index == 0:
            assert message.hex() == vector["signed_hash_of_first_proof"]
        key = base58(proof["verificationMethod"].partition("#z")[2])[2:]
        Ed25519PublicKey.from_public_bytes(key).verify(base58(proof["proofValue"][1:]), message)


@pytest.mark.parametrize("vector", read("refused.json"), ids=lambda vector: vector["name"])
def test_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(TransireError) as refused:
        verify_credential(vector["credential"])
    assert (refused.value.code, refused.value.where) == (vector["code"], vector["where"])
