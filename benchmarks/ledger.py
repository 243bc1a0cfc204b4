"""What one action costs a replica: from its bytes to the durable block, on LMDB with its syncs on.

A `witness` changes the log only, a `document.end` the state and its map as well. Goal: at most 150 us of one core an
action of 1.4 kB; Transire's actions are smaller, since documents and statements stay off the ledger. Signing is the
submitter's cost and not counted. `python -m benchmarks.ledger 1000000` measures up to a million.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from ledger_world import BROKER, PRODUCER, World, digest, genesis, signing_key
from transire.engines.replica import LmdbStore
from transire.ledger.action import parse_action, verify_action
from transire.ledger.block import DecidedBlock
from transire.ledger.chain import Time

IN_A_BLOCK = 1000
DEFAULT_ACTIONS = 20_000
MEMBERS = (PRODUCER, BROKER)


def signed(world: World, number: int, ends: bool) -> list[bytes]:
    """The actions of one block, alternating between members; every third is an ending if those are wanted."""
    raws = []
    for n in range(IN_A_BLOCK):
        by = MEMBERS[n % len(MEMBERS)]
        if ends:
            version = digest(f"{number} {n}")
            raws.append(world.sign("document.end/1", {"version": version}, by=by))
        else:
            raws.append(world.witness(by))
    return raws


class Stopwatch:
    """CPU seconds of this process, by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def of(self, name: str, task: Callable[[], object]) -> None:
        """Run a task on this name's account."""
        before = time.process_time()
        task()
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - before


def blocks(world: World, count: int, *, ends: bool) -> Iterator[tuple[int, Stopwatch]]:
    """Make blocks one after the other; signing them is not timed."""
    for number in range(count):
        world.time += 1
        yield number, one_block(world, signed(world, number, ends))


def one_block(world: World, raws: list[bytes]) -> Stopwatch:
    """Make a block as an engine does, each step on its own account."""
    watch, machine, at = Stopwatch(), world.machine, Time(world.time, 0)
    block = DecidedBlock(height=machine.height + 1, time=at, actions=tuple(raws))
    watch.of("check (parse, signature)", lambda: [machine.check(raw, world.time).admitted() for raw in raws])
    watch.of("judge", lambda: machine.judge(raws, at))
    watch.of("apply (rules, log, map)", lambda: machine.apply(block))
    watch.of("commit (LMDB, synced)", machine.commit)
    return watch


def microseconds(seconds: float, actions: int = IN_A_BLOCK) -> str:
    return f"{seconds / actions * 1e6:.1f} us"


def parts_of_check(raw: bytes, public: bytes) -> Iterator[tuple[str, float]]:
    """Reading and verifying one action alone."""
    action = parse_action(raw)
    for name, task in (("reading", lambda: parse_action(raw)), ("signature", lambda: verify_action(action, public))):
        before = time.process_time()
        for _ in range(IN_A_BLOCK):
            task()
        yield name, time.process_time() - before


def measure(folder: Path, actions: int, *, ends: bool) -> None:
    """One kind of action over a growing ledger."""
    world = World(genesis=genesis(actions_per_block=IN_A_BLOCK), store=LmdbStore(folder))
    name = "document.end" if ends else "witness"
    raw = signed(world, -1, ends)[0]
    print(f"{name}, bytes of an action: {len(raw)}")
    count = max(actions // IN_A_BLOCK, 10)
    spent: list[float] = []
    for number, watch in blocks(world, count, ends=ends):
        total = sum(watch.spent.values())
        spent.append(total)
        if number == count - 1:
            for step, seconds in watch.spent.items():
                print(f"{name}, {step}: {microseconds(seconds)}")
    early, late = sorted(spent[5:10])[2], sorted(spent[-5:])[2]
    print(f"{name}, in all, after 10 thousand actions: {microseconds(early)}")
    print(f"{name}, in all, after {count * IN_A_BLOCK:,} actions: {microseconds(late)} ({late / early:.2f} times)")
    used = (folder / "data.mdb").stat().st_blocks * 512
    print(f"{name}, disk per million actions: {used / count / IN_A_BLOCK * 1e6 / 1e6:,.0f} MB")
    world.store.close()


def main(actions: int) -> None:
    world = World()
    key = signing_key(f"{PRODUCER} act-1").public
    for name, seconds in parts_of_check(world.witness(), key):
        print(f"one witness, {name}: {microseconds(seconds)}")
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "witness", actions, ends=False)
        measure(Path(folder) / "ends", actions, ends=True)
    print(f"memory of the process at its highest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_ACTIONS)
