"""A validator of a real CometBFT network: its application, its CometBFT or both killed, hung, or altered by hand.

What must hold: the application is where CometBFT is or one block behind, never ahead; nothing told is lost, nothing is
done twice, and after any crash the pair goes on by itself.
"""

from __future__ import annotations

import logging
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cometbft_world import LONG, free_ports, keys_of_node, settings_of
from killed_ledger import KilledLedger
from ledger_world import BROKER, PRODUCER, World, digest, genesis
from transire.engines.base import Outcome
from transire.engines.cometbft.app import STEPS
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.inspecting import inspect
from transire.engines.cometbft.settings import PairSettings
from transire.engines.errors import EngineStopped, ReplicaInUse
from transire.engines.inspection import verify_replica
from transire.engines.replica import LmdbStore
from transire.ledger.store import STATE, Writes

pytestmark = [pytest.mark.faults, pytest.mark.cometbft, pytest.mark.xdist_group("network")]
CHILD = Path(__file__).with_name("cometbft_child.py")
RANDOM_KILLS = 4
FAIL_POINTS = range(10)
"""Where CometBFT itself can be made to end around the WAL, the block store, FinalizeBlock and Commit."""
FIRST_BLOCK = (0, 4, 9)
"""The points that are also reached in block 1; the fault suite reaches all of them there (row 7)."""


@pytest.fixture
def home(tmp_path: Path, cometbft_program: str) -> Path:
    """A network of one validator that has made no block."""
    settings = settings_of(0, free_ports(1), cometbft_program)
    folder = tmp_path / "ledger"
    CometBftEngine.create(folder, genesis(), keys_of_node(0), settings).close()
    (folder / "settings.json").write_bytes(msgspec.json.encode(settings))
    return folder


def opened(home: Path, **more: Any) -> CometBftEngine:
    settings = msgspec.json.decode((home / "settings.json").read_bytes(), type=PairSettings)
    return CometBftEngine.open(home, keys_of_node(0), msgspec.structs.replace(settings, **more))


def started(home: Path, **more: Any) -> CometBftEngine:
    engine = opened(home, **more)
    engine.start()
    assert engine.wait_for(max(engine.height, 2), LONG), engine.status()
    return engine


@pytest.fixture
def engine(home: Path) -> Iterator[CometBftEngine]:
    made = started(home)
    yield made
    made.close()


@pytest.fixture
def ledger(home: Path) -> KilledLedger:
    return KilledLedger(home, CHILD, lambda: started(home))


def world_of(engine: CometBftEngine) -> World:
    made = World(genesis=engine.genesis)
    made.time, made.nonce = int(time.time()), time.time_ns() % 10**15
    return made


def offered(engine: CometBftEngine, world: World, count: int) -> list[Future[Outcome]]:
    return [engine.submit(world.witness(by)) for _ in range(count) for by in (PRODUCER, BROKER)]


def check_whole(engine: CometBftEngine, futures: list[Future[Outcome]]) -> None:
    """Every action was accepted once, and replica and chain fit together to the last row."""
    outcomes = [future.result(LONG) for future in futures]
    assert all(outcome.accepted for outcome in outcomes)
    ids = [outcome.action_id for block in engine.events(1) for outcome in block.outcomes]
    assert len(ids) == len(set(ids))
    assert {outcome.action_id for outcome in outcomes} <= set(ids)
    assert verify_replica(engine._store, engine._blocks, validators=engine.validators, deep=True) == []


@pytest.mark.parametrize("step", STEPS)
def test_the_application_kills_itself_at_a_step_of_a_block(ledger: KilledLedger, step: str) -> None:
    for number in (1, 4):
        ledger.hear(ledger.start("step", step, str(number)))
    ledger.check()
    assert len(ledger.acknowledged) > 0


def test_both_are_killed_at_random_moments_under_load(ledger: KilledLedger) -> None:
    chance = random.Random(20261128)
    for _ in range(RANDOM_KILLS):
        child = ledger.start("run")
        assert child.stdout is not None
        assert child.stdout.readline().startswith(b"started")
        time.sleep(chance.uniform(0.05, 0.8))
        child.send_signal(signal.SIGKILL)
        ledger.hear(child)
    ledger.check()
    assert len(ledger.acknowledged) > RANDOM_KILLS


