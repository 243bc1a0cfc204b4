"""The beat: turns when woken, never two of one tenant at once, again after a failure."""

from __future__ import annotations

import threading
import time

from transire.node import beat as beat_module
from transire.node.beat import Beat


def test_two_turns_of_one_tenant_never_overlap() -> None:
    beat, inside, overlaps, turns = Beat(), threading.Lock(), [], []

    def turn() -> None:
        if not inside.acquire(blocking=False):
            overlaps.append(1)
            return
        time.sleep(0.005)
        turns.append(1)
        inside.release()

    beat.add("a", turn)
    beat.start()
    for _ in range(50):
        beat.wake("a")
        time.sleep(0.002)
    beat.stop()
    assert not overlaps
    assert len(turns) > 5


def test_a_wake_during_a_turn_gives_another_turn() -> None:
    beat, started, turns = Beat(), threading.Event(), []

    def turn() -> None:
        turns.append(1)
        started.set()
        time.sleep(0.05)

    beat.add("a", turn)
    beat.start()
    started.wait(1)
    beat.wake("a")
    deadline = time.monotonic() + 2
    while len(turns) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    beat.stop()
    assert len(turns) >= 2


def test_a_turn_that_fails_is_taken_again(monkeypatch: object, capsys: object) -> None:
    beat_module.RETRY_AFTER_FAILURE_S = 0.01
    beat, done, turns = Beat(), threading.Event(), []

    def turn() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise ValueError("the first turn fails")
        done.set()

    beat.add("a", turn)
    beat.start()
    assert done.wait(20)
    beat.stop()


def test_a_turn_that_wants_another_one_gets_it_in_time() -> None:
    beat, done, turns = Beat(), threading.Event(), []

    def turn() -> float | None:
        turns.append(time.monotonic())
        if len(turns) == 3:
            done.set()
            return None
        return 0.02

    beat.add("a", turn)
    beat.start()
    assert done.wait(20)
    beat.stop()
    assert turns[1] - turns[0] >= 0.02
