"""vectors/envelope: read by the product, and opened by a second implementation (pyhpke, cryptography's AES-GCM)."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from transire.crypto.canonical import canonical_bytes
from transire.crypto.keys import AgreementKey
from transire.errors import TransireError
from transire.ledger.kinds import KindRegistry
from transire.vault.delivery import CheckedEnvelope, check_envelope
from transire.vault.envelope import parse_envelope
from transire.vault.journal import Place
from transire.vault.statements import KINDS

from .conftest import NOW, Ledger

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "envelope"
ACCEPTED: dict[str, Any] = json.loads((FOLDER / "accepted.json").read_text(encoding="utf-8"))
REFUSED: list[dict[str, Any]] = json.loads((FOLDER / "refused.json").read_text(encoding="utf-8"))


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check(wire: Any) -> CheckedEnvelope:
    ledger = Ledger()
    ledger.network = ACCEPTED["network"]
    ledger.places[ACCEPTED["accepted_action"]] = Place(height=12, log_index=7, accepted_at=NOW)
    ledger.credential_keys[ACCEPTED["envelope"]["from"]] = [bytes.fromhex(ACCEPTED["issuer_credential_public"])]
    return check_envelope(
        parse_envelope(canonical_bytes(wire)),
        recipient=ACCEPTED["recipient"],
        ledger=ledger,
        agreement_keys=[AgreementKey.from_private(bytes.fromhex(ACCEPTED["recipient_agree_private"]))],
        kinds=KindRegistry(KINDS),
        known_kinds=lambda subject, place: (),
    )


def test_accepted() -> None:
    (document,) = check(ACCEPTED["envelope"]).documents
    assert document.content_key.hex() == ACCEPTED["content_key"]
    assert sorted(document.representations) == ACCEPTED["media_types"]
    assert document.credential is not None


def test_accepted_by_a_second_implementation() -> None:
    item = ACCEPTED["envelope"]["documents"][0]
    private = bytes.fromhex(ACCEPTED["recipient_agree_private"])
    info, aad = bytes.fromhex(ACCEPTED["info"]), bytes.fromhex(ACCEPTED["aad"])
    meta = item["meta"]
    start = decoded(meta["document"]) + meta["version"].to_bytes(8, "big")
    fields = (item["wrapped"]["key_id"], item["wrapped"]["purpose"], item["wrapped"]["expires"] or "")
    assert aad == start + meta["schema"].encode()
    assert info == start + b"".join(len(text).to_bytes(2, "big") + text.encode() for text in fields)
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    jwk = {"kty": "OKP", "crv": "X25519", "d": private_text(private), "x": item["wrapped"]["key_id"]}
    wrapped = decoded(item["wrapped"]["key"])
    key = suite.create_recipient_context(wrapped[:32], KEMKey.from_jwk(jwk), info=info).open(wrapped[32:])
    assert key.hex() == ACCEPTED["content_key"]
    ciphertext = decoded(item["ciphertext"])
    plaintext = AESGCM(key).decrypt(ciphertext[:12], ciphertext[12:], aad)
    assert len(plaintext) == 4096
    check_package(plaintext, meta)


def check_package(plaintext: bytes, meta: dict[str, Any]) -> None:
    magic = b"transire/package/1\n"
    assert plaintext.startswith(magic)
    length = int.from_bytes(plaintext[len(magic) : len(magic) + 4], "big")
    place = len(magic) + 4 + length
    header = json.loads(plaintext[len(magic) + 4 : place])
    assert decoded(header["salt"]).hex() == ACCEPTED["document_salt"]
    parts = {}
    for part in header["parts"]:
        parts[part["media_type"]] = plaintext[place : place + part["length"]]
        place += part["length"]
    assert list(parts) == meta["media_types"]
    assert not any(plaintext[place:])
    assert json.loads(parts["application/vc"])["issuer"] == meta["issuer"]


def private_text(private: bytes) -> str:
    return base64.urlsafe_b64encode(private).rstrip(b"=").decode()


def test_the_statement_leads_to_the_action_by_hand() -> None:
    item = ACCEPTED["envelope"]["statements"][0]
    node = hashlib.sha256(b"\x00" + canonical_bytes(item["statement"])).digest()
    for sibling in item["path"]:  # index 0: every sibling is on the right
        node = hashlib.sha256(b"\x01" + node + decoded(sibling)).digest()
    assert node == decoded(item["opening"]["root"])
    pool = hashlib.sha256(b"transire/pool/v1\n" + canonical_bytes(item["opening"])).digest()
    assert pool == decoded(item["action"]["body"]["pool"])
    action = hashlib.sha256(canonical_bytes(item["action"])).digest()
    assert action == decoded(ACCEPTED["accepted_action"])


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_refused(vector: dict[str, Any]) -> None:
    wire = copy.deepcopy(ACCEPTED["envelope"])
    *steps, last = vector["pointer"].split("/")[1:]
    part = wire
    for step in steps:
        part = part[int(step)] if isinstance(part, list) else part[step]
    part[last] = vector["value"]
    with pytest.raises(TransireError) as refused:
        check(wire)
    assert refused.value.code == vector["code"]
