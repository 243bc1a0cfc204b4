"""Both verifiers say the same of chains that hostile validators could sign, and of whatever stands as a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from javascript import Judge, Question
from ledger_world import BROKER, CHAMBER, signing_key
from receipt_world import OPERATORS, Story, tell
from transire.crypto.canonical import canonical_bytes
from transire.ledger.chain import (
    EMPTY_HASH,
    NO_BLOCK,
    BlockID,
    PartSetHeader,
    Time,
    Validator,
    sort_validators,
    validators_hash,
)
from transire.ledger.chain_json import validators_json
from transire.ledger.checkpoint import COSIGNATURE, ED25519, Checkpoint, Note, NoteSignature, NoteVerifier, cosign

together = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as asked:
        yield asked


class Network:
    """Four operators, whose validators changed twice, and the receipt of a statement on it."""

    def __init__(self) -> None:
        self.story: Story = tell(OPERATORS)
        chain = self.story.chain
        chain.set_validator(4, 10, BROKER)
        chain.set_validator(1, 0, CHAMBER)
        for _ in range(3):
            chain.block()
        newest = chain.signed[chain.machine.height].validators
        self.chain = chain
        self.receipt = json.loads(self.story.receipt(validators=newest))
        self.heights = [header["header"]["height"] for header in self.headers(self.receipt)]

    @staticmethod
    def headers(receipt: dict[str, Any]) -> list[dict[str, Any]]:
        return [receipt["accepted"], receipt["proven"], *(change["header"] for change in receipt["changes"])]


@pytest.fixture(scope="module")
def hostile() -> Network:
    return Network()


hashes = st.sampled_from([bytes(32), EMPTY_HASH, bytes([7]) * 32])
header_changes = st.fixed_dictionaries(
    {},
    optional={
        "app_hash": hashes,
        "next_validators_hash": hashes,
        "last_commit_hash": hashes,
        "version_block": st.sampled_from([11, 10, 0]),
        "version_app": st.sampled_from([0, 1, 2**53 - 1]),
        "chain_id": st.sampled_from(["x", "transire-test", "\u00e9" * 30, "a" * 50]),
        "time": st.sampled_from([Time(-62_135_596_800, 0), Time(253_402_300_000, 999_999_999), Time(0, 1)]),
        "last_block_id": st.sampled_from([NO_BLOCK, BlockID(bytes(32), PartSetHeader(0, bytes(32)))]),
    },
)


@together
@given(data=st.data(), changes=header_changes)
def test_of_headers_that_validators_forge(judge: Judge, hostile: Network, data: st.DataObject, changes: Any) -> None:
    receipt = json.loads(json.dumps(hostile.receipt))
    place = data.draw(st.integers(0, len(hostile.heights) - 1))
    height = data.draw(st.sampled_from([hostile.heights[place], *hostile.heights]))
    known = hostile.chain.signed[height].validators
    signers = data.draw(st.sampled_from([None, known[:2], known[:3], tuple(reversed(known)), known + known[:1]]))
    target = Network.headers(receipt)[place]
    target.update(hostile.chain.forge(height, signers, **changes))
    votes = target["commit"]["signatures"]
    if data.draw(st.booleans()):
        vote = data.draw(st.integers(0, len(votes) - 1))
        votes[vote] = data.draw(st.sampled_from([{**votes[vote], "flag": 3}, {**votes[vote], "flag": 1}, votes[0]]))
    judge.agree(Question("forged", canonical_bytes(receipt), hostile.chain.trust_root))


@together
@given(data=st.data())
def test_of_changes_of_validators_in_every_disorder(judge: Judge, hostile: Network, data: st.DataObject) -> None:
    receipt = json.loads(json.dumps(hostile.receipt))
    order = data.draw(st.lists(st.sampled_from(receipt["changes"]), max_size=4))
    receipt["changes"] = json.loads(json.dumps(order))
    for change in receipt["changes"]:
        change["validators"] = data.draw(
            st.sampled_from([change["validators"], change["validators"][::-1], receipt["changes"][0]["validators"]])
        )
    said = judge.agree(Question("changes", canonical_bytes(receipt), hostile.chain.trust_root))
    assert said["holds"] == (receipt == hostile.receipt)


@pytest.mark.parametrize(("more", "holds"), [(1, True), (0, False)])
def test_powers_are_added_exactly(judge: Judge, more: int, holds: bool) -> None:
    """Two thirds of sums beyond 2^53, by one: where doubles would round, the verdict must not."""
    story = tell(OPERATORS)
    chain, third = story.chain, 2**53 - 2
    keys = [one.public_key for one in chain.signed[2].validators[:3]]
    powers = [third + more, third, third]
    strong = sort_validators(Validator(key, power) for key, power in zip(keys, powers, strict=True))
    receipt = json.loads(story.receipt())
    announced = chain.forge(1, next_validators_hash=validators_hash(strong))
    receipt["changes"] = [{"header": announced, "validators": validators_json(strong)}]
    block = chain.forge(2, strong, next_validators_hash=validators_hash(strong))
    block["commit"]["signatures"][-1] = ABSENT_VOTE
    receipt["accepted"] = receipt["proven"] = block
    said = judge.agree(Question("powers", canonical_bytes(receipt), chain.trust_root))
    assert said["checks"]["validators"] == ["holds", ""]
    assert said["checks"]["signed"] == (["holds", ""] if holds else ["fails", "ledger.commit-too-weak"])


ABSENT_VOTE = {"address": "", "flag": 1, "signature": "", "time": {"nanos": 0, "seconds": -62_135_596_800}}
WITNESS = NoteVerifier("witness.example/w1", COSIGNATURE, signing_key("witness").public)
LOG = NoteVerifier("log.example", ED25519, signing_key("log").public)


@st.composite
def notes(draw: st.DrawFn, checkpoint: Checkpoint) -> str:
    """A note over this checkpoint or a like one, with lines by the witness, by others, and nonsense."""
    spellings = [checkpoint.text, f"{checkpoint.text}extension\n", checkpoint.text.replace("=", ""), "x\n1\n"]
    spellings += [Checkpoint(checkpoint.origin, checkpoint.size + 1, checkpoint.root).text, f"0{checkpoint.text}"]
    text = draw(st.sampled_from([checkpoint.text, checkpoint.text, checkpoint.text, *spellings]))
    time = draw(st.sampled_from([1_770_026_460, 0, 253_402_300_799, 253_402_300_800, 2**63]))
    genuine = cosign(text, name=WITNESS.name, key=signing_key("witness"), time=time)
    lines = [
        genuine,
        NoteSignature(WITNESS.name, WITNESS.key_id, genuine.signature[:-1]),
        NoteSignature(WITNESS.name, WITNESS.key_id, genuine.signature[:-1] + b"\x00"),
        NoteSignature(WITNESS.name, b"abcd", b"whatever"),
        NoteSignature("other.example", WITNESS.key_id, genuine.signature),
        NoteSignature("odd\u2003name", b"abcd", b"x"),
        NoteSignature("odd\u0085name", b"abcd", b"x"),
        NoteSignature("o\ufeffdd", b"abcd", b"x"),
        NoteSignature(LOG.name, LOG.key_id, signing_key("log").sign(text.encode())),
    ]
    whole = Note(text, tuple(draw(st.lists(st.sampled_from(lines), max_size=4)))).whole
    return draw(
        st.sampled_from([whole, whole, whole, whole[:-1], whole + "\n", whole.replace("\u2014", "-"), "", "\x01"])
    )


@settings(together, max_examples=120)
@given(data=st.data())
def test_of_whatever_stands_as_a_checkpoint(judge: Judge, data: st.DataObject) -> None:
    roots = STORY.chain.evidence(STORY.action).roots
    checkpoint = Checkpoint(STORY.chain.genesis.network, roots.log_size, roots.log_root)
    receipt = {**json.loads(STORY.receipt()), "checkpoint": data.draw(notes(checkpoint))}
    named = data.draw(st.sampled_from([[], [WITNESS.text], [WITNESS.text, WITNESS.text]]))
    judge.agree(Question("note", canonical_bytes(receipt), STORY.chain.trust_root, witnesses=named))


STORY = tell()
