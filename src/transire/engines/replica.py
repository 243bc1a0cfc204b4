"""The ledger's tables in LMDB: one atomic, durable commit a block; the map grows by itself.

LMDB maps a file of a size fixed in advance. Before a commit might not fit the map is doubled; should one not fit all
the same, it is taken back whole and tried again. LMDB allows growing only while nobody reads, so both pass one gate.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, local
from typing import Final, TypeAlias, cast

import lmdb

from transire.engines.errors import StorageFailed
from transire.ledger.store import TABLES, Reader, Writes

FIRST_MAP_BYTES: Final = 64 << 20
"""Small enough for a demo on a small disk; doubled as often as needed."""
PAGE_BYTES: Final = 4096
SPARE_BYTES: Final = 1 << 20
"""For the inner pages of all tables and LMDB's list of free ones."""
MAX_KEY_BYTES: Final = 511
"""LMDB's own limit; no key of the ledger is longer, so what is asked for by a longer one is not there."""
MAX_READERS: Final = 512
CLOSE_S: Final = 20.0

log = logging.getLogger("transire.engine")

Rows: TypeAlias = "Iterator[tuple[bytes, bytes]]"
"""What cursors give: bytes, since no transaction here is opened with buffers."""


class LmdbStore:
    """Implements `ledger.store.Store` over one LMDB environment with a database for each table."""

    def __init__(self, folder: Path, tables: Iterable[str] = TABLES, *, map_bytes: int = FIRST_MAP_BYTES) -> None:
        names = tuple(tables)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._gate = _Gate()
        with _failing(folder):
            self._env = lmdb.open(
                str(folder),
                map_size=max(map_bytes, _present_size(folder)),
                max_dbs=len(names),
                max_readers=MAX_READERS,
                mode=0o600,
            )
            self._tables = {name: self._env.open_db(name.encode()) for name in names}
        self._folder = folder
        _sync_folder(folder)

    @property
    def map_bytes(self) -> int:
        """The present size of the map."""
        return int(self._env.info()["map_size"])

    def get(self, table: str, key: bytes) -> bytes | None:
        if not 0 < len(key) <= MAX_KEY_BYTES:
            return None
        self._gate.enter()
        try:
            with self._begin() as transaction:
                return cast("bytes | None", transaction.get(key, db=self._tables[table]))
        finally:
            self._gate.leave()

    def range(
        self, table: str, start: bytes = b"", end: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        # Read at once: an iterator that somebody forgot would keep the map from growing.
        with self.reading() as reader:
            return iter(list(reader.range(table, start, end, reverse=reverse)))

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        self._gate.enter()
        try:
            with self._begin() as transaction:
                yield _View(transaction, self._tables)
        finally:
            self._gate.leave()

    def commit(self, writes: Writes) -> None:
        with _failing(self._folder):
            self._make_room(writes)
            while True:
                try:
                    return self._commit(writes)
                except lmdb.MapFullError:
                    self._grow(self.map_bytes * 2)
                except lmdb.MapResizedError:
                    self._gate.alone(self._adopt_size)

    def copy(self, reader: Reader, folder: Path) -> None:
        """Write exactly what a view of this store sees into a new folder: a store by itself."""
        assert isinstance(reader, _View)
        folder.mkdir(mode=0o700, parents=True)
        with _failing(folder):
            self._env.copy(str(folder), compact=True, txn=reader.transaction)
        _sync_folder(folder)

    def close(self) -> None:
        """Close when nobody reads; who reads for longer than `CLOSE_S` keeps it open until the process ends."""
        if not self._gate.alone(self._env.close, CLOSE_S):
            log.error("a ledger table is still being read and was left open: %s", self._folder.name)

    def _commit(self, writes: Writes) -> None:
        self._gate.enter()
        try:
            with self._env.begin(write=True) as transaction:
                for name, rows in writes.tables.items():
                    _write(transaction, self._tables[name], rows)
        finally:
            self._gate.leave()

    def _make_room(self, writes: Writes) -> None:
        """Grow ahead of need: to take back a write that did not fit waits, in LMDB's binding, for every reader."""
        needed = self._used_bytes() + _most_bytes(writes)
        size = self.map_bytes
        while size < needed:
            size *= 2
        if size > self.map_bytes:
            self._grow(size)

    def _used_bytes(self) -> int:
        return (int(self._env.info()["last_pgno"]) + 1) * PAGE_BYTES

    def _grow(self, size: int) -> None:
        self._gate.alone(lambda: self._env.set_mapsize(size))

    def _begin(self) -> lmdb.Transaction:
        try:
            return self._env.begin()
        except lmdb.MapResizedError:
            # Another process grew the map. Our own place at the gate must not keep us waiting.
            self._gate.leave()
            try:
                self._gate.alone(self._adopt_size)
            finally:
                self._gate.enter()
            return self._env.begin()

    def _adopt_size(self) -> None:
        self._env.set_mapsize(0)


class _View:
    def __init__(self, transaction: lmdb.Transaction, tables: dict[str, lmdb._Database]) -> None:
        self.transaction = transaction
        self._tables = tables

    def get(self, table: str, key: bytes) -> bytes | None:
        if not 0 < len(key) <= MAX_KEY_BYTES:
            return None
        return cast("bytes | None", self.transaction.get(key, db=self._tables[table]))

    def range(
        self, table: str, start: bytes = b"", end: bytes | None = None, *, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        with self.transaction.cursor(db=self._tables[table]) as cursor:
            if reverse:
                yield from _backwards(cursor, start, end)
            else:
                yield from _forwards(cursor, start, end)


class _Gate:
    """Many pass at once, or one alone. Who is inside may enter again even while somebody waits to be alone."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._inside = 0
        self._closed = False
        self._mine = local()

    def enter(self) -> None:
        depth = getattr(self._mine, "depth", 0)
        with self._condition:
            while self._closed and not depth:
                self._condition.wait()
            self._inside += 1
        self._mine.depth = depth + 1

    def leave(self) -> None:
        self._mine.depth -= 1
        with self._condition:
            self._inside -= 1
            if not self._inside:
                self._condition.notify_all()

    def alone(self, task: Callable[[], object], within: float | None = None) -> bool:
        """Do it while nobody is inside; False, and not done, when somebody stays for longer than `within` seconds."""
        with self._condition:
            while self._closed:
                self._condition.wait()
            self._closed = True
            try:
                if not self._condition.wait_for(lambda: not self._inside, within):
                    return False
                task()
                return True
            finally:
                self._closed = False
                self._condition.notify_all()


def _most_bytes(writes: Writes) -> int:
    """More than a write can take: each row a page of its own, beside its content."""
    content = sum(
        PAGE_BYTES + len(key) + len(value or b"") for rows in writes.tables.values() for key, value in rows.items()
    )
    return content + SPARE_BYTES


def _write(transaction: lmdb.Transaction, table: lmdb._Database, rows: dict[bytes, bytes | None]) -> None:
    # In order of the key: neighbours share pages, and the cursor hardly moves.
    with transaction.cursor(db=table) as cursor:
        for key, value in sorted(rows.items()):
            if value is not None:
                cursor.put(key, value)
            elif cursor.set_key(key):
                cursor.delete()


def _forwards(cursor: lmdb.Cursor, start: bytes, end: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    if not (cursor.set_range(start) if start else cursor.first()):
        return
    for key, value in cast("Rows", cursor.iternext()):
        if end is not None and key >= end:
            return
        yield key, value


def _backwards(cursor: lmdb.Cursor, start: bytes, end: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    # `set_range` stops at the first key at or above `end`: what is wanted begins one before it.
    beyond = end is not None and cursor.set_range(end)
    if not (cursor.prev() if beyond else cursor.last()):
        return
    for key, value in cast("Rows", cursor.iterprev()):
        if key < start:
            return
        yield key, value


@contextmanager
def _failing(folder: Path) -> Iterator[None]:
    """LMDB's errors (no space, no permission, a damaged file) in the room's own form."""
    try:
        yield
    except lmdb.MapFullError:
        raise
    except lmdb.Error as error:
        raise StorageFailed(got=str(error), where=folder.name) from error


def _present_size(folder: Path) -> int:
    """The size of the file as it is, rounded up to what was its map: opening with less would hide rows."""
    data = folder / "data.mdb"
    return data.stat().st_size if data.exists() else 0


def _sync_folder(folder: Path) -> None:
    """A new file is there after a power cut only once its folder is durable as well."""
    for place in (folder, folder.parent):
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
