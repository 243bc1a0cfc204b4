"""A node whose CometBFT has pruned its old blocks still makes receipts of them, and is whole."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cometbft_world import LONG, keys_of_node, started_engine
from ledger_world import World
from transire.crypto.canonical import canonical_bytes
from transire.engines.archive import COMMITS, HEADERS
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.inspecting import inspect
from transire.engines.cometbft.kept import KEPT_FOLDER
from transire.engines.cometbft.rpc import RpcRefused
from transire.engines.replica import LmdbStore
from transire.ledger.receipt import build_receipt, receipt_bytes
from transire.ledger.store import Writes, height_key
from transire.ledger.verify import TrustRoot, verify_receipt
from two_nodes import until

pytestmark = [pytest.mark.cometbft, pytest.mark.xdist_group("network")]
KEEP = 5


def first_block(engine: CometBftEngine) -> int:
    return int(engine._rpc.ask("status")["sync_info"]["earliest_block_height"])


def verifies(engine: CometBftEngine, action_id: str) -> None:
    trust = TrustRoot.parse(canonical_bytes(engine.genesis.trust_root()))
    verification = verify_receipt(receipt_bytes(build_receipt(engine.evidence(action_id))), trust)
    assert all(check.passed for check in verification.checks), verification.checks


def test_receipts_of_pruned_blocks_verify_also_after_a_restart(cometbft_program: str, tmp_path: Path) -> None:
    engine = started_engine(tmp_path / "n", program=cometbft_program, keep_blocks=KEEP, idle_s=0.2)
    world = World(genesis=engine.genesis)
    world.time = int(time.time())
    try:
        old = engine.submit(world.witness()).result(LONG)
        until(lambda: first_block(engine) > old.height + 1, LONG)
        with pytest.raises(RpcRefused):  # CometBFT has it no more
            engine._rpc.ask("block", height=str(old.height))
        verifies(engine, old.action_id)
        settings = engine.settings
    finally:
        engine.close()
    again = CometBftEngine.open(tmp_path / "n", keys_of_node(0), settings)
    try:
        again.start()
        assert again.wait_for(again.height + 2, LONG)
        again._blocks._known.clear()  # type: ignore[attr-defined]  # nothing out of memory
        verifies(again, old.action_id)
        new = again.submit(world.witness()).result(LONG)
        verifies(again, new.action_id)
        block = again.block(old.height)
        assert block is not None
        assert len(block.actions) == 1
    finally:
        again.close()
    assert inspect(tmp_path / "n", settings, deep=True) == []
    # What is kept is examined like everything else: a block that is missing or another one is named.
    kept = LmdbStore(tmp_path / "n" / KEPT_FOLDER, (HEADERS, COMMITS, "bodies"))
    last = next(iter(kept.range(HEADERS, reverse=True)))[0]
    raw, writes = kept.get(HEADERS, height_key(old.height)), Writes()
    assert raw is not None
    writes.put(HEADERS, last, raw)
    kept.commit(writes)
    kept.close()
    assert [one.table for one in inspect(tmp_path / "n", settings)] == [HEADERS]
