"""The index of statements: what was said about something, by whom, in the order of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.records import tables as t
from transire.records.errors import StatementUnknown

_s = t.statements.c


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A statement and its place; the words of it are in the vault."""

    id: str
    kind: str
    by: str
    height: int
    log_index: int
    position: int
    accepted_at: datetime
    arrival: int

    @property
    def order(self) -> int:
        """Before means smaller (LEDGER 3): statements of one pool are simultaneous, whatever their position."""
        return self.log_index


def find_statement(tx: Connection, statement_id: str) -> StatementLine:
    """The statement of an id."""
    row = tx.execute(sa.select(t.statements).where(_s.id == statement_id)).first()
    if row is None:
        raise StatementUnknown(got=statement_id)
    return StatementLine(**row._mapping)


def statements_about(
    tx: Connection, subject: str, *, kinds: Sequence[str] = (), by: str | None = None
) -> Sequence[StatementLine]:
    """What was stated about a document or statement, in the order of the ledger."""
    query = sa.select(t.statements).join(t.about, t.about.c.statement_id == _s.id)
    query = query.where(t.about.c.subject == subject)
    if kinds:
        query = query.where(_s.kind.in_(kinds))
    if by is not None:
        query = query.where(_s.by == by)
    return [StatementLine(**row._mapping) for row in tx.execute(query.order_by(_s.log_index, _s.position, _s.id))]


def subjects_of(tx: Connection, statement_id: str) -> frozenset[str]:
    """What a statement is about."""
    wanted = sa.select(t.about.c.subject).where(t.about.c.statement_id == statement_id)
    return frozenset(tx.execute(wanted).scalars())


def kinds_known_about(tx: Connection, subjects: Sequence[str], *, before: int) -> frozenset[str]:
    """The kinds stated about any of these subjects before a log index: what `KindRegistry.check_statement` asks."""
    wanted = (
        sa.select(_s.kind)
        .join(t.about, t.about.c.statement_id == _s.id)
        .where(t.about.c.subject.in_(subjects), _s.log_index < before)
        .distinct()
    )
    return frozenset(tx.execute(wanted).scalars())
