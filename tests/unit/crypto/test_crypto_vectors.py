"""Our code against vectors that other implementations made, or that were published."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import crypto_vectors
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyhpke import AEADId

from transire.crypto.canonical import canonical_bytes, parse_canonical, parse_json
from transire.crypto.did import check_did, did_key, public_of_did_key
from transire.crypto.digests import hkdf_sha256
from transire.crypto.errors import DidInvalid, JsonRefused, KeyInvalid, SignatureInvalid
from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey, SigningKey, check_public_key, verify_signature
from transire.crypto.sealing import open_content, unwrap_key, wrap_key
from transire.crypto.zip215 import verify_zip215

FOLDER = Path(__file__).resolve().parents[3] / "vectors"


def read(path: str) -> Any:
    return json.loads((FOLDER / path).read_text())


def names(case: Any) -> str | None:
    return case.get("name") if isinstance(case, dict) else None


@pytest.mark.parametrize("path", sorted(crypto_vectors.files()))
def test_every_file_is_what_its_generator_writes(path: str) -> None:
    assert read(path) == json.loads(json.dumps(crypto_vectors.files()[path]))


@pytest.mark.parametrize("case", read("canonical/accepted.json"), ids=names)
def test_canonical_json_is_that_of_rfc8785(case: Any) -> None:
    raw = case["canonical"].encode()
    value = parse_json(case["loose"].encode())
    assert canonical_bytes(value) == raw
    assert parse_canonical(raw) == value


@pytest.mark.parametrize("case", read("canonical/refused.json"), ids=names)
def test_json_outside_the_profile_is_refused_by_code(case: Any) -> None:
    raw = bytes.fromhex(case["hex"])
    with pytest.raises(JsonRefused) as refusal:
        parse_canonical(raw)
    assert refusal.value.code == case["parse_canonical"]
    if case["parse_json"] is None:
        parse_json(raw)
        return
    with pytest.raises(JsonRefused) as refusal:
        parse_json(raw)
    assert refusal.value.code == case["parse_json"]


@pytest.mark.parametrize("case", read("keys/ed25519.json"))
def test_ed25519_signs_as_rfc8032_says(case: Any) -> None:
    key = SigningKey.from_seed(bytes.fromhex(case["seed"]))
    message, signature = bytes.fromhex(case["message"]), bytes.fromhex(case["signature"])
    assert key.public.hex() == case["public"]
    assert key.sign(message) == signature
    verify_signature(key.public, message, signature)
    verify_zip215(key.public, message, signature)


@pytest.mark.parametrize("case", read("keys/ed25519-edge-cases.json"), ids=lambda case: f"case {case['case']}")
def test_published_edge_cases_are_judged_as_published(case: Any) -> None:
    parts = [bytes.fromhex(case[name]) for name in ("public", "message", "signature")]
    assert is_accepted(verify_zip215, *parts) is case["zip215"]
    assert is_accepted(verify_signature, *parts) is case["pynacl"]


def is_accepted(verify: Any, public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        verify(public, message, signature)
    except SignatureInvalid:
        return False
    return True


def test_zip215_accepts_all_196_pairs_of_small_order_and_pynacl_none() -> None:
    """ZIP 215 and its table: with S = 0 every pair of small-order A and R satisfies the cofactored equation."""
    table = read("keys/small-order.json")
    encodings = [bytes.fromhex(text) for text in table["encodings"]]
    assert len(encodings) == 14
    for public, commitment in product(encodings, encodings):
        signature = commitment + bytes(32)
        assert is_accepted(verify_zip215, public, b"Zcash", signature) is table["zip215"]
        assert is_accepted(verify_signature, public, b"Zcash", signature) is table["pynacl"]


def test_libraries_do_disagree_on_small_order() -> None:
    """The reason for one library: OpenSSL accepts some of what libsodium refuses (ENGINE.md)."""
    encodings = [bytes.fromhex(text) for text in read("keys/small-order.json")["encodings"]]
    accepted = 0
    for public, commitment in product(encodings, encodings):
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(commitment + bytes(32), b"Zcash")
            accepted += 1
        except (InvalidSignature, ValueError):
            pass
    assert 0 < accepted < 196


@pytest.mark.parametrize("encoding", read("keys/small-order.json")["encodings"])
def test_small_order_keys_are_never_entered(encoding: str) -> None:
    with pytest.raises(KeyInvalid, match="prime order"):
        check_public_key(bytes.fromhex(encoding))


@pytest.mark.parametrize("case", read("keys/did.json")["did_key"])
def test_did_key(case: Any) -> None:
    public = bytes.fromhex(case["public"])
    assert did_key(public) == case["did"]
    assert public_of_did_key(case["did"]) == public
    check_did(case["did"])


@pytest.mark.parametrize("did", read("keys/did.json")["accepted"])
def test_did_web_of_public_hosts_is_accepted(did: str) -> None:
    check_did(did)


@pytest.mark.parametrize("did", read("keys/did.json")["refused"])
def test_malformed_dids_are_refused(did: str) -> None:
    with pytest.raises(DidInvalid):
        check_did(did, allow_local=True)


@pytest.mark.parametrize("did", read("keys/did.json")["local"] + read("keys/did.json")["refused_as_local"])
def test_local_hosts_only_where_allowed(did: str) -> None:
    with pytest.raises(DidInvalid, match="public DNS name"):
        check_did(did)
    check_did(did, allow_local=True)


def test_the_hpke_oracle_is_right() -> None:
    case = {name: bytes.fromhex(value) for name, value in read("sealing/hpke.json")["rfc9180_a_1_1"].items()}
    suite, private, _ = crypto_vectors.oracle(case["skRm"], AEADId.AES128_GCM)
    context = suite.create_recipient_context(case["enc"], private, info=case["info"])
    assert context.open(case["ct"], aad=case["aad"]) == case["pt"]


@pytest.mark.parametrize("case", read("sealing/hpke.json")["wrapped"])
def test_keys_wrapped_by_another_implementation_are_unwrapped(case: Any) -> None:
    recipient = AgreementKey.from_private(bytes.fromhex(case["recipient_private"]))
    info = bytes.fromhex(case["info"])
    assert unwrap_key(bytes.fromhex(case["wrapped"]), recipient=recipient, info=info).hex() == case["key"]


def test_keys_that_we_wrap_are_unwrapped_by_another_implementation() -> None:
    recipient, key = AgreementKey.generate(), bytes(range(32))
    wrapped = wrap_key(key, recipient_public=recipient.public, info=b"grant")
    suite, private, _ = crypto_vectors.oracle(recipient.private)
    assert suite.create_recipient_context(wrapped[:32], private, info=b"grant").open(wrapped[32:]) == key


@pytest.mark.parametrize("case", read("sealing/hybrid.json"))
def test_keys_wrapped_for_a_hybrid_key_by_hpke_written_out_are_unwrapped(case: Any) -> None:
    part = {name: bytes.fromhex(value) for name, value in case.items()}
    recipient = HybridKey(part["recipient_private"])
    assert recipient.public == part["recipient_public"]
    assert unwrap_key(part["wrapped"], recipient=recipient, info=part["info"]) == part["key"]


def test_keys_that_we_wrap_for_a_hybrid_key_are_unwrapped_by_hpke_written_out() -> None:
    recipient, key = HybridKey.beside(AgreementKey.generate()), bytes(range(32))
    wrapped = wrap_key(key, recipient_public=recipient.public, info=b"grant")
    assert crypto_vectors.unwrapped_hybrid(wrapped, recipient.private, b"grant") == key


@pytest.mark.parametrize("case", read("sealing/content.json"))
def test_sealed_content_is_opened(case: Any) -> None:
    part = {name: bytes.fromhex(value) for name, value in case.items()}
    assert open_content(part["ciphertext"], part["key"], aad=part["aad"]) == part["plaintext"]


@pytest.mark.parametrize("case", read("sealing/hkdf.json"))
def test_hkdf_of_rfc5869(case: Any) -> None:
    secret, salt, info, output = (bytes.fromhex(case[name]) for name in ("secret", "salt", "info", "output"))
    assert hkdf_sha256(secret, salt=salt, info=info, length=len(output)) == output
