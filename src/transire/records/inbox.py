"""The inbox: what a member's persons should know or do, the pressing first.

The items are projected; what persons did with them (seen, done) is the desk's and is joined when the list is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as desk
from transire.desk.person import Person
from transire.records import tables as t
from transire.records.cursor import Page, SortKey, page_size, read_cursor, write_cursor
from transire.records.errors import InboxItemUnknown
from transire.records.rows import NOW, SOON

COUNTED = 1000
"""Where counting stops: a page shows "999+", and a customs office with a million items does not wait for it."""

InboxState = Literal["waiting", "done", "all"]

_i = t.inbox.c


class InboxLine(msgspec.Struct, frozen=True, kw_only=True):
    """One item, for one person."""

    id: str
    kind: str
    params: dict[str, Any]
    document_id: str | None
    statement_id: str | None
    urgency: int
    due_at: datetime | None
    height: int
    log_index: int
    created_at: datetime
    read: bool
    done: bool


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item as a notice tells of it: what kind it is and when it is due, and nothing of what it is about."""

    id: str
    kind: str
    urgency: int
    due_at: datetime | None


class InboxCounts(msgspec.Struct, frozen=True):
    """The numbers beside the inbox; unread and pressing are counted among those that wait."""

    waiting: int
    unread: int
    pressing: int


def list_inbox(
    tx: Connection,
    person: Person,
    *,
    state: InboxState = "waiting",
    kind: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[InboxLine]:
    """The items in a state: the more urgent first, and of these the latest."""
    query = _in_state(_lines(person), state)
    if kind is not None:
        query = query.where(_i.kind == kind)
    if after is not None:
        query = query.where(_key() < sa.tuple_(*msgspec.structs.astuple(read_cursor(after))))
    size = page_size(limit)
    found = tx.execute(query.order_by(*(column.desc() for column in _COLUMNS)).limit(size + 1)).all()
    shown = tuple(_line(row) for row in found[:size])
    return Page(shown, write_cursor(_sort_key(shown[-1])) if len(found) > size else None)


def find_inbox_item(tx: Connection, person: Person, item_id: str) -> InboxLine:
    """One item."""
    row = tx.execute(_lines(person).where(_i.id == item_id)).first()
    if row is None:
        raise InboxItemUnknown(got=item_id)
    return _line(row)


def count_inbox(tx: Connection, person: Person) -> InboxCounts:
    """What waits, what of it the person has not seen, and what of it presses; the most pressing are counted first."""
    first = _in_state(_lines(person), "waiting").order_by(*(column.desc() for column in _COLUMNS)).limit(COUNTED)
    waiting = first.subquery()
    row = tx.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(~waiting.c.read),
            sa.func.count().filter(waiting.c.urgency >= NOW),
        ).select_from(waiting)
    ).one()
    return InboxCounts(*row)


def new_items(tx: Connection, since: datetime, channel: str) -> list[str]:
    """The items that wait, are due soon or press, came up since an instant, and are not noted for a channel yet."""
    of = desk.notices.c
    noted = sa.select(of.item_id).where(of.item_id == _i.id, of.channel == channel).exists()
    query = sa.select(_i.id).where(_i.urgency >= SOON, _i.created_at >= since, ~_done(), ~noted)
    return list(tx.execute(query.order_by(_i.log_index, _i.id)).scalars())


def items_of(tx: Connection, ids: Sequence[str]) -> dict[str, InboxItem]:
    """Those of these items that still wait."""
    query = sa.select(_i.id, _i.kind, _i.urgency, _i.due_at).where(_i.id.in_(ids), ~_done())
    return {row.id: InboxItem(**row._mapping) for row in tx.execute(query)}


_COLUMNS = (_i.urgency, _i.log_index, _i.id)


def _key() -> sa.Tuple:
    return sa.tuple_(*_COLUMNS)


def _sort_key(line: InboxLine) -> SortKey:
    return SortKey(line.urgency, line.log_index, line.id)


def _lines(person: Person) -> sa.Select[Any]:
    return sa.select(t.inbox, _read_by(person).label("read"), _done().label("done"))


def _read_by(person: Person) -> sa.Exists:
    of = desk.inbox_read.c
    return sa.select(of.item_id).where(of.item_id == _i.id, of.person_id == person.id).exists()


def _done() -> sa.ColumnElement[bool]:
    by_hand = sa.select(desk.inbox_done.c.item_id).where(desk.inbox_done.c.item_id == _i.id).exists()
    settled = sa.select(t.resolutions.c.item_id).where(t.resolutions.c.item_id == _i.id).exists()
    return sa.or_(by_hand, settled)


def _in_state(query: sa.Select[Any], state: InboxState) -> sa.Select[Any]:
    if state == "all":
        return query
    return query.where(_done() if state == "done" else ~_done())


def _line(row: sa.Row[Any]) -> InboxLine:
    values = dict(row._mapping)
    return InboxLine(**values | {"read": bool(row.read), "done": bool(row.done)})
