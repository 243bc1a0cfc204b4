"""The network engine: one validator of a CometBFT network, or a node that follows one (LEDGER.md 1).

The state machine lives in this process, CometBFT is its child. An action goes from the pool into CometBFT's mempool, by
gossip to every validator, into a block that more than two thirds of them decide, and from there into this replica: the
same machine, rows, proofs and receipts as those of the embedded engine.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import msgspec

from transire.crypto.digests import sha256
from transire.engines.base import Outcome
from transire.engines.beginning import make_replica
from transire.engines.cometbft.app import Application, CommittedBlock
from transire.engines.cometbft.binary import find_cometbft
from transire.engines.cometbft.blocks import NetworkBlocks, ValidatorHistory
from transire.engines.cometbft.errors import BlocksUnavailable, CometBftFailed, HistoryMissing, StateDisputed
from transire.engines.cometbft.files import ABCI_SOCKET, COMETBFT_FOLDER, RPC_SOCKET, PairKeys, write_files
from transire.engines.cometbft.kept import KeptBlocks, Pruner
from transire.engines.cometbft.process import CometBftProcess
from transire.engines.cometbft.rpc import RpcClient, RpcRefused
from transire.engines.cometbft.server import AbciServer
from transire.engines.cometbft.settings import PairSettings
from transire.engines.cometbft.settling import Settlement
from transire.engines.cometbft.snapshots import Snapshots
from transire.engines.cometbft.submitting import MAX_PENDING, Sender
from transire.engines.earlier import REPLICA_FOLDER
from transire.engines.errors import EngineStopped, ReplicaMissing
from transire.engines.notices import Notices
from transire.engines.occupation import Occupation
from transire.engines.pool import ActionPool
from transire.engines.reading import LedgerReading
from transire.engines.replica import LmdbStore
from transire.ledger.action import Action, parse_action, window_seconds
from transire.ledger.admission import Verdict
from transire.ledger.block import SignedHeader
from transire.ledger.errors import ActionExpired, ActionSeen, ActionTooEarly, Inadmissible
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine, rules_unknown
from transire.ledger.state import Since
from transire.ledger.store import META
from transire.ledger.tables import Tip, read_base, read_height

SNAPSHOTS_FOLDER: Final = "snapshots"
READY_S: Final = 30.0
CLOSE_S: Final = 10.0
"""How long each part may take to end; none takes a second unless something hangs."""
DROP_S: Final = 120.0
"""How long the application may be busy with the last call of a CometBFT that ended, before another one is started."""
DISPUTE_S: Final = 10.0
"""Without a block for so long a disagreement about the state is no slip of one proposer, whom the next one replaces."""

log = logging.getLogger("transire.engine")


class PairStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the pair of node and CometBFT stands."""

    network: str
    height: int
    app_hash: str
    pending: int
    running: bool
    pid: int | None
    restarts: int
    silent_s: float
    catching_up: bool | None = None
    peers: int | None = None
    peer_names: tuple[str, ...] = ()
    failure: str = ""


