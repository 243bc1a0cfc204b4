"""A supplier's inbox settles itself: a request is done once all that it asks for was certified, declined, or withdrawn.

It says that something was answered once. What is in force today is another matter (`standing`): so that a row, once
made, follows from what was stated and not from when it was looked at.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from transire.procedures.solicitation import tables as t
from transire.records import tables as records
from transire.records.project import settle_inbox_item

_r, _g = t.requests, t.goods


def _has(commitment: Any, name: str, *holds: Any) -> sa.Exists:
    field = records.fields.alias()
    where = (field.c.issuer == _r.c.supplier, field.c.commitment == commitment, field.c.name == name)
    return sa.select(field.c.value).where(*where, *(hold(field.c.value) for hold in holds)).exists()


def _is_certified() -> sa.Exists:
    number = records.fields.alias("number")
    of = number.c.commitment
    return (
        sa.select(of)
        .where(
            number.c.name == "goods/productNumber",
            number.c.value == _g.c.number,
            number.c.issuer == _r.c.supplier,
            _has(of, "agreement", lambda value: value == _r.c.agreement),
            _has(of, "blanketPeriod/from", lambda value: value <= _r.c.valid_from),
            _has(of, "blanketPeriod/until", lambda value: value >= _r.c.valid_until),
            sa.or_(_has(of, "importers/id", lambda value: value == _r.c.by), ~_has(of, "importers/id")),
        )
        .exists()
    )


def _due() -> sa.Select[Any]:
    """The unsettled items of requests that are done."""
    declined = sa.select(t.answers.c.number).where(
        t.answers.c.request == _r.c.statement_id, t.answers.c.number == _g.c.number, t.answers.c.by == _r.c.supplier
    )
    wanting = sa.select(_g.c.number).where(_g.c.statement_id == _r.c.statement_id, ~declined.exists(), ~_is_certified())
    withdrawn = sa.select(t.withdrawals.c.request).where(
        t.withdrawals.c.request == _r.c.statement_id, t.withdrawals.c.by == _r.c.by
    )
    told = sa.union_all(
        sa.select(_r.c.statement_id.label("request"), ("solicitation.asked:" + _r.c.statement_id).label("item")),
        sa.select(t.reminders.c.request, ("solicitation.reminded:" + t.reminders.c.statement_id).label("item")),
    ).subquery("told")
    settled = sa.select(records.resolutions.c.item_id).where(records.resolutions.c.item_id == told.c.item)
    return (
        sa.select(told.c.item, told.c.request)
        .join(_r, _r.c.statement_id == told.c.request)
        .join(records.inbox, records.inbox.c.id == told.c.item)
        .where(~settled.exists(), sa.or_(withdrawn.exists(), ~wanting.exists()))
    )


_DUE = _due()
_ANY_DUE = _DUE.limit(1)


class Settling:
    """The derivation of what is done (`procedures.catalogue.Derivation`)."""

    def is_due(self, tenant: Any, view: sa.Connection, height: int) -> bool:
        """Whether an item can be settled."""
        return view.execute(_ANY_DUE).first() is not None

    def derive(self, tenant: Any, tx: sa.Connection, height: int) -> None:
        """Settle them."""
        for row in tx.execute(_DUE).all():
            settle_inbox_item(tx, row.item, row.request)


SETTLING = Settling()
