"""Handing waiting actions over to CometBFT, which gossips them to the other validators.

An action waits in this node's pool until it stands in a durable block. Meanwhile it is handed over again and again if
need be, with whatever waits besides (`parcels`). So a mempool that forgot (a restart, no room) loses nothing.

The application lives in this process. What CheckTx refuses, and what a block did, is therefore heard at once, and
handing over need not wait for any answer.
"""

from __future__ import annotations

import logging
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Final

from transire.engines.cometbft.errors import BlocksUnavailable
from transire.engines.cometbft.parcels import pack
from transire.engines.cometbft.rpc import RpcClient, RpcRefused
from transire.engines.pool import ActionPool
from transire.ledger.action import Action

MAX_PENDING: Final = 2_000
"""What waits in this node at most; beyond, the submitter waits (ENGINE 7.1)."""
LEAST_UNDER_WAY: Final = 50
MOST_UNDER_WAY: Final = 1_500
MORE_UNDER_WAY: Final = 25
LESS_UNDER_WAY: Final = 0.75
"""Actions that CometBFT has and that are in no block: how many, and how that number changes (`Window`)."""
BLOCK_S: Final = 0.6
"""How long a block may take where more waits than it holds. What lies in the mempools when a block is proposed is what
it holds, so this bounds the blocks of a busy network, and how long an action waits there."""
MAX_BATCH: Final = 400
MAX_BATCH_BYTES: Final = 4 << 20
LOOK_S: Final = 2.5
AGAIN_S: Final = 10.0
"""A parcel that is in no block after this long is handed over again. Long, since each time costs CometBFT as much as
the first, and a network that is slow under load would be given more to do."""
UNREACHABLE_S: Final = 0.1
BUSY_S: Final = 0.05
BUSY_BATCH: Final = 20
"""While the node is busy it hands over so many, so long apart: little, but not nothing, or a peer that floods it would
keep its own actions back."""
_KNOWN: Final = "already exists in cache"

log = logging.getLogger("transire.engine")


class Window:
    """How many actions CometBFT is given before they are in a block: as many as a network decides in `BLOCK_S`.

    All nodes gossip and after each block look again at all that lies in a mempool, while what waits in this node's pool
    costs nothing. What a network decides nobody knows beforehand, so the number is felt for as TCP feels for its own
    (RFC 5681): a little more after each quick block, a good part less after a slow one. So nodes also share evenly.
    """

    def __init__(self) -> None:
        self.size = 4 * LEAST_UNDER_WAY
        self._last = time.monotonic()

    def block(self, *, waited_since: float | None, kept_back: bool) -> None:
        """A block was committed.

        `waited_since`: when the first of what was under way was handed over, None if nothing was: an idle network is
        not a slow one. `kept_back`: more waits here than could be given to CometBFT.
        """
        now, last = time.monotonic(), self._last
        self._last = now
        if waited_since is None:
            return
        took = now - max(last, waited_since)
        if took > 2 * BLOCK_S:
            self.size = max(LEAST_UNDER_WAY, round(self.size * LESS_UNDER_WAY))
        elif kept_back and took < BLOCK_S:
            self.size = min(MOST_UNDER_WAY, self.size + MORE_UNDER_WAY)


@dataclass(slots=True)
class Parcel:
    """Actions that are handed over together, and when they were last."""

    raw: bytes
    actions: list[Action]
    at: float


class Sender:
    """Hands the pool's actions to CometBFT, many at a time, from a thread of its own."""

    def __init__(self, pool: ActionPool, rpc: RpcClient, *, is_busy: Callable[[], bool]) -> None:
        self._pool = pool
        self._rpc = rpc
        self._is_busy = is_busy
        self._fresh: deque[Action] = deque()
        self._under_way: dict[bytes, Parcel] = {}
        self._window = Window()
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
            self._under_way.pop(digest, None)

    def rouse(self) -> None:
        """A block was committed: there may be room for more."""
        with self._changed:
            since = min((parcel.at for parcel in self._under_way.values()), default=None)
            self._under_way = {
                digest: parcel for digest, parcel in self._under_way.items() if self._pool.find(digest) is not None
            }
            self._window.block(waited_since=since, kept_back=bool(self._fresh))
            self._changed.notify_all()

    def forget(self) -> None:
        """CometBFT was started anew and has forgotten what waits: all of it is handed over again."""
        with self._changed:
            self._under_way.clear()
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
            parcels: list[Parcel] = []
            if time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                parcels = self._late(looked)
            busy = self._is_busy()
            if busy:
                time.sleep(BUSY_S)
            parcels += self._next(BUSY_BATCH if busy else MAX_BATCH)
            if parcels and not self._hand_over(parcels):
                time.sleep(UNREACHABLE_S)

    def _wait(self) -> None:
        """Until something can be handed over, or it is time to look again."""
        with self._changed:
            if not self._closing and not (self._fresh and self._has_room()):
                self._changed.wait(LOOK_S)

    def _has_room(self) -> bool:
        return len(self._under_way) < self._window.size

    def _late(self, now: float) -> list[Parcel]:
        """What was handed over long ago. Queues again, before all others, what CometBFT let go of."""
        waiting = {entry.action.digest: entry.action for entry in self._pool.waiting()}
        with self._changed:
            known = self._under_way.keys() | {action.digest for action in self._fresh}
            lost = [action for digest, action in waiting.items() if digest not in known]
            self._fresh.extendleft(reversed(lost))
            late = [parcel for parcel in self._under_way.values() if parcel.at < now - AGAIN_S]
        return list({id(parcel): parcel for parcel in late}.values())

    def _next(self, most: int) -> list[Parcel]:
        """What CometBFT may be given now of what it has not been given, packed."""
        batch: list[Action] = []
        size = 0
        with self._changed:
            room = min(most, self._window.size - len(self._under_way))
            while self._fresh and len(batch) < room and size < MAX_BATCH_BYTES:
                action = self._fresh.popleft()
                if action.digest not in self._under_way and self._pool.find(action.digest) is not None:
                    size += len(action.raw)
                    batch.append(action)
            now = time.monotonic()
            parcels = [Parcel(raw, actions, now) for raw, actions in pack(batch)]
            self._under_way |= {action.digest: parcel for parcel in parcels for action in parcel.actions}
        return parcels

    def _hand_over(self, parcels: Sequence[Parcel]) -> bool:
        calls = [("broadcast_tx_async", {"tx": b64encode(parcel.raw).decode()}) for parcel in parcels]
        for parcel in parcels:
            parcel.at = time.monotonic()
        try:
            answers = self._rpc.ask_all(calls)
        except BlocksUnavailable:
            self._take_back(parcels)
            return False
        refusals = [
            (parcel, answer)
            for parcel, answer in zip(parcels, answers, strict=True)
            if isinstance(answer, RpcRefused) and _KNOWN not in str(answer)
        ]
        if refusals:
            self._take_back([parcel for parcel, _ in refusals])
            log.warning("CometBFT did not take %d parcels of actions: %s", len(refusals), refusals[0][1])
        return not refusals

    def _take_back(self, parcels: Sequence[Parcel]) -> None:
        actions = [action for parcel in parcels for action in parcel.actions]
        with self._changed:
            for action in actions:
                self._under_way.pop(action.digest, None)
            self._fresh.extendleft(reversed(actions))
