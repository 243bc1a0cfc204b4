"""Who waits for which action, and telling them: when its block is durable, and the one that proves it.

Everything here happens on a thread of its own, woken by the application's commit, so that no subscriber ever keeps
CometBFT waiting.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread

from msgspec import structs

from transire.crypto.digests import sha256
from transire.crypto.encoding import unb64url
from transire.engines.base import Outcome
from transire.engines.cometbft.app import CommittedBlock
from transire.engines.errors import EngineStopped
from transire.engines.notices import Notices
from transire.engines.pool import ActionPool, Waiting
from transire.engines.reading import LedgerReading, outcome
from transire.ledger.action import Action
from transire.ledger.block import Result
from transire.ledger.chain import Time
from transire.ledger.errors import ActionExpired, ActionSeen, ActionTooEarly, Inadmissible
from transire.ledger.fields import moment_of

log = logging.getLogger("transire.engine")


class Settlement:
    """Settles the futures of the pool's actions as blocks are committed."""

    def __init__(self, pool: ActionPool, reading: LedgerReading, notices: Notices) -> None:
        self._pool = pool
        self._reading = reading
        self._notices = notices
        self._telling: dict[bytes, tuple[Future[Outcome], Outcome]] = {}
        self._lock = Lock()
        self._committed: SimpleQueue[CommittedBlock | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="transire-settlement", daemon=True)
        self._thread.start()

    def committed(self, block: CommittedBlock) -> None:
        """A block is durable in the replica."""
        self._committed.put(block)

    def refused(self, raw: bytes, refusal: Inadmissible) -> None:
        """CheckTx refused an action, of this node or another.

        Only a refusal that time cannot mend is told. That it has been seen, or has expired, is settled by blocks.
        """
        if not isinstance(refusal, ActionTooEarly | ActionSeen | ActionExpired):
            entry = self._pool.take(sha256(raw))
            if entry is not None:
                _fail(entry.outcome, refusal)

    def find(self, digest: bytes) -> Future[Outcome] | None:
        """The future of an action on its way: in the pool, or in the newest block."""
        with self._lock:
            telling = self._telling.get(digest)
            return self._pool.find(digest) if telling is None else telling[0]

    def adopt(self, action: Action, future: Future[Outcome]) -> bool:
        """Settle a future by a block of the past, if the action stands in one: told at once, or when it is proved."""
        with self._lock:
            found = self._reading.lookup(action.id)
            if found is None:
                return False
            self._pool.take(action.digest)
            if found.accepted_at is None:
                # The block that proves it is not in the replica, so `_settle` has not passed it yet.
                self._telling[action.digest] = (future, found)
                return True
        _tell(future, found)
        return True

    def close(self, error: EngineStopped, within: float) -> bool:
        """Tell those who still wait that nothing more is told here; whether the thread has ended in that time."""
        self._committed.put(None)
        self._thread.join(within)
        self.release(error)
        return not self._thread.is_alive()

    def release(self, error: EngineStopped) -> None:
        """Nobody waits here any longer: each is told that much, and can ask again after the next start."""
        self._pool.close(error)
        with self._lock:
            left, self._telling = self._telling, {}
        for future, _ in left.values():
            _fail(future, error)

    def _run(self) -> None:
        while (block := self._committed.get()) is not None:
            try:
                self._settle(block)
            except Exception:
                log.exception("block %d was committed, but its outcomes were not all told", block.height)
            self._notices.tell(block.height)

    def _settle(self, block: CommittedBlock) -> None:
        with self._lock:
            proved = self._telling
            self._telling = self._own(block)
        for future, before in proved.values():
            _tell(future, structs.replace(before, accepted_at=block.time))
        for entry in self._expired(block.time):
            expected = f"later than {moment_of(block.time.seconds)}"
            _fail(entry.outcome, ActionExpired(got=entry.action.expires, expected=expected))

    def _own(self, block: CommittedBlock) -> dict[bytes, tuple[Future[Outcome], Outcome]]:
        """The outcomes of this block for which somebody here waits."""
        found: dict[bytes, tuple[Future[Outcome], Outcome]] = {}
        for index, result in enumerate(block.results if len(self._pool) else ()):
            digest = unb64url(result.action_id, length=32)
            entry = self._pool.take(digest) if self._counts(result) else None
            if entry is not None:
                found[digest] = (entry.outcome, outcome(result, block.height, index, None))
        return found

    def _counts(self, result: Result) -> bool:
        """What should not have been in the block did nothing and consumed nothing; it is as if it were not there."""
        return result.accepted or self._reading.lookup(result.action_id) is not None

    def _expired(self, time: Time) -> Iterable[Waiting]:
        """Those that no block can take any more: the next one's time is later than this one's (LEDGER.md 4)."""
        expired = [entry for entry in self._pool.waiting() if entry.action.expires_at <= time.seconds]
        self._pool.remove(expired)
        return expired


def _tell(future: Future[Outcome], told: Outcome) -> None:
    with suppress(Exception):
        future.set_result(told)


def _fail(future: Future[Outcome], error: Exception) -> None:
    with suppress(Exception):
        future.set_exception(error)
