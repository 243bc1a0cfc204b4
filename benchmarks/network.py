"""Four validators of a CometBFT network on this machine, then seven, beside its own Go `kvstore` at equal settings.

    python -m benchmarks.network [SECONDS] [PAIRS]

Both get transactions of the same size at all nodes, as many as they take. kvstore gets them in batches over JSON-RPC,
and the sender pauses while more than 6,000 wait. Actions are submitted to the engine of each node, as a node does it:
it verifies the signature, keeps the action until its block is durable, hands it to CometBFT over the same JSON-RPC with
what waits besides (in parcels; in the block each stands by itself), and takes no more while 2,000 wait there. What is
measured begins when every node has as much as it takes. A run of one alternates with a run of the other; ratios are of
such pairs. Actions are signed anew for each run, since they expire. Goal: at least 0.45 of kvstore with the real rules
and signatures, and at least 1,000 signed actions a second.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import msgspec

from cometbft_world import free_ports, keys_of_node, settings_of
from ledger_world import BROKER, CHAMBER, CUSTOMS, PRODUCER, World, genesis, public, signing_key
from transire.crypto.canonical import Json
from transire.engines.cometbft.binary import find_cometbft
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.files import KeyFiles, configuration, genesis_document, toml
from transire.engines.cometbft.rpc import RpcClient, RpcRefused, read_time
from transire.engines.cometbft.settings import PairSettings
from transire.engines.errors import PoolFull
from transire.ledger.genesis import Genesis
from transire.node.memory import keep_for_good

VALIDATORS = 4
MORE_VALIDATORS = 7
SECONDS = 15
PAIRS = 5
BATCH = 100
MOST_WAITING = 6_000
RATE, KVSTORE_RATE = 2_000, 8_000
"""Transactions a second that are prepared: more than either takes."""
WARM_UP_S = 8.0
"""Until what waits is what waits all the time: at first each node takes and verifies thousands at once."""
PATIENCE_S = 60.0
SETTINGS: dict[str, Any] = {"commit_ms": 200, "idle_s": 5.0, "snapshot_every": 0}
LEAST_BLOCKS = 3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Node:
    """One running node: its RPC and its processes by what they are."""

    rpc: RpcClient
    processes: list[subprocess.Popen[bytes]]
    feed: Callable[[threading.Event, threading.Event], int]
    """Gives it its transactions until told to stop, and says when it first takes no more; how many are left."""
    pids: dict[str, int] = field(default_factory=dict)

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait()


@dataclass(frozen=True)
class Figures:
    """What one run came to."""

    rate: float
    cpu: dict[str, float]
    """Microseconds of CPU for each transaction and node, by kind of process."""


def measure(seconds: int = SECONDS, pairs: int = PAIRS) -> Iterator[tuple[str, str]]:
    """Every figure of this page, in words, as it comes: most pairs for the size that others measure with."""
    few = max(1, pairs // 2)
    yield from compare("allowance.open of 1.4 kB", openings, VALIDATORS, pairs, seconds).items()
    yield from compare("witness", witnesses, VALIDATORS, few, seconds).items()
    yield from compare("allowance.open of 1.4 kB", openings, MORE_VALIDATORS, few, seconds).items()


def compare(
    name: str, make: Callable[[World, int], list[bytes]], validators: int, pairs: int, seconds: int
) -> dict[str, str]:
    founded = genesis(validators=validators, actions_per_block=100_000)
    size = size_of(make(fresh_world(founded), 100))
    return told(
        f"{name}, {size} B, {validators} validators", [run_pair(founded, make, size, seconds) for _ in range(pairs)]
    )


def run_pair(
    founded: Genesis, make: Callable[[World, int], list[bytes]], size: int, seconds: int
) -> tuple[Figures, Figures]:
    """A run of kvstore, then one of ours with actions that were signed for it: earlier ones would have expired."""
    lasting = int(seconds + WARM_UP_S + 4)
    theirs = run_kvstore(founded, size, lasting * KVSTORE_RATE, seconds)
    return theirs, run_transire(founded, make(fresh_world(founded), lasting * RATE), seconds)


def fresh_world(founded: Genesis) -> World:
    world = World(genesis=founded)
    world.time = int(time.time())
    return world


def size_of(actions: Sequence[bytes]) -> int:
    return sum(map(len, actions)) // len(actions)


def told(name: str, runs: Sequence[tuple[Figures, Figures]]) -> dict[str, str]:
    """The medians of pairs of runs."""
    ratios = sorted(mine.rate / theirs.rate for theirs, mine in runs)
    return {
        f"{name}: kvstore": f"{statistics.median(theirs.rate for theirs, _ in runs):,.0f} a second",
        f"{name}: Transire": f"{statistics.median(mine.rate for _, mine in runs):,.0f} a second",
        f"{name}: ratio": f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}, {len(runs)} pairs)",
        f"{name}: CPU an action and node": cpu([mine for _, mine in runs]),
        f"{name}: CPU a kvstore transaction and node": cpu([theirs for theirs, _ in runs]),
    }


def cpu(runs: Sequence[Figures]) -> str:
    parts = {kind: statistics.median(run.cpu[kind] for run in runs) for kind in runs[0].cpu}
    return ", ".join(f"{kind} {spent:.0f} us" for kind, spent in parts.items())


def witnesses(world: World, count: int) -> list[bytes]:
    """The commonest action: the root of a pool of statements."""
    return [world.witness((PRODUCER, BROKER)[n % 2], text=f"{n}") for n in range(count)]


def openings(world: World, count: int) -> list[bytes]:
    """Allowances with as many drawing keys as make 1.4 kB: those of one licensee, over and over."""
    keys: list[Json] = [public(signing_key(f"drawer {n}")) for n in range(21)]
    body: dict[str, Json] = {"unit": "kg", "quantity": "1000", "keys": keys, "releaser": CUSTOMS}
    return [world.sign("allowance.open/1", body, by=CHAMBER) for _ in range(count)]


def run_transire(founded: Genesis, actions: Sequence[bytes], seconds: int) -> Figures:
    """Pairs of processes, each as a node runs them."""
    with tempfile.TemporaryDirectory() as folder:
        ports, program = free_ports(len(founded.validators)), str(find_cometbft())
        nodes = []
        for place in range(len(ports)):
            home = Path(folder) / f"node-{place}"
            settings = settings_of(place, ports, program, **SETTINGS)
            CometBftEngine.create(home, founded, keys_of_node(place), settings).close()
            (home / "settings.json").write_bytes(msgspec.json.encode(settings))
            (home / "actions").write_bytes(b"\n".join(actions[place :: len(ports)]))
            nodes.append(transire_node(home, place))
        for node in nodes:
            node.pids["Go"] = number_from(node.processes[0])
        return run(nodes, seconds)


def transire_node(home: Path, place: int) -> Node:
    command = [sys.executable, "-m", "benchmarks.network", "node", str(home), str(place)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed(full: threading.Event, stop: threading.Event) -> int:
        tell(process)
        number_from(process)
        full.set()
        stop.wait()
        tell(process)
        return number_from(process)

    return Node(RpcClient(home / "cometbft", "rpc.sock"), [process], feed, {"Python": process.pid})


def tell(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def number_from(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def serve(home: Path, place: int) -> None:
    """One node: says CometBFT's id, submits its actions from the first line that it reads to the second, says how many
    are left, and runs until it is told to stop."""
    settings = msgspec.json.decode((home / "settings.json").read_bytes(), type=PairSettings)
    actions = (home / "actions").read_bytes().split(b"\n")
    engine = CometBftEngine.open(home, keys_of_node(place), settings)
    stopped, asked = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(asked, b"."))
    engine.start()
    keep_for_good()
    print(engine.status().pid, flush=True)
    enough = threading.Event()
    sys.stdin.readline()
    threading.Thread(target=lambda: (sys.stdin.readline(), enough.set()), daemon=True).start()
    print(submit(engine, actions, enough), flush=True)
    os.read(stopped, 1)
    engine.close()


def submit(engine: CometBftEngine, actions: Sequence[bytes], enough: threading.Event) -> int:
    """Submit them, as the engine takes them, until it is enough; how many are left. Says when it is full first."""
    told = False
    for at, raw in enumerate(actions):
        while not enough.is_set():
            try:
                engine.submit(raw)
                break
            except PoolFull:
                if not told:
                    print(at, flush=True)
                    told = True
                time.sleep(0.02)
        else:
            return len(actions) - at
    enough.wait()
    return 0


def run_kvstore(founded: Genesis, size: int, count: int, seconds: int) -> Figures:
    """As many CometBFT processes with the application that is built into them."""
    with tempfile.TemporaryDirectory() as folder:
        ports, program = free_ports(len(founded.validators)), find_cometbft()
        homes = [Path(folder) / f"node-{place}" for place in range(len(ports))]
        filler = b"x" * (size - 11)
        transactions = [b"%010d=" % n + filler for n in range(count)]
        nodes = [
            kvstore(founded, home, place, ports, program, transactions[place :: len(ports)])
            for place, home in enumerate(homes)
        ]
        return run(nodes, seconds)


def kvstore(
    founded: Genesis, home: Path, place: int, ports: list[int], program: Path, transactions: Sequence[bytes]
) -> Node:
    for name in ("config", "data"):
        (home / name).mkdir(parents=True)
    configured = configuration(settings_of(place, ports, str(program), **SETTINGS))
    configured[""]["proxy_app"] = "kvstore"
    configured["mempool"]["max_txs_bytes"] = 128 << 20  # what waits is bounded by the sender
    (home / "config" / "config.toml").write_text(toml(configured))
    document = genesis_document(founded) | {"app_state": {}}
    (home / "config" / "genesis.json").write_bytes(msgspec.json.encode(document))
    (home / "data" / "priv_validator_state.json").write_text('{"height":"0","round":0,"step":0}')
    keys = KeyFiles(keys_of_node(place))
    process = subprocess.Popen(
        [program, "start", "--home", home],
        cwd=home,
        env={**os.environ, **keys.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=keys.descriptors,
    )
    time.sleep(0.5)
    keys.close()
    rpc = RpcClient(home, "rpc.sock")
    return Node(rpc, [process], lambda full, stop: send(rpc, transactions, full, stop), {"Go": process.pid})


def run(nodes: list[Node], seconds: int) -> Figures:
    """Give them what they take for some seconds, and count what stands in blocks after the warm-up."""
    try:
        for node in nodes:
            wait_for_height(node, 2)
        stop, full = threading.Event(), [threading.Event() for _ in nodes]
        with ThreadPoolExecutor(len(nodes)) as pool:
            senders = [pool.submit(node.feed, one, stop) for node, one in zip(nodes, full, strict=True)]
            try:
                warm_up(nodes[0], full)
                before, first = spent(nodes), height_of(nodes[0])
                began = time.monotonic()
                time.sleep(seconds)
                wait_for_height(nodes[0], first + LEAST_BLOCKS)  # where others work beside, a block may take seconds
                took = time.monotonic() - began
                after, last = spent(nodes), height_of(nodes[0])
            finally:
                stop.set()
        left = sum(sender.result() for sender in senders)  # a sender that failed is no measurement
        rate = committed(nodes[0], first, last)
        if not rate:
            raise NothingMeasured(first, last, left)
        each = {kind: (after[kind] - before[kind]) * 1e6 / took / rate / len(nodes) for kind in before}
        return Figures(rate, each)
    finally:
        for node in nodes:
            node.stop()


class NothingMeasured(Exception):
    """No transaction stood in the blocks of a run; says what is known of why."""

    def __init__(self, first: int, last: int, left: int) -> None:
        blocks = f"blocks {first} to {last} hold no transaction" if last > first else f"no block after {first}"
        super().__init__(f"{blocks}; {left} were not sent")


def send(rpc: RpcClient, transactions: Sequence[bytes], full: threading.Event, stop: threading.Event) -> int:
    """Send them until told to stop; how many are left."""
    at = 0
    while not stop.is_set() and at < len(transactions):
        if int(rpc.ask("num_unconfirmed_txs")["n_txs"]) > MOST_WAITING:
            full.set()
            time.sleep(0.05)
            continue
        batch = transactions[at : at + BATCH]
        rpc.ask_all([("broadcast_tx_async", {"tx": b64encode(tx).decode()}) for tx in batch])
        at += len(batch)
    return len(transactions) - at


def warm_up(node: Node, full: Sequence[threading.Event]) -> None:
    """Until every node has as much as it takes, and actions stand in a block: the first is long in coming where all
    nodes judge thousands at once."""
    begun = time.monotonic()
    for one in full:
        one.wait(begun + PATIENCE_S - time.monotonic())
    while time.monotonic() < begun + WARM_UP_S or (
        not has_transactions(node) and time.monotonic() < begun + PATIENCE_S
    ):
        time.sleep(0.2)


def has_transactions(node: Node) -> bool:
    return any(int(meta["num_txs"]) for meta in node.rpc.ask("blockchain")["block_metas"])


def wait_for_height(node: Node, height: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if height_of(node) >= height:
                return
        except (BlocksUnavailable, RpcRefused):
            pass
        time.sleep(0.1)
    raise TimeoutError(f"no block {height}")


def height_of(node: Node) -> int:
    return int(node.rpc.ask("status")["sync_info"]["latest_block_height"])


def committed(node: Node, first: int, last: int) -> float:
    """Transactions a second in the blocks from `first` to the one before `last`; 0 if there are none.

    A header bears the time of the commit before it: these blocks became final between the times of the two headers.
    """
    metas = {}
    for start in range(first, last + 1, 20):
        answer = node.rpc.ask("blockchain", minHeight=str(start), maxHeight=str(min(start + 19, last)))
        metas |= {int(meta["header"]["height"]): meta for meta in answer["block_metas"]}
    count = sum(int(metas[height]["num_txs"]) for height in range(first, last))
    begun, ended = (read_time(metas[height]["header"]["time"]).nanoseconds for height in (first, last))
    return count * 1e9 / (ended - begun) if count else 0.0


def spent(nodes: list[Node]) -> dict[str, float]:
    """CPU seconds of all nodes' processes, by kind."""
    found: dict[str, float] = {}
    for node in nodes:
        for kind, pid in sorted(node.pids.items()):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found[kind] = found.get(kind, 0.0) + (int(fields[11]) + int(fields[12])) / TICKS
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["node"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        for name, figure in measure(*map(int, sys.argv[1:])):
            print(f"{name}: {figure}", flush=True)
