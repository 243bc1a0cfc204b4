"""LMDB: what is peculiar to it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from transire.engines.errors import StorageFailed
from transire.engines.replica import LmdbStore
from transire.ledger.store import STATE, Writes


def rows(count: int, size: int = 400) -> Writes:
    writes = Writes()
    writes.update(STATE, {f"{n:06}".encode(): bytes(size) for n in range(count)})
    return writes


def test_the_map_grows_while_others_read(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path, map_bytes=1 << 17)
    first = store.map_bytes
    stop, failures = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                with store.reading() as view:
                    seen = [key for key, _ in view.range(STATE)]
                    # Inside a view, the store itself may be read as well, even while the map waits to grow.
                    assert seen == sorted(seen)
                    store.get(STATE, b"000001")
            except Exception as error:
                failures.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for count in (200, 2000, 6000):
        store.commit(rows(count))
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert store.map_bytes > first
    assert sum(1 for _ in store.range(STATE)) == 6000
    store.close()


def test_a_file_larger_than_the_first_map_is_opened_whole(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path, map_bytes=1 << 17)
    store.commit(rows(3000))
    store.close()
    again = LmdbStore(tmp_path, map_bytes=1 << 17)
    assert sum(1 for _ in again.range(STATE)) == 3000
    again.commit(rows(6000))
    assert sum(1 for _ in again.range(STATE)) == 6000
    again.close()


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.mdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageFailed, match="cannot be read or written"):
        LmdbStore(tmp_path)


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "data.mdb").stat().st_mode & 0o077 == 0
    store.close()


def test_a_commit_that_does_not_fit_is_taken_back_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LmdbStore(tmp_path, map_bytes=1 << 17)
    monkeypatch.setattr(store, "_make_room", lambda writes: None)
    store.commit(rows(4000))
    assert sum(1 for _ in store.range(STATE)) == 4000
    store.close()


def test_a_map_that_another_process_grew_is_adopted(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path, map_bytes=1 << 17)
    store.commit(rows(1))
    other = (
        "import sys, pathlib; sys.path[:0] = sys.argv[2:]; import test_replica as t; t.grow(pathlib.Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", other, str(tmp_path), str(Path(__file__).parent)], check=True)
    assert sum(1 for _ in store.range(STATE)) == GROWN
    store.commit(rows(GROWN + 1))
    assert sum(1 for _ in store.range(STATE)) == GROWN + 1
    store.close()


GROWN = 20_000
"""Rows, some 10 MB: more than the map of a store that has written one."""


def grow(folder: Path) -> None:
    store = LmdbStore(folder, map_bytes=1 << 17)
    store.commit(rows(GROWN))
    store.close()


def test_a_writer_too_adopts_a_map_that_another_process_grew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LmdbStore(tmp_path, map_bytes=1 << 17)
    store.commit(rows(1))
    other = "import sys; sys.path.insert(0, sys.argv[2]); import test_replica as t; t.grow(t.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", other, str(tmp_path), str(Path(__file__).parent)], check=True)
    monkeypatch.setattr(store, "_make_room", lambda writes: None)
    store.commit(rows(2))
    assert sum(1 for _ in store.range(STATE)) == GROWN
    store.close()


@pytest.mark.parametrize("key", [b"", b"x" * 512])
def test_a_key_that_lmdb_cannot_hold_is_not_there(tmp_path: Path, key: bytes) -> None:
    store = LmdbStore(tmp_path)
    assert store.get(STATE, key) is None
    with store.reading() as view:
        assert view.get(STATE, key) is None
    store.close()
