"""The thread that cuts waiting actions into blocks and makes them durable, in an order that survives any crash.

`_make_block` is that order, from top to bottom. `recovered` is its other half: what a start does after a crash anywhere
in it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Final

from msgspec import structs

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.engines.archive import Archive
from transire.engines.base import Outcome
from transire.engines.errors import EngineStopped, ReplicaDiffers
from transire.engines.notices import Notices
from transire.engines.pool import ActionPool, Waiting
from transire.engines.reading import LedgerReading, outcome
from transire.engines.validator import LastBlock, LocalValidator, before_first
from transire.ledger import chain
from transire.ledger.admission import Verdict
from transire.ledger.block import DecidedBlock, Result
from transire.ledger.chain import Block, Time
from transire.ledger.errors import ActionSeen, ActionTooEarly, TooManyActions
from transire.ledger.machine import Machine
from transire.ledger.parameters import parameter

GATHER_SECONDS: Final = 0.002
"""How long the first action of a block waits for others: about as long as the block's own writing takes."""
IDLE_NANOSECONDS: Final = 1_000_000_000
"""A last commit older than this is too old to be a block's own time: an empty block comes first."""
RETRY_SECONDS: Final = 0.2
"""How long actions that are too early wait before the time is looked at again."""
BLOCK_RESERVE: Final = 64 * 1024
"""Bytes of a block kept for header, commit and lengths."""
CLOCK_TOLERANCE: Final = 1_000_000_000
"""Nanoseconds behind the last commit from which on a clock was set back, and that is said."""

STEPS: Final = ("applied", "signed", "block durable", "state durable", "told")
"""The steps of a commit, as they are passed to `at_step`."""

log = logging.getLogger("transire.engine")


class Sequencer:
    """Owns the machine and the archive as long as it runs: nobody else writes to either."""

    def __init__(
        self,
        machine: Machine,
        archive: Archive,
        validator: LocalValidator,
        reading: LedgerReading,
        *,
        clock: Callable[[], int],
        at_step: Callable[[str], None],
    ) -> None:
        self._machine = machine
        self._archive = archive
        self._validator = validator
        self._reading = reading
        self._clock = clock
        self._at_step = at_step
        self._last = recovered(machine, archive, validator, reading)
        self._telling: dict[bytes, tuple[Future[Outcome], Outcome]] = {}
        self._clock_is_behind = False
        self._closing = False
        self._thread: Thread | None = None
        self.pool = ActionPool()
        self.notices = Notices(machine.height)
        self.failure: EngineStopped | None = EngineStopped(got="it was not started")

    def start(self) -> None:
        """Begin to make blocks. A last block that a crash left without its proof block gets it before this returns."""
        if self._thread is None:
            self._prove()
            self._thread = Thread(target=self._run, name="transire-sequencer", daemon=True)
            self.failure = None
            self._thread.start()

    def stop(self) -> None:
        """Finish the block under way and its proof block; what still waits is refused."""
        self._closing = True
        self.pool.rouse()
        if self._thread is not None:
            self._thread.join()
        self.pool.close(self.failure or EngineStopped(got="it was closed"))

    def now(self) -> int:
        """Nanoseconds since 1970, never before the last commit. A clock that was set back is said, and waited for."""
        now, least = self._clock(), self._last.time.nanoseconds
        behind = now + CLOCK_TOLERANCE < least
        if behind != self._clock_is_behind:
            self._clock_is_behind = behind
            if behind:
                log.warning("the clock is %.3f s behind the last block: it was set back", (least - now) / 1e9)
            else:
                log.warning("the clock has caught up with the last block")
        return max(now, least)

    def known(self, raw: bytes) -> Future[Outcome] | None:
        """The future of an action that was submitted before, wherever it is on its way."""
        digest = sha256(raw)
        waiting = self.pool.find(digest)
        if waiting is not None:
            return waiting
        telling = self._telling.get(digest)
        if telling is not None:
            return telling[0]
        found = self._reading.lookup(b64url(digest))
        if found is None:
            return None
        told: Future[Outcome] = Future()
        told.set_result(found)
        return told

    def _run(self) -> None:
        try:
            while not self._closing:
                self.pool.wait()
                self._serve()
            self._prove()
        except Exception as error:
            # Fail-stop: what is durable is consistent at every step; what is in memory may no longer be.
            log.exception("the ledger engine stopped")
            self._fail(error)

    def _serve(self) -> None:
        """Put all that waits into blocks; when closing, no more than the block under way."""
        if self._closing:
            return
        time.sleep(GATHER_SECONDS)
        if self.now() - self._last.time.nanoseconds > IDLE_NANOSECONDS:
            self._make_block([])
        seen = self.pool.added
        while not self._closing and (admitted := self._admit()):
            self._make_block(admitted)
            seen = self.pool.added
        self._prove()
        if len(self.pool):
            self.pool.wait(beyond=seen, timeout=RETRY_SECONDS)

    def _admit(self) -> list[Waiting]:
        """What may stand in the next block. What is early waits on; what can never stand in a block is refused."""
        offered = self.pool.offer(
            max_bytes=self._machine.genesis.consensus.block_max_bytes - BLOCK_RESERVE,
            per_signer=parameter(self._machine.view, "actions_per_block", self._machine.height + 1),
        )
        verdicts = self._machine.judge([entry.action.raw for entry in offered], self._last.time)
        admitted = []
        for entry, verdict in zip(offered, verdicts, strict=True):
            if verdict.refusal is None:
                admitted.append(entry)
            elif not isinstance(verdict.refusal, ActionTooEarly | TooManyActions):
                self._turn_away(entry, verdict)
        return admitted

    def _turn_away(self, entry: Waiting, verdict: Verdict) -> None:
        self.pool.remove([entry])
        if isinstance(verdict.refusal, ActionSeen):
            # Submitted twice, and the first came into a block just before the second was queued.
            first = self.known(entry.action.raw)
            if first is not None:
                first.add_done_callback(lambda done: _copy(done, entry.outcome))
                return
        entry.outcome.set_exception(verdict.refusal)

    def _prove(self) -> None:
        """Follow a block that changed the app_hash with one whose header shows it. An empty block changes nothing."""
        if self._last.app_hash != self._machine.root:
            self._make_block([])

    def _make_block(self, entries: Sequence[Waiting]) -> None:
        actions = tuple(entry.action.raw for entry in entries)
        last = self._last
        header = self._validator.next_header(last, actions, self._machine.root)
        block = Block(header, actions, last.commit)

        # Nothing is written yet. If the process dies here, the actions of this block are lost; nobody was told of them,
        # their submitters see no outcome and submit the same bytes again.
        results = self._machine.apply(DecidedBlock(height=header.height, time=header.time, actions=actions))
        self._at_step("applied")
        signed = self._validator.sign(block, now=self.now(), signed=self._archive.signing)
        self._at_step("signed")

        # The block, its commit and the signing state become durable together, before the signature leaves this
        # process: whoever holds a signature for this height can be sure that no other block of it was ever signed.
        self._archive.append(block, signed.commit, signed.state)

        # If the process dies here, the replica is one block behind the chain; the next start applies that block again
        # from the archive and, the machine being deterministic, comes to the same state.
        self._at_step("block durable")
        self._machine.commit()

        # State, log, map, events, height and app_hash are durable. If the process dies here nothing is lost and
        # nothing is repeated; submitters were not told, but find the outcome by the id of their action.
        self._at_step("state durable")
        self._hand_over(entries, results, accepted_at=header.time)
        self._last = LastBlock(
            height=header.height,
            block_id=signed.commit.block_id,
            commit=signed.commit,
            time=signed.state.time,
            app_hash=header.app_hash,
            results=tuple(result.tx_result for result in results),
        )
        self._at_step("told")
        self.notices.tell(header.height)

    def _hand_over(self, entries: Sequence[Waiting], results: Sequence[Result], *, accepted_at: Time) -> None:
        """Tell the outcomes of the block before, which this block proves; keep this one's until the next."""
        proved = self._telling
        height = self._machine.height
        kept = {
            entry.action.digest: (entry.outcome, outcome(result, height, index, None))
            for index, (entry, result) in enumerate(zip(entries, results, strict=True))
        }
        # At every moment an action is in the pool, here, or told: `known` looks in this order.
        self._telling = proved | kept
        self.pool.remove(entries)
        for future, before in proved.values():
            future.set_result(structs.replace(before, accepted_at=accepted_at))
        self._telling = kept

    def _fail(self, error: Exception) -> None:
        self.failure = EngineStopped(got=str(error))
        self.pool.close(self.failure)
        for future, _ in self._telling.values():
            future.set_exception(self.failure)
        self._telling = {}


