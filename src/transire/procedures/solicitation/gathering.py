"""Requests as the records have them, with everything that was said of each, some hundred at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from transire.procedures.solicitation import tables as t
from transire.procedures.solicitation.standing import Asked, said_by_whom_it_concerns
from transire.records.cursor import SortKey, read_cursor
from transire.vault import journal

Side = Literal["any", "made", "received"]

AT_ONCE = 200

_r = t.requests.c
_KEY = sa.tuple_(_r.log_index, _r.position, _r.statement_id)


def find_asked(tx: sa.Connection, request: str) -> Asked | None:
    """One request; also by the id of a statement about it, to which items of the inbox lead."""
    row = tx.execute(sa.select(t.requests).where(_r.statement_id == request)).first()
    if row is None:
        located = journal.find_accepted(tx, request)
        about = located.statement.about[0] if located is not None and located.statement.about else None
        row = None if about is None else tx.execute(sa.select(t.requests).where(_r.statement_id == about)).first()
    return None if row is None else _with_answers(tx, [row])[0]


def every_asked(tx: sa.Connection, did: str, side: Side = "any", *, after: str | None = None) -> Iterator[Asked]:
    """The requests that a member made or received, the latest first."""
    of_side = {"made": _r.by == did, "received": _r.supplier == did, "any": sa.true()}[side]
    key: SortKey | None = None if after is None else read_cursor(after)
    while True:
        query = sa.select(t.requests).where(of_side)
        if key is not None:
            query = query.where(sa.tuple_(key.log_index, key.position, key.id) > _KEY)
        rows = tx.execute(
            query.order_by(_r.log_index.desc(), _r.position.desc(), _r.statement_id.desc()).limit(AT_ONCE)
        ).all()
        yield from _with_answers(tx, rows)
        if len(rows) < AT_ONCE:
            return
        key = key_of(rows[-1])


def key_of(row: Any) -> SortKey:
    """The place of a request in a list."""
    return SortKey(row.log_index, row.position, row.statement_id)


def _with_answers(tx: sa.Connection, rows: Sequence[Any]) -> list[Asked]:
    ids = [row.statement_id for row in rows]
    goods, answers, reminders = (_by_request(tx, table, column, ids) for table, column in _PARTS)
    withdrawn = {
        (row.request, row.by) for row in tx.execute(sa.select(t.withdrawals).where(t.withdrawals.c.request.in_(ids)))
    }
    return [
        Asked(
            row=row,
            goods=tuple(good.number for good in sorted(goods[row.statement_id], key=lambda good: good.place)),
            answers=said_by_whom_it_concerns(answers[row.statement_id], row),
            withdrawn=(row.statement_id, row.by) in withdrawn,
            reminded=tuple(one.accepted_at for one in reminders[row.statement_id] if one.by == row.by),
        )
        for row in rows
    ]


_PARTS = (
    (t.goods, t.goods.c.statement_id),
    (t.answers, t.answers.c.request),
    (t.reminders, t.reminders.c.request),
)


def _by_request(tx: sa.Connection, table: sa.Table, column: Any, ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(sa.select(table).where(column.in_(ids))):
        found[getattr(row, column.name)].append(row)
    return found
