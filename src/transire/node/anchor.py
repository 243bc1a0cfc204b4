"""Bringing a member's statements to the ledger: one witness action for a whole pool (LEDGER 3).

The order of the steps is the order of a crash's consequences:
  1. statements are durable in the journal                         - lost nothing: they were acknowledged only now
  2. the pool is built, its action signed, both durable            - a crash here submits the same bytes again
  3. the bytes go to the engine                                    - a crash here asks the ledger before anything else
  4. the answer is written, with the place in the log              - a crash here finds the same answer again
A second action for the same statements is signed only when the first one has expired and the engine says that it is in
no block and waits for none: by the ledger's time, never by the clock on this machine's wall, which may be set.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from transire.crypto.keys import SigningKey
from transire.engines.base import Engine, Outcome
from transire.ledger.action import parse_action, sign_action
from transire.ledger.chain import Time
from transire.ledger.errors import ActionExpired
from transire.ledger.statement import Pool
from transire.merkle.tree import leaf_hash
from transire.node.errors import WitnessRefused
from transire.storage.database import Database
from transire.vault import journal
from transire.vault.journal import PendingPool, Place

MOST_IN_A_POOL = 10_000
"""Statements that one action anchors; a path is then fourteen digests long."""

ANSWER_WITHIN_S = 30.0
"""How long a turn waits for the engine; afterwards the pool stays submitted and the next turn asks again."""

NONCE_BYTES = 16

OnAccepted = Callable[[sa.Connection, str, Iterable[journal.Accepted]], None]
"""Called with a pool that the ledger has accepted and its statements, in the transaction that writes it down."""


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


def ask(engine: Engine, action_id: str, action: bytes) -> Outcome | None:
    """The ledger's answer to a signed action, submitted again if need be; None when it expired and never will be one.

    Safe at any time after the bytes are durable: an action that the ledger has had is not applied twice.
    """
    found = engine.lookup(action_id)
    if found is not None and found.accepted_at is not None:
        return found
    try:
        return engine.submit(action).result(timeout=ANSWER_WITHIN_S)
    except ActionExpired:
        return None


def expiry(engine: Engine, now: datetime, lifetime: timedelta) -> datetime:
    """Until when an action that is signed now is valid. A clock that was set back must not sign what has expired."""
    header = engine.header(engine.height)
    return (now if header is None else max(now, read_time(header.time))) + lifetime


class Anchor:
    """Anchors the statements of one member. Its calls never overlap: the beat sees to it.

    `signer` tells the key that signs now: it may be another one tomorrow.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        signer: Callable[[], Signer],
        *,
        lifetime: timedelta,
        on_accepted: OnAccepted,
    ) -> None:
        self._database = database
        self._engine = engine
        self._signer = signer
        self._lifetime = lifetime
        self._on_accepted = on_accepted

    def anchor_pooled(self, now: datetime) -> bool:
        """Anchor what is ready, in one pool; what an earlier turn or a crash left under way first.

        What comes in meanwhile waits for the next turn: under a steady load this one would never end. A pool whose
        answer cannot be had or written down keeps no other one waiting. False when there was nothing to anchor.
        """
        with self._database.reading() as view:
            left, is_ready = journal.pending_pools(view), journal.has_pooled(view, now)
        failed = [error for pending in left if (error := self._try_to_finish(pending)) is not None]
        fresh = self._submit_next(now) if left or is_ready else None  # what was left may have gone back to the pool
        if fresh is not None:
            self._finish(fresh)
        if failed:
            raise failed[0]
        return bool(left) or is_ready

    def _try_to_finish(self, pending: PendingPool) -> Exception | None:
        try:
            self._finish(pending)
        except Exception as error:
            return error
        return None

    def _submit_next(self, now: datetime) -> PendingPool | None:
        with self._database.transaction() as tx:
            raws = journal.read_pooled(tx, now, MOST_IN_A_POOL)
            if not raws:
                return None
            signer = self._signer()
            pool = Pool.of_ids(self._engine.network, signer.did, [leaf_hash(raw) for raw in raws])
            expires = expiry(self._engine, now, self._lifetime)
            action = self._sign(pool, signer, expires)
            action_id = parse_action(action).id
            journal.mark_submitted(
                tx, pool, by=signer.did, action=action, action_id=action_id, expires=expires, now=now
            )
        return PendingPool(pool.commitment, action, action_id)

    def _sign(self, pool: Pool, signer: Signer, expires: datetime) -> bytes:
        return sign_action(
            "witness/1",
            pool.body(),
            by=signer.did,
            key=signer.key_name,
            network=self._engine.network,
            expires=write_time(expires),
            nonce=secrets.token_bytes(NONCE_BYTES),
            signer=signer.key,
        )

    def _finish(self, pending: PendingPool) -> None:
        """Write down what the ledger answers."""
        outcome = ask(self._engine, pending.action_id, pending.action)
        if outcome is not None and outcome.accepted:
            self._accept(pending, outcome)
            return
        # Used up or expired: nothing will ever be accepted of this action, so its statements may go into another one.
        with self._database.transaction() as tx:
            journal.abandon_pool(tx, pending.pool)
        if outcome is not None:
            raise WitnessRefused(got=outcome.code)

    def _accept(self, pending: PendingPool, outcome: Outcome) -> None:
        assert outcome.log_index is not None  # what the engine promises of an accepted action
        assert outcome.accepted_at is not None
        place = Place(outcome.height, outcome.log_index, read_time(outcome.accepted_at))
        with self._database.transaction() as tx:
            self._on_accepted(tx, pending.pool, journal.mark_accepted(tx, pending.pool, place))
