"""Legal holds: documents that a member must not destroy, whatever its retention clocks say. The member's own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.errors import HoldUnknown
from transire.desk.person import Person
from transire.desk.text import tidy_page

_h = t.holds.c


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold: who set it and why, and who lifted it and why."""

    id: str
    document_id: str
    reason: str
    set_by: str
    set_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifted_why: str | None = None

    @property
    def runs(self) -> bool:
        return self.lifted_at is None


def set_hold(tx: Connection, person: Person, document_id: str, reason: str, *, now: datetime) -> Hold:
    """Set a hold; a document may be under several."""
    hold = Hold(
        id=b64url(secrets.token_bytes(12)),
        document_id=document_id,
        reason=tidy_page(reason, "reason"),
        set_by=person.id,
        set_at=now,
    )
    tx.execute(sa.insert(t.holds).values(msgspec.structs.asdict(hold)))
    return hold


def lift_hold(tx: Connection, person: Person, hold_id: str, why: str, *, now: datetime) -> None:
    """Lift a hold; it stays written with who lifted it and why."""
    values = {"lifted_by": person.id, "lifted_at": now, "lifted_why": tidy_page(why, "reason")}
    done = tx.execute(sa.update(t.holds).where(_h.id == hold_id, _h.lifted_at.is_(None)).values(values))
    if done.rowcount != 1:
        raise HoldUnknown(got=hold_id)


def holds_on(tx: Connection, document_id: str) -> Sequence[Hold]:
    """The holds on a document, the oldest first, those that were lifted too."""
    query = sa.select(t.holds).where(_h.document_id == document_id).order_by(_h.set_at, _h.id)
    return [Hold(**row._mapping) for row in tx.execute(query)]
