"""What a node relies on, of whichever engine: the embedded one, and one validator of a real CometBFT network."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cometbft_world import started_engine
from ledger_world import (
    BROKER,
    CHAMBER,
    CUSTOMS,
    IMPORTER,
    PRODUCER,
    World,
    action_id,
    digest,
    genesis,
    public,
    signing_key,
)
from transire.crypto.digests import sha256
from transire.engines.base import Engine, Outcome
from transire.engines.embedded import EmbeddedEngine
from transire.engines.errors import EngineStopped, NotOnLedger
from transire.ledger import chain
from transire.ledger.block import StateProof
from transire.ledger.chain import Block
from transire.ledger.commit import verify_commit
from transire.ledger.errors import ActionExpired, ActionMalformed, SignatureWrong
from transire.merkle.sparse import verify_absence, verify_presence
from transire.merkle.tree import leaf_hash, verify_inclusion

LONG = 20.0
"""Seconds that anything here may take on a busy machine."""


@pytest.fixture(params=["embedded", pytest.param("cometbft", marks=pytest.mark.cometbft)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    made: Engine
    if request.param == "embedded":
        made = EmbeddedEngine.create(tmp_path / "ledger", genesis(fixed_validators=1), signing_key("validator 0"))
        made.start()
    else:
        made = started_engine(tmp_path / "ledger", program=request.getfixturevalue("cometbft_program"))
    yield made
    made.close()


@pytest.fixture
def world(engine: Engine) -> World:
    """Signs actions for the engine's network; its own machine is a second opinion."""
    made = World(genesis=engine.genesis)
    made.time = int(time.time())
    return made


def done(engine: Engine, *raws: bytes) -> list[Outcome]:
    """The outcomes of actions that must all be accepted."""
    outcomes = [future.result(LONG) for future in [engine.submit(raw) for raw in raws]]
    assert [outcome.code for outcome in outcomes] == [""] * len(raws)
    return outcomes


def test_an_accepted_action_has_a_place_a_time_and_events(engine: Engine, world: World) -> None:
    raw = world.witness()
    (outcome,) = done(engine, raw)
    assert outcome.action_id == action_id(raw)
    assert (outcome.accepted, outcome.log_index) == (True, 0)
    assert outcome.events[0]["event"] == "witnessed"
    header = engine.header(outcome.height + 1)
    assert header is not None
    assert outcome.accepted_at == header.time
    assert abs(outcome.accepted_at.seconds - time.time()) < LONG


def test_a_refused_action_has_a_code_and_no_place_in_the_log(engine: Engine, world: World) -> None:
    raw = world.sign("member.suspend/1", {"did": PRODUCER}, by=PRODUCER)
    outcome = engine.submit(raw).result(LONG)
    assert (outcome.accepted, outcome.code, outcome.log_index) == (False, "ledger.registrar-only", None)
    assert outcome.accepted_at is not None


def test_what_cannot_enter_a_block_is_refused_at_once(engine: Engine, world: World) -> None:
    with pytest.raises(ActionMalformed):
        engine.submit(b"{}")
    with pytest.raises(SignatureWrong):
        engine.submit(world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, signer=signing_key("thief")))
    with pytest.raises(ActionExpired):
        engine.submit(world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, expires=world.time - 10))


def test_the_same_bytes_give_the_same_outcome_and_are_applied_once(engine: Engine, world: World) -> None:
    raw = world.witness()
    first, second = engine.submit(raw), engine.submit(raw)
    assert first.result(LONG) == second.result(LONG)
    assert engine.submit(raw).result(LONG) == first.result(LONG)
    outcomes = [outcome for block in engine.events(1) for outcome in block.outcomes]
    assert [outcome.action_id for outcome in outcomes] == [action_id(raw)]


def test_an_outcome_is_found_by_its_id(engine: Engine, world: World) -> None:
    (outcome,) = done(engine, world.witness())
    assert engine.lookup(outcome.action_id) == outcome
    assert engine.lookup(digest("nothing")) is None
    assert engine.lookup("no id") is None


def test_the_state_and_members_are_read(engine: Engine, world: World) -> None:
    done(engine, world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER))
    ended = engine.state(f"ended/{PRODUCER}/{digest('v')}")
    assert isinstance(ended, dict)
    assert ended["successor"] is None
    assert engine.state("ended/nothing") is None
    record = engine.member(BROKER)
    assert record is not None
    assert record.roles_at(engine.height) == ("broker",)
    assert engine.member(IMPORTER) is None


