"""Snapshots: images of the state that this node offers to others, and joining the network from one of theirs.

A snapshot is cut into chunks of about 1 MiB; its metadata is the image's head with the SHA-256 of every chunk. Nodes
that take one at the same height make the same bytes, so that a joining node may take each chunk from another peer.

A peer is believed in nothing: CometBFT's light client tells the app_hash of the height, the head must make it, every
chunk must be the one of the metadata, and the rows together must make the head. Who sent what does not fit is banned.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import msgspec

from transire.crypto.digests import sha256
from transire.errors import TransireError
from transire.ledger.genesis import Genesis
from transire.ledger.image import ImageDiffers, ImageHead, ImageRow, image_rows, restore_image
from transire.ledger.machine import Machine
from transire.ledger.store import Reader, Store
from transire.ledger.tables import read_tip

FORMAT: Final = 1
CHUNK_BYTES: Final = 1 << 20
MAX_CHUNKS: Final = 20_000
KEPT: Final = 2
META: Final = "metadata"
OPEN_WITHIN_S: Final = 10.0

ACCEPT, REJECT, REJECT_FORMAT, REJECT_SENDER = 1, 3, 4, 5
"""Answers to an offered snapshot (`ResponseOfferSnapshot.Result`)."""
CHUNK_ACCEPT, CHUNK_ABORT, CHUNK_RETRY, REJECT_SNAPSHOT = 1, 2, 3, 5
"""Answers to a chunk (`ResponseApplySnapshotChunk.Result`)."""

log = logging.getLogger("transire.engine.snapshots")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What travels with an offer."""

    head: ImageHead
    chunks: tuple[bytes, ...]


class Offer(msgspec.Struct, frozen=True):
    """A snapshot as this node offers it."""

    height: int
    chunks: int
    metadata: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of ABCI's `Snapshot`."""
        return {
            "height": self.height,
            "format": FORMAT,
            "chunks": self.chunks,
            "hash": sha256(self.metadata),
            "metadata": self.metadata,
        }


