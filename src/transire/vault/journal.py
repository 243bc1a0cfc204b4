"""The journal of a member: every statement that it made or received, and where each stands on the ledger.

A statement goes through three states. *pooled*: durable here, known to nobody. *submitted*: in a pool whose witness
action is signed and durable, so that after a crash the same bytes are submitted again and never a second action.
*accepted*: the ledger has ordered it; with its path and the pool's opening anybody who is shown it can prove it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from transire.crypto.canonical import Json
from transire.ledger.statement import Pool, Statement, parse_statement
from transire.vault.tables import about, pools, statements

POOLED, SUBMITTED, ACCEPTED = "pooled", "submitted", "accepted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pool stands on the ledger. `accepted_at` is the time of header H+1."""

    height: int
    log_index: int
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class PendingPool:
    """A pool whose signed action waits for the ledger's answer."""

    pool: str
    action: bytes
    action_id: str


@dataclass(frozen=True, slots=True)
class Located:
    """A statement with all that proves it to a party that has the ledger.

    `seq` is its number in this journal, the order of arrival; 0 for one that has not been written yet.
    """

    statement: Statement
    raw: bytes
    seq: int
    pool: str
    opening: dict[str, Json]
    index: int
    path: list[str]
    action: bytes
    action_id: str
    place: Place


def write_own(tx: sa.Connection, statement: Statement, *, ready_at: datetime) -> None:
    """Make a statement of this member durable, to be anchored from `ready_at` on."""
    _insert_statement(tx, statement, own=True, state=POOLED, ready_at=ready_at)


def write_received(tx: sa.Connection, found: Located, *, now: datetime) -> bool:
    """Keep a statement of another member with its evidence; False when it was here already."""
    insert_or_ignore(
        tx,
        pools,
        pool=found.pool,
        by=found.statement.by,
        opening=found.opening,
        action=found.action,
        action_id=found.action_id,
        expires=found.place.accepted_at,
        state=ACCEPTED,
        height=found.place.height,
        log_index=found.place.log_index,
        accepted_at=found.place.accepted_at,
    )
    return _insert_statement(
        tx,
        found.statement,
        own=False,
        state=ACCEPTED,
        ready_at=now,
        pool=found.pool,
        pool_index=found.index,
        path=found.path,
    )


def count_pooled(tx: sa.Connection, now: datetime) -> int:
    """How many statements could be anchored now."""
    query = sa.select(sa.func.count()).where(statements.c.state == POOLED, statements.c.ready_at <= now)
    return int(tx.execute(query).scalar_one())


def next_ready(tx: sa.Connection) -> datetime | None:
    """When the next pooled statement may be anchored; None when none is waiting."""
    query = sa.select(sa.func.min(statements.c.ready_at)).where(statements.c.state == POOLED)
    return cast("datetime | None", tx.execute(query).scalar_one())


def read_pooled(tx: sa.Connection, now: datetime, limit: int) -> list[bytes]:
    """The bytes of the oldest statements that wait to be anchored."""
    query = (
        sa.select(statements.c.raw)
        .where(statements.c.state == POOLED, statements.c.ready_at <= now)
        .order_by(statements.c.seq)
        .limit(limit)
    )
    return [bytes(row.raw) for row in tx.execute(query)]


def mark_submitted(tx: sa.Connection, pool: Pool, *, by: str, action: bytes, action_id: str, expires: datetime) -> None:
    """The signed action of a pool, durable before it leaves; its statements belong to it from now on."""
    tx.execute(
        pools.insert().values(
            pool=pool.commitment,
            by=by,
            opening=pool.opening(),
            action=action,
            action_id=action_id,
            expires=expires,
            state=SUBMITTED,
        )
    )
    update = (
        statements.update()
        .where(statements.c.id == sa.bindparam("statement"))
        .values(state=SUBMITTED, pool=pool.commitment, pool_index=sa.bindparam("place"), path=sa.bindparam("siblings"))
    )
    rows = [{"statement": name, "place": index, "siblings": pool.path(index)} for index, name in enumerate(pool.ids)]
    tx.execute(update, rows)


def pending_pools(tx: sa.Connection) -> list[PendingPool]:
    """Pools whose answer is not known: after a crash these are asked for, or submitted again, first."""
    query = sa.select(pools.c.pool, pools.c.action, pools.c.action_id).where(pools.c.state == SUBMITTED)
    return [PendingPool(row.pool, bytes(row.action), row.action_id) for row in tx.execute(query)]


def mark_accepted(tx: sa.Connection, pool: str, place: Place) -> list[str]:
    """The ledger accepted the pool; returns the ids of its statements, in order."""
    tx.execute(
        pools.update()
        .where(pools.c.pool == pool)
        .values(state=ACCEPTED, height=place.height, log_index=place.log_index, accepted_at=place.accepted_at)
    )
    tx.execute(statements.update().where(statements.c.pool == pool).values(state=ACCEPTED))
    query = sa.select(statements.c.id).where(statements.c.pool == pool).order_by(statements.c.pool_index)
    return list(tx.execute(query).scalars())


