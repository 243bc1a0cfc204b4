"""What goes into the machine for one block and what comes out of it, and everything that a receipt is built from.

`chain.Block` is the block as CometBFT encodes and signs it; `DecidedBlock` is the part of it that the machine sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from transire.crypto.canonical import Json, typed_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.ledger.chain import Commit, Header, Time, TxResult, Validator
from transire.merkle.sparse import SparseProof


class Misbehaviour(msgspec.Struct, frozen=True):
    """A validator that signed two blocks of one height, as the engine reports it."""

    kind: str
    address: bytes
    height: int
    time: Time
    total_power: int


class DecidedBlock(msgspec.Struct, frozen=True, kw_only=True):
    """The order that an engine decided: all that the machine may look at besides its state.

    `time` is the header's: the time of the *previous* commit, and so a lower bound of when this block was made.
    """

    height: int
    time: Time
    actions: tuple[bytes, ...] = ()
    misbehaviour: tuple[Misbehaviour, ...] = ()


Event: TypeAlias = dict[str, str]
"""What an accepted action did, in words that anybody may read."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one action of a block: accepted with events and a place in the log, or a stable code."""

    action_id: str
    code: str = ""
    events: tuple[Event, ...] = ()
    log_index: int | None = None

    @property
    def accepted(self) -> bool:
        return not self.code

    @property
    def tx_result(self) -> TxResult:
        """What the next header's last_results_hash covers: 0, or 1 with the code."""
        return TxResult(code=1, data=self.code.encode()) if self.code else TxResult()


class ValidatorUpdate(msgspec.Struct, frozen=True):
    """A validator's key and its new power; 0 takes it out. In force two heights later (CometBFT)."""

    public_key: bytes
    power: int


class Roots(msgspec.Struct, frozen=True):
    """The commitments of the state after a height; `app_hash` stands in the header of the next."""

    log_size: int
    log_root: bytes
    map_root: bytes

    @property
    def app_hash(self) -> bytes:
        """
        >>> Roots(0, bytes(32), bytes(32)).app_hash.hex()[:16]
        '35b85804ce992d39'
        """
        return sha256(b"transire/app/v1\n", self.log_size.to_bytes(8, "big"), self.log_root, self.map_root)


def events_digest(events: tuple[Event, ...]) -> str:
    """SHA-256 of the canonical list of events: text by text, so sorted it is canonical as it stands."""
    return b64url(sha256(typed_bytes(events)))


def log_leaf_data(action_id: str, *, height: int, index: int, events: tuple[Event, ...]) -> bytes:
    """What is hashed as leaf of the log for an accepted action (LEDGER.md 6)."""
    return log_leaf_of(action_id, height=height, index=index, digest=events_digest(events))


def log_leaf_of(action_id: str, *, height: int, index: int, digest: str) -> bytes:
    """The same, of the digest of the events."""
    # Canonical as it stands: sorted members, and no value that JSON would write otherwise.
    return f'{{"action":"{action_id}","events":"{digest}","height":{height},"index":{index}}}'.encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHeader:
    """A header, the commit that makes it final, and the validators who signed, in their set's order."""

    header: Header
    commit: Commit
    validators: tuple[Validator, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProof:
    """A key of the state with its value, or None, and the proof under the map's root."""

    key: str
    value: Json | None
    value_bytes: bytes | None
    proof: SparseProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that a receipt needs of the ledger; `ledger.receipt` writes it down, `ledger.verify` checks it.

    `accepted` is header H+1, whose time is the time of acceptance; `proven` is header K >= H+1, under whose app_hash
    all proofs stand: `roots` are those after K-1. `members` holds the record of the action's `by` (of an allowance's
    key: the allowance), `keys` what the caller asked for. `validator_changes` holds a signed header for every change
    of the set since genesis, first height first.
    """

    network: str
    action: bytes
    action_id: str
    height: int
    index: int
    events: tuple[Event, ...]
    leaf_data: bytes
    log_index: int
    log_path: tuple[bytes, ...]
    roots: Roots
    accepted: SignedHeader
    proven: SignedHeader
    members: tuple[StateProof, ...]
    keys: tuple[StateProof, ...]
    validator_changes: tuple[SignedHeader, ...] = field(default=())