def test_blocks_hold_the_actions_in_order(engine: Engine, world: World) -> None:
    raws = [world.witness() for _ in range(5)]
    outcomes = done(engine, *raws)
    for raw, outcome in zip(raws, outcomes, strict=True):
        block = engine.block(outcome.height)
        assert block is not None
        assert block.actions[outcome.index] == raw
    assert engine.block(engine.height + 1) is None
    assert engine.header(0) is None
    assert engine.commit(0) is None


def test_the_chain_is_one_that_cometbft_could_have_written(engine: Engine, world: World) -> None:
    done(engine, *(world.witness() for _ in range(3)))
    done(engine, world.sign("member.suspend/1", {"did": BROKER}, by=CUSTOMS))
    last, last_commit = chain.NO_BLOCK, chain.NO_COMMIT
    for height in range(1, engine.height + 1):
        header, commit, block = engine.header(height), engine.commit(height), engine.block(height)
        assert header is not None
        assert commit is not None
        assert block is not None
        verify_commit(header, commit, engine.validators(height))
        assert commit.block_id == chain.block_id(Block(header, block.actions, last_commit))
        assert (header.height, header.chain_id) == (height, engine.network)
        assert (header.last_block_id, header.last_commit_hash) == (last, chain.commit_hash(last_commit))
        assert header.data_hash == chain.txs_hash(block.actions)
        expected = chain.median_time(last_commit, engine.validators(1)) if height > 1 else engine.genesis.start
        assert header.time == expected
        last, last_commit = commit.block_id, commit


def test_time_never_stands_still(engine: Engine, world: World) -> None:
    for _ in range(3):
        done(engine, world.witness())
    times = [header.time for h in range(1, engine.height + 1) if (header := engine.header(h)) is not None]
    assert times == sorted(set(times))


def test_the_machine_comes_to_the_state_that_the_headers_show(engine: Engine, world: World) -> None:
    """A second machine replays the engine's blocks: header H+1 carries its root after H."""
    done(engine, *(world.witness() for _ in range(4)))
    done(engine, world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER))
    for height in range(1, engine.height + 1):
        header, block = engine.header(height), engine.block(height)
        assert header is not None
        assert block is not None
        assert header.app_hash == world.machine.root
        results = world.machine.apply(block)
        world.machine.commit()
        following = engine.header(height + 1)
        if following is not None:
            assert following.last_results_hash == chain.results_hash(result.tx_result for result in results)


def test_every_block_that_changed_the_state_is_proved_by_the_next(engine: Engine, world: World) -> None:
    (outcome,) = done(engine, world.witness())
    last = engine.header(engine.height)
    assert last is not None
    evidence = engine.evidence(outcome.action_id)
    assert evidence.proven.header.app_hash == evidence.roots.app_hash == last.app_hash


def check_state(proof: StateProof, map_root: bytes) -> None:
    key_hash = sha256(proof.key.encode())
    if proof.value_bytes is None:
        verify_absence(map_root, key_hash, proof.proof)
    else:
        verify_presence(map_root, key_hash, sha256(proof.value_bytes), proof.proof)


def test_evidence_proves_everything_under_one_header(engine: Engine, world: World) -> None:
    raw = world.witness()
    (outcome,) = done(engine, raw)
    done(engine, *(world.witness(BROKER) for _ in range(10)))
    ended = f"ended/{PRODUCER}/{digest('v')}"
    evidence = engine.evidence(outcome.action_id, keys=[ended, f"member/{BROKER}"])
    assert (evidence.action, evidence.action_id, evidence.network) == (raw, outcome.action_id, engine.network)
    assert evidence.accepted.header.height == outcome.height + 1
    assert evidence.accepted.header.time == outcome.accepted_at
    for signed in (evidence.accepted, evidence.proven):
        verify_commit(signed.header, signed.commit, signed.validators)
    assert evidence.proven.header.app_hash == evidence.roots.app_hash
    assert evidence.proven.header.height >= evidence.accepted.header.height
    verify_inclusion(
        leaf_hash(evidence.leaf_data),
        index=evidence.log_index,
        size=evidence.roots.log_size,
        path=evidence.log_path,
        root=evidence.roots.log_root,
    )
    for proof in (*evidence.members, *evidence.keys):
        check_state(proof, evidence.roots.map_root)
    assert [proof.key for proof in evidence.members] == [f"member/{PRODUCER}"]
    assert [proof.value is None for proof in evidence.keys] == [True, False]


