"""A network goes on while its nodes change from CometBFT 0.38.26 to 0.40.0, one after the other, and back again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec import structs

from cometbft_world import LONG, keys_of_node, network
from ledger_world import BROKER, PRODUCER, World
from transire.engines.cometbft.binary import find_cometbft
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.errors import CometBftMissing
from transire.engines.inspection import verify_replica

pytestmark = [pytest.mark.cometbft, pytest.mark.xdist_group("network")]
NEXT = "v0.40.0"


@pytest.fixture
def next_program() -> str:
    try:
        return str(find_cometbft(version=NEXT))
    except CometBftMissing as error:
        pytest.skip(f"NOT TESTED: {error}")


def test_nodes_of_two_releases_are_one_network(tmp_path: Path, cometbft_program: str, next_program: str) -> None:
    with network(tmp_path, cometbft_program) as engines:
        world = World(genesis=engines[0].genesis)
        world.time = int(time.time())
        outcomes = []
        # Half and half, and one of them back; that all four go over is row 18 of the fault suite.
        for place, program in ((0, next_program), (1, next_program), (0, cometbft_program)):
            settings = structs.replace(engines[place].settings, binary=program)
            engines[place].close()
            waiting = engines[(place + 1) % 4].submit(world.witness(BROKER))  # three of four go on
            engines[place] = CometBftEngine.open(tmp_path / f"node-{place}", keys_of_node(place), settings)
            engines[place].start()
            outcomes.append(waiting.result(LONG))
            assert engines[place].wait_for(outcomes[-1].height + 1, LONG), engines[place].status()
            outcomes.append(engines[place].submit(world.witness(PRODUCER)).result(LONG))
        assert [outcome.code for outcome in outcomes] == [""] * len(outcomes)
        last = outcomes[-1].height
        for engine in engines:
            assert engine.wait_for(last + 1, LONG)
            assert engine.record(last).roots == engines[0].record(last).roots
            assert verify_replica(engine._store, engine._blocks, validators=engine.validators, deep=True) == []
