"""What was read and verified before, so that many receipts of one network cost it once.

Each thing is kept under everything that its verification looked at: a part of a receipt under all its bytes, a header
under that part and the set that signed, an action's signature under the action and the key, a row of the state under
the root and the part that shows it. So receipts of any origin can share a cache: what differs in one bit is verified
anew. Refusals are never kept. It holds a bounded number of things and of bytes, and then forgets all.
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
    REMEMBERED_BYTES: ClassVar[int] = 16 * 1024 * 1024
    """Of the parts read. A part is well-formed when it is kept, not yet verified, and takes some times its text."""

    def __init__(self, *, most_bytes: int | None = None) -> None:
        self._most_bytes = self.REMEMBERED_BYTES if most_bytes is None else most_bytes
        self._known: dict[Hashable, Any] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._known)

    def once(self, key: Hashable, verify: Callable[[], T], *, size: int = 0) -> T:
        """What `verify` found, called only where nothing was found under that key before; what it raises passes."""
        found = self._known.get(key, _MISSING)
        if found is _MISSING:
            found = verify()
            self._keep(key, found, size)
        return cast("T", found)

    def once_of(self, things: tuple[object, ...], about: Hashable, verify: Callable[[], T]) -> T:
        """The same of these very values, not of others equal to them; they must never change.

        >>> cache, row = VerifyCache(), ["a"]
        >>> [cache.once_of((one,), "length", lambda: print("worked out") or 1) for one in (row, row, ["a"])]
        worked out
        worked out
        [1, 1, 1]
        """
        key = (about, *map(id, things))
        known = self._known.get(key)
        if known is None:
            # They are kept beside what was found, so that no other value comes to have the identity of one of them.
            known = (things, verify())
            self._keep(key, known, 0)
        return cast("T", known[1])

    def _keep(self, key: Hashable, found: object, size: int) -> None:
        if size > self._most_bytes:
            return
        if len(self._known) >= self.REMEMBERED or self._bytes + size > self._most_bytes:
            self._known.clear()
            self._bytes = 0
        self._known[key] = found
        self._bytes += size


_MISSING = object()
