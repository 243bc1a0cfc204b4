"""Running the checks over an entry that was filed, as soon as it is here; both the filer and customs do it.

What was found is kept by code and place, so that lists can count it; its words are worked out again for the page. An
entry is judged at its place in the log, by what stood before it: so the records have to have followed the ledger up to
there, and what arrives late but stood before makes the examination run again. Then what is found depends on
what is held alone, and a rebuild finds the same.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.checks import CaseFile, run_checks
from transire.procedures.entry_summary.checks.case import LineOfCase
from transire.procedures.entry_summary.gathering import gather_filed
from transire.procedures.entry_summary.projection import DETERMINATIONS, forget_later
from transire.procedures.entry_summary.standing import stand
from transire.procedures.findings import Finding
from transire.procedures.papers import open_version
from transire.procedures.rows import insert_rows
from transire.records import tables as records
from transire.vault import journal

SINCE: Final = frozenset({"entry.certification-ended-since"})
"""Findings of what happened after the filing: lists know that from the endings themselves, pages check again."""

_of, _statements = t.filings.c, records.statements
_DUE = (
    sa.select(_of.statement_id, _of.entry, _of.version, _of.log_index)
    .join(_statements, _statements.c.id == _of.statement_id)
    # Asked in this form, it begins with what waits: joined, it would go through all filings at every turn.
    .where(_of.version.in_(sa.select(t.unexamined.c.version)), _statements.c.height <= sa.bindparam("height"))
    .order_by(_of.log_index, _of.position, _of.statement_id)
    .limit(1)
)
_CLEAR = tuple(
    sa.delete(table).where(table.c.version == sa.bindparam("of"))
    for table in (t.findings, t.lines, t.sought, t.unexamined)
)


class Examination:
    """The derivation of what was found (`procedures.catalogue.Derivation`)."""

    def is_due(self, tenant: Tenant, view: sa.Connection, height: int) -> bool:
        """Whether a filing waits to be examined."""
        return view.execute(_DUE, {"height": height}).first() is not None

    def derive(self, tenant: Tenant, tx: sa.Connection, height: int) -> None:
        """Examine what waits, in the order of the log: an entry may be found against one that was filed before it."""
        while (filing := tx.execute(_DUE, {"height": height}).first()) is not None:
            _examine(tenant, tx, filing)


EXAMINATION = Examination()


def _examine(tenant: Tenant, tx: sa.Connection, filing: Any) -> None:
    case = case_of(tenant, tx, filing.statement_id, filing.version)
    found = [] if case is None else [finding for finding in run_checks(case) if finding.code not in SINCE]
    names = {filing.entry} if case is None else {filing.entry, *_sought(case)}
    for clear in _CLEAR:
        tx.execute(clear, {"of": filing.version})
    insert_rows(tx, t.findings, [_row(filing.version, place, finding) for place, finding in enumerate(found)])
    insert_rows(tx, t.lines, [] if case is None else [_line_row(filing.version, line) for line in case.lines()])
    insert_rows(tx, t.sought, [{"version": filing.version, "name": name} for name in sorted(names)])
    stand(tx, filing.entry)
    for name in () if case is None else _shared(case):
        forget_later(tx, name, filing.log_index)


def case_of(tenant: Tenant, tx: sa.Connection, statement_id: str, version: str) -> CaseFile | None:
    """The case of a filing; None while the entry itself is not at hand."""
    paper = open_version(tenant, tx, version)
    filed = journal.find_accepted(tx, statement_id)
    return None if paper is None or filed is None else gather_filed(tenant, tx, paper, filed)


def _sought(case: CaseFile) -> set[str]:
    """Everything that the checks of this entry look for by name."""
    claims = [claim for _, claim in case.claims()]
    named = {name for c in claims for name in (c.certification, c.issued_statement, c.delivered_statement)}
    wanted = (*named, case.entry.power_of_attorney, *_shared(case), DETERMINATIONS if claims else None)
    return {name for name in wanted if name is not None}


def _shared(case: CaseFile) -> set[str]:
    """What two entries must not both have: their number, and the lines of an invoice."""
    return {f"number {case.entry.entry_number}", *case.entry.invoices}


def _row(version: str, place: int, finding: Finding) -> dict[str, Any]:
    return {
        "version": version,
        "place": place,
        "code": finding.code,
        "severity": finding.severity,
        "where": finding.where,
    }


def _line_row(version: str, of: LineOfCase) -> dict[str, Any]:
    """The line as lists find it: of each field only what its schema marks as indexable."""
    return {
        "version": version,
        "line": of.line.line_number,
        "description": of.line.description,
        "tariff_number": of.line.tariff_number.replace(".", ""),
        "origin": of.line.country_of_origin,
        "programme": None if of.claim is None else of.claim.programme,
        "good": None if of.good is None else of.good.good_number,
    }
