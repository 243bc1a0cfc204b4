"""Reminders in the inbox: an answer is due soon, or overdue. The time of the ledger decides, not that of the node.

Rows are a function of the steps that are held and of the time of the block that was followed: what a step brings that
follows (an answer, an extension) makes its request be looked at again, so that a rebuild finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from transire.engines.errors import EngineError
from transire.node.tenant import Tenant
from transire.procedures.clocks import customs_zone, end_of, local_day
from transire.procedures.origin_verification import tables as t
from transire.procedures.origin_verification.gathering import ledger_time, steps_of
from transire.procedures.origin_verification.projection import OPENING, last_moment
from transire.procedures.origin_verification.stages import Asked, asked_of_steps
from transire.procedures.rows import put_row
from transire.records import tables as records
from transire.records.project import project_inbox_item
from transire.records.rows import NOW, SOON, InboxRow, Place

DAYS_BEFORE: Final = 5
"""How many days before the last one somebody is reminded."""

_s, _later = t.steps.c, t.steps.alias("later")
_EXTENDED = sa.select(sa.func.max(_later.c.due_by)).where(_later.c.of == _s.statement_id).scalar_subquery()
_LAST = sa.case((_s.due_by < _EXTENDED, _EXTENDED), else_=_s.due_by)


def _not_looked_at(kind: str) -> sa.ColumnElement[bool]:
    of = t.reminders.c
    return ~sa.select(of.kind).where(of.statement_id == _s.statement_id, of.kind == kind).exists()


_WANTING = sa.select(t.steps, _LAST.label("last")).where(
    _s.kind.in_(sorted(OPENING)),
    sa.or_(
        sa.and_(sa.bindparam("soon") >= _LAST, _not_looked_at("due")),
        sa.and_(sa.bindparam("today") > _LAST, _not_looked_at("overdue")),
    ),
)
_ANY_WANTING = _WANTING.limit(1)
_PLACE = sa.select(records.statements).where(records.statements.c.id == sa.bindparam("of"))


class Reminders:
    """The derivation of reminders (`procedures.catalogue.Derivation`)."""

    def is_due(self, tenant: Tenant, view: sa.Connection, height: int) -> bool:
        """Whether a last day has come near, or has passed, and nobody has looked."""
        return view.execute(_ANY_WANTING, _days(_block_time(tenant, height))).first() is not None

    def derive(self, tenant: Tenant, tx: sa.Connection, height: int) -> None:
        """Remind whoever was asked, and whoever asked."""
        now = _block_time(tenant, height)
        for row in tx.execute(_WANTING, _days(now)).all():
            asked = asked_of_steps(steps_of(tx, row.entry), row.statement_id)
            if asked is not None:
                _remind(tenant, tx, row, asked, now)


REMINDERS = Reminders()


def _block_time(tenant: Tenant, height: int) -> datetime:
    """The time of a block; this node's clock while CometBFT does not run (`doctor`). Nothing is decided by it here."""
    try:
        return ledger_time(tenant, height)
    except EngineError:
        return tenant.now()


def _days(now: datetime) -> dict[str, str]:
    today = local_day(now, customs_zone())
    return {"today": today.isoformat(), "soon": (today + timedelta(days=DAYS_BEFORE)).isoformat()}


def _remind(tenant: Tenant, tx: sa.Connection, row: sa.Row[Any], asked: Asked, now: datetime) -> None:
    moments: Sequence[tuple[str, date, int]] = (
        ("due", asked.due_by - timedelta(days=DAYS_BEFORE + 1), SOON),
        ("overdue", asked.due_by, NOW),
    )
    for kind, day_before, urgency in moments:
        since = end_of(day_before)
        if since > now:
            continue
        put_row(tx, t.reminders, statement_id=row.statement_id, kind=kind)
        is_for = row.by != tenant.did or kind == "overdue"  # whoever asked need not be told before it is too late
        if is_for and _was_open(asked, since):
            project_inbox_item(tx, _item(tx, row, f"request.{kind}", asked, urgency, since))


def _was_open(asked: Asked, since: datetime) -> bool:
    settled = [one.accepted_at for one in asked.answers]
    settled += [asked.closing.accepted_at] if asked.closing is not None else []
    return all(moment >= since for moment in settled)


def _item(tx: sa.Connection, row: sa.Row[Any], kind: str, asked: Asked, urgency: int, since: datetime) -> InboxRow:
    stated = tx.execute(_PLACE, {"of": row.statement_id}).one()
    return InboxRow(
        kind=kind,
        params={"line": row.line, "due_by": asked.due_by.isoformat()},
        place=Place(stated.log_index, stated.position, stated.height, since),
        urgency=urgency,
        document_id=row.entry,
        statement_id=row.statement_id,
        due_at=last_moment(asked.due_by),
    )
