"""Blocks as CometBFT v0.38 encodes, hashes and signs them, so that one verifier serves both engines.

Values (`Header`, `Commit`, `Validator`, ...) and the pure functions that derive their bytes and hashes; checked
against CometBFT itself by the vectors in `vectors/chain`. References: `types/block.go`, `types/canonical.go`,
`types/validator_set.go`, `types/results.go`, `types/params.go`, `types/part_set.go` at v0.38.26. Whether a commit is
valid is decided in `ledger.commit`; how these values stand in a receipt, in `ledger.chain_json`.

What is not here: evidence of double signing (a block of the embedded engine carries none), vote extensions (kept off),
validator keys other than Ed25519.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final

import msgspec

from transire.ledger import protobuf as pb
from transire.merkle.tree import leaf_hash, root_of

BLOCK_PROTOCOL: Final = 11
"""Version of the block structures that CometBFT v0.38 to v0.40 write (`version/version.go`)."""
PART_SIZE: Final = 65_536
"""A block travels in parts of 64 KiB; the hash of a block id covers the parts as well (`types/params.go`)."""
PRECOMMIT: Final = 2
ABSENT: Final = 1
"""Flag of a commit signature: the validator's vote was not received."""
FOR_BLOCK: Final = 2
"""Flag of a commit signature: the validator voted for the block."""
FOR_NIL: Final = 3
"""Flag of a commit signature: the validator voted for no block in this round. Signed, but it does not count."""
ADDRESS_LENGTH: Final = 20
NANOS: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Time(msgspec.Struct, frozen=True, order=True):
    """A protobuf timestamp: seconds since 1970 and nanoseconds.

    >>> Time(1795342500, 5_000_000).text
    '2026-11-22T10:15:00.005000000Z'
    >>> Time.of(datetime(2026, 11, 22, 10, 15, tzinfo=UTC)) == Time(1795342500, 0)
    True
    """

    seconds: int
    nanos: int

    @staticmethod
    def of(moment: datetime) -> Time:
        """The same instant, exact to the microsecond."""
        past = moment - _EPOCH
        return Time(past // timedelta(seconds=1), past % timedelta(seconds=1) // timedelta(microseconds=1) * 1000)

    @staticmethod
    def from_nanoseconds(count: int) -> Time:
        """The instant that many nanoseconds after 1970, as `time.time_ns()` counts them."""
        return Time(*divmod(count, NANOS))

    @property
    def nanoseconds(self) -> int:
        return self.seconds * NANOS + self.nanos

    @property
    def moment(self) -> datetime:
        """The same instant to the microsecond."""
        return _EPOCH + timedelta(seconds=self.seconds, microseconds=self.nanos // 1000)

    @property
    def text(self) -> str:
        """RFC 3339 in UTC; the fraction has nine digits or is left out."""
        return _rfc3339(self.seconds, self.nanos)


@lru_cache(maxsize=256)
def _rfc3339(seconds: int, nanos: int) -> str:
    """Kept for some, since whoever verifies many receipts says the time of one header again and again."""
    whole = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    return f"{whole}.{nanos:09d}Z" if nanos else f"{whole}Z"


NO_TIME: Final = Time(-62_135_596_800, 0)
"""Go's zero time, 0001-01-01T00:00:00Z: what stands in the place of an absent validator's time."""


class PartSetHeader(msgspec.Struct, frozen=True):
    """How many parts the encoded block has, and the Merkle root over them."""

    total: int = 0
    hash: bytes = b""


class BlockID(msgspec.Struct, frozen=True):
    """A block named by its header's hash and its parts. The empty one precedes block 1 and is what a nil vote names."""

    hash: bytes = b""
    parts: PartSetHeader = PartSetHeader()


NO_BLOCK: Final = BlockID()


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The fourteen fields that a block's hash covers, in CometBFT's order (`types/block.go`, Header)."""

    version_block: int = BLOCK_PROTOCOL
    version_app: int = 0
    chain_id: str
    height: int
    time: Time
    last_block_id: BlockID
    last_commit_hash: bytes
    data_hash: bytes
    validators_hash: bytes
    next_validators_hash: bytes
    consensus_hash: bytes
    app_hash: bytes
    last_results_hash: bytes
    evidence_hash: bytes
    proposer_address: bytes


class CommitSig(msgspec.Struct, frozen=True):
    """One validator's place in a commit."""

    flag: int
    address: bytes
    time: Time
    signature: bytes


ABSENT_SIG: Final = CommitSig(ABSENT, b"", NO_TIME, b"")


class Commit(msgspec.Struct, frozen=True):
    """The precommits of one round by which a block became final; one place for each validator, in the set's order."""

    height: int
    round: int
    block_id: BlockID
    signatures: tuple[CommitSig, ...]


NO_COMMIT: Final = Commit(0, 0, NO_BLOCK, ())
"""What block 1 carries as its last commit."""


class Validator(msgspec.Struct, frozen=True):
    """An Ed25519 public key and the power of its vote."""

    public_key: bytes
    power: int

    @property
    def address(self) -> bytes:
        return validator_address(self.public_key)


class TxResult(msgspec.Struct, frozen=True):
    """The deterministic part of an ABCI ExecTxResult; log, info, events and codespace are not hashed."""

    code: int = 0
    data: bytes = b""
    gas_wanted: int = 0
    gas_used: int = 0


class Block(msgspec.Struct, frozen=True):
    """A header, the actions that it orders (raw bytes), and the commit of the block before."""

    header: Header
    txs: tuple[bytes, ...]
    last_commit: Commit


def merkle_root(items: Iterable[bytes]) -> bytes:
    """CometBFT's `HashFromByteSlices`: the RFC 6962 tree, whose empty root is SHA-256 of nothing.

    >>> merkle_root([]) == EMPTY_HASH
    True
    """
    return root_of([leaf_hash(item) for item in items])


EMPTY_HASH: Final = sha256(b"").digest()
"""Root of the empty list: no transactions, no results, no evidence, no last commit."""


def validator_address(public_key: bytes) -> bytes:
    """The first 20 bytes of SHA-256 of an Ed25519 public key."""
    return sha256(public_key).digest()[:ADDRESS_LENGTH]


def sort_validators(validators: Iterable[Validator]) -> tuple[Validator, ...]:
    """The order in which a set is hashed and signs: more power first, then by address."""
    return tuple(sorted(validators, key=lambda validator: (-validator.power, validator.address)))


def validators_hash(validators: Iterable[Validator]) -> bytes:
    """`ValidatorSet.Hash`: the root over SimpleValidator{pub_key, voting_power}; the set is sorted here."""
    return merkle_root(_simple_validator(validator) for validator in sort_validators(validators))


def txs_hash(txs: Iterable[bytes]) -> bytes:
    """The header's data_hash. The leaves are the SHA-256 of the transactions, not their bytes (`types/tx.go`)."""
    return merkle_root(sha256(tx).digest() for tx in txs)


def results_hash(results: Iterable[TxResult]) -> bytes:
    """The last_results_hash of the *next* header (`types/results.go`)."""
    return merkle_root(
        pb.number(1, result.code)
        + pb.octets(2, result.data)
        + pb.number(5, result.gas_wanted)
        + pb.number(6, result.gas_used)
        for result in results
    )


def consensus_hash(*, block_max_bytes: int, block_max_gas: int) -> bytes:
    """Plain SHA-256 of HashedParams, the only consensus parameters that a header binds (`types/params.go`)."""
    return sha256(pb.number(1, block_max_bytes) + pb.number(2, block_max_gas)).digest()


def commit_hash(commit: Commit) -> bytes:
    """The last_commit_hash of the next header: the root over the commit's signatures."""
    return merkle_root(_commit_sig(sig) for sig in commit.signatures)


def header_hash(header: Header) -> bytes:
    """The hash by which a block is named: the root over the fourteen fields, each encoded by itself."""
    return merkle_root(
        (
            _version(header),
            pb.octets(1, header.chain_id.encode()),
            pb.number(1, header.height),
            _time(header.time),
            _block_id(header.last_block_id),
            *(pb.octets(1, part) for part in _header_hashes(header)),
        )
    )


def block_bytes(block: Block) -> bytes:
    """The block as CometBFT's `Block.ToProto().Marshal()` writes it, without evidence."""
    return (
        pb.message(1, _header(block.header))
        + pb.message(2, b"".join(pb.message(1, tx) for tx in block.txs))
        + pb.message(3, b"")
        + pb.message(4, _commit(block.last_commit))
    )


def part_set_header(encoded_block: bytes) -> PartSetHeader:
    """The part set of an encoded block: the root over its 64 KiB parts (`types/part_set.go`)."""
    parts = [encoded_block[start : start + PART_SIZE] for start in range(0, len(encoded_block), PART_SIZE)]
    return PartSetHeader(len(parts), merkle_root(parts))


def block_id(block: Block) -> BlockID:
    """What validators vote for, byte for byte as CometBFT derives it."""
    return BlockID(header_hash(block.header), part_set_header(block_bytes(block)))


def vote_sign_bytes(chain_id: str, *, height: int, round: int, block_id: BlockID, time: Time) -> bytes:
    """What a validator signs to precommit: the CanonicalVote, preceded by its length (`types/canonical.go`).

    A nil vote names the empty block id, which is then left out.
    """
    body = (
        pb.number(1, PRECOMMIT)
        + pb.fixed64(2, height)
        + pb.fixed64(3, round)
        + (b"" if block_id == NO_BLOCK else pb.message(4, _block_id(block_id)))
        + pb.message(5, _time(time))
        + pb.octets(6, chain_id.encode())
    )
    return pb.delimited(body)


def commit_sign_bytes(chain_id: str, commit: Commit, index: int) -> bytes:
    """What the validator at this place of the commit signed."""
    sig = commit.signatures[index]
    voted_for = commit.block_id if sig.flag == FOR_BLOCK else NO_BLOCK
    return vote_sign_bytes(chain_id, height=commit.height, round=commit.round, block_id=voted_for, time=sig.time)


def median_time(commit: Commit, validators: Sequence[Validator]) -> Time:
    """The time of the block that carries this commit: the median of the votes' times, weighted by power.

    `types/time/time.go` WeightedMedian: absent validators have no weight; with one validator it is its vote's time.
    `validators` in the set's order.
    """
    votes = sorted(
        (sig.time, validator.power)
        for sig, validator in zip(commit.signatures, validators, strict=True)
        if sig.flag != ABSENT
    )
    rest = sum(power for _, power in votes) // 2
    for time, power in votes:
        if rest <= power:
            return time
        rest -= power
    return NO_TIME


def _header_hashes(header: Header) -> tuple[bytes, ...]:
    return (
        header.last_commit_hash,
        header.data_hash,
        header.validators_hash,
        header.next_validators_hash,
        header.consensus_hash,
        header.app_hash,
        header.last_results_hash,
        header.evidence_hash,
        header.proposer_address,
    )


def _header(header: Header) -> bytes:
    return (
        pb.message(1, _version(header))
        + pb.octets(2, header.chain_id.encode())
        + pb.number(3, header.height)
        + pb.message(4, _time(header.time))
        + pb.message(5, _block_id(header.last_block_id))
        + b"".join(pb.octets(6 + place, part) for place, part in enumerate(_header_hashes(header)))
    )


def _version(header: Header) -> bytes:
    return pb.number(1, header.version_block) + pb.number(2, header.version_app)


def _time(time: Time) -> bytes:
    return pb.number(1, time.seconds) + pb.number(2, time.nanos)


def _block_id(block: BlockID) -> bytes:
    parts = pb.number(1, block.parts.total) + pb.octets(2, block.parts.hash)
    return pb.octets(1, block.hash) + pb.message(2, parts)


def _commit_sig(sig: CommitSig) -> bytes:
    return (
        pb.number(1, sig.flag)
        + pb.octets(2, sig.address)
        + pb.message(3, _time(sig.time))
        + pb.octets(4, sig.signature)
    )


def _commit(commit: Commit) -> bytes:
    return (
        pb.number(1, commit.height)
        + pb.number(2, commit.round)
        + pb.message(3, _block_id(commit.block_id))
        + b"".join(pb.message(4, _commit_sig(sig)) for sig in commit.signatures)
    )


def _simple_validator(validator: Validator) -> bytes:
    return pb.message(1, pb.octets(1, validator.public_key)) + pb.number(2, validator.power)