def test_cometbft_alone_is_killed_and_started_again(engine: CometBftEngine) -> None:
    world, futures = world_of(engine), []
    for _ in range(3):
        futures += offered(engine, world, 10)
        pid = engine.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        futures += offered(engine, world, 5)  # taken while nobody is there, handed over when somebody is
        check_whole(engine, futures)
    assert engine.status().restarts == 3


@pytest.mark.parametrize("point", FIRST_BLOCK)
def test_cometbft_ends_at_a_point_of_its_first_block(home: Path, point: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`FAIL_TEST_INDEX` ends the shipped program there."""
    engine = opened(home)
    monkeypatch.setenv("FAIL_TEST_INDEX", str(point))
    try:
        engine.start()
        monkeypatch.delenv("FAIL_TEST_INDEX")
        futures = offered(engine, world_of(engine), 5)
        assert engine.wait_for(3, LONG), engine.status()
        check_whole(engine, futures)
        assert engine.status().restarts >= 1
    finally:
        engine.close()


def test_cometbft_ends_at_each_point_of_a_commit_under_load(
    engine: CometBftEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, futures = world_of(engine), []
    for point in FAIL_POINTS:
        monkeypatch.setenv("FAIL_TEST_INDEX", str(point))
        restarts, pid = engine.status().restarts, engine.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        futures += offered(engine, world, 20)
        deadline = time.monotonic() + LONG
        while engine.status().restarts < restarts + 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        monkeypatch.delenv("FAIL_TEST_INDEX")
        assert engine.status().restarts >= restarts + 2, f"CometBFT did not end at point {point}"
        assert all(future.result(LONG).accepted for future in futures), f"point {point}"
    check_whole(engine, futures)


def test_a_cometbft_that_hangs_is_killed_and_started_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transire.engines.cometbft.process.STOP_S", 0.5)
    engine = started(home, silence_s=3.0)
    try:
        pid = engine.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # takes no SIGTERM either, like the hang that ENGINE 7.1 tells of
        check_whole(engine, offered(engine, world_of(engine), 3))
        assert engine.status().restarts == 1
    finally:
        engine.close()


def test_a_stale_socket_and_a_leftover_of_another_start_do_no_harm(home: Path) -> None:
    started(home).close()
    for name in ("app.sock", "rpc.sock"):
        (home / "cometbft" / name).unlink(missing_ok=True)
        (home / "cometbft" / name).write_bytes(b"")
    engine = started(home)
    try:
        check_whole(engine, offered(engine, world_of(engine), 2))
        with pytest.raises(ReplicaInUse):
            opened(home)
    finally:
        engine.close()


def test_a_row_edited_by_hand_is_found_and_named(home: Path) -> None:
    engine = started(home)
    world = world_of(engine)
    engine.submit(world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER)).result(LONG)
    engine.close()
    store = LmdbStore(home / "replica")
    writes = Writes()
    writes.delete(STATE, f"ended/{PRODUCER}/{digest('v')}".encode())
    store.commit(writes)
    store.close()
    settings = msgspec.json.decode((home / "settings.json").read_bytes(), type=PairSettings)
    assert inspect(home, settings) == []
    (damage,) = inspect(home, settings, deep=True)
    assert (damage.table, damage.found) == (STATE, "nothing")


def test_a_replica_that_is_ahead_of_its_chain_is_refused(
    home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after restoring CometBFT's files from an old copy: CometBFT refuses, the node stops and says why."""
    monkeypatch.setattr("transire.engines.cometbft.process.BACKOFF_S", 0.01)
    started(home).close()
    data = home / "cometbft" / "data"
    for name in ("blockstore.db", "state.db", "cs.wal", "evidence.db"):
        shutil.rmtree(data / name)
    for signed in data.glob("signed-*.json"):
        signed.unlink()
    engine = opened(home)
    try:
        with caplog.at_level(logging.ERROR):
            engine.start()
            deadline = time.monotonic() + LONG
            while not engine.status().failure and time.monotonic() < deadline:
                time.sleep(0.05)
        assert "AppHash does not match" in engine.status().failure
        with pytest.raises(EngineStopped):
            engine.submit(world_of(engine).witness())
    finally:
        engine.close()
