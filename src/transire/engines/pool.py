"""Actions that wait for a block, in the order in which they came; bounded, and each once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from transire.engines.base import Outcome
from transire.engines.errors import EngineStopped, PoolFull
from transire.ledger.action import Action

MAX_ACTIONS: Final = 20_000
MAX_BYTES: Final = 64 << 20
"""What waits at most: some ten full blocks. Beyond, the submitter must wait, not the memory grow."""
BLOCK_OVERHEAD: Final = 8
"""Bytes at most that CometBFT's encoding adds to an action in a block."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An action, and who waits for its outcome."""

    action: Action
    outcome: Future[Outcome] = field(default_factory=Future)


class ActionPool:
    """All methods may be called from any thread."""

    def __init__(self, *, max_actions: int = MAX_ACTIONS, max_bytes: int = MAX_BYTES) -> None:
        self._waiting: dict[bytes, Waiting] = {}
        self._bytes = 0
        self._max_actions = max_actions
        self._max_bytes = max_bytes
        self._condition = Condition()
        self._closed: EngineStopped | None = None
        self._roused = False
        self.added = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, action: Action) -> Future[Outcome]:
        """Queue an action; the same bytes again get the same future."""
        with self._condition:
            if self._closed is not None:
                raise self._closed
            known = self._waiting.get(action.digest)
            if known is not None:
                return known.outcome
            if len(self._waiting) >= self._max_actions or self._bytes + len(action.raw) > self._max_bytes:
                raise PoolFull(got=f"{len(self._waiting)} waiting")
            entry = Waiting(action)
            # Once queued it may be in a block any moment: nobody can call it back.
            entry.outcome.set_running_or_notify_cancel()
            self._waiting[action.digest] = entry
            self._bytes += len(action.raw)
            self.added += 1
            self._condition.notify_all()
            return entry.outcome

    def find(self, digest: bytes) -> Future[Outcome] | None:
        """The future of an action that waits here."""
        entry = self._waiting.get(digest)
        return None if entry is None else entry.outcome

    def waiting(self) -> list[Waiting]:
        """All that wait here, oldest first."""
        with self._condition:
            return list(self._waiting.values())

    def take(self, digest: bytes) -> Waiting | None:
        """Remove one that waits here and give it back."""
        with self._condition:
            entry = self._waiting.pop(digest, None)
            if entry is not None:
                self._bytes -= len(entry.action.raw)
            return entry

    def offer(self, *, max_bytes: int, per_signer: int) -> list[Waiting]:
        """The oldest that fit into a block; they stay here until `remove`."""
        chosen: list[Waiting] = []
        counts: dict[str, int] = {}
        with self._condition:
            for entry in self._waiting.values():
                action = entry.action
                if len(action.raw) + BLOCK_OVERHEAD > max_bytes:
                    break
                if counts.get(action.by, 0) < per_signer:
                    counts[action.by] = counts.get(action.by, 0) + 1
                    max_bytes -= len(action.raw) + BLOCK_OVERHEAD
                    chosen.append(entry)
        return chosen

    def remove(self, entries: Iterable[Waiting]) -> None:
        """These stand in a durable block, or never will."""
        with self._condition:
            for entry in entries:
                self.take(entry.action.digest)

    def close(self, error: EngineStopped) -> None:
        """Nothing that waits here will come into a block, and nothing more is taken."""
        with self._condition:
            self._closed = error
            entries = list(self._waiting.values())
            self._waiting.clear()
            self._bytes = 0
        for entry in entries:
            entry.outcome.set_exception(error)

    def wait(self, *, beyond: int | None = None, timeout: float | None = None) -> None:
        """Until something waits here (more than `beyond` were ever added, if that is given), or `rouse`."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._roused or (bool(self._waiting) if beyond is None else self.added > beyond), timeout
            )

    def rouse(self) -> None:
        """Wake whoever waits; from now on nobody waits here any more."""
        with self._condition:
            self._roused = True
            self._condition.notify_all()
