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
from threading import Condition, Thread
from typing import Final

from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.rpc import RpcClient, RpcRefused
from transire.engines.pool import ActionPool
from transire.ledger.action import Action

MAX_PENDING: Final = 6_000
"""Above this CometBFT's own mempool makes everything slower: the submitter waits instead (ENGINE 7.1)."""
MAX_BATCH: Final = 400
MAX_BATCH_BYTES: Final = 4 << 20
AGAIN_S: Final = 2.0
"""An action that is in no block after this long is handed over again."""
UNREACHABLE_S: Final = 0.1
_KNOWN: Final = "already exists in cache"

log = logging.getLogger("transire.engine")


class Sender:
    """Hands the pool's actions to CometBFT, many at a time, from a thread of its own."""

    def __init__(self, pool: ActionPool, rpc: RpcClient) -> None:
        self._pool = pool
        self._rpc = rpc
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
            self._changed.notify_all()

    def forget(self) -> None:
        """CometBFT was started anew and has forgotten what waits."""
        with self._changed:
            self._sent.clear()
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
            with self._changed:
                if not self._fresh and not self._closing:
                    self._changed.wait(AGAIN_S / 4)
            if time.monotonic() - looked > AGAIN_S / 4:
                looked = time.monotonic()
                self._look_again(looked)
            batch = self._take()
            if batch and not self._hand_over(batch):
                time.sleep(UNREACHABLE_S)

    def _look_again(self, now: float) -> None:
        """Queue again what waits for long, and let go of what waits no more."""
        waiting = {entry.action.digest: entry.action for entry in self._pool.waiting()}
        with self._changed:
            queued = {action.digest for action in self._fresh}
            self._fresh.extend(
                action
                for digest, action in waiting.items()
                if digest not in queued and self._sent.get(digest, 0.0) < now - AGAIN_S
            )
            self._sent = {digest: at for digest, at in self._sent.items() if digest in waiting}

    def _take(self) -> list[Action]:
        batch: list[Action] = []
        size = 0
        with self._changed:
            while self._fresh and len(batch) < MAX_BATCH and size < MAX_BATCH_BYTES:
                action = self._fresh.popleft()
                if self._pool.find(action.digest) is not None:
                    size += len(action.raw)
                    batch.append(action)
        return batch

    def _hand_over(self, batch: list[Action]) -> bool:
        calls = [("broadcast_tx_async", {"tx": b64encode(action.raw).decode()}) for action in batch]
        try:
            answers = self._rpc.ask_all(calls)
        except BlocksUnavailable:
            with self._changed:
                self._fresh.extendleft(reversed(batch))
            return False
        now = time.monotonic()
        refused = [answer for answer in answers if isinstance(answer, RpcRefused) and _KNOWN not in str(answer)]
        with self._changed:
            # One that found no room is handed over again in AGAIN_S, like one that was lost.
            self._sent.update((action.digest, now) for action in batch)
        if refused:
            log.warning("CometBFT did not take %d actions: %s", len(refused), refused[0])
        return not refused
