"""The blocks of a chain as they were made final: headers, commits, bodies, and what the local validator signed.

Kept apart from the replica, because it is written *before* the machine's commit: a block is durable first, what it does
second. The replica can always be made again from here. One row of each kind a height; a body is laid out so that one
action of a block of 4 MB is read without reading the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from transire.engines.errors import ReplicaDiffers
from transire.ledger.chain import Block, BlockID, Commit, Header, Time
from transire.ledger.store import Store, Writes, height_key

HEADERS: Final = "headers"
COMMITS: Final = "commits"
BODIES: Final = "bodies"
SIGNING: Final = "signing"
TABLES: Final = (HEADERS, COMMITS, BODIES, SIGNING)

_STATE_KEY: Final = b"state"
_COUNT: Final = 4
_OFFSET: Final = 4

T = TypeVar("T")


class SigningState(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The last thing that the local validator signed: it never signs another block of that height."""

    height: int
    block_id: BlockID
    time: Time


class Archive:
    """The chain over a store: heights without gaps, from one above that of the genesis (1, or where another ended)."""

    def __init__(self, store: Store, *, before_first: int = 0) -> None:
        self._store = store
        self._before_first = before_first
        last = next(iter(store.range(SIGNING)), None)
        self.signing = None if last is None else _decoded(last[1], SigningState)

    @property
    def height(self) -> int:
        """The last durable block; before the first, the height of the genesis."""
        return self._before_first if self.signing is None else self.signing.height

    def append(self, block: Block, commit: Commit, signing: SigningState) -> None:
        """Make a block, its commit and the signing state durable in one write."""
        if signing.height != self.height + 1 or block.header.height != signing.height:
            raise ReplicaDiffers(got=f"block {block.header.height}", expected=f"block {self.height + 1}")
        row = height_key(signing.height)
        writes = Writes()
        writes.put(HEADERS, row, msgspec.msgpack.encode(block.header))
        writes.put(COMMITS, row, msgspec.msgpack.encode(commit))
        writes.put(BODIES, row, body_bytes(block.txs))
        writes.put(SIGNING, _STATE_KEY, msgspec.msgpack.encode(signing))
        self._store.commit(writes)
        self.signing = signing

    def header(self, height: int) -> Header | None:
        """The header of that height."""
        raw = self._store.get(HEADERS, height_key(height)) if height > 0 else None
        return None if raw is None else _decoded(raw, Header)

    def commit(self, height: int) -> Commit | None:
        """The commit that made that block final."""
        raw = self._store.get(COMMITS, height_key(height)) if height > 0 else None
        return None if raw is None else _decoded(raw, Commit)

    def actions(self, height: int) -> tuple[bytes, ...]:
        """The actions of that block, in order."""
        raw = self._store.get(BODIES, height_key(height)) if height > 0 else None
        return () if raw is None else actions_of(raw)

    def action(self, height: int, index: int) -> bytes | None:
        """One action of that block."""
        raw = self._store.get(BODIES, height_key(height)) if height > 0 else None
        return None if raw is None else action_of(raw, index)

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()


def body_bytes(actions: Sequence[bytes]) -> bytes:
    """count (4 bytes), the end of each action (4), then the actions one after the other.

    >>> action_of(body_bytes([b"one", b"three"]), 1)
    b'three'
    """
    ends, end = [], 0
    for action in actions:
        end += len(action)
        ends.append(end.to_bytes(_OFFSET, "big"))
    return b"".join((len(actions).to_bytes(_COUNT, "big"), *ends, *actions))


def actions_of(body: bytes) -> tuple[bytes, ...]:
    """All actions of a body, in order."""
    return tuple(_action(body, index) for index in range(_count(body)))


def action_of(body: bytes, index: int) -> bytes | None:
    """One action of a body; None if there are not so many."""
    return _action(body, index) if index < _count(body) else None


def _action(body: bytes, index: int) -> bytes:
    count = _count(body)
    start = _COUNT + count * _OFFSET
    return body[start + _end(body, index - 1) : start + _end(body, index)]


def _count(body: bytes) -> int:
    return int.from_bytes(body[:_COUNT], "big")


def _end(body: bytes, index: int) -> int:
    place = _COUNT + index * _OFFSET
    return int.from_bytes(body[place : place + _OFFSET], "big") if index >= 0 else 0


def _decoded(raw: bytes, kind: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise ReplicaDiffers(got=str(error), expected="a row of the archive") from error
