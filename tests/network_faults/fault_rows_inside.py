"""Rows 7 to 12: pairs that die at a step, whose files were altered, that sign twice, propose badly, or differ."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

from fault_scene import Fault, Meanwhile, Row, Scene, Seen, staged
from pair_network import PairProcess, until
from pair_twists import EVIL

from cometbft_world import keys_of_node
from transire.crypto.encoding import b64url
from transire.engines.cometbft.app import STEPS
from transire.engines.cometbft.inspecting import inspect
from transire.engines.replica import LmdbStore
from transire.ledger.chain import validator_address
from transire.ledger.store import STATE, Writes

FAIL_POINTS = 10
"""Where CometBFT itself can be made to end around WAL, block store, FinalizeBlock and Commit (`FAIL_TEST_INDEX`)."""
REJECTED = "state machine rejected a proposed block"
DIFFERENT = "wrong Block.Header.AppHash"


# Row 7.


def end_at_fail_points(seen: Seen, program: str, rate: float, whole: bool) -> None:
    """Four validators that end at four points of their first or second block, then one at each point under load."""
    points = list(range(2 * FAIL_POINTS if whole else 4))
    for first in points[::4]:
        lives = [{"fail_point": point} for point in points[first : first + 4]]
        with staged(program, rate, seen, whole, lives=lives) as scene:
            restarts = [pair.ask("status")["restarts"] for pair in scene.pairs]
            assert min(restarts) >= 1, f"points {points[first : first + 4]}: restarts {restarts}"
            seen.did("CometBFT of all four ended at points of block 1 or 2", len(lives))
            if first == points[::4][-1]:
                _end_under_load(scene, FAIL_POINTS if whole else 2)


def _end_under_load(scene: Scene, points: int) -> None:
    for point in range(points):
        (pair,) = scene.choose()
        scene.load.phase = "during"
        before = pair.ask("fail_next", point=point)
        until(lambda pair=pair, before=before: pair.ask("status")["restarts"] >= before + 2)
        scene.load.phase = "after"
        scene.seen.recovered_s.append(scene.go_on())
        scene.seen.did("CometBFT of one ended at a point under load")


# Row 8.


def kill_itself(step: str, number: int) -> dict[str, Callable[[Scene], None]]:
    """A pair is started so that it dies at a step for that many times, and is started again as it should be."""

    def begin(scene: Scene) -> None:
        (pair,) = scene.choose()
        pair.stop()
        pair.start(twist=("kills itself", step, str(number)))
        assert pair.ended() == -signal.SIGKILL

    return {"begin": begin, "end": lambda scene: [pair.start() for pair in scene.hit]}


# Row 9.


def altered(alter: Callable[[PairProcess], None]) -> dict[str, Callable[[Scene], None]]:
    """A pair's files are altered while it does not run; then it must go on by itself, rebuilt from blocks."""

    def begin(scene: Scene) -> None:
        (pair,) = scene.choose()
        pair.kill()
        alter(pair)

    return {"begin": begin, "end": lambda scene: [pair.start() for pair in scene.hit]}


def write_ahead_log(pair: PairProcess) -> Path:
    return pair.folder / "ledger" / "cometbft" / "data" / "cs.wal" / "wal"


