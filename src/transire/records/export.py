"""A list of documents as CSV (RFC 4180), for a spreadsheet or another system."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from transire.records.documents import DocumentLine

COLUMNS = (
    "document_id",
    "version",
    "type",
    "title",
    "issuer",
    "status",
    "accepted_at",
    "ended_at",
    "commitment",
    "issued_statement",
)

# A spreadsheet runs what begins like this as a formula; a document's field must not be able to (OWASP: CSV Injection).
# The last four are the full-width forms, which some take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def export_csv(lines: Iterable[DocumentLine], *, fields: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a CSV file with a header; `fields` adds a column for each field named, several values by `; `."""
    yield csv_row([*COLUMNS, *fields])
    for line in lines:
        values = ["; ".join(line.fields.get(field, ())) for field in fields]
        yield csv_row([*_values(line), *values])


def _values(line: DocumentLine) -> list[str]:
    return [
        line.document_id,
        str(line.version),
        line.schema_id,
        line.title,
        line.issuer,
        "current" if line.is_current else "ended",
        f"{line.accepted_at:%Y-%m-%dT%H:%M:%SZ}" if line.accepted_at else "",
        f"{line.ended_at:%Y-%m-%dT%H:%M:%SZ}" if line.ended_at else "",
        line.commitment,
        line.issued_statement,
    ]


def csv_row(cells: Sequence[str]) -> str:
    """One line of a CSV file, each cell harmless."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(harmless(cell) for cell in cells)
    return text.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
