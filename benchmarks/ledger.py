"""What one action costs a replica: from its bytes to the durable block, on LMDB with its syncs on.

A `witness` changes the log only, a `document.end` the state and its map as well; an `allowance.open` with 22 drawing
keys is an action of 1.4 kB, where the others have some 360 bytes, since documents and statements stay off the ledger.
Goal: at most 150 us of one core an action of 1.4 kB, and within 1.5 times from 10 thousand to a million actions.
Signing is the submitter's cost and not counted. `python -m benchmarks.ledger 1000000` measures up to a million.
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
from transire.crypto.encoding import b64url
from transire.engines.replica import LmdbStore
from transire.ledger.action import parse_action, verify_action
from transire.ledger.block import DecidedBlock
from transire.ledger.chain import Time

IN_A_BLOCK = 1000
DEFAULT_ACTIONS = 20_000
MEMBERS = (PRODUCER, BROKER)


DRAWING_KEYS = [b64url(signing_key(f"drawing {n}").public) for n in range(22)]

Sign = Callable[[World, str, str], bytes]
"""Signs one action of a member; the text is different for each."""

KINDS: dict[str, Sign] = {
    "witness": lambda world, by, text: world.witness(by),
    "document.end": lambda world, by, text: world.sign("document.end/1", {"version": digest(text)}, by=by),
    "allowance.open": lambda world, by, text: world.sign(
        "allowance.open/1", {"unit": "kg", "quantity": "1000", "keys": DRAWING_KEYS, "releaser": BROKER}, by=by
    ),
}


def signed(world: World, number: int, sign: Sign) -> list[bytes]:
    """The actions of one block, alternating between members."""
    return [sign(world, MEMBERS[n % len(MEMBERS)], f"{number} {n}") for n in range(IN_A_BLOCK)]


class Stopwatch:
    """CPU seconds of this process, by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def of(self, name: str, task: Callable[[], object]) -> None:
        """Run a task on this name's account."""
        before = time.process_time()
        task()
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - before


def blocks(world: World, count: int, sign: Sign) -> Iterator[tuple[int, Stopwatch]]:
    """Make blocks one after the other; signing them is not timed."""
    for number in range(count):
        world.time += 1
        yield number, one_block(world, signed(world, number, sign))


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


def measure(folder: Path, actions: int, name: str) -> None:
    """One kind of action over a growing ledger."""
    world = World(genesis=genesis(actions_per_block=IN_A_BLOCK), store=LmdbStore(folder))
    raw = KINDS[name](world, PRODUCER, "size")
    print(f"{name}, bytes of an action: {len(raw)}")
    count = max(actions // IN_A_BLOCK, 10)
    spent: list[float] = []
    for number, watch in blocks(world, count, KINDS[name]):
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
        for name in KINDS:
            measure(Path(folder) / name, actions, name)
    print(f"memory of the process at its highest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_ACTIONS)
