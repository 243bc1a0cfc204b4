"""The projection: rows in, each under a key of its own, in any order, as often as it happens.

Everything runs inside the transaction of the node, which writes vault, outbox and records together: after a crash
either all of it is there or none. Where one statement or document was anchored twice the earlier place counts,
whichever was learnt first: what was shown to be known at a time stays known at that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.records import tables as t
from transire.records.rows import DeliveryRow, DocumentRow, EndingRow, InboxRow, StatementRow
from transire.storage.folding import folded
from transire.vault import tables as journal

BATCH = 400
"""Rows a command: well under the number of parameters that either database takes."""

LEDGER = "ledger"
"""The name under which the projected height of the ledger's own events is kept."""

_Row = TypeVar("_Row")

# Built once: building a statement costs several times what running it does.
_s, _d, _e, _v, _i, _r = (
    table.c for table in (t.statements, t.documents, t.endings, t.deliveries, t.inbox, t.resolutions)
)
_PLACES = sa.select(_s.id, _s.log_index, _s.position).where(_s.id.in_(sa.bindparam("ids", expanding=True)))
_INSERT_STATEMENTS, _INSERT_ABOUT = sa.insert(t.statements), sa.insert(t.about)
_INSERT_POOL = sa.insert(t.statements).from_select(
    ["id", "kind", "by", "height", "log_index", "position", "accepted_at", "arrival"],
    sa.select(
        journal.statements.c.id,
        journal.statements.c.kind,
        journal.statements.c.by,
        journal.pools.c.height,
        journal.pools.c.log_index,
        journal.statements.c.pool_index,
        journal.pools.c.accepted_at,
        journal.statements.c.seq,
    )
    .join_from(journal.statements, journal.pools)
    .where(journal.pools.c.pool == sa.bindparam("of")),
)
_INSERT_ABOUT_POOL = sa.insert(t.about).from_select(
    ["subject", "statement_id"],
    sa.select(journal.about.c.subject, journal.about.c.statement)
    .join_from(journal.about, journal.statements)
    .where(journal.statements.c.pool == sa.bindparam("of")),
)
_PLACE_OF_DOCUMENT = sa.select(_d.log_index, _d.position).where(
    _d.issuer == sa.bindparam("issuer"), _d.commitment == sa.bindparam("commitment")
)
_INSERT_DOCUMENT, _INSERT_FIELDS = sa.insert(t.documents), sa.insert(t.fields)
_HAS_ENDING = sa.select(_e.height).where(
    _e.issuer == sa.bindparam("issuer"), _e.commitment == sa.bindparam("commitment")
)
_HAS_DELIVERY = sa.select(_v.statement_id).where(
    _v.statement_id == sa.bindparam("statement"), _v.commitment == sa.bindparam("commitment")
)
_INSERT_DELIVERY = sa.insert(t.deliveries)
_HAS_INBOX_ITEM = sa.select(_i.id).where(_i.id == sa.bindparam("item"))
_INSERT_INBOX_ITEM = sa.insert(t.inbox)
_HAS_RESOLUTION = sa.select(_r.item_id).where(
    _r.item_id == sa.bindparam("item"), _r.settled_by == sa.bindparam("settler")
)


def project_pool(tx: Connection, pool: str) -> None:
    """All statements of an accepted pool of this member's, straight from its journal: two commands for thousands.

    Nobody else can have brought them before: what a member states is known to others after it was accepted.
    """
    tx.execute(_INSERT_POOL, {"of": pool})
    tx.execute(_INSERT_ABOUT_POOL, {"of": pool})


def project_statement(tx: Connection, row: StatementRow) -> None:
    """One statement with its place."""
    project_statements(tx, [row])


def project_statements(tx: Connection, rows: Sequence[StatementRow]) -> None:
    """Many statements: a pool may hold thousands."""
    for batch in _batches(rows):
        earliest: dict[str, StatementRow] = {}
        for row in sorted(batch, key=lambda row: row.place, reverse=True):
            earliest[row.id] = row
        _project_distinct(tx, earliest)


def _project_distinct(tx: Connection, rows: dict[str, StatementRow]) -> None:
    known = {found.id: found for found in tx.execute(_PLACES, {"ids": list(rows)})}
    fresh = [row for row in rows.values() if row.id not in known]
    moved = [
        row
        for row in rows.values()
        if row.id in known and _order(row) < (known[row.id].log_index, known[row.id].position)
    ]
    if moved:
        tx.execute(sa.delete(t.statements).where(_s.id.in_([row.id for row in moved])))
    if fresh or moved:
        tx.execute(_INSERT_STATEMENTS, [_statement_values(row) for row in (*fresh, *moved)])
    # What a statement is about is part of its id: a moved one is about the same.
    about = [{"subject": subject, "statement_id": row.id} for row in fresh for subject in set(row.about)]
    if about:
        tx.execute(_INSERT_ABOUT, about)


