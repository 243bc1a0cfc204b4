"""Every store, and every engine, passes the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from transire.engines.replica import LmdbStore
from transire.ledger.store import MemoryStore, Store


@pytest.fixture(params=["memory", "lmdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    # A map far too small for what the tests write: it must grow without anybody noticing.
    opened = LmdbStore(tmp_path / "replica", map_bytes=1 << 16)
    yield opened
    opened.close()
