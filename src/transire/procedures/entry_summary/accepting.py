"""Customs accepts the claim of an entry as it stands; to verify one is the procedure `origin_verification`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.entry import EntryLine, EntrySummary, find_line, read_entry_summary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.errors import EntryUnknown, LineUnknown, LineWithoutClaim
from transire.procedures.entry_summary.filings import Filing, find_filing
from transire.procedures.entry_summary.statements import ACCEPTED
from transire.procedures.papers import Paper, open_version


def accept_claim(tenant: Tenant, person: Person, entry_id: str, line: int, *, note: str = "") -> str:
    """Accept the claim of one line as it stands; returns the statement's id."""
    require(person, "claims.decide", authority_relation(tenant))
    with tenant.transaction() as tx:
        filing, entry, claimed = _line_of(tenant, tx, entry_id, line)
        if claimed.claim is None:
            raise LineWithoutClaim(got=line)
        body: dict[str, Any] = {"line": line, "version": filing.version} | ({"note": note} if note else {})
        recipients = parties_of(tenant, filing, entry)
        return tenant.state(tx, person, ACCEPTED.name, body, about=[entry_id], recipients=recipients)


def filed_entry(tenant: Tenant, tx: sa.Connection, entry_id: str) -> tuple[Filing, Paper]:
    filing = find_filing(tx, entry_id)
    paper = None if filing is None else open_version(tenant, tx, filing.version)
    if filing is None or paper is None:
        raise EntryUnknown(got=entry_id)
    return filing, paper


def authority_relation(tenant: Tenant) -> Relation:
    """Only a member that is an administration on the ledger stands in that relation to an entry."""
    return Relation.CUSTOMS if "customs" in tenant.roles else Relation.RECIPIENT


def _line_of(tenant: Tenant, tx: sa.Connection, entry_id: str, number: int) -> tuple[Filing, EntrySummary, EntryLine]:
    filing, paper = filed_entry(tenant, tx, entry_id)
    entry = read_entry_summary(paper.credential)
    line = find_line(entry, number)
    if line is None:
        raise LineUnknown(got=number)
    return filing, entry, line


def parties_of(tenant: Tenant, filing: Filing, entry: EntrySummary) -> list[str]:
    """The filer and the importer, without this member itself."""
    importer = entry.importer.did
    return sorted({filing.by, *([importer] if importer else [])} - {tenant.did})