def recovered(machine: Machine, archive: Archive, validator: LocalValidator, reading: LedgerReading) -> LastBlock:
    """Compare replica and chain, apply the one block that a crash may have left out, and say where to go on."""
    if archive.height == machine.height + 1:
        replay(machine, archive)
    if archive.height != machine.height:
        raise ReplicaDiffers(got=f"replica at height {machine.height}", expected=f"chain at height {archive.height}")
    if archive.height == machine.genesis.height:
        return before_first(machine.genesis, machine.root)
    signed = reading.signed_header(archive.height)
    before = reading.record(archive.height - 1)
    if signed.header.app_hash != before.roots.app_hash:
        raise ReplicaDiffers(got=before.roots.app_hash.hex(), expected=signed.header.app_hash.hex(), where="app_hash")
    results = reading.record(archive.height).results
    return LastBlock(
        height=archive.height,
        block_id=signed.commit.block_id,
        commit=signed.commit,
        time=chain.median_time(signed.commit, validator.validators),
        app_hash=signed.header.app_hash,
        results=tuple(result.tx_result for result in results),
    )


def replay(machine: Machine, archive: Archive) -> None:
    """Apply the archive's next block again."""
    height = machine.height + 1
    header = archive.header(height)
    actions = archive.actions(height)
    if header is None or header.app_hash != machine.root:
        raise ReplicaDiffers(got=machine.root.hex(), expected=f"the app_hash in header {height}")
    if header.data_hash != chain.txs_hash(actions):
        raise ReplicaDiffers(got=f"other actions in block {height}", expected="those of its header")
    machine.apply(DecidedBlock(height=height, time=header.time, actions=actions))
    machine.commit()


def _copy(done: Future[Outcome], other: Future[Outcome]) -> None:
    error = done.exception()
    if error is None:
        other.set_result(done.result())
    else:
        other.set_exception(error)
