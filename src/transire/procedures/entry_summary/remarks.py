"""Notes of customs to the filer of an entry: something to know, no question and no decision.

A note is a statement: signed, on the ledger, delivered to filer and importer, and shown in their inbox. It asks for no
answer and starts no clock; what needs one is a request (19 USC 1509; CBP Form 28).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.entry import find_line, read_entry_summary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.accepting import authority_relation, filed_entry, parties_of
from transire.procedures.entry_summary.errors import LineUnknown
from transire.procedures.entry_summary.statements import NOTED
from transire.vault import journal


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A note to the filer; without a line it is about the entry as a whole."""

    statement_id: str
    line: int | None
    note: str
    by: str
    by_name: str
    accepted_at: datetime


def note_filer(tenant: Tenant, person: Person, entry_id: str, note: str, *, line: int | None = None) -> str:
    """Send a note to the filer and the importer of an entry; returns the statement's id."""
    require(person, "entries.note", authority_relation(tenant))
    with tenant.transaction() as tx:
        filing, paper = filed_entry(tenant, tx, entry_id)
        entry = read_entry_summary(paper.credential)
        if line is not None and find_line(entry, line) is None:
            raise LineUnknown(got=line)
        body: dict[str, Any] = {"version": filing.version, "note": note} | ({} if line is None else {"line": line})
        recipients = parties_of(tenant, filing, entry)
        return tenant.state(tx, person, NOTED.name, body, about=[entry_id], recipients=recipients)


def remarks_on(tenant: Tenant, person: Person, entry_id: str) -> tuple[Remark, ...]:
    """The notes to the filer of an entry, the oldest first."""
    require(person, "entries.read")
    of = t.remarks.c
    wanted = sa.select(t.remarks).where(of.entry == entry_id).order_by(of.log_index, of.position)
    with tenant.database.reading() as view:
        filed_entry(tenant, view, entry_id)
        return tuple(_remark(tenant, view, row) for row in view.execute(wanted))


def _remark(tenant: Tenant, tx: sa.Connection, row: sa.Row[Any]) -> Remark:
    located = journal.find_accepted(tx, row.statement_id)
    assert located is not None  # the row was made of this statement
    return Remark(
        statement_id=row.statement_id,
        line=row.line,
        note=str(located.statement.body["note"]),
        by=row.by,
        by_name=tenant.name_of(row.by),
        accepted_at=row.accepted_at,
    )
