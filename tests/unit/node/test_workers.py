"""Threads that work for a node: so many at a time, all of it done, and none of them keeps the node from closing."""

from __future__ import annotations

import threading

import pytest

from transire.node.beat import Beat
from transire.node.workers import Workers


def test_all_of_it_is_done_by_so_many_at_a_time() -> None:
    workers, lock = Workers(3, "test"), threading.Lock()
    inside, most, done = 0, 0, 0
    gate = threading.Barrier(3, timeout=20)

    def work() -> None:
        nonlocal inside, most, done
        with lock:
            inside += 1
            most = max(most, inside)
        gate.wait()  # passes only when three are inside at once
        with lock:
            inside -= 1
            done += 1

    for _ in range(9):
        workers.submit(work)
    while done < 9:
        threading.Event().wait(0.01)
    assert workers.close(20)
    assert (most, done) == (3, 9)


def test_what_fails_ends_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    workers, done = Workers(1, "test"), threading.Event()
    workers.submit(lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    workers.submit(done.set)
    assert done.wait(20)
    assert workers.close(20)


def test_what_hangs_is_left_and_nothing_more_is_begun() -> None:
    workers, begun, let_go, never = Workers(1, "test"), threading.Event(), threading.Event(), threading.Event()
    workers.submit(lambda: (begun.set(), let_go.wait(60)))  # type: ignore[arg-type,return-value]
    workers.submit(never.set)
    assert begun.wait(20)
    assert not workers.close(0.05)
    with pytest.raises(RuntimeError):
        workers.submit(never.set)
    let_go.set()
    assert workers.close(20)
    assert not never.is_set()


def test_a_turn_that_hangs_keeps_no_beat_from_stopping() -> None:
    beat, begun, let_go = Beat(), threading.Event(), threading.Event()

    def turn() -> None:
        begun.set()
        let_go.wait(60)

    beat.add("a", turn)
    beat.start()
    assert begun.wait(20)
    assert not beat.stop(0.05)
    let_go.set()
    assert beat.stop(20)
