"""The embedded engine: time, idleness, recovery, refusals, and a full disk."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import lmdb
import pytest
from msgspec import structs

from ledger_world import CUSTOMS, PRODUCER, World, digest, genesis, public, signing_key
from transire.crypto.canonical import Json
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.engines import archive as tables
from transire.engines.archive import Archive
from transire.engines.base import Outcome
from transire.engines.embedded import CHAIN_FOLDER, REPLICA_FOLDER, EmbeddedEngine, inspect
from transire.engines.errors import (
    EngineStopped,
    NotOnLedger,
    PoolFull,
    ReplicaDiffers,
    ReplicaExists,
    ReplicaInUse,
    ReplicaMissing,
)
from transire.engines.inspection import Damage, verify_replica
from transire.engines.replica import LmdbStore
from transire.engines.sequencer import STEPS
from transire.ledger.action import parse_action
from transire.ledger.errors import ActionExpired, GenesisInvalid
from transire.ledger.fields import moment_of
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.possession import prove_validator
from transire.ledger.store import META, STATE, TABLES, Writes, height_key
from transire.ledger.tables import MapRows, Tip, read_tip
from transire.merkle.sparse import SparseMap

GENESIS = genesis(fixed_validators=1)
KEY = signing_key("validator 0")
SECOND = 1_000_000_000
LONG = 20.0


class Clock:
    """A clock that the test sets; it moves on a little with every look, as clocks do."""

    def __init__(self, seconds: int) -> None:
        self.now = seconds * SECOND

    def __call__(self) -> int:
        self.now += 1000
        return self.now


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def begin(home: Path, **options: Callable[..., int]) -> EmbeddedEngine:
    engine = EmbeddedEngine.create(home, GENESIS, KEY, **options)
    engine.start()
    return engine


def world_at(seconds: int) -> World:
    world = World(genesis=GENESIS)
    world.time = seconds
    return world


def now_world() -> World:
    return world_at(int(time.time()))


def done(engine: EmbeddedEngine, raw: bytes) -> Outcome:
    outcome = engine.submit(raw).result(LONG)
    assert outcome.code == ""
    return outcome


def headers(engine: EmbeddedEngine) -> list[tuple[int, int]]:
    """Time in seconds and number of actions of every block."""
    found = []
    for height in range(1, engine.height + 1):
        block = engine.block(height)
        assert block is not None
        found.append((block.time.seconds, len(block.actions)))
    return found


def test_after_idleness_an_empty_block_comes_first(home: Path) -> None:
    clock = Clock(2_000_000_000)
    engine = begin(home, clock=clock)
    world = world_at(2_000_000_000)
    done(engine, world.witness())
    clock.now += 3600 * SECOND
    world.time += 3600
    done(engine, world.witness())
    engine.close()
    again = EmbeddedEngine.open(home, KEY)
    made = headers(again)
    again.close()
    start = GENESIS.start.seconds
    first, later = 2_000_000_000, 2_000_003_600
    # Each burst: an empty block that bears the old time, the action's block with the present time, its proof block.
    assert made == [(start, 0), (first, 1), (first, 0), (first, 0), (later, 1), (later, 0)]


def test_a_clock_set_back_is_said_and_time_goes_on(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(2_000_000_000)
    engine = begin(home, clock=clock)
    world = world_at(2_000_000_000)
    first = done(engine, world.witness())
    clock.now -= 7200 * SECOND
    with caplog.at_level(logging.WARNING, logger="transire.engine"):
        second = done(engine, world.witness())
    assert "it was set back" in caplog.text
    assert first.accepted_at is not None
    assert second.accepted_at is not None
    assert second.accepted_at > first.accepted_at
    clock.now += 7300 * SECOND
    with caplog.at_level(logging.WARNING, logger="transire.engine"):
        world.time += 100
        done(engine, world.witness())
    assert "has caught up" in caplog.text
    engine.close()


def test_an_action_too_early_by_a_little_waits_for_its_time(home: Path) -> None:
    clock = Clock(2_000_000_000)
    clock.now += SECOND // 2
    engine = begin(home, clock=clock)
    world = world_at(2_000_000_000)
    done(engine, world.witness())
    # Admissible by the clock, not yet by the time of the last commit, which is what the next block will bear.
    clock.now += SECOND // 2
    early = world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=clock.now // SECOND + 900)
    future = engine.submit(early)
    deadline = time.monotonic() + LONG
    while not future.done() and time.monotonic() < deadline:
        clock.now += SECOND // 2
        time.sleep(0.01)
    assert future.result(0).code == ""
    engine.close()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_recovery_after_a_stop_at_each_step(home: Path, step: str, number: int) -> None:
    """In one process: the exception leaves the files as a crash would. SIGKILL is in tests/faults."""
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    passed: list[str] = []

    def stop_at(reached: str) -> None:
        passed.append(reached)
        if passed.count(step) == number and reached == step:
            raise RuntimeError(f"stopped at {step}")

    engine = EmbeddedEngine.open(home, KEY, at_step=stop_at)
    engine.start()
    world = now_world()
    raw = world.witness()
    for _ in range(3):
        try:
            engine.submit(raw).result(LONG)
        except EngineStopped as error:
            assert "stopped at" in str(error)  # noqa: PT017
            break
        raw = world.witness()
    with pytest.raises(EngineStopped):
        engine.submit(raw)
    engine.close()

    again = EmbeddedEngine.open(home, KEY)
    again.start()
    assert done(again, raw).accepted_at is not None
    assert done(again, raw) == again.lookup(done(again, raw).action_id)
    ids = [outcome.action_id for block in again.events(1) for outcome in block.outcomes]
    assert len(ids) == len(set(ids))
    assert again.verify_replica(deep=True) == []
    again.close()


def test_a_start_proves_the_block_that_a_crash_left_unproved(home: Path) -> None:
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    steps: list[str] = []

    def stop_before_the_proof(reached: str) -> None:
        steps.append(reached)
        if steps.count("applied") == 3:
            raise RuntimeError("stopped before the proof block")

    engine = EmbeddedEngine.open(home, KEY, at_step=stop_before_the_proof)
    engine.start()
    world = now_world()
    raw = world.witness()
    with pytest.raises(EngineStopped):
        engine.submit(raw).result(LONG)
    engine.close()
    again = EmbeddedEngine.open(home, KEY)
    again.start()
    outcome = again.submit(raw).result(0)  # on the ledger already, and told at once
    assert outcome.accepted_at is not None
    assert again.evidence(outcome.action_id).accepted.header.height == outcome.height + 1
    again.close()


def test_what_waits_when_the_engine_closes_is_told(home: Path) -> None:
    gate = threading.Event()
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    engine = EmbeddedEngine.open(home, KEY, at_step=lambda step: None if step != "applied" else _wait(gate))
    engine.start()
    world = now_world()
    waiting = [engine.submit(world.witness()) for _ in range(2)]
    time.sleep(0.1)
    closing = threading.Thread(target=engine.close)
    closing.start()
    time.sleep(0.05)
    gate.set()
    closing.join(LONG)
    for future in waiting:
        with pytest.raises(EngineStopped, match="it was closed"):
            future.result(0)


def _wait(gate: threading.Event) -> None:
    gate.wait(LONG)


def test_back_pressure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    engine = EmbeddedEngine.open(home, KEY, at_step=lambda step: _wait(gate))
    monkeypatch.setattr(engine._sequencer.pool, "_max_actions", 3)
    engine.start()
    world = now_world()
    taken = [engine.submit(world.witness()) for _ in range(3)]
    refused = world.witness()
    with pytest.raises(PoolFull):
        engine.submit(refused)
    gate.set()
    assert [future.result(LONG).code for future in taken] == [""] * 3
    done(engine, refused)
    engine.close()


def test_a_share_of_the_block_is_kept_over_several_blocks(tmp_path: Path) -> None:
    made = genesis(fixed_validators=1, actions_per_block=2)
    engine = EmbeddedEngine.create(tmp_path / "l", made, KEY)
    engine.start()
    world = World(genesis=made)
    world.time = int(time.time())
    outcomes = [future.result(LONG) for future in [engine.submit(world.witness()) for _ in range(7)]]
    assert [outcome.code for outcome in outcomes] == [""] * 7
    counts = {height: sum(outcome.height == height for outcome in outcomes) for height in {o.height for o in outcomes}}
    assert max(counts.values()) <= 2
    engine.close()


def test_a_ledger_is_created_once_and_opened_where_it_is(home: Path, tmp_path: Path) -> None:
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    with pytest.raises(ReplicaExists, match="never overwritten"):
        EmbeddedEngine.create(home, GENESIS, KEY)
    with pytest.raises(ReplicaMissing):
        EmbeddedEngine.open(tmp_path / "elsewhere", KEY)
    (tmp_path / "empty" / REPLICA_FOLDER).mkdir(parents=True)
    with pytest.raises(ReplicaMissing):
        EmbeddedEngine.open(tmp_path / "empty", KEY)


def test_one_process_a_ledger(home: Path) -> None:
    engine = EmbeddedEngine.create(home, GENESIS, KEY)
    with pytest.raises(ReplicaInUse, match="Another process"):
        EmbeddedEngine.open(home, KEY)
    engine.close()
    EmbeddedEngine.open(home, KEY).close()


def test_another_key_cannot_go_on(home: Path) -> None:
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    with pytest.raises(GenesisInvalid, match="the one validator"):
        EmbeddedEngine.open(home, signing_key("other"))


def test_an_opening_that_failed_leaves_nothing_open(home: Path) -> None:
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    with pytest.raises(GenesisInvalid):
        EmbeddedEngine.open(home, signing_key("other"))
    EmbeddedEngine.open(home, KEY).close()


def test_a_replica_whose_roots_were_edited_is_not_opened(home: Path) -> None:
    with_two_blocks(home)
    store = LmdbStore(home / REPLICA_FOLDER)
    tip = read_tip(store)
    writes = Writes()
    writes.put(META, Tip.KEY, structs.replace(tip, map_root=bytes(32)).to_bytes())
    store.commit(writes)
    store.close()
    with pytest.raises(ReplicaDiffers, match="other roots or none"):
        EmbeddedEngine.open(home, KEY)


@pytest.mark.parametrize("made", [genesis(), genesis(validators=2, fixed_validators=1)])
def test_a_genesis_for_a_network_is_not_embedded(home: Path, made: object) -> None:
    with pytest.raises(GenesisInvalid):
        EmbeddedEngine.create(home, made, KEY)  # type: ignore[arg-type]


def test_an_engine_that_was_not_started_takes_nothing(home: Path) -> None:
    engine = EmbeddedEngine.create(home, GENESIS, KEY)
    with pytest.raises(EngineStopped, match="not started"):
        engine.submit(now_world().witness())
    engine.close()


def test_a_failing_subscriber_does_not_stop_the_ledger(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    engine = begin(home)

    def fail(height: int) -> None:
        raise RuntimeError("a subscriber's fault")

    engine.subscribe(fail)
    done(engine, now_world().witness())
    engine.close()
    assert "a subscriber of the ledger failed" in caplog.text


def test_a_storage_that_fails_stops_the_engine_and_loses_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = begin(home)
    world = now_world()
    acknowledged = done(engine, world.witness())
    monkeypatch.setattr(engine._store, "_commit", _no_space)
    raw = world.witness()
    with pytest.raises(EngineStopped, match="No space left"):
        engine.submit(raw).result(LONG)
    with pytest.raises(EngineStopped):
        engine.submit(world.witness())
    engine.close()
    again = EmbeddedEngine.open(home, KEY)
    again.start()
    assert again.lookup(acknowledged.action_id) == acknowledged
    done(again, raw)
    assert again.verify_replica(deep=True) == []
    again.close()


def _no_space(writes: Writes) -> None:
    raise lmdb.DiskError("mdb_txn_commit: No space left on device")


def with_two_blocks(home: Path) -> Outcome:
    engine = begin(home)
    world = now_world()
    outcome = done(engine, world.witness())
    done(engine, world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER))
    engine.close()
    return outcome


def edit(folder: Path, table: str, key: bytes, change: Callable[[bytes], bytes | None], names: tuple[str, ...]) -> None:
    store = LmdbStore(folder, names)
    writes = Writes()
    value = store.get(table, key)
    assert value is not None
    writes.tables[table] = {key: change(value)}
    store.commit(writes)
    store.close()


def flip(value: bytes) -> bytes:
    return value[:-1] + bytes([value[-1] ^ 1])


REPLICA_EDITS = {
    "a member's name": (STATE, f"member/{PRODUCER}".encode(), lambda v: v.replace(b"Producer", b"Procurer"), "state"),
    "an ending undone": (STATE, f"ended/{PRODUCER}/{digest('v')}".encode(), lambda v: None, "state"),
    "a log leaf": ("log", bytes(9), flip, "log"),
    "a log node": ("log", bytes([1]) + bytes(8), flip, "log"),
    "a block's results": ("heights", height_key(2), lambda v: v.replace(b"witnessed", b"withdrawn"), "heights"),
    "an action's place": ("actions", None, flip, "actions"),
    "a bucket of the replay memory": ("seen", None, flip, "seen"),
}


@pytest.mark.parametrize("name", REPLICA_EDITS)
def test_a_row_of_the_replica_edited_by_hand_is_found_and_named(home: Path, name: str) -> None:
    with_two_blocks(home)
    assert inspect(home, deep=True) == []
    table, key, change, expected = REPLICA_EDITS[name]
    store = LmdbStore(home / REPLICA_FOLDER)
    key = key or next(iter(store.range(table)))[0]
    store.close()
    edit(home / REPLICA_FOLDER, table, key, change, TABLES)
    damages = inspect(home, deep=True)
    assert expected in [damage.table for damage in damages]
    if table == STATE and name != "an ending undone":
        assert key.decode() in [damage.row for damage in damages]
        assert key.decode() in str(damages[0])


CHAIN_EDITS = {
    "a block's action": (tables.BODIES, 2, flip),
    "a commit": (tables.COMMITS, 2, flip),
    "a header": (tables.HEADERS, 2, flip),
}


@pytest.mark.parametrize("name", CHAIN_EDITS)
def test_a_row_of_the_chain_edited_by_hand_is_found(home: Path, name: str) -> None:
    with_two_blocks(home)
    table, height, change = CHAIN_EDITS[name]
    edit(home / CHAIN_FOLDER, table, height_key(height), change, tables.TABLES)
    assert inspect(home, deep=True) != []


def test_a_map_page_edited_by_hand_is_found(home: Path) -> None:
    with_two_blocks(home)
    store = LmdbStore(home / REPLICA_FOLDER)
    pages = [key for key, _ in store.range("map", b"n", b"o")]
    store.close()
    edit(
        home / REPLICA_FOLDER,
        "map",
        pages[-1],
        flip,
        ("state", "log", "map", "seen", "actions", "heights", "undo", "meta"),
    )
    assert "map" in [damage.table for damage in inspect(home, deep=True)] or inspect(home, deep=True) != []


def test_a_replica_that_was_put_back_is_refused(home: Path) -> None:
    """An old copy of the replica beside the present chain: more than the one block that a crash leaves out."""
    engine = begin(home)
    world = now_world()
    done(engine, world.witness())
    engine.close()
    old = (home / REPLICA_FOLDER / "data.mdb").read_bytes()
    engine = EmbeddedEngine.open(home, KEY)
    engine.start()
    done(engine, world.witness())
    done(engine, world.witness())
    engine.close()
    (home / REPLICA_FOLDER / "data.mdb").write_bytes(old)
    with pytest.raises(ReplicaDiffers, match="does not fit its chain"):
        EmbeddedEngine.open(home, KEY)


def test_inspecting_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplicaMissing):
        inspect(tmp_path)


def test_a_restored_replica_is_carried_on_by_a_new_network(home: Path, tmp_path: Path) -> None:
    engine = begin(home)
    world = now_world()
    old = done(engine, world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER))
    engine.close()
    shutil.copytree(home / REPLICA_FOLDER, tmp_path / "restored" / REPLICA_FOLDER)
    key = signing_key("validator after the restore")
    with pytest.raises(GenesisInvalid):
        EmbeddedEngine.carry_on(tmp_path / "restored", GENESIS, KEY)
    continued = continuation(home, key)
    again = EmbeddedEngine.carry_on(tmp_path / "restored", continued, key)
    again.start()
    assert again.height == continued.height
    assert again.lookup(old.action_id) == old
    # Actions name the new network; who may sign them was carried over.
    new = done(again, world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, network=continued.network))
    assert new.log_index == 1
    assert new.height > old.height + 1
    evidence = again.evidence(new.action_id, keys=[f"ended/{PRODUCER}/{digest('v')}"])
    assert evidence.keys[0].value is not None
    again.close()
    assert inspect(tmp_path / "restored", deep=True) == []
    with pytest.raises(ReplicaExists):
        EmbeddedEngine.carry_on(tmp_path / "restored", continued, key)


def continuation(home: Path, key: SigningKey) -> Genesis:
    """The genesis that continues the network in a folder."""
    store = LmdbStore(home / REPLICA_FOLDER)
    machine = Machine.open(store)
    store.close()
    previous: dict[str, Json] = {
        "network": machine.network,
        "height": machine.height,
        "header_hash": digest("the last header"),
        "app_hash": b64url(machine.root),
    }
    proof = prove_validator(CUSTOMS, key)
    return Genesis.of(
        "transire-test",
        time=moment_of(int(time.time()) + 1),  # later than the last block, by whole seconds
        governors=[],
        registrars=[],
        validators=[{"operator": CUSTOMS, "possession": proof, "power": 10, "public": public(key)}],
        members=[],
        previous=previous,
    )


def test_an_action_that_was_queued_again_just_after_its_block_gets_its_outcome(home: Path) -> None:
    """Two threads submit the same bytes; one was checked before the block and is queued after it."""
    engine = begin(home)
    raw = now_world().witness()
    first = done(engine, raw)
    again = engine._sequencer.pool.add(parse_action(raw))
    assert again.result(LONG) == first
    assert [outcome.action_id for block in engine.events(1) for outcome in block.outcomes] == [first.action_id]
    engine.close()


def test_an_action_on_its_way_is_known_wherever_it_is(home: Path) -> None:
    gate, reached = threading.Event(), threading.Event()
    EmbeddedEngine.create(home, GENESIS, KEY).close()

    def hold(step: str) -> None:
        if step == "told" and engine.height == 2:  # in a durable block, not yet proved
            reached.set()
            gate.wait(LONG)

    engine = EmbeddedEngine.open(home, KEY, at_step=hold)
    engine.start()
    raw = now_world().witness()
    future = engine.submit(raw)
    assert reached.wait(LONG)
    lookup = engine.lookup(parse_action(raw).id)
    assert lookup is not None
    assert lookup.accepted_at is None
    assert engine.submit(raw) is future
    with pytest.raises(NotOnLedger, match="comes next"):
        engine.evidence(parse_action(raw).id)
    assert not future.done()
    gate.set()
    assert future.result(LONG).accepted_at is not None
    engine.close()


def test_an_action_that_expires_while_it_waits_is_turned_away(home: Path) -> None:
    clock = Clock(2_000_000_000)
    engine = begin(home, clock=clock)
    world = world_at(2_000_000_000)
    done(engine, world.witness())
    late = parse_action(world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=1_999_999_999))
    with pytest.raises(ActionExpired):
        engine._sequencer.pool.add(late).result(LONG)
    engine.close()


@pytest.mark.parametrize("table", [tables.BODIES, tables.HEADERS])
def test_a_block_that_was_edited_before_it_is_applied_again_is_refused(home: Path, table: str) -> None:
    EmbeddedEngine.create(home, GENESIS, KEY).close()
    steps: list[str] = []

    def stop(step: str) -> None:
        steps.append(step)
        if steps.count("block durable") == 2:
            raise RuntimeError("stopped before the state")

    engine = EmbeddedEngine.open(home, KEY, at_step=stop)
    engine.start()
    with pytest.raises(EngineStopped):
        engine.submit(now_world().witness()).result(LONG)
    engine.close()
    change = flip if table == tables.BODIES else (lambda row: row.replace(b"app_hash", b"app_hasg"))
    edit(home / CHAIN_FOLDER, table, height_key(2), change, tables.TABLES)
    with pytest.raises(ReplicaDiffers):
        EmbeddedEngine.open(home, KEY)


def test_members_and_actions_are_read(home: Path) -> None:
    engine = begin(home)
    raw = now_world().witness()
    outcome = done(engine, raw)
    assert [record.did for record in engine.members()] == sorted(member.did for member in GENESIS.members)
    assert engine.action(outcome.action_id) == raw
    assert engine.action(digest("nothing")) is None
    engine.close()


MISSING = {
    "the tip": (REPLICA_FOLDER, META, Tip.KEY, TABLES, "meta"),
    "a header": (CHAIN_FOLDER, tables.HEADERS, height_key(2), tables.TABLES, "headers"),
    "a commit": (CHAIN_FOLDER, tables.COMMITS, height_key(2), tables.TABLES, "commits"),
    "the results of a block": (REPLICA_FOLDER, "heights", height_key(1), TABLES, "heights"),
    "an action's place": (REPLICA_FOLDER, "actions", None, TABLES, "actions"),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_row_that_is_missing_is_found(home: Path, name: str) -> None:
    with_two_blocks(home)
    folder, table, key, names, expected = MISSING[name]
    store = LmdbStore(home / folder, names)
    key = key or next(iter(store.range(table)))[0]
    store.close()
    edit(home / folder, table, key, lambda value: None, names)
    assert expected in [damage.table for damage in damages_of(home)]


def damages_of(home: Path) -> list[Damage]:
    store, chain = LmdbStore(home / REPLICA_FOLDER), LmdbStore(home / CHAIN_FOLDER, tables.TABLES)
    try:
        validators = GENESIS.validator_set
        return verify_replica(store, Archive(chain), validators=lambda height: validators, deep=True)
    finally:
        store.close()
        chain.close()


def test_results_that_cannot_be_read_are_found(home: Path) -> None:
    with_two_blocks(home)
    edit(home / REPLICA_FOLDER, "heights", height_key(2), lambda value: b"nothing", TABLES)
    assert any("heights, 2" in str(damage) for damage in damages_of(home))


def test_a_header_that_cannot_be_read_is_found(home: Path) -> None:
    with_two_blocks(home)
    edit(home / CHAIN_FOLDER, tables.HEADERS, height_key(3), lambda value: b"nothing", tables.TABLES)
    assert any("a row of the archive" in str(damage) for damage in damages_of(home))


def test_a_row_of_no_type_and_its_map_edited_together_are_found(home: Path) -> None:
    """Whoever edits a row and the map over it still cannot write a row that the machine would not."""
    with_two_blocks(home)
    store = LmdbStore(home / REPLICA_FOLDER)
    writes, tip = Writes(), read_tip(store)
    key = f"ended/{PRODUCER}/{digest('v')}".encode()
    writes.put(STATE, key, b"{}")
    root = SparseMap(MapRows(store, writes)).update_many({sha256(key): sha256(b"{}")}, tip.height)
    writes.put(META, Tip.KEY, structs.replace(tip, map_root=root).to_bytes())
    store.commit(writes)
    store.close()
    assert {"state", "heights"} <= {damage.table for damage in damages_of(home)}
