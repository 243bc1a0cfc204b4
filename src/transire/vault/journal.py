"""The journal of a member: every statement that it made or received, and where each stands on the ledger.

A statement goes through three states. *pooled*: durable here, known to nobody. *submitted*: in a pool whose witness
action is signed and durable, so that after a crash the same bytes are submitted again and never a second action.
*accepted*: the ledger has ordered it; with its path and the pool's opening anybody who is shown it can prove it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.ledger.statement import Pool, Statement, path_of, stored_statement
from transire.merkle.tree import leaf_hash
from transire.vault.tables import about, pools, statements
from transire.vault.trees import KeptTrees, read_tree, read_trees

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A statement that the ledger has accepted, with its place: the log's, and its own in its pool.

    `seq` is its number in this journal, the order of arrival; 0 for one that has not been written yet.
    """

    id: str
    statement: Statement
    seq: int
    index: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Located(Accepted):
    """The same with all that proves it to a party that has the ledger."""

    raw: bytes
    pool: str
    opening: dict[str, Json]
    path: list[str]
    action: bytes
    action_id: str


_READ_AT_ONCE = 200

# Built once: building a statement costs several times what running it does.

_IS_READY = (statements.c.state == POOLED, statements.c.ready_at <= sa.bindparam("now"))
_COUNT_POOLED = sa.select(sa.func.count()).select_from(statements).where(*_IS_READY)
_HAS_POOLED = sa.select(sa.literal(1)).select_from(statements).where(*_IS_READY).limit(1)
_NEXT_READY = sa.select(sa.func.min(statements.c.ready_at)).where(statements.c.state == POOLED)
_READ_POOLED = sa.select(statements.c.raw).where(*_IS_READY).order_by(statements.c.seq).limit(sa.bindparam("most"))
_INSERT_POOL = pools.insert()
INSERT_ABOUT = about.insert()
# In the order in which `_READ_POOLED` reads them: their places in the tree.
_POOLED = (
    sa.select(statements.c.seq, (sa.func.row_number().over(order_by=statements.c.seq) - 1).label("place"))
    .where(*_IS_READY)
    .order_by(statements.c.seq)
    .limit(sa.bindparam("most"))
    .subquery()
)
_SUBMIT_STATEMENTS = (
    statements.update()
    .where(statements.c.seq == _POOLED.c.seq)
    .values(state=SUBMITTED, pool=sa.bindparam("of"), pool_index=_POOLED.c.place)
)
_ACCEPT_POOL = (
    pools.update()
    .where(pools.c.pool == sa.bindparam("of"))
    .values(
        state=ACCEPTED,
        height=sa.bindparam("at_height"),
        log_index=sa.bindparam("at_index"),
        accepted_at=sa.bindparam("at_time"),
    )
)
_ACCEPT_STATEMENTS = statements.update().where(statements.c.pool == sa.bindparam("of")).values(state=ACCEPTED)
_LOCATED = (
    sa.select(
        statements.c.id,
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
_LOCATE = _LOCATED.where(statements.c.id == sa.bindparam("of"))
_LOCATE_ALL = _LOCATED.where(statements.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(
    pools.c.log_index, statements.c.pool_index
)
_READ_POOL = (
    sa.select(statements.c.id, statements.c.raw, statements.c.seq, statements.c.pool_index)
    .where(statements.c.pool == sa.bindparam("of"))
    .order_by(statements.c.pool_index)
)
_PLACED = (
    sa.select(
        statements.c.id,
        statements.c.raw,
        statements.c.seq,
        statements.c.pool_index,
        pools.c.height,
        pools.c.log_index,
        pools.c.accepted_at,
    )
    .join_from(statements, pools, statements.c.pool == pools.c.pool)
    .where(statements.c.state == ACCEPTED)
)
_FIND_ACCEPTED = _PLACED.where(statements.c.id == sa.bindparam("of"))
_ALL_ACCEPTED = _PLACED.order_by(statements.c.seq)
_FIND_ABOUT = (
    _PLACED.join(about, about.c.statement == statements.c.id)
    .where(about.c.subject == sa.bindparam("subject"))
    .order_by(pools.c.log_index, statements.c.pool_index)
)
_FIND_ABOUT_OF_KINDS = _FIND_ABOUT.where(statements.c.kind.in_(sa.bindparam("kinds", expanding=True)))
_SUBJECTS: sa.BindParameter[Any] = sa.bindparam("subjects", expanding=True)
_KINDS_ABOUT = sa.union(
    sa.select(statements.c.kind)
    .join(about, about.c.statement == statements.c.id)
    .where(about.c.subject.in_(_SUBJECTS)),
    sa.select(statements.c.kind).where(statements.c.id.in_(_SUBJECTS)),
)
_STATES_OF = sa.select(statements.c.id, statements.c.state).where(
    statements.c.id.in_(sa.bindparam("ids", expanding=True))
)
_PENDING = sa.select(pools.c.pool, pools.c.action, pools.c.action_id).where(pools.c.state == SUBMITTED)
_READ_RAW = sa.select(statements.c.raw).where(statements.c.id == sa.bindparam("of"))


def write_own(tx: sa.Connection, statement: Statement, *, ready_at: datetime) -> str:
    """Make a statement of this member durable, to be anchored from `ready_at` on; returns its id."""
    raw = statement.raw
    name = b64url(leaf_hash(raw))
    place = {"own": True, "state": POOLED, "ready_at": ready_at}
    inserted = insert_or_ignore(tx, statements, id=name, raw=raw, kind=statement.kind, by=statement.by, **place)
    if inserted and statement.about:
        tx.execute(INSERT_ABOUT, about_values(name, statement))
    return name


def about_values(name: str, statement: Statement) -> list[dict[str, str]]:
    """The rows that say what a statement is about."""
    return [{"subject": subject, "statement": name} for subject in dict.fromkeys(statement.about)]


def count_pooled(tx: sa.Connection, now: datetime) -> int:
    """How many statements could be anchored now."""
    return int(tx.execute(_COUNT_POOLED, {"now": now}).scalar_one())


def has_pooled(tx: sa.Connection, now: datetime) -> bool:
    """Whether there is one: asked far more often than how many, and told by the first."""
    return tx.execute(_HAS_POOLED, {"now": now}).first() is not None


def next_ready(tx: sa.Connection) -> datetime | None:
    """When the next pooled statement may be anchored; None when none is waiting."""
    return cast("datetime | None", tx.execute(_NEXT_READY).scalar_one())


def read_pooled(tx: sa.Connection, now: datetime, limit: int) -> list[bytes]:
    """The bytes of the oldest statements that wait to be anchored."""
    return [bytes(raw) for raw in tx.execute(_READ_POOLED, {"now": now, "most": limit}).scalars()]


def mark_submitted(
    tx: sa.Connection, pool: Pool, *, by: str, action: bytes, action_id: str, expires: datetime, now: datetime
) -> None:
    """The signed action of a pool, durable before it leaves; its statements belong to it from now on.

    The statements are those that `read_pooled` gave in this transaction, at the same `now`.
    """
    row = {
        "pool": pool.commitment,
        "by": by,
        "opening": pool.opening(),
        "action": action,
        "action_id": action_id,
        "expires": expires,
        "state": SUBMITTED,
        "tree": pool.nodes,
    }
    tx.execute(_INSERT_POOL, row)
    tx.execute(_SUBMIT_STATEMENTS, {"of": pool.commitment, "now": now, "most": pool.count})


def pending_pools(tx: sa.Connection) -> list[PendingPool]:
    """Pools whose answer is not known: after a crash these are asked for, or submitted again, first."""
    return [PendingPool(row.pool, bytes(row.action), row.action_id) for row in tx.execute(_PENDING)]


def mark_accepted(tx: sa.Connection, pool: str, place: Place) -> Iterator[Accepted]:
    """The ledger accepted the pool; returns its statements, in order, each read when it is asked for.

    Ten thousand of them in memory at once would cost more to Python's collector than all that is done with them.
    """
    where = {"at_height": place.height, "at_index": place.log_index, "at_time": place.accepted_at}
    tx.execute(_ACCEPT_POOL, {"of": pool, **where})
    tx.execute(_ACCEPT_STATEMENTS, {"of": pool})
    return _statements_of(tx, pool, place)


def _statements_of(tx: sa.Connection, pool: str, place: Place) -> Iterator[Accepted]:
    for rows in tx.execute(_READ_POOL, {"of": pool}).partitions(_READ_AT_ONCE):
        for row in rows:
            yield _accepted_of(row, place)


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


def locate(tx: sa.Connection, statement: str, *, kept: KeptTrees | None = None) -> Located | None:
    """The statement with its evidence; None while it is not accepted, or unknown.

    Whoever asks for many passes the same `kept` each time, so that they share the tree of their pool.
    """
    row = tx.execute(_LOCATE, {"of": statement}).first()
    if row is None:
        return None
    trees = {} if row.path is not None else {row.pool: read_tree(tx, row.pool, kept)}
    return _located_of(row, _path(row, trees))


def find_accepted(tx: sa.Connection, statement: str) -> Accepted | None:
    """The statement with its place, for who needs no proof of it; None while it is not accepted, or unknown."""
    row = tx.execute(_FIND_ACCEPTED, {"of": statement}).first()
    return None if row is None else _placed(row)


def locate_all(tx: sa.Connection, ids: Collection[str]) -> list[Located]:
    """These statements with their evidence, as the ledger ordered them; those that are not accepted are left out."""
    return _located(tx, tx.execute(_LOCATE_ALL, {"ids": list(ids)}))


def all_accepted(tx: sa.Connection) -> list[Accepted]:
    """Every accepted statement in the order in which it came in: what records are rebuilt from."""
    return [_placed(row) for row in tx.execute(_ALL_ACCEPTED)]


def accepted_ids(tx: sa.Connection) -> list[str]:
    """The ids of all accepted statements, in the order in which they came in."""
    query = sa.select(statements.c.id).where(statements.c.state == ACCEPTED).order_by(statements.c.seq)
    return list(tx.execute(query).scalars())


def find_about(tx: sa.Connection, subject: str, *, kinds: Collection[str] = ()) -> list[Accepted]:
    """The accepted statements about a document or statement, in order of the log."""
    query = _FIND_ABOUT_OF_KINDS if kinds else _FIND_ABOUT
    return [_placed(row) for row in tx.execute(query, {"subject": subject, "kinds": list(kinds)})]


def kinds_about(tx: sa.Connection, subjects: Sequence[str]) -> set[str]:
    """The kinds of all statements that are one of these subjects or about one, in whatever state."""
    return set(tx.execute(_KINDS_ABOUT, {"subjects": list(subjects)}).scalars())


def count_own(tx: sa.Connection, kind: str, subject: str) -> int:
    """How many statements of a kind this member has made about a subject, in whatever state."""
    query = (
        sa.select(sa.func.count())
        .select_from(statements.join(about, about.c.statement == statements.c.id))
        .where(about.c.subject == subject, statements.c.kind == kind, statements.c.own)
    )
    return int(tx.execute(query).scalar_one())


def has_stated(tx: sa.Connection, kind: str, body: Mapping[str, Json]) -> bool:
    """Whether this member has stated exactly this before, in whatever state; `body` names its statement."""
    query = (
        sa.select(statements.c.raw)
        .join(about, about.c.statement == statements.c.id)
        .where(about.c.subject == body["statement"], statements.c.kind == kind, statements.c.own)
    )
    return any(stored_statement(bytes(raw)).body == body for raw in tx.execute(query).scalars())


def states_of(tx: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """The state of each of these statements that is here."""
    return {row.id: row.state for row in tx.execute(_STATES_OF, {"ids": list(ids)})}


def read_raw(tx: sa.Connection, statement: str) -> bytes | None:
    """The bytes of a statement in whatever state."""
    found = tx.execute(_READ_RAW, {"of": statement}).scalar_one_or_none()
    return None if found is None else bytes(found)


def insert_or_ignore(tx: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert unless a row with a key of it exists; True when inserted. What is done twice is done once."""
    return tx.execute(_insert_ignoring(table, tx.dialect.name), values).first() is not None


@cache
def _insert_ignoring(table: sa.Table, dialect: str) -> sa.Executable:
    dialects = postgresql if dialect == "postgresql" else sqlite
    # Not by rowcount, which psycopg does not tell for every insert: a row comes back only when one was written.
    insert: sa.Executable = dialects.insert(table).on_conflict_do_nothing().returning(sa.literal_column("1"))
    return insert


def _accepted_of(row: Any, place: Place) -> Accepted:
    statement = stored_statement(bytes(row.raw))
    return Accepted(id=row.id, statement=statement, seq=row.seq, index=row.pool_index, place=place)


def _placed(row: Any) -> Accepted:
    return _accepted_of(row, Place(row.height, row.log_index, row.accepted_at))


def _located(tx: sa.Connection, found: Iterable[Any]) -> list[Located]:
    """The rows with their paths; a tree, which may be large, is read once for all statements of its pool."""
    rows = list(found)
    trees = read_trees(tx, {row.pool for row in rows if row.path is None})
    return [_located_of(row, _path(row, trees)) for row in rows]


def _path(row: Any, trees: Mapping[str, bytes]) -> list[str]:
    if row.path is not None:
        return cast("list[str]", row.path)
    return path_of(trees[row.pool], count=row.opening["count"], index=row.pool_index)


def _located_of(row: Any, path: list[str]) -> Located:
    raw = bytes(row.raw)
    return Located(
        id=row.id,
        statement=stored_statement(raw),
        raw=raw,
        seq=row.seq,
        pool=row.pool,
        opening=row.opening,
        index=row.pool_index,
        path=path,
        action=bytes(row.action),
        action_id=row.action_id,
        place=Place(row.height, row.log_index, row.accepted_at),
    )
