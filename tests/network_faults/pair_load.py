"""A bounded load on a network of pairs, and a journal of it: what was asked of whom, and what was acknowledged.

Witnessings by two members, and draws from allowances by four keys at four nodes at once, more than the allowance holds.
What one node does not answer is given to the next, the same bytes, until it is answered: as a client would.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, Queue

from pair_network import PairNetwork, Refused, Silent

from ledger_world import BROKER, CHAMBER, CUSTOMS, PRODUCER, World, action_id, digest, public, signing_key

IN_FLIGHT = 48
ANSWER_S = 8.0
"""So long one node is waited for before the next is asked."""
HOLDS = 20
"""What an allowance holds."""
DRAWN = 32
"""How often one is drawn from it."""
EVERY = 4
"""Every so many-th action is a draw."""
KEYS = [signing_key(f"draw {number}") for number in range(4)]
FINAL = {"ledger.action-expired"}


@dataclass
class Entry:
    """One action: its bytes, when it was first asked (a phase of the row), and what was acknowledged."""

    action: str
    raw: str
    phase: str
    allowance: str = ""
    height: int = 0
    index: int = 0
    code: str = ""
    asked: int = 0
    """How many nodes were asked until one answered."""
    answered: bool = False


class PairLoad:
    """Offers `rate` actions a second from `start` to `stop`."""

    def __init__(self, network: PairNetwork, rate: float) -> None:
        self.network = network
        self.rate = rate
        self.entries: list[Entry] = []
        self.refusals: Counter[str] = Counter()
        self.phase = "before"
        self._world = World(genesis=network.genesis)
        self._world.nonce = time.time_ns() % 10**15
        self._waiting: Queue[Entry] = Queue()
        self._left = 0
        self._lock = threading.Lock()
        self._offering = threading.Event()
        self._closing = threading.Event()
        self._allowance: Entry | None = None
        self._drawn = 0
        self._pool = ThreadPoolExecutor(IN_FLIGHT)
        self._generator = threading.Thread(target=self._offer, daemon=True)

    def start(self) -> None:
        self._offering.set()
        self._generator.start()
        for _ in range(IN_FLIGHT):
            self._pool.submit(self._work)

    def stop(self) -> None:
        """Offer nothing more; what was offered is still being asked for."""
        self._offering.clear()
        self._generator.join()

    def settled(self) -> bool:
        """Whether all that was offered has been answered."""
        return self._left == 0

    def close(self) -> None:
        self._offering.clear()
        self._closing.set()
        self._pool.shutdown(wait=True)

    @property
    def acknowledged(self) -> list[Entry]:
        return [entry for entry in list(self.entries) if entry.answered]

    def offer(self, raw: bytes, allowance: str = "") -> Entry:
        """Put one more action into the journal and on its way."""
        entry = Entry(action_id(raw), raw.decode(), self.phase, allowance)
        with self._lock:
            self.entries.append(entry)
            self._left += 1
        self._waiting.put(entry)
        return entry

    def _offer(self) -> None:
        begun, number = time.monotonic(), 0
        while self._offering.is_set():
            if self._left < 2 * IN_FLIGHT:  # what a halted network does not take is not piled up
                self._world.time = int(time.time())
                self._offer_one(number)
                number += 1
            else:
                begun = time.monotonic() - number / self.rate
            time.sleep(max(0.002, begun + number / self.rate - time.monotonic()))

    def _offer_one(self, number: int) -> None:
        if number % EVERY:
            self.offer(self._world.witness(PRODUCER if number % 2 else BROKER))
            return
        current = self._allowance
        if current is None or (current.answered and self._drawn >= DRAWN):
            body = {
                "unit": "kg",
                "quantity": str(HOLDS),
                "keys": [public(key) for key in KEYS],
                "releaser": CUSTOMS,
            }
            self._allowance = self.offer(self._world.sign("allowance.open/1", body, by=CHAMBER))
            self._drawn = 0
        elif current.answered:
            use = {"allowance": current.action, "quantity": "1", "for": digest(f"use {self._world.nonce}")}
            raw = self._world.draw(KEYS[self._drawn % len(KEYS)], "allowance.draw/1", use)
            self._drawn += 1
            self.offer(raw, current.action)

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                entry = self._waiting.get(timeout=0.2)
            except Empty:
                continue
            self._carry(entry)

    def _carry(self, entry: Entry) -> None:
        """Ask one node after the other until one answers."""
        place = hash(entry.action)
        while not entry.answered and not self._closing.is_set():
            pairs = self.network.pairs[: self.network.validators]
            pair = pairs[place % len(pairs)]
            place += 1
            entry.asked += 1
            try:
                told = pair.ask("submit", raw=entry.raw, wait=ANSWER_S, within=ANSWER_S + 5)
            except Silent:
                self.refusals["silent"] += 1
                time.sleep(0.2)
                continue
            except Refused as refusal:
                self.refusals[refusal.code] += 1
                if refusal.code in FINAL:
                    raise AssertionError(str(refusal)) from refusal
                time.sleep(0.2)
                continue
            entry.height, entry.index, entry.code = told["height"], told["index"], told["code"]
            entry.answered = True
            with self._lock:
                self._left -= 1
