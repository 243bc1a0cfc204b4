"""Whose entry it is: what a person may do on a draft, under which power, and with which invoices."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from transire.desk import drafts as desk
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.entry_summary import drafting
from transire.procedures.entry_summary.checks.case import HeldAuthority, HeldInvoice
from transire.procedures.entry_summary.errors import InvoiceUnknown, NoAuthority
from transire.procedures.entry_summary.gathering import find_invoices

DRAFT_KIND = "entry"


def authority_for(
    tenant: Tenant, tx: sa.Connection, person: Person, operation: str, importer_did: str
) -> HeldAuthority | None:
    """The power under which this member acts for the importer; None where it is the importer itself.

    A power that is no longer live still shows whose broker this is: the checks then say that it does not suffice.
    """
    if importer_did == tenant.did:
        require(person, operation, Relation.OWN_MEMBER)
        return None
    authority = drafting.find_authority(tenant, tx, importer_did)
    if authority is None:
        require(person, operation, Relation.OWN_MEMBER)
        raise NoAuthority(got=tenant.name_of(importer_did))
    require(person, operation, Relation.AUTHORISED_BROKER)
    return authority


def find_own_draft(tenant: Tenant, tx: sa.Connection, person: Person, draft_id: str, operation: str) -> desk.Draft:
    """A draft on which this person may do this: as the importer itself, or as its broker."""
    draft = desk.find_draft(tx, draft_id, kind=DRAFT_KIND)
    importer = draft.content.get("importer") or {}
    is_own = importer.get("id", tenant.did) == tenant.did
    require(person, operation, Relation.OWN_MEMBER if is_own else Relation.AUTHORISED_BROKER)
    return draft


def held_invoices(tenant: Tenant, tx: sa.Connection, documents: Sequence[str]) -> list[HeldInvoice]:
    """The invoices as they stand now; all of them have to be held, and there has to be one."""
    found = find_invoices(tenant, tx, documents)
    absent = [document for document in documents if document not in found]
    if absent or not documents:
        raise InvoiceUnknown(got=", ".join(absent) or "no invoice")
    return [found[document] for document in dict.fromkeys(documents)]