class Snapshots:
    """The snapshots in a folder, one below it a height; and the one that is being taken over, if any."""

    def __init__(self, folder: Path, store: Store, genesis: Genesis, *, every: int) -> None:
        self._folder = folder
        self._store = store
        self._genesis = genesis
        self._every = every
        self._taking: Thread | None = None
        self._incoming: _Incoming | None = None

    # Offering.

    def after(self, height: int) -> None:
        """A block was committed: take a snapshot of its state if it is time.

        Returns as soon as the view is open: what is committed meanwhile does not get into it.
        """
        if not self._every or height % self._every or (self._taking is not None and self._taking.is_alive()):
            return
        opened = Event()
        self._taking = Thread(target=self._take, args=(height, opened), name="transire-snapshot", daemon=True)
        self._taking.start()
        opened.wait(OPEN_WITHIN_S)

    def close(self, within: float = 60.0) -> bool:
        """Give up the one that is being taken, if it is not done in that time; whether nothing is being taken."""
        if self._taking is None:
            return True
        self._taking.join(within)
        return not self._taking.is_alive()

    def listed(self) -> list[Offer]:
        """Those that are whole, newest first."""
        return [offer for folder in self._folders() if (offer := self._offer(folder)) is not None]

    def chunk(self, height: int, format: int, index: int) -> bytes:
        """One chunk; nothing if it is not there, as ABCI has it."""
        path = self._folder / str(height) / str(index)
        return path.read_bytes() if format == FORMAT and path.is_file() else b""

    def _take(self, height: int, opened: Event) -> None:
        try:
            with self._store.reading() as reader:
                is_that = read_tip(reader).height == height
                opened.set()
                if is_that:
                    self._write(reader, height)
            for old in self._folders()[KEPT:]:
                shutil.rmtree(old, ignore_errors=True)
        except Exception:
            # A node without snapshots is whole: others find another one to join from.
            log.exception("no snapshot of height %d was taken", height)
        finally:
            opened.set()

    def _write(self, reader: Reader, height: int) -> None:
        partial, folder = self._folder / f".{height}", self._folder / str(height)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        digests: list[bytes] = []
        for chunk in _chunks(image_rows(reader)):
            (partial / str(len(digests))).write_bytes(chunk)
            digests.append(sha256(chunk))
        metadata = Metadata(head=ImageHead.of(reader, self._genesis.network), chunks=tuple(digests))
        (partial / META).write_bytes(msgspec.msgpack.encode(metadata))
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)

    def _folders(self) -> list[Path]:
        found = [path for path in self._folder.glob("[0-9]*") if path.name.isdigit()]
        return sorted(found, key=lambda path: int(path.name), reverse=True)

    def _offer(self, folder: Path) -> Offer | None:
        try:
            metadata = (folder / META).read_bytes()
            return Offer(int(folder.name), len(msgspec.msgpack.decode(metadata, type=Metadata).chunks), metadata)
        except (OSError, msgspec.DecodeError):
            return None

    # Joining.

    def offered(self, snapshot: Any, app_hash: bytes) -> int:
        """Whether to take over a snapshot that peers offer, at a height with that app_hash."""
        if snapshot.format != FORMAT:
            return REJECT_FORMAT
        try:
            metadata = msgspec.msgpack.decode(snapshot.metadata, type=Metadata)
            roots = metadata.head.roots
        except (msgspec.DecodeError, TransireError):
            return REJECT_SENDER
        told = (sha256(snapshot.metadata), snapshot.chunks, snapshot.height, self._genesis.network)
        if told != (snapshot.hash, len(metadata.chunks), metadata.head.height, metadata.head.network):
            return REJECT_SENDER
        if roots.app_hash != app_hash or len(metadata.chunks) > MAX_CHUNKS:
            return REJECT
        self._incoming = _Incoming(self._folder / "incoming", metadata)
        return ACCEPT

    def apply(self, index: int, chunk: bytes, sender: str) -> tuple[dict[str, Any], Machine | None]:
        """Take one chunk; with the last one, the machine that goes on from the snapshot."""
        incoming = self._incoming
        if incoming is None:
            return {"result": CHUNK_ABORT}, None
        if not incoming.take(index, chunk):
            log.warning("chunk %d by peer %s is not the one of the snapshot; asked for again", index, sender)
            return {"result": CHUNK_RETRY, "refetch_chunks": [index], "reject_senders": [sender]}, None
        if not incoming.is_whole:
            return {"result": CHUNK_ACCEPT}, None
        try:
            machine = restore_image(self._store, self._genesis, incoming.metadata.head, incoming.rows())
        except TransireError as error:
            log.warning("the snapshot of height %d was refused: %s", incoming.metadata.head.height, error)
            self._incoming = None
            return {"result": REJECT_SNAPSHOT, "reject_senders": [sender]}, None
        finally:
            incoming.clear()
        return {"result": CHUNK_ACCEPT}, machine


class _Incoming:
    """A snapshot on its way, its chunks in a folder."""

    def __init__(self, folder: Path, metadata: Metadata) -> None:
        self.metadata = metadata
        self._folder = folder
        self._taken: set[int] = set()
        self.clear()
        folder.mkdir(parents=True, mode=0o700)

    @property
    def is_whole(self) -> bool:
        return len(self._taken) == len(self.metadata.chunks)

    def take(self, index: int, chunk: bytes) -> bool:
        """Keep a chunk; False if it is not the one of the metadata."""
        if not 0 <= index < len(self.metadata.chunks) or sha256(chunk) != self.metadata.chunks[index]:
            return False
        (self._folder / str(index)).write_bytes(chunk)
        self._taken.add(index)
        return True

    def rows(self) -> Iterator[ImageRow]:
        """All rows, in order."""
        for index in range(len(self.metadata.chunks)):
            raw = (self._folder / str(index)).read_bytes()
            try:
                yield from msgspec.msgpack.decode(raw, type=list[tuple[str, bytes, bytes]])
            except msgspec.DecodeError as error:
                raise ImageDiffers(got=str(error), where=f"chunk {index}") from error

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _chunks(rows: Iterator[ImageRow]) -> Iterator[bytes]:
    """The rows as messages of about `CHUNK_BYTES`; one at least."""
    kept: list[ImageRow] = []
    size = 0
    for row in rows:
        kept.append(row)
        size += len(row[1]) + len(row[2])
        if size >= CHUNK_BYTES:
            yield msgspec.msgpack.encode(kept)
            kept, size = [], 0
    yield msgspec.msgpack.encode(kept)
