"""A tenant's turn of the beat: act, follow, anchor, deliver. Each step can be run again after a crash.

1. `act`      what the member owes the ledger (ended versions) is done
2. `follow`   what the ledger decided is projected, with the height up to which that is done, and what follows from it
3. `anchor`   what is pooled goes to the ledger; what the ledger accepted is projected in the transaction that notes it
4. `lapse`    what no grant opens any more is closed, and what waits under one that ended is called back
5. `deliver`  envelopes whose statements are all accepted go to their recipients: at once to those on this node, through
              the executor to those on others, one delivery to a recipient at a time
6. `follow`   again, after an anchoring: what was anchored may have consequences of its own, and others wait for none
7. `chores`   what procedures do by the clock (reminders), when it is time
8. `tell`     persons and programs who asked for it are told of what is new in the inbox, through the executor

A step that fails is tried again in the next turn and keeps none of the others waiting: a suspended member anchors
nothing and yet learns what has ended. Nor does one recipient, or one envelope, keep the others waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from transire.errors import TransireError
from transire.node.acting import Acting
from transire.node.anchor import Anchor
from transire.node.beat import RETRY_AFTER_FAILURE_S
from transire.node.errors import RecipientUnreachable
from transire.node.following import Follower
from transire.node.granting import end_lapsed, next_lapse
from transire.node.notices.telling import Teller
from transire.node.post import Post, Reply
from transire.node.projection import take_in
from transire.node.tenant import Tenant
from transire.node.workers import Workers
from transire.procedures.catalogue import chores
from transire.vault import journal, outbox
from transire.vault.errors import DocumentErased, GrantEnded
from transire.vault.outbox import OutboxRow

DELIVERIES_A_TURN = 200
"""Envelopes looked at in one turn, so that a long outbox does not keep other tenants waiting."""

ENVELOPES_AT_ONCE = 32
"""Envelopes for one recipient that are taken in by one transaction of its database."""

CHORES_EVERY = timedelta(hours=1)
"""Chores are looked at no later than this after the last time: what they wait for is reckoned in days."""

NOT_YET = Reply(not_yet=RecipientUnreachable.code)
"""What stands for an answer where none came: the row is tried again later."""

log = structlog.get_logger(__name__)


class TenantTurn:
    """Callable by the beat; knows how to do a turn of one tenant."""

    def __init__(
        self, tenant: Tenant, post: Post, *, pause: timedelta, executor: Workers, teller: Teller | None = None
    ) -> None:
        self._tenant = tenant
        self._teller = teller
        self._post = post
        self._executor = executor
        self._under_way: set[str] = set()  # recipients on other nodes to whom something is being brought
        self._pause = pause
        self._anchored_at = -pause.total_seconds()  # by the clock that nobody sets
        self._is_first = True
        self._chores_at = tenant.now()
        self._has_more = False
        self._has_anchored = False
        self._follower = Follower(tenant)
        place, lifetime = (tenant.database, tenant.engine, lambda: tenant.signer), tenant.action_lifetime
        self._acting = Acting(*place, lifetime=lifetime)
        self._anchor = Anchor(*place, lifetime=lifetime, on_accepted=self._on_accepted)

    def __call__(self) -> float | None:
        """Take the turn; returns the seconds until the next one is due, or None."""
        ledger = (self._hasten, self._act, self._follower.follow, self._anchor_pooled)
        steps = (*ledger, self._lapse, self._deliver, self._follow_anchored, self._do_chores, self._tell)
        failed = [step for step in steps if not self._succeeds(step)]
        return RETRY_AFTER_FAILURE_S if failed else self._next_due(self._tenant.now())

    def _succeeds(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except TransireError as error:
            log.warning("step failed, will be tried again", tenant=self._tenant.slug, code=error.code, error=str(error))
        except Exception:
            log.exception("step failed, will be tried again", tenant=self._tenant.slug)
        else:
            return True
        return False

    def _hasten(self) -> None:
        """After a start nothing waits for a pause that was reckoned before: the cause, or the clock, was mended."""
        if self._is_first:
            with self._tenant.database.transaction() as tx:
                outbox.hasten(tx, self._tenant.now())
            self._is_first = False

    @property
    def _is_member(self) -> bool:
        """Whether the ledger, as far as it is here, knows the member: signing for another would only use up its time.

        False before the enrolment, and at the first start after a restore until the replica has caught up with it.
        """
        return self._tenant.record is not None

    def _act(self) -> None:
        if not self._is_member:
            return
        self._acting.do_owed(self._tenant.now())

    def _anchor_pooled(self) -> None:
        # A lone statement is anchored at once; only under load do statements wait for company (LEDGER 3).
        moment, self._has_anchored = time.monotonic(), False
        if self._is_member and moment - self._anchored_at >= self._pause.total_seconds():
            self._anchored_at = moment
            self._has_anchored = True  # even where it fails: one pool of several may have been accepted
            self._has_anchored = self._anchor.anchor_pooled(self._tenant.now())

    def _follow_anchored(self) -> None:
        if self._has_anchored:
            self._follower.follow()

    def _lapse(self) -> None:
        end_lapsed(self._tenant, self._tenant.now())

    def _do_chores(self) -> None:
        now = self._tenant.now()
        # A clock that was set back must not put them off for longer than usual.
        if not self._chores_at - CHORES_EVERY <= now < self._chores_at:
            wanted = (chore(self._tenant) for chore in chores())
            self._chores_at = min([now + CHORES_EVERY, *(moment for moment in wanted if moment is not None)])

    def _tell(self) -> None:
        if self._teller is not None:
            self._teller.tell(self._tenant.now())

    def _on_accepted(self, tx: sa.Connection, pool: str, found: Iterable[journal.Accepted]) -> None:
        take_in(tx, self._tenant, found, pool=pool)

    def _deliver(self) -> None:
        now = self._tenant.now()
        with self._tenant.database.reading() as view:
            rows = outbox.due(view, now, DELIVERIES_A_TURN, but=frozenset(self._under_way))
        self._has_more = len(rows) == DELIVERIES_A_TURN
        by_recipient: dict[str, list[OutboxRow]] = {}
        for row in rows:
            by_recipient.setdefault(row.recipient, []).append(row)
        for recipient, waiting in by_recipient.items():
            if self._post.is_here(recipient):
                self._bring_all(recipient, waiting, now)
            else:
                self._send_out(recipient, waiting, now)

    def _send_out(self, recipient: str, rows: Sequence[OutboxRow], now: datetime) -> None:
        """Bring envelopes to another node while this turn goes on: it may be slow, or answer never."""
        self._under_way.add(recipient)

        def deliver() -> None:
            try:
                self._bring_all(recipient, rows, now)
            except Exception:
                log.exception("delivery failed, will be tried again", tenant=self._tenant.slug)
            finally:
                self._under_way.discard(recipient)
                self._tenant.wake()

        try:
            self._executor.submit(deliver)
        except RuntimeError:  # the node is closing: the rows wait for its next start
            self._under_way.discard(recipient)

    def _bring_all(self, recipient: str, rows: Sequence[OutboxRow], now: datetime) -> None:
        """Bring all of it, in runs. Once the recipient cannot be reached the rest does not try, and waits like it."""
        reachable = True
        for batch in batches(rows, ENVELOPES_AT_ONCE):
            reachable = self._bring(recipient, batch, now, try_it=reachable)

    def _bring(self, recipient: str, rows: Sequence[OutboxRow], now: datetime, *, try_it: bool) -> bool:
        """Bring one run and write down what became of it; whether the recipient was reached."""
        with self._tenant.database.reading() as view:
            envelopes = [self._envelope(view, row) if try_it else None for row in rows]
        brought = [one for one in envelopes if isinstance(one, bytes)]
        answered = self._replies(recipient, brought)
        replies = iter(answered if answered is not None else [NOT_YET] * len(brought))
        # If the process dies here the recipient has the envelopes and this outbox does not know: they are brought
        # again, and change nothing there (`Reception`).
        with self._tenant.database.transaction() as tx:
            for row, envelope in zip(rows, envelopes, strict=True):
                reply = next(replies) if isinstance(envelope, bytes) else envelope or NOT_YET
                if reply.not_yet is not None:
                    outbox.mark_failed(tx, row, now=now)
                else:
                    outbox.mark_answered(tx, row.seq, refused_with=reply.refused_with)
        return answered is not None

    def _envelope(self, view: sa.Connection, row: OutboxRow) -> bytes | Reply | None:
        """The envelope of a row; None, and said, when it cannot be built now: a blob is missing, a key has ended.

        A reply when it never can: what it would bring was destroyed here, or may no longer be brought.
        """
        try:
            return self._tenant.envelope(view, row)
        except (DocumentErased, GrantEnded) as error:
            return Reply(refused_with=error.code)
        except TransireError as error:
            log.warning("envelope not built", tenant=self._tenant.slug, statement=row.statement, code=error.code)
        except Exception:
            log.exception("envelope not built", tenant=self._tenant.slug, statement=row.statement)
        return None

    def _replies(self, recipient: str, envelopes: Sequence[bytes]) -> list[Reply] | None:
        """The recipient's answers; None when it could not be reached: whatever goes wrong, it will be tried again."""
        waiting = {"tenant": self._tenant.slug, "recipient": recipient, "waiting": len(envelopes)}
        try:
            return self._post.bring(self._tenant, recipient, envelopes) if envelopes else []
        except TransireError as error:
            log.warning("recipient unreachable", code=error.code, error=str(error), **waiting)
        except Exception:
            log.exception("recipient unreachable", **waiting)
        return None

    def _next_due(self, now: datetime) -> float | None:
        if self._has_more:
            return 0.0
        if not self._is_member:
            return RETRY_AFTER_FAILURE_S
        with self._tenant.database.reading() as view:
            # While something is brought to another node, what is due may be just that: its end wakes this tenant.
            retries = None if self._under_way else outbox.next_due(view)
            untold = None if self._teller is None else self._teller.next_due()
            wanted = (journal.next_ready(view), retries, next_lapse(view, now), self._chores_at, untold)
        soonest = min(moment for moment in wanted if moment is not None)
        return max(self._pause.total_seconds(), (soonest - now).total_seconds())


def batches(rows: Sequence[OutboxRow], size: int) -> Iterator[Sequence[OutboxRow]]:
    """The rows in runs of at most that size, in order."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
