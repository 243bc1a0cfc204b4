"""What was opened a moment ago: a document in clear stays in memory for seconds, so that one event opens it once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar


class Opened(Protocol):
    """Something in clear, of which it is known how much room it takes."""

    @property
    def size(self) -> int: ...


T = TypeVar("T", bound=Opened)


class OpenedLately(Generic[T]):
    """The documents that were opened in the last moment. Bounded in number, bytes and time; safe between threads."""

    SECONDS: Final = 10.0
    MOST: Final = 256
    MOST_BYTES: Final = 16 << 20

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], tuple[float, T]] = OrderedDict()
        self._bytes = 0

    def find(self, name: tuple[str, ...]) -> T | None:
        """The document, if it was opened a moment ago."""
        with self._lock:
            self._forget()
            found = self._kept.get(name)
        return None if found is None else found[1]

    def keep(self, name: tuple[str, ...], opened: T) -> T:
        """Keep it for a moment; returns the one that is kept."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = (self._clock() + self.SECONDS, opened)
                self._bytes += opened.size
            self._forget()
        return opened

    def _forget(self) -> None:
        """Whatever is too old, and the oldest of too many. They lie in the order in which they were opened."""
        now = self._clock()
        while self._kept:
            until, oldest = next(iter(self._kept.values()))
            if until > now and len(self._kept) <= self.MOST and self._bytes <= self.MOST_BYTES:
                return
            self._kept.popitem(last=False)
            self._bytes -= oldest.size
