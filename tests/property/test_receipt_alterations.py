"""No altered receipt is accepted: every scalar, every element, every proof, every bit (ENGINE.md 6, row 19)."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_world import BROKER, CHAMBER, CUSTOMS
from receipt_alterations import alterations, at, walk
from receipt_world import OPERATORS, Story, tell
from transire.crypto.canonical import canonical_bytes
from transire.ledger.proof.errors import NotAReceipt
from transire.ledger.verify import TrustRoot, Verification, VerifyCache, verify_receipt

# What the holder may leave out, and the report then says so: each of these is demanded here, so leaving it out fails.
REQUIRED = ("status", "document", "credential", "operators")

DEEP = json.loads("[" * 18 + "]" * 18)
STRANGE = ["\ud800", "\x00", 10**400, -1, 2**63, 1.5, True, [], {}, None, DEEP]


@dataclass
class Subject:
    """A genuine receipt, and a verifier whose cache has seen it: a cache must not let an altered one pass."""

    raw: bytes
    trust: TrustRoot
    cache: VerifyCache
    required: tuple[str, ...]

    def verify(self, raw: bytes) -> Verification:
        return verify_receipt(raw, self.trust, require=self.required, cache=self.cache)

    def refuses(self, raw: bytes) -> bool:
        try:
            return not self.verify(raw).holds
        except NotAReceipt:
            return True


def subject(story: Story, required: tuple[str, ...], **more: Any) -> Subject:
    made = Subject(story.receipt(**more), TrustRoot.parse(story.chain.trust_root), VerifyCache(), required)
    assert made.verify(made.raw).holds
    return made


def one_validator() -> Subject:
    return subject(tell(), REQUIRED[:3])


def four_validators_with_changes() -> Subject:
    story = tell(OPERATORS)
    story.chain.set_validator(4, 10, BROKER)
    story.chain.set_validator(1, 0, CHAMBER)
    for _ in range(3):
        story.chain.block(absent=[1], for_nil=[])
    return subject(story, REQUIRED, validators=story.chain.signed[story.chain.machine.height].validators)


@pytest.fixture(scope="module", params=[one_validator, four_validators_with_changes], ids=["one", "four"])
def genuine(request: pytest.FixtureRequest) -> Subject:
    made: Subject = request.param()
    return made


def operator_key_only(name: str) -> bool:
    """Leaving out who operates a validator is lawful; the report then counts it with the other unknown ones."""
    return name in ("keys: the last left out",)


def test_no_alteration_is_accepted(genuine: Subject) -> None:
    receipt = json.loads(genuine.raw)
    tried = 0
    accepted = []
    for name, altered in alterations(receipt):
        tried += 1
        if not genuine.refuses(canonical_bytes(altered)) and not operator_key_only(name):
            accepted.append(name)
    assert accepted == []
    assert tried >= 1000


def test_no_changed_bit_is_accepted(genuine: Subject) -> None:
    chosen = random.Random(7)
    for _ in range(700):
        place, bit = chosen.randrange(len(genuine.raw)), chosen.randrange(8)
        altered = bytearray(genuine.raw)
        altered[place] ^= 1 << bit
        assert genuine.refuses(bytes(altered)), (place, bit)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_edit_of_the_bytes_is_accepted(data: st.DataObject) -> None:
    raw = GENUINE.raw
    start = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(start, min(len(raw), start + 80)))
    put = data.draw(st.binary(max_size=60))
    altered = raw[:start] + put + raw[end:]
    if altered.strip() == raw:  # White space around a receipt says nothing.
        return
    assert GENUINE.refuses(altered)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode()))
def test_anything_else_is_not_a_receipt(raw: bytes) -> None:
    with pytest.raises(NotAReceipt):
        GENUINE.verify(raw)


def test_a_truncated_file_is_not_a_receipt(genuine: Subject) -> None:
    for length in range(0, len(genuine.raw), 97):
        with pytest.raises(NotAReceipt):
            genuine.verify(genuine.raw[:length])


def test_a_key_named_twice_is_refused(genuine: Subject) -> None:
    for name, value in json.loads(genuine.raw).items():
        doubled = b'{"%s":%s,' % (name.encode(), canonical_bytes(value)) + genuine.raw[1:]
        with pytest.raises(NotAReceipt, match="same member twice"):
            genuine.verify(doubled)


@pytest.mark.parametrize("strange", STRANGE, ids=lambda value: repr(value)[:12])
def test_strange_values_are_refused_in_every_place(strange: Any) -> None:
    receipt = json.loads(GENUINE.raw)
    for path, value in list(walk(receipt)):
        if value != strange:
            altered = json.loads(GENUINE.raw)
            at(altered, path[:-1])[path[-1]] = strange
            assert GENUINE.refuses(json.dumps(altered).encode()), path


def test_white_space_is_not_an_alteration(genuine: Subject) -> None:
    assert genuine.verify(json.dumps(json.loads(genuine.raw), indent=2).encode()).holds


def test_parts_of_another_network_are_refused(genuine: Subject) -> None:
    other = json.loads(tell((CHAMBER,)).receipt())
    receipt = json.loads(genuine.raw)
    for name in receipt:
        if receipt[name] != other[name]:
            assert genuine.refuses(canonical_bytes({**receipt, name: other[name]})), name
    assert genuine.refuses(canonical_bytes(other))


def test_parts_of_another_receipt_are_refused(genuine: Subject) -> None:
    other = json.loads(tell(to=CUSTOMS, pool=7).receipt())
    receipt = json.loads(one_validator().raw)
    same = one_validator()
    for name in receipt:
        if receipt[name] != other[name]:
            assert same.refuses(canonical_bytes({**receipt, name: other[name]})), name


GENUINE = one_validator()
