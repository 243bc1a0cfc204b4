"""The beat of a node: each tenant gets a turn when there is something to do for it.

A turn anchors pooled statements, delivers envelopes and projects what the ledger has decided. Turns of different
tenants run side by side; two turns of one tenant never do, so that at most one witness action of a member is in
flight (LEDGER 3). A turn that fails is logged and tried again later: every step of it can be run again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from functools import partial

import structlog

from transire.node.workers import Workers

Turn = Callable[[], float | None]
"""One turn; returns in how many seconds it wants the next one, None when it waits to be woken."""

WORKERS = 4
"""Turns that may run at the same time; they mostly wait for the disk and the engine."""

RETRY_AFTER_FAILURE_S = 1.0
"""Pause after a turn that raised, so that a lasting fault does not spin."""

log = structlog.get_logger(__name__)


class Beat:
    """Wakes tenants. Thread-safe; `start` and `stop` are called once each."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}
        self._due: dict[str, float] = {}  # guarded by _changed, like all below
        self._running: set[str] = set()
        self._taken: Counter[str] = Counter()
        self._stopping = False
        self._changed = threading.Condition()
        self._workers = Workers(WORKERS, "beat")
        self._scheduler = threading.Thread(target=self._schedule, name="beat", daemon=True)

    def add(self, name: str, turn: Turn) -> None:
        """Give `name` a first turn at once."""
        with self._changed:
            self._turns[name] = turn
            self._due[name] = 0.0
            self._changed.notify()

    def wake(self, name: str, *, after: float = 0.0) -> None:
        """Make sure that a turn of `name` starts no later than in `after` seconds."""
        moment = time.monotonic() + after
        with self._changed:
            if self._due.get(name, float("inf")) > moment:
                self._due[name] = moment
                self._changed.notify()

    def wake_all(self) -> None:
        """Something concerns everybody: a block was committed."""
        for name in list(self._turns):
            self.wake(name)

    def turns_if_quiet(self, names: Collection[str]) -> int | None:
        """How many turns these have had, if none of them is having or due one; None while something moves."""
        now = time.monotonic()
        with self._changed:
            if any(name in self._running or self._due.get(name, float("inf")) <= now for name in names):
                return None
            return sum(self._taken[name] for name in names)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self, within: float = 60.0) -> bool:
        """Start no more turns, and wait for those that are running, so long at most; whether all have ended.

        May be called again, to go on waiting.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._scheduler.is_alive():
            self._scheduler.join()
        return self._workers.close(within)

    def _schedule(self) -> None:
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                ready = [name for name, due in self._due.items() if due <= now and name not in self._running]
                for name in ready:
                    del self._due[name]
                    self._running.add(name)
                    self._taken[name] += 1
                    self._workers.submit(partial(self._take_turn, name))
                waiting = [due for name, due in self._due.items() if name not in self._running]
                self._changed.wait(min(waiting) - now if waiting else None)

    def _take_turn(self, name: str) -> None:
        again: float | None = RETRY_AFTER_FAILURE_S
        try:
            again = self._turns[name]()
        except Exception:
            log.exception("turn failed, will be tried again", tenant=name)
        with self._changed:
            self._running.discard(name)
            if again is not None:
                moment = time.monotonic() + again
                self._due[name] = min(self._due.get(name, float("inf")), moment)
            self._changed.notify()
