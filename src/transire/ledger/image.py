"""An image of the state: what a new node needs to go on from a height instead of applying every block.

It holds the rows of the state and the consumed ids; its head holds the compact range of the log and the map's root. All
of it is bound by the app_hash of its height: state and map by the map's root, the consumed ids by their chains in the
state, the log by its root. So an image may come from anybody. What it lacks: the log's older nodes, old outcomes, and
the time of its block, which no root binds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

import msgspec

from transire.crypto.digests import sha256
from transire.errors import TransireError
from transire.ledger.block import Roots
from transire.ledger.errors import LedgerError
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.replay import ReplayMemory
from transire.ledger.state import Committed
from transire.ledger.store import (
    ACTIONS,
    HEIGHTS,
    LOG,
    META,
    SEEN,
    STATE,
    UNDO,
    MemoryStore,
    Reader,
    Store,
    Writes,
    height_key,
)
from transire.ledger.tables import Base, MapRows, Tip, height_bytes, log_node_key, read_tip
from transire.merkle.sparse import SparseMap
from transire.merkle.tree import CompactRange

ImageRow: TypeAlias = tuple[str, bytes, bytes]
"""Table, key, value."""

IMAGE_TABLES: Final = (STATE, SEEN)
_CONSUMED: Final = (b"seen/", b"seen0")


class ImageDiffers(LedgerError):
    code = "ledger.image-differs"
    sentence = "This image of the ledger's state is not what the validators signed."
    fix = "Take another one, or from another node; nothing of this one was kept."


class ImageHead(msgspec.Struct, frozen=True, kw_only=True):
    """What an image is of; `log` is the compact range after `height`."""

    network: str
    height: int
    log: bytes
    map_root: bytes

    @classmethod
    def of(cls, reader: Reader, network: str) -> ImageHead:
        """The head of the image that a view shows."""
        tip = read_tip(reader)
        return cls(network=network, height=tip.height, log=tip.log, map_root=tip.map_root)

    @property
    def roots(self) -> Roots:
        """The commitments after that height; refuses a log that is none."""
        try:
            log = CompactRange.from_bytes(self.log)
        except TransireError as error:
            raise ImageDiffers(got=str(error), where="log") from error
        return Roots(log.size, log.root(), self.map_root)


def image_rows(reader: Reader) -> Iterator[ImageRow]:
    """The rows of the image that a view shows, always in the same order."""
    for table in IMAGE_TABLES:
        for key, value in reader.range(table):
            yield table, key, value


def restore_image(store: Store, genesis: Genesis, head: ImageHead, rows: Iterable[ImageRow]) -> Machine:
    """Put an image in the place of a replica that has applied no block, all at once, or refuse it and change nothing.

    That `head.roots.app_hash` is what validators signed for that height is the caller's concern.
    """
    tables: dict[str, dict[bytes, bytes]] = {table: {} for table in IMAGE_TABLES}
    for table, key, value in rows:
        if table not in tables or key in tables[table]:
            raise ImageDiffers(got=f"a row of {table} twice or of another table", where=key.hex()[:64])
        tables[table][key] = value
    _check_consumed(tables)
    writes = Writes()
    with store.reading() as reader:
        _check_fresh(reader, genesis)
        _clear(reader, writes)
        writes.update(STATE, tables[STATE])
        writes.update(SEEN, tables[SEEN])
        _write_map(reader, writes, tables[STATE], head)
    _write_head(writes, genesis, head)
    store.commit(writes)
    return Machine.open(store)


def _check_fresh(reader: Reader, genesis: Genesis) -> None:
    height = read_tip(reader).height
    if height != genesis.height:
        raise ImageDiffers(got=f"a replica at height {height}", expected=f"one at height {genesis.height}")


def _check_consumed(tables: dict[str, dict[bytes, bytes]]) -> None:
    """The ids must be those of the chains in the state, none left out: an action of old could come in again."""
    rows = MemoryStore(IMAGE_TABLES)
    writes = Writes()
    writes.update(SEEN, tables[SEEN])
    chains = ((key, value) for key, value in tables[STATE].items() if _CONSUMED[0] <= key < _CONSUMED[1])
    writes.update(STATE, dict(chains))
    rows.commit(writes)
    try:
        ReplayMemory.load(rows, Committed(lambda key: rows.get(STATE, key)))
    except (TransireError, ValueError) as error:
        raise ImageDiffers(got=str(error), where="seen") from error


def _clear(reader: Reader, writes: Writes) -> None:
    """Nothing of the genesis stays but its map, over which the image's is written."""
    for table in (STATE, SEEN, LOG, ACTIONS, HEIGHTS, UNDO):
        for key, _ in reader.range(table):
            writes.delete(table, key)


def _write_map(reader: Reader, writes: Writes, state: dict[bytes, bytes], head: ImageHead) -> None:
    changes: dict[bytes, bytes | None] = {sha256(key): None for key, _ in reader.range(STATE)}
    changes |= {sha256(key): sha256(value) for key, value in state.items()}
    root = SparseMap(MapRows(reader, writes)).update_many(changes, head.height)
    if root != head.map_root:
        raise ImageDiffers(got=f"map root {root.hex()}", expected=head.map_root.hex())


def _write_head(writes: Writes, genesis: Genesis, head: ImageHead) -> None:
    roots = head.roots
    # No root binds the time of the block, and what expires is judged by it: a lower bound that nobody can have forged.
    time = genesis.start
    tip = Tip(height=head.height, time=time, log=head.log, log_root=roots.log_root, map_root=roots.map_root)
    for place, node in CompactRange.from_bytes(head.log).peaks():
        writes.put(LOG, log_node_key(*place), node)
    writes.put(HEIGHTS, height_key(head.height), height_bytes(time, roots, ()))
    writes.put(META, Tip.KEY, tip.to_bytes())
    writes.put(META, Base.KEY, Base(height=head.height, log=head.log).to_bytes())
