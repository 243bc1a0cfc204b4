"""The one local validator of the embedded engine: makes CometBFT's headers and signs CometBFT's precommits.

What it writes is byte for byte what a CometBFT network of one validator would have written, so that one verifier serves
both (LEDGER.md 1). Time is BFT time: a header bears the time of the *previous* commit, and that is the vote's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from transire.crypto.keys import SigningKey
from transire.engines.archive import SigningState
from transire.engines.errors import DoubleSigning
from transire.ledger import chain
from transire.ledger.chain import Block, BlockID, Commit, CommitSig, Header, Time, TxResult, Validator
from transire.ledger.genesis import Genesis

FIRST_TIME_STEP: Final = 1_000_000
"""Nanoseconds by which a vote is later than its block at least (CometBFT: one millisecond), whatever the clock says."""


class Signed(msgspec.Struct, frozen=True):
    """A block with the commit that makes it final, and what is to be remembered of having signed it."""

    block: Block
    commit: Commit
    state: SigningState


class LastBlock(msgspec.Struct, frozen=True):
    """What the next header takes from the block before."""

    height: int
    block_id: BlockID
    commit: Commit
    time: Time
    app_hash: bytes
    results: tuple[TxResult, ...]


def before_first(genesis: Genesis, app_hash: bytes) -> LastBlock:
    """What stands in the place of the block before the first (CometBFT: nothing, and the genesis time).

    The state of the genesis needs no proof block of its own: the first block shows it.
    """
    return LastBlock(genesis.height, chain.NO_BLOCK, chain.NO_COMMIT, genesis.start, app_hash, ())


class LocalValidator:
    """Signs for a genesis that names this key as its only validator."""

    def __init__(self, genesis: Genesis, key: SigningKey) -> None:
        self._genesis = genesis
        self._key = key
        self._address = chain.validator_address(key.public)
        self._validators_hash = chain.validators_hash(genesis.validator_set)

    @property
    def validators(self) -> tuple[Validator, ...]:
        """The set, for ever the same."""
        return self._genesis.validator_set

    def next_header(self, last: LastBlock, actions: Sequence[bytes], app_hash: bytes) -> Header:
        """The header of the next block; `app_hash` is that of the state before it."""
        return Header(
            chain_id=self._genesis.network,
            height=last.height + 1,
            time=last.time,
            last_block_id=last.block_id,
            last_commit_hash=chain.commit_hash(last.commit),
            data_hash=chain.txs_hash(actions),
            validators_hash=self._validators_hash,
            next_validators_hash=self._validators_hash,
            consensus_hash=self._genesis.consensus_hash,
            app_hash=app_hash,
            last_results_hash=chain.results_hash(last.results),
            evidence_hash=chain.EMPTY_HASH,
            proposer_address=self._address,
        )

    def sign(self, block: Block, *, now: int, signed: SigningState | None) -> Signed:
        """Precommit a block at `now` (nanoseconds since 1970). Make the result durable before anybody sees it."""
        header = block.header
        if signed is not None and header.height <= signed.height:
            raise DoubleSigning(got=f"height {header.height}", expected=f"above {signed.height}")
        block_id = chain.block_id(block)
        time = Time.from_nanoseconds(max(now, header.time.nanoseconds + FIRST_TIME_STEP))
        text = chain.vote_sign_bytes(header.chain_id, height=header.height, round=0, block_id=block_id, time=time)
        signature = CommitSig(chain.FOR_BLOCK, self._address, time, self._key.sign(text))
        commit = Commit(header.height, 0, block_id, (signature,))
        return Signed(block, commit, SigningState(height=header.height, block_id=block_id, time=time))
