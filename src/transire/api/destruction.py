"""Destroying a document: who may, what stands against it (duties of record keeping, legal holds), and doing it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from transire.desk import holds
from transire.desk.errors import HoldRuns
from transire.desk.holds import Hold
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.desk.persons import names_of
from transire.documents.retention import Keeping, RetentionRuns, keeping_of
from transire.node.destroying import destroy_versions, finish_destruction
from transire.records.documents import (
    DocumentFilter,
    DocumentLine,
    every_document,
    find_document,
    find_holding,
    find_version,
    versions_of,
)
from transire.vault.parts import SCHEMA_ID as PARTS
from transire.vault.statements import DESTROYED, named_body
from transire.vault.vault import held_by_grant

if TYPE_CHECKING:
    from transire.node.tenant import Tenant

ENTRY = "entry-summary/1"


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A hold with the names of who set and lifted it."""

    id: str
    reason: str
    set_by: str
    set_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_why: str | None


class Safekeeping(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against destroying a document."""

    duties: tuple[Keeping, ...]
    holds: tuple[HoldView, ...]
    running: tuple[Keeping, ...]
    held: bool

    @property
    def may_be_destroyed(self) -> bool:
        return not self.running and not self.held


def show_safekeeping(tenant: Tenant, person: Person, document_id: str) -> Safekeeping:
    """The duties and holds on a document."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        find_document(view, document_id)
        return _safekeeping(tenant, view, document_id)


def destroy_document(tenant: Tenant, person: Person, document_id: str) -> list[str]:
    """Destroy every version that this member holds; returns the ids of the statements that say so.

    What shows parts of its own document to others goes with it. Refused while a duty of record keeping runs or a legal
    hold is set. What others hold is not touched.
    """
    with tenant.transaction() as tx:
        line = find_document(tx, document_id)
        require(person, "documents.destroy", Relation.ISSUER if line.issuer == tenant.did else Relation.RECIPIENT)
        showing = _showing(tenant, tx, line)
        for each in dict.fromkeys((document_id, *(one.document_id for one in showing))):
            _require_free(_safekeeping(tenant, tx, each))
        versions = [
            tenant.vault.stored(tx, each.commitment, issuer=each.issuer)
            for each in (*versions_of(tx, document_id), *showing)
        ]
        stated = [
            tenant.state(
                tx,
                person,
                DESTROYED.name,
                named_body(one.document_id, one.commitment, one.issuer),
                about=[one.document_id],
                recipients=[] if one.issuer == tenant.did else [one.issuer],
            )
            for one in versions
        ]
        destroy_versions(tenant, tx, versions, tenant.now())
    finish_destruction(tenant)
    return stated


def set_hold(tenant: Tenant, person: Person, document_id: str, reason: str) -> Hold:
    """Set a legal hold: nobody destroys the document while it runs."""
    require(person, "holds.manage")
    with tenant.transaction() as tx:
        find_document(tx, document_id)
        return holds.set_hold(tx, person, document_id, reason, now=tenant.now())


def lift_hold(tenant: Tenant, person: Person, hold_id: str, why: str) -> None:
    """Lift a legal hold, and say why."""
    require(person, "holds.manage")
    with tenant.transaction() as tx:
        holds.lift_hold(tx, person, hold_id, why, now=tenant.now())


def _showing(tenant: Tenant, tx: sa.Connection, line: DocumentLine) -> list[DocumentLine]:
    """The documents by which this member showed parts of its own document to others."""
    if line.issuer != tenant.did or line.schema_id == PARTS:
        return []
    wanted = DocumentFilter(schema_ids=(PARTS,), issuers=(tenant.did,), fields={"document": line.document_id})
    return list(every_document(tx, wanted))


def _safekeeping(tenant: Tenant, tx: sa.Connection, document_id: str) -> Safekeeping:
    today = _today(tenant)
    found = [duty for line in versions_of(tx, document_id) for duty in _duties(tenant, tx, line)]
    # Of one duty the version counts that it keeps longest.
    longest = {each.duty: each for each in sorted(found, key=lambda each: each.until)}
    set_ones = holds.holds_on(tx, document_id)
    names = names_of(tx, {who for each in set_ones for who in (each.set_by, each.lifted_by) if who})
    return Safekeeping(
        duties=tuple(longest.values()),
        holds=tuple(_hold_view(each, names) for each in set_ones),
        running=tuple(each for each in longest.values() if each.runs(today)),
        held=any(each.runs for each in set_ones),
    )


def _today(tenant: Tenant) -> date:
    return tenant.now().date()


def _duties(tenant: Tenant, tx: sa.Connection, line: DocumentLine) -> Iterable[Keeping]:
    if (line.issuer, line.commitment) in held_by_grant(tx):
        return ()  # a reader keeps no records of it: those who trade do
    opened = tenant.vault.find(tx, line.commitment, issuer=line.issuer)
    credential: dict[str, Any] = (opened.credential if opened else None) or {}
    return keeping_of(
        line.schema_id,
        credential.get("credentialSubject", {}),
        issued=line.issuer == tenant.did,
        known_on=(line.accepted_at or tenant.now()).date(),
        entered=_entered(tx, line),
    )


def _entered(tx: sa.Connection, line: DocumentLine) -> list[date]:
    """The dates of the entries that rest on a document, as far as this member holds them."""
    found = find_holding(tx, ENTRY, "lines/claim/certification", line.document_id)
    for number in line.fields.get("invoiceNumber", ()):
        if line.schema_id.startswith("commercial-invoice/"):
            found += find_holding(tx, ENTRY, "lines/invoice/invoiceNumber", number)
    days = (day for each in found for day in find_version(tx, each.commitment).fields.get("entryDate", ()))
    return [date.fromisoformat(day) for day in days]


def _require_free(found: Safekeeping) -> None:
    if found.held:
        running = [each for each in found.holds if each.lifted_at is None]
        raise HoldRuns(got=f"{len(running)} holds, the first since {running[0].set_at:%Y-%m-%d}")
    if found.running:
        last = max(found.running, key=lambda each: each.until)
        raise RetentionRuns(expected=f"after {last.until.isoformat()}", got=f"{last.title} ({last.citation})")


def _hold_view(hold: Hold, names: dict[str, str]) -> HoldView:
    return HoldView(
        id=hold.id,
        reason=hold.reason,
        set_by=names[hold.set_by],
        set_at=hold.set_at,
        lifted_by=None if hold.lifted_by is None else names[hold.lifted_by],
        lifted_at=hold.lifted_at,
        lifted_why=hold.lifted_why,
    )
