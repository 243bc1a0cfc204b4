"""What one action costs a replica: from its bytes to the durable block, on LMDB with its syncs on.

A `witness` changes the log only, a `document.end` the state and its map as well; an `allowance.open` with 22 drawing
keys is an action of 1.4 kB, where the others have some 360 bytes, since documents and statements stay off the ledger.
Goal: at most 150 us of one core an action of 1.4 kB, and within 1.5 times from 10 thousand to a million actions.
Signing is the submitter's cost and not counted, but takes as long as all else; so a million is measured of one kind:

    python -m benchmarks.ledger [ACTIONS [KIND ...]]
    python -m benchmarks.ledger 1000000 allowance.open

At each power of ten from 10 thousand on stands the median of the five blocks before it. Of how much grows, the map's
pages are the most: it is deeper by a page for each sixteenfold number of keys.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from ledger_world import BROKER, PRODUCER, World, digest, genesis, signing_key
from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.engines.replica import LmdbStore
from transire.ledger.action import parse_action, verify_action
from transire.ledger.block import DecidedBlock
from transire.ledger.chain import Time
from transire.node.memory import keep_for_good

IN_A_BLOCK = 1000
DEFAULT_ACTIONS = 20_000
MARKS = (10_000, 100_000, 1_000_000)
MEMBERS = (PRODUCER, BROKER)


SIGNERS = {by: signing_key(f"{by} act-1") for by in MEMBERS}
DRAWING_KEYS = [b64url(signing_key(f"drawing {n}").public) for n in range(22)]

Sign = Callable[[World, str, str], bytes]
"""Signs one action of a member; the text is different for each."""

KINDS: dict[str, Sign] = {
    "witness": lambda world, by, text: by_member(world, by, "witness/1", {"pool": digest(text)}),
    "document.end": lambda world, by, text: by_member(world, by, "document.end/1", {"version": digest(text)}),
    "allowance.open": lambda world, by, text: by_member(
        world,
        by,
        "allowance.open/1",
        {"unit": "kg", "quantity": "1000", "keys": list(DRAWING_KEYS), "releaser": BROKER},
    ),
}


def by_member(world: World, by: str, action: str, body: dict[str, Json]) -> bytes:
    return world.sign(action, body, by=by, signer=SIGNERS[by])


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
    lately: deque[dict[str, float]] = deque(maxlen=5)
    first: float | None = None
    for number, watch in blocks(world, count, KINDS[name]):
        lately.append(watch.spent)
        done = (number + 1) * IN_A_BLOCK
        if done not in MARKS and number != count - 1:
            continue
        late = statistics.median(sum(spent.values()) for spent in lately)
        first = late if first is None else first
        steps = ", ".join(f"{step} {median_of(lately, step)}" for step in watch.spent)
        print(f"{name}, after {done:,} actions: {microseconds(late)} ({late / first:.2f} times; {steps})", flush=True)
        print(f"{name}, memory of the process after {done:,} actions: {memory_mb():,.0f} MB", flush=True)
    used = (folder / "data.mdb").stat().st_blocks * 512
    print(f"{name}, disk per million actions: {used / count / IN_A_BLOCK * 1e6 / 1e6:,.0f} MB", flush=True)
    world.store.close()


def median_of(lately: Iterable[dict[str, float]], step: str) -> str:
    return microseconds(statistics.median(spent[step] for spent in lately))


def memory_mb() -> float:
    """What is the process's own: the pages of the replica's file in memory are the system's, and not counted."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]) / 1024


def main(actions: int, kinds: Sequence[str]) -> None:
    world = World()
    key = signing_key(f"{PRODUCER} act-1").public
    keep_for_good()  # as a node does before it serves
    for name, seconds in parts_of_check(world.witness(), key):
        print(f"one witness, {name}: {microseconds(seconds)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in kinds or KINDS:
            measure(Path(folder) / name, actions, name)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_ACTIONS, sys.argv[2:])
