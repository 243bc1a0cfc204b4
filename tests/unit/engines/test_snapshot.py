"""Copies of a ledger: what a view saw, at a moment when all of it is proved, and never to be signed on with."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ledger_world import PRODUCER, START_SECONDS, World, digest, genesis, signing_key
from transire.crypto.encoding import b64url
from transire.engines.archive import SIGNING, TABLES, Archive
from transire.engines.earlier import CHAIN_FOLDER, REPLICA_FOLDER, Earlier
from transire.engines.embedded import EmbeddedEngine
from transire.engines.errors import LedgerUnsettled, ReplicaDiffers, ReplicaMissing
from transire.engines.replica import LmdbStore
from transire.engines.snapshot import looking_at
from transire.ledger.chain import header_hash
from transire.ledger.store import STATE, Writes

GENESIS = genesis(fixed_validators=1)
KEY = signing_key("validator 0")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A ledger with one action, not open."""
    engine = EmbeddedEngine.create(tmp_path / "ledger", GENESIS, KEY)
    engine.start()
    world = World(genesis=GENESIS, time=max(int(time.time()), START_SECONDS))
    engine.submit(world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER)).result(timeout=30)
    engine.close()
    return tmp_path / "ledger"


def test_a_copy_is_what_the_view_saw(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path / "store")
    for name in (b"before", b"after"):
        writes = Writes()
        writes.put(STATE, name, b"1")
        if name == b"before":
            store.commit(writes)
            continue
        with store.reading() as view:
            store.commit(writes)
            store.copy(view, tmp_path / "copy")
    store.close()
    copied = LmdbStore(tmp_path / "copy")
    assert [key for key, _ in copied.range(STATE)] == [b"before"]
    copied.close()


def test_the_end_is_the_last_header_and_the_roots_that_it_shows(home: Path, tmp_path: Path) -> None:
    with looking_at(home, patience=1) as seen:
        seen.copy(tmp_path / "copy")
    copied = Earlier(tmp_path / "copy")
    header = copied.blocks.header(copied.height)
    assert header is not None
    assert seen.end == copied.end
    assert (seen.end.header_hash, seen.end.app_hash) == (b64url(header_hash(header)), b64url(header.app_hash))
    assert (seen.end.network, seen.genesis) == (GENESIS.network, GENESIS)
    assert copied.inspect(deep=True) == []
    copied.close()


def test_a_copy_is_never_signed_on_with(home: Path, tmp_path: Path) -> None:
    with looking_at(home, patience=1) as seen:
        seen.copy(tmp_path / "copy")
    chain = LmdbStore(tmp_path / "copy" / CHAIN_FOLDER, TABLES)
    assert list(chain.range(SIGNING)) == []
    chain.close()
    with pytest.raises(ReplicaDiffers):
        EmbeddedEngine.open(tmp_path / "copy", KEY)


def test_a_network_without_a_block_ends_with_its_genesis(tmp_path: Path) -> None:
    EmbeddedEngine.create(tmp_path / "ledger", GENESIS, KEY).close()
    with looking_at(tmp_path / "ledger", patience=0) as seen:
        assert (seen.end.height, seen.end.header_hash) == (0, b64url(GENESIS.digest))


def test_a_chain_that_is_ahead_of_its_replica_is_not_copied(home: Path, tmp_path: Path) -> None:
    """As a crash between the two leaves it: the next start completes the block."""
    replica = LmdbStore(home / REPLICA_FOLDER)
    with replica.reading() as view:
        replica.copy(view, tmp_path / "old")
    replica.close()
    engine = EmbeddedEngine.open(home, KEY)
    engine.start()
    world = World(genesis=GENESIS, time=int(time.time()), nonce=100)
    engine.submit(world.sign("witness/1", {"pool": digest("q")}, by=PRODUCER)).result(timeout=30)
    engine.close()
    (tmp_path / "old" / "data.mdb").replace(home / REPLICA_FOLDER / "data.mdb")
    with pytest.raises(LedgerUnsettled), looking_at(home, patience=0.05):
        pass


def test_nothing_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(ReplicaMissing), looking_at(tmp_path, patience=0):
        pass


def test_heights_of_an_archive_without_signing_state_are_those_of_no_block(home: Path, tmp_path: Path) -> None:
    with looking_at(home, patience=1) as seen:
        seen.copy(tmp_path / "copy")
    store = LmdbStore(tmp_path / "copy" / CHAIN_FOLDER, TABLES)
    assert Archive(store).height == 0
    store.close()
