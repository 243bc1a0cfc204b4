"""Members with a key that withstands quantum computers, and members without, on one node and across two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from msgspec.structs import replace

from transire.cli import cli
from transire.crypto.encoding import unb64url
from transire.crypto.hybrid import HYBRID_SIZE, HybridKey
from transire.crypto.keys import AgreementKey
from transire.crypto.keystore import KeyStore
from transire.crypto.sealing import HYBRID_WRAPPED_SIZE, WRAPPED_SIZE, key_id_of, unwrap_key
from transire.node.backup import create_backup
from transire.node.errors import HybridKeyMissing
from transire.node.home import read_secret
from transire.node.hybrid import end_hybrid_key, make_hybrid_key, tell_again
from transire.node.node import Node
from transire.node.restore import restore_backup
from transire.node.rotation import rotate_key
from transire.node.settings import amend_settings, read_settings
from transire.node.tenant import Tenant
from transire.vault import journal, outbox
from transire.vault.envelope import parse_envelope
from transire.vault.hybrid_keys import hybrid_public_of, stated_body, subject_of
from transire.vault.outbox import OutboxRow
from transire.vault.sealing import unseal
from transire.vault.tables import outbox as waiting
from two_nodes import TwoNodes, two_nodes, until


def give(sender: Tenant, recipient: str, text: bytes = b"price list 7") -> str:
    """Issue a document to another member; returns its commitment."""
    with sender.transaction() as tx:
        stored = sender.vault.put(tx, {"text/plain": text}, issuer=sender.did, schema_id="test/1", now=sender.now())
        statement = sender.state(
            tx,
            None,
            "document.issued/1",
            stored.issued_body(),
            about=[stored.document_id],
            recipients=[recipient],
            documents=[stored.commitment],
        )
        sender.vault.mark_issued(tx, stored.commitment, statement)
    return stored.commitment


def read(holder: Tenant, commitment: str) -> bytes:
    with holder.database.reading() as tx:
        return holder.vault.open(tx, commitment).representations["text/plain"]


def wrapped_size(sender: Tenant, recipient: str, commitment: str) -> int:
    """Bytes of the wrapped key in the envelope that brought it, built once more."""
    with sender.database.reading() as tx:
        row = next(row for row in rows(tx, recipient) if commitment in row.documents)
        return len(unb64url(parse_envelope(sender.envelope(tx, row)).documents[0].wrapped.key))


def rows(tx: sa.Connection, recipient: str) -> list[OutboxRow]:
    found = tx.execute(sa.select(waiting).where(waiting.c.recipient == recipient))
    return [outbox._row(row) for row in found]


def known_of(holder: Tenant, whose: Tenant) -> bytes | None:
    with holder.database.reading() as tx:
        return hybrid_public_of(tx, whose.did, holder._agree_public_of(whose.did))


def test_what_is_sealed_for_a_hybrid_key_arrives_and_members_without_one_are_served_as_before(node: Node) -> None:
    customs, producer, importer = (node.tenant(slug) for slug in ("customs", "producer", "importer"))
    assert make_hybrid_key(node, importer).recipients == 2
    node.settle()
    to_importer, to_customs = give(producer, importer.did), give(producer, customs.did)
    back = give(importer, producer.did)
    node.settle()
    assert read(importer, to_importer) == read(customs, to_customs) == read(producer, back) == b"price list 7"
    assert wrapped_size(producer, importer.did, to_importer) == HYBRID_WRAPPED_SIZE
    assert wrapped_size(producer, customs.did, to_customs) == WRAPPED_SIZE
    assert wrapped_size(importer, producer.did, back) == WRAPPED_SIZE


def test_a_new_key_replaces_the_old_one_and_an_ended_one_is_used_no_more(node: Node) -> None:
    producer, importer = node.tenant("producer"), node.tenant("importer")
    assert make_hybrid_key(node, importer).name == "hybrid-1"
    node.settle()
    first = known_of(producer, importer)
    assert make_hybrid_key(node, importer).name == "hybrid-2"
    node.settle()
    second = known_of(producer, importer)
    assert first is not None
    assert second is not None
    assert first[-32:] == second[-32:]
    assert first != second
    end_hybrid_key(node, importer)
    node.settle()
    assert known_of(producer, importer) is None
    commitment = give(producer, importer.did)
    node.settle()
    assert wrapped_size(producer, importer.did, commitment) == WRAPPED_SIZE


def test_what_was_sealed_for_an_older_hybrid_key_still_opens(node: Node) -> None:
    producer, importer = node.tenant("producer"), node.tenant("importer")
    make_hybrid_key(node, importer)
    node.settle()
    old = known_of(producer, importer)
    make_hybrid_key(node, importer)
    node.settle()
    assert old is not None
    commitment = give(producer, importer.did)
    with producer.database.reading() as tx:
        sealed = producer.vault.seal_for(tx, commitment, recipient_public=old, purpose="filing")
    ours = [key for key in importer.vault.agreement_keys() if key_id_of(key.public) == sealed.key_id]
    assert [type(key) for key in ours] == [HybridKey]


def test_exchanging_the_agree_key_ends_the_hybrid_key_and_brings_a_new_one(folder: Path) -> None:
    with Node.open(folder) as node:
        make_hybrid_key(node, node.tenant("importer"))
        node.settle()
        old = known_of(node.tenant("producer"), node.tenant("importer"))
        made = rotate_key(node, node.tenant("importer"), "agree")
        assert (made.name, made.hybrid) == ("agree-2", "hybrid-2")
        assert known_of(node.tenant("producer"), node.tenant("importer")) != old
        node.settle()
    with Node.open(folder) as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        new = known_of(producer, importer)
        assert new is not None
        assert old is not None
        assert new[-32:] != old[-32:]
        commitment = give(producer, importer.did)
        node.settle()
        assert read(importer, commitment) == b"price list 7"
        assert wrapped_size(producer, importer.did, commitment) == HYBRID_WRAPPED_SIZE
    with Node.open(folder) as node:
        assert rotate_key(node, node.tenant("producer"), "agree").hybrid == ""


def test_whoever_demands_a_hybrid_key_waits_for_it(folder: Path) -> None:
    amend_settings(folder, lambda made: replace(made, delivery=replace(made.delivery, post_quantum="require")))
    with Node.open(folder) as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        commitment = give(producer, importer.did)
        until(lambda: _attempts(producer, importer.did))
        with producer.database.reading() as tx:
            (row,) = [row for row in rows(tx, importer.did) if commitment in row.documents]
            with pytest.raises(HybridKeyMissing):
                producer.envelope(tx, row)
        assert not _holds(importer, commitment)
        make_hybrid_key(node, importer)
        until(lambda: _holds(importer, commitment))
        assert wrapped_size(producer, importer.did, commitment) == HYBRID_WRAPPED_SIZE


def test_whoever_turned_it_off_seals_for_the_agree_key(folder: Path) -> None:
    amend_settings(folder, lambda made: replace(made, delivery=replace(made.delivery, post_quantum="off")))
    with Node.open(folder) as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        make_hybrid_key(node, importer)
        node.settle()
        commitment = give(producer, importer.did)
        node.settle()
        assert wrapped_size(producer, importer.did, commitment) == WRAPPED_SIZE
        assert read(importer, commitment) == b"price list 7"


def test_nobody_states_keys_of_somebody_else(node: Node) -> None:
    """Anybody may state about any subject; what customs says of the importer's keys moves no producer."""
    customs, producer, importer = (node.tenant(slug) for slug in ("customs", "producer", "importer"))
    agree = producer._agree_public_of(importer.did)
    body = stated_body(agree, HybridKey.beside(AgreementKey.generate()))
    with customs.transaction() as tx:
        customs.state(
            tx, None, "member.hybrid_key/1", body, about=[subject_of(importer.did)], recipients=[producer.did]
        )
    node.settle()
    with producer.database.reading() as tx:
        assert journal.find_about(tx, subject_of(importer.did))
    assert known_of(producer, importer) is None


