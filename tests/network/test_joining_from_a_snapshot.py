"""A node joins from a snapshot of another's state; what does not fit what the validators signed is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from cometbft_world import LONG, free_ports, joining, keys_of_node, settings_of, start_all
from ledger_world import BROKER, PRODUCER, World, action_id, digest, genesis
from transire.crypto.canonical import canonical_bytes
from transire.crypto.digests import sha256
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.errors import HistoryMissing
from transire.engines.cometbft.settings import StateSync
from transire.engines.cometbft.snapshots import (
    ACCEPT,
    CHUNK_ACCEPT,
    CHUNK_RETRY,
    REJECT,
    REJECT_FORMAT,
    REJECT_SENDER,
    REJECT_SNAPSHOT,
    Metadata,
    Snapshots,
)
from transire.engines.inspection import verify_replica
from transire.engines.replica import LmdbStore
from transire.ledger import chain
from transire.ledger.machine import Machine
from transire.ledger.receipt import build_receipt, receipt_bytes
from transire.ledger.verify import TrustRoot, verify_receipt


@pytest.fixture
def engines(cometbft_program: str, tmp_path: Path) -> Iterator[list[CometBftEngine]]:
    """Two validators that make a snapshot every 5 blocks and tell light blocks to who asks."""
    p2p, rpc = free_ports(2), free_ports(2)
    made = [
        CometBftEngine.create(
            tmp_path / f"node-{place}",
            genesis(validators=2),
            keys_of_node(place),
            settings_of(place, p2p, cometbft_program, snapshot_every=5, rpc_listen=f"127.0.0.1:{rpc[place]}"),
        )
        for place in range(2)
    ]
    try:
        start_all(made)
        yield made
    finally:
        for engine in made:
            engine.close()


@pytest.mark.cometbft
@pytest.mark.xdist_group("network")
def test_a_node_joins_from_a_snapshot_and_goes_on(
    engines: list[CometBftEngine], cometbft_program: str, tmp_path: Path
) -> None:
    world = World(genesis=engines[0].genesis)
    world.time = int(time.time())
    first = engines[0].submit(world.witness()).result(LONG)
    end = world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER)
    last = engines[1].submit(end).result(LONG)
    old = world.sign("witness/1", {"pool": digest("old")}, by=BROKER, expires=int(time.time()) + 2)
    engines[0].submit(old).result(LONG)
    assert engines[0].wait_for(last.height + 12, LONG)
    header = engines[0].header(last.height + 1)
    assert header is not None
    sync = StateSync(
        servers=tuple(f"http://{engine.settings.rpc_listen}" for engine in engines),
        trust_height=header.height,
        trust_hash=chain.header_hash(header).hex(),
    )
    joined = joining(tmp_path, engines, 2, cometbft_program, state_sync=sync)
    try:
        joined.start()
        assert joined.wait_for(last.height + 13, LONG), joined.status()
        assert joined.record(last.height + 13).roots == engines[0].record(last.height + 13).roots
        assert joined.state(f"ended/{PRODUCER}/{digest('v')}") == engines[0].state(f"ended/{PRODUCER}/{digest('v')}")
        base = next(iter(joined._store.range("heights")))
        assert int.from_bytes(base[0], "big") > last.height
        # What it did not see it does not know, and does not deny.
        assert joined.lookup(first.action_id) is None
        assert joined.wait_for(int.from_bytes(base[0], "big") + 2, LONG)
        with pytest.raises(HistoryMissing):
            joined.submit(old)
        # What comes now it proves like any other node.
        raw = world.witness(BROKER)
        told = joined.submit(raw).result(LONG)
        trust = TrustRoot.parse(canonical_bytes(joined.genesis.trust_root()))
        verification = verify_receipt(receipt_bytes(build_receipt(joined.evidence(action_id(raw)))), trust)
        assert all(check.passed for check in verification.checks)
        assert engines[0].wait_for(told.height + 1, LONG)
        assert verify_replica(joined._store, joined._blocks, validators=joined.validators, deep=True) == []
        assert [one.action_id for block in joined.events(1) for one in block.outcomes] == [told.action_id]
    finally:
        joined.close()


class Donor:
    """A replica with some rows and a snapshot of it; no CometBFT is needed to be lied to."""

    def __init__(self, folder: Path) -> None:
        self.store = LmdbStore(folder / "donor")
        self.world = World(store=self.store)
        for n in range(30):
            ends = [
                self.world.sign("document.end/1", {"version": digest(f"{n} {k}")}, by=by)
                for k in range(5)
                for by in (PRODUCER, BROKER)
            ]
            self.world.done(*ends)
        self.snapshots = Snapshots(folder / "snapshots", self.store, self.world.genesis, every=30)
        self.snapshots.after(30)
        self.snapshots.close()
        (self.offer,) = self.snapshots.listed()
        self.app_hash = self.world.machine.root

    def offered(self, **changes: Any) -> SimpleNamespace:
        return SimpleNamespace(**(self.offer.fields | changes))

    def chunks(self) -> list[bytes]:
        return [self.snapshots.chunk(30, 1, index) for index in range(self.offer.chunks)]


@pytest.fixture
def donor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Donor]:
    monkeypatch.setattr("transire.engines.cometbft.snapshots.CHUNK_BYTES", 10_000)
    made = Donor(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def newcomer(donor: Donor, tmp_path: Path) -> Iterator[Snapshots]:
    store = LmdbStore(tmp_path / "newcomer")
    Machine.create(store, donor.world.genesis)
    yield Snapshots(tmp_path / "incoming", store, donor.world.genesis, every=0)
    store.close()


def test_a_snapshot_makes_the_same_machine(donor: Donor, newcomer: Snapshots) -> None:
    assert donor.offer.chunks > 3
    assert newcomer.offered(donor.offered(), donor.app_hash) == ACCEPT
    machine = None
    for index, chunk in reversed([*enumerate(donor.chunks())]):  # peers answer in any order
        answer, machine = newcomer.apply(index, chunk, "peer")
        assert answer == {"result": CHUNK_ACCEPT}
    assert machine is not None
    assert (machine.height, machine.root) == (30, donor.world.machine.root)
    donor.world.time += 1
    raws = [donor.world.witness(), donor.world.sign("document.end/1", {"version": digest("x")}, by=BROKER)]
    donor.world.done(*raws)
    from transire.ledger.block import DecidedBlock

    machine.apply(DecidedBlock(height=31, time=donor.world.machine.time, actions=tuple(raws)))
    machine.commit()
    assert machine.root == donor.world.machine.root


def test_an_action_of_the_past_is_still_seen(donor: Donor, newcomer: Snapshots) -> None:
    raw = donor.world.witness()
    donor.world.done(raw)
    donor.snapshots._every = 31
    donor.snapshots.after(31)
    donor.snapshots.close()
    offer = donor.snapshots.listed()[0]
    assert newcomer.offered(SimpleNamespace(**offer.fields), donor.world.machine.root) == ACCEPT
    for index in range(offer.chunks):
        _, machine = newcomer.apply(index, donor.snapshots.chunk(31, 1, index), "peer")
    assert machine is not None
    assert machine.check(raw, donor.world.time).code == "ledger.action-seen"


def test_offers_that_do_not_fit_are_refused(donor: Donor, newcomer: Snapshots) -> None:
    other = msgspec.structs.replace(msgspec.msgpack.decode(donor.offer.metadata, type=Metadata), chunks=(b"x" * 32,))
    raw = msgspec.msgpack.encode(other)
    for offered, app_hash, expected in (
        (donor.offered(), bytes(32), REJECT),
        (donor.offered(format=2), donor.app_hash, REJECT_FORMAT),
        (donor.offered(hash=bytes(32)), donor.app_hash, REJECT_SENDER),
        (donor.offered(height=31), donor.app_hash, REJECT_SENDER),
        (donor.offered(chunks=1), donor.app_hash, REJECT_SENDER),
        (donor.offered(metadata=b"nonsense", hash=sha256(b"nonsense")), donor.app_hash, REJECT_SENDER),
        (donor.offered(metadata=raw, hash=sha256(raw)), donor.app_hash, REJECT_SENDER),
    ):
        assert newcomer.offered(offered, app_hash) == expected


def test_a_chunk_that_is_not_the_one_is_asked_for_again_and_its_sender_banned(
    donor: Donor, newcomer: Snapshots
) -> None:
    chunks = donor.chunks()
    assert newcomer.offered(donor.offered(), donor.app_hash) == ACCEPT
    for index, chunk in ((0, chunks[1]), (0, chunks[0][:-1]), (0, b""), (99, chunks[0])):
        answer, machine = newcomer.apply(index, chunk, "liar")
        assert answer == {"result": CHUNK_RETRY, "refetch_chunks": [index], "reject_senders": ["liar"]}
        assert machine is None
    for index, chunk in enumerate(chunks):
        answer, machine = newcomer.apply(index, chunk, "peer")
        assert answer == {"result": CHUNK_ACCEPT}
    assert machine is not None


@pytest.mark.parametrize("what", ["a row altered", "a row left out", "a row twice", "an id left out", "no rows at all"])
def test_rows_that_do_not_make_the_head_are_refused_and_change_nothing(
    donor: Donor, newcomer: Snapshots, what: str
) -> None:
    """A liar can make metadata of its own chunks under the true roots; the rows give it away."""
    rows = [
        row for chunk in donor.chunks() for row in msgspec.msgpack.decode(chunk, type=list[tuple[str, bytes, bytes]])
    ]
    seen = next(row for row in rows if row[0] == "seen")
    altered = {
        "a row altered": [(rows[0][0], rows[0][1], rows[0][2] + b" "), *rows[1:]],
        "a row left out": rows[1:],
        "a row twice": [rows[0], *rows],
        "an id left out": [(*seen[:2], seen[2][32:]) if row is seen else row for row in rows],
        "no rows at all": [],
    }[what]
    chunk = msgspec.msgpack.encode(altered)
    head = msgspec.msgpack.decode(donor.offer.metadata, type=Metadata).head
    metadata = msgspec.msgpack.encode(Metadata(head=head, chunks=(sha256(chunk),)))
    offered = donor.offered(metadata=metadata, hash=sha256(metadata), chunks=1)
    before = list(newcomer._store.range("state"))
    assert newcomer.offered(offered, donor.app_hash) == ACCEPT
    answer, machine = newcomer.apply(0, chunk, "liar")
    assert (answer, machine) == ({"result": REJECT_SNAPSHOT, "reject_senders": ["liar"]}, None)
    assert list(newcomer._store.range("state")) == before
    assert newcomer.offered(donor.offered(), donor.app_hash) == ACCEPT
    for index, genuine in enumerate(donor.chunks()):
        answer, machine = newcomer.apply(index, genuine, "peer")
    assert machine is not None


def test_only_the_newest_snapshots_are_kept(donor: Donor) -> None:
    donor.snapshots._every = 1
    for _ in range(4):
        donor.world.block()
        donor.snapshots.after(donor.world.machine.height)
        donor.snapshots.close()
    assert [offer.height for offer in donor.snapshots.listed()] == [34, 33]
    assert donor.snapshots.chunk(30, 1, 0) == b""
