"""A consistent copy of a ledger's files, taken while another process runs the ledger or nobody does.

Replica and blocks are two stores, written one after the other. A copy is taken at a moment when they agree and the last
header shows the roots that the replica has: then the copy can be proved by what is in it, and nobody was told of
anything that it lacks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from transire.engines import archive
from transire.engines.archive import SIGNING, Archive
from transire.engines.earlier import CHAIN_FOLDER, REPLICA_FOLDER, network_end
from transire.engines.errors import LedgerUnsettled, ReplicaMissing
from transire.engines.replica import LmdbStore
from transire.ledger.genesis import Genesis, Previous
from transire.ledger.store import META, Reader, Store, Writes
from transire.ledger.tables import Tip, read_tip

LOOK_EVERY_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class LedgerSeen:
    """A ledger at one moment, as long as it is looked at."""

    end: Previous
    genesis: Genesis
    time: int
    _stores: tuple[LmdbStore, LmdbStore]
    _views: tuple[Reader, Reader]

    def copy(self, folder: Path) -> None:
        """Write both stores into a new folder, without what the validator signed last: a copy never signs on."""
        for name, store, view in zip((REPLICA_FOLDER, CHAIN_FOLDER), self._stores, self._views, strict=True):
            store.copy(view, folder / name)
        chain = LmdbStore(folder / CHAIN_FOLDER, archive.TABLES)
        try:
            forgotten = Writes()
            for key, _ in chain.range(SIGNING):
                forgotten.delete(SIGNING, key)
            chain.commit(forgotten)
        finally:
            chain.close()


@contextmanager
def looking_at(home: Path, *, patience: float) -> Iterator[LedgerSeen]:
    """See the ledger in a folder at a moment when all of it is proved; refused when none comes within `patience`."""
    if not (home / REPLICA_FOLDER).is_dir():
        raise ReplicaMissing(got=home.name)
    with ExitStack() as open_ones:
        stores = LmdbStore(home / REPLICA_FOLDER), LmdbStore(home / CHAIN_FOLDER, archive.TABLES)
        for store in stores:
            open_ones.callback(store.close)
        deadline = time.monotonic() + patience
        while True:
            with ExitStack() as views:
                replica, chain = (views.enter_context(store.reading()) for store in stores)
                seen = _seen(stores, replica, chain)
                if seen is not None:
                    yield seen
                    return
            if time.monotonic() > deadline:
                raise LedgerUnsettled(got=home.name)
            time.sleep(LOOK_EVERY_S)


def _seen(stores: tuple[LmdbStore, LmdbStore], replica: Reader, chain: Reader) -> LedgerSeen | None:
    blocks = Archive(cast("Store", chain))
    end = network_end(replica, blocks)
    if end is None or blocks.header(end.height + 1) is not None:
        return None  # the chain is ahead of the replica: a block is being committed
    genesis = Genesis.parse(replica.get(META, Tip.GENESIS_KEY) or b"")
    return LedgerSeen(end, genesis, read_tip(replica).time.seconds, stores, (replica, chain))
