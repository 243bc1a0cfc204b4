"""Write vectors/{credential,commitment,envelope}: what must be accepted, and one defect at a time with its code.

    python scripts/write_document_vectors.py

Keys and salts are fixed bytes; content keys, nonces and HPKE's ephemeral keys are random, so each run writes other
envelopes. Run it when a format gets a new version, never to make a failing test pass.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transire.credentials.contexts import V2
from transire.credentials.issue import issue_credential
from transire.credentials.proofs import sign_document
from transire.credentials.resolve import verification_method_of
from transire.credentials.suites import signed_hash
from transire.crypto.canonical import canonical_bytes
from transire.crypto.did import did_key
from transire.crypto.encoding import b64url
from transire.crypto.keys import AgreementKey, SigningKey
from transire.crypto.keystore import KeyStore
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import commitment_of, leaves_of, open_representation
from transire.errors import TransireError
from transire.ledger.action import parse_action, sign_action
from transire.ledger.kinds import KindRegistry
from transire.ledger.statement import Pool, make_statement, parse_statement, statement_bytes, statement_id
from transire.storage.blobs import BlobStore
from transire.storage.database import Database
from transire.vault.delivery import check_envelope
from transire.vault.envelope import parse_envelope, write_envelope
from transire.vault.journal import Located, Place
from transire.vault.statements import KINDS
from transire.vault.stored import StoredDocument
from transire.vault.tables import metadata
from transire.vault.vault import Vault

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
NETWORK = "transire-test-3f9a5c2e71b04d68a1c5770b2e94d3f0"
PRODUCER, OTHER = SigningKey.from_seed(bytes([1]) * 32), SigningKey.from_seed(bytes([2]) * 32)
ACTING = SigningKey.from_seed(bytes([3]) * 32)
IMPORTER = AgreementKey.from_private(bytes([4]) * 32)
ISSUER, RECIPIENT = did_key(PRODUCER.public), "did:web:importer.example"

Json = Any


def credential(**changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "types": ["EvidenceAnswer"],
        "issuer_did": ISSUER,
        "key": PRODUCER,
        "valid_from": NOW,
        "valid_until": datetime(2027, 11, 21, tzinfo=UTC),
        "created": NOW,
        "schema_id": "evidence/1",
        "id": "urn:uuid:6f9c1f5e-5f0a-4d0b-9a51-0d1c6a1f7a11",
    }
    answer = "La fundición certifica el origen del hierro. The foundry certifies the iron."  # two languages, UTF-8
    subject = {"request": b64url(bytes([9]) * 32), "answer": answer, "answeredOn": "2026-11-22"}
    return issue_credential(changes.pop("subject", subject), **{**settings, **changes})


def unsigned(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in credential(**changes).items() if name != "proof"}


def signed_by(document: dict[str, Any], key: SigningKey, did: str, **rest: Any) -> dict[str, Any]:
    method = verification_method_of(did, key)
    return sign_document(document, key=key, verification_method=method, created="2026-11-22T10:15:00Z", **rest)


def write_credentials() -> None:
    fraction = {
        "@context": [V2, {"mass": "https://example.org/#mass"}],
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "credentialSubject": {"mass": 12.5, "https://example.org/#\U0001f6a2": 1e21},
    }
    accepted = {
        "a document of the house": credential(),
        "co-signed by a chamber: a set of two proofs": signed_by(credential(), OTHER, did_key(OTHER.public)),
        "a chain: the chamber signs over the issuer's proof": chain(),
        "a fraction and a key beyond the BMP, which only whole RFC 8785 writes": signed_by(fraction, PRODUCER, ISSUER),
    }
    vectors = [
        {"name": name, "signed_hash_of_first_proof": first_hash(document).hex(), "credential": document}
        for name, document in accepted.items()
    ]
    write("credential/accepted.json", vectors)
    write("credential/refused.json", list(refused_credentials()))


def first_hash(document: dict[str, Any]) -> bytes:
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    options = {name: value for name, value in proofs[0].items() if name != "proofValue"}
    return signed_hash({name: value for name, value in document.items() if name != "proof"}, options)


def chain() -> dict[str, Any]:
    first = signed_by(unsigned(), PRODUCER, ISSUER, extra={"id": "urn:uuid:00000000-0000-4000-8000-000000000001"})
    previous = {"previousProof": "urn:uuid:00000000-0000-4000-8000-000000000001"}
    return signed_by(first, OTHER, did_key(OTHER.public), extra=previous)


def refused_credentials() -> Iterator[dict[str, Any]]:
    from transire.credentials.verify import verify_credential

    base = credential()
    broken_chain = chain()
    del broken_chain["proof"][0]
    cases = {
        "content altered": {**base, "credentialSubject": {**base["credentialSubject"], "answer": "Altered."}},
        "member removed": {name: value for name, value in base.items() if name != "validUntil"},
        "member added that no context defines": {**base, "colour": "red"},
        "context swapped": {**base, "@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"]},
        "context that is not pinned": {**base, "@context": [V2, "https://example.org/v1"]},
        "context of the data model not first": {**base, "@context": base["@context"][::-1]},
        "no proof": unsigned(),
        "another cryptosuite": {**base, "proof": {**base["proof"], "cryptosuite": "eddsa-2022"}},
        "another purpose": signed_by(unsigned(), PRODUCER, ISSUER, purpose="authentication"),
        "signed by another member": signed_by(unsigned(), OTHER, did_key(OTHER.public)),
        "another key under the issuer's name": signed_by(unsigned(), OTHER, ISSUER),
        "chain without its first proof": broken_chain,
        "ends before it begins": signed_by({**unsigned(), "validUntil": "2026-11-22T10:14:59Z"}, PRODUCER, ISSUER),
        "date without time zone": signed_by({**unsigned(), "validFrom": "2026-11-22T10:15:00"}, PRODUCER, ISSUER),
        "no claim about the subject": signed_by({**unsigned(), "credentialSubject": {}}, PRODUCER, ISSUER),
        "issuer that is no URL": {**base, "issuer": "producer"},
        "protected word redefined": signed_by(
            {**unsigned(), "@context": [V2, {"name": "https://example.org/#name"}]}, PRODUCER, ISSUER
        ),
    }
    for name, document in cases.items():
        try:
            verify_credential(document)
        except TransireError as error:
            yield {"name": name, "code": error.code, "where": error.where, "credential": document}
            continue
        raise SystemExit(f"accepted: {name}")


def write_commitments() -> None:
    salt = bytes(range(32))
    documents = {
        "one representation": {MEDIA_TYPE: canonical_bytes(credential())},
        "empty content": {"text/plain": b""},
        "three representations, in the order of their media types": {
            "text/plain": "Sello nº 7".encode(),
            "application/pdf": b"%PDF-1.7",
            "application/vc+jwt": b"eyJhbGciOiJFUzM4NCJ9..",
        },
        "one media type begins with the other": {"text/x": b"a", "text/x-y": b"b"},
    }
    vectors = []
    for name, document in documents.items():
        openings = [open_representation(document, salt, media_type) for media_type in sorted(document)]
        vectors.append(
            {
                "name": name,
                "salt": b64url(salt),
                "representations": {media_type: b64url(data) for media_type, data in document.items()},
                "salts": {opening.media_type: b64url(opening.salt) for opening in openings},
                "leaves": [leaf.hex() for leaf in leaves_of(document, salt)],
                "commitment": b64url(commitment_of(document, salt)),
            }
        )
    write("commitment/commitments.json", vectors)


class Ledger:
    """The recipient's replica: one accepted action, one member."""

    network = NETWORK

    def __init__(self, action_id: str) -> None:
        self.action_id = action_id

    def place_of(self, action_id: str) -> Place | None:
        return Place(height=12, log_index=7, accepted_at=NOW) if action_id == self.action_id else None

    def network_at(self, height: int) -> str:
        return self.network

    def roles_of(self, did: str, height: int) -> tuple[str, ...]:
        return ("producer",) if did == ISSUER else ()

    def credential_keys_of(self, did: str, height: int) -> list[bytes]:
        return [PRODUCER.public] if did == ISSUER else []


