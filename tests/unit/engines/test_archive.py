"""The archive of blocks and the local validator."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_world import START_SECONDS, genesis, signing_key
from transire.engines.archive import TABLES, Archive, action_of, body_bytes
from transire.engines.errors import DoubleSigning, ReplicaDiffers
from transire.engines.validator import LastBlock, LocalValidator, Signed, before_first
from transire.ledger import chain
from transire.ledger.chain import Block
from transire.ledger.commit import verify_commit
from transire.ledger.store import MemoryStore

GENESIS = genesis(fixed_validators=1)
KEY = signing_key("validator 0")
NOW = (START_SECONDS + 100) * 10**9


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_each_action_of_a_body_is_read_alone(actions: list[bytes]) -> None:
    body = body_bytes(actions)
    assert [action_of(body, index) for index in range(len(actions))] == actions


def signed_block(archive: Archive, last: LastBlock, actions: Sequence[bytes] = (), now: int = NOW) -> Signed:
    validator = LocalValidator(GENESIS, KEY)
    header = validator.next_header(last, actions, bytes(32))
    return validator.sign(Block(header, tuple(actions), last.commit), now=now, signed=archive.signing)


def after(signed: Signed) -> LastBlock:
    state = signed.state
    return LastBlock(state.height, state.block_id, signed.commit, state.time, bytes(32), ())


def begun() -> LastBlock:
    return before_first(GENESIS, bytes(32))


def test_a_block_is_kept_with_its_commit_and_its_actions() -> None:
    archive = Archive(MemoryStore(TABLES))
    signed = signed_block(archive, begun(), [b"one", b"two"])
    archive.append(signed.block, signed.commit, signed.state)
    assert (archive.height, archive.header(1), archive.commit(1)) == (1, signed.block.header, signed.commit)
    assert (archive.actions(1), archive.action(1, 1)) == ((b"one", b"two"), b"two")
    assert (archive.action(1, 2), archive.action(2, 0), archive.header(2), archive.actions(2)) == (None, None, None, ())


def test_an_archive_opened_again_remembers_what_was_signed() -> None:
    store = MemoryStore(TABLES)
    archive = Archive(store)
    signed = signed_block(archive, begun())
    archive.append(signed.block, signed.commit, signed.state)
    assert Archive(store).signing == signed.state


def test_heights_have_no_gaps() -> None:
    archive = Archive(MemoryStore(TABLES))
    signed = signed_block(archive, begun())
    second = signed_block(Archive(MemoryStore(TABLES)), after(signed))
    with pytest.raises(ReplicaDiffers, match="Expected block 1, got block 2"):
        archive.append(second.block, second.commit, second.state)


def test_a_height_is_signed_once() -> None:
    archive = Archive(MemoryStore(TABLES))
    signed = signed_block(archive, begun())
    archive.append(signed.block, signed.commit, signed.state)
    with pytest.raises(DoubleSigning, match="signed already"):
        signed_block(archive, begun(), [b"another block of height 1"])


def test_the_commit_is_one_that_cometbft_accepts() -> None:
    signed = signed_block(Archive(MemoryStore(TABLES)), begun())
    verify_commit(signed.block.header, signed.commit, GENESIS.validator_set)
    assert signed.block.header.time == GENESIS.start


@pytest.mark.parametrize("now", [0, START_SECONDS * 10**9, START_SECONDS * 10**9 + 999_999])
def test_a_vote_is_at_least_a_millisecond_after_its_block(now: int) -> None:
    signed = signed_block(Archive(MemoryStore(TABLES)), begun(), now=now)
    assert signed.state.time.nanoseconds == GENESIS.start.nanoseconds + 1_000_000
    header = LocalValidator(GENESIS, KEY).next_header(after(signed), (), bytes(32))
    assert header.time == signed.state.time == chain.median_time(signed.commit, GENESIS.validator_set)