def project_document(tx: Connection, row: DocumentRow) -> None:
    """A version of a document that this member has issued or received."""
    known = tx.execute(_PLACE_OF_DOCUMENT, {"issuer": row.issuer, "commitment": row.commitment}).first()
    if known is not None:
        if (known.log_index, known.position) <= _order(row):
            return
        erase_document(tx, row.issuer, row.commitment)
    tx.execute(_INSERT_DOCUMENT, _document_values(row))
    if values := _field_values(row):
        tx.execute(_INSERT_FIELDS, values)


def erase_document(tx: Connection, issuer: str, commitment: str) -> None:
    """Take a version and its fields out of the records, when vault and keys have destroyed it (DESIGN rule 9)."""
    for table in (t.fields, t.documents):
        of = table.c
        tx.execute(sa.delete(table).where(of.issuer == issuer, of.commitment == commitment))


def erase_inbox_of(tx: Connection, document_id: str) -> None:
    """Take away the inbox items that speak of an erased document, and what settled them."""
    ids = list(tx.execute(sa.select(t.inbox.c.id).where(t.inbox.c.document_id == document_id)).scalars())
    tx.execute(sa.delete(t.resolutions).where(t.resolutions.c.item_id.in_(ids)))
    tx.execute(sa.delete(t.inbox).where(t.inbox.c.id.in_(ids)))


def project_ending(tx: Connection, row: EndingRow) -> None:
    """An ended version; the ledger ends a version once, so the first row is the only one."""
    if tx.execute(_HAS_ENDING, {"issuer": row.issuer, "commitment": row.commitment}).first():
        return
    values = {
        "issuer": row.issuer,
        "commitment": row.commitment,
        "height": row.place.height,
        "log_index": row.place.log_index,
        "accepted_at": row.place.accepted_at,
        "successor": row.successor,
    }
    tx.execute(sa.insert(t.endings).values(values))


def project_delivery(tx: Connection, row: DeliveryRow) -> None:
    """What a member stated of a document that came to it; the statement itself is projected as well."""
    if tx.execute(_HAS_DELIVERY, {"statement": row.statement_id, "commitment": row.commitment}).first() is None:
        tx.execute(_INSERT_DELIVERY, msgspec.structs.asdict(row))


def project_inbox_item(tx: Connection, row: InboxRow) -> str:
    """An item for the inbox; returns its id. The same cause gives the same item."""
    if tx.execute(_HAS_INBOX_ITEM, {"item": row.id}).first() is None:
        tx.execute(_INSERT_INBOX_ITEM, _inbox_values(row))
    return row.id


def settle_inbox_item(tx: Connection, item_id: str, settled_by: str) -> None:
    """What an item asked for has happened (an answer, a replacement): it counts as done, also if it comes later."""
    if tx.execute(_HAS_RESOLUTION, {"item": item_id, "settler": settled_by}).first() is None:
        tx.execute(sa.insert(t.resolutions).values(item_id=item_id, settled_by=settled_by))


def projected_height(tx: Connection, name: str = LEDGER) -> int:
    """The last height whose events are in the records; 0 when none is."""
    height = tx.execute(sa.select(t.progress.c.height).where(t.progress.c.name == name)).scalar_one_or_none()
    return height or 0


def finish_height(tx: Connection, height: int, name: str = LEDGER) -> None:
    """Everything up to this height is in; a lower height changes nothing, so that a block may be projected again."""
    if tx.execute(sa.select(t.progress.c.height).where(t.progress.c.name == name)).first() is None:
        tx.execute(sa.insert(t.progress).values(name=name, height=height))
        return
    later = sa.update(t.progress).where(t.progress.c.name == name, t.progress.c.height < height)
    tx.execute(later.values(height=height))


def _order(row: StatementRow | DocumentRow) -> tuple[int, int]:
    return (row.place.log_index, row.place.position)


def _statement_values(row: StatementRow) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "by": row.by,
        "height": row.place.height,
        "log_index": row.place.log_index,
        "position": row.place.position,
        "accepted_at": row.place.accepted_at,
        "arrival": row.arrival,
    }


def _document_values(row: DocumentRow) -> dict[str, object]:
    values = (value for listed in row.fields.values() for value in listed)
    return {
        "issuer": row.issuer,
        "commitment": row.commitment,
        "document_id": row.document_id,
        "version": row.version,
        "schema_id": row.schema_id,
        "previous": row.previous,
        "issued_statement": row.issued_statement,
        "log_index": row.place.log_index,
        "position": row.place.position,
        "title": row.title,
        "words": folded(row.title, *values),
    }


def _field_values(row: DocumentRow) -> list[dict[str, object]]:
    return [
        {
            "issuer": row.issuer,
            "commitment": row.commitment,
            "name": name,
            "place": place,
            "value": value,
        }
        for name, values in row.fields.items()
        for place, value in enumerate(values)
    ]


def _inbox_values(row: InboxRow) -> dict[str, object]:
    return {
        "id": row.id,
        "kind": row.kind,
        "params": dict(row.params),
        "document_id": row.document_id,
        "statement_id": row.statement_id,
        "urgency": row.urgency,
        "due_at": row.due_at,
        "height": row.place.height,
        "log_index": row.place.log_index,
        "created_at": row.place.accepted_at,
    }


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    listed = list(rows)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
