"""Receipts of the embedded engine itself: real blocks, real files, the same verifier."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger_world import CUSTOMS, PRODUCER, digest, signing_key
from receipt_world import network, validator_key
from transire.crypto.canonical import Json, canonical_bytes
from transire.engines.embedded import EmbeddedEngine
from transire.ledger import chain
from transire.ledger.action import parse_action, sign_action
from transire.ledger.chain import Block
from transire.ledger.commit import verify_commit
from transire.ledger.receipt import StatementEvidence, build_receipt, receipt_bytes, receipt_keys
from transire.ledger.statement import Pool, make_statement, statement_bytes
from transire.ledger.verify import verify_receipt


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine.create(tmp_path, network(fixed_validators=1), validator_key(0))
    made.start()
    yield made
    made.close()


def sign(engine: EmbeddedEngine, action: str, body: dict[str, Json], nonce: int) -> bytes:
    return sign_action(
        action,
        body,
        by=PRODUCER,
        key="act-1",
        network=engine.network,
        expires=int(time.time()) + 600,
        nonce=nonce.to_bytes(16, "big"),
        signer=signing_key(f"{PRODUCER} act-1"),
    )


def test_a_statement_from_submission_to_its_proof(engine: EmbeddedEngine) -> None:
    body: dict[str, Json] = {"commitment": digest("document"), "to": CUSTOMS}
    said = [
        make_statement("document.issued/1", {**body, "number": number}, about=[], by=PRODUCER, actor="x")
        for number in range(3)
    ]
    pool = Pool.build(engine.network, PRODUCER, said)
    action = sign(engine, "witness/1", pool.body(), 1)
    outcome = engine.submit(action).result(timeout=10)
    for place, statement in enumerate(said):
        raw = statement_bytes(statement)
        keys = receipt_keys(action, statement=raw, status_of=[(PRODUCER, digest("document"))])
        evidence = engine.evidence(outcome.action_id, keys=keys)
        shown = StatementEvidence(raw=raw, index=place, path=tuple(pool.path(place)), opening=pool.opening())
        receipt = receipt_bytes(build_receipt(evidence, statement=shown))
        found = verify_receipt(receipt, canonical_bytes(engine.genesis.trust_root()), require=("status",))
        assert found.holds, [check for check in found.checks if not check.passed]
        assert outcome.accepted_at is not None
        assert found.check("time").found == outcome.accepted_at.text


def test_an_ending_and_the_status_after_it(engine: EmbeddedEngine) -> None:
    action = sign(engine, "document.end/1", {"version": digest("document")}, 1)
    assert engine.submit(action).result(timeout=10).accepted
    keys = receipt_keys(action, status_of=[(PRODUCER, digest("document"))])
    receipt = receipt_bytes(build_receipt(engine.evidence(parse_action(action).id, keys=keys)))
    found = verify_receipt(receipt, canonical_bytes(engine.genesis.trust_root()), require=("status",))
    assert found.holds
    assert found.check("status").found.startswith("withdrawn at height")


def test_its_blocks_are_what_cometbft_would_write(engine: EmbeddedEngine) -> None:
    """Every header links to the block before it: id with part set, commit, actions, validators."""
    for nonce in range(4):
        assert engine.submit(sign(engine, "witness/1", {"pool": digest(str(nonce))}, nonce)).result(timeout=10).accepted
    before, last_commit = chain.NO_BLOCK, chain.NO_COMMIT
    for height in range(1, engine.height + 1):
        header, commit, block = engine.header(height), engine.commit(height), engine.block(height)
        assert header is not None
        assert commit is not None
        assert block is not None
        assert header.last_block_id == before
        assert header.last_commit_hash == chain.commit_hash(last_commit)
        assert header.data_hash == chain.txs_hash(block.actions)
        verify_commit(header, commit, engine.validators(height))
        before = chain.block_id(Block(header, block.actions, last_commit))
        assert commit.block_id == before
        last_commit = commit
