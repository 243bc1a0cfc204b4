"""Beginning with a network's genesis, whichever engine is to order it."""

from __future__ import annotations

from pathlib import Path

from transire.engines.earlier import REPLICA_FOLDER
from transire.engines.errors import ReplicaExists
from transire.engines.occupation import Occupation
from transire.engines.replica import LmdbStore
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.store import META
from transire.ledger.tables import Tip


def make_replica(home: Path, genesis: Genesis) -> None:
    """Make the replica before block 1 in a folder; one that is there is never replaced."""
    occupation = Occupation.take(home)
    try:
        store = LmdbStore(home / REPLICA_FOLDER)
        try:
            if store.get(META, Tip.KEY) is not None:
                raise ReplicaExists(got=home.name)
            Machine.create(store, genesis)
        finally:
            store.close()
    finally:
        occupation.release()
