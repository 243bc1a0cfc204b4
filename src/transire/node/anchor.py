"""Bringing a member's statements to the ledger: one witness action for a whole pool (LEDGER 3).

The order of the steps is the order of a crash's consequences:
  1. statements are durable in the journal                         - lost nothing: they were acknowledged only now
  2. the pool is built, its action signed, both durable            - a crash here submits the same bytes again
  3. the bytes go to the engine                                    - a crash here asks the ledger before anything else
  4. the answer is written, with the place in the log              - a crash here finds the same answer again
A second action for the same statements is signed only after the first one has expired and is proven absent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from transire.crypto.encoding import unb64url
from transire.crypto.keys import SigningKey
from transire.engines.base import Engine, Outcome
from transire.ledger.action import parse_action, sign_action
from transire.ledger.chain import Time
from transire.ledger.statement import Pool, parse_statement
from transire.node.errors import WitnessRefused
from transire.storage.database import Database
from transire.vault import journal
from transire.vault.journal import PendingPool, Place

MOST_IN_A_POOL = 10_000
"""Statements that one action anchors; a path is then fourteen digests long."""

ANSWER_WITHIN_S = 30.0
"""How long a turn waits for the engine; afterwards the pool stays submitted and the next turn asks again."""

NONCE_BYTES = 16

OnAccepted = Callable[[sa.Connection, list[str]], None]
"""Called with the ids of the statements that the ledger has accepted, in the transaction that writes it down."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The member's key that signs actions, by its name on the ledger."""

    did: str
    key_name: str
    key: SigningKey


def write_time(moment: datetime) -> str:
    """A moment as actions write it: RFC 3339, whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(time: Time) -> datetime:
    """A block's time as a datetime; nanoseconds below a microsecond are dropped, never rounded up."""
    return datetime.fromtimestamp(time.seconds, UTC) + timedelta(microseconds=time.nanos // 1000)


class Anchor:
    """Anchors the statements of one member. Its calls never overlap: the beat sees to it."""

    def __init__(
        self, database: Database, engine: Engine, signer: Signer, *, lifetime: timedelta, on_accepted: OnAccepted
    ) -> None:
        self._database = database
        self._engine = engine
        self._signer = signer
        self._lifetime = lifetime
        self._on_accepted = on_accepted

    def anchor_pooled(self, now: datetime) -> None:
        """Anchor everything that is ready, what an earlier turn or a crash left under way first."""
        for pending in self._pending():
            self._finish(pending, now)
        while pending_pool := self._submit_next(now):
            self._finish(pending_pool, now)

    def _pending(self) -> list[PendingPool]:
        with self._database.reading() as view:
            return journal.pending_pools(view)

    def _submit_next(self, now: datetime) -> PendingPool | None:
        with self._database.reading() as view:
            if not journal.count_pooled(view, now):
                return None
        with self._database.transaction() as tx:
            raws = journal.read_pooled(tx, now, MOST_IN_A_POOL)
            ids = [parse_statement(raw).id for raw in raws]
            pool = Pool.of_ids(self._engine.network, self._signer.did, [unb64url(name, length=32) for name in ids])
            expires = now + self._lifetime
            action = self._sign(pool, expires)
            action_id = parse_action(action).id
            journal.mark_submitted(tx, pool, by=self._signer.did, action=action, action_id=action_id, expires=expires)
        return PendingPool(pool.commitment, action, action_id, expires)

    def _sign(self, pool: Pool, expires: datetime) -> bytes:
        return sign_action(
            "witness/1",
            pool.body(),
            by=self._signer.did,
            key=self._signer.key_name,
            network=self._engine.network,
            expires=write_time(expires),
            nonce=secrets.token_bytes(NONCE_BYTES),
            signer=self._signer.key,
        )

    def _finish(self, pending: PendingPool, now: datetime) -> None:
        outcome = self._engine.lookup(pending.action_id)
        if outcome is None and now > pending.expires + timedelta(seconds=5):
            # Expired by the ledger's clock too (it is at most 5 s behind, LEDGER 6), and absent: sign anew.
            with self._database.transaction() as tx:
                journal.abandon_pool(tx, pending.pool)
            return
        if outcome is None or outcome.accepted_at is None:
            outcome = self._submit(pending)
        if not outcome.accepted:
            raise WitnessRefused(got=outcome.code)
        self._accept(pending, outcome)

    def _submit(self, pending: PendingPool) -> Outcome:
        future: Future[Outcome] = self._engine.submit(pending.action)
        return future.result(timeout=ANSWER_WITHIN_S)

    def _accept(self, pending: PendingPool, outcome: Outcome) -> None:
        assert outcome.log_index is not None  # what the engine promises of an accepted action
        assert outcome.accepted_at is not None
        place = Place(outcome.height, outcome.log_index, read_time(outcome.accepted_at))
        with self._database.transaction() as tx:
            self._on_accepted(tx, journal.mark_accepted(tx, pending.pool, place))
