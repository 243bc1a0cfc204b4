"""The rows of powers of attorney in the records: who granted what to whom, and what was revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Column, Connection, Index, MetaData, Table

from transire.procedures.power_of_attorney.statements import GRANTED, REVOKED
from transire.procedures.rows import place_values, put_row, statement_columns
from transire.records import tables as records
from transire.records.project import project_inbox_item
from transire.records.rows import NOW, SOON, InboxRow
from transire.storage.columns import NAMING, Name
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "power_of_attorney", metadata)

grants = Table(
    "authority_grants",
    metadata,
    *statement_columns(),
    Column("authority", Name, nullable=False),
    Column("agent", Name, nullable=False),
    # ISO 8601 days; they sort as text.
    Column("valid_from", Name, nullable=False),
    Column("valid_until", Name),
    Index(None, "authority"),
    Index(None, "agent"),
)

revocations = Table(
    "authority_revocations",
    metadata,
    *statement_columns(),
    Column("authority", Name, nullable=False),
    Index(None, "authority"),
)


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A power of attorney as it was stated; the document says what it empowers to."""

    authority: str
    principal: str
    agent: str
    valid_from: str
    valid_until: str | None
    revoked: bool

    def is_live(self, day: date) -> bool:
        """Whether it speaks on this day."""
        until = self.valid_until or day.isoformat()
        return not self.revoked and self.valid_from <= day.isoformat() <= until


def list_grants(tx: Connection, *, principal: str | None = None, agent: str | None = None) -> list[Grant]:
    """The grants between these members, the latest first; a revoked or ended one says so."""
    of = grants.c
    revoked = sa.select(revocations.c.statement_id).where(
        revocations.c.authority == of.authority, revocations.c.by == of.by
    )
    ended = sa.select(records.endings.c.height).where(
        records.endings.c.issuer == of.by, records.endings.c.commitment == of.authority
    )
    query = sa.select(
        of.authority,
        of.by.label("principal"),
        of.agent,
        of.valid_from,
        of.valid_until,
        sa.or_(revoked.exists(), ended.exists()).label("revoked"),
    )
    if principal is not None:
        query = query.where(of.by == principal)
    if agent is not None:
        query = query.where(of.agent == agent)
    found = tx.execute(query.order_by(of.log_index.desc(), of.position.desc()))
    return [Grant(**dict(row._mapping) | {"revoked": bool(row.revoked)}) for row in found]


def project(tx: Connection, context: Any, statement: Any, documents: Any) -> None:
    """Rows for one statement; idempotent, in any order."""
    if statement.kind not in (GRANTED.name, REVOKED.name):
        return
    body: Mapping[str, Any] = statement.body
    authority = statement.about[0]
    values = place_values(context, statement.by) | {"authority": authority}
    if statement.kind == GRANTED.name:
        period = {"valid_from": body["valid_from"], "valid_until": body.get("valid_until")}
        put_row(tx, grants, **values, **period, agent=body["agent"])
    else:
        put_row(tx, revocations, **values)
    if not context.own:
        is_grant = statement.kind == GRANTED.name
        item = InboxRow(
            kind="authority.granted" if is_grant else "authority.revoked",
            params={},
            place=context.place,
            urgency=SOON if is_grant else NOW,
            document_id=authority,
            statement_id=context.statement_id,
        )
        project_inbox_item(tx, item)
