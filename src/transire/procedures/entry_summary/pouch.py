"""The pouch of an entry: its documents, as far as this member holds them, in one file that proves itself offline."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import open_representation
from transire.ledger.pouch import Packed, named_by, write_pouch
from transire.node.receipts import statement_receipt
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.accepting import filed_entry
from transire.procedures.papers import Paper, open_newest
from transire.records.documents import DocumentLine, find_version
from transire.vault.vault import held_by_grant


class PouchContents(msgspec.Struct, frozen=True, kw_only=True):
    """What a pouch of an entry holds, the entry first, and how many documents it names that are not held here."""

    entry_number: str
    documents: tuple[DocumentLine, ...]
    absent: int


def pouch_contents(tenant: Tenant, person: Person, entry_id: str) -> PouchContents:
    """The documents of an entry that would go into its pouch."""
    require(person, "documents.read")
    with tenant.database.reading() as view:
        papers, absent = _papers(tenant, view, entry_id)
        lines = tuple(find_version(view, paper.version, issuer=paper.issuer) for paper in papers)
        return PouchContents(entry_number=papers[0].subject["entryNumber"], documents=lines, absent=absent)


def export_pouch(tenant: Tenant, person: Person, entry_id: str) -> tuple[str, bytes]:
    """Entry number and file. Each document is shown whole, with the receipt of how it stands as of now.

    What this member holds only under a right to read stays out: that right is not to be passed on so.
    """
    with tenant.database.reading() as view:
        papers, _ = _papers(tenant, view, entry_id)
        relation = Relation.ISSUER if papers[0].issuer == tenant.did else Relation.RECIPIENT
        require(person, "documents.share", relation)
        packed = [_packed(tenant, view, paper) for paper in papers]
    number = str(papers[0].subject["entryNumber"])
    key = tenant.keys.signing_key(tenant.credential_key_name)
    return number, write_pouch(number, packed, holder=tenant.did, key=key, created=tenant.now())


def _papers(tenant: Tenant, tx: sa.Connection, entry_id: str) -> tuple[Sequence[Paper], int]:
    """The entry as it was filed last, and the documents that it names, as they stand: those held here, and the rest."""
    entry = filed_entry(tenant, tx, entry_id)[1]
    named = [name for name in dict.fromkeys(named_by(entry.subject)) if name != entry_id]
    read_only = held_by_grant(tx)
    found = [open_newest(tenant, tx, name) for name in named]
    held = [paper for paper in found if paper is not None and (paper.issuer, paper.version) not in read_only]
    return [entry, *held], len(named) - len(held)


def _packed(tenant: Tenant, tx: sa.Connection, paper: Paper) -> Packed:
    opened = tenant.vault.open(tx, paper.version, issuer=paper.issuer)
    opening = open_representation(opened.representations, opened.salt, MEDIA_TYPE)
    receipt = statement_receipt(tenant, paper.issued_by, status_of=[(paper.issuer, paper.version)])
    return Packed(paper.credential, opening, receipt)