def abandon_pool(tx: sa.Connection, pool: str) -> None:
    """The action can never be accepted any more: its statements go back to the pool, and a new one may be signed."""
    tx.execute(
        statements.update().where(statements.c.pool == pool).values(state=POOLED, pool=None, pool_index=None, path=None)
    )
    tx.execute(pools.delete().where(pools.c.pool == pool))


@dataclass(frozen=True, slots=True)
class AcceptedPool:
    """A pool with the place where this journal believes it to stand."""

    pool: str
    action_id: str
    height: int
    log_index: int


def accepted_pools(tx: sa.Connection) -> Iterator[AcceptedPool]:
    """Every pool that the ledger accepted, own and others', for comparison with a replica."""
    query = sa.select(pools.c.pool, pools.c.action_id, pools.c.height, pools.c.log_index)
    for row in tx.execute(query.where(pools.c.state == ACCEPTED)):
        yield AcceptedPool(row.pool, row.action_id, row.height, row.log_index)


def locate(tx: sa.Connection, statement: str) -> Located | None:
    """The statement with its evidence; None while it is not accepted, or unknown."""
    query = _located().where(statements.c.id == statement)
    row = tx.execute(query).one_or_none()
    return None if row is None else _located_of(row)


def all_located(tx: sa.Connection) -> list[Located]:
    """Every accepted statement in the order in which it came in: what records are rebuilt from."""
    return [_located_of(row) for row in tx.execute(_located().order_by(statements.c.seq))]


def find_about(tx: sa.Connection, subject: str, *, kinds: Collection[str] = ()) -> list[Located]:
    """The accepted statements about a document or statement, in order of the log."""
    query = _located().join(about, about.c.statement == statements.c.id).where(about.c.subject == subject)
    if kinds:
        query = query.where(statements.c.kind.in_(kinds))
    return [_located_of(row) for row in tx.execute(query.order_by(pools.c.log_index, statements.c.pool_index))]


def kinds_about(tx: sa.Connection, subjects: Sequence[str]) -> set[str]:
    """The kinds of all statements about any of these subjects that are here, in whatever state."""
    query = (
        sa.select(statements.c.kind)
        .distinct()
        .join(about, about.c.statement == statements.c.id)
        .where(about.c.subject.in_(subjects))
    )
    return set(tx.execute(query).scalars())


def has_stated(tx: sa.Connection, kind: str, body: Mapping[str, Json]) -> bool:
    """Whether this member has stated exactly this before, in whatever state; `body` names its statement."""
    query = (
        sa.select(statements.c.raw)
        .join(about, about.c.statement == statements.c.id)
        .where(about.c.subject == body["statement"], statements.c.kind == kind, statements.c.own)
    )
    return any(parse_statement(bytes(raw)).body == body for raw in tx.execute(query).scalars())


def states_of(tx: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """The state of each of these statements that is here."""
    query = sa.select(statements.c.id, statements.c.state).where(statements.c.id.in_(ids))
    return {row.id: row.state for row in tx.execute(query)}


def read_raw(tx: sa.Connection, statement: str) -> bytes | None:
    """The bytes of a statement in whatever state."""
    found = tx.execute(sa.select(statements.c.raw).where(statements.c.id == statement)).scalar_one_or_none()
    return None if found is None else bytes(found)


def insert_or_ignore(tx: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert unless a row with a key of it exists; True when inserted. What is done twice is done once."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table).values(**values).on_conflict_do_nothing()
    # Not by rowcount, which psycopg does not tell for every insert: a row comes back only when one was written.
    return tx.execute(insert.returning(sa.literal_column("1"))).first() is not None


def _insert_statement(tx: sa.Connection, statement: Statement, **place: Any) -> bool:
    inserted = insert_or_ignore(
        tx, statements, id=statement.id, raw=statement.raw, kind=statement.kind, by=statement.by, **place
    )
    if inserted:
        for subject in dict.fromkeys(statement.about):
            insert_or_ignore(tx, about, subject=subject, statement=statement.id)
    return inserted


def _located() -> sa.Select[Any]:
    return (
        sa.select(
            statements.c.raw,
            statements.c.seq,
            statements.c.pool_index,
            statements.c.path,
            pools.c.pool,
            pools.c.opening,
            pools.c.action,
            pools.c.action_id,
            pools.c.height,
            pools.c.log_index,
            pools.c.accepted_at,
        )
        .join_from(statements, pools, statements.c.pool == pools.c.pool)
        .where(statements.c.state == ACCEPTED)
    )


def _located_of(row: Any) -> Located:
    raw = bytes(row.raw)
    return Located(
        statement=parse_statement(raw),
        raw=raw,
        seq=row.seq,
        pool=row.pool,
        opening=row.opening,
        index=row.pool_index,
        path=row.path,
        action=bytes(row.action),
        action_id=row.action_id,
        place=Place(row.height, row.log_index, row.accepted_at),
    )
