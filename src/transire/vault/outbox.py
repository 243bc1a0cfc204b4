"""Envelopes on their way: one row for each statement and recipient, kept until the recipient has answered.

A row is written in the transaction that makes the statement, and is due once the statement and everything that goes
along with it are accepted by the ledger. It is tried until the recipient's node has taken or refused it.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

import sqlalchemy as sa

from transire.vault import journal
from transire.vault.tables import about, outbox, statements

WAITING, DELIVERED, REFUSED, GIVEN_UP = "waiting", "delivered", "refused", "given_up"

RETRY_AFTER = tuple(
    timedelta(seconds=seconds) for seconds in (1, 5, 15, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""Pauses between attempts; after the last one the sender gives up and says so.

From five minutes on as Standard Webhooks recommends; before that more often, because a recipient's node that restarts
or lags behind the ledger is back within seconds, and a person waits.
"""
JITTER = 0.2
"""Share by which a pause varies, so that a recipient that comes back is not met by everybody at once."""


# Built once: building a statement costs several times what running it does.

_READY = (
    sa.select(outbox)
    .join(statements, statements.c.id == outbox.c.statement)
    .where(outbox.c.state == WAITING, statements.c.state == journal.ACCEPTED)
)
# A first attempt waits for no time, so that a clock that is set back does not make it wait.
_IS_TIME = sa.or_(outbox.c.attempts == 0, outbox.c.next_try <= sa.bindparam("now"))
_DUE = _READY.where(_IS_TIME).order_by(outbox.c.seq)
_NEXT_DUE = _READY.where(outbox.c.attempts > 0).with_only_columns(sa.func.min(outbox.c.next_try))
_COUNT_WAITING = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == WAITING)
# What nobody waits for is not under way before its time: its envelope waits with it.
_COUNT_UNDER_WAY = (
    sa.select(sa.func.count())
    .select_from(outbox.join(statements, statements.c.id == outbox.c.statement))
    .where(
        outbox.c.state == WAITING,
        sa.or_(statements.c.state != journal.POOLED, statements.c.ready_at <= sa.bindparam("now")),
    )
)
_ANSWER = (
    outbox.update()
    .where(outbox.c.seq == sa.bindparam("of"))
    .values(state=sa.bindparam("became"), answer=sa.bindparam("code"))
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What is to be brought to whom."""

    seq: int
    recipient: str
    statement: str
    attached: tuple[str, ...]
    documents: tuple[str, ...]
    purpose: str
    attempts: int


def put(
    tx: sa.Connection,
    *,
    recipient: str,
    statement: str,
    attached: Sequence[str] = (),
    documents: Sequence[str] = (),
    purpose: str,
    now: datetime,
) -> None:
    """Have the statement delivered; a second row for the same recipient changes nothing."""
    journal.insert_or_ignore(
        tx,
        outbox,
        recipient=recipient,
        statement=statement,
        attached=list(dict.fromkeys(attached)),
        documents=list(dict.fromkeys(documents)),
        purpose=purpose,
        state=WAITING,
        attempts=0,
        next_try=now,
    )


def recipients_of(tx: sa.Connection, statement: str) -> set[str]:
    """To whom a statement was brought or will be."""
    return set(tx.execute(sa.select(outbox.c.recipient).where(outbox.c.statement == statement)).scalars())


def is_given(tx: sa.Connection, recipient: str, document_id: str, version: str) -> bool:
    """Whether a version of a document was brought to that member, or is on its way there."""
    query = (
        sa.select(outbox.c.documents)
        .join(about, about.c.statement == outbox.c.statement)
        .where(about.c.subject == document_id, outbox.c.recipient == recipient)
        .where(outbox.c.state.in_((WAITING, DELIVERED)))
    )
    return any(version in documents for documents in tx.execute(query).scalars())


def due(tx: sa.Connection, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[OutboxRow]:
    """Rows whose time has come and whose statements are all accepted, oldest first; `but` leaves out recipients."""
    # Only rows that go count: those that wait for what goes along with them must not keep the others from a turn.
    found = (_row(row) for row in tx.execute(_DUE, {"now": now}) if row.recipient not in but)
    return list(islice((row for row in found if _has_all(tx, row)), limit))


def count_waiting(tx: sa.Connection) -> int:
    """How many envelopes have not been answered yet."""
    return int(tx.execute(_COUNT_WAITING).scalar_one())


def count_under_way(tx: sa.Connection, now: datetime) -> int:
    """How many of them could be on their way by now: without those whose statement still waits unhurriedly."""
    return int(tx.execute(_COUNT_UNDER_WAY, {"now": now}).scalar_one())


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next row that was tried wants to be tried again; None when none does.

    Rows that were never tried wait for the ledger alone, and whoever writes down what it accepted looks at them then.
    """
    return cast("datetime | None", tx.execute(_NEXT_DUE).scalar_one())


def hasten(tx: sa.Connection, now: datetime, *, recipient: str | None = None) -> None:
    """Have everything that waits tried at once, as after a start; or what waits for one recipient."""
    waiting = outbox.update().where(outbox.c.state == WAITING, outbox.c.next_try > now)
    if recipient is not None:
        waiting = waiting.where(outbox.c.recipient == recipient)
    tx.execute(waiting.values(next_try=now))


def bring_again(tx: sa.Connection, recipient: str, now: datetime) -> int:
    """Have everything that was ever brought to a recipient brought once more; returns how many envelopes that are.

    What the recipient refused is brought too: it asks after a loss, and answers each as it did before.
    """
    again = outbox.update().where(outbox.c.recipient == recipient, outbox.c.state != WAITING)
    return tx.execute(again.values(state=WAITING, attempts=0, next_try=now, answer=None)).rowcount


def call_back(tx: sa.Connection, statement: str, *, code: str) -> None:
    """What waits of this statement is not delivered any more: the code says why."""
    waiting = outbox.update().where(outbox.c.statement == statement, outbox.c.state == WAITING)
    tx.execute(waiting.values(state=GIVEN_UP, answer=code))


def call_back_documents(tx: sa.Connection, commitments: Collection[str], *, code: str) -> None:
    """Envelopes that wait with one of these documents are not delivered any more."""
    for row in tx.execute(sa.select(outbox.c.seq, outbox.c.documents).where(outbox.c.state == WAITING)).all():
        if set(row.documents) & set(commitments):
            tx.execute(outbox.update().where(outbox.c.seq == row.seq).values(state=GIVEN_UP, answer=code))


def mark_answered(tx: sa.Connection, seq: int, *, refused_with: str | None = None) -> None:
    """The recipient's node took the envelope, or refused it with a code."""
    state = DELIVERED if refused_with is None else REFUSED
    tx.execute(_ANSWER, {"of": seq, "became": state, "code": refused_with})


def mark_failed(tx: sa.Connection, row: OutboxRow, *, now: datetime) -> None:
    """The recipient could not be reached: try again later, or give up after the last pause."""
    if row.attempts >= len(RETRY_AFTER):
        values: dict[str, object] = {"state": GIVEN_UP}
    else:
        pause = RETRY_AFTER[row.attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        values = {"attempts": row.attempts + 1, "next_try": now + pause}
    tx.execute(outbox.update().where(outbox.c.seq == row.seq).values(**values))


def _has_all(tx: sa.Connection, row: OutboxRow) -> bool:
    found = journal.states_of(tx, row.attached) if row.attached else {}
    return all(found.get(name) == journal.ACCEPTED for name in row.attached)


def _row(found: sa.Row[tuple[object, ...]]) -> OutboxRow:
    return OutboxRow(
        seq=found.seq,
        recipient=found.recipient,
        statement=found.statement,
        attached=tuple(found.attached),
        documents=tuple(found.documents),
        purpose=found.purpose,
        attempts=found.attempts,
    )