class CometBftEngine(LedgerReading):
    """An `engines.base.Engine`. `at_step` is for tests: what happens at a step of a block (`app.STEPS`)."""

    def __init__(
        self, home: Path, keys: PairKeys, settings: PairSettings, *, at_step: Callable[[str], None] = lambda step: None
    ) -> None:
        self._folder = home / COMETBFT_FOLDER
        self.settings = settings
        self._keys = keys
        self._failure: EngineStopped | None = EngineStopped(got="it was not started")
        self._server: AbciServer | None = None
        self._process: CometBftProcess | None = None
        self._committed_at = time.monotonic()
        self._told_missing: tuple[Since[int], bool] | None = None
        with ExitStack() as opened:
            occupation = Occupation.take(home)
            opened.callback(occupation.release)
            self._store = LmdbStore(home / REPLICA_FOLDER)
            opened.callback(self._store.close)
            if self._store.get(META, Tip.KEY) is None:
                raise ReplicaMissing(got=home.name)
            machine = Machine.open(self._store)
            self.genesis = machine.genesis
            self.network = machine.network
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._rpc = RpcClient(self._folder, RPC_SOCKET)
            opened.callback(self._rpc.close)
            self._history = ValidatorHistory(self._store, self.genesis.height + 1)
            self._kept = KeptBlocks(home)
            opened.callback(self._kept.close)
            blocks = NetworkBlocks(self._rpc, lambda: self.height, self._kept)
            super().__init__(
                self.network, self._store, blocks, validators=self._history.at, changes=self._announced_changes
            )
            self._notices = Notices(machine.height)
            self._pool = ActionPool(max_actions=MAX_PENDING)
            self._settlement = Settlement(self._pool, self, self._notices)
            self._snapshots = Snapshots(
                home / SNAPSHOTS_FOLDER, self._store, self.genesis, every=settings.snapshot_every
            )
            self._application = Application(
                machine,
                self._store,
                self._snapshots,
                on_commit=self._committed,
                on_refusal=self._refused,
                at_step=at_step,
                retain_height=lambda: self._pruner.retain_height,
            )
            self._pruner = Pruner(
                self._kept,
                self._rpc,
                keep=settings.keep_blocks,
                first=self._first_block,
                height=lambda: self.height,
            )
            self._sender = Sender(self._pool, self._rpc, is_busy=lambda: self._server is not None and self._server.busy)
            self._notices.subscribe(lambda height: self._sender.rouse())
            self._opened = opened.pop_all()

    @classmethod
    def create(cls, home: Path, genesis: Genesis, keys: PairKeys, settings: PairSettings) -> CometBftEngine:
        """Begin with a network's genesis in an empty folder. Explicit, never implied."""
        make_replica(home, genesis)
        return cls(home, keys, settings)

    @classmethod
    def open(
        cls, home: Path, keys: PairKeys, settings: PairSettings, *, at_step: Callable[[str], None] = lambda step: None
    ) -> CometBftEngine:
        """Go on with the network in a folder; the block that a crash cut off is replayed at the start."""
        if not (home / REPLICA_FOLDER).is_dir():
            raise ReplicaMissing(got=home.name)
        return cls(home, keys, settings, at_step=at_step)

    @property
    def height(self) -> int:
        """The last committed height; that of the genesis before the first block."""
        return self._application.machine.height

    def start(self) -> None:
        """Start the application's server and CometBFT, and wait until CometBFT answers, for some time at most."""
        if self._process is not None:
            return
        program = find_cometbft(self.settings.binary)
        write_files(self._folder, self.genesis, self.settings, self._keys.validator.public)
        self._process = CometBftProcess(
            program,
            self._folder,
            self._keys,
            before_start=self._before_start,
            on_failure=self._fail,
            silence_s=self.settings.silence_s,
        )
        self._server = AbciServer(
            self._folder,
            ABCI_SOCKET,
            self._application,
            on_activity=self._process.progressed,
            on_fault=self._fail,
        )
        self._failure = None
        self._tell_missing_rules()
        self._process.start()
        self._wait_until_ready(READY_S)
        self._pruner.start()

    def interrupt(self) -> None:
        """Let nobody wait any longer: what has no answer gets `EngineStopped`. Blocks are taken until `close`."""
        self._failure = self._failure or EngineStopped(got="it is being closed")
        self._settlement.release(self._failure)

    def close(self) -> None:
        """End CometBFT and let go; what still waits gets `EngineStopped`, and can be submitted again later.

        Nothing here waits without a bound. What has not ended when its time is over keeps the files, which then close
        with the process: to take them away from under it would be worse.
        """
        self.interrupt()
        failure = self._failure or EngineStopped(got="it was closed")
        ended = {
            "the pruner": self._pruner.close(CLOSE_S),
            "CometBFT": self._process is None or self._process.stop(),
            "the sender": self._sender.close(CLOSE_S),
            "a call of CometBFT": self._server is None or self._server.close(CLOSE_S),
            "the settlement": self._settlement.close(failure, CLOSE_S),
            "a snapshot": self._snapshots.close(CLOSE_S),
        }
        if all(ended.values()):
            self._opened.close()
        else:
            late = ", ".join(name for name, is_over in ended.items() if not is_over)
            log.error("the network engine is left as it is: %s did not end in time", late)

    def check(self, raw: bytes) -> Verdict:
        """Whether an action could enter one of the next blocks."""
        return self._application.verdict(raw)

    def submit(self, raw: bytes) -> Future[Outcome]:
        """Queue an action; see `engines.base.Engine.submit`."""
        if self._failure is not None:
            raise self._failure
        if self._server is not None:
            self._server.give_way()
        before = self.height
        verdict = self.check(raw)
        if isinstance(verdict.refusal, ActionSeen | ActionExpired):
            known = self._known(raw)
            if known is not None:
                return known
            self._check_history(parse_action(raw))
        action = verdict.admitted()
        future = self._pool.add(action)
        if self.height != before and self._settlement.adopt(action, future):
            return future
        self._sender.add(action)
        return future

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with every height that was committed; returns what ends it. The callback only wakes somebody."""
        return self._notices.subscribe(callback)

    def wait_for(self, height: int, timeout: float) -> bool:
        """Wait until that height is committed; False when the time is over."""
        return self._notices.wait_for(height, timeout)

    def beginnings(self) -> tuple[Genesis, ...]:
        """See `engines.base.Engine.beginnings`."""
        return (self.genesis,)

    def status(self) -> PairStatus:
        """How the pair stands; what only CometBFT knows is left open while it does not answer."""
        machine, process = self._application.machine, self._process
        told = self._ask_about_peers()
        return PairStatus(
            network=self.network,
            height=machine.height,
            app_hash=machine.root.hex(),
            pending=len(self._pool),
            running=process is not None and process.pid is not None,
            pid=None if process is None else process.pid,
            restarts=0 if process is None else process.restarts,
            silent_s=0.0 if process is None else round(process.silent_s, 1),
            failure=self.failure,
            **told,
        )

    @property
    def failure(self) -> str:
        """Why no block is made any more, as far as this node can tell; empty while it goes on."""
        if self._failure is not None:
            return str(self._failure)
        missing = self.missing_rules
        if missing is not None and self._application.lacks_rules:
            return str(rules_unknown(missing))
        if self._process is None or time.monotonic() - self._committed_at < DISPUTE_S:
            return ""
        disputed = self._process.disputed()
        return str(StateDisputed(got=disputed)) if disputed else ""

    @property
    def missing_rules(self) -> Since[int] | None:
        """See `engines.base.Engine.missing_rules`."""
        return self._application.machine.missing_rules

    @property
    def peers(self) -> int | None:
        """How many other nodes CometBFT is connected to; None while it does not answer."""
        found = self._ask_about_peers().get("peers")
        return None if found is None else int(found)

    def _ask_about_peers(self) -> dict[str, Any]:
        try:
            status, network = self._rpc.ask_all([("status", {}), ("net_info", {})])
        except BlocksUnavailable:
            return {}
        if isinstance(status, RpcRefused) or isinstance(network, RpcRefused):
            return {}
        return {
            "catching_up": bool(status["sync_info"]["catching_up"]),
            "peers": int(network["n_peers"]),
            "peer_names": tuple(sorted(peer["node_info"]["moniker"] for peer in network["peers"])),
        }

    def _known(self, raw: bytes) -> Future[Outcome] | None:
        """The future of an action that was submitted before, here or elsewhere, wherever it is on its way."""
        action = parse_action(raw)
        found = self._settlement.find(action.digest)
        if found is not None:
            return found
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()
        return future if self._settlement.adopt(action, future) else None

    def _check_history(self, action: Action) -> None:
        """That an action is in no block is known only of those that no block before our first can have held."""
        base = read_base(self._store)
        if base is None:
            return
        first = read_height(self._store, base.height + 1)
        if first is None or action.expires_at <= first.time.seconds + window_seconds(action.action):
            raise HistoryMissing(got=action.id, expected=f"an action of block {base.height + 1} or later")

    def _first_block(self) -> int:
        """The first block that was ever here: a node that joined from a snapshot has none before."""
        base = read_base(self._store)
        return (self.genesis.height if base is None else base.height) + 1

    def _announced_changes(self, until: int) -> tuple[SignedHeader, ...]:
        return self._history.changes(until, self.signed_header)

    def _before_start(self) -> None:
        if self._server is not None and not self._server.drop(DROP_S):
            raise CometBftFailed(got="the application is still busy with what the last CometBFT asked")
        self._sender.forget()

    def _wait_until_ready(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._failure is None:
            try:
                self._rpc.ask("health")
                return
            except (BlocksUnavailable, RpcRefused):
                time.sleep(0.02)

    def _refused(self, raw: bytes, refusal: Inadmissible | None) -> None:
        """CheckTx refused an action, or what it travelled with.

        One that is early by the last block's time may be in time for the next; one without a fault may go by itself.
        """
        if refusal is None or isinstance(refusal, ActionTooEarly):
            self._sender.again(sha256(raw))
        if refusal is not None:
            self._settlement.refused(raw, refusal)

    def _committed(self, block: CommittedBlock) -> None:
        self._committed_at = time.monotonic()
        self._settlement.committed(block)
        self._tell_missing_rules()

    def _tell_missing_rules(self) -> None:
        """Say it once when rules are decided on that this program lacks, and once when no block is made without them.

        CometBFT asks only the proposers, and not at all once too few nodes are left: who waits must know why as well.
        """
        missing, now = self.missing_rules, self._application.lacks_rules
        if missing is None or (missing, now) == self._told_missing:
            return
        self._told_missing = (missing, now)
        if now:
            log.error("no block is made any more: %s", rules_unknown(missing))
        else:
            log.warning("this program has to be upgraded in time: %s", rules_unknown(missing))

    def _fail(self, error: Exception) -> None:
        """Fail-stop: the application found a fault, or CometBFT cannot be kept running."""
        self._failure = EngineStopped(got=str(error))
        log.error("the network engine stopped: %s", error)
        if self._process is not None:
            self._process.abandon()
        self._pool.close(self._failure)
