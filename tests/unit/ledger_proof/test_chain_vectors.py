"""The chain's encodings against CometBFT v0.38.26 (`vectors/chain`, made by its own code)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from transire.crypto.keys import SigningKey
from transire.ledger import chain
from transire.ledger.chain import Block, BlockID, Commit, CommitSig, Header, PartSetHeader, Time, TxResult, Validator
from transire.ledger.commit import verify_commit
from transire.ledger.proof.errors import ProofRefused

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "chain"


def cases(name: str) -> list[Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def read_time(value: Any) -> Time:
    return Time(value["seconds"], value["nanos"])


def read_block_id(value: Any) -> BlockID:
    return BlockID(octets(value["hash"]), PartSetHeader(value["parts"]["total"], octets(value["parts"]["hash"])))


def read_header(value: Any) -> Header:
    binary = {name: octets(text) for name, text in value.items() if name.endswith(("_hash", "_address"))}
    return Header(
        version_block=value["version_block"],
        version_app=value["version_app"],
        chain_id=value["chain_id"],
        height=value["height"],
        time=read_time(value["time"]),
        last_block_id=read_block_id(value["last_block_id"]),
        **binary,
    )


def read_commit(value: Any) -> Commit:
    signatures = tuple(
        CommitSig(sig["flag"], octets(sig["address"]), read_time(sig["time"]), octets(sig["signature"]))
        for sig in value["signatures"]
    )
    return Commit(value["height"], value["round"], read_block_id(value["block_id"]), signatures)


def read_validators(value: Any) -> tuple[Validator, ...]:
    return tuple(Validator(octets(one["public_key"]), int(one["power"])) for one in value)


def read_tx(text: str) -> bytes:
    return bytes(1500) if text == "1500 zeros" else octets(text)


@pytest.mark.parametrize("case", cases("transactions"), ids=lambda case: str(len(case["txs"])))
def test_transactions(case: Any) -> None:
    assert chain.txs_hash(map(octets, case["txs"])).hex() == case["hash"]


@pytest.mark.parametrize("case", cases("results"), ids=lambda case: str(len(case["results"])))
def test_results(case: Any) -> None:
    results = [
        TxResult(one["code"], octets(one["data"]), one["gas_wanted"], one["gas_used"]) for one in case["results"]
    ]
    assert chain.results_hash(results).hex() == case["hash"]


@pytest.mark.parametrize("case", cases("parameters"), ids=lambda case: str(case["block_max_bytes"]))
def test_consensus_parameters(case: Any) -> None:
    found = chain.consensus_hash(block_max_bytes=case["block_max_bytes"], block_max_gas=int(case["block_max_gas"]))
    assert found.hex() == case["hash"]


@pytest.mark.parametrize("case", cases("validators"), ids=lambda case: str(len(case["validators"])))
def test_validator_sets(case: Any) -> None:
    validators = read_validators(case["validators"])
    assert [validator.address.hex() for validator in validators] == [one["address"] for one in case["validators"]]
    assert chain.sort_validators(reversed(validators)) == validators
    assert chain.validators_hash(reversed(validators)).hex() == case["hash"]


@pytest.mark.parametrize("case", cases("votes"), ids=lambda case: case["case"])
def test_votes(case: Any) -> None:
    message = chain.vote_sign_bytes(
        case["chain_id"],
        height=case["height"],
        round=case["round"],
        block_id=read_block_id(case["block_id"]),
        time=read_time(case["time"]),
    )
    assert message.hex() == case["sign_bytes"]
    assert SigningKey.from_seed(octets(case["seed"])).sign(message).hex() == case["signature"]


@pytest.mark.parametrize("case", cases("headers"), ids=lambda case: case["case"])
def test_headers(case: Any) -> None:
    assert chain.header_hash(read_header(case["header"])).hex() == case["hash"]


@pytest.mark.parametrize("case", cases("blocks"), ids=lambda case: str(case["header"]["height"]))
def test_blocks(case: Any) -> None:
    block = Block(read_header(case["header"]), tuple(map(read_tx, case["txs"])), read_commit(case["last_commit"]))
    encoded = chain.block_bytes(block)
    assert (len(encoded), sha256(encoded).hexdigest()) == (case["length"], case["sha256"])
    assert chain.block_id(block) == read_block_id(case["block_id"])
    assert chain.txs_hash(block.txs) == block.header.data_hash
    assert chain.commit_hash(block.last_commit) == block.header.last_commit_hash


@pytest.mark.parametrize("case", cases("commits"), ids=lambda case: case["case"])
def test_commits(case: Any) -> None:
    header, commit = read_header(case["header"]), read_commit(case["commit"])
    validators = read_validators(case["validators"])
    assert chain.commit_hash(commit).hex() == case["commit_hash"]
    if not case["accepted"]:
        with pytest.raises(ProofRefused):
            verify_commit(header, commit, validators)
        return
    final = verify_commit(header, commit, validators)
    assert final.hash == chain.header_hash(header)
    assert final.power * 3 > final.total_power * 2


@pytest.mark.parametrize("case", cases("median_times"))
def test_median_times(case: Any) -> None:
    assert chain.median_time(read_commit(case["commit"]), read_validators(case["validators"])) == read_time(
        case["time"]
    )
