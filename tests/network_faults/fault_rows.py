"""Rows 1 to 6: pairs that are killed, frozen, cut off or badly connected; each row is data."""

from __future__ import annotations

from threading import Thread

from fault_scene import Fault, Meanwhile, Row, Scene
from pair_ground import between
from pair_lines import BadLine

GOES_ON, HALTS, EITHER = Meanwhile.GOES_ON, Meanwhile.HALTS, Meanwhile.EITHER
RING = ((0, 2), (1, 3))
"""Lines that are cut so that each of four sees its two neighbours, three with itself, and no two see the same."""
BAD_LINE = BadLine(delay_ms=200, jitter_ms=100, loss=2, reorder=25, rate_kbit=1000)
SLOW_LINE = BadLine(rate_kbit=1000)
MOST_ROUNDS = 20


def kill(count: int) -> dict[str, object]:
    """Kill so many pairs, and start them again."""
    return {
        "begin": lambda scene: [pair.kill() for pair in scene.choose(count)],
        "end": lambda scene: [pair.start() for pair in scene.hit],
    }


def freeze(count: int) -> dict[str, object]:
    return {
        "begin": lambda scene: [pair.freeze() for pair in scene.choose(count)],
        "end": lambda scene: [pair.thaw() for pair in scene.hit],
    }


def cut(*lines: tuple[int, int], hit: tuple[int, ...] = ()) -> dict[str, object]:
    """Cut these lines; `hit` are those who are then too few."""

    def begin(scene: Scene) -> None:
        scene.hit = [scene.pairs[place] for place in hit]
        scene.network.ground.cut(lines)

    return {"begin": begin, "end": lambda scene: scene.network.ground.mend()}


def flap(scene: Scene) -> None:
    """One line to a node, three seconds there and three away, while the fault lasts."""
    scene.hit = [scene.pairs[3]]
    scene.ended.clear()

    def run() -> None:
        while not scene.ended.wait(3.0):
            scene.network.ground.cut(between([0, 1, 2], [3]))
            scene.ended.wait(3.0)
            scene.network.ground.mend()

    scene.worker = Thread(target=run, daemon=True)
    scene.worker.start()


def stop_flapping(scene: Scene) -> None:
    scene.ended.set()
    assert scene.worker is not None
    scene.worker.join()
    scene.network.ground.mend()


def impair(bad: BadLine) -> dict[str, object]:
    def begin(scene: Scene) -> None:
        scene.marks["height"] = scene.network.height
        missing = scene.network.ground.impair(range(len(scene.pairs)), bad)
        if missing:
            scene.missing.append(missing)

    def end(scene: Scene) -> None:
        scene.network.ground.mend()
        check_rounds(scene, scene.marks["height"])

    return {"begin": begin, "end": end}


def check_rounds(scene: Scene, first: int) -> None:
    """No block took more than some rounds."""
    pair = scene.pairs[0]
    rounds = pair.ask("rounds", first=first, last=pair.height - 1, within=60)
    assert rounds
    assert max(rounds) <= MOST_ROUNDS
    scene.seen.holds("blocks decided in bounded rounds", len(rounds))
    scene.seen.notes.append(f"rounds beyond the first: {sum(rounds)} in {len(rounds)} blocks, at most {max(rounds)}")


def kill_cometbft_alone(scene: Scene) -> None:
    (pair,) = scene.choose()
    scene.marks["restarts"] = pair.ask("status")["restarts"]
    pair.kill_cometbft()


def see_it_restarted(scene: Scene) -> None:
    (pair,) = scene.hit
    assert pair.ask("status")["restarts"] == scene.marks["restarts"] + 1
    scene.seen.holds("the supervisor started CometBFT again")


ROWS = (
    Row(
        1,
        "SIGKILL one pair at random, start it again",
        "progress with three; it catches up; equal app_hash at every height",
        faults=(Fault("pair killed", **kill(1), meanwhile=GOES_ON, lasts_s=1.0, times=20),),
    ),
    Row(
        2,
        "SIGKILL the application only; CometBFT only",
        "the pair is whole again; nothing is applied twice",
        found="a pair that was started under load ended by SIGSEGV, for msgspec 0.22 works out how to read a struct "
        "when one is read for the first time, and another thread met half of it; all are prepared before threads now",
        faults=(
            Fault("application killed (CometBFT dies with it)", **kill(1), meanwhile=GOES_ON, times=5),
            Fault("CometBFT killed", kill_cometbft_alone, see_it_restarted, meanwhile=GOES_ON, lasts_s=4.0, times=5),
        ),
    ),
    Row(
        3,
        "SIGSTOP one pair for 10 s, for 60 s",
        "as 1",
        faults=(
            Fault("pair frozen for 10 s", **freeze(1), meanwhile=GOES_ON, lasts_s=10, times=3),
            Fault("pair frozen for 60 s", **freeze(1), meanwhile=GOES_ON, lasts_s=60, times=2, sample=0),
        ),
    ),
    Row(
        4,
        "SIGKILL two of four, wait, start them again",
        "no block meanwhile, then it goes on; no acknowledged action lost",
        faults=(Fault("two pairs killed", **kill(2), meanwhile=HALTS, lasts_s=10, times=5),),
    ),
    Row(
        5,
        "partitions 3|1, 2|2, a ring in which each sees a majority and no two the same, a flapping line",
        "the side of three makes blocks; 2|2 halts; all heals",
        found="a node that had the newest block answered about the one before, which those without it could not; the "
        "check took that for an answer during the halt, and asks now whether a block proves it",
        faults=(
            Fault("3|1", **cut(*between([0, 1, 2], [3]), hit=(3,)), meanwhile=GOES_ON, lasts_s=15, times=3),
            Fault("2|2", **cut(*between([0, 1], [2, 3])), meanwhile=HALTS, lasts_s=15, times=3),
            Fault("ring", **cut(*RING), meanwhile=EITHER, lasts_s=15, times=2, sample=0),
            Fault("line flapping every 3 s", flap, stop_flapping, meanwhile=GOES_ON, lasts_s=30, times=1, sample=0),
        ),
    ),
    Row(
        6,
        "lines with 200 ms +- 100 ms, 2 % loss, reordering, 1 Mbit/s",
        "blocks are made; rounds are bounded",
        settings={"bad_lines": (SLOW_LINE, BAD_LINE)},
        faults=(
            Fault("1 Mbit/s", **impair(SLOW_LINE), meanwhile=GOES_ON, lasts_s=40, times=1),
            Fault(
                "200 ms +- 100 ms, 2 % loss, reordering, 1 Mbit/s", **impair(BAD_LINE), meanwhile=GOES_ON, lasts_s=40
            ),
        ),
    ),
)
