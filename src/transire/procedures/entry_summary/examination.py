"""Running the checks over an entry that was filed, as soon as it is here; both the filer and customs do it.

What was found is kept by code and place, so that lists can count it; its words are worked out again for the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.checks import CaseFile, run_checks
from transire.procedures.entry_summary.gathering import gather_filed
from transire.procedures.findings import Finding
from transire.procedures.papers import open_version
from transire.vault import journal
from transire.vault.statements import ISSUED

Waiting = tuple[str, str, str]
"""A filing that waits for an examination: its statement, entry and version."""

_CLEAR = tuple(sa.delete(table).where(table.c.version == sa.bindparam("of")) for table in (t.findings, t.missing))
_EXAMINED = sa.select(t.examinations.c.version).where(t.examinations.c.version == t.filings.c.version)
_PENDING = sa.select(t.filings.c.statement_id, t.filings.c.entry, t.filings.c.version).where(~_EXAMINED.exists())
_PENDING_OF = _PENDING.where(t.filings.c.version == sa.bindparam("of"))
_PENDING_WITHOUT = _PENDING.where(
    t.filings.c.version.in_(sa.select(t.missing.c.version).where(t.missing.c.document == sa.bindparam("of")))
)


def on_received(tenant: Tenant, tx: sa.Connection, context: Any, statement: Any, documents: Any) -> None:
    """React to a statement that has just become known as accepted."""
    if statement.kind == ISSUED.name:
        _examine(tenant, tx, _waiting(tx, _PENDING_WITHOUT, statement.body["id"]))
    else:
        _examine(tenant, tx, _waiting(tx, _PENDING_OF, statement.body["version"]))


def examine_pending(tenant: Tenant, tx: sa.Connection) -> None:
    """Examine every filing that has not been, as after a rebuild of the records."""
    _examine(tenant, tx, pending(tx))


def _examine(tenant: Tenant, tx: sa.Connection, waiting: Sequence[Waiting]) -> None:
    for statement_id, entry, version in waiting:
        case = case_of(tenant, tx, statement_id, version)
        found = [] if case is None else run_checks(case)
        for clear in _CLEAR:
            tx.execute(clear, {"of": version})
        _insert(tx, t.findings, [_row(version, place, finding) for place, finding in enumerate(found)])
        absent = [entry] if case is None else sorted(_absent(case))
        _insert(tx, t.missing, [{"version": version, "document": document} for document in absent])
        _insert(tx, t.examinations, [{"version": version, "entry": entry}])


def pending(tx: sa.Connection) -> list[Waiting]:
    """The filings that wait for an examination."""
    return _waiting(tx, _PENDING)


def _waiting(tx: sa.Connection, query: sa.Select[Any], of: str = "") -> list[Waiting]:
    return [(row.statement_id, row.entry, row.version) for row in tx.execute(query, {"of": of})]


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
