"""Envelopes: what came in and waits to be looked at, and what is on its way to others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from transire.desk import inbox_state
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.records.cursor import Page
from transire.records.inbox import InboxCounts, InboxLine, InboxState, count_inbox, find_inbox_item, list_inbox
from transire.vault import acts, journal, outbox
from transire.vault import tables as vault

if TYPE_CHECKING:
    from transire.node.tenant import Tenant

_o, _s = vault.outbox.c, vault.statements.c


class OutboxLine(msgspec.Struct, frozen=True, kw_only=True):
    """One envelope to one recipient."""

    seq: int
    recipient: str
    recipient_name: str
    kind: str
    statement_id: str
    documents: int
    purpose: str
    state: str
    answer: str | None
    attempts: int
    next_try: datetime | None


def show_inbox(
    tenant: Tenant, person: Person, *, state: InboxState = "waiting", after: str | None = None, limit: int = 50
) -> Page[InboxLine]:
    """The items in a state, the pressing first."""
    require(person, "inbox.read")
    with tenant.database.reading() as view:
        return list_inbox(view, person, state=state, after=after, limit=limit)


def count_waiting(tenant: Tenant, person: Person) -> InboxCounts:
    """The numbers beside the inbox."""
    require(person, "inbox.read")
    with tenant.database.reading() as view:
        return count_inbox(view, person)


def open_item(tenant: Tenant, person: Person, item_id: str) -> InboxLine:
    """One item, which the person has now seen."""
    require(person, "inbox.read")
    with tenant.database.reading() as view:
        item = find_inbox_item(view, person, item_id)
    if not item.read:
        with tenant.transaction() as tx:
            inbox_state.mark_read(tx, person, [item.id], now=tenant.now())
    return item


def finish_item(tenant: Tenant, person: Person, item_id: str) -> None:
    """The work behind the item is done."""
    require(person, "inbox.work")
    with tenant.transaction() as tx:
        find_inbox_item(tx, person, item_id)
        inbox_state.mark_done(tx, person, item_id, now=tenant.now())


def reopen_item(tenant: Tenant, person: Person, item_id: str) -> None:
    """Put it back to those that wait."""
    require(person, "inbox.work")
    with tenant.transaction() as tx:
        find_inbox_item(tx, person, item_id)
        inbox_state.reopen(tx, item_id)


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a member is still on its way."""

    statements: int
    """Made, and not yet accepted by the ledger; those that wait a random while do not count."""
    endings: int
    """Owed to the ledger."""
    envelopes: int
    """Not yet answered by their recipients' nodes."""


def count_under_way(tenant: Tenant) -> UnderWay:
    """Counts only, which tell a program when all that it did has arrived."""
    with tenant.database.reading() as view:
        return UnderWay(
            statements=journal.count_pooled(view, tenant.now()) + len(journal.pending_pools(view)),
            endings=acts.count_owed(view),
            envelopes=outbox.count_waiting(view),
        )


def show_outbox(tenant: Tenant, person: Person, *, before: int | None = None, limit: int = 50) -> Page[OutboxLine]:
    """The latest envelopes first; the cursor is the number of the last one shown."""
    require(person, "documents.read")
    query = sa.select(vault.outbox, _s.kind).join(vault.statements, _s.id == _o.statement)
    if before is not None:
        query = query.where(_o.seq < before)
    with tenant.database.reading() as view:
        rows = view.execute(query.order_by(_o.seq.desc()).limit(limit + 1)).all()
    shown = tuple(_outbox_line(tenant, row) for row in rows[:limit])
    return Page(shown, str(shown[-1].seq) if len(rows) > limit else None)


def _outbox_line(tenant: Tenant, row: sa.Row[tuple[object, ...]]) -> OutboxLine:
    return OutboxLine(
        seq=row.seq,
        recipient=row.recipient,
        recipient_name=tenant.name_of(row.recipient),
        kind=row.kind,
        statement_id=row.statement,
        documents=len(row.documents),
        purpose=row.purpose,
        state=row.state,
        answer=row.answer,
        attempts=row.attempts,
        next_try=row.next_try,
    )