def shorten(pair: PairProcess) -> None:
    raw = write_ahead_log(pair).read_bytes()
    write_ahead_log(pair).write_bytes(raw[: len(raw) - len(raw) // 3])


def flip(pair: PairProcess) -> None:
    raw = bytearray(write_ahead_log(pair).read_bytes())
    for place in range(len(raw) // 2, len(raw), 997):
        raw[place] ^= 0xFF
    write_ahead_log(pair).write_bytes(raw)


def edit_a_row(scene: Scene) -> None:
    """A row of one replica is edited by hand: found by the deep check, and the pair ends before it tells anything."""
    pair = scene.pairs[3]
    scene.hit, scene.load.phase = [pair], "during"
    pair.stop()
    allowance = next(entry.allowance for entry in reversed(scene.load.acknowledged) if entry.allowance).encode()
    key = b"allowance/" + allowance
    store = LmdbStore(pair.folder / "ledger" / "replica")
    raw, writes = store.get(STATE, key), Writes()
    assert raw is not None
    writes.put(STATE, key, raw.replace(b'"quantity":"20"', b'"quantity":"90"'))
    store.commit(writes)
    store.close()
    damages = inspect(pair.folder / "ledger", pair.settings, deep=True)
    assert [damage.table for damage in damages] == [STATE]
    scene.seen.holds("a row that was edited by hand was named by the deep check")
    _begin_anew(scene)


def delete_the_replica(scene: Scene) -> None:
    """The application's database is gone: the pair refuses to start, and begins anew from the others' blocks."""
    (pair,) = scene.choose()
    scene.load.phase = "during"
    pair.kill()
    replica = pair.folder / "ledger" / "replica"
    replica.rename(replica.with_name("gone"))
    pair.start()
    assert (pair.ended(), "ReplicaMissing" in pair.log()) == (1, True), pair.log()
    scene.seen.holds("without its database a pair refused to start")
    _begin_anew(scene)


def _begin_anew(scene: Scene) -> None:
    """As docs/how-to/recover-after-a-halt.md has it: from the genesis, with all blocks from the others."""
    for pair in scene.hit:
        pair.founded_again(scene.network.genesis)
        pair.start()
    scene.load.phase = "after"
    scene.seen.recovered_s.append(scene.go_on())
    scene.seen.did("a replica begun anew", len(scene.hit))
    scene.hit = []


def alter_replicas(scene: Scene) -> None:
    until(lambda: any(entry.allowance for entry in scene.load.acknowledged))
    edit_a_row(scene)
    delete_the_replica(scene)


# Row 10.


def sign_twice(scene: Scene) -> None:
    """The key of validator 0 in a second process; evidence of it must reach the state on every node."""
    twin = scene.network.add(4, name="twin")
    twin.start(validator=0, node=4)
    prefix = f"misbehaviour/{b64url(validator_address(keys_of_node(0).validator.public))}/"
    honest = scene.pairs[1:4]
    scene.seen.did("validator key in two processes")
    begun = time.monotonic()
    until(lambda: all(pair.ask("rows", prefix=prefix) for pair in honest))
    scene.seen.notes.append(f"evidence in the state of three nodes after {time.monotonic() - begun:.1f} s")
    row = honest[0].ask("state", key=honest[0].ask("rows", prefix=prefix)[0])
    assert row["kind"] == "duplicate-vote"
    scene.seen.holds("duplicate votes recorded in the state")
    twin.kill()
    scene.pairs.remove(twin)
    scene.seen.recovered_s.append(scene.go_on())


# Row 11.


def propose_badly(scene: Scene) -> None:
    """One validator proposes what no block may hold, and votes for all it is shown."""
    for kind in list(EVIL)[: None if scene.whole else 1]:
        pair = scene.pairs[3]
        scene.hit, scene.load.phase = [pair], "during"
        pair.stop()
        before = [_rejections(one) for one in scene.spared]
        pair.start(twist=("proposes", kind))

        def all_rejected(before: list[int] = before) -> bool:
            return all(_rejections(one) > old for one, old in zip(scene.spared, before, strict=True))

        until(all_rejected, why=lambda: f"nobody refused {kind}\n{pair.log()}")  # noqa: B023 - asked at once
        scene.seen.recovered_s.append(scene.go_on())
        scene.seen.did(f"proposed {kind}")
        scene.seen.holds("the proposal was refused by every honest validator and the next round decided")
        pair.stop()
        pair.start()
    scene.hit, scene.load.phase = [], "after"
    scene.go_on()


def _rejections(pair: PairProcess) -> int:
    return pair.cometbft_log().count(REJECTED)


# Row 12.


def differ(scene: Scene) -> None:
    """One pair with an edited rule stops while three go on; two halt the network and it is seen; all are mended.

    A selection leaves the first out: tests/faults has a pair that differs by an edited row.
    """
    if scene.whole:
        _differ_alone(scene)
    _run_other_rules(scene, scene.pairs[2:4])
    scene.load.phase = "during"
    until(lambda: all(DIFFERENT in pair.cometbft_log()[-200_000:] for pair in scene.spared))
    height = scene.network.height
    time.sleep(10 if scene.whole else 2)
    assert scene.network.height <= height + 1
    until(lambda: all("another state" in pair.failure for pair in scene.spared), why=lambda: "the halt is not named")
    silent = [pair.ask("status")["silent_s"] for pair in scene.spared]
    scene.seen.notes.append(f"during the halt the two right nodes counted CometBFT as silent for {silent} s")
    scene.seen.holds("with two of four on another rule the network halted, and each right node names the app_hash")
    for pair in scene.hit:
        pair.stop()
    _begin_anew(scene)


def _differ_alone(scene: Scene) -> None:
    _run_other_rules(scene, [scene.pairs[3]])
    until(lambda: DIFFERENT in scene.pairs[3].failure, why=lambda: "the differing pair did not stop")
    scene.seen.holds("the one with another rule stopped and named the app_hash")
    scene.go_on(scene.spared)
    scene.seen.holds("three went on")
    scene.pairs[3].stop()
    _begin_anew(scene)


def _run_other_rules(scene: Scene, pairs: list[PairProcess]) -> None:
    scene.hit = list(pairs)
    for pair in pairs:
        pair.stop()
    for pair in pairs:
        pair.start(twist=("has other rules",))
    scene.seen.did(f"{len(pairs)} of four with another rule")


GOES_ON = Meanwhile.GOES_ON
ROWS = (
    Row(
        7,
        "CometBFT ends at its own crash points (`FAIL_TEST_INDEX` 0-19: blocks 1 and 2, 0-9 under load)",
        "after recovery it is identical to the others",
        alone=end_at_fail_points,
    ),
    Row(
        8,
        "the application kills itself after FinalizeBlock, before the commit is written, after it and before the reply",
        "the handshake replays at most one block and the pair goes on",
        faults=tuple(
            # A selection has the last window alone: tests/faults has each of them with one validator.
            Fault(
                f"killed itself: {step}",
                **kill_itself(step, number),
                meanwhile=GOES_ON,
                times=2,
                sample=int((step, number) == ("committed", 1)),
            )
            for step in STEPS
            for number in (1, 4)
        ),
    ),
    Row(
        9,
        "the write-ahead log cut off or with flipped bytes; the database deleted; a row edited by hand",
        "found and refused, or rebuilt from blocks",
        faults=(
            Fault("write-ahead log cut off", **altered(shorten), meanwhile=GOES_ON, times=2),
            Fault("bytes of the write-ahead log flipped", **altered(flip), meanwhile=GOES_ON, times=2),
        ),
        act=alter_replicas,
    ),
    Row(
        10,
        "one validator key in two processes",
        "evidence of it is in the state of every node, the network goes on",
        act=sign_twice,
        places=5,
    ),
    Row(
        11,
        "a proposer that proposes forged, repeated, expired, foreign, malformed and oversize actions",
        "the honest refuse it, the next round decides",
        act=propose_badly,
    ),
    Row(
        12,
        "one node, then two of four, with another version of a rule",
        "that node stops and names the app_hash, three go on; two halt the network and it is seen",
        act=differ,
    ),
)
