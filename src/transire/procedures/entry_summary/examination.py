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

OCCASIONS = frozenset({FILED.name, CORRECTED.name, "document.issued/1"})

_CLEAR = tuple(sa.delete(table).where(table.c.version == sa.bindparam("of")) for table in (t.findings, t.missing))
_EXAMINED = sa.select(t.examinations.c.version).where(t.examinations.c.version == t.filings.c.version)
_PENDING = sa.select(t.filings.c.statement_id, t.filings.c.entry, t.filings.c.version).where(~_EXAMINED.exists())


def on_received(tenant: Tenant, tx: sa.Connection, context: Any, statement: Any, documents: Any) -> None:
    """React to a statement that has just become known as accepted."""
    if statement.kind in OCCASIONS:
        examine_pending(tenant, tx)


def examine_pending(tenant: Tenant, tx: sa.Connection) -> None:
    """Examine every filing that has not been, or of which a missing document has arrived."""
    for statement_id, entry, version in pending(tx):
        case = case_of(tenant, tx, statement_id, version)
        found = [] if case is None else run_checks(case)
        for clear in _CLEAR:
            tx.execute(clear, {"of": version})
        _insert(tx, t.findings, [_row(version, place, finding) for place, finding in enumerate(found)])
        absent = [entry] if case is None else sorted(_absent(case))
        _insert(tx, t.missing, [{"version": version, "document": document} for document in absent])
        _insert(tx, t.examinations, [{"version": version, "entry": entry}])


def pending(tx: sa.Connection) -> list[tuple[str, str, str]]:
    """The filings that wait for an examination: statement, entry, version."""
    return [(row.statement_id, row.entry, row.version) for row in tx.execute(_PENDING)]


def case_of(tenant: Tenant, tx: sa.Connection, statement_id: str, version: str) -> CaseFile | None:
    """The case of a filing; None while the entry itself is not at hand."""
    paper = open_version(tenant, tx, version)
    filed = journal.locate(tx, statement_id)
    return None if paper is None or filed is None else gather_filed(tenant, tx, paper, filed)


def _absent(case: CaseFile) -> set[str]:
    """The documents that the entry names and that are not at hand."""
    entry, held = case.entry, {one.document_id for one in case.certifications}
    named = {claim.certification for _, claim in case.claims() if claim.certification is not None}
    power = {entry.power_of_attorney} if entry.power_of_attorney is not None else set()
    return (named - held) | (set(entry.invoices) - case.invoices.keys()) | (power - case.authorities.keys())


def _insert(tx: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(sa.insert(table), rows)


def _row(version: str, place: int, finding: Finding) -> dict[str, Any]:
    return {
        "version": version,
        "place": place,
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
    }