def test_a_draw_is_shown_with_its_allowance(engine: Engine, world: World) -> None:
    key = signing_key("d1")
    body = {"unit": "kg", "quantity": "5", "keys": [public(key)], "releaser": CUSTOMS}
    (opened,) = done(engine, world.sign("allowance.open/1", body, by=CHAMBER))
    draw = world.draw(key, "allowance.draw/1", {"allowance": opened.action_id, "quantity": "1", "for": digest("u")})
    (drawn,) = done(engine, draw)
    evidence = engine.evidence(drawn.action_id, keys=[f"return/{opened.action_id}/{digest('u')}"])
    assert [proof.key for proof in evidence.members] == [f"allowance/{opened.action_id}"]
    assert evidence.keys[0].value is None
    for proof in (*evidence.members, *evidence.keys):
        check_state(proof, evidence.roots.map_root)


def test_there_is_no_evidence_of_what_was_not_accepted(engine: Engine, world: World) -> None:
    refused = engine.submit(world.sign("member.suspend/1", {"did": PRODUCER}, by=PRODUCER)).result(LONG)
    with pytest.raises(NotOnLedger, match="refused with"):
        engine.evidence(refused.action_id)
    with pytest.raises(NotOnLedger):
        engine.evidence(digest("nothing"))


def test_evidence_holds_while_blocks_are_made(engine: Engine, world: World) -> None:
    (outcome,) = done(engine, world.witness())
    raws = [world.witness(BROKER) for _ in range(400)]
    futures = [engine.submit(raw) for raw in raws]
    while not futures[-1].done():
        evidence = engine.evidence(outcome.action_id, keys=[f"member/{BROKER}"])
        assert evidence.proven.header.app_hash == evidence.roots.app_hash
        check_state(evidence.keys[0], evidence.roots.map_root)
    assert all(future.result(LONG).accepted for future in futures)


def test_events_come_by_height_without_empty_blocks(engine: Engine, world: World) -> None:
    ids = [done(engine, world.witness())[0].action_id for _ in range(3)]
    blocks = list(engine.events(1))
    assert [outcome.action_id for block in blocks for outcome in block.outcomes] == ids
    heights = [block.height for block in blocks]
    assert heights == sorted(heights)
    assert list(engine.events(heights[-1] + 1)) == []
    assert [block.height for block in engine.events(heights[1])] == heights[1:]


def test_subscribers_hear_every_height_until_they_leave(engine: Engine, world: World) -> None:
    heard: list[int] = []
    leave = engine.subscribe(heard.append)
    (outcome,) = done(engine, world.witness())
    assert engine.wait_for(outcome.height + 1, LONG)
    assert heard[-1] >= outcome.height
    assert heard == sorted(heard)
    leave()
    count = len(heard)
    done(engine, world.witness())
    assert len(heard) == count


def test_waiting_for_a_height_ends_with_it_or_with_the_time(engine: Engine, world: World) -> None:
    assert not engine.wait_for(engine.height + 1, 0.01)
    target = engine.height + 1
    waiting: list[bool] = []
    thread = threading.Thread(target=lambda: waiting.append(engine.wait_for(target, LONG)))
    thread.start()
    done(engine, world.witness())
    thread.join(LONG)
    assert waiting == [True]


def test_many_submitters_at_once_are_all_served_once(engine: Engine, world: World) -> None:
    raws = [world.witness(by) for _ in range(60) for by in (PRODUCER, BROKER, CUSTOMS)]
    outcomes: list[Outcome] = []

    def submit(mine: list[bytes]) -> None:
        outcomes.extend(engine.submit(raw).result(LONG) for raw in mine)

    threads = [threading.Thread(target=submit, args=(raws[n::6],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert {outcome.action_id for outcome in outcomes} == {action_id(raw) for raw in raws}
    assert sorted(outcome.log_index or 0 for outcome in outcomes) == list(range(len(raws)))


def test_draws_from_two_threads_take_exactly_what_fits(engine: Engine, world: World) -> None:
    keys = [signing_key("d1"), signing_key("d2")]
    body = {"unit": "kg", "quantity": "10", "keys": [public(key) for key in keys], "releaser": CUSTOMS}
    (opened,) = done(engine, world.sign("allowance.open/1", body, by=CHAMBER))
    draws = [
        world.draw(key, "allowance.draw/1", {"allowance": opened.action_id, "quantity": "3", "for": digest(f"{n}")})
        for n, key in enumerate(keys * 3)
    ]
    codes: list[str] = []
    threads = [
        threading.Thread(target=lambda mine=draws[n::2]: codes.extend(engine.submit(d).result(LONG).code for d in mine))
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert sorted(codes) == ["", "", "", *["ledger.allowance-exceeded"] * 3]


def test_a_closed_engine_takes_nothing(engine: Engine, world: World) -> None:
    done(engine, world.witness())
    engine.close()
    with pytest.raises(EngineStopped):
        engine.submit(world.witness())
