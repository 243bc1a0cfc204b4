"""The replay memory: which actions were consumed, by the minute in which they expire (LEDGER.md 4 and 5).

A consumed id is the SHA-256 of what was signed, so another signature over the same does not make another action. The
state holds for every minute a hash chain over its ids, so that the memory is under the app_hash and no snapshot can
leave one out; the ids themselves lie in the table `seen` and in memory here. A bucket is pruned, by a block that has
actions, once block time has passed its minute: whatever is in it has expired.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.ledger.action import Action
from transire.ledger.errors import StateDamaged
from transire.ledger.state import Changes, SeenBucket, View
from transire.ledger.store import SEEN, STATE, Reader, Writes, height_key

MINUTE: Final = 60
EMPTY_CHAIN: Final = bytes(32)
_ID: Final = 32
_PREFIX: Final = b"seen/"
_PREFIX_END: Final = b"seen0"
"""The first key after all that begin with the prefix: "0" follows "/"."""


def bucket_key(minute: int) -> str:
    """The state key of a minute's chain; minutes count from 1970."""
    return f"seen/{minute}"


class ReplayMemory:
    """The consumed ids of all minutes that have not passed."""

    def __init__(self) -> None:
        self._buckets: dict[int, set[bytes]] = {}

    @classmethod
    def load(cls, reader: Reader, view: View) -> ReplayMemory:
        """Read all buckets and compare each with its chain in the state."""
        memory = cls()
        chains: dict[int, bytes] = {}
        for key, ids in reader.range(SEEN):
            minute = int.from_bytes(key[:8], "big")
            digests = [ids[start : start + _ID] for start in range(0, len(ids), _ID)]
            memory._buckets.setdefault(minute, set()).update(digests)
            chains[minute] = chained(chains.get(minute, EMPTY_CHAIN), digests)
        told = [int(key[len(_PREFIX) :]) for key, _ in reader.range(STATE, _PREFIX, _PREFIX_END)]
        for minute in sorted({*chains, *told}):
            row = view.find(bucket_key(minute), SeenBucket)
            if row is None or row.chain != b64url(chains.get(minute, EMPTY_CHAIN)):
                raise StateDamaged(got="other consumed ids than the chain tells", where=bucket_key(minute))
        return memory

    def has(self, action: Action) -> bool:
        """Whether the action, however signed, was consumed."""
        bucket = self._buckets.get(action.expires_at // MINUTE)
        return bucket is not None and action.consumed_id in bucket

    def passed(self, time: int) -> list[int]:
        """The minutes that block time has passed."""
        return sorted(minute for minute in self._buckets if (minute + 1) * MINUTE <= time)

    def take_over(self, consumption: Consumption) -> None:
        """Remember what a block consumed and forget what it pruned, once it is durable."""
        for minute in consumption.pruned:
            self._buckets.pop(minute, None)
        for minute, ids in consumption.ids.items():
            self._buckets.setdefault(minute, set()).update(ids)


class Consumption:
    """What one block adds to the memory and prunes from it."""

    def __init__(self) -> None:
        self.ids: dict[int, list[bytes]] = {}
        self.pruned: list[int] = []

    def consume(self, action: Action) -> None:
        """An admitted action is used up, whatever the rules say of it."""
        self.ids.setdefault(action.expires_at // MINUTE, []).append(action.consumed_id)

    def write(self, view: Changes, memory: ReplayMemory, *, time: int) -> None:
        """Move the chains on; passed minutes go. A block without admitted actions changes nothing."""
        if not self.ids:
            return
        self.pruned = memory.passed(time)
        for minute in self.pruned:
            view.delete(bucket_key(minute))
        for minute, ids in self.ids.items():
            row = view.find(bucket_key(minute), SeenBucket)
            before = EMPTY_CHAIN if row is None else unb64url(row.chain, length=_ID)
            count = (0 if row is None else row.count) + len(ids)
            view.put(bucket_key(minute), SeenBucket(chain=b64url(chained(before, ids)), count=count))

    def store(self, writes: Writes, reader: Reader, height: int) -> None:
        """Write the ids of this block and remove those of passed minutes."""
        for minute in self.pruned:
            start, end = minute.to_bytes(8, "big"), (minute + 1).to_bytes(8, "big")
            for key, _ in list(reader.range(SEEN, start, end)):
                writes.delete(SEEN, key)
        for minute, ids in self.ids.items():
            writes.put(SEEN, minute.to_bytes(8, "big") + height_key(height), b"".join(ids))


def chained(chain: bytes, ids: Iterable[bytes]) -> bytes:
    """The chain after these ids: each step is SHA-256(chain || id)."""
    for consumed in ids:
        chain = sha256(chain, consumed)
    return chain
