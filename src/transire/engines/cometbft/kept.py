"""What a node keeps of blocks that its CometBFT has pruned: header, commit and actions, in tables of its own.

CometBFT keeps a block in parts as they are gossiped, with votes and meta beside; of an old one only this is ever asked
for. Before CometBFT may let go of a block it is durable here, so no receipt is lost: signers of any height are told by
the state (`blocks.ValidatorHistory`), everything else by this or by the replica.
"""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Final

import msgspec

from transire.engines.archive import BODIES, COMMITS, HEADERS, action_of, actions_of, body_bytes
from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.rpc import RpcClient, RpcRefused, read_commit, read_header
from transire.engines.errors import NotOnLedger
from transire.engines.replica import LmdbStore
from transire.ledger.chain import Commit, Header
from transire.ledger.store import Writes, height_key

KEPT_FOLDER: Final = "chain"
"""Below that of the ledger, as the blocks of the embedded engine."""
AT_ONCE: Final = 100
"""Blocks that are copied in one write, and asked for in one request."""
PAUSE_S: Final = 1.0

log = logging.getLogger("transire.engine")


class KeptBlocks:
    """The blocks from the first that this node ever had, without gaps. `open` makes nothing where nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / KEPT_FOLDER
        self._store = LmdbStore(self._folder, (HEADERS, COMMITS, BODIES)) if self._folder.is_dir() else None
        self.height = self._last()

    def header(self, height: int) -> Header | None:
        """The header of that height."""
        raw = self._get(HEADERS, height)
        return None if raw is None else msgspec.msgpack.decode(raw, type=Header)

    def commit(self, height: int) -> Commit | None:
        """The commit that made that block final."""
        raw = self._get(COMMITS, height)
        return None if raw is None else msgspec.msgpack.decode(raw, type=Commit)

    def actions(self, height: int) -> tuple[bytes, ...] | None:
        """The actions of that block, in order."""
        raw = self._get(BODIES, height)
        return None if raw is None else actions_of(raw)

    def action(self, height: int, index: int) -> bytes | None:
        """One action of that block, without reading the others."""
        raw = self._get(BODIES, height)
        return None if raw is None else action_of(raw, index)

    def add(self, blocks: Sequence[tuple[Header, Commit, Sequence[bytes]]]) -> None:
        """Keep these, all or none; durable when this returns."""
        if self._store is None:
            self._store = LmdbStore(self._folder, (HEADERS, COMMITS, BODIES))
        writes = Writes()
        for header, commit, actions in blocks:
            row = height_key(header.height)
            writes.put(HEADERS, row, msgspec.msgpack.encode(header))
            writes.put(COMMITS, row, msgspec.msgpack.encode(commit))
            writes.put(BODIES, row, body_bytes(actions))
        self._store.commit(writes)
        self.height = blocks[-1][0].height

    def close(self) -> None:
        """Let go of the files."""
        if self._store is not None:
            self._store.close()

    def _get(self, table: str, height: int) -> bytes | None:
        return None if self._store is None or height < 1 else self._store.get(table, height_key(height))

    def _last(self) -> int:
        if self._store is None:
            return 0
        with self._store.reading() as reader:
            last = next(iter(reader.range(HEADERS, reverse=True)), None)
        return 0 if last is None else int.from_bytes(last[0], "big")


class Pruner:
    """Copies blocks that grow old and tells from which height on CometBFT has to keep them itself.

    `keep` is how many of the newest stay with it: what other nodes may still ask for. 0: all, and nothing is copied.
    """

    def __init__(
        self, kept: KeptBlocks, rpc: RpcClient, *, keep: int, first: Callable[[], int], height: Callable[[], int]
    ) -> None:
        self._kept = kept
        self._rpc = rpc
        self._keep = keep
        self._first = first
        self._height = height
        self._closing = Event()
        self._thread: Thread | None = None

    @property
    def retain_height(self) -> int:
        """The first height that CometBFT must keep; 0 leaves everything."""
        return self._kept.height + 1 if self._keep and self._kept.height else 0

    def start(self) -> None:
        """Begin to copy, if the settings ask for it."""
        if self._keep and self._thread is None:
            self._thread = Thread(target=self._run, name="transire-pruner", daemon=True)
            self._thread.start()

    def close(self, within: float) -> bool:
        """Copy nothing more; whether what is under way has ended in that time."""
        self._closing.set()
        if self._thread is None:
            return True
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._closing.wait(PAUSE_S):
            try:
                while not self._closing.is_set() and self._copy_some():
                    pass
            except (BlocksUnavailable, RpcRefused):
                continue  # CometBFT is being started again
            except Exception:
                # Nothing is pruned meanwhile: the disk fills, and an operator has to know.
                log.exception("old blocks are not copied, so CometBFT keeps them")
                self._closing.wait(60 * PAUSE_S)

    def _copy_some(self) -> bool:
        start = max(self._kept.height + 1, self._first())
        # Below the newest the next block says which commit counts; the last two are therefore never copied.
        end = min(start + AT_ONCE, self._height() - max(self._keep, 2) + 1)
        if start >= end:
            return False
        self._kept.add([self._block(height) for height in range(start, end)])
        return True

    def _block(self, height: int) -> tuple[Header, Commit, tuple[bytes, ...]]:
        signed, told = self._rpc.ask_all([("commit", {"height": str(height)}), ("block", {"height": str(height)})])
        for answer in (signed, told):
            if isinstance(answer, RpcRefused):
                raise answer
        if not signed.get("canonical") or not told.get("block"):
            raise NotOnLedger(got=f"block {height}", expected="a block that the next one confirms")
        header, commit = signed["signed_header"]["header"], signed["signed_header"]["commit"]
        actions = tuple(b64decode(tx) for tx in told["block"]["data"]["txs"] or ())
        return read_header(header), read_commit(commit), actions
