"""The one storage protocol of the ledger: ordered tables of bytes, read by key or range, written all at once.

The machine is pure but for this. `MemoryStore` is the simplest true implementation; `engines.replica` keeps the same
tables in LMDB. Both pass one conformance suite. Everything that a block changes goes into one `Writes` and one
`commit`: after a crash either all of it is there or nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import Final, Protocol

STATE: Final = "state"
"""Readable key (UTF-8) -> canonical JSON value: the present."""
LOG: Final = "log"
"""level (1 byte), index (8) -> digest of a complete subtree of the log."""
MAP: Final = "map"
"""Nodes of the sparse Merkle map, in the form of `merkle.sparse`."""
SEEN: Final = "seen"
"""minute (8 bytes), height (8) -> the ids consumed by that block in that bucket, one after the other."""
ACTIONS: Final = "actions"
"""SHA-256 of an action -> height (8 bytes), index (4)."""
HEIGHTS: Final = "heights"
"""height (8 bytes) -> results and events of the block, and the roots after it."""
UNDO: Final = "undo"
"""height (8 bytes) -> what the rows changed by that block were before it; the last few heights only."""
META: Final = "meta"
"""The tip: height, time, compact range, roots."""

TABLES: Final = (STATE, LOG, MAP, SEEN, ACTIONS, HEIGHTS, UNDO, META)
"""All tables of a replica."""


class Writes:
    """What one block changes; a value of None deletes the row. The last write to a key counts."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[bytes, bytes | None]] = {}

    def put(self, table: str, key: bytes, value: bytes) -> None:
        """Write a row."""
        self.tables.setdefault(table, {})[key] = value

    def delete(self, table: str, key: bytes) -> None:
        """Remove a row; that it is not there is no fault."""
        self.tables.setdefault(table, {})[key] = None

    def update(self, table: str, rows: Mapping[bytes, bytes | None] | Iterable[tuple[bytes, bytes | None]]) -> None:
        """Write and remove many rows."""
        self.tables.setdefault(table, {}).update(rows)


class Reader(Protocol):
    """A consistent view of the tables."""

    def get(self, table: str, key: bytes) -> bytes | None:
        """The row's value, or None."""

    def range(
        self, table: str, start: bytes = b"", end: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        """The rows with start <= key < end in order of the key, backwards on request."""


class Store(Reader, Protocol):
    """Tables that are written all at once and durably."""

    def reading(self) -> AbstractContextManager[Reader]:
        """A view that does not change while it is open, whatever is committed meanwhile. Keep it open briefly."""

    def commit(self, writes: Writes) -> None:
        """Write everything or nothing; when this returns, a crash can no longer undo it."""

    def close(self) -> None:
        """Let go of the files."""


class _Table:
    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}
        self.keys: list[bytes] = []

    def write(self, key: bytes, value: bytes | None) -> None:
        if value is not None:
            if key not in self.rows:
                insort(self.keys, key)
            self.rows[key] = value
        elif self.rows.pop(key, None) is not None:
            del self.keys[bisect_left(self.keys, key)]

    def copy(self) -> _Table:
        table = _Table()
        table.rows, table.keys = dict(self.rows), list(self.keys)
        return table


class MemoryStore:
    """The tables in memory: for tests and for replaying a chain. Views are copies, so it is meant for small ledgers."""

    def __init__(self, tables: Iterable[str] = TABLES) -> None:
        self._tables = {name: _Table() for name in tables}
        self._lock = RLock()

    def get(self, table: str, key: bytes) -> bytes | None:
        return self._tables[table].rows.get(key)

    def range(
        self, table: str, start: bytes = b"", end: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        with self._lock:
            chosen = self._tables[table]
            first = bisect_left(chosen.keys, start)
            last = len(chosen.keys) if end is None else bisect_left(chosen.keys, end)
            rows = [(key, chosen.rows[key]) for key in chosen.keys[first:last]]
        yield from reversed(rows) if reverse else rows

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._lock:
            view = MemoryStore(())
            view._tables = {name: table.copy() for name, table in self._tables.items()}
        yield view

    def commit(self, writes: Writes) -> None:
        with self._lock:
            for name, rows in writes.tables.items():
                table = self._tables[name]
                for key, value in rows.items():
                    table.write(key, value)

    def close(self) -> None:
        """Nothing to let go of."""


def height_key(height: int) -> bytes:
    """A height as a key that sorts by height."""
    return height.to_bytes(8, "big")
