"""The networks that a network continues, as they ended: read and proved from, never added to (LEDGER.md 6).

After a restore the ledger goes on under another name and with another validator (`ledger.genesis`). State and log are
carried over, but what the old validators signed stays theirs: a receipt of that time is made from the replica and the
blocks of that time, and verifies under the network file of that time. So each of these networks keeps a folder of its
own, of which nobody ever writes a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from transire.crypto.encoding import b64url
from transire.engines import archive
from transire.engines.archive import Archive
from transire.engines.inspection import Damage, verify_replica
from transire.engines.reading import Blocks, LedgerReading
from transire.engines.replica import LmdbStore
from transire.ledger.chain import Commit, Header, header_hash
from transire.ledger.genesis import Genesis, Previous
from transire.ledger.store import META, Reader
from transire.ledger.tables import Tip, read_tip

EARLIER_FOLDER: Final = "earlier"
REPLICA_FOLDER: Final = "replica"
CHAIN_FOLDER: Final = "chain"


class Earlier:
    """One network that ended, opened for reading. `height` and `last_time` are those of its last block."""

    def __init__(self, folder: Path) -> None:
        self._store = LmdbStore(folder / REPLICA_FOLDER)
        self.blocks = Archive(LmdbStore(folder / CHAIN_FOLDER, archive.TABLES))
        self.genesis = Genesis.parse(self._store.get(META, Tip.GENESIS_KEY) or b"")
        with self._store.reading() as reader:
            tip = read_tip(reader)
            self.height, self.last_time = tip.height, tip.time.seconds
            self.end = network_end(reader, self.blocks)
        self.reading = LedgerReading(
            self.genesis.network, self._store, self.blocks, validators=lambda height: self.genesis.validator_set
        )

    def inspect(self, *, deep: bool) -> list[Damage]:
        """Everything that is wrong with its files."""
        return verify_replica(self._store, self.blocks, validators=self.reading.validators, deep=deep)

    def copy_replica(self, folder: Path) -> None:
        """Write the replica into a new folder: what another network begins with."""
        with self._store.reading() as reader:
            self._store.copy(reader, folder)

    def close(self) -> None:
        """Let go of the files."""
        self.blocks.close()
        self._store.close()


def open_earlier(home: Path) -> tuple[Earlier, ...]:
    """The networks that the ledger in this folder continues, oldest first; none for most."""
    return tuple(sorted(map(Earlier, earlier_folders(home)), key=lambda one: one.height))


def earlier_folders(home: Path) -> list[Path]:
    """The folders of the networks that the ledger in this one continues."""
    return sorted((home / EARLIER_FOLDER).glob("*/"))


def ended_at(earlier: Sequence[Earlier], height: int) -> Earlier | None:
    """The network of that height, if it is one that ended."""
    return next((one for one in earlier if height <= one.height), None)


def network_end(reader: Reader, blocks: Blocks) -> Previous | None:
    """How a network stands, as the one that continues it names it; None unless its last header shows its roots.

    A network that made no block has no header: its genesis is named in the place of one.
    """
    tip = read_tip(reader)
    genesis = Genesis.parse(reader.get(META, Tip.GENESIS_KEY) or b"")
    header = blocks.header(tip.height)
    if header is None and tip.height == genesis.height:
        last = genesis.digest
    elif header is None or header.app_hash != tip.roots.app_hash:
        return None
    else:
        last = header_hash(header)
    return Previous(
        network=genesis.network,
        height=tip.height,
        header_hash=b64url(last),
        app_hash=b64url(tip.roots.app_hash),
    )


class JoinedBlocks:
    """The blocks of all these networks and of the present one, by height: heights are never used twice."""

    def __init__(self, earlier: Sequence[Earlier], present: Blocks) -> None:
        self._earlier = earlier
        self._present = present

    def header(self, height: int) -> Header | None:
        return self._of(height).header(height)

    def commit(self, height: int) -> Commit | None:
        return self._of(height).commit(height)

    def actions(self, height: int) -> tuple[bytes, ...]:
        return self._of(height).actions(height)

    def action(self, height: int, index: int) -> bytes | None:
        return self._of(height).action(height, index)

    def _of(self, height: int) -> Blocks:
        ended = ended_at(self._earlier, height)
        return self._present if ended is None else ended.blocks
