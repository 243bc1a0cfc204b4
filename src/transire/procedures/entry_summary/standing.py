"""The row of an entry on work lists: its standing filing, and counts of what was claimed, accepted, asked and found.

The row follows from the other tables of this procedure alone, and is made again whenever one of their rows comes to be.
So it does not matter in which order statements arrive, and a rebuild gives the same. What changes without a row of this
procedure, the end of a certification, is joined when a list is read.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.filings import latest_filings

_r = t.requests.c
_ANSWERED = sa.select(t.answers.c.request).where(t.answers.c.request == _r.statement_id).exists()
_CLOSED = sa.select(t.closings.c.request).where(t.closings.c.request == _r.statement_id).exists()
_FORGET = sa.delete(t.work).where(t.work.c.entry == sa.bindparam("of"))
_INSERT = sa.insert(t.work)


def stand(tx: Connection, entry: str) -> None:
    """Write the row of an entry anew; none is written while no filing of it is known."""
    tx.execute(_FORGET, {"of": entry})
    row = tx.execute(_standing(), {"of": entry}).first()
    if row is not None:
        tx.execute(_INSERT, dict(row._mapping))


@cache
def _standing() -> sa.Select[Any]:
    found = latest_filings().where(t.filings.c.entry == sa.bindparam("of")).subquery()
    of = found.c
    kept = [of[column.name] for column in t.work.columns if column.name in of]
    waiting = sa.and_(_r.entry == of.entry, ~_ANSWERED, ~_CLOSED)
    return sa.select(
        *kept,
        _counted(_r.entry == of.entry, _ANSWERED, ~_CLOSED).label("answered"),
        _counted(_r.entry == of.entry, _r.log_index > of.log_index).label("asked_since"),
        sa.select(sa.func.min(_r.due_by)).where(waiting).scalar_subquery().label("due_by"),
    )


def _counted(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).select_from(t.requests).where(*conditions).scalar_subquery()
