"""Whether a commit makes a header final: every vote checked, and more than two thirds of the power for the block.

Stricter than CometBFT's light client in one point: that may stop at two thirds, whereas here *every* signature is
checked (as `VerifyCommit` in `types/validation.go` does for consensus), so that no bit of a receipt is without effect.
Signatures are judged by ZIP 215, as CometBFT does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from transire.crypto.keys import verify_signature
from transire.errors import TransireError
from transire.ledger import chain
from transire.ledger.chain import BlockID, Commit, CommitSig, Header, Time, Validator
from transire.ledger.proof.errors import (
    CommitForAnotherBlock,
    CommitMalformed,
    CommitSignatureInvalid,
    CommitTooWeak,
    HeaderMalformed,
    ValidatorSetMalformed,
    ValidatorSetUnknown,
)

MAX_TOTAL_POWER: Final = (2**63 - 1) // 8
"""CometBFT's bound, so that sums of power never overflow (`types/validator_set.go`)."""
MAX_CHAIN_ID: Final = 50
"""CometBFT's bound in bytes (`types/genesis.go`)."""
_MAX_INT64: Final = 2**63 - 1
_MAX_INT32: Final = 2**31 - 1
_HASH: Final = 32
_KEY: Final = 32
_SIGNATURE: Final = 64


class FinalBlock(msgspec.Struct, frozen=True):
    """What a verified commit shows: the block, who signed it, and with how much of the power."""

    hash: bytes
    signed: tuple[Validator, ...]
    power: int
    total_power: int


def verify_commit(header: Header, commit: Commit, validators: Sequence[Validator]) -> FinalBlock:
    """Refuse unless `validators`, in their set's order, made this header final.

    That these are the validators *to be trusted* at this height is the caller's concern.
    """
    verify_header(header)
    verify_validators(validators)
    expected = chain.validators_hash(validators)
    if header.validators_hash != expected:
        raise ValidatorSetUnknown(got=header.validators_hash.hex(), expected=expected.hex())
    block_hash = _verify_names(header, commit)
    signed = tuple(_verify_votes(header.chain_id, commit, validators))
    power = sum(validator.power for validator in signed)
    total = sum(validator.power for validator in validators)
    if power * 3 <= total * 2:
        raise CommitTooWeak(got=f"{power} of {total}", expected=f"more than two thirds of {total}")
    return FinalBlock(block_hash, signed, power, total)


def verify_header(header: Header) -> None:
    """The limits of CometBFT's `Header.ValidateBasic`, and app_hash as Transire has it: always a SHA-256."""
    _require(header.version_block == chain.BLOCK_PROTOCOL, "version", header.version_block, chain.BLOCK_PROTOCOL)
    _require(0 <= header.version_app <= _MAX_INT64, "version", header.version_app, "an application version")
    length = len(header.chain_id.encode())
    _require(0 < length <= MAX_CHAIN_ID, "chain_id", header.chain_id, f"1 to {MAX_CHAIN_ID} bytes")
    _require(0 < header.height <= _MAX_INT64, "height", header.height, "a height from 1")
    _require(_is_time(header.time), "time", header.time, "nanoseconds below 1000000000")
    follows = _is_first(header) or _is_block_id(header.last_block_id)
    _require(follows, "last_block_id", header.last_block_id, "a block id")
    for name in _HASHES:
        value = getattr(header, name)
        _require(len(value) == _HASH, name, f"{len(value)} bytes", f"{_HASH} bytes")
    proposer = len(header.proposer_address)
    _require(proposer == chain.ADDRESS_LENGTH, "proposer_address", f"{proposer} bytes", f"{chain.ADDRESS_LENGTH} bytes")


def _is_first(header: Header) -> bool:
    """Whether it follows no block. A network that continues another one begins above 1 (CometBFT: initial_height)."""
    without_commit = header.height == 1 or header.last_commit_hash == chain.EMPTY_HASH
    return without_commit and header.last_block_id == chain.NO_BLOCK


_HASHES: Final = (
    "last_commit_hash",
    "data_hash",
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "app_hash",
    "last_results_hash",
    "evidence_hash",
)