@pytest.mark.parametrize("lattice", ["A" * 1579, "_" * 1579, "A" * 1578 + "B"])
def test_a_lattice_key_that_is_none_is_not_used(node: Node, lattice: str) -> None:
    """Zeros are a valid key by FIPS 203 7.2; coefficients beyond the modulus and stray bits are not."""
    producer, importer = node.tenant("producer"), node.tenant("importer")
    agree = producer._agree_public_of(importer.did)
    body = {**stated_body(agree, None), "mlkem768": lattice}
    with importer.transaction() as tx:
        importer.state(
            tx, None, "member.hybrid_key/1", body, about=[subject_of(importer.did)], recipients=[producer.did]
        )
    node.settle()
    found = known_of(producer, importer)
    assert (found is not None and len(found) == HYBRID_SIZE) == (lattice == "A" * 1579)


def test_members_that_were_enrolled_since_are_told_once(node: Node) -> None:
    customs, producer, importer = (node.tenant(slug) for slug in ("customs", "producer", "importer"))
    make_hybrid_key(node, importer)
    node.settle()
    assert tell_again(node, importer) == 0
    with importer.transaction() as tx:  # as if customs had not been a member then
        tx.execute(waiting.delete().where(waiting.c.recipient == customs.did))
    assert tell_again(node, importer) == 1
    assert tell_again(node, producer) == 0
    node.settle()
    assert known_of(customs, importer) is not None


