"""Two and more members, each with a real database, real blobs and real keys; and the ledger they share.

The ledger here is the smallest thing that can say where an action stands: the engines have tests of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from transire.credentials.issue import issue_credential
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.did import did_key
from transire.crypto.encoding import b64url
from transire.crypto.keys import AgreementKey, SigningKey
from transire.crypto.keystore import KeyStore
from transire.ledger.action import parse_action, sign_action
from transire.ledger.kinds import Kind, KindRegistry
from transire.ledger.statement import Pool, Statement, make_statement, parse_statement, statement_bytes
from transire.storage.blobs import BlobStore
from transire.storage.database import Database
from transire.vault import journal, outbox
from transire.vault.delivery import CheckedEnvelope, Kept, check_envelope, kinds_known
from transire.vault.envelope import build_envelope, parse_envelope
from transire.vault.journal import Place
from transire.vault.statements import KINDS
from transire.vault.stored import StoredDocument
from transire.vault.tables import metadata
from transire.vault.vault import Vault

NETWORK = "transire-test-3f9a5c2e71b04d68a1c5770b2e94d3f0"
NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
REQUEST = b64url(bytes([9]) * 32)

ASKED = Kind(
    name="request.made/1",
    body_schema={"type": "object"},
    stated_by=frozenset({"customs"}),
    follows=("document.issued/1",),
)


class Ledger:
    """Orders witness actions, one a block; knows the members and their credential keys."""

    network = NETWORK

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.roles: dict[str, tuple[str, ...]] = {}
        self.credential_keys: dict[str, list[bytes]] = {}

    def accept(self, action: bytes) -> Place:
        size = len(self.places)
        place = Place(height=10 + 2 * size, log_index=size, accepted_at=NOW + timedelta(seconds=size))
        return self.places.setdefault(parse_action(action).id, place)

    def place_of(self, action_id: str) -> Place | None:
        return self.places.get(action_id)

    def network_at(self, height: int) -> str:
        return self.network

    def roles_of(self, did: str, height: int) -> Collection[str]:
        return self.roles.get(did, ())

    def credential_keys_of(self, did: str, height: int) -> Iterable[bytes]:
        return self.credential_keys.get(did, [])


@dataclass
class Member:
    """A member as a node hosts it, without the node."""

    name: str
    did: str
    key: SigningKey
    keys: KeyStore
    database: Database
    blobs: BlobStore
    vault: Vault
    ledger: Ledger
    folder: Path
    kinds: KindRegistry

    def credential(self, answer: str = "The mill test report is attached.", **changes: Any) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "types": ["EvidenceAnswer"],
            "issuer_did": self.did,
            "key": self.key,
            "valid_from": NOW,
            "created": NOW,
            "schema_id": "evidence/1",
        }
        subject = {"request": REQUEST, "answer": answer, "answeredOn": "2026-11-22"}
        return issue_credential(subject, **{**settings, **changes})

    def state(
        self,
        tx: sa.Connection,
        kind: str,
        body: dict[str, Json],
        *,
        about: Sequence[str],
        to: Sequence[str] = (),
        attach: Sequence[str] = (),
        documents: Sequence[str] = (),
    ) -> str:
        made = make_statement(kind, body, about=about, by=self.did, actor="a")
        statement = parse_statement(statement_bytes(made))
        journal.write_own(tx, statement, ready_at=NOW)
        for recipient in to:
            outbox.put(
                tx,
                recipient=recipient,
                statement=statement.id,
                attached=attach,
                documents=documents,
                purpose="filing",
                now=NOW,
            )
        return statement.id

    def issue(
        self,
        *to: Member,
        content: bytes | dict[str, bytes] | None = None,
        schema_id: str = "evidence/1",
        previous: str | None = None,
        anchor: bool = True,
    ) -> StoredDocument:
        if content is None:
            content = canonical_bytes(self.credential())
        with self.database.transaction() as tx:
            stored = self.vault.put(tx, content, issuer=self.did, schema_id=schema_id, previous=previous, now=NOW)
            name = self.state(
                tx,
                "document.issued/1",
                stored.issued_body(),
                about=[stored.document_id],
                to=[member.did for member in to],
                documents=[stored.commitment],
            )
            self.vault.mark_issued(tx, stored.commitment, name)
            stored = self.vault.stored(tx, stored.commitment)
        if anchor:
            self.anchor()
        return stored

    def say(self, *to: Member, kind: str, body: dict[str, Json], about: Sequence[str], **rest: Any) -> str:
        with self.database.transaction() as tx:
            name = self.state(tx, kind, body, about=about, to=[member.did for member in to], **rest)
        self.anchor()
        return name

    def anchor(self) -> Pool:
        with self.database.transaction() as tx:
            raws = journal.read_pooled(tx, NOW, 1000)
            pool = Pool.build(NETWORK, self.did, [orjson.loads(raw) for raw in raws])
            action = self.witness(pool.commitment)
            action_id = parse_action(action).id
            journal.mark_submitted(tx, pool, by=self.did, action=action, action_id=action_id, expires=NOW, now=NOW)
            journal.mark_accepted(tx, pool.commitment, self.ledger.accept(action))
        return pool

    def witness(self, commitment: str) -> bytes:
        return sign_action(
            "witness/1",
            {"pool": commitment},
            by=self.did,
            key="act-1",
            network=NETWORK,
            expires="2026-11-22T10:20:00Z",
            nonce=bytes(16),
            signer=self.keys.signing_key("act-1"),
        )

    def envelopes(self, recipient: Member) -> list[bytes]:
        with self.database.reading() as view:
            rows = [row for row in outbox.due(view, NOW, 100) if row.recipient == recipient.did]
            return [
                build_envelope(view, self.vault, row, sender=self.did, recipient_public=recipient.vault.agree_public)
                for row in rows
            ]

    def check(self, raw: bytes) -> CheckedEnvelope:
        with self.database.reading() as view:
            return check_envelope(
                parse_envelope(raw),
                recipient=self.did,
                ledger=self.ledger,
                agreement_keys=self.vault.agreement_keys(),
                kinds=self.kinds,
                known_kinds=kinds_known(view),
            )

    def receive(self, raw: bytes) -> Kept:
        checked = self.check(raw)
        with self.database.transaction() as tx:
            return checked.keep(tx, self.vault, now=NOW)

    def statement(self, name: str) -> Statement:
        with self.database.reading() as view:
            found = journal.locate(view, name)
        assert found is not None
        return found.statement


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def member(tmp_path: Path, ledger: Ledger) -> Iterator[Callable[..., Member]]:
    """Make a member: `member("producer")`."""
    made: list[Member] = []
    seeds = itertools.count(1)

    def make(name: str, *, blobs: BlobStore | None = None) -> Member:
        folder = tmp_path / name
        folder.mkdir()
        seed = next(seeds)
        key = SigningKey.from_seed(bytes([seed]) * 32)
        keys = _keystore(folder, seed)
        database = Database.open(f"sqlite:///{folder}/member.db", tables=[metadata])
        database.create_tables()
        store = blobs or BlobStore.open(f"file://{folder}/blobs")
        did = did_key(key.public)
        ledger.roles[did] = (name,)
        ledger.credential_keys[did] = [key.public]
        made.append(
            Member(
                name=name,
                did=did,
                key=key,
                keys=keys,
                database=database,
                blobs=store,
                vault=Vault(store, keys),
                ledger=ledger,
                folder=folder,
                kinds=KindRegistry([*KINDS, ASKED]),
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.database.close()


def _keystore(folder: Path, seed: int) -> KeyStore:
    keys = KeyStore.create(folder / "keys.json", bytes([seed]) * 16, profile="test")
    keys.add_signing_key("act-1", SigningKey.from_seed(bytes([100 + seed]) * 32))
    keys.add_agreement_key("agree-1", AgreementKey.from_private(bytes([200, seed]) * 16))
    return keys
