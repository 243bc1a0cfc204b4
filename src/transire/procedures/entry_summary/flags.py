"""Claims that something has happened to since: their certification has ended, or the determination behind it turned.

Read from endings and turns towards the claims, so that what it costs follows from how much has happened, not from how
many entries there are. A certification's version belongs to its issuer: only what the issuer itself ended or stated
counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.procedures.entry_summary import tables as t
from transire.records import tables as records

ORIGINATING = "originating"

_c, _e, _d, _t, _l, _f = (
    table.c for table in (t.claims, records.endings, records.documents, t.turns, t.lines, t.filings)
)


@cache
def flagged_filings() -> sa.CompoundSelect[Any]:
    """The statements of filing of which a claim has ended or turned."""
    return sa.union(_ended().with_only_columns(_c.statement_id), _turned().with_only_columns(_c.statement_id))


def ended_claims(tx: Connection, statements: Sequence[str]) -> set[tuple[str, int]]:
    """The claims, as (filing, line), of these filings whose certification has ended."""
    return {(row.statement_id, row.line) for row in tx.execute(_ended().where(_c.statement_id.in_(statements)))}


def turned_claims(tx: Connection, statements: Sequence[str]) -> set[tuple[str, int]]:
    """The claims, as (filing, line), of these filings whose good no longer has the outcome it was certified on."""
    return {(row.statement_id, row.line) for row in tx.execute(_turned().where(_c.statement_id.in_(statements)))}


@cache
def _ended() -> sa.Select[Any]:
    return (
        sa.select(_c.statement_id, _c.line)
        .select_from(records.endings)
        .join(records.documents, sa.and_(_d.commitment == _e.commitment, _d.issuer == _e.issuer))
        .join(t.claims, _c.certification_version == _e.commitment)
    )


@cache
def _turned() -> sa.Select[Any]:
    later = t.turns.alias("later").c
    is_later = sa.and_(
        later.version == _t.version,
        later.good == _t.good,
        later.by == _t.by,
        sa.tuple_(later.log_index, later.position) > sa.tuple_(_t.log_index, _t.position),
    )
    return (
        sa.select(_c.statement_id, _c.line)
        .select_from(t.turns)
        .join(records.documents, sa.and_(_d.commitment == _t.version, _d.issuer == _t.by))
        .join(t.claims, _c.certification_version == _t.version)
        .join(t.filings, _f.statement_id == _c.statement_id)
        .join(t.lines, sa.and_(_l.version == _f.version, _l.line == _c.line, _l.good == _t.good))
        .where(_t.outcome != ORIGINATING, ~sa.select(later.version).where(is_later).exists())
    )
