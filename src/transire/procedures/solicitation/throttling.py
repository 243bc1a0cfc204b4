"""How often links may be tried from one address: anybody can try, so that trying has to cost time.

It guards the node's work, not the links: a token of 256 random bits is not found by trying. Kept in memory, by
process; after a restart everybody begins anew.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from transire.procedures.solicitation.errors import AskedTooOften

TRIES = 30
WITHIN_S = 60.0
MOST_ADDRESSES = 10_000
"""More than this many are not told apart: the oldest is forgotten."""


class Throttle:
    """Counts tries by address over a minute that moves along. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, address: str) -> None:
        """Count a try; refused where there were too many."""
        now = self._clock()
        with self._lock:
            tries = self._tries.pop(address, deque())
            while tries and now - tries[0] >= WITHIN_S:
                tries.popleft()
            self._tries[address] = tries  # the one that tried last stands last
            if len(self._tries) > MOST_ADDRESSES:
                del self._tries[next(iter(self._tries))]
            if len(tries) >= TRIES:
                raise AskedTooOften(got=f"{len(tries)} tries", expected=f"at most {TRIES} in {WITHIN_S:g} s")
            tries.append(now)