def test_a_key_store_that_lost_the_hybrid_key_cannot_open_and_one_that_came_back_can(folder: Path) -> None:
    """A backup of before the key does not open what was sealed for it; the one taken after it does."""
    with Node.open(folder) as node:
        make_hybrid_key(node, node.tenant("importer"))
        node.settle()
    store = folder / "members" / "importer" / "keys.json"
    kept = store.read_bytes()
    keys = KeyStore.open(store, read_secret(read_settings(folder)))
    keys.forget("hybrid-1")
    with Node.open(folder) as node:
        commitment = give(node.tenant("producer"), node.tenant("importer").did)
        node.settle()
        assert not _holds(node.tenant("importer"), commitment)
        with node.tenant("producer").database.reading() as tx:
            answers = [row.answer for row in tx.execute(sa.select(waiting.c.answer))]
        assert "vault.key-not-ours" in answers
    store.write_bytes(kept)
    with Node.open(folder) as node:
        commitment = give(node.tenant("producer"), node.tenant("importer").did)
        node.settle()
        assert read(node.tenant("importer"), commitment) == b"price list 7"


def test_a_restored_node_opens_what_was_sealed_for_its_hybrid_key(folder: Path, tmp_path: Path) -> None:
    """An envelope that was built before the backup, and brought only after the restore."""
    with Node.open(folder) as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        make_hybrid_key(node, importer)
        node.settle()
        early = give(producer, importer.did)
        node.settle()
        late = give(producer, node.tenant("customs").did, b"price list 8")
        node.settle()
        with producer.database.reading() as tx:
            sealed = producer.vault.seal_for(
                tx, late, recipient_public=_present(known_of(producer, importer)), purpose="filing"
            )
    create_backup(folder, tmp_path / "backup.tar")
    restore_backup(tmp_path / "backup.tar", tmp_path / "restored")
    with Node.open(tmp_path / "restored") as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        assert read(importer, early) == b"price list 7"
        own = next(key for key in importer.vault.agreement_keys() if key_id_of(key.public) == sealed.key_id)
        info = sealed.stored.identity.grant_info(sealed.key_id, "filing", None)
        content_key = unwrap_key(sealed.wrapped, recipient=own, info=info)
        opened = unseal(sealed.ciphertext, content_key, sealed.stored.identity)
        assert opened.representations["text/plain"] == b"price list 8"
        commitment = give(producer, importer.did, b"price list 9")
        node.settle()
        assert read(importer, commitment) == b"price list 9"
        assert wrapped_size(producer, importer.did, commitment) == HYBRID_WRAPPED_SIZE


def test_the_command_makes_tells_and_ends_it(folder: Path) -> None:
    def run(*more: str) -> str:
        done = CliRunner().invoke(cli, ["node", "hybrid-key", "--home", str(folder), "--slug", "importer", *more])
        assert done.exit_code == 0, done.output
        return done.output

    assert run().startswith("hybrid    hybrid-1, told to 2 members")
    assert "Take a new backup" in run()
    with Node.open(folder) as node:
        node.settle()
        assert known_of(node.tenant("producer"), node.tenant("importer")) is not None
    assert run("--again") == "told      0 members that had not been\n"
    assert run("--end") == "hybrid    none any more, told to 2 members\n"
    with Node.open(folder) as node:
        node.settle()
        assert known_of(node.tenant("producer"), node.tenant("importer")) is None


def _present(public: bytes | None) -> bytes:
    assert public is not None
    return public


@pytest.fixture(scope="module")
def pair(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNodes]:
    with two_nodes(template, tmp_path_factory.mktemp("pair")) as running:
        yield running


def test_between_two_nodes(pair: TwoNodes) -> None:
    importer, producer = pair.importer.node.tenant("importer"), pair.customs.node.tenant("producer")
    make_hybrid_key(pair.importer.node, importer)
    until(lambda: known_of(producer, importer))
    commitment = give(producer, importer.did)
    until(lambda: _holds(importer, commitment))
    assert read(importer, commitment) == b"price list 7"
    assert wrapped_size(producer, importer.did, commitment) == HYBRID_WRAPPED_SIZE


def _holds(tenant: Tenant, commitment: str) -> bool:
    with tenant.database.reading() as tx:
        return tenant.vault.has(tx, commitment)


def _attempts(tenant: Tenant, recipient: str) -> bool:
    with tenant.database.reading() as tx:
        return any(row.attempts for row in rows(tx, recipient))
