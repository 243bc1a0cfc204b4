"""The latest filing of each entry in the records, and what stands about it: counted in SQL, one row an entry."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.procedures.entry_summary import tables as t
from transire.records import tables as records
from transire.records.cursor import Page, SortKey, page_size, read_cursor, write_cursor

EntryView = Literal["all", "action", "submitted", "flagged", "closed"]
VIEWS: tuple[EntryView, ...] = ("all", "action", "submitted", "flagged", "closed")

_f, _c, _a = t.filings.c, t.claims.c, t.acceptances.c


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """The version of an entry that stands, and what stands about it."""

    entry: str
    version: str
    previous: str | None
    statement_id: str
    by: str
    log_index: int
    position: int
    accepted_at: datetime
    claims: int
    accepted: int
    asked: int
    errors: int
    warnings: int
    ended: bool

    @property
    def is_flagged(self) -> bool:
        """Whether a check found something, or a certification that it claims on has ended since."""
        return self.ended or self.errors + self.warnings > 0

    @property
    def is_closed(self) -> bool:
        """Whether every claim is accepted and no request is open."""
        return 0 < self.claims <= self.accepted and not self.asked


def find_filing(tx: Connection, entry: str) -> Filing | None:
    """The version of an entry that stands; None where no filing of it is known."""
    row = tx.execute(_latest_of_one(), {"entry": entry}).first()
    return None if row is None else _filing(row)


def list_filings(tx: Connection, view: EntryView, *, customs: bool, after: str | None, limit: int) -> Page[Filing]:
    """The entries of a view, the latest first. What asks for action depends on who looks: customs or the trade."""
    standing = latest_filings().subquery()
    query = sa.select(standing).where(_in_view(standing, view, customs))
    key = sa.tuple_(standing.c.log_index, standing.c.position, standing.c.entry)
    if after is not None:
        query = query.where(key < sa.tuple_(*msgspec.structs.astuple(read_cursor(after))))
    size = page_size(limit)
    latest_first = (standing.c.log_index.desc(), standing.c.position.desc(), standing.c.entry.desc())
    rows = tx.execute(query.order_by(*latest_first).limit(size + 1)).all()
    shown = tuple(_filing(row) for row in rows[:size])
    following = SortKey(shown[-1].log_index, shown[-1].position, shown[-1].entry) if len(rows) > size else None
    return Page(shown, None if following is None else write_cursor(following))


def count_filings(tx: Connection, *, customs: bool) -> dict[EntryView, int]:
    """How many entries each view has."""
    standing = latest_filings().subquery()
    counted = [sa.func.count().filter(_in_view(standing, view, customs)).label(view) for view in VIEWS]
    row = tx.execute(sa.select(*counted).select_from(standing)).one()
    return {view: int(row._mapping[view]) for view in VIEWS}


@cache
def _latest_of_one() -> sa.Select[Any]:
    return latest_filings().where(_f.entry == sa.bindparam("entry"))


@cache
def latest_filings() -> sa.Select[Any]:
    """Each entry's filing that stands, with the counts of what stands about it."""
    later = t.filings.alias("later")
    is_later = sa.and_(
        later.c.entry == _f.entry,
        sa.tuple_(later.c.log_index, later.c.position) > sa.tuple_(_f.log_index, _f.position),
    )
    return sa.select(
        _f.entry,
        _f.version,
        _f.previous,
        _f.statement_id,
        _f.by,
        _f.log_index,
        _f.position,
        _f.accepted_at,
        _count(t.claims, _c.statement_id == _f.statement_id).label("claims"),
        _accepted().label("accepted"),
        _open_requests().label("asked"),
        _found("error").label("errors"),
        _found("warning").label("warnings"),
        _has_ended_claim().label("ended"),
    ).where(~sa.select(later.c.entry).where(is_later).exists())


def _in_view(standing: Any, view: EntryView, customs: bool) -> sa.ColumnElement[bool]:
    of = standing.c
    flagged = sa.or_(of.ended, of.errors + of.warnings > 0)
    closed = sa.and_(of.claims > 0, of.accepted >= of.claims, of.asked == 0)
    # Customs has to act while no answer is awaited; the trade when it is asked or a certification has ended.
    action = sa.and_(of.asked == 0, ~closed) if customs else sa.or_(of.asked > 0, of.ended)
    return {
        "all": sa.true(),
        "action": action,
        "submitted": sa.and_(~closed, ~action),
        "flagged": flagged,
        "closed": closed,
    }[view]


def _count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()


def _accepted() -> sa.ScalarSelect[Any]:
    """Lines whose claim customs accepted in this very version: a correction is looked at again."""
    lines = sa.select(sa.func.count(sa.distinct(_a.line)))
    return lines.where(_a.entry == _f.entry, _a.version == _f.version).scalar_subquery()


def _open_requests() -> sa.ScalarSelect[Any]:
    request = t.requests.c
    answered = sa.select(t.answers.c.request).where(t.answers.c.request == request.statement_id)
    closed = sa.select(t.closings.c.request).where(t.closings.c.request == request.statement_id)
    return _count(t.requests, request.entry == _f.entry, ~answered.exists(), ~closed.exists())


def _found(severity: str) -> sa.ScalarSelect[Any]:
    return _count(t.findings, t.findings.c.version == _f.version, t.findings.c.severity == severity)


def _has_ended_claim() -> sa.Exists:
    """Joined when it is read, so that it does not matter whether the ending or the entry was known first.

    A certification's version belongs to its issuer: only the end of the version by its own issuer counts.
    """
    ending, document = records.endings.c, records.documents.c
    # By way of the document, which tells the issuer: each step is answered from an index, however much has ended.
    its_own = sa.and_(ending.issuer == document.issuer, ending.commitment == document.commitment)
    return (
        sa.select(_c.line)
        .join(records.documents, document.commitment == _c.certification_version)
        .join(records.endings, its_own)
        .where(_c.statement_id == _f.statement_id)
        .exists()
    )


def _filing(row: sa.Row[Any]) -> Filing:
    values = dict(row._mapping)
    return Filing(**values | {"ended": bool(values["ended"])})
