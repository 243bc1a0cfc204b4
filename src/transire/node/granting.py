"""What a node does for grants by itself: writes down who may read what, and ends what has run out.

When the last grant under which a version is here ends, expires or falls with another, its key is destroyed and its row
leaves the records; what waits to be delivered under a grant that has ended is not delivered any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from transire.ledger.statement import Statement
from transire.records import project
from transire.records import tables as records
from transire.records.grants import GrantRow, find_grant, grants_of_version, next_expiry, project_grant
from transire.records.grants import project_grant_ending as project_ending
from transire.records.rows import LATER, InboxRow, Place
from transire.vault import outbox
from transire.vault import tables as vault
from transire.vault.errors import GrantEnded
from transire.vault.grants import terms_of
from transire.vault.statements import GRANT, GRANT_ENDED, WITHDRAWN
from transire.vault.vault import held_by_grant

if TYPE_CHECKING:
    from transire.node.tenant import Tenant

_WAITING = (
    sa.select(vault.outbox.c.seq, vault.outbox.c.statement)
    .join(records.grants, records.grants.c.id == vault.outbox.c.statement)
    .where(vault.outbox.c.state == outbox.WAITING)
)


def project_granting(tx: sa.Connection, did: str, statement_id: str, place: Place, statement: Statement) -> None:
    """The rows of a grant or of its end, and what the inbox says of it, or of a document that was withdrawn."""
    if statement.kind == GRANT.name:
        terms = terms_of(statement)
        row = GrantRow(
            id=statement_id,
            document_id=terms.document,
            commitment=terms.commitment,
            issuer=terms.issuer,
            grantor=statement.by,
            recipient=terms.recipient,
            purpose=terms.purpose,
            authority=terms.authority,
            expires=terms.ends,
            may_delegate=terms.may_delegate,
            under=terms.under,
            replaces=terms.replaces,
        )
        project_grant(tx, row, place)
        if statement.by != did:
            kind = "document.shared" if terms.recipient == did else "document.passed_on"
            _tell(tx, kind, statement_id, place, document_id=terms.document)
    elif statement.kind == GRANT_ENDED.name:
        body: dict[str, Any] = statement.body
        project_ending(tx, statement_id, body["grant"], statement.by, body.get("reason"), place)
        if statement.by != did:
            _tell(tx, "document.grant_ended", statement_id, place, document_id=body["document"])
    elif statement.kind == WITHDRAWN.name and statement.by != did:
        _tell(tx, "document.withdrawn", statement_id, place, document_id=cast("str", statement.body["document"]))


def end_lapsed(tenant: Tenant, now: datetime) -> int:
    """Destroy the keys of what no grant opens any more, and call back what waits; returns how many versions lapsed."""
    with tenant.database.reading() as view:
        lapsed = [found for found in held_by_grant(view) if not _may_read(view, tenant.did, *found, now)]
        recalled = [row.seq for row in view.execute(_WAITING) if not _is_live(view, row.statement, now)]
    if not lapsed and not recalled:
        return 0
    with tenant.database.transaction() as tx:
        for issuer, commitment in lapsed:
            tenant.vault.lapse(tx, commitment, issuer=issuer, now=now)
            project.erase_document(tx, issuer, commitment)
        for seq in recalled:
            outbox.mark_answered(tx, seq, refused_with=GrantEnded.code)
    if lapsed:
        with tenant.database.reading() as view:
            tenant.vault.sweep(view)
    return len(lapsed)


def next_lapse(view: sa.Connection, now: datetime) -> datetime | None:
    """When a grant expires next, so that the beat is there."""
    return next_expiry(view, now)


def _may_read(view: sa.Connection, did: str, issuer: str, commitment: str, now: datetime) -> bool:
    lines = grants_of_version(view, issuer, commitment, now)
    # What the ledger took a moment ago may bear a time later than this node's clock.
    return any(line.recipient == did and line.standing in ("live", "later") for line in lines)


def _is_live(view: sa.Connection, grant: str, now: datetime) -> bool:
    line = find_grant(view, grant, now)
    return line is None or line.standing in ("live", "later")


def _tell(tx: sa.Connection, kind: str, statement_id: str, place: Place, *, document_id: str) -> None:
    row = InboxRow(kind=kind, params={}, place=place, urgency=LATER, document_id=document_id, statement_id=statement_id)
    project.project_inbox_item(tx, row)
