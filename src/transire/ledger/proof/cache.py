"""What was verified before, so that many receipts of one network cost it once.

Each thing is kept under everything that its verification looked at: a header under all bytes of header and commit and
the set that signed, an action's signature under the action and the key, a row of the state under the root, its value
and its path. So receipts of any origin can share a cache: what differs in one bit is verified anew. Refusals are never
kept. It holds a bounded number and then forgets all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, ClassVar, TypeVar, cast

T = TypeVar("T")


class VerifyCache:
    """Shared by the receipts that one verifier checks; safe between threads, which at worst verify a thing twice.

    >>> cache = VerifyCache()
    >>> [cache.once(("square", 12), lambda: print("worked out") or 144) for _ in range(2)]
    worked out
    [144, 144]
    """

    REMEMBERED: ClassVar[int] = 10_000

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self._known)

    def once(self, key: Hashable, verify: Callable[[], T]) -> T:
        """What `verify` found, called only where nothing was found under that key before; what it raises passes."""
        found = self._known.get(key, _MISSING)
        if found is _MISSING:
            found = verify()
            if len(self._known) >= self.REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return cast("T", found)


_MISSING = object()
