"""How long an action takes on a network: submitted at one node, committed and proved, visible on the next node.

    python -m benchmarks.latency [SECONDS]

Each validator is a pair of processes, in a network namespace of its own where there are such; blocks are 250 ms apart
at least, gossip is full. Actions are offered at a steady rate at one node after the other, at 1, 50 and 500 a second,
for so many seconds (at 1 a second five times as long). *Committed* is when the node that took it answers that the next
header proves it: two blocks. *Visible* is when the replica of the next organisation's node has its block as well.
Goal: p99 below 2 s. The sender is one process on the same machine and competes with the nodes; how late it was itself
stands beside: where that is seconds, fewer actions were on their way than the rate says, and the figure flatters.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "network_faults"))

from pair_network import PairNetwork, Refused, Silent

from ledger_world import BROKER, CUSTOMS, PRODUCER, World
from transire.engines.cometbft.binary import find_cometbft

VALIDATORS = (4, 7)
SECONDS = 20
RATES = (1, 50, 500)
ANSWER_S = 30.0
IN_FLIGHT = 600


@dataclass
class Times:
    """Seconds that actions took, and how many were not answered."""

    committed: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """How late each was sent: what the sender itself could not keep up with."""
    lost: int = 0


def measure(seconds: int = SECONDS) -> dict[str, str]:
    """Every figure of this page, in words."""
    return {name: figure for validators in VALIDATORS for name, figure in measure_with(validators, seconds).items()}


def measure_with(validators: int, seconds: int) -> dict[str, str]:
    """The figures of a network of that many."""
    found: dict[str, str] = {}
    with PairNetwork(str(find_cometbft()), validators=validators, commit_ms=250) as network:
        found["ground"] = network.ground.kind
        for rate in RATES:
            times = offer(network, rate, 5 * seconds if rate == 1 else seconds)
            name = f"{validators} validators, {rate} a second"
            found[f"{name}: committed"] = quantiles(times.committed)
            found[f"{name}: visible on the next node"] = quantiles(times.visible)
            found[f"{name}: not answered; sent late by"] = f"{times.lost}; p99 {1000 * share(times.late, 99):.0f} ms"
    return found


def offer(network: PairNetwork, rate: int, seconds: int) -> Times:
    """So many actions a second, each at the next node, each waited for at the one behind it."""
    times = Times()
    world = World(genesis=network.genesis)
    world.nonce = time.time_ns() % 10**15
    members = (PRODUCER, BROKER, CUSTOMS)
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        begun = time.monotonic() + 0.5
        for number in range(rate * seconds):
            world.time = int(time.time())
            raw = world.witness(members[number % len(members)])
            due = begun + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            pool.submit(carry, network, number, raw.decode(), due, times)
    return times


def carry(network: PairNetwork, number: int, raw: str, due: float, times: Times) -> None:
    """Submit at one node, and wait at the next until it has the block. Times count from when it was sent."""
    pairs = network.pairs
    taking, showing = pairs[number % len(pairs)], pairs[(number + 1) % len(pairs)]
    sent = time.monotonic()
    times.late.append(sent - due)
    try:
        told = taking.ask("submit", raw=raw, wait=ANSWER_S, within=ANSWER_S + 5)
        committed = time.monotonic()
        seen = showing.ask("wait", height=told["height"], wait=ANSWER_S, within=ANSWER_S + 5)
    except (Silent, Refused):
        times.lost += 1
        return
    assert seen
    assert not told["code"]
    times.committed.append(committed - sent)
    times.visible.append(time.monotonic() - sent)


def quantiles(values: Sequence[float]) -> str:
    """Median, 95th and 99th percentile, and the most.

    >>> quantiles([0.1] * 99 + [0.2])
    'p50 100, p95 100, p99 100, most 200 ms (100 actions)'
    """
    told = ", ".join(f"p{percent} {1000 * share(values, percent):.0f}" for percent in (50, 95, 99))
    return f"{told}, most {1000 * share(values, 100):.0f} ms ({len(values)} actions)"


def share(values: Sequence[float], percent: int) -> float:
    """The smallest value that is no less than so many percent of them; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


if __name__ == "__main__":
    for name, figure in measure(*map(int, sys.argv[1:])).items():
        print(f"{name}: {figure}")
