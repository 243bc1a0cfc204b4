"""The embedded engine: one process, one local validator key, the bytes of a CometBFT network (LEDGER.md 1 and 6).

Actions wait in a pool; one thread, the sequencer, cuts them into blocks. While a block is written the next ones gather,
so a busy engine commits in groups and an idle one commits a lone action at once.

A block's own time is the time of the previous commit. So after idleness an empty block comes first, and every block
that changed the app_hash is followed at once by a block whose header shows it: by the next block with actions if there
is one, else by an empty *proof block*. An outcome is told only when that next block is durable too: then a receipt
exists.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.engines import archive
from transire.engines.archive import Archive
from transire.engines.base import Outcome
from transire.engines.beginning import make_replica
from transire.engines.earlier import (
    CHAIN_FOLDER,
    REPLICA_FOLDER,
    Earlier,
    JoinedBlocks,
    ended_at,
    open_earlier,
)
from transire.engines.errors import ReplicaDiffers, ReplicaExists, ReplicaMissing
from transire.engines.inspection import Damage, verify_replica
from transire.engines.occupation import Occupation
from transire.engines.reading import LedgerReading
from transire.engines.replica import LmdbStore
from transire.engines.sequencer import Sequencer
from transire.engines.validator import LocalValidator
from transire.ledger.admission import Verdict
from transire.ledger.block import Evidence
from transire.ledger.chain import Validator
from transire.ledger.errors import ActionExpired, ActionSeen, GenesisInvalid
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.parameters import parameter
from transire.ledger.state import Since
from transire.ledger.store import META
from transire.ledger.tables import Tip

NANOS: Final = 1_000_000_000


class EmbeddedEngine(LedgerReading):
    """An `engines.base.Engine`. `clock` and `at_step` are for tests: what time it is, and what happens at a step."""

    def __init__(
        self,
        home: Path,
        validator_key: SigningKey,
        *,
        clock: Callable[[], int] = time.time_ns,
        at_step: Callable[[str], None] = lambda step: None,
    ) -> None:
        with ExitStack() as opened:
            occupation = Occupation.take(home)
            opened.callback(occupation.release)
            self._store = LmdbStore(home / REPLICA_FOLDER)
            opened.callback(self._store.close)
            if self._store.get(META, Tip.KEY) is None:
                raise ReplicaMissing(got=home.name)
            self._machine = Machine.open(self._store)
            self.genesis = self._machine.genesis
            self.network = self._machine.network
            check_only_validator(self.genesis, validator_key)
            check_fixed_validators(parameter(self._machine.view, "fixed_validators", self._machine.height + 1))
            chain_store = LmdbStore(home / CHAIN_FOLDER, archive.TABLES)
            opened.callback(chain_store.close)
            self._archive = Archive(chain_store, before_first=self.genesis.height)
            self._earlier = open_earlier(home)
            for one in self._earlier:
                opened.callback(one.close)
            blocks = JoinedBlocks(self._earlier, self._archive)
            super().__init__(self.network, self._store, blocks, validators=self._signers)
            validator = LocalValidator(self.genesis, validator_key)
            self._sequencer = Sequencer(self._machine, self._archive, validator, self, clock=clock, at_step=at_step)
            self._check_files()
            # What is open here is closed by `close`; what failed on the way was closed by leaving the stack.
            self._opened = opened.pop_all()

    @classmethod
    def create(
        cls, home: Path, genesis: Genesis, validator_key: SigningKey, *, clock: Callable[[], int] = time.time_ns
    ) -> EmbeddedEngine:
        """Begin a network in an empty folder. Explicit, never implied: opening a missing one is refused."""
        check_only_validator(genesis, validator_key)
        check_fixed_validators(genesis.parameters.get("fixed_validators", 0))
        make_replica(home, genesis)
        return cls(home, validator_key, clock=clock)

    @classmethod
    def carry_on(
        cls, home: Path, genesis: Genesis, validator_key: SigningKey, *, clock: Callable[[], int] = time.time_ns
    ) -> EmbeddedEngine:
        """Begin the network that continues a restored replica; it has no chain yet, and a validator key of its own."""
        check_only_validator(genesis, validator_key)
        if not (home / REPLICA_FOLDER).is_dir():
            raise ReplicaMissing(got=home.name)
        if (home / CHAIN_FOLDER).is_dir():
            raise ReplicaExists(got=f"{home.name}/{CHAIN_FOLDER}", expected="a replica without the blocks of old")
        occupation = Occupation.take(home)
        try:
            store = LmdbStore(home / REPLICA_FOLDER)
            try:
                Machine.carry_on(store, genesis)
            finally:
                store.close()
        finally:
            occupation.release()
        return cls(home, validator_key, clock=clock)

    @classmethod
    def open(
        cls,
        home: Path,
        validator_key: SigningKey,
        *,
        clock: Callable[[], int] = time.time_ns,
        at_step: Callable[[str], None] = lambda step: None,
    ) -> EmbeddedEngine:
        """Go on with the network in a folder; a block that a crash cut off is completed here."""
        if not (home / REPLICA_FOLDER).is_dir():
            raise ReplicaMissing(got=home.name)
        return cls(home, validator_key, clock=clock, at_step=at_step)

    @property
    def height(self) -> int:
        """The last committed height; 0 before the first block."""
        return self._machine.height

    @property
    def failure(self) -> str:
        """Why no block is made any more; empty while it goes on."""
        failure = self._sequencer.failure
        return "" if failure is None else str(failure)

    @property
    def missing_rules(self) -> Since[int] | None:
        """See `engines.base.Engine.missing_rules`."""
        return self._machine.missing_rules

    @property
    def peers(self) -> int | None:
        """It has none."""
        return None

    def start(self) -> None:
        """Begin to make blocks; reading works before."""
        self._sequencer.start()

    def interrupt(self) -> None:
        """Nobody waits here for longer than a block takes to write."""

    def close(self) -> None:
        """Finish the block under way and let go; what is still waiting gets `EngineStopped`."""
        self._sequencer.stop()
        self._opened.close()

    def check(self, raw: bytes) -> Verdict:
        """Whether an action could enter the next block."""
        return self._machine.check(raw, self._sequencer.now() // NANOS)

    def submit(self, raw: bytes) -> Future[Outcome]:
        """Queue an action; see `engines.base.Engine.submit`."""
        if self._sequencer.failure is not None:
            raise self._sequencer.failure
        verdict = self.check(raw)
        if isinstance(verdict.refusal, ActionSeen | ActionExpired):
            known = self._sequencer.known(raw)
            if known is not None:
                return known
        return self._sequencer.pool.add(verdict.admitted())

    def verify_replica(self, *, deep: bool = False) -> list[Damage]:
        """Everything that is wrong with the ledger's files; see `engines.inspection`."""
        found = [damage for one in self._earlier for damage in one.inspect(deep=deep)]
        return found + verify_replica(self._store, self._archive, validators=self.validators, deep=deep)

    def evidence(self, action_id: str, *, keys: Sequence[str] = (), shown_at: int | None = None) -> Evidence:
        """See `engines.base.Engine.evidence`."""
        found = self.lookup(action_id) if self._earlier else None
        ended = None if found is None else ended_at(self._earlier, found.height)
        if ended is not None:
            return ended.reading.evidence(action_id, keys=keys)
        return super().evidence(action_id, keys=keys, shown_at=shown_at)

    def beginnings(self) -> tuple[Genesis, ...]:
        """See `engines.base.Engine.beginnings`."""
        return (*(one.genesis for one in self._earlier), self.genesis)

    def _check_files(self) -> None:
        """Refuse to go on with a replica that does not fit the last headers; deeper is `transire doctor --deep`."""
        damages = self.verify_replica()
        if damages:
            raise ReplicaDiffers(got=str(damages[0]))

    def _signers(self, height: int) -> tuple[Validator, ...]:
        ended = ended_at(self._earlier, height)
        return self.genesis.validator_set if ended is None else ended.genesis.validator_set

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with every height that was committed; returns what ends it. The callback only wakes somebody."""
        return self._sequencer.notices.subscribe(callback)

    def wait_for(self, height: int, timeout: float) -> bool:
        """Wait until that height is committed; False when the time is over."""
        return self._sequencer.notices.wait_for(height, timeout)


def inspect(home: Path, *, deep: bool = False) -> list[Damage]:
    """Everything that is wrong with the files of an engine that is not open in this process; needs no key."""
    if not (home / REPLICA_FOLDER).is_dir():
        raise ReplicaMissing(got=home.name)
    networks = (*open_earlier(home), Earlier(home))
    try:
        return [damage for one in networks for damage in one.inspect(deep=deep)]
    finally:
        for one in networks:
            one.close()


def check_only_validator(genesis: Genesis, key: SigningKey) -> None:
    """Refuse a genesis of which this key is not the one validator for ever."""
    publics = [validator.public for validator in genesis.validators]
    if publics != [b64url(key.public)]:
        raise GenesisInvalid(got=", ".join(publics), expected=f"the one validator {b64url(key.public)}")


def check_fixed_validators(value: int) -> None:
    """Refuse a network whose governors can vote for validators: the one local key could not answer for another."""
    if value != 1:
        raise GenesisInvalid(got="validators that a vote can change", expected="fixed_validators 1")