def write_envelopes() -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw, stored, content_key, salt = build(Path(folder))
    wire = json.loads(raw)
    action_id = parse_action(canonical_bytes(wire["statements"][0]["action"])).id
    write(
        "envelope/accepted.json",
        {
            "network": NETWORK,
            "recipient": RECIPIENT,
            "recipient_agree_private": IMPORTER.private.hex(),
            "issuer_credential_public": PRODUCER.public.hex(),
            "accepted_action": action_id,
            "content_key": content_key.hex(),
            "document_salt": salt.hex(),
            "aad": stored.identity.aad.hex(),
            "info": stored.identity.grant_info(b64url(IMPORTER.public), "filing", None).hex(),
            "media_types": list(stored.media_types),
            "envelope": wire,
        },
    )
    write("envelope/refused.json", list(refused_envelopes(wire, action_id)))


def build(folder: Path) -> tuple[bytes, StoredDocument, bytes, bytes]:
    keys = KeyStore.create(folder / "keys.json", bytes(16), profile="test")
    keys.add_agreement_key("agree-1", IMPORTER)
    database = Database.open(f"sqlite:///{folder}/member.db", tables=[metadata])
    database.create_tables()
    vault = Vault(BlobStore.open(f"file://{folder}/blobs"), keys)
    content = {MEDIA_TYPE: canonical_bytes(credential()), "text/plain": b"The foundry certifies the iron."}
    with database.transaction() as tx:
        stored = vault.put(tx, content, issuer=ISSUER, schema_id="evidence/1", now=NOW)
        sealed = vault.seal_for(tx, stored.commitment, recipient_public=IMPORTER.public, purpose="filing")
        opened = vault.open(tx, stored.commitment)
    database.close()
    from transire.crypto.sealing import unwrap_key

    info = stored.identity.grant_info(b64url(IMPORTER.public), "filing", None)
    content_key = unwrap_key(sealed.wrapped, recipient=IMPORTER, info=info)
    raw = write_envelope(sender=ISSUER, recipient=RECIPIENT, statements=[located(stored)], documents=[sealed])
    return raw, stored, content_key, opened.salt


