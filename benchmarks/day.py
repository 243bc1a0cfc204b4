"""Memory and disk of a network at 100 actions a second, with old blocks pruned and without; what a day comes to.

    python -m benchmarks.day [SECONDS] [RATE]

Four validators on this machine: two keep all blocks with CometBFT, two prune (`keep_blocks`) and keep older blocks in
tables of their own. Disk is what the files of a node's ledger take, read at the middle and at the end of the run; the
growth between is the rate, and **a day is that rate times its seconds: extrapolated, not run**. CometBFT's log of
consensus messages (`cs.wal`) is left out of that: it grows to 1 GB and no further. Pruning and the logs of CometBFT's
databases come in steps, so a short run is rough; the run's length stands beside it. Memory is the resident set of both
processes at the end.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "network_faults"))

from msgspec.structs import replace
from pair_network import PairNetwork, PairProcess, Refused, Silent

from ledger_world import BROKER, CUSTOMS, PRODUCER, World
from transire.engines.cometbft.binary import find_cometbft

SECONDS = 240
RATE = 100
KEEP_BLOCKS = 50
DAY_S = 24 * 3600
IN_FLIGHT = 200
WAL = "cometbft/data/cs.wal"


def measure(seconds: int = SECONDS, rate: int = RATE) -> dict[str, str]:
    """Every figure of this page, in words."""
    network = PairNetwork(str(find_cometbft()), commit_ms=250, snapshot_every=1000)
    for pair in network.pairs[2:]:
        pair.settings = replace(pair.settings, keep_blocks=KEEP_BLOCKS)
    with network:
        stop = threading.Event()
        with ThreadPoolExecutor(IN_FLIGHT + 1) as pool:
            offering = pool.submit(offer, network, rate, stop, pool)
            try:
                time.sleep(seconds / 2)
                middle, begun, at = [disk(pair) for pair in network.pairs], time.monotonic(), network.height
                time.sleep(seconds / 2)
                end, took, height = [disk(pair) for pair in network.pairs], time.monotonic() - begun, network.height
                memory = [resident(pair) for pair in network.pairs]
            finally:
                stop.set()
            offered = offering.result()
        found = {f"offered for {seconds} s": f"{offered:,} actions, {height - at} blocks in the second half"}
        for name, places in (("all blocks kept", (0, 1)), (f"the newest {KEEP_BLOCKS} blocks with CometBFT", (2, 3))):
            grown = growth([(middle[place], end[place]) for place in places], took * rate)
            held = max(memory[place] for place in places)
            found[f"{name}: disk"] = f"{sum(grown.values()):,.0f} bytes an action; {shares(grown)}"
            lasting = sum(size for part, size in grown.items() if part != WAL)
            found[f"{name}: disk of a day, extrapolated"] = f"{lasting * rate * DAY_S / 1e9:,.1f} GB, and 1 GB of {WAL}"
            found[f"{name}: memory of node and CometBFT"] = f"{held / 1e6:,.0f} MB"
        return found


def offer(network: PairNetwork, rate: int, stop: threading.Event, pool: ThreadPoolExecutor) -> int:
    """Actions at a steady rate through all nodes until told to stop; how many."""
    world, number, begun = World(genesis=network.genesis), 0, time.monotonic()
    world.nonce = time.time_ns() % 10**15
    while not stop.is_set():
        world.time = int(time.time())
        raw = world.witness((PRODUCER, BROKER, CUSTOMS)[number % 3]).decode()
        pool.submit(submit, network.pairs[number % len(network.pairs)], raw)
        number += 1
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
    return number


def submit(pair: PairProcess, raw: str) -> None:
    try:
        pair.ask("submit", raw=raw, wait=20.0)
    except (Silent, Refused) as error:
        print(f"not answered: {error}", file=sys.stderr)


def disk(pair: PairProcess) -> dict[str, int]:
    """Bytes that the files of a pair's ledger take on the disk, by folder; CometBFT's log of the day is not counted."""
    found: dict[str, int] = {}
    root = pair.folder / "ledger"
    for folder, _, names in os.walk(root):
        part = os.path.relpath(folder, root)
        for name in names:
            if name not in ("log", "log.old"):
                try:
                    size = os.stat(os.path.join(folder, name)).st_blocks * 512
                except FileNotFoundError:
                    continue  # a table of CometBFT's database that was merged meanwhile
                found[part] = found.get(part, 0) + size
    return found


def growth(pairs: Sequence[tuple[dict[str, int], dict[str, int]]], actions: float) -> dict[str, float]:
    """Bytes an action that each folder grew by, the mean of some nodes."""
    folders = sorted({folder for before, after in pairs for folder in (*before, *after)})
    return {
        folder: sum(after.get(folder, 0) - before.get(folder, 0) for before, after in pairs) / len(pairs) / actions
        for folder in folders
    }


def shares(grown: dict[str, float]) -> str:
    """The folders that grew, the fastest first."""
    parts = sorted(((size, folder) for folder, size in grown.items() if abs(size) >= 1), reverse=True)
    return ", ".join(f"{folder} {size:,.0f}" for size, folder in parts)


def resident(pair: PairProcess) -> int:
    """Bytes in memory of the node's process and of CometBFT."""
    pids = (pair.pid, pair.ask("status")["pid"])
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    for name, figure in measure(*map(int, sys.argv[1:])).items():
        print(f"{name}: {figure}")
