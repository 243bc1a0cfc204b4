"""Votes on a real network: validators come, change power, exchange their key and go; receipts follow the changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cometbft_world import LONG, joining, keys_of_node, network
from ledger_world import AGENCY, CHAMBER, CUSTOMS, World, action_id, public, signing_key
from transire.crypto.canonical import Json, canonical_bytes
from transire.engines.base import Outcome
from transire.engines.cometbft.engine import CometBftEngine
from transire.ledger.chain import Validator
from transire.ledger.machine import RULES
from transire.ledger.possession import prove_validator
from transire.ledger.receipt import build_receipt, receipt_bytes
from transire.ledger.state import Since
from transire.ledger.verify import TrustRoot, verify_receipt

pytestmark = [pytest.mark.cometbft, pytest.mark.xdist_group("network")]
GOVERNORS = (CUSTOMS, CHAMBER, AGENCY)


@pytest.fixture(scope="module")
def engines(cometbft_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CometBftEngine]]:
    """One network for all tests, in their order. This program knows a second version of the rules, without endings."""
    second = {name: rule for name, rule in RULES[1].items() if "end" not in name}
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(RULES, 2, second)
        with network(tmp_path_factory.mktemp("votes"), cometbft_program, validators=3, propose_ms=1000) as made:
            yield made


@pytest.fixture(scope="module")
def world(engines: list[CometBftEngine]) -> World:
    made = World(genesis=engines[0].genesis)
    made.time = int(time.time())
    return made


def accepted(engine: CometBftEngine, raw: bytes) -> Outcome:
    outcome = engine.submit(raw).result(LONG)
    assert outcome.code == ""
    return outcome


def decide(engines: list[CometBftEngine], world: World, change: dict[str, Json]) -> int:
    """Carry a change through, each governor voting at another node; returns the height that decided it."""
    proposal = world.sign("govern.propose/1", {"change": change}, by=GOVERNORS[0])
    last = accepted(engines[0], proposal)
    for place, governor in enumerate(GOVERNORS[1:], 1):
        engine = engines[place % len(engines)]
        assert engine.wait_for(last.height, LONG)
        last = accepted(engine, world.sign("govern.approve/1", {"proposal": action_id(proposal)}, by=governor))
    return last.height


def seat(place: int, power: int, operator: str = CHAMBER) -> dict[str, Json]:
    key = keys_of_node(place).validator
    proof = prove_validator(operator, key)
    return {"type": "validator", "public": public(key), "power": power, "operator": operator, "possession": proof}


def powers(engine: CometBftEngine, height: int) -> dict[bytes, int]:
    return {one.public_key: one.power for one in engine.validators(height)}


def told_by_cometbft(engine: CometBftEngine, height: int) -> list[Validator]:
    from base64 import b64decode

    told = engine._rpc.ask("validators", height=str(height), per_page="100")["validators"]
    return [Validator(b64decode(one["pub_key"]["value"]), int(one["voting_power"])) for one in told]


def receipt_of(engine: CometBftEngine, outcome: Outcome) -> bytes:
    return receipt_bytes(build_receipt(engine.evidence(outcome.action_id)))


def test_new_rules_begin_at_their_height_on_every_node(engines: list[CometBftEngine], world: World) -> None:
    begins = engines[0].height + 12
    decide(engines, world, {"type": "rules", "version": 2, "height": begins})
    for engine in engines:
        assert engine.wait_for(begins, LONG)
    refused = engines[1].submit(world.sign("document.end/1", {"version": "A" * 43}, by=CHAMBER)).result(LONG)
    assert refused.code == "ledger.action-unknown"
    accepted(engines[2], world.witness())


def test_validators_come_change_and_go_and_receipts_follow(
    engines: list[CometBftEngine], world: World, cometbft_program: str, tmp_path: Path
) -> None:
    trust = TrustRoot.parse(canonical_bytes(engines[0].genesis.trust_root()))
    before = accepted(engines[0], world.witness())
    assert engines[0].wait_for(before.height + 1, LONG)
    receipts = [receipt_of(engines[0], before)]
    fourth = joining(tmp_path, engines, 3, cometbft_program)
    try:
        fourth.start()
        entered = decide(engines, world, seat(3, 10))
        assert fourth.wait_for(entered + 3, LONG)
        for height, count in ((entered, 3), (entered + 1, 3), (entered + 2, 4)):
            assert list(fourth.validators(height)) == told_by_cometbft(fourth, height)
            assert len(fourth.validators(height)) == count
        changed = decide([*engines, fourth], world, seat(0, 25, CUSTOMS))
        # A key is rotated by two votes: the new one comes in, the old one goes.
        gone = decide([*engines, fourth], world, seat(1, 0, CUSTOMS))
        after = accepted(fourth, world.witness())
        assert fourth.wait_for(max(after.height + 1, gone + 3), LONG)
        assert powers(fourth, changed + 2)[signing_key("validator 0").public] == 25
        assert signing_key("validator 1").public not in powers(fourth, gone + 2)
        for height in range(1, fourth.height + 1):
            assert list(fourth.validators(height)) == told_by_cometbft(fourth, height)
        receipts += [receipt_of(fourth, outcome) for outcome in (before, after)]
        assert len(fourth.evidence(before.action_id).validator_changes) == 3
        for receipt in receipts:
            checks = {check.name: check for check in verify_receipt(receipt, trust).checks}
            assert checks["validators"].outcome == checks["signed"].outcome == "holds", checks
    finally:
        fourth.close()


def test_a_node_that_does_not_know_the_new_rules_says_so_once_and_makes_no_block(
    engines: list[CometBftEngine], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    begins = engines[0].height + 8
    with caplog.at_level(logging.WARNING, logger="transire.engine"):
        decide(engines, world, {"type": "rules", "version": 3, "height": begins})
        for engine in engines:
            assert engine.wait_for(begins - 1, LONG)
        waiting = engines[0].submit(world.witness())
        time.sleep(2.0)  # some rounds, in which somebody may propose and nobody votes
    # Each says why there is no block, whether CometBFT asked it for one or not, and goes on answering.
    for engine in engines:
        assert "at most rules 2" in engine.failure
        assert engine.status().running
        assert engine.missing_rules == Since(begins, 3)
    assert [engine.height for engine in engines] == [begins - 1] * len(engines)
    assert not waiting.done()
    told = [text for text in caplog.messages if f"rules 3 from block {begins} on" in text]
    assert sum("has to be upgraded in time" in text for text in told) == len(engines)
    assert sum("no block is made any more" in text for text in told) == len(engines)
