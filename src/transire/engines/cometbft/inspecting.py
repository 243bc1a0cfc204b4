"""Reading a stopped node's blocks: CometBFT serves its stores without joining the network (`cometbft inspect`)."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from transire.crypto.encoding import b64url
from transire.engines.archive import HEADERS
from transire.engines.cometbft.binary import find_cometbft
from transire.engines.cometbft.blocks import NetworkBlocks, ValidatorHistory
from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.files import COMETBFT_FOLDER, RPC_SOCKET, configuration, toml
from transire.engines.cometbft.kept import KeptBlocks
from transire.engines.cometbft.process import end
from transire.engines.cometbft.rpc import RpcClient, RpcRefused
from transire.engines.cometbft.settings import PairSettings
from transire.engines.earlier import REPLICA_FOLDER
from transire.engines.errors import NotOnLedger, ReplicaMissing
from transire.engines.inspection import Damage, verify_replica
from transire.engines.occupation import Occupation
from transire.engines.replica import LmdbStore
from transire.ledger.chain import header_hash
from transire.ledger.genesis import Genesis, Previous
from transire.ledger.machine import Machine
from transire.ledger.store import META
from transire.ledger.tables import Tip, read_tip

READY_S: Final = 20.0
INSPECT_LOG: Final = "inspect.log"


def inspect(home: Path, settings: PairSettings, *, deep: bool = False) -> list[Damage]:
    """Everything that is wrong with the ledger of a node that is not running; needs no key."""
    if not (home / REPLICA_FOLDER).is_dir():
        raise ReplicaMissing(got=home.name)
    occupation = Occupation.take(home)
    store = LmdbStore(home / REPLICA_FOLDER)
    rpc = RpcClient(home / COMETBFT_FOLDER, RPC_SOCKET)
    kept = KeptBlocks(home)
    try:
        machine = Machine.open(store)
        history = ValidatorHistory(store, machine.genesis.height + 1)
        blocks = NetworkBlocks(rpc, lambda: machine.height, kept)
        if machine.height == machine.genesis.height:  # no block was made, so none is asked for
            return verify_replica(store, blocks, validators=history.at, deep=deep)
        with kept_blocks(home / COMETBFT_FOLDER, settings, rpc):
            damages = verify_replica(store, blocks, validators=history.at, deep=deep)
            return [*damages, *_check_seam(kept, blocks)]
    finally:
        rpc.close()
        kept.close()
        store.close()
        occupation.release()


def _check_seam(kept: KeptBlocks, blocks: NetworkBlocks) -> Iterator[Damage]:
    """What the node keeps of pruned blocks must go on without a gap in what CometBFT still has."""
    last, following = kept.header(kept.height), blocks.header(kept.height + 1)
    if last is None:
        return
    if following is None:
        yield Damage(table=HEADERS, row=str(kept.height + 1), found="nothing", expected="a header in CometBFT's store")
    elif following.last_block_id.hash != header_hash(last):
        found, expected = header_hash(last).hex(), following.last_block_id.hash.hex()
        yield Damage(table=HEADERS, row=str(kept.height), found=found, expected=expected)


def stands_at(home: Path, settings: PairSettings) -> tuple[Previous, int]:
    """How the ledger of a node stands, running or not: its last block, and that block's time in whole seconds."""
    if not (home / REPLICA_FOLDER).is_dir():
        raise ReplicaMissing(got=home.name)
    store = LmdbStore(home / REPLICA_FOLDER)
    try:
        with store.reading() as reader:
            tip = read_tip(reader)
        genesis = Genesis.parse(store.get(META, Tip.GENESIS_KEY) or b"")
    finally:
        store.close()
    last = genesis.digest if tip.height == genesis.height else _header_hash(home, settings, tip.height)
    end = Previous(
        network=genesis.network,
        height=tip.height,
        header_hash=b64url(last),
        app_hash=b64url(tip.roots.app_hash),
    )
    return end, tip.time.seconds


def _header_hash(home: Path, settings: PairSettings, height: int) -> bytes:
    """The hash of a header, told by the CometBFT that runs, or by its stores."""
    rpc = RpcClient(home / COMETBFT_FOLDER, RPC_SOCKET)
    kept = KeptBlocks(home)
    blocks = NetworkBlocks(rpc, lambda: height, kept)
    try:
        header = blocks.header(height)
    except BlocksUnavailable:
        with kept_blocks(home / COMETBFT_FOLDER, settings, rpc):
            header = blocks.header(height)
    finally:
        rpc.close()
        kept.close()
    if header is None:
        raise NotOnLedger(got=f"header {height}")
    return header_hash(header)


@contextmanager
def kept_blocks(folder: Path, settings: PairSettings, rpc: RpcClient) -> Iterator[None]:
    """CometBFT's stores behind its RPC, as long as it is needed."""
    program = find_cometbft(settings.binary)
    # The same file as at a start, so that nothing but the unix socket listens.
    quiet = PairSettings(moniker=settings.moniker)
    (folder / "config" / "config.toml").write_text(toml(configuration(quiet)), encoding="utf-8")
    (folder / RPC_SOCKET).unlink(missing_ok=True)
    with (folder / INSPECT_LOG).open("wb") as output:
        command = [str(program), "inspect", "--home", str(folder)]
        child = subprocess.Popen(  # noqa: S603 - the program was checked, the arguments are ours
            command, cwd=folder, env=os.environ.copy(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _wait_until_ready(child, rpc)
        yield
    finally:
        end(child)


def _wait_until_ready(child: subprocess.Popen[bytes], rpc: RpcClient) -> None:
    deadline = time.monotonic() + READY_S
    while child.poll() is None:
        try:
            rpc.ask("commit")
            return
        except RpcRefused:
            return
        except BlocksUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    raise BlocksUnavailable(got=f"cometbft inspect ended with {child.returncode}", where=INSPECT_LOG)
