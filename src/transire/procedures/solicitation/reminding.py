"""Reminders: the node states them by its clock, never more often than the request says, while something is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.solicitation.errors import NoReminder, RemindedLately, SolicitationClosed
from transire.procedures.solicitation.gathering import every_asked
from transire.procedures.solicitation.standing import Asked, Covers, GoodStanding, goods_standing, state_of
from transire.procedures.solicitation.statements import REMINDED
from transire.vault import journal

LEAST = timedelta(days=1)
"""By hand no supplier is reminded more often than this, where the request says nothing."""


def remind_when_due(tenant: Tenant, now: datetime | None = None) -> datetime | None:
    """State what reminders are due (`procedures.catalogue.Chore`); returns when the next one will be."""
    now = now or tenant.now()
    with tenant.database.reading() as view:
        waiting = [asked for asked in every_asked(view, tenant.did, "made") if _may_be_reminded(asked, now)]
    due = [asked for asked in waiting if reminded_from(asked) <= now]
    for asked in due:
        with tenant.transaction() as tx:
            _remind_if_open(tenant, tx, asked, now)
    moments = [now + interval_of(asked) if asked in due else reminded_from(asked) for asked in waiting]
    return min(moments, default=None)


def remind(tenant: Tenant, tx: sa.Connection, person: Person | None, asked: Asked, now: datetime) -> str:
    """Remind a supplier of what is open; returns the statement's id."""
    if asked.row.supplier is None:
        raise NoReminder(got=asked.row.supplier_name)
    goods = still_open(tx, asked, now)
    if not goods:
        raise SolicitationClosed(got=asked.row.statement_id)
    if reminded_from(asked) > now or _is_under_way(tx, asked):
        raise RemindedLately(got=asked.last_told.date(), expected=f"not before {reminded_from(asked).date()}")
    return tenant.state(
        tx,
        person,
        REMINDED.name,
        {"goods": [good.number for good in goods], "answer_by": asked.row.answer_by},
        about=[asked.row.statement_id],
        recipients=[asked.row.supplier],
    )


def still_open(tx: sa.Connection, asked: Asked, now: datetime) -> Sequence[GoodStanding]:
    """The goods of which nothing is said yet, or not for the whole of the period."""
    goods = goods_standing(asked, Covers.held(tx))
    if state_of(asked, goods, now.date().isoformat()) not in ("open", "overdue"):
        return ()
    return [good for good in goods if good.state in ("open", "partly")]


def interval_of(asked: Asked) -> timedelta:
    """At least so long between two reminders."""
    return max(LEAST, timedelta(days=asked.row.remind_every))


def reminded_from(asked: Asked) -> datetime:
    """From when on the supplier may be reminded again, reckoned from the ledger's time of the last word."""
    return asked.last_told + interval_of(asked)


def _may_be_reminded(asked: Asked, now: datetime) -> bool:
    row = asked.row
    is_member = row.supplier is not None and row.remind_every > 0
    return is_member and not asked.withdrawn and row.valid_until >= now.date().isoformat()


def _remind_if_open(tenant: Tenant, tx: sa.Connection, asked: Asked, now: datetime) -> None:
    if still_open(tx, asked, now) and not _is_under_way(tx, asked):
        remind(tenant, tx, None, asked, now)


def _is_under_way(tx: sa.Connection, asked: Asked) -> bool:
    """Whether a reminder is stated that the ledger has not taken yet."""
    return journal.count_own(tx, REMINDED.name, asked.row.statement_id) > len(asked.reminded)
