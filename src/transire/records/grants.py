"""Grants as this member knows them: who may read which version, for what, until when, and how each stands.

A grant stands or falls at a moment, never for good: it is worked out when it is asked, from rows that may have come in
any order. One that rests on another falls with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.records import tables as t
from transire.records.rows import Place

Standing = Literal["live", "later", "expired", "revoked", "narrowed", "fallen"]
"""`later`: not given yet at that moment. `fallen`: the grant that it rests on was no longer live."""

_g, _e = t.grants.c, t.grant_endings.c
_NEXT_EXPIRY = sa.select(sa.func.min(_g.expires)).where(_g.expires > sa.bindparam("after"))  # asked at every turn


class GrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A right to read, as its statement gives it."""

    id: str
    document_id: str
    commitment: str
    issuer: str
    grantor: str
    recipient: str
    purpose: str
    authority: str | None
    expires: datetime | None
    may_delegate: bool
    under: str | None
    replaces: str | None


class GrantLine(GrantRow, frozen=True, kw_only=True):
    """A right to read and how it stands at the moment that was asked for."""

    accepted_at: datetime
    log_index: int
    standing: Standing
    ended_at: datetime | None
    ended_by: str | None
    """The statement that withdrew it, if one did."""
    reason: str | None

    @property
    def is_live(self) -> bool:
        return self.standing == "live"


def project_grant(tx: Connection, row: GrantRow, place: Place) -> None:
    """A grant that was given. Where it was anchored twice the earlier place counts."""
    known = tx.execute(sa.select(_g.log_index, _g.position).where(_g.id == row.id)).first()
    if known is not None:
        if (known.log_index, known.position) <= (place.log_index, place.position):
            return
        tx.execute(sa.delete(t.grants).where(_g.id == row.id))
    where = {"log_index": place.log_index, "position": place.position, "accepted_at": place.accepted_at}
    tx.execute(sa.insert(t.grants).values(**msgspec.structs.asdict(row), **where))


def project_grant_ending(tx: Connection, ending: str, grant: str, by: str, reason: str | None, place: Place) -> None:
    """A withdrawal of a grant, by whomever: it counts only if its maker could."""
    known = tx.execute(sa.select(_e.log_index).where(_e.id == ending)).scalar_one_or_none()
    if known is not None and known <= place.log_index:
        return
    tx.execute(sa.delete(t.grant_endings).where(_e.id == ending))
    values = {"id": ending, "grant": grant, "by": by, "reason": reason, "log_index": place.log_index}
    tx.execute(sa.insert(t.grant_endings).values(**values, accepted_at=place.accepted_at))


def grants_of(tx: Connection, document_id: str, at: datetime) -> tuple[GrantLine, ...]:
    """The grants of all versions of a document, in the order of the ledger."""
    return _lines(tx, _g.document_id == document_id, at)


def grants_of_version(tx: Connection, issuer: str, commitment: str, at: datetime) -> tuple[GrantLine, ...]:
    """The grants of one version, in the order of the ledger."""
    return _lines(tx, sa.and_(_g.issuer == issuer, _g.commitment == commitment), at)


def find_grant(tx: Connection, grant_id: str, at: datetime) -> GrantLine | None:
    """A grant by the id of its statement."""
    document = tx.execute(sa.select(_g.document_id).where(_g.id == grant_id)).scalar_one_or_none()
    if document is None:
        return None
    return next(line for line in grants_of(tx, document, at) if line.id == grant_id)


def next_expiry(tx: Connection, after: datetime) -> datetime | None:
    """When the next of all known grants expires."""
    found: datetime | None = tx.execute(_NEXT_EXPIRY, {"after": after}).scalar_one()
    return found


def _lines(tx: Connection, which: sa.ColumnElement[bool], at: datetime) -> tuple[GrantLine, ...]:
    rows = tx.execute(sa.select(t.grants).where(which).order_by(_g.log_index, _g.position, _g.id)).all()
    of = sa.select(t.grant_endings).where(_e.grant.in_([row.id for row in rows])).order_by(_e.log_index, _e.id)
    endings: dict[str, list[Any]] = {}
    for each in tx.execute(of) if rows else ():
        endings.setdefault(each.grant, []).append(each)
    return _stood(rows, endings, at)


def _stood(rows: Sequence[Any], endings: Mapping[str, Sequence[Any]], at: datetime) -> tuple[GrantLine, ...]:
    by_id = {row.id: row for row in rows}
    narrowed = {
        row.replaces: row
        for row in rows
        if row.replaces in by_id and _may_replace(row, by_id[row.replaces]) and row.accepted_at <= at
    }
    lines: dict[str, GrantLine] = {}

    def line_of(row: Any, depth: int = 0) -> GrantLine:
        if row.id not in lines:
            lines[row.id] = _line(row, _withdrawal(row, endings.get(row.id, ()), at), narrowed.get(row.id), at)
            above = by_id.get(row.under) if depth < len(rows) else None
            if (
                row.under is not None
                and lines[row.id].is_live
                and (above is None or not line_of(above, depth + 1).is_live)
            ):
                lines[row.id] = msgspec.structs.replace(lines[row.id], standing="fallen")
        return lines[row.id]

    return tuple(line_of(row) for row in rows)


def _may_replace(row: Any, earlier: Any) -> bool:
    return (row.grantor, row.recipient, row.commitment) == (earlier.grantor, earlier.recipient, earlier.commitment)


def _withdrawal(row: Any, endings: Sequence[Any], at: datetime) -> Any:
    """The first ending by whoever could: the grantor, or the issuer, whose document it is."""
    could = (each for each in endings if each.by in (row.grantor, row.issuer) and each.accepted_at <= at)
    return next(could, None)


def _line(row: Any, ending: Any, narrower: Any, at: datetime) -> GrantLine:
    standing: Standing = "live"
    ended_at = None
    if row.accepted_at > at:
        standing = "later"
    elif ending is not None:
        standing, ended_at = "revoked", ending.accepted_at
    elif narrower is not None:
        standing, ended_at = "narrowed", narrower.accepted_at
    elif row.expires is not None and row.expires <= at:
        standing, ended_at = "expired", row.expires
    values = {name: getattr(row, name) for name in GrantRow.__struct_fields__}
    return GrantLine(
        **values,
        accepted_at=row.accepted_at,
        log_index=row.log_index,
        standing=standing,
        ended_at=ended_at,
        ended_by=None if ending is None else ending.id,
        reason=None if ending is None else ending.reason,
    )
