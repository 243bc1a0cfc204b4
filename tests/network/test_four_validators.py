"""Four validators on this machine, each with its own replica and CometBFT: one ledger, one answer, one proof."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Iterator

import pytest

from cometbft_world import LONG, network
from ledger_world import BROKER, CHAMBER, CUSTOMS, PRODUCER, World, digest, public, signing_key
from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import unb64url
from transire.engines.base import Outcome
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.kept import KEPT_FOLDER
from transire.engines.cometbft.query import answer_query
from transire.engines.inspection import verify_replica
from transire.ledger.block import Roots
from transire.ledger.receipt import build_receipt, receipt_bytes
from transire.ledger.verify import TrustRoot, verify_receipt

pytestmark = [pytest.mark.cometbft, pytest.mark.xdist_group("network")]


@pytest.fixture(scope="module")
def engines(cometbft_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CometBftEngine]]:
    with network(tmp_path_factory.mktemp("four"), cometbft_program) as made:
        yield made


@pytest.fixture(scope="module")
def world(engines: list[CometBftEngine]) -> World:
    made = World(genesis=engines[0].genesis)
    made.time = int(time.time())
    return made


def accepted(engine: CometBftEngine, *raws: bytes) -> list[Outcome]:
    outcomes = [future.result(LONG) for future in [engine.submit(raw) for raw in raws]]
    assert [outcome.code for outcome in outcomes] == [""] * len(raws)
    return outcomes


def test_what_one_node_takes_stands_on_every_node_at_the_same_place(
    engines: list[CometBftEngine], world: World
) -> None:
    for place, engine in enumerate(engines):
        (told,) = accepted(engine, world.witness(text=f"from {place}"))
        for other in engines:
            assert other.wait_for(told.height + 1, LONG)
            assert other.lookup(told.action_id) == told


def test_the_same_bytes_given_to_every_node_are_applied_once(engines: list[CometBftEngine], world: World) -> None:
    raw = world.witness()
    outcomes = [future.result(LONG) for future in [engine.submit(raw) for engine in engines]]
    assert len(set(map(str, outcomes))) == 1
    applied = [
        one for block in engines[0].events(1) for one in block.outcomes if one.action_id == outcomes[0].action_id
    ]
    assert len(applied) == 1
    # And once more, long after: a retry at another node gets the same answer.
    assert engines[2].submit(raw).result(LONG) == outcomes[0]


def test_every_node_comes_to_the_same_root_at_every_height(engines: list[CometBftEngine], world: World) -> None:
    accepted(engines[1], *(world.witness(by) for by in (PRODUCER, BROKER) for _ in range(20)))
    height = min(engine.height for engine in engines)
    first = engines[0].genesis.height
    roots = [[engine.record(h).roots.app_hash for h in range(first, height + 1)] for engine in engines]
    assert len(roots[0]) > 3
    assert roots[0] == roots[1] == roots[2] == roots[3]
    for h in range(first + 1, height + 1):
        header = engines[3].header(h)
        assert header is not None
        assert header.app_hash == engines[0].record(h - 1).roots.app_hash


def test_draws_at_four_nodes_at_once_take_exactly_what_fits(engines: list[CometBftEngine], world: World) -> None:
    keys = [signing_key(f"draw {n}") for n in range(4)]
    body = {"unit": "kg", "quantity": "10", "keys": [public(key) for key in keys], "releaser": CUSTOMS}
    (opened,) = accepted(engines[0], world.sign("allowance.open/1", body, by=CHAMBER))
    for engine in engines:
        assert engine.wait_for(opened.height, LONG)
    draws = [
        world.draw(key, "allowance.draw/1", {"allowance": opened.action_id, "quantity": "3", "for": digest(f"{n}")})
        for n, key in enumerate(keys * 2)
    ]
    futures = [engines[n % 4].submit(raw) for n, raw in enumerate(draws)]
    codes = sorted(future.result(LONG).code for future in futures)
    assert codes == ["", "", "", *["ledger.allowance-exceeded"] * 5]
    for engine in engines:
        state = engine.state(f"allowance/{opened.action_id}")
        assert isinstance(state, dict)
        assert state["drawn"] == "9"


def test_receipts_of_every_node_verify_with_the_network_file_alone(engines: list[CometBftEngine], world: World) -> None:
    raw = world.witness()
    accepted(engines[0], raw)
    trust = TrustRoot.parse(canonical_bytes(engines[0].genesis.trust_root()))
    (outcome,) = accepted(engines[1], world.witness())
    for engine in engines:
        assert engine.wait_for(outcome.height + 1, LONG)
        receipt = receipt_bytes(build_receipt(engine.evidence(outcome.action_id)))
        checks = {check.name: check for check in verify_receipt(receipt, trust).checks}
        assert checks["signed"].outcome == checks["log"].outcome == checks["members"].outcome == "holds"
        altered = json.loads(receipt)
        altered["log"]["entry"] += 1
        assert not all(check.passed for check in verify_receipt(canonical_bytes(altered), trust).checks)


def test_a_query_is_answered_with_proofs_under_the_next_header(engines: list[CometBftEngine], world: World) -> None:
    """Asked through CometBFT's own RPC, as any client would."""
    (outcome,) = accepted(engines[0], world.witness())
    answer = engines[0]._rpc.ask("abci_query", path="/state", data=f"member/{BROKER}".encode().hex(), prove=True)
    told = answer["response"]
    proof = json.loads(b64decode(told["proofOps"]["ops"][0]["data"]))
    assert json.loads(b64decode(told["value"]))["did"] == BROKER
    assert proof["log"]["size"] >= 1
    at_height = int(told["height"])
    log = answer_query(engines[0]._store, "/log", unb64url(outcome.action_id, length=32), at_height, prove=True)
    assert int.from_bytes(log["value"], "big") == outcome.log_index
    shown = json.loads(log["proof_ops"]["ops"][0]["data"])
    roots = Roots(proof["log"]["size"], unb64url(proof["log"]["root"]), unb64url(shown["map"]))
    assert engines[0].wait_for(at_height + 1, LONG)
    header = engines[0].header(at_height + 1)
    assert header is not None
    assert header.app_hash == roots.app_hash
    refused = engines[0]._rpc.ask("abci_query", path="/nothing", data="00")
    assert refused["response"]["code"] == 1


def test_the_replica_of_every_node_is_whole(engines: list[CometBftEngine], world: World) -> None:
    accepted(engines[2], world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER))
    for engine in engines:
        damages = verify_replica(engine._store, engine._blocks, validators=engine.validators, deep=True)
        assert damages == []


def test_by_itself_nothing_is_pruned(engines: list[CometBftEngine]) -> None:
    for engine in engines:
        assert engine.wait_for(12, LONG)
        assert engine._rpc.ask("status")["sync_info"]["earliest_block_height"] == "1"
        assert not (engine._folder.parent / KEPT_FOLDER).exists()
