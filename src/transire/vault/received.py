"""Keeping what others have stated: the statements of an envelope with their evidence, all of them together.

Most of what goes along with an envelope is here already: the same certifications are behind one entry after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from transire.vault.journal import ACCEPTED, INSERT_ABOUT, Located, about_values, states_of
from transire.vault.tables import pools, statements

_PRESENT_POOLS = sa.select(pools.c.pool).where(pools.c.pool.in_(sa.bindparam("pools", expanding=True)))
_INSERT_POOLS = pools.insert()
_INSERT_STATEMENTS = statements.insert()


def write_received(tx: sa.Connection, found: Sequence[Located], *, now: datetime) -> tuple[str, ...]:
    """Keep statements of other members with their evidence; returns the ids of those that were not here before."""
    known = states_of(tx, [one.id for one in found])
    fresh = {one.id: one for one in found if one.id not in known}
    if not fresh:
        return ()
    of = {one.pool: one for one in fresh.values()}
    present = set(tx.execute(_PRESENT_POOLS, {"pools": list(of)}).scalars())
    if absent := [_pool_values(one) for one in of.values() if one.pool not in present]:
        tx.execute(_INSERT_POOLS, absent)
    tx.execute(_INSERT_STATEMENTS, [_received_values(one, now) for one in fresh.values()])
    if said := [one for name, located in fresh.items() for one in about_values(name, located.statement)]:
        tx.execute(INSERT_ABOUT, said)
    return tuple(fresh)


def _pool_values(found: Located) -> dict[str, Any]:
    return {
        "pool": found.pool,
        "by": found.statement.by,
        "opening": found.opening,
        "action": found.action,
        "action_id": found.action_id,
        "expires": found.place.accepted_at,
        "state": ACCEPTED,
        "height": found.place.height,
        "log_index": found.place.log_index,
        "accepted_at": found.place.accepted_at,
    }


def _received_values(found: Located, now: datetime) -> dict[str, Any]:
    return {
        "id": found.id,
        "raw": found.raw,
        "kind": found.statement.kind,
        "by": found.statement.by,
        "own": False,
        "state": ACCEPTED,
        "ready_at": now,
        "pool": found.pool,
        "pool_index": found.index,
        "path": found.path,
    }
