"""Handing waiting actions over to CometBFT, which gossips them to the other validators.

An action waits in this node's pool until it stands in a durable block. Meanwhile it is handed over again and again if
need be: CometBFT knows it by its hash and takes it once. So a mempool that forgot (a restart, no room) loses nothing.

The application lives in this process. What CheckTx refuses, and what a block did, is therefore heard at once, and
handing over need not wait for any answer.
"""

from __future__ import annotations

import logging
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final

from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.rpc import RpcClient, RpcRefused
from transire.engines.pool import ActionPool
from transire.ledger.action import Action

MAX_PENDING: Final = 6_000
"""What waits in this node at most; beyond, the submitter waits (ENGINE 7.1)."""
MAX_UNDER_WAY: Final = 1_500
"""What CometBFT is given before it is in a block, at most: as much as a network decides in a second. All nodes gossip
and after each block look again at all that lies in a mempool; what waits in this pool costs nothing."""
MAX_BATCH: Final = 400
MAX_BATCH_BYTES: Final = 4 << 20
AGAIN_S: Final = 10.0
"""An action that is in no block after this long is handed over again. Long, since each time costs CometBFT as much as
the first, and a network that is slow under load would be given more to do."""
UNREACHABLE_S: Final = 0.1
BUSY_S: Final = 0.05
BUSY_BATCH: Final = 20
"""While the node is busy it hands over so many, so long apart: little, but not nothing, or a peer that floods it would
keep its own actions back."""
_KNOWN: Final = "already exists in cache"

log = logging.getLogger("transire.engine")


class Sender:
    """Hands the pool's actions to CometBFT, many at a time, from a thread of its own."""

    def __init__(self, pool: ActionPool, rpc: RpcClient, *, is_busy: Callable[[], bool]) -> None:
        self._pool = pool
        self._rpc = rpc
        self._is_busy = is_busy
        self._fresh: deque[Action] = deque()
        self._sent: dict[bytes, float] = {}
        self._changed = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name="transire-sender", daemon=True)
        self._thread.start()

    def add(self, action: Action) -> None:
        """Hand this one over soon."""
        with self._changed:
            self._fresh.append(action)
            if len(self._fresh) == 1:  # otherwise it waits for something else than this
                self._changed.notify_all()

    def again(self, digest: bytes) -> None:
        """CometBFT let go of this one, and it may be taken a little later: hand it over at the next look."""
        with self._changed:
            if digest in self._sent:
                self._sent[digest] = 0.0

    def rouse(self) -> None:
        """A block was committed: there may be room for more."""
        with self._changed:
            self._sent = {digest: at for digest, at in self._sent.items() if self._pool.find(digest) is not None}
            self._changed.notify_all()

    def forget(self) -> None:
        """CometBFT was started anew and has forgotten what waits: all of it is handed over again."""
        with self._changed:
            self._sent.clear()
            self._fresh = deque(entry.action for entry in self._pool.waiting())
            self._changed.notify_all()

    def close(self, within: float) -> bool:
        """Hand over nothing more; whether what is under way has ended in that time."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        looked = 0.0
        while not self._closing:
            self._wait()
            if time.monotonic() - looked > AGAIN_S / 4:
                looked = time.monotonic()
                self._look_again(looked)
            busy = self._is_busy()
            if busy:
                time.sleep(BUSY_S)
            batch = self._take(BUSY_BATCH if busy else MAX_BATCH)
            if batch and not self._hand_over(batch):
                time.sleep(UNREACHABLE_S)

    def _wait(self) -> None:
        """Until something can be handed over, or it is time to look again."""
        with self._changed:
            if not self._closing and not (self._fresh and self._may_go(self._fresh[0])):
                self._changed.wait(AGAIN_S / 4)

    def _may_go(self, action: Action) -> bool:
        """Whether CometBFT may be given this one now: it was before, or not too many are under way."""
        return action.digest in self._sent or len(self._sent) < MAX_UNDER_WAY

    def _look_again(self, now: float) -> None:
        """Queue again, before all others, what waits for long, and let go of what waits no more."""
        waiting = {entry.action.digest: entry.action for entry in self._pool.waiting()}
        with self._changed:
            queued = {action.digest for action in self._fresh}
            late = [
                action
                for digest, action in waiting.items()
                if digest not in queued and self._sent.get(digest, 0.0) < now - AGAIN_S
            ]
            self._fresh.extendleft(reversed(late))
            self._sent = {digest: at for digest, at in self._sent.items() if digest in waiting}

    def _take(self, most: int) -> list[Action]:
        batch: list[Action] = []
        size = 0
        with self._changed:
            while self._fresh and len(batch) < most and size < MAX_BATCH_BYTES and self._may_go(self._fresh[0]):
                action = self._fresh.popleft()
                if self._pool.find(action.digest) is not None:
                    size += len(action.raw)
                    batch.append(action)
                    self._sent[action.digest] = time.monotonic()
        return batch

    def _hand_over(self, batch: list[Action]) -> bool:
        calls = [("broadcast_tx_async", {"tx": b64encode(action.raw).decode()}) for action in batch]
        try:
            answers = self._rpc.ask_all(calls)
        except BlocksUnavailable:
            with self._changed:
                self._fresh.extendleft(reversed(batch))
            return False
        refused = [
            (action, answer)
            for action, answer in zip(batch, answers, strict=True)
            if isinstance(answer, RpcRefused) and _KNOWN not in str(answer)
        ]
        if refused:
            with self._changed:
                self._fresh.extendleft(action for action, _ in reversed(refused))
            log.warning("CometBFT did not take %d actions: %s", len(refused), refused[0][1])
        return not refused
