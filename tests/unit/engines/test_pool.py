"""The pool: bounded, each action once, fair within a block."""

from __future__ import annotations

import threading

import pytest

from ledger_world import BROKER, PRODUCER, World
from transire.engines.base import Outcome
from transire.engines.errors import EngineStopped, PoolFull
from transire.engines.pool import ActionPool
from transire.ledger.action import Action, parse_action

WORLD = World()


def action(by: str = PRODUCER) -> Action:
    return parse_action(WORLD.witness(by))


def test_the_same_action_waits_once() -> None:
    pool, one = ActionPool(), action()
    assert pool.add(one) is pool.add(one)
    assert len(pool) == 1
    assert pool.find(one.digest) is pool.add(one)


def test_a_full_pool_says_so_and_takes_again_once_there_is_room() -> None:
    pool = ActionPool(max_actions=2)
    pool.add(action())
    pool.add(action())
    with pytest.raises(PoolFull, match="Too many actions"):
        pool.add(action())
    pool.remove(pool.offer(max_bytes=10**6, per_signer=1))
    pool.add(action())


def test_the_pool_is_bounded_in_bytes_too() -> None:
    one = action()
    pool = ActionPool(max_bytes=len(one.raw) + 1)
    pool.add(one)
    with pytest.raises(PoolFull):
        pool.add(action())
    pool.remove(pool.offer(max_bytes=10**6, per_signer=1))
    pool.add(action())


def test_the_oldest_are_offered_as_far_as_they_fit() -> None:
    pool, actions = ActionPool(), [action() for _ in range(4)]
    for one in actions:
        pool.add(one)
    room = sum(len(one.raw) + 8 for one in actions[:2]) + 10
    assert [entry.action for entry in pool.offer(max_bytes=room, per_signer=10)] == actions[:2]
    assert len(pool) == 4


def test_no_signer_keeps_the_others_out() -> None:
    pool = ActionPool()
    greedy, modest = [action() for _ in range(3)], action(BROKER)
    for one in (*greedy, modest):
        pool.add(one)
    offered = [entry.action for entry in pool.offer(max_bytes=10**6, per_signer=2)]
    assert offered == [*greedy[:2], modest]


def test_closing_refuses_what_waits_and_what_comes() -> None:
    pool = ActionPool()
    waiting = pool.add(action())
    pool.close(EngineStopped(got="a test"))
    with pytest.raises(EngineStopped):
        waiting.result(0)
    with pytest.raises(EngineStopped):
        pool.add(action())


def test_what_is_queued_cannot_be_called_back() -> None:
    future = ActionPool().add(action())
    assert not future.cancel()
    future.set_result(Outcome(action_id="x", height=1, index=0))


def test_waiting_ends_when_something_comes() -> None:
    pool = ActionPool()
    thread = threading.Thread(target=pool.wait)
    thread.start()
    pool.add(action())
    thread.join(10)
    assert not thread.is_alive()


def test_waiting_beyond_what_is_here_ends_with_the_next_or_the_time() -> None:
    pool = ActionPool()
    pool.add(action())
    pool.wait(beyond=pool.added, timeout=0.01)
    seen = pool.added
    thread = threading.Thread(target=lambda: pool.wait(beyond=seen))
    thread.start()
    pool.add(action())
    thread.join(10)
    assert not thread.is_alive()


def test_nobody_waits_after_rousing() -> None:
    pool = ActionPool()
    pool.rouse()
    pool.wait()
