"""Telling others in this process that a height was committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Condition

log = logging.getLogger("transire.engine")


class Notices:
    """Callbacks and waiting; `tell` is called by the thread that makes blocks."""

    def __init__(self, height: int) -> None:
        self._height = height
        self._callbacks: dict[int, Callable[[int], None]] = {}
        self._next = 0
        self._condition = Condition()

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with every height from now on; returns what ends it."""
        with self._condition:
            number, self._next = self._next, self._next + 1
            self._callbacks[number] = callback
        return lambda: self._forget(number)

    def tell(self, height: int) -> None:
        """A height is durable. A callback that fails must not stop the ledger: it is logged."""
        with self._condition:
            self._height = height
            callbacks = list(self._callbacks.values())
            self._condition.notify_all()
        for callback in callbacks:
            try:
                callback(height)
            except Exception:
                log.exception("a subscriber of the ledger failed at height %d", height)

    def wait_for(self, height: int, timeout: float) -> bool:
        """Wait until that height is committed; False when the time is over."""
        with self._condition:
            return self._condition.wait_for(lambda: self._height >= height, timeout)

    def _forget(self, number: int) -> None:
        with self._condition:
            self._callbacks.pop(number, None)