def verify_validators(validators: Sequence[Validator]) -> None:
    """Refuse a set that is empty, doubled, without power, or not in the order in which it signs."""
    if not validators:
        raise ValidatorSetMalformed(got="no validator", expected="at least one")
    for validator in validators:
        if len(validator.public_key) != _KEY or not 0 < validator.power <= MAX_TOTAL_POWER:
            raise ValidatorSetMalformed(got=validator, expected="a public key of 32 bytes with power from 1")
    if len({validator.public_key for validator in validators}) != len(validators):
        raise ValidatorSetMalformed(got="a validator named twice", expected="each validator once")
    if tuple(validators) != chain.sort_validators(validators):
        raise ValidatorSetMalformed(got="another order", expected="more power first, then by address")
    total = sum(validator.power for validator in validators)
    if total > MAX_TOTAL_POWER:
        raise ValidatorSetMalformed(got=f"power {total}", expected=f"at most {MAX_TOTAL_POWER}")


def _verify_names(header: Header, commit: Commit) -> bytes:
    """The commit must name this height and this header; its part-set hash is bound by the votes alone."""
    if commit.height != header.height:
        raise CommitForAnotherBlock(got=f"height {commit.height}", expected=f"height {header.height}")
    block_hash = chain.header_hash(header)
    if commit.block_id.hash != block_hash:
        raise CommitForAnotherBlock(got=commit.block_id.hash.hex(), expected=block_hash.hex())
    if not 0 <= commit.round <= _MAX_INT32:
        raise CommitMalformed(got=f"round {commit.round}", expected="a round from 0")
    if not _is_block_id(commit.block_id):
        raise CommitMalformed(got=commit.block_id.parts, expected="a part set of at least one part")
    return block_hash


def _verify_votes(chain_id: str, commit: Commit, validators: Sequence[Validator]) -> Iterator[Validator]:
    """Those who voted for the block. A nil vote is checked like any other, and does not count."""
    if len(commit.signatures) != len(validators):
        raise CommitMalformed(got=f"{len(commit.signatures)} votes", expected=f"{len(validators)}, one a validator")
    for place, (sig, validator) in enumerate(zip(commit.signatures, validators, strict=True)):
        where = f"vote {place}"
        if sig.flag == chain.ABSENT:
            if sig != chain.ABSENT_SIG:
                raise CommitMalformed(got="an absent vote with content", expected="an empty one", where=where)
            continue
        _verify_vote_form(sig, validator, where)
        _verify_vote_signature(chain.commit_sign_bytes(chain_id, commit, place), sig, validator, where)
        if sig.flag == chain.FOR_BLOCK:
            yield validator


def _verify_vote_form(sig: CommitSig, validator: Validator, where: str) -> None:
    if sig.flag not in (chain.FOR_BLOCK, chain.FOR_NIL):
        raise CommitMalformed(got=f"flag {sig.flag}", expected="1, 2 or 3", where=where)
    if sig.address != validator.address:
        raise CommitMalformed(got=sig.address.hex(), expected=validator.address.hex(), where=where)
    if not _is_time(sig.time):
        raise CommitMalformed(got=sig.time, expected="nanoseconds below 1000000000", where=where)
    if len(sig.signature) != _SIGNATURE:
        raise CommitMalformed(got=f"{len(sig.signature)} bytes", expected=f"{_SIGNATURE} bytes", where=where)


def _verify_vote_signature(message: bytes, sig: CommitSig, validator: Validator, where: str) -> None:
    """ZIP 215 accepts all that libsodium accepts, so the slow check only judges what the fast one refused."""
    try:
        verify_signature(validator.public_key, message, sig.signature)
    except TransireError:
        _verify_by_zip215(message, sig, validator, where)


def _verify_by_zip215(message: bytes, sig: CommitSig, validator: Validator, where: str) -> None:
    from transire.crypto.zip215 import verify_zip215  # Rare and slow: loaded only when it is needed.

    try:
        verify_zip215(validator.public_key, message, sig.signature)
    except TransireError as refused:
        raise CommitSignatureInvalid(
            got=sig.signature.hex(), expected=f"a signature by validator {validator.address.hex()}", where=where
        ) from refused


def _is_time(time: Time) -> bool:
    """The span of a protobuf timestamp: years 1 to 9999, with a proper fraction."""
    return -62_135_596_800 <= time.seconds < 253_402_300_800 and 0 <= time.nanos < chain.NANOS


def _is_block_id(block: BlockID) -> bool:
    return len(block.hash) == len(block.parts.hash) == _HASH and 0 < block.parts.total < 2**32


def _require(holds: bool, field: str, got: object, expected: object) -> None:
    if not holds:
        raise HeaderMalformed(got=got, expected=expected, where=field)
