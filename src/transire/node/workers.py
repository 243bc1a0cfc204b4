"""Threads that do work for a node and never keep its process from ending.

Those of `ThreadPoolExecutor` are waited for when the interpreter ends, however long the one takes that waits for a
neighbour who never answers. What is done here can be done again after the next start, so nothing is lost by leaving it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

Work = Callable[[], None]

log = structlog.get_logger(__name__)


class Workers:
    """At most `count` pieces of work at a time, in the order in which they came."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._waiting: deque[Work] = deque()
        self._threads: set[threading.Thread] = set()  # guarded by _changed, like all here
        self._idle = 0
        self._closing = False
        self._changed = threading.Condition()

    def submit(self, work: Work) -> None:
        """Have it done soon; raises `RuntimeError` while closing."""
        with self._changed:
            if self._closing:
                raise RuntimeError("closing")
            self._waiting.append(work)
            if self._idle < len(self._waiting) and len(self._threads) < self._count:
                made = threading.Thread(target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.add(made)
                made.start()
            self._changed.notify_all()

    def close(self, within: float) -> bool:
        """Begin nothing more and wait for what is under way, so many seconds at most; whether all of it has ended.

        May be called again, to go on waiting.
        """
        deadline = time.monotonic() + within
        with self._changed:
            self._closing = True
            self._waiting.clear()
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._threads, max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception:
                log.exception("work failed")
            del work

    def _next(self) -> Work | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._waiting or self._closing)
            self._idle -= 1
            if self._waiting:
                return self._waiting.popleft()
            self._threads.discard(threading.current_thread())
            self._changed.notify_all()
            return None
