"""Write the vectors of this folder: the pouch of a fixed entry on a fixed network, and what may be done to it.

    python vectors/pouch/make.py

All keys, salts and times are fixed, so a run writes the same bytes until a format changes.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "unit" / "documents")]

import sample_documents as samples  # noqa: E402

from ledger_world import BROKER, CUSTOMS, PRODUCER, signing_key  # noqa: E402
from receipt_world import Chain  # noqa: E402
from transire.credentials.issue import issue_credential  # noqa: E402
from transire.crypto.canonical import canonical_bytes  # noqa: E402
from transire.crypto.encoding import b64url  # noqa: E402
from transire.documents.catalogue import MEDIA_TYPE, document_type  # noqa: E402
from transire.documents.commitment import commitment_of, open_representation  # noqa: E402
from transire.ledger.pouch import Packed, write_pouch  # noqa: E402
from transire.ledger.receipt import StatementEvidence  # noqa: E402
from transire.ledger.statement import Pool, make_statement, statement_bytes  # noqa: E402

ISSUED_AT = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
INVOICE, CERTIFICATION, ENTRY = "commercial-invoice/1", "certification-of-origin/usmca/1", "entry-summary/1"
OTHER = "A" * 42 + "E"

# What is done to the pouch: a pointer with what to put there, or with what to take out. The documents are, in order,
# the entry, the invoice, the certification.
HELD = "/presentation/verifiableCredential"
CHANGES: dict[str, dict[str, Any]] = {
    "a cheaper invoice": {"put_at": f"{HELD}/1/credentialSubject/total", "value": "1.00"},
    "a word that no context defines": {"put_at": f"{HELD}/1/credentialSubject/colour", "value": "red"},
    "another port of entry": {"put_at": f"{HELD}/0/credentialSubject/portOfEntry", "value": "2305"},
    "another number on the bundle": {"put_at": "/entry", "value": "ABC-1234568-4"},
    "another salt": {"put_at": "/documents/2/opening/salt", "value": OTHER},
    "another holder": {"put_at": "/presentation/holder", "value": PRODUCER},
    "a proof of another time": {"put_at": "/presentation/proof/created", "value": "2026-02-02T09:00:01Z"},
    "no proof of the bundle": {"remove": "/presentation/proof"},
    "a receipt of another actor": {"put_at": "/documents/0/receipt/statement/actor", "value": "person-2"},
    "a receipt of another document": {"put_at": "/documents/1/receipt/statement/body/commitment", "value": OTHER},
    "a receipt with a member more": {"put_at": "/documents/1/receipt/note", "value": "x"},
    "a document less": {"remove": f"{HELD}/2"},
    "another version of the format": {"put_at": "/pouch", "value": "pouch/2"},
    "a member more": {"put_at": "/note", "value": "x"},
}


def main() -> None:
    chain = Chain()
    raw = pouch(chain)
    (HERE / "pouch.json").write_bytes(raw)
    (HERE / "network.json").write_bytes(chain.trust_root)
    found = {"genuine": {}, **CHANGES}
    lines = [json.dumps(case(what, change, raw, chain.trust_root), sort_keys=True) for what, change in found.items()]
    (HERE / "cases.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def pouch(chain: Chain) -> bytes:
    """Invoice and certification by the producer, the entry by the broker, who hands all three over."""
    invoice = issued(chain, PRODUCER, INVOICE, samples.SUBJECTS[INVOICE](), 1)
    certification = issued(chain, PRODUCER, CERTIFICATION, samples.SUBJECTS[CERTIFICATION](), 2)
    subject = json.dumps(samples.SUBJECTS[ENTRY]())
    for sample, made in ((samples.ID, invoice), (samples.OTHER_ID, certification)):
        subject = subject.replace(sample, made[1])
    entry = issued(chain, BROKER, ENTRY, json.loads(subject), 3)
    chain.block()
    packed = [shown(chain, one) for one in (entry, invoice, certification)]
    number = str(json.loads(subject)["entryNumber"])
    return write_pouch(number, packed, holder=BROKER, key=signing_key(f"{BROKER} credential-1"), created=ISSUED_AT)


Made = tuple[str, str, bytes, dict[str, Any], bytes, StatementEvidence]
"""Issuer, commitment, salt, credential, witness action, and the statement with its place."""


def issued(chain: Chain, by: str, schema_id: str, subject: dict[str, Any], number: int) -> Made:
    """A document that a member signed, and the block in which it is stated that it was issued."""
    credential = issue_credential(
        subject,
        types=[document_type(schema_id).type_name],
        issuer_did=by,
        key=signing_key(f"{by} credential-1"),
        valid_from=ISSUED_AT,
        valid_until=datetime(2026, 12, 31, tzinfo=UTC) if schema_id == CERTIFICATION else None,
        created=ISSUED_AT,
        schema_id=schema_id,
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
    )
    salt = number.to_bytes(32, "big")
    commitment = b64url(commitment_of({MEDIA_TYPE: canonical_bytes(credential)}, salt))
    body = {
        "ciphertext": b64url(bytes(32)),
        "commitment": commitment,
        "id": commitment,
        "schema": schema_id,
        "version": 1,
    }
    said = make_statement("document.issued/1", body, about=[commitment], by=by, actor="person-1", salt=salt)  # type: ignore[arg-type]
    pool = Pool.build(chain.genesis.network, by, [said], salt=salt)
    action = chain.world.sign("witness/1", pool.body(), by=by)
    chain.done(chain.world.witness(CUSTOMS, f"pool {number}"), action)
    evidence = StatementEvidence(raw=statement_bytes(said), index=0, path=tuple(pool.path(0)), opening=pool.opening())
    return by, commitment, salt, credential, action, evidence


def shown(chain: Chain, made: Made) -> Packed:
    by, commitment, salt, credential, action, evidence = made
    opening = open_representation({MEDIA_TYPE: canonical_bytes(credential)}, salt, MEDIA_TYPE)
    return Packed(credential, opening, chain.receipt(action, evidence, status_of=[(by, commitment)]))


def case(what: str, change: dict[str, Any], raw: bytes, network: bytes) -> dict[str, Any]:
    """The change; the code of every check that fails, of a document behind its place, or of the refusal of the file."""
    from javascript import Question

    said = Question(what, altered(raw, change), network).python
    if "error" in said:
        return {"what": what, **change, "error": said["error"]}
    fails = {name: code for name, (outcome, code) in said["checks"].items() if outcome == "fails"}
    return {"what": what, **change, "fails": fails}


def altered(raw: bytes, change: dict[str, Any]) -> bytes:
    """The pouch with that change, in canonical JSON."""
    told = json.loads(raw)
    pointer = change.get("put_at", change.get("remove"))
    if pointer is not None:
        *path, last = pointer.removeprefix("/").split("/")
        at = told
        for step in path:
            at = at[int(step)] if isinstance(at, list) else at[step]
        place = int(last) if isinstance(at, list) else last
        if "remove" in change:
            del at[place]
        else:
            at[place] = change["value"]
    return canonical_bytes(told)


if __name__ == "__main__":
    main()
