"""The vault's rows on both databases: documents, statements with their place, envelopes on their way."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from transire.crypto.encoding import b64url
from transire.crypto.keys import AgreementKey, SigningKey
from transire.crypto.keystore import KeyStore
from transire.ledger.action import parse_action, sign_action
from transire.ledger.statement import Pool, make_statement, parse_statement, statement_bytes
from transire.storage.blobs import BlobStore
from transire.storage.database import Database
from transire.storage.migrations import schema_differences, upgrade
from transire.vault import journal, outbox
from transire.vault.delivery import kinds_known
from transire.vault.errors import DocumentErased, VersionContradicted
from transire.vault.journal import Place
from transire.vault.received import write_received
from transire.vault.tables import BRANCH
from transire.vault.vault import Vault

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DID, TO = "did:web:producer.example", "did:web:importer.example"
NETWORK = "transire-test-3f9a5c2e71b04d68a1c5770b2e94d3f0"
KEY = SigningKey.from_seed(bytes(32))


@pytest.fixture
def database(place) -> Database:
    database = place.open()
    upgrade(database, [BRANCH])
    return database


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    keys = KeyStore.create(tmp_path / "keys.json", bytes(16), profile="test")
    keys.add_agreement_key("agree-1", AgreementKey.from_private(bytes([1]) * 32))
    return Vault(BlobStore.open("memory://"), keys)


def state(tx, kind: str, about: list[str]) -> str:
    made = make_statement(kind, {}, about=about, by=DID, actor="a")
    statement = parse_statement(statement_bytes(made))
    journal.write_own(tx, statement, ready_at=NOON)
    return statement.id


def anchor(database: Database, log_index: int) -> list[str]:
    with database.transaction() as tx:
        raws = journal.read_pooled(tx, NOON, 100)
        pool = Pool.build(NETWORK, DID, [orjson.loads(raw) for raw in raws])
        action = sign_action(
            "witness/1",
            pool.body(),
            by=DID,
            key="act-1",
            network=NETWORK,
            expires="2026-11-22T12:05:00Z",
            nonce=bytes(16),
            signer=KEY,
        )
        action_id = parse_action(action).id
        journal.mark_submitted(tx, pool, by=DID, action=action, action_id=action_id, expires=NOON, now=NOON)
        accepted = journal.mark_accepted(tx, pool.commitment, Place(log_index + 3, log_index, NOON))
        return [found.id for found in accepted]


def test_the_migrations_give_the_tables(database: Database) -> None:
    assert schema_differences(database, [BRANCH]) == []


def test_documents(database: Database, vault: Vault) -> None:
    with database.transaction() as tx:
        first = vault.put(tx, b"{}", issuer=DID, schema_id="file/1", now=NOON)
        second = vault.put(tx, b"[]", issuer=DID, schema_id="file/1", previous=first.commitment, now=NOON)
        assert vault.newest(tx, first.document_id) == second.commitment
        assert list(vault.open(tx, second.commitment).representations.values()) == [b"[]"]
        assert vault.keep(tx, second, ciphertext=b"x", content_key=bytes(32), now=NOON) is False
        other = dataclasses.replace(second, commitment=b64url(bytes(32)))
        with pytest.raises(VersionContradicted):
            vault.keep(tx, other, ciphertext=b"x", content_key=bytes(32), now=NOON)
        vault.erase(tx, first.commitment, issuer=DID, now=NOON)
    with database.reading() as view:
        with pytest.raises(DocumentErased):
            vault.open(view, first.commitment)
        assert vault.sweep(view) == 1
        assert [stored.version for stored in vault.all_stored(view)] == [2]


def test_statements_and_envelopes(database: Database) -> None:
    subject = b64url(bytes([7]) * 32)
    with database.transaction() as tx:
        names = [state(tx, "document.opened/1", [subject]) for _ in range(3)]
        for _ in range(2):
            outbox.put(tx, recipient=TO, statement=names[0], documents=["x", "x"], purpose="filing", now=NOON)
        assert outbox.due(tx, NOON, 10) == []
    assert anchor(database, 4) == names
    with database.transaction() as tx:
        (row,) = outbox.due(tx, NOON, 10)
        assert (row.statement, row.documents) == (names[0], ("x",))
        outbox.mark_failed(tx, row, now=NOON)
        assert outbox.due(tx, NOON, 10) == []
        assert NOON < (outbox.next_due(tx) or NOON) <= NOON + timedelta(seconds=6)
        outbox.mark_answered(tx, row.seq)
        assert outbox.count_waiting(tx) == 0
        found = journal.locate(tx, names[2])
        assert found is not None
        assert write_received(tx, [found], now=NOON) == ()
        of = {"pool": "P", "action_id": "A"}
        others = [dataclasses.replace(found, id=b64url(bytes([at]) * 32), index=at, **of) for at in range(3)]
        fresh = [one.id for one in others]
        assert list(write_received(tx, [others[0], found, others[0]], now=NOON)) == fresh[:1]
        assert list(write_received(tx, others, now=NOON)) == fresh[1:]
        assert [one.id for one in journal.find_about(tx, subject) if one.id not in names] == fresh
        assert write_received(tx, others, now=NOON) == ()
        assert [located.id for located in journal.all_accepted(tx)] == [*names, *fresh]


def test_what_is_known_at_a_place(database: Database) -> None:
    subject = b64url(bytes([7]) * 32)
    with database.transaction() as tx:
        first = state(tx, "document.issued/1", [subject])
    anchor(database, 4)
    with database.transaction() as tx:
        state(tx, "document.opened/1", [subject, first])
    anchor(database, 9)
    with database.reading() as view:
        known = kinds_known(view)
        assert known(subject, Place(6, 3, NOON)) == set()
        assert known(subject, Place(7, 4, NOON)) == {"document.issued/1"}
        assert known(subject, Place(12, 9, NOON)) == {"document.issued/1", "document.opened/1"}
        assert known(first, Place(12, 9, NOON)) == {"document.issued/1", "document.opened/1"}