def located(stored: StoredDocument) -> Located:
    said = [
        make_statement("document.issued/1", stored.issued_body(), about=[stored.document_id], by=ISSUER, actor="a"),
        *(make_statement("document.opened/1", {}, about=[], by=ISSUER, actor="a") for _ in range(2)),
    ]
    pool = Pool.build(NETWORK, ISSUER, said)
    action = sign_action(
        "witness/1",
        pool.body(),
        by=ISSUER,
        key="act-1",
        network=NETWORK,
        expires="2026-11-22T10:20:00Z",
        nonce=bytes(16),
        signer=ACTING,
    )
    raw = statement_bytes(said[0])
    return Located(
        id=statement_id(said[0]),
        statement=parse_statement(raw),
        raw=raw,
        seq=0,
        pool=pool.commitment,
        opening=pool.opening(),
        index=0,
        path=pool.path(0),
        action=action,
        action_id=parse_action(action).id,
        place=Place(height=12, log_index=7, accepted_at=NOW),
    )


def refused_envelopes(wire: dict[str, Any], action_id: str) -> Iterator[dict[str, Any]]:
    zeros, flipped = b64url(bytes(32)), wire["documents"][0]["ciphertext"]
    flipped = ("A" if flipped[0] != "A" else "B") + flipped[1:]
    cases: list[tuple[str, str, Json]] = [
        ("another version of the format", "/type", "envelope/2"),
        ("for another member", "/to", "did:web:other.example"),
        ("in the name of another sender", "/from", "did:web:other.example"),
        ("statement altered", "/statements/0/statement/actor", "b"),
        ("another place in the pool", "/statements/0/index", 1),
        ("path torn", "/statements/0/path", wire["statements"][0]["path"][:1]),
        ("opening of another pool", "/statements/0/opening/salt", zeros),
        ("action that our replica has not", "/statements/0/action/nonce", "AAAAAAAAAAAAAAAAAAAAAQ"),
        ("particulars of another version", "/documents/0/meta/version", 2),
        ("another issuer", "/documents/0/meta/issuer", "did:web:other.example"),
        ("a representation kept back", "/documents/0/meta/media_types", [MEDIA_TYPE]),
        ("ciphertext altered", "/documents/0/ciphertext", flipped),
        ("wrapped for another key", "/documents/0/wrapped/key_id", zeros),
        ("wrapped for another purpose", "/documents/0/wrapped/purpose", "audit"),
        ("wrapped with another expiry", "/documents/0/wrapped/expires", "2027-01-01T00:00:00Z"),
        ("member added", "/documents/0/meta/title", "Certification"),
        ("no statement", "/statements", []),
    ]
    for name, pointer, value in cases:
        changed = patched(wire, pointer, value)
        try:
            check_envelope(
                parse_envelope(canonical_bytes(changed)),
                recipient=RECIPIENT,
                ledger=Ledger(action_id),
                agreement_keys=[IMPORTER],
                kinds=KindRegistry(KINDS),
                known_kinds=lambda subject, place: (),
            )
        except TransireError as error:
            yield {"name": name, "code": error.code, "pointer": pointer, "value": value}
            continue
        raise SystemExit(f"accepted: {name}")


def patched(document: Json, pointer: str, value: Json) -> Json:
    changed = copy.deepcopy(document)
    *steps, last = pointer.split("/")[1:]
    part = changed
    for step in steps:
        part = part[int(step)] if isinstance(part, list) else part[step]
    part[last] = value
    return changed


def write(name: str, vectors: Json) -> None:
    text = json.dumps(vectors, indent=1, ensure_ascii=False)
    (VECTORS / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_credentials()
    write_commitments()
    write_envelopes()
