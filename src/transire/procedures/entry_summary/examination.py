"""Running the checks over an entry that was filed, as soon as it is here; both the filer and customs do it.

What was found is kept by code and place, so that lists can count it; its words are worked out again for the page.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.checks import CaseFile, run_checks
from transire.procedures.entry_summary.gathering import gather_filed
from transire.procedures.entry_summary.statements import CORRECTED, FILED
from transire.procedures.findings import Finding
from transire.procedures.papers import open_version
from transire.vault import journal

NOT_AT_HAND = frozenset({"entry.certification-not-at-hand", "entry.invoice-not-at-hand", "entry.no-power-of-attorney"})
"""Findings that may be gone when another document arrives."""

OCCASIONS = frozenset({FILED.name, CORRECTED.name, "document.issued/1"})


def on_received(tenant: Tenant, tx: sa.Connection, context: Any, statement: Any, documents: Any) -> None:
    """React to a statement that has just become known as accepted."""
    if statement.kind in OCCASIONS:
        examine_pending(tenant, tx)


def examine_pending(tenant: Tenant, tx: sa.Connection) -> None:
    """Examine every filing that has not been, or not with all its documents at hand."""
    for statement_id, entry, version in pending(tx):
        found = examine(tenant, tx, statement_id, version)
        kept = [] if found is None else found
        tx.execute(sa.delete(t.findings).where(t.findings.c.version == version))
        rows = [_row(version, place, finding) for place, finding in enumerate(kept)]
        if rows:
            tx.execute(sa.insert(t.findings), rows)
        complete = found is not None and NOT_AT_HAND.isdisjoint(finding.code for finding in found)
        tx.execute(sa.insert(t.examinations).values(version=version, entry=entry, complete=complete))


def pending(tx: sa.Connection) -> list[tuple[str, str, str]]:
    """The filings that wait for an examination: statement, entry, version."""
    of = t.filings.c
    done = sa.select(t.examinations.c.version).where(t.examinations.c.version == of.version)
    query = sa.select(of.statement_id, of.entry, of.version).where(~done.exists())
    return [(row.statement_id, row.entry, row.version) for row in tx.execute(query)]


def examine(tenant: Tenant, tx: sa.Connection, statement_id: str, version: str) -> list[Finding] | None:
    """The findings of a filing; None while the entry itself is not at hand."""
    case = case_of(tenant, tx, statement_id, version)
    return None if case is None else run_checks(case)


def case_of(tenant: Tenant, tx: sa.Connection, statement_id: str, version: str) -> CaseFile | None:
    """The case of a filing; None while the entry itself is not at hand."""
    paper = open_version(tenant, tx, version)
    filed = journal.locate(tx, statement_id)
    return None if paper is None or filed is None else gather_filed(tenant, tx, paper, filed)


def _row(version: str, place: int, finding: Finding) -> dict[str, Any]:
    return {
        "version": version,
        "place": place,
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
    }
