"""What persons did with inbox items: seen by each for itself, done by one for all.

The items themselves are a projection (`records.inbox`). Their ids are derived from statements, so that what is kept
here still fits after the records were rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as t
from transire.desk.person import Person


def mark_read(tx: Connection, person: Person, item_ids: Iterable[str], *, now: datetime) -> None:
    """The person has seen these items; the first time counts."""
    wanted = set(item_ids)
    seen = sa.select(t.inbox_read.c.item_id).where(
        t.inbox_read.c.person_id == person.id, t.inbox_read.c.item_id.in_(wanted)
    )
    for item_id in sorted(wanted - set(tx.execute(seen).scalars())):
        values = {"item_id": item_id, "person_id": person.id, "read_at": now}
        tx.execute(sa.insert(t.inbox_read).values(values))


def mark_done(tx: Connection, person: Person, item_id: str, *, now: datetime) -> None:
    """The work behind an item is done; the first to say so is remembered."""
    if tx.execute(sa.select(t.inbox_done.c.item_id).where(t.inbox_done.c.item_id == item_id)).first() is None:
        tx.execute(sa.insert(t.inbox_done).values(item_id=item_id, person_id=person.id, done_at=now))


def reopen(tx: Connection, item_id: str) -> None:
    """Put an item back to those that wait; one that waits already stays."""
    tx.execute(sa.delete(t.inbox_done).where(t.inbox_done.c.item_id == item_id))
