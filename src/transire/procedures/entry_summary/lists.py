"""The lists of entries: read from the records alone, each view with its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from transire.node.tenant import Tenant
from transire.procedures.entry_summary.filings import EntryView, Filing, count_filings, list_filings
from transire.records.documents import first_values

SHOWN = ("entryNumber", "entryDate", "importer/name", "totalEnteredValue")
"""The fields of an entry that a list shows."""


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as a list shows it."""

    filing: Filing
    entry_number: str
    entry_date: str
    importer: str
    filer: str
    total_entered_value: str


class EntryList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a view, the counts of all views, and the cursor of the next page."""

    view: EntryView
    rows: tuple[EntryRow, ...]
    counts: dict[EntryView, int]
    next: str | None


def entry_list(tenant: Tenant, view: EntryView, *, after: str | None, limit: int) -> EntryList:
    """A page of a view."""
    customs = "customs" in tenant.roles
    with tenant.database.reading() as tx:
        page = list_filings(tx, view, customs=customs, after=after, limit=limit)
        return EntryList(
            view=view, rows=entry_rows(tenant, tx, page.rows), counts=count_filings(tx, customs=customs), next=page.next
        )


def entry_rows(tenant: Tenant, tx: sa.Connection, filings: Sequence[Filing]) -> tuple[EntryRow, ...]:
    """The rows of these filings, with what the records may hold of their documents."""
    if not filings:
        return ()
    fields = first_values(tx, [filing.version for filing in filings], SHOWN)
    return tuple(_row(tenant, filing, fields.get(filing.version, {})) for filing in filings)


def _row(tenant: Tenant, filing: Filing, fields: Mapping[str, str]) -> EntryRow:
    return EntryRow(
        filing=filing,
        entry_number=fields.get("entryNumber", ""),
        entry_date=fields.get("entryDate", ""),
        importer=fields.get("importer/name", ""),
        filer=tenant.name_of(filing.by),
        total_entered_value=fields.get("totalEnteredValue", ""),
    )
